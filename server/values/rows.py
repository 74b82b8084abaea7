"""What a row of values is before and after it was taken in, and how a period is named. No database."""

import unicodedata
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from enum import StrEnum
from functools import lru_cache
from typing import Any, Final, NamedTuple

from server.foundation.ids import KeyId, PersonId

VALUE_LIMIT: Final = 1e10
"""A value has ten digits before the point and four behind it."""
_WEEK: Final = timedelta(days=6)


class Given(NamedTuple):
    """One value as somebody hands it in. `place`: how its giver finds it again, from 0."""

    place: int
    employee_no: str
    indicator: str
    period_from: date
    period_to: date
    value: Decimal | float
    reason: str = ""
    label: str = ""


class Fate(StrEnum):
    """What became of a row."""

    NEW = "new"
    SAME = "same"
    CORRECTED = "corrected"
    CONTINUED = "continued"
    REFUSED = "refused"


class Refusal(StrEnum):
    """Why a row was not taken in."""

    PERSON_UNKNOWN = "person_unknown"
    INDICATOR_UNKNOWN = "indicator_unknown"
    INDICATOR_FOREIGN = "indicator_foreign"
    KEY_SCOPE = "key_scope"
    PERIOD = "period"
    """It ends before it begins, is longer than a year, lies in no year that anybody works in, or in days to come."""
    PERIOD_SHORTER = "period_shorter"
    """It would take days back, and says not why."""
    VALUE_LIMIT = "value_limit"
    TWICE = "twice"
    REASON_MISSING = "reason_missing"
    LATE = "late"


@dataclass(frozen=True, slots=True)
class Receipt:
    """The last word on one row. `code`: a Refusal, when refused. `late`: the state of the cycle it came late for."""

    place: int
    fate: Fate
    code: str | None = None
    late: str | None = None
    flags: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class By:
    """Who hands values in: a person, or a key of another system."""

    person_id: PersonId | None = None
    key_id: KeyId | None = None


@dataclass(slots=True)
class Taken:
    """What became of many rows: how many of each fate, and a receipt for each row that was not plainly new."""

    counts: Counter[Fate] = field(default_factory=Counter)
    receipts: list[Receipt] = field(default_factory=list)

    def note(self, receipt: Receipt) -> None:
        """Add the word on one row."""
        self.counts[receipt.fate] += 1
        self.receipts.append(receipt)

    def shown(self) -> Mapping[str, Any]:
        """Counts by name."""
        return {fate.value: self.counts[fate] for fate in Fate}


def seen(text: str) -> str:
    """A text without what nobody sees: signs that turn the direction of others, or have no width."""
    if text.isascii():
        return text
    return "".join(one for one in text if unicodedata.category(one) != "Cf")


@lru_cache(4096)
def label_of(first: date, last: date) -> str:
    """W46, 2026-11, 2026-Q4, 2026 or 2026-11-16; for other spans the last day."""
    if first == last:
        return first.isoformat()
    if last - first == _WEEK and first.isoweekday() == 1:
        return f"W{first.isocalendar().week:02}"
    after = last + timedelta(days=1)
    if first.day == 1 and (after.day == 1 or (first.year, first.month) == (last.year, last.month)):
        months = (after.year - first.year) * 12 + after.month - first.month if after.day == 1 else 1
        if months == 1:
            return f"{first:%Y-%m}"
        if months == 3 and first.month % 3 == 1:
            return f"{first.year}-Q{first.month // 3 + 1}"
        if months == 12 and first.month == 1:
            return str(first.year)
    return last.isoformat()
