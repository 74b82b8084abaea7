"""How long a period runs, and when it goes on instead of being corrected. No database; the phone has the same rule
(`pwa/src/values/measured.ts`)."""

from calendar import monthrange
from datetime import date, timedelta
from functools import lru_cache
from typing import Final

OPEN_FOR: Final = timedelta(days=31)
"""So long after a period's end its value may still grow without a reason: the last days of a month come in the next."""
LONGEST: Final = timedelta(days=366)
"""No period is longer."""
_DAYS: Final = {"daily": 1, "weekly": 7, "biweekly": 14}
_MONTHS: Final = {"monthly": 1, "quarterly": 3, "yearly": 12}
_UNITS: Final = (*_DAYS, *_MONTHS)


@lru_cache(4096)
def runs_to(frequency: str, first: date, last: date) -> date:
    """The last day of the period that these days are the beginning of, by how often an indicator is measured; of the
    next longer one where they are more than that. Without a frequency a month."""
    begin = _UNITS.index(frequency) if frequency in _UNITS else _UNITS.index("monthly")
    for unit in _UNITS[begin:]:
        end = _end(unit, first)
        if last <= end:
            return end
    return last


def goes_on(frequency: str, first: date, before: date, last: date, today: date) -> bool:
    """Whether a value up to `last` goes on from one up to `before`, so that it may be another without a reason."""
    end = runs_to(frequency, first, before)
    return before < last <= end and today <= end + OPEN_FOR


def is_ahead(frequency: str, first: date, last: date, today: date) -> bool:
    """Whether a period lies in days to come: it has not begun, or ends later than the one that is running."""
    return last > today and (first > today or last > runs_to(frequency, first, today))


def _end(unit: str, first: date) -> date:
    if unit in _DAYS:
        return first + timedelta(days=_DAYS[unit] - 1)
    months = first.year * 12 + first.month - 1 + _MONTHS[unit]
    year, month = months // 12, months % 12 + 1
    return date(year, month, min(first.day, monthrange(year, month)[1])) - timedelta(days=1)
