"""Every sum as the lines that a person can follow: a kind, and its numbers as text.

The words for each kind are messages of the phone (`sum_<kind>`); pwa/src/indicators/arithmetic/explained.ts
makes the same lines. What the parts of a sum add up to is what its last line says.
"""

from collections.abc import Mapping, Sequence
from decimal import Decimal

from server.indicators.arithmetic.rounding import plain
from server.indicators.arithmetic.rules import BEST, WORST, linear_mark, rule_mark
from server.indicators.arithmetic.values import Aggregate, attendance, days_due, one_value
from server.indicators.arithmetic.weights import (
    WHOLE,
    Mark,
    Missing,
    bounds_tenths,
    combined_tenths,
    overall_tenths,
    shares,
)

Step = dict[str, str]


def value_step(values: Sequence[Decimal], how: Aggregate) -> Step:
    """How a period's values became one."""
    value = one_value(values, how)
    if value is None:
        return {"kind": "no_value"}
    made = {"kind": how, "count": str(len(values)), "value": plain(value)}
    return made | {"total": plain(sum(values, Decimal(0)))} if how == "mean" else made


def attendance_steps(planned: Decimal, away: Mapping[str, Decimal]) -> list[Step]:
    """Which days were due, and how many of these somebody was there."""
    value = attendance(planned, away)
    due, there = days_due(planned, away)
    made = [{"kind": "due", "planned": plain(planned), "never": plain(planned - due), "due": plain(due)}]
    if value is None:
        return [*made, {"kind": "no_value"}]
    return [*made, {"kind": "there", "there": plain(there), "due": plain(due), "value": plain(value)}]


def band_step(value: Decimal, bands: Sequence[Decimal | float | int], direction: str) -> Step:
    """Which bound of the bands gave the mark."""
    mark = rule_mark(value, bands, direction)
    met, missed = ("from", "under") if direction == "higher" else ("within", "over")
    bound = bands[max(0, mark - 2)]
    return {
        "kind": missed if mark == WORST else met,
        "value": plain(value),
        "bound": plain(Decimal(str(bound))),
        "mark": str(mark),
    }


def linear_step(value: Decimal, threshold: Decimal, target: Decimal, direction: str) -> Step:
    """Where a value lies on the line of its rule, or that the line has ended."""
    mark = linear_mark(value, threshold, target, direction)
    numbers = {
        "value": plain(value),
        "threshold": plain(threshold),
        "target": plain(target),
        "mark": plain(mark, 2),
    }
    return {"kind": "line_end" if mark in (WORST, BEST) else "line"} | numbers


def sum_steps(weights: Sequence[int], marks: Sequence[Mark | None], missing: Missing = "wait") -> list[Step]:
    """What each line adds, and the whole."""
    made = [_part(w, m) if m is not None else _open(w) for w, m in zip(weights, marks, strict=True)]
    known = [(weight, mark) for weight, mark in zip(weights, marks, strict=True) if mark is not None]
    overall = overall_tenths(weights, marks, missing)
    if overall is None:
        low, high = bounds_tenths(weights, marks)
        return [*made, {"kind": "waits", "low": _tenths(low), "high": _tenths(high)}]
    total = _total(known)
    if len(known) == len(weights):
        return [*made, _whole(total, overall)]
    carried = str(sum(weight for weight, _ in known))
    return [*made, {"kind": "reweighed", "total": plain(total, 2), "weight": carried, "overall": _tenths(overall)}]


def days_steps(days: Sequence[int], overalls: Sequence[int | None]) -> list[Step]:
    """Each rater's days with what they weigh and add, and the one result of them all."""
    made: list[Step] = []
    known: list[tuple[int, Mark]] = []
    for one, weight, overall in zip(days, shares(days), overalls, strict=True):
        made.append({"kind": "days", "days": str(one), "of": str(sum(days)), "weight": str(weight)})
        if overall is not None:
            known.append((weight, Decimal(overall) / 10))
        made.append(_part(*known[-1]) if overall is not None else _open(weight))
    combined = combined_tenths(days, overalls)
    return [*made, {"kind": "waits_for_rater"} if combined is None else _whole(_total(known), combined)]


def agreed_step(weight: int, of_set: int) -> Step:
    """That a weight is the one that was agreed, and what the set says."""
    return {"kind": "agreed", "weight": str(weight), "of_set": str(of_set)}


def _part(weight: int, mark: Mark) -> Step:
    return {"kind": "part", "weight": str(weight), "mark": plain(mark), "part": plain(_total([(weight, mark)]), 2)}


def _open(weight: int) -> Step:
    return {"kind": "open", "weight": str(weight)}


def _total(known: Sequence[tuple[int, Mark]]) -> Decimal:
    return sum((weight * Decimal(mark) for weight, mark in known), Decimal(0)) / WHOLE


def _whole(total: Decimal, tenths: int) -> Step:
    exact = total * 10 == tenths
    return {"kind": "total" if exact else "rounded", "total": plain(total, 2), "overall": _tenths(tenths)}


def _tenths(tenths: int) -> str:
    return plain(Decimal(tenths) / 10, 1)
