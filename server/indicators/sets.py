"""What happens to sets: a set is written with a first day; another with the same match takes over from its own."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any, Final
from uuid import UUID

import sqlalchemy as sa

from server.foundation.db import session
from server.foundation.events import publish
from server.foundation.ids import DepartmentId, IndicatorId, JobId, PersonId, new_id, short
from server.foundation.problems import NOT_FOUND, FieldError, Problem
from server.foundation.web import Actor
from server.indicators import library, matching, standing
from server.indicators.events import SetApplies
from server.indicators.library_models import IndicatorSet
from server.indicators.matching import Match
from server.indicators.models import IndicatorVersion, SetLine, VersionState
from server.indicators.problems import SET_DAY, SET_INCOMPLETE, SET_VERSION, SET_WHOM
from server.indicators.smart import check_set
from server.people import queries as people
from server.people.models import Department, Job
from server.policy import Action


@dataclass(frozen=True)
class Wanted:
    """A set as HR writes it: whom, from when, and the lines (version, weight) in order."""

    department_id: UUID | None
    category: str | None
    job_id: UUID | None
    level: str | None
    valid_from: date
    valid_to: date | None
    lines: Sequence[tuple[UUID, int]]


def write(wanted: Wanted, *, by: Actor, now: datetime) -> str:
    """Write a set; returns its code. One with the same match and first day that has not begun is replaced. Raises Problem `not_allowed`, `set_whom`, `set_version`, `set_incomplete`,
    `set_day`.
    """
    standing.demand(by, Action.INDICATOR_SET_WRITE, now=now)
    _whom(wanted)
    query = sa.select(IndicatorVersion).where(IndicatorVersion.id.in_({one for one, _ in wanted.lines}))
    found = {one.id: one for one in session().execute(query).scalars()}
    if any(one not in found or found[one].state != VersionState.APPROVED for one, _ in wanted.lines):
        raise Problem(SET_VERSION)
    missing = check_set([(str(found[one].indicator_id), weight) for one, weight in wanted.lines])
    if missing:
        errors = [FieldError("/lines", one.code, one.params) for one in missing if one.code != "set_twice"]
        errors += [FieldError("/lines", one.code, {}) for one in missing if one.code == "set_twice"]
        raise Problem(SET_INCOMPLETE, errors=errors, count=len(missing))
    # The day that has begun is judged already by what applied this morning; tomorrow may still be decided.
    if wanted.valid_from < people.day_of(now):
        raise Problem(SET_DAY)
    return _add(wanted, now=now)


def end(set_id: UUID, valid_to: date, *, by: Actor, now: datetime) -> IndicatorSet:
    """Let a set apply for the last time on this day. Raises Problem `not_found`, `set_day`."""
    standing.demand(by, Action.INDICATOR_SET_WRITE, now=now)
    one = session().execute(sa.select(IndicatorSet).where(IndicatorSet.id == set_id)).scalar_one_or_none()
    if one is None:
        raise Problem(NOT_FOUND)
    if valid_to < max(one.valid_from, people.day_of(now)):
        raise Problem(SET_DAY)
    one.valid_to = valid_to
    session().flush()  # whom it applies to is read again
    _tell(one.department_id, valid_to + timedelta(days=1), now=now)
    return one


def remove(set_id: UUID, *, by: Actor, now: datetime) -> None:
    """Take back a set that has not begun. Raises Problem `not_found`, `set_day` for one that has: that one ends."""
    standing.demand(by, Action.INDICATOR_SET_WRITE, now=now)
    one = session().execute(sa.select(IndicatorSet).where(IndicatorSet.id == set_id)).scalar_one_or_none()
    if one is None:
        raise Problem(NOT_FOUND)
    if one.valid_from <= people.day_of(now):
        raise Problem(SET_DAY)
    session().execute(sa.delete(SetLine).where(SetLine.category == one.code))
    session().delete(one)
    session().flush()  # whom it applies to is read again
    _tell(one.department_id, one.valid_from, now=now)


@dataclass(frozen=True)
class Ahead:
    """A set that is to end (`set_id`, `valid_to`), or the match and first day of one that is to be written."""

    set_id: UUID | None
    valid_to: date | None
    department_id: UUID | None
    category: str | None
    job_id: UUID | None
    level: str | None
    valid_from: date | None


NEW: Final = ""
"""Code of a set that is not written yet."""


def ahead(wanted: Ahead, *, by: Actor, now: datetime) -> dict[str, Any]:
    """To whom of today's people another set would apply, and from which day; nothing is written. Raises Problem
    `not_allowed`, `not_found`, `set_day`.
    """
    standing.demand(by, Action.INDICATOR_SET_WRITE, now=now)
    today, held = people.day_of(now), matching.all_sets()
    if wanted.set_id is None:
        day = wanted.valid_from or today
        new = Match(NEW, day, wanted.department_id, wanted.category, wanted.job_id, wanted.level, wanted.valid_to)
        then = [*(one for one in held if (_kind(one), one.valid_from) != (_kind(new), day)), new]
    else:
        query = sa.select(IndicatorSet.code).where(IndicatorSet.id == wanted.set_id)
        code = session().execute(query).scalar_one_or_none()
        if code is None:
            raise Problem(NOT_FOUND)
        last = wanted.valid_to or today
        day = last + timedelta(days=1)
        then = [replace(one, valid_to=last) if one.code == code else one for one in held]
    if day < today:
        raise Problem(SET_DAY)
    return {"day": day, "people": _differing(held, then, day, today)}


def _differing(held: Sequence[Match], then: Sequence[Match], day: date, today: date) -> list[dict[str, Any]]:
    members = people.members(today)
    places = matching.places([one.person.id for one in members])
    found = []
    for one in members:
        # Where he will stand on that day, as far as it is known: a move may come before it.
        place = next((p for p in places.get(one.person.id, []) if p.holds(day)), None)
        if place is None:
            continue
        before, after = matching.best(held, place, day), matching.best(then, place, day)
        if before != after and (before is None or after is None or before.code != after.code):
            found.append(
                {
                    "person_id": one.person.id, "name_zh": one.person.name_zh, "name_en": one.person.name_en,
                    "department_zh": one.department.name_zh, "department_en": one.department.name_en,
                    "before": None if before is None else before.code, "after": None if after is None else after.code,
                }
            )  # fmt: skip
    return found


def renew(version: IndicatorVersion, valid_from: date, *, now: datetime) -> None:
    """From this day every set that holds an older version of the indicator holds this one: also one in whose place
    another stands on that day, from the day on which it applies again.
    """
    if valid_from < people.day_of(now):
        raise Problem(SET_DAY)
    older = {one.id for one in library.versions([version.indicator_id])[version.indicator_id]} - {version.id}
    every = matching.all_sets()
    for one in every:
        lines, first = matching.lines_of(one.code), _applies_from(one, valid_from, every)
        if first is None or all(line.indicator_version_id not in older for line in lines):
            continue
        new = [
            (version.id if line.indicator_version_id in older else line.indicator_version_id, line.weight)
            for line in lines
        ]
        if first == one.valid_from:
            _rewrite(one.code, new)
            _tell(one.department_id, first, now=now)
        else:
            _add(Wanted(one.department_id, one.category, one.job_id, one.level, first, one.valid_to, new), now=now)


def in_use(version_id: UUID, *, now: datetime) -> list[str]:
    """Codes of the sets that hold a version and apply today or later."""
    codes, every = set(library.set_codes([version_id]).get(version_id, [])), matching.all_sets()
    today = people.day_of(now)
    return [one.code for one in every if one.code in codes and _applies_from(one, today, every) is not None]


def _applies_from(one: Match, day: date, every: Sequence[Match]) -> date | None:
    """The first day from this one on, on which no other set with the same match stands in its place; None: never."""
    day = max(day, one.valid_from)
    while one.valid_to is None or day <= one.valid_to:
        front = [
            other
            for other in every
            if _kind(other) == _kind(one) and one.valid_from < other.valid_from <= day
            and (other.valid_to is None or other.valid_to >= day)
        ]  # fmt: skip
        if not front:
            return day
        last = max(other.valid_to or date.max for other in front)
        if last == date.max:
            return None
        day = last + timedelta(days=1)
    return None


def _kind(one: Match | IndicatorSet) -> tuple[Any, ...]:
    return (one.department_id, one.category, one.job_id, one.level)


def _whom(wanted: Wanted) -> None:
    known = (
        (wanted.department_id, Department),
        (wanted.job_id, Job),
    )
    for wanted_id, row in known:
        query: Any = sa.select(row.id).where(row.id == wanted_id)
        if wanted_id is not None and session().execute(query).first() is None:
            raise Problem(SET_WHOM)
    categories = session().execute(sa.select(Job.category).distinct()).scalars().all()
    if wanted.job_id is not None and wanted.category is not None:
        raise Problem(SET_WHOM)
    if wanted.category is not None and wanted.category not in categories:
        raise Problem(SET_WHOM)
    if wanted.valid_to is not None and wanted.valid_to < wanted.valid_from:
        raise Problem(SET_DAY)


def _add(wanted: Wanted, *, now: datetime) -> str:
    """Write it; one with the same match and first day that has not begun says the new instead."""
    kind = (wanted.department_id, wanted.category, wanted.job_id, wanted.level)
    same = [one for one in session().execute(sa.select(IndicatorSet)).scalars() if _kind(one) == kind]
    held = next((one for one in same if one.valid_from == wanted.valid_from), None)
    if held is not None:
        if held.valid_from <= people.day_of(now):
            raise Problem(SET_DAY)
        held.valid_to = wanted.valid_to
        _rewrite(held.code, wanted.lines)
        _tell(wanted.department_id, wanted.valid_from, now=now)
        return held.code
    code = short(new_id())
    session().add(
        IndicatorSet(
            code=code,
            department_id=None if wanted.department_id is None else DepartmentId(wanted.department_id),
            category=wanted.category,
            job_id=None if wanted.job_id is None else JobId(wanted.job_id),
            level=wanted.level,
            valid_from=wanted.valid_from,
            valid_to=wanted.valid_to,
        )
    )
    _rewrite(code, wanted.lines)
    _tell(wanted.department_id, wanted.valid_from, now=now)
    return code


def _rewrite(code: str, lines: Sequence[tuple[UUID, int]]) -> None:
    session().execute(sa.delete(SetLine).where(SetLine.category == code))
    for position, (version_id, weight) in enumerate(lines, start=1):
        session().add(
            SetLine(category=code, position=position, indicator_version_id=IndicatorId(version_id), weight=weight)
        )
    session().flush()  # whom it applies to is read from the rows


def _tell(department_id: UUID | None, valid_from: date, *, now: datetime) -> None:
    places = None if department_id is None else people.with_below([department_id])
    for one in people.members(people.day_of(now), departments=places):
        publish(SetApplies(PersonId(one.person.id), valid_from))
