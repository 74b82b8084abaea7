"""The goal board, from the company to the person. Each change runs inside a unit of work."""

from collections.abc import Collection, Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

import sqlalchemy as sa

from server.foundation.db import session
from server.foundation.ids import PersonId
from server.foundation.problems import NOT_ALLOWED, NOT_FOUND, Problem
from server.foundation.web import Actor
from server.indicators import standing
from server.indicators.library_models import Goal, GoalTier
from server.indicators.problems import GOAL_CHANGED, GOAL_HAS_CHILDREN, GOAL_PARENT, GOAL_PERIOD, GOAL_PLACE
from server.indicators.smart import plain
from server.people import queries as people
from server.policy import Action, Relation

RUNGS: Final = tuple(GoalTier)
PLACED: Final = (GoalTier.WORKSHOP, GoalTier.TEAM)
WHOLE: Final = (GoalTier.COMPANY, GoalTier.PLANT)
Areas = Mapping[Relation, frozenset[UUID] | None]
"""Relation -> the departments that somebody answers for by it; None: all of them."""
WRITERS: Final[Mapping[GoalTier, frozenset[Relation]]] = {
    GoalTier.COMPANY: frozenset({Relation.HR, Relation.MANAGER}),
    GoalTier.PLANT: frozenset({Relation.HR, Relation.MANAGER}),
    GoalTier.WORKSHOP: frozenset({Relation.HR, Relation.HRBP, Relation.MANAGER}),
    GoalTier.TEAM: frozenset({Relation.HR, Relation.HRBP, Relation.MANAGER, Relation.SUPERVISOR}),
    GoalTier.PERSON: frozenset({Relation.HR, Relation.MANAGER, Relation.SUPERVISOR}),
}


def board(*, by: Actor, now: datetime) -> list[dict[str, Any]]:
    """Every goal this person may see, from the top: a person's goal only its owner, those above him, and HR."""
    held = standing.demand(by, Action.GOAL_READ, now=now)
    goals = session().execute(sa.select(Goal).order_by(Goal.period_from, Goal.set_at)).scalars().all()
    goals = sorted(goals, key=lambda one: RUNGS.index(GoalTier(one.tier)))
    owners = {one.owner_id for one in goals}
    above = people.superiors([PersonId(one) for one in owners], now)
    shown = [one for one in goals if one.tier != GoalTier.PERSON or _near(one, by, held, above)]
    names = people.by_id({one.owner_id for one in shown})
    areas = standing.areas(by.person_id, held, now)
    return [_shown(one, names, _may_change(one, by, held, areas, above)) for one in shown]


def owners(*, by: Actor, now: datetime) -> list[dict[str, Any]]:
    """Whom this person may name as an owner: HR everybody, a leader himself and those below him."""
    held = standing.demand(by, Action.GOAL_WRITE, now=now)
    members = people.members(people.day_of(now))
    above = people.superiors([PersonId(one.person.id) for one in members], now)
    wide = Relation.HR in held
    return [
        {"id": one.person.id, "name_zh": one.person.name_zh, "name_en": one.person.name_en}
        for one in members
        if wide or one.person.id == by.person_id or by.person_id in above[PersonId(one.person.id)]
    ]


def add(wanted: Mapping[str, Any], *, by: Actor, now: datetime) -> Goal:
    """Set a goal. Raises Problem `not_allowed`, `goal_parent`, `goal_place`, `goal_period`."""
    _check(None, wanted, by=by, now=now)
    made = Goal(**_values(wanted), revision=1, set_at=now)
    session().add(made)
    return made


def change(goal_id: UUID, seen: int, wanted: Mapping[str, Any], *, by: Actor, now: datetime) -> Goal:
    """Say something else of a goal. Raises Problem `not_found`, `goal_changed`, and what `add` raises."""
    one = _goal(goal_id, by=by, now=now)
    if one.revision != seen:
        raise Problem(GOAL_CHANGED)
    _check(one, wanted, by=by, now=now)
    for name, value in _values(wanted).items():
        setattr(one, name, value)
    one.revision += 1
    return one


def remove(goal_id: UUID, *, by: Actor, now: datetime) -> None:
    """Take a goal off the board. Raises Problem `not_found`, `not_allowed`, `goal_has_children`."""
    one = _goal(goal_id, by=by, now=now)
    if session().execute(sa.select(Goal.id).where(Goal.parent_id == goal_id).limit(1)).first() is not None:
        raise Problem(GOAL_HAS_CHILDREN)
    session().delete(one)


