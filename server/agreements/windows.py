"""When terms may be changed: the plan's windows, and what HR opened or shut by hand, as instants."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from server.agreements.models import Every, RuleKind, WindowRule
from server.foundation.clock import to_ms
from sync.terms import LATE_MS, Window

BACK: Final = timedelta(milliseconds=LATE_MS) + timedelta(days=1)
"""A change may claim a window that ended so long ago."""
AHEAD: Final = timedelta(days=400)
"""Phones know the windows of a year, also those that hear nothing meanwhile."""
MONTHS: Final = {Every.MONTH: 1, Every.QUARTER: 3}


@dataclass(frozen=True, slots=True)
class Period:
    """The days that an agreement stands for, both included."""

    name: str
    first: date
    last: date


def period_of(every: Every, day: date) -> Period:
    """The month or quarter of this day."""
    months = MONTHS[every]
    first = day.replace(day=1, month=1 + (day.month - 1) // months * months)
    last = _after(first, months) - timedelta(days=1)
    name = f"{first:%Y-%m}" if every is Every.MONTH else f"{first.year}-Q{1 + (first.month - 1) // 3}"
    return Period(name, first, last)


def _after(first: date, months: int) -> date:
    place = first.month - 1 + months
    return date(first.year + place // 12, 1 + place % 12, 1)


@dataclass(frozen=True, slots=True)
class Span:
    """Open from an instant to another (excluded)."""

    opens_at: datetime
    closes_at: datetime


def spans(rules: Sequence[WindowRule], zone: ZoneInfo, now: datetime) -> list[Span]:
    """Every window from shortly ago to a year ahead, in order and apart. `rules`: in the order in which they were made."""
    begin, end = now - BACK, now + AHEAD
    found: list[Span] = []
    plans = [rule for rule in rules if rule.kind == RuleKind.PLAN]
    for place, plan in enumerate(plans):
        until = plans[place + 1].from_at if place + 1 < len(plans) else end
        found += _clipped(_planned(plan, zone, max(begin, plan.from_at), min(end, until)), plan.from_at, until)
    for rule in rules:
        to_at = rule.to_at or end
        if rule.kind == RuleKind.OPEN:
            found.append(Span(rule.from_at, to_at))
        elif rule.kind == RuleKind.SHUT:
            found = [part for one in found for part in _without(one, rule.from_at, to_at)]
    return [one for one in _joined(found) if one.closes_at > begin and one.opens_at < end]


def _planned(plan: WindowRule, zone: ZoneInfo, begin: datetime, end: datetime) -> Iterator[Span]:
    every = Every(plan.every or Every.QUARTER)
    first = period_of(every, begin.astimezone(zone).date()).first
    while _midnight(first, zone) < end:
        following = _after(first, MONTHS[every])
        opens = first + timedelta(days=(plan.first_day or 1) - 1)
        closes = min(first + timedelta(days=plan.last_day or 1), following)
        if opens < closes:
            yield Span(_midnight(opens, zone), _midnight(closes, zone))
        first = following


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time(), zone)


def _clipped(found: Iterator[Span], begin: datetime, end: datetime) -> Iterator[Span]:
    for one in found:
        opens, closes = max(one.opens_at, begin), min(one.closes_at, end)
        if opens < closes:
            yield Span(opens, closes)


def _without(one: Span, begin: datetime, end: datetime) -> Iterator[Span]:
    if one.opens_at < begin:
        yield Span(one.opens_at, min(one.closes_at, begin))
    if end < one.closes_at:
        yield Span(max(one.opens_at, end), one.closes_at)


def _joined(found: Sequence[Span]) -> list[Span]:
    made: list[Span] = []
    for one in sorted(found, key=lambda span: (span.opens_at, span.closes_at)):
        if made and one.opens_at <= made[-1].closes_at:
            made[-1] = Span(made[-1].opens_at, max(made[-1].closes_at, one.closes_at))
        elif one.opens_at < one.closes_at:
            made.append(one)
    return made


def open_at(found: Sequence[Span], now: datetime) -> Span | None:
    """The window that is open at this instant."""
    return next((one for one in found if one.opens_at <= now < one.closes_at), None)


def ends_at(last: date, closed_at: datetime | None, zone: ZoneInfo) -> datetime:
    """When an agreement is over: after its last day, or when the next one has taken its place before that."""
    over = _midnight(last + timedelta(days=1), zone)
    return over if closed_at is None else min(over, closed_at)


def for_core(found: Sequence[Span], until: datetime) -> tuple[Window, ...]:
    """The same for the core, for an agreement that is over then: what people were measured by stays as it was."""
    ends = [min(one.closes_at, until) for one in found]
    return tuple(
        Window(to_ms(one.opens_at), to_ms(end)) for one, end in zip(found, ends, strict=True) if one.opens_at < end
    )
