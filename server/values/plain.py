"""Rows of a batch that are plainly sound, read without the schema: it costs as much as everything else together.

Whatever is not plain (an unknown field, text beyond ASCII, a blank, a wrong type) is left to `RowSchema`, which alone
says what is wrong; so this may doubt too much, and must never let in what the schema would not.
"""

from datetime import date
from functools import lru_cache
from typing import Any, Final

from server.identity.models import EMPLOYEE_NO_MAX
from server.indicators.models import CODE_MAX, LABEL_MAX
from server.values.models import REASON_MAX
from server.values.rows import VALUE_LIMIT, Given

_FIELDS: Final = frozenset({"employee_no", "indicator", "period_from", "period_to", "value", "reason", "label"})


def plain(place: int, row: Any) -> Given | None:
    """The row, when it is plainly sound; None where the schema has to look."""
    if type(row) is not dict or not row.keys() <= _FIELDS:
        return None
    try:
        number, code, value = row["employee_no"], row["indicator"], row["value"]
        first, last = _day(row["period_from"]), _day(row["period_to"])
        reason, label = row.get("reason", ""), row.get("label", "")
        if type(value) is int:
            value = float(value)
        if (
            first is None
            or last is None
            or type(value) is not float
            or not -VALUE_LIMIT <= value <= VALUE_LIMIT
            or not (_text(number, EMPLOYEE_NO_MAX) and number)
            or not (_text(code, CODE_MAX) and code)
            or not _text(reason, REASON_MAX)
            or not _text(label, LABEL_MAX)
        ):
            return None
    except (KeyError, TypeError, OverflowError):  # missing, not hashable, or too large
        return None
    return Given(place, number, code, first, last, value, reason)


@lru_cache(16_384)
def _text(text: object, longest: int) -> bool:
    """Whether this is text that the schema leaves as it is."""
    return (
        isinstance(text, str)
        and len(text) <= longest
        and text.isascii()
        and text.isprintable()
        and text == text.strip()
    )


@lru_cache(4096)
def _day(text: object) -> date | None:
    if not isinstance(text, str) or len(text) != 10 or not text.isascii():
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
