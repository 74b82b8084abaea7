"""What HR's and the administrators' desk sees of phones, after asking who is reading."""

from datetime import datetime
from typing import Any
from uuid import UUID

from server.foundation.db import session, tenant_context
from server.foundation.ids import DeviceId, PersonId
from server.foundation.problems import NOT_ALLOWED, Problem
from server.foundation.web import Actor
from server.identity import directory, queries
from server.policy import Action, Relation, can

_DESK_ROLES = {Relation.HR.value: Relation.HR, Relation.ADMIN.value: Relation.ADMIN}


def _relations(person_id: UUID, now: datetime) -> set[Relation]:
    found = directory.profile(PersonId(person_id), now=now)
    return {_DESK_ROLES[role] for role in (found.roles if found else ()) if role in _DESK_ROLES}


def require(actor: Actor, action: Action, *, now: datetime) -> None:
    """Pass for whoever holds a desk's role that allows it; else raise Problem `not_allowed`."""
    if not can(action, _relations(actor.person_id, now)):
        raise Problem(NOT_ALLOWED)


def require_over(actor: Actor, person_id: UUID, *, now: datetime) -> None:
    """The same, and only an administrator for somebody who holds a desk's role too."""
    require(actor, Action.DEVICE_MANAGE, now=now)
    if _relations(person_id, now) and Relation.ADMIN not in _relations(actor.person_id, now):
        raise Problem(NOT_ALLOWED)


def devices() -> list[dict[str, Any]]:
    """Return the plant's phones, the last used first, with the accounts that have signed in on each."""
    users: dict[DeviceId, list[dict[str, Any]]] = {}
    for row, account in queries.device_users():
        users.setdefault(row.device_id, []).append({"person_id": account.id, "employee_no": account.employee_no})
    return [
        {
            "id": one.id,
            "label": one.label,
            "shared": one.shared,
            "lost_at": one.lost_at,
            "last_seen_at": one.last_seen_at,
            "users": users.get(DeviceId(one.id), []),
        }
        for one in queries.devices()
    ]


def state_of(plant_code: str, device_id: DeviceId) -> dict[str, bool]:
    """Return what a phone may know of itself; one that nobody knows is neither shared nor lost."""
    plant = queries.tenant_by_code(plant_code)
    session().close()
    if plant is None:
        return {"shared": False, "lost": False}
    with tenant_context(plant.id):
        return phone_state(device_id)


def phone_state(device_id: DeviceId) -> dict[str, bool]:
    """Return whether a phone of the plant at work is shared or lost."""
    found = queries.device(device_id)
    return {"shared": bool(found and found.shared), "lost": bool(found and found.lost_at)}
