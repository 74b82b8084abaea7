"""From marks to one number: by the weights of lines, and by the days of several raters."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Final, Literal

from server.indicators.arithmetic.rounding import half_up
from server.indicators.arithmetic.rules import BEST, WORST

WHOLE: Final = 100

Mark = Decimal | int
Missing = Literal["wait", "reweigh"]
"""What a line without a mark does to the whole: it waits, or the other lines carry its weight in proportion."""


def lacking(weights: Sequence[int]) -> int:
    """By how much weights miss 100; below 0 where they are too many."""
    return WHOLE - sum(weights)


def overall_tenths(weights: Sequence[int], marks: Sequence[Mark | None], missing: Missing = "wait") -> int | None:
    """The weighted mean in tenths, half a tenth rounded up.

    None while a line has no mark, or, where the others carry its weight, while no line has one.
    `weights` sum to 100.
    """
    known = [(weight, mark) for weight, mark in zip(weights, marks, strict=True) if mark is not None]
    carried = sum(weight for weight, _ in known)
    if not carried or (missing == "wait" and len(known) < len(weights)):
        return None
    return int(half_up(10 * sum(weight * Decimal(mark) for weight, mark in known), 0, over=carried))


def bounds_tenths(weights: Sequence[int], marks: Sequence[Mark | None]) -> tuple[int, int]:
    """Between which tenths the whole will lie, whatever the lines without a mark still get."""
    low = overall_tenths(weights, [WORST if mark is None else mark for mark in marks])
    high = overall_tenths(weights, [BEST if mark is None else mark for mark in marks])
    assert low is not None
    assert high is not None
    return low, high


# ---- several raters, each his days --------------------------------------------------------------


def days_within(first: date, last: date, period_from: date, period_to: date) -> int:
    """How many days of a period lie between two days, all of them included."""
    return max(0, (min(last, period_to) - max(first, period_from)).days + 1)


def shares(days: Sequence[int]) -> list[int]:
    """Whole per cents in proportion to days, summing to 100: what is left goes to the largest remainders.

    Where remainders are equal, more days come first, then who comes first: `days` are in the order of time.
    Raises ValueError where there is no day at all.
    """
    total = sum(days)
    if total <= 0 or min(days) < 0:
        raise ValueError("shares need a day")
    whole = [WHOLE * one // total for one in days]
    order = sorted(range(len(days)), key=lambda i: (-(WHOLE * days[i] % total), -days[i], i))
    for i in order[: WHOLE - sum(whole)]:
        whole[i] += 1
    return whole


def combined_tenths(days: Sequence[int], overalls: Sequence[int | None]) -> int | None:
    """One result of several raters' in tenths, each weighing as much as its share of days.

    None while a rater with a day has none. Reckoned from the shares and tenths that people see.
    """
    known: list[int] = []
    weights: list[int] = []
    for weight, one, overall in zip(shares(days), days, overalls, strict=True):
        if one and overall is None:
            return None
        if overall is not None:
            weights.append(weight)
            known.append(overall)
    return int(half_up(sum(weight * overall for weight, overall in zip(weights, known, strict=True)), 0, over=WHOLE))
