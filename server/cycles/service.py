"""What happens to cycles. Guards first; each function is called inside a unit of work."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from server.cycles import queries
from server.cycles.events import CycleChanged, CycleOpened
from server.cycles.models import Cycle, CycleDepartment, CycleState, Delegation
from server.cycles.problems import (
    CYCLE_DEADLINE,
    CYCLE_EMPTY,
    CYCLE_NOT_DRAFT,
    CYCLE_NOT_OPEN,
    CYCLE_PERIOD,
    DELEGATION_OVERLAPS,
    DELEGATION_PERSON,
    DELEGATION_SPAN,
    DEPARTMENT_UNKNOWN,
)
from server.foundation.db import session
from server.foundation.events import publish
from server.foundation.ids import CycleId, DepartmentId, PersonId
from server.foundation.problems import NOT_FOUND, Problem
from server.foundation.web import Actor
from server.people import queries as people
from server.people.desk import require_plant
from server.policy import Action


@dataclass(frozen=True)
class Plan:
    """What HR says of a new cycle."""

    name_zh: str
    name_en: str
    period_from: date
    period_to: date
    deadline_at: datetime
    department_ids: Collection[UUID]


def create_cycle(plan: Plan, *, by: Actor, now: datetime) -> Cycle:
    """Note a cycle as a draft. Raises Problem `cycle_period`, `cycle_deadline`, `department_unknown`."""
    require_plant(by, Action.CYCLE_CREATE, now=now)
    return draft(plan, now=now)


def draft(plan: Plan, *, now: datetime) -> Cycle:
    """The same for a command, which knows no actor."""
    if plan.period_to < plan.period_from:
        raise Problem(CYCLE_PERIOD)
    if plan.deadline_at <= now:
        raise Problem(CYCLE_DEADLINE)
    wanted = frozenset(plan.department_ids)
    if not wanted or not wanted <= {one.id for one in people.departments()}:
        raise Problem(DEPARTMENT_UNKNOWN)
    cycle = Cycle(
        name_zh=plan.name_zh,
        name_en=plan.name_en,
        period_from=plan.period_from,
        period_to=plan.period_to,
        deadline_at=plan.deadline_at,
        state=CycleState.DRAFT.value,
        created_at=now,
    )
    session().add(cycle)
    session().flush()  # the departments' rows refer to it
    for department_id in sorted(wanted):
        session().add(CycleDepartment(cycle_id=CycleId(cycle.id), department_id=DepartmentId(department_id)))
    return cycle


def open_cycle(cycle_id: UUID, *, by: Actor, now: datetime) -> Cycle:
    """Open a draft: one evaluation for each employee and rater. Raises Problem `not_found`,
    `cycle_not_draft`, `cycle_deadline`, `cycle_empty`.
    """
    require_plant(by, Action.CYCLE_OPEN, now=now)
    cycle = queries.get(cycle_id, lock=True)
    if cycle is None:
        raise Problem(NOT_FOUND)
    return start(cycle, now=now)


def start(cycle: Cycle, *, now: datetime) -> Cycle:
    """The same for a command, which knows no actor."""
    if cycle.state != CycleState.DRAFT:
        raise Problem(CYCLE_NOT_DRAFT, cycle=cycle.name_zh)
    if cycle.deadline_at <= now:
        raise Problem(CYCLE_DEADLINE)
    session().flush()  # who takes part is read from the rows just written
    if not queries.members_to_judge(cycle, now):
        raise Problem(CYCLE_EMPTY)
    cycle.state, cycle.opened_at = CycleState.OPEN.value, now
    session().flush()  # the evaluations' rows refer to it, and read its state
    publish(CycleOpened(CycleId(cycle.id), opened_at=now))
    return cycle


def close(cycle: Cycle) -> Cycle:
    """Close an open cycle, for a command, which knows no actor: edits that still come are parked.
    Raises Problem `cycle_not_open`.
    """
    if cycle.state not in (CycleState.OPEN, CycleState.CLOSING):
        raise Problem(CYCLE_NOT_OPEN, cycle=cycle.name_zh)
    cycle.state = CycleState.CLOSED.value
    session().flush()  # what phones are told is read from the row
    publish(CycleChanged(CycleId(cycle.id)))
    return cycle


@dataclass(frozen=True)
class StandIn:
    """Who scores for whom, from when to when."""

    rater_id: UUID
    delegate_id: UUID
    valid_from: datetime
    valid_to: datetime | None


def delegate(cycle_id: UUID, asked: StandIn, *, by: Actor, now: datetime) -> Delegation:
    """Let somebody score for a rater. Raises Problem `not_found`, `cycle_not_open`,
    `delegation_person`, `delegation_span`, `delegation_overlaps`.
    """
    require_plant(by, Action.DELEGATION_CREATE, now=now)
    cycle = _cycle(cycle_id)
    if cycle.state not in (CycleState.OPEN, CycleState.CLOSING):
        raise Problem(CYCLE_NOT_OPEN, cycle=cycle.name_zh)
    both = {asked.rater_id, asked.delegate_id}
    if len(both) != 2 or len(people.by_id(both)) != 2:
        raise Problem(DELEGATION_PERSON)
    if asked.valid_to is not None and asked.valid_to <= asked.valid_from:
        raise Problem(DELEGATION_SPAN)
    for other in queries.delegations_in(cycle_id):
        same = (other.rater_id, other.delegate_id) == (asked.rater_id, asked.delegate_id)
        if same and _overlap(other, asked):
            raise Problem(DELEGATION_OVERLAPS)
    made = Delegation(
        cycle_id=CycleId(cycle.id),
        rater_id=PersonId(asked.rater_id),
        delegate_id=PersonId(asked.delegate_id),
        valid_from=asked.valid_from,
        valid_to=asked.valid_to,
        granted_by_id=by.person_id,
        granted_at=now,
    )
    session().add(made)
    return made


def end_delegation(cycle_id: UUID, delegation_id: UUID, *, by: Actor, now: datetime) -> None:
    """End a delegation now: what its holder still sends is parked. Raises Problem `not_found`."""
    require_plant(by, Action.DELEGATION_END, now=now)
    held = queries.delegation(cycle_id, delegation_id)
    if held is None:
        raise Problem(NOT_FOUND)
    if held.valid_to is None or held.valid_to > now:
        held.valid_to = max(now, held.valid_from)


def delegations(cycle_id: UUID, *, by: Actor, now: datetime) -> list[Delegation]:
    """List a cycle's delegations. Raises Problem `not_found`."""
    require_plant(by, Action.DELEGATION_READ, now=now)
    return list(queries.delegations_in(_cycle(cycle_id).id))


def _cycle(cycle_id: UUID) -> Cycle:
    cycle = queries.get(cycle_id)
    if cycle is None:
        raise Problem(NOT_FOUND)
    return cycle


def _overlap(held: Delegation, asked: StandIn) -> bool:
    ends_before = held.valid_to is not None and held.valid_to <= asked.valid_from
    begins_after = asked.valid_to is not None and asked.valid_to <= held.valid_from
    return not (ends_before or begins_after)
