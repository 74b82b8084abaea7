"""What is measured of a person: what somebody enters by hand, and what the person says against a value.

A value may have come from a system that writes no versions. So whoever enters or objects names what was on the screen
by its content: its last day and its number.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final, NamedTuple

NUMBER_MAX: Final = 9_999_999_999
"""A column's ten digits before the point; four stand behind it."""
DIGITS: Final = 4
WHY_MAX: Final = 500
SAID_MAX: Final = 2000
"""Of the words of several objections together."""
CODE_MAX: Final = 40
EARLIEST: Final = "2000-01-01"
LATEST: Final = "2099-12-31"
_DAY: Final = re.compile(r"\d{4}-\d\d-\d\d")

Key = tuple[str, str]
"""An indicator's code and the first day of a period: what names a value of a person."""


class Shown(NamedTuple):
    """A value as it was on a screen: up to which day, and how much."""

    last: str
    number: float


@dataclass(frozen=True, slots=True)
class Entry:
    """Value of the command by which somebody enters a value. `shown`: what stood there, None: nothing."""

    indicator: str
    first: str
    value: Shown
    shown: Shown | None = None
    reason: str = ""

    @property
    def key(self) -> Key:
        return self.indicator, self.first


@dataclass(frozen=True, slots=True)
class Objection:
    """What the person says against a value, and the value that was on the screen."""

    indicator: str
    first: str
    shown: Shown
    words: str

    @property
    def key(self) -> Key:
        return self.indicator, self.first


@dataclass(frozen=True, slots=True)
class Raised:
    """The last objection to a value: against what, in which words, and whether it still waits for an answer."""

    shown: Shown
    words: str
    is_open: bool


@dataclass(frozen=True, slots=True)
class Stands:
    """What is known under a key. `value` None: nothing was measured."""

    value: Shown | None = None
    raised: Raised | None = None


NOTHING: Final = Stands()


def number(value: float) -> float:
    """A number as it is kept: two that differ less are the same."""
    return round(float(value), DIGITS) + 0.0  # no minus nought


def is_day(text: object) -> bool:
    """A day as ISO text, of a year that anybody works in. Whether the month has it, the giver must know."""
    return isinstance(text, str) and _DAY.fullmatch(text) is not None and EARLIEST <= text <= LATEST


def is_shown(value: object, first: str) -> bool:
    """A value of a period that begins with this day."""
    if not isinstance(value, Shown) or not is_day(value.last) or value.last < first:
        return False
    return type(value.number) in (int, float) and -NUMBER_MAX <= value.number <= NUMBER_MAX
