"""Cycles as HR's desk reads them."""

from collections.abc import Callable, Collection, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from server.cycles import queries
from server.cycles.models import Cycle, CycleState
from server.foundation.db import session
from server.foundation.web import Actor
from server.people import queries as people
from server.people.desk import require_reach
from server.policy import Action

Counter = Callable[[Collection[UUID], people.Reach], Mapping[UUID, int]]
_counters: list[Counter] = []


def count_with(counter: Counter) -> None:
    """Register who knows how many evaluations a cycle has: a room above this one."""
    _counters[:] = [counter]


def cycles(*, by: Actor, now: datetime) -> list[dict[str, Any]]:
    """The cycles, the newest first; to whom the plant is not open those alone in which there is somebody within
    reach. Raises Problem `not_allowed`.
    """
    within = require_reach(by, Action.CYCLE_READ, now=now)
    return _shown(list(queries.all_cycles()), now, within)


def shown(cycle: Cycle, *, now: datetime) -> dict[str, Any]:
    """One cycle, just written."""
    session().flush()  # its departments are read back
    return _shown([cycle], now, people.EVERYBODY)[0]


def _shown(found: list[Cycle], now: datetime, within: people.Reach) -> list[dict[str, Any]]:
    departments = queries.departments_of([one.id for one in found])
    made = _counters[0]([one.id for one in found], within) if _counters else {}
    return [
        {
            "id": one.id,
            "name_zh": one.name_zh,
            "name_en": one.name_en,
            "period_from": one.period_from,
            "period_to": one.period_to,
            "deadline_at": one.deadline_at,
            "state": CycleState(one.state),
            "department_ids": [
                place for place in departments.get(one.id, []) if within.everybody or place in within.places
            ],
            "evaluation_count": len(queries.members_to_judge(one, now))
            if one.state == CycleState.DRAFT
            else made.get(one.id, 0),
            "opened_at": one.opened_at,
        }
        for one in found
        if within.everybody or made.get(one.id)
    ]
