"""What HR's and the administrators' desk sees of phones, after asking who is reading."""

from collections.abc import Collection, Sequence
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from server.foundation.db import session, tenant_context
from server.foundation.ids import DeviceId, PersonId
from server.foundation.problems import NOT_ALLOWED, Problem
from server.foundation.web import Actor
from server.identity import directory, queries
from server.identity.models import Account, Device
from server.policy import Action, Relation, can

_DESK_ROLES = {Relation.HR.value: Relation.HR, Relation.ADMIN.value: Relation.ADMIN}


class May(StrEnum):
    """What the desk's screen may offer for a phone, and for one of its users."""

    LOSE = "lose"
    SHARE = "share"
    DRAIN_CODE = "drain_code"


def _roles(person_id: UUID, now: datetime) -> frozenset[Relation]:
    found = directory.profile(PersonId(person_id), now=now)
    return frozenset(_DESK_ROLES[role] for role in (found.roles if found else ()) if role in _DESK_ROLES)


def require(actor: Actor, action: Action, *, now: datetime) -> frozenset[Relation]:
    """Return how this desk stands to the plant's phones, if that allows the action; else raise Problem
    `not_allowed`."""
    relations = _roles(actor.person_id, now)
    if not can(action, relations):
        raise Problem(NOT_ALLOWED)
    return relations


def require_over(actor: Actor, person_id: UUID, *, now: datetime) -> None:
    """Pass for a desk that manages phones, and only for an administrator where somebody who holds a desk's role of
    the plant is concerned."""
    relations = require(actor, Action.DEVICE_MANAGE, now=now)
    if Relation.ADMIN not in relations and _roles(person_id, now):
        raise Problem(NOT_ALLOWED)


def devices(actor: Actor, *, now: datetime, only: UUID | None = None) -> list[dict[str, Any]]:
    """Return the plant's phones, the last used first, each with the accounts that have signed in on it and
    with what this desk may do. Raises Problem `not_allowed`."""
    relations = require(actor, Action.DEVICE_READ, now=now)
    manages = can(Action.DEVICE_MANAGE, relations)
    users: dict[UUID, list[tuple[Account, bool]]] = {}
    for device_id, account, openable in queries.device_users(None if only is None else DeviceId(only)):
        users.setdefault(device_id, []).append((account, openable))
    known = queries.devices() if only is None else [one for one in [queries.device(DeviceId(only))] if one is not None]
    officers = directory.officers(now=now) if known and Relation.ADMIN not in relations else frozenset()
    return [_shown(one, users.get(one.id, []), actor, manages, officers) for one in known]


def _shown(
    one: Device, accounts: Sequence[tuple[Account, bool]], actor: Actor, manages: bool, officers: Collection[UUID]
) -> dict[str, Any]:
    # Nobody saws off the branch on which the desk sits.
    own = one.id == actor.device_id
    return {
        "id": one.id,
        "label": one.label,
        "shared": one.shared,
        "lost_at": one.lost_at,
        "last_seen_at": one.last_seen_at,
        "may": [May.SHARE, *([] if own else [May.LOSE])] if manages else [],
        "users": [
            {
                "person_id": account.id,
                "employee_no": account.employee_no,
                "may": [May.DRAIN_CODE] if manages and openable and account.id not in officers else [],
            }
            for account, openable in accounts
        ],
    }


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
