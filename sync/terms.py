"""What two people agree on: the terms somebody is measured by, what is said about them, and when they may be changed.

A window is open or shut by the server's time. The phone's clock is one witness of when a change was made, and
`made_at` says how far it is believed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

LATE_MS: Final = 7 * 24 * 3600 * 1000
"""How far back from its arrival a change may claim to have been made; a shift's week, and no holiday."""
SLACK_MS: Final = 30_000
"""A contact may be noted this much later than the phone said that it had nothing to send."""
WEIGHTS_SUM: Final = 100
TARGET_MAX: Final = 9_999_999_999
"""A column's ten digits before the point."""

CONFIRM: Final = "confirm"
OBJECT: Final = "object"
DISAGREE: Final = "disagree"
REPLY: Final = "reply"
KINDS: Final = (CONFIRM, OBJECT, DISAGREE, REPLY)
"""The first three are the employee's; `disagree` is "seen, but I disagree". The last is the supervisor's."""

TermLine = tuple[int, int | float | None, int]
"""A line's key, its target (None: a person judges) and its weight."""


@dataclass(frozen=True, slots=True)
class Aim:
    """Where a line's target is, and where another one may be."""

    target: int | float | None
    """None: a person judges, and no target can be set."""
    direction: str = "higher"
    threshold: int | float | None = None
    straight: bool = False
    """Marked on a straight line through threshold and target, which must not be the same."""


@dataclass(frozen=True, slots=True)
class Voice:
    """One thing said about the terms. Words are needed but for a confirmation."""

    kind: str
    words: str


@dataclass(frozen=True, slots=True)
class Terms:
    """Value of the command that changes the terms: every line, so that the weights stand or fall together."""

    lines: tuple[TermLine, ...]
    words: str = ""


@dataclass(frozen=True, slots=True)
class Window:
    """From an instant to another (excluded); None: until somebody shuts it."""

    opens_at: int
    closes_at: int | None


@dataclass(frozen=True, slots=True)
class Clock:
    """What the server knows of a phone's clock when a push comes in."""

    offset: int = 0
    """The server's time less the phone's, as the phone told its own when it sent."""
    since: int = 0
    """When the server last heard from this phone that nothing waited on it: what comes now was made later."""


NO_CLOCK: Final = Clock()
"""Nothing is known of it."""


def made_at(device_time: int, received_at: int, clock: Clock) -> int:
    """When a change was made, by the server's time. What the phone says is believed between what the server
    knows of it and its arrival; else its arrival counts.
    """
    told = device_time + clock.offset
    earliest = max(clock.since - SLACK_MS, received_at - LATE_MS)
    return told if earliest <= told <= received_at else received_at


def is_aim(asked: int | float | None, stands: int | float | None, aim: Aim) -> bool:
    """Whether a target means something: there where one is, and not on the wrong side of the warning. What stands
    already is no question.
    """
    if asked is None or aim.target is None:
        return asked is None and aim.target is None
    if aim.threshold is None or asked == stands:
        return True
    beyond = asked - aim.threshold if aim.direction == "higher" else aim.threshold - asked
    return beyond > 0 or (beyond == 0 and not aim.straight)


def is_open(windows: Sequence[Window], at: int) -> bool:
    """Whether one of them is open at this instant."""
    return any(one.opens_at <= at and (one.closes_at is None or at < one.closes_at) for one in windows)


def weights(lines: Sequence[TermLine]) -> int:
    """The sum of the weights."""
    return sum(weight for _, _, weight in lines)
