"""What HR's and the administrators' desk sees of phones, after asking who is reading."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
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
from server.policy import require as policy_require

_DESK_ROLES = {Relation.HR.value: Relation.HR, Relation.ADMIN.value: Relation.ADMIN}


class May(StrEnum):
    """What the desk's screen may offer for a phone, and for one of its users."""

    LOSE = "lose"
    SHARE = "share"
    DRAIN_CODE = "drain_code"


@dataclass(frozen=True)
class Standing:
    """How a desk stands to the plant's phones."""

    plant: frozenset[Relation]
    people: frozenset[PersonId]
    """Whose HR partner this is."""

    @property
    def anywhere(self) -> frozenset[Relation]:
        """Every relation to some phone."""
        return self.plant | ({Relation.HRBP} if self.people else frozenset())

    def over(self, users: Collection[UUID]) -> frozenset[Relation]:
        """The relations to a phone with these users. What is done to a phone is done to all of them, so a partner has
        one only where all are the partner's people."""
        mine = bool(users) and self.people.issuperset(users)
        return self.plant | ({Relation.HRBP} if mine else frozenset())


def _roles(person_id: UUID, now: datetime) -> frozenset[Relation]:
    found = directory.profile(PersonId(person_id), now=now)
    return frozenset(_DESK_ROLES[role] for role in (found.roles if found else ()) if role in _DESK_ROLES)


def require(actor: Actor, action: Action, *, now: datetime) -> Standing:
    """Return how this desk stands to phones, if that allows the action for any; else raise Problem `not_allowed`."""
    standing = Standing(_roles(actor.person_id, now), directory.partnered(actor.person_id, now=now))
    if not can(action, standing.anywhere):
        raise Problem(NOT_ALLOWED)
    return standing


def require_phone(actor: Actor, device_id: UUID, *, now: datetime) -> Standing:
    """The same to manage this phone. Raises Problem `not_found` for one of others."""
    standing = require(actor, Action.DEVICE_MANAGE, now=now)
    users = [account.id for _, account, _ in queries.device_users(DeviceId(device_id))]
    policy_require(Action.DEVICE_MANAGE, standing.over(users))
    return standing


def require_over(actor: Actor, device_id: UUID, person_id: UUID, *, now: datetime) -> None:
    """The same, and only an administrator for somebody who holds a desk's role of the plant too."""
    if not _serves(require_phone(actor, device_id, now=now), person_id, now):
        raise Problem(NOT_ALLOWED)


def _serves(standing: Standing, person_id: UUID, now: datetime) -> bool:
    return Relation.ADMIN in standing.plant or not _roles(person_id, now)


def devices(actor: Actor, *, now: datetime, only: UUID | None = None) -> list[dict[str, Any]]:
    """Return the phones that this desk sees, the last used first, each with the accounts that have signed in on it and
    with what this desk may do. Raises Problem `not_allowed`."""
    standing = require(actor, Action.DEVICE_READ, now=now)
    users: dict[UUID, list[tuple[Account, bool]]] = {}
    for device_id, account, openable in queries.device_users(None if only is None else DeviceId(only)):
        users.setdefault(device_id, []).append((account, openable))
    known = queries.devices() if only is None else [one for one in [queries.device(DeviceId(only))] if one is not None]
    officers = directory.officers(now=now) if known else frozenset()
    found = []
    for one in known:
        accounts = users.get(one.id, [])
        relations = standing.over([account.id for account, _ in accounts])
        if can(Action.DEVICE_READ, relations):
            manages = can(Action.DEVICE_MANAGE, relations)
            found.append(_shown(one, accounts, actor, manages, officers if Relation.ADMIN not in relations else ()))
    return found


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
