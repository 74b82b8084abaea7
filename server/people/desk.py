"""What the desks of HR and admin read of people and do to sessions, after asking who they are."""

from datetime import datetime
from typing import Any
from uuid import UUID

from server.foundation.ids import AccountId
from server.foundation.problems import NOT_ALLOWED, NOT_FOUND, Problem
from server.foundation.web import Actor
from server.identity import queries as accounts
from server.identity import service as identity
from server.identity.service import EndReason
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


def sessions(employee_no: str, *, by: Actor, now: datetime) -> list[dict[str, Any]]:
    """Open sessions of the account with this number. Raises Problem `not_allowed`, `not_found`."""
    require_plant(by, Action.SESSION_READ, now=now)
    account = accounts.account_by_number(employee_no)
    if account is None:
        raise Problem(NOT_FOUND)
    return accounts.sessions_shown(AccountId(account.id), current=by.session_id)


def end_session(session_id: UUID, *, by: Actor, now: datetime) -> None:
    """End anybody's session; its unsent edits wait for the next sign-in on that phone. Raises
    Problem `not_allowed`, `not_found`.
    """
    require_plant(by, Action.SESSION_END, now=now)
    identity.close(identity.open_row(session_id), EndReason.ENDED_BY_ADMIN, now=now)


def drain_session(session_id: UUID, *, by: Actor, now: datetime) -> None:
    """Let a lost phone hand in what it holds, to be parked, and read nothing: its app drops what it
    showed. Raises Problem `not_allowed`, `not_found`.
    """
    require_plant(by, Action.SESSION_END, now=now)
    row = identity.open_row(session_id)
    identity.drain_only(row.account_id, row.device_id)
