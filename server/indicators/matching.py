"""Which set of indicators applies to a person on a day. Nothing is stored: places and sets have dates, and they tell.

Of the sets that fit, the most specific applies: first one for the job, then one for its category, then one for any;
among these the one of the nearest department upwards; then one for the level; then the one that begins last.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

import sqlalchemy as sa

from server.foundation.db import session
from server.foundation.ids import IndicatorId
from server.indicators.library_models import IndicatorSet
from server.indicators.models import Indicator, IndicatorVersion, SetLine
from server.people import queries as people
from server.people.models import Assignment, Department, Job


@dataclass(frozen=True, slots=True)
class Place:
    """Where a person stands from a day to a day. `departments`: the own one first, then those above it."""

    departments: tuple[UUID, ...]
    job_id: UUID
    category: str
    level: str
    valid_from: date
    valid_to: date | None

    def holds(self, day: date) -> bool:
        """Whether the person stands here on this day."""
        return self.valid_from <= day and (self.valid_to is None or self.valid_to >= day)


@dataclass(frozen=True, slots=True)
class Match:
    """Whom a set applies to, and when."""

    code: str
    valid_from: date
    department_id: UUID | None = None
    category: str | None = None
    job_id: UUID | None = None
    level: str | None = None
    valid_to: date | None = None


@dataclass(frozen=True, slots=True)
class AppliedLine:
    """A line of the set that applies to a person: which version, where it stands, how much it weighs."""

    indicator_version_id: UUID
    indicator_id: IndicatorId
    code: str
    position: int
    weight: int


@dataclass(frozen=True, slots=True)
class Span:
    """From a day to a day, both included, this set applies; `code` None: no set does."""

    code: str | None
    valid_from: date
    valid_to: date | None


def fits(one: Match, place: Place, day: date) -> bool:
    """Whether a set applies to whoever stands there on this day, when no other is more specific."""
    return (
        one.valid_from <= day
        and (one.valid_to is None or one.valid_to >= day)
        and one.department_id in (None, *place.departments)
        and one.category in (None, place.category)
        and one.job_id in (None, place.job_id)
        and one.level in (None, place.level)
    )


def best(sets: Iterable[Match], place: Place, day: date) -> Match | None:
    """The set that applies; None where none fits."""
    return max((one for one in sets if fits(one, place, day)), key=lambda one: _rank(one, place), default=None)


def _rank(one: Match, place: Place) -> tuple[int, int, bool, date, str]:
    job = 2 if one.job_id is not None else 1 if one.category is not None else 0
    near = 0 if one.department_id is None else len(place.departments) - place.departments.index(one.department_id)
    return (job, near, one.level is not None, one.valid_from, one.code)


def spans(sets: Sequence[Match], places: Sequence[Place], since: date) -> list[Span]:
    """What applies from this day on, each change with its day; the last span is open unless the place ends."""
    found: list[Span] = []
    for place in places:
        first = max(place.valid_from, since)
        if place.valid_to is not None and place.valid_to < first:
            continue
        days = {first}
        for one in sets:
            days |= {one.valid_from} | ({one.valid_to + timedelta(days=1)} if one.valid_to is not None else set())
        turns = sorted(day for day in days if day >= first and (place.valid_to is None or day <= place.valid_to))
        for number, day in enumerate(turns):
            last = turns[number + 1] - timedelta(days=1) if number + 1 < len(turns) else place.valid_to
            match = best(sets, place, day)
            code = None if match is None else match.code
            if found and found[-1].code == code and found[-1].valid_to == day - timedelta(days=1):
                found[-1] = Span(code, found[-1].valid_from, last)
            else:
                found.append(Span(code, day, last))
    return found


# ---- what is read -------------------------------------------------------------------------------


def all_sets() -> list[Match]:
    """Every set: those with a row, and the lines of a job category without one, which apply on every day."""
    rows = session().execute(sa.select(IndicatorSet)).scalars().all()
    found = [
        Match(one.code, one.valid_from, one.department_id, one.category, one.job_id, one.level, one.valid_to)
        for one in rows
    ]
    known = {one.code for one in found}
    codes = session().execute(sa.select(SetLine.category).distinct()).scalars()
    return found + [Match(code, date.min, category=code) for code in codes if code not in known]


def places(person_ids: Collection[UUID]) -> dict[UUID, list[Place]]:
    """Person -> where he stands and stood, the oldest first."""
    above = _above()
    query = (
        sa.select(Assignment, Job.category)
        .join(Job, Job.id == Assignment.job_id)
        .where(Assignment.person_id.in_(person_ids))
        .order_by(Assignment.valid_from)
    )
    found: dict[UUID, list[Place]] = {}
    for one, category in session().execute(query):
        held = found.setdefault(one.person_id, [])
        if held and (held[-1].valid_to is None or held[-1].valid_to >= one.valid_from):
            # A move ends the place before it, also where nobody wrote down its last day.
            before = held[-1]
            held[-1] = Place(
                before.departments, before.job_id, before.category, before.level, before.valid_from,
                one.valid_from - timedelta(days=1),
            )  # fmt: skip
        held.append(
            Place(_chain(one.department_id, above), one.job_id, category, one.level, one.valid_from, one.valid_to)
        )
    return found


def place_of(member: people.Member, above: Mapping[UUID, UUID | None], day: date) -> Place:
    """Where a member of that day stands."""
    return Place(_chain(member.department.id, above), member.job.id, member.job.category, member.level, day, None)


def codes_of(members: Collection[people.Member], day: date) -> dict[UUID, str]:
    """Person -> code of the set that applies to him on that day; who has none is left out."""
    sets, above = all_sets(), _above()
    found = {one.person.id: best(sets, place_of(one, above, day), day) for one in members}
    return {person: match.code for person, match in found.items() if match is not None}


def set_of(person_id: UUID, day: date) -> list[AppliedLine]:
    """The lines by which a person is judged on a day, in order; none without a place or a set."""
    for place in places([person_id]).get(person_id, []):
        if place.holds(day):
            match = best(all_sets(), place, day)
            return [] if match is None else lines_of(match.code)
    return []


def lines_of(code: str) -> list[AppliedLine]:
    """The lines of a set by its code, in order."""
    query = (
        sa.select(SetLine, IndicatorVersion.indicator_id, Indicator.code)
        .join(IndicatorVersion, IndicatorVersion.id == SetLine.indicator_version_id)
        .join(Indicator, Indicator.id == IndicatorVersion.indicator_id)
        .where(SetLine.category == code)
        .order_by(SetLine.position)
    )
    return [
        AppliedLine(UUID(str(line.indicator_version_id)), indicator_id, name, line.position, line.weight)
        for line, indicator_id, name in session().execute(query)
    ]


def _above() -> dict[UUID, UUID | None]:
    return {row.id: row.parent_id for row in session().execute(sa.select(Department.id, Department.parent_id))}


def _chain(department_id: UUID, above: Mapping[UUID, UUID | None]) -> tuple[UUID, ...]:
    chain: list[UUID] = []
    here: UUID | None = department_id
    while here is not None and here not in chain:  # a loop in the data ends here
        chain.append(here)
        here = above.get(here)
    return tuple(chain)
