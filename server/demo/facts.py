"""Measured values and past marks of the demo's people: random, with the same seed at every start."""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any, Final

import sqlalchemy as sa

from server.demo import plant
from server.foundation.db import session
from server.foundation.ids import IndicatorId, PersonId
from server.indicators.arithmetic import overall_tenths
from server.indicators.models import RATING, IndicatorVersion, MeasuredValue, PastMark, PastOverall
from server.people.models import Assignment, Job, Person
from server.values import sources

WEEKS: Final = 8
MONTHS: Final = 6
SEED: Final = 20261124
WITHOUT_VALUE: Final = ("10106", "OUT")
"""One person of the first shift has no value of one indicator, as happens: a person judges it then."""
BELOW: Final = ("10104", "10310", "10207")
"""Two periods below the threshold and more, in what is measured."""


@dataclass(frozen=True)
class Period:
    """Days that one value stands for, both included."""

    label: str
    period_from: date
    period_to: date


def month_end(day: date) -> date:
    """The last day of this day's month."""
    return (day.replace(day=28) + timedelta(days=4)).replace(day=1) - timedelta(days=1)


def weeks(today: date) -> list[Period]:
    """The last eight complete ISO weeks, the oldest first."""
    monday = today - timedelta(days=today.weekday())
    starts = [monday - timedelta(weeks=back) for back in range(WEEKS, 0, -1)]
    return [Period(f"W{start.isocalendar().week:02}", start, start + timedelta(days=6)) for start in starts]


def running_month(today: date) -> date:
    """The first day of the month that is judged now: the one that holds the last two complete weeks
    or most of them, so that early in a month the one before is judged.
    """
    last_sunday = today - timedelta(days=today.weekday() + 1)
    return (last_sunday - timedelta(days=13)).replace(day=1)


def month_before(first: date) -> date:
    """The first day of the month before the one that begins on `first`."""
    return (first - timedelta(days=1)).replace(day=1)


def months(today: date) -> list[Period]:
    """The last six months, the running one up to yesterday; the oldest first."""
    first = running_month(today)
    found: list[Period] = []
    for _ in range(MONTHS):
        found.append(Period(f"{first:%Y-%m}", first, min(month_end(first), today - timedelta(days=1))))
        first = month_before(first)
    return found[::-1]


def measure(versions: dict[str, IndicatorVersion], staff: dict[str, Person], *, today: date, now: datetime) -> None:
    """Write eight weeks or six months of values for each person, and marks of the months before Gemba."""
    content = plant.read("indicators")
    chance = random.Random(SEED)
    for number, category in _categories(staff):
        codes = [(code, weight) for code, weight in content["sets"].get(category, [])]
        person = staff[number]
        for code, _ in codes:
            if versions[code].source != RATING and (number, code) != WITHOUT_VALUE:
                _values(person, versions[code], code, content, chance, today, now)
        if codes:
            _past(person, versions, codes, chance, today)
    for code in sorted({one.source for one in versions.values()} - {RATING}):
        sources.locked(code).last_value_at = now


def _categories(staff: dict[str, Person]) -> Iterator[tuple[str, str]]:
    query = sa.select(Assignment.person_id, Job.category).join(Job, Job.id == Assignment.job_id)
    by_person = {row.person_id: row.category for row in session().execute(query)}
    for number, person in staff.items():
        yield number, by_person[person.id]


def _values(
    person: Person,
    version: IndicatorVersion,
    code: str,
    content: Any,
    chance: random.Random,
    today: date,
    now: datetime,
) -> None:
    middle, spread, digits = content["spread"][code]
    ceiling = content["ceiling"].get(code, float("inf"))
    worse = -1 if version.direction == "higher" else 1
    own = chance.gauss(0, 0.8 * spread) + (1.5 * spread * worse if person.employee_no in BELOW else 0)
    for period in weeks(today) if version.frequency == "weekly" else months(today):
        drawn = min(ceiling, max(0.0, middle + own + chance.gauss(0, spread / 2)))
        session().add(
            MeasuredValue(
                person_id=PersonId(person.id),
                indicator_id=IndicatorId(version.indicator_id),
                period_from=period.period_from,
                period_to=period.period_to,
                label=period.label,
                value=Decimal(f"{drawn:.{digits}f}"),
                source=version.source,
                received_at=now,
            )
        )


def _past(
    person: Person,
    versions: dict[str, IndicatorVersion],
    codes: list[tuple[str, int]],
    chance: random.Random,
    today: date,
) -> None:
    # Somebody's marks stay near what is usual for him, as they do; one step up or down now and then.
    below = person.employee_no in BELOW
    usual = {
        code: 2 if below and versions[code].bands else chance.choices((2, 3, 4), (2, 5, 3))[0] for code, _ in codes
    }
    drawn = [
        (period, [usual[code] + chance.choices((-1, 0, 1), (1, 4, 1))[0] for code, _ in codes])
        for period in months(today)[:-1]
    ]
    for period, marks in drawn[:-1]:  # the last of them is judged in Gemba
        overall = overall_tenths([weight for _, weight in codes], marks)
        session().add(PastOverall(person_id=PersonId(person.id), month=period.label, overall=overall))
        for (code, _), mark in zip(codes, marks, strict=True):
            session().add(PastMark(person_id=PersonId(person.id), month=period.label, indicator_code=code, mark=mark))
