"""Doors of people: /api/departments and /api/people, for HR's desk."""

from typing import Any

from server.foundation import clock
from server.foundation.web import Room, current_actor
from server.people import desk
from server.people.schemas import DepartmentSchema, PeopleQuerySchema, PersonSchema
from server.policy import Action

departments = Room("departments", url_prefix="/api/departments", description="Workshops, shifts and offices.")
people = Room("people", url_prefix="/api/people", description="People with place, job and supervisor.")
rooms = (departments, people)


@departments.route("", action=Action.DEPARTMENT_READ)
@departments.response(200, DepartmentSchema(many=True))
def list_departments() -> Any:
    """List the departments with their head counts of today."""
    return desk.departments(by=current_actor(), now=clock.now())


@people.route("", action=Action.PEOPLE_READ)
@people.arguments(PeopleQuerySchema, location="query")
@people.response(200, PersonSchema(many=True))
def list_people(asked: dict[str, Any]) -> Any:
    """List people, of one department and those below it when asked."""
    return desk.people(asked.get("department_id"), by=current_actor(), now=clock.now())
