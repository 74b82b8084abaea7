"""What HR's desk reads of people, after asking who is reading."""

from datetime import datetime
from typing import Any
from uuid import UUID

from server.foundation.problems import NOT_ALLOWED, NOT_FOUND, Problem
from server.foundation.web import Actor
from server.people import queries
from server.policy import Action, can


def require_plant(actor: Actor, action: Action, *, now: datetime) -> None:
    """Pass for whoever holds a role of the whole plant that allows it; else `not_allowed`."""
    if not can(action, queries.plant_relations(actor.person_id, now)):
        raise Problem(NOT_ALLOWED)


def departments(*, by: Actor, now: datetime) -> list[dict[str, Any]]:
    """Every department with its head count of today. Raises Problem `not_allowed`."""
    require_plant(by, Action.DEPARTMENT_READ, now=now)
    counts = queries.head_counts(queries.day_of(now))
    return [
        {
            "id": one.id,
            "code": one.code,
            "name_zh": one.name_zh,
            "name_en": one.name_en,
            "parent_id": one.parent_id,
            "head_count": counts.get(one.id, 0),
        }
        for one in queries.departments()
    ]


def people(department_id: UUID | None, *, by: Actor, now: datetime) -> list[dict[str, Any]]:
    """People of today. Raises Problem `not_allowed`, and `not_found` for a department of nobody."""
    require_plant(by, Action.PEOPLE_READ, now=now)
    on = queries.day_of(now)
    known = {one.id for one in queries.departments()}
    if department_id is not None and department_id not in known:
        raise Problem(NOT_FOUND)
    wanted = known if department_id is None else queries.with_below([department_id])
    found = queries.members(on, departments=wanted)
    leading = {member.supervisor_id for member in queries.members(on)}
    granted = queries.granted_roles(on)
    return [
        {
            "id": one.person.id,
            "employee_no": one.person.employee_no,
            "name_zh": one.person.name_zh,
            "name_en": one.person.name_en,
            "department_id": one.department.id,
            "job_zh": one.job.name_zh,
            "job_en": one.job.name_en,
            "supervisor_id": one.supervisor_id,
            "roles": [
                "employee",
                *(["supervisor"] if one.person.id in leading else []),
                *sorted(granted.get(one.person.id, ())),
            ],
        }
        for one in found
    ]
