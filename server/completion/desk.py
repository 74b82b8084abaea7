"""HR's board: what the server has received of a cycle, by rater and by department.

A handful of queries whatever the size of the plant; nothing is read for a single rater.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from itertools import groupby
from typing import Any, Final
from uuid import UUID

from server.completion.judge import DONE, GOAL_PERCENT, Cell, Group, Heard, Reason, group, missing_to_goal
from server.completion.judge import percent as percent_of
from server.completion.judge import reason as reason_for
from server.cycles import queries as cycles
from server.cycles.models import Cycle, CycleState
from server.evaluations import queries as evaluations
from server.evaluations.queries import Progress
from server.foundation.ids import CycleId
from server.foundation.problems import NOT_FOUND, Problem
from server.foundation.web import Actor
from server.people import queries as people
from server.people.desk import require_reach
from server.people.models import Department, Person
from server.policy import Action
from server.sync_api import queries as log
from server.sync_api.contact import contacts

_GROUPS: Final = list(Group)
_REASONS: Final = [*Reason, None]


def board(cycle_id: UUID, *, by: Actor, now: datetime) -> dict[str, Any]:
    """The board of a cycle, of what is within the reader's reach. Raises Problem `not_allowed`, and `not_found` where
    that is nothing.
    """
    within = require_reach(by, Action.COMPLETION_READ, now=now)
    cycle = cycles.get(cycle_id)
    if cycle is None:
        raise Problem(NOT_FOUND)
    progress = evaluations.progress(CycleId(cycle.id), within)
    if not progress and not within.everybody:
        raise Problem(NOT_FOUND)
    departments = {one.id: one for one in people.departments()}
    parked = log.parked(_parked_shown(progress, by, now))
    named = people.by_id({one.rater_id for one in progress} | {one.author for one in parked})
    submitted = sum(Cell(one.state) in DONE for one in progress)
    total = len(progress)
    return {
        "cycle": _cycle(cycle),
        "generated_at": now,
        "total": total,
        "submitted": submitted,
        "started": sum(_has_begun(one) for one in progress),
        "acknowledged": sum(Cell(one.state) is Cell.ACKNOWLEDGED for one in progress),
        "percent": percent_of(submitted, total),
        "goal_percent": GOAL_PERCENT,
        "missing_to_goal": missing_to_goal(submitted, total),
        "raters": _raters(progress, named, departments, cycle.opened_at or now, now),
        "departments": _departments(progress, departments),
        "parked": [
            {
                "evaluation_id": one.record_id,
                "field": one.field,
                "reason": one.reason,
                "author_zh": named[one.author].name_zh if one.author in named else None,
                "author_en": named[one.author].name_en if one.author in named else None,
                "received_at": one.received_at,
            }
            for one in parked
        ],
    }


def _parked_shown(progress: Sequence[Progress], by: Actor, now: datetime) -> list[UUID]:
    """The evaluations whose parked edits the reader sees: a superior sees none, and nobody those about himself."""
    within = people.reach(by.person_id, Action.PARKED_READ, now)
    if within is None:
        return []
    return [
        one.evaluation_id
        for one in progress
        if one.employee_id != by.person_id and within.holds(one.employee_id, one.department_id)
    ]


def _has_begun(one: Progress) -> bool:
    return one.started_at is not None or Cell(one.state) is not Cell.NONE


def _cycle(cycle: Cycle) -> dict[str, Any]:
    return {
        "id": cycle.id,
        "name_zh": cycle.name_zh,
        "name_en": cycle.name_en,
        "period_from": cycle.period_from,
        "period_to": cycle.period_to,
        "deadline_at": cycle.deadline_at,
        "state": CycleState(cycle.state),
        "opened_at": cycle.opened_at,
    }


# ---- raters -------------------------------------------------------------------------------------


def _raters(
    progress: Sequence[Progress],
    named: Mapping[UUID, Person],
    departments: Mapping[UUID, Department],
    opened_at: datetime,
    now: datetime,
) -> list[dict[str, Any]]:
    heard = {
        person: Heard(one.last_contact_at, one.queued_count, one.oldest_queued_at, one.attempts, one.last_error)
        for person, one in contacts({one.rater_id for one in progress}).items()
    }
    made = []
    for rater_id, found in groupby(progress, key=lambda one: one.rater_id):
        team = list(found)
        row = _rater(team, heard.get(rater_id), opened_at=opened_at, now=now)
        place = departments[_common({one.department_id for one in team}, departments)]
        made.append(
            {
                "rater_id": rater_id,
                "name_zh": named[rater_id].name_zh,
                "name_en": named[rater_id].name_en,
                "department_id": _workshop(place.id, departments),
                "department_zh": place.name_zh,
                "department_en": place.name_en,
            }
            | row
        )
    return sorted(made, key=_who_needs_a_hand_first)


def _rater(team: Sequence[Progress], heard: Heard | None, *, opened_at: datetime, now: datetime) -> dict[str, Any]:
    cells = [Cell(one.state) for one in team]
    open_cases = sum(one.open_cases for one in team)
    why = reason_for(cells, open_cases, heard, opened_at=opened_at, now=now)
    is_done = all(cell in DONE for cell in cells)
    return {
        "total": len(team),
        "submitted": sum(cell in DONE for cell in cells),
        "started": sum(_has_begun(one) for one in team),
        "cells": [{"evaluation_id": one.evaluation_id, "state": Cell(one.state)} for one in team],
        "last_contact_at": None if heard is None else heard.last_contact_at,
        "queued_count": None if heard is None else heard.queued_count,
        "oldest_queued_at": None if heard is None else heard.oldest_queued_at,
        "attempts": None if heard is None else heard.attempts,
        "last_error": None if heard is None else heard.last_error,
        "open_cases": open_cases,
        "group": group(cells, why),
        "reason": why,
        "completed_at": max((one.submitted_at for one in team if one.submitted_at), default=None) if is_done else None,
    }


def _who_needs_a_hand_first(row: Mapping[str, Any]) -> tuple[int, int, int, str, str]:
    # By need, never by speed: within a need whoever has more before him comes first.
    left = row["total"] - row["submitted"]
    return (
        _GROUPS.index(row["group"]),
        _REASONS.index(row["reason"]),
        -left,
        row["department_en"],
        str(row["rater_id"]),
    )


# ---- departments --------------------------------------------------------------------------------


def _departments(progress: Sequence[Progress], departments: Mapping[UUID, Department]) -> list[dict[str, Any]]:
    """Workshops and offices: the level below the plant, with what lies below each."""
    counts: dict[UUID, list[int]] = {}
    for one in progress:
        count = counts.setdefault(_workshop(one.department_id, departments), [0, 0])
        count[0] += 1
        count[1] += Cell(one.state) in DONE
    return [
        {
            "department_id": department_id,
            "name_zh": departments[department_id].name_zh,
            "name_en": departments[department_id].name_en,
            "total": total,
            "submitted": submitted,
        }
        for department_id, (total, submitted) in sorted(counts.items(), key=lambda item: departments[item[0]].code)
    ]


def _upward(department_id: UUID, departments: Mapping[UUID, Department]) -> list[UUID]:
    """From the plant down to this department, itself included."""
    way: list[UUID] = []
    here: UUID | None = department_id
    while here is not None and here not in way:  # a loop in the data ends here
        way.append(here)
        here = departments[here].parent_id
    return way[::-1]


def _workshop(department_id: UUID, departments: Mapping[UUID, Department]) -> UUID:
    way = _upward(department_id, departments)
    return way[min(1, len(way) - 1)]


def _common(ids: set[UUID], departments: Mapping[UUID, Department]) -> UUID:
    """The lowest department that holds all of these: a shift, or the workshop of several shifts."""
    ways = [_upward(one, departments) for one in ids]
    shared = ways[0][0]
    for level in zip(*ways, strict=False):
        if len(set(level)) == 1:
            shared = level[0]
    return shared
