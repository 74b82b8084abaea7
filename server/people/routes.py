"""Doors of people: /api/departments and /api/people for HR's desk, /api/sessions for the admin's."""

from typing import Any
from uuid import UUID

from server.foundation import clock
from server.foundation.web import Room, current_actor
from server.identity.schemas import SessionSchema
from server.people import desk
from server.people.schemas import DepartmentSchema, PeopleQuerySchema, PersonSchema, SessionsQuerySchema
from server.policy import Action

departments = Room("departments", url_prefix="/api/departments", description="Workshops, shifts and offices.")
people = Room("people", url_prefix="/api/people", description="People with place, job and supervisor.")
sessions = Room("sessions", url_prefix="/api/sessions", description="Where somebody else is signed in, for an admin.")
rooms = (departments, people, sessions)


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


@sessions.route("", action=Action.SESSION_READ)
@sessions.arguments(SessionsQuerySchema, location="query")
@sessions.response(200, SessionSchema(many=True))
def list_sessions(asked: dict[str, Any]) -> Any:
    """List the open sessions of a personnel number."""
    return desk.sessions(asked["employee_no"], by=current_actor(), now=clock.now())


@sessions.route("/<uuid:session_id>", methods=["DELETE"], action=Action.SESSION_END)
@sessions.response(204)
def end_session(session_id: UUID) -> None:
    """End somebody's session."""
    desk.end_session(session_id, by=current_actor(), now=clock.now())


@sessions.route("/<uuid:session_id>/drain", methods=["POST"], action=Action.SESSION_END)
@sessions.response(204)
def drain_session(session_id: UUID) -> None:
    """Let a lost phone hand in its edits, without effect, and read nothing more."""
    desk.drain_session(session_id, by=current_actor(), now=clock.now())
