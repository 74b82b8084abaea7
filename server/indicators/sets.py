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
    """Write a set; returns its code. Raises Problem `not_allowed`, `set_whom`, `set_version`, `set_incomplete`,
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
        then = [*held, new]
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
    """From this day every set in force that holds an older version of the indicator holds this one."""
    if valid_from < people.day_of(now):
        raise Problem(SET_DAY)
    older = {one.id for one in library.versions([version.indicator_id])[version.indicator_id]} - {version.id}
    for one in matching.all_sets():
        lines = matching.lines_of(one.code)
        in_force = _last_of_its_kind(one, valid_from) and (one.valid_to is None or one.valid_to >= valid_from)
        if in_force and any(line.indicator_version_id in older for line in lines):
            new = [
                (version.id if line.indicator_version_id in older else line.indicator_version_id, line.weight)
                for line in lines
            ]
            first = max(valid_from, one.valid_from)
            _add(Wanted(one.department_id, one.category, one.job_id, one.level, first, one.valid_to, new), now=now)


def in_use(version_id: UUID, *, now: datetime) -> list[str]:
    """Codes of the sets that hold a version and apply today or later."""
    today = people.day_of(now)
    codes = set(library.set_codes([version_id]).get(version_id, []))
    held = [one for one in matching.all_sets() if one.code in codes and (one.valid_to is None or one.valid_to >= today)]
    return [one.code for one in held if _last_of_its_kind(one, today)]


def _last_of_its_kind(one: Match, day: date) -> bool:
    """Whether no other set with the same match has taken over by this day."""
    return not any(
        other.code != one.code and _kind(other) == _kind(one) and one.valid_from < other.valid_from <= day
        and (other.valid_to is None or other.valid_to >= day)
        for other in matching.all_sets()
    )  # fmt: skip


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
    kind = (wanted.department_id, wanted.category, wanted.job_id, wanted.level)
    same = [one for one in session().execute(sa.select(IndicatorSet)).scalars() if _kind(one) == kind]
    if any(one.valid_from == wanted.valid_from for one in same):
        raise Problem(SET_DAY)
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
    for position, (version_id, weight) in enumerate(wanted.lines, start=1):
        session().add(
            SetLine(category=code, position=position, indicator_version_id=IndicatorId(version_id), weight=weight)
        )
    session().flush()  # whom it applies to is read from the row
    _tell(wanted.department_id, wanted.valid_from, now=now)
    return code


def _tell(department_id: UUID | None, valid_from: date, *, now: datetime) -> None:
    places = None if department_id is None else people.with_below([department_id])
    for one in people.members(people.day_of(now), departments=places):
        publish(SetApplies(PersonId(one.person.id), valid_from))
