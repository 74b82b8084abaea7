"""Shapes of people in the API."""

from marshmallow import fields as ma_fields

from server.foundation.fields import Coded, Id, Integer, Text
from server.identity.models import EMPLOYEE_NO_MAX


class DepartmentSchema(Coded):
    """A department; `head_count` does not count those below it."""

    id = Id(required=True)
    code = Text(required=True)
    name_zh = Text(required=True)
    name_en = Text(required=True)
    parent_id = Id(required=True, allow_none=True)
    head_count = Integer(required=True)


class PersonSchema(Coded):
    """A person with place, job, supervisor and roles of today."""

    id = Id(required=True)
    employee_no = Text(required=True)
    name_zh = Text(required=True)
    name_en = Text(required=True)
    department_id = Id(required=True)
    job_zh = Text(required=True)
    job_en = Text(required=True)
    supervisor_id = Id(required=True, allow_none=True)
    roles = ma_fields.List(Text(), required=True)


class PeopleQuerySchema(Coded):
    """Which people to list."""

    department_id = Id(metadata={"description": "This department and those below it."})


class SessionsQuerySchema(Coded):
    """Whose sessions to list."""

    employee_no = Text(required=True, min=1, max=EMPLOYEE_NO_MAX)
