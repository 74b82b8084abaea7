"""What is read of cycles and delegations."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa

from server.cycles.models import Cycle, CycleDepartment, Delegation
from server.foundation.db import session
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


def delegations_to(person_id: UUID, at: datetime) -> Sequence[Delegation]:
    """Delegations that this person holds at this instant."""
    query = sa.select(Delegation).where(
        Delegation.delegate_id == person_id,
        Delegation.valid_from <= at,
        sa.or_(Delegation.valid_to.is_(None), Delegation.valid_to > at),
    )
    return session().execute(query.order_by(Delegation.id)).scalars().all()


def delegations_of_raters(rater_ids: Collection[UUID]) -> Sequence[Delegation]:
    """Every delegation that these raters gave, whenever it holds."""
    query = sa.select(Delegation).where(Delegation.rater_id.in_(rater_ids))
    return session().execute(query.order_by(Delegation.id)).scalars().all()
