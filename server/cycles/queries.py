"""What is read of cycles and delegations."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from server.cycles.models import Cycle, CycleDepartment, Delegation
from server.foundation.db import session
from server.foundation.ids import CycleId, PersonId
from server.foundation.prepared import ask, ask_later, of_plant, table_of, within
from server.people import queries as people


def get(cycle_id: UUID, *, lock: bool = False) -> Cycle | None:
    """A cycle of this plant; with `lock` its row is kept for this unit of work."""
    query = sa.select(Cycle).where(Cycle.id == cycle_id)
    return session().execute(query.with_for_update() if lock else query).scalar_one_or_none()


def all_cycles() -> Sequence[Cycle]:
    """Every cycle, the newest first."""
    return session().execute(sa.select(Cycle).order_by(Cycle.created_at.desc(), Cycle.id.desc())).scalars().all()


def departments_of(cycle_ids: Collection[UUID]) -> Mapping[UUID, list[UUID]]:
    """Cycle -> the departments chosen for it."""
    query = sa.select(CycleDepartment.cycle_id, CycleDepartment.department_id).where(
        CycleDepartment.cycle_id.in_(cycle_ids)
    )
    found: dict[UUID, list[UUID]] = {}
    for row in session().execute(query.order_by(CycleDepartment.department_id)):
        found.setdefault(row.cycle_id, []).append(row.department_id)
    return found


def members_to_judge(cycle: Cycle, at: datetime) -> list[people.Member]:
    """Who takes part: everybody in the cycle's departments, and below, who has a supervisor that day."""
    chosen = people.with_below(departments_of([cycle.id]).get(cycle.id, []))
    return [one for one in people.members(people.day_of(at), departments=chosen) if one.supervisor_id is not None]


# ---- delegations --------------------------------------------------------------------------------


def delegation(cycle_id: UUID, delegation_id: UUID) -> Delegation | None:
    """One delegation of a cycle."""
    query = sa.select(Delegation).where(Delegation.id == delegation_id, Delegation.cycle_id == cycle_id)
    return session().execute(query).scalar_one_or_none()


def delegations_in(cycle_id: UUID) -> Sequence[Delegation]:
    """Every delegation of a cycle, the oldest first."""
    query = sa.select(Delegation).where(Delegation.cycle_id == cycle_id)
    return session().execute(query.order_by(Delegation.valid_from, Delegation.id)).scalars().all()


@dataclass(frozen=True, slots=True)
class Stands:
    """That somebody scores for a rater in a cycle, from an instant to another (excluded)."""

    cycle_id: CycleId
    rater_id: PersonId
    delegate_id: PersonId
    valid_from: datetime
    valid_to: datetime | None


def _stands(row: Any) -> Stands:
    return Stands(row.cycle_id, row.rater_id, row.delegate_id, row.valid_from, row.valid_to)


_DELEGATION = table_of(Delegation).c
_DELEGATIONS = of_plant(sa.select(*(_DELEGATION[name] for name in Stands.__slots__)).order_by(_DELEGATION.id))
_GIVEN_BY = _DELEGATIONS.where(within(_DELEGATION.rater_id))


def given_by(raters: sa.Select[Any]) -> Any:
    """The question for every delegation that these raters gave, whenever it holds: rows of `Stands`."""
    return _DELEGATIONS.where(_DELEGATION.rater_id.in_(raters))


_HELD_BY = _DELEGATIONS.where(
    _DELEGATION.delegate_id == sa.bindparam("person"),
    _DELEGATION.valid_from <= sa.bindparam("at"),
    sa.or_(_DELEGATION.valid_to.is_(None), _DELEGATION.valid_to > sa.bindparam("at")),
)


def delegations_to(person_id: UUID, at: datetime) -> Sequence[Stands]:
    """Delegations that this person holds at this instant."""
    return [_stands(row) for row in ask_later(_HELD_BY, {"person": person_id, "at": at}).rows()]


def delegations_of_raters(rater_ids: Collection[UUID]) -> Sequence[Stands]:
    """Every delegation that these raters gave, whenever it holds."""
    return [_stands(row) for row in ask(_GIVEN_BY, {"ids": rater_ids})]
