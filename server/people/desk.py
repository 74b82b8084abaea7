"""What the desks of HR and admin read of people and do to sessions, after asking who they are."""

from collections import Counter
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


def require_reach(actor: Actor, action: Action, *, now: datetime) -> queries.Reach:
    """Return whose rows the actor may see by this action; for nobody's raise Problem `not_allowed`."""
    found = queries.reach(actor.person_id, action, now)
    if found is None:
        raise Problem(NOT_ALLOWED)
    return found


def departments(*, by: Actor, now: datetime) -> list[dict[str, Any]]:
    """The departments within reach, with their head count of today there. Raises Problem `not_allowed`."""
    within = require_reach(by, Action.DEPARTMENT_READ, now=now)
    counts = Counter(one.department.id for one in queries.members(queries.day_of(now), of=within))
    return [
        {
            "id": one.id,
            "code": one.code,
            "name_zh": one.name_zh,
            "name_en": one.name_en,
            "parent_id": one.parent_id,
            "head_count": counts[one.id],
        }
        for one in queries.departments()
        if within.everybody or one.id in within.places or counts[one.id]
    ]


def people(department_id: UUID | None, *, by: Actor, now: datetime) -> list[dict[str, Any]]:
    """People of today within reach. Raises Problem `not_allowed`, and `not_found` for a department in which there
    is nobody of these to be.
    """
    within = require_reach(by, Action.PEOPLE_READ, now=now)
    on = queries.day_of(now)
    known = {one.id for one in queries.departments()}
    wanted = known if department_id is None else queries.with_below([department_id]) & known
    found = queries.members(on, departments=wanted, of=within)
    if not wanted or not (within.everybody or found or wanted <= within.places):
        raise Problem(NOT_FOUND)
    leading = queries.leading(on)
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
