"""From what was measured to the one value of a period."""

import json
from collections.abc import Mapping, Sequence
from decimal import Decimal
from importlib.resources import files
from typing import Final, Literal

from server.indicators.arithmetic.rounding import half_up

Aggregate = Literal["mean", "sum", "last"]

COUNTED: Final = frozenset(
    json.loads(files("server.indicators.arithmetic").joinpath("counted.json").read_text(encoding="utf-8"))
)
"""Units of what happens: three accidents in one week and none in the next are three."""
FREQUENCIES: Final = ("daily", "weekly", "biweekly", "monthly", "quarterly", "yearly")
"""How often something is measured: one list for the library's check, imports and this arithmetic."""
STANDING: Final = frozenset({"quarterly", "yearly"})
"""Frequencies of what is measured less often than people are judged: the newest figure is the one that holds."""

NEVER_LOWERS: Final = frozenset(
    {
        "annual",
        "bereavement",
        "childcare",
        "civic_duty",
        "elder_care",
        "family_visit",
        "marriage",
        "maternity",
        "medical",
        "nursing",
        "paternity",
        "prenatal",
        "public_holiday",
        "work_injury",
    }
)
"""Leave that the law grants, and work injury: these days are not due. `medical`: certified, in the legal period."""
LOWERS: Final = frozenset({"personal", "unexcused"})


def aggregate_of(unit: str, frequency: str) -> Aggregate:
    """How an indicator's values of a period become one, where nobody has said otherwise."""
    if unit in COUNTED:
        return "sum"
    return "last" if frequency in STANDING else "mean"


def one_value(values: Sequence[Decimal], how: Aggregate) -> Decimal | None:
    """The value of a period, from its values with the oldest first; None where there are none.

    A mean has two decimals; a sum and the last one keep theirs.
    """
    if not values:
        return None
    if how == "last":
        return values[-1]
    total = sum(values, Decimal(0))
    return total if how == "sum" else half_up(total, 2, over=len(values))


def days_due(planned: Decimal, away: Mapping[str, Decimal]) -> tuple[Decimal, Decimal]:
    """How many days were due, and of how many of these somebody was there. `away`: kind of leave -> days.

    Raises ValueError for a kind that is neither in NEVER_LOWERS nor in LOWERS, and for days that cannot be:
    what nobody has ruled on must not lower anything in silence.
    """
    unknown = set(away) - NEVER_LOWERS - LOWERS
    if unknown:
        raise ValueError(f"no rule for {', '.join(sorted(unknown))}")
    if min((planned, *away.values())) < 0 or sum(away.values()) > planned:
        raise ValueError("more days away than planned, or less than none")
    due = planned - sum(days for kind, days in away.items() if kind in NEVER_LOWERS)
    return due, due - sum(days for kind, days in away.items() if kind in LOWERS)


def attendance(planned: Decimal, away: Mapping[str, Decimal]) -> Decimal | None:
    """Attendance in per cent, two decimals; None where no day was due. See `days_due`."""
    due, there = days_due(planned, away)
    return half_up(100 * there, 2, over=due) if due else None