def _goal(goal_id: UUID, *, by: Actor, now: datetime) -> Goal:
    held = standing.demand(by, Action.GOAL_WRITE, now=now)
    one = session().execute(sa.select(Goal).where(Goal.id == goal_id).with_for_update()).scalar_one_or_none()
    if one is None:
        raise Problem(NOT_FOUND)
    above = people.superiors([PersonId(one.owner_id)], now)
    if not _may_change(one, by, held, standing.areas(by.person_id, held, now), above):
        raise Problem(NOT_ALLOWED)
    return one


def _check(one: Goal | None, wanted: Mapping[str, Any], *, by: Actor, now: datetime) -> None:
    held = standing.demand(by, Action.GOAL_WRITE, now=now)
    tier: GoalTier = wanted["tier"]
    areas = standing.areas(by.person_id, held, now)
    if held.isdisjoint(WRITERS[tier]) or (tier in WHOLE and not _writes(tier, None, areas)):
        raise Problem(NOT_ALLOWED)
    if wanted["owner_id"] not in {owner["id"] for owner in owners(by=by, now=now)}:
        raise Problem(NOT_ALLOWED)
    if wanted["period_to"] < wanted["period_from"]:
        raise Problem(GOAL_PERIOD)
    known = {place.id for place in people.departments()}
    if (tier in PLACED) != (wanted["department_id"] is not None) or wanted["department_id"] not in {None, *known}:
        raise Problem(GOAL_PLACE)
    if not _writes(tier, wanted["department_id"], areas):
        raise Problem(NOT_ALLOWED)
    if wanted["parent_id"] is not None:
        query = sa.select(Goal.tier).where(Goal.id == wanted["parent_id"])
        parent = session().execute(query).scalar_one_or_none()
        # Above by its rung, so that no goal ever hangs on itself.
        if parent is None or RUNGS.index(GoalTier(parent)) >= RUNGS.index(tier):
            raise Problem(GOAL_PARENT)
    if one is not None and one.tier != tier:
        raise Problem(GOAL_PARENT)


def _near(one: Goal, by: Actor, held: Collection[Relation], above: Mapping[PersonId, frozenset[PersonId]]) -> bool:
    return by.person_id == one.owner_id or Relation.HR in held or by.person_id in above[PersonId(one.owner_id)]


def _writes(tier: GoalTier, department_id: UUID | None, areas: Areas) -> bool:
    """Whether such a goal of that department is among what somebody answers for: a goal of the company or the plant is
    for whoever answers for all of it, a person's goes by the line alone.
    """
    own = [area for relation, area in areas.items() if relation in WRITERS[tier]]
    if tier == GoalTier.PERSON:
        return bool(own)
    return any(area is None or (tier in PLACED and department_id in area) for area in own)


def _may_change(
    one: Goal,
    by: Actor,
    held: Collection[Relation],
    areas: Areas,
    above: Mapping[PersonId, frozenset[PersonId]],
) -> bool:
    """Whoever owns a goal, stands above its owner, or is HR, and answers for where it is."""
    return _writes(GoalTier(one.tier), one.department_id, areas) and _near(one, by, held, above)


def _values(wanted: Mapping[str, Any]) -> dict[str, Any]:
    number = wanted["target_number"]
    exact = None if number is None else Decimal(str(number))
    return dict(wanted) | {"tier": wanted["tier"].value, "target_number": exact}


def shown(one: Goal) -> dict[str, Any]:
    """A goal just written."""
    session().flush()  # its owner's name is read beside it
    return _shown(one, people.by_id([one.owner_id]), True)


def _shown(one: Goal, names: Mapping[UUID, Any], may: bool) -> dict[str, Any]:
    owner = names[one.owner_id]
    return {
        "id": one.id, "tier": GoalTier(one.tier), "parent_id": one.parent_id, "department_id": one.department_id,
        "owner_id": one.owner_id, "owner_zh": owner.name_zh, "owner_en": owner.name_en,
        "title_zh": one.title_zh, "title_en": one.title_en, "target_words": one.target_words,
        "target_number": None if one.target_number is None else plain(one.target_number), "unit": one.unit,
        "period_from": one.period_from, "period_to": one.period_to, "revision": one.revision, "may_write": may,
    }  # fmt: skip
