"""How a rater stands on the board: pure, from what the server received and from nothing else.

The board never guesses what lies on a phone: it says since when it has heard nothing.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

GOAL_PERCENT: Final = 98
NEVER_AFTER: Final = timedelta(hours=24)
"""So long after the opening a phone that was never heard of needs a hand."""
QUEUED_AFTER: Final = timedelta(hours=8)
"""One shift: unsent work older than this stands on the board with a name."""
SILENT_AFTER: Final = timedelta(hours=24)


class Cell(StrEnum):
    """One person of a team, as the server knows it. `half`: something of it was received."""

    NONE = "none"
    HALF = "half"
    SUBMITTED = "submitted"
    ACKNOWLEDGED = "acknowledged"
    CASE = "case"


class Group(StrEnum):
    """Where a rater stands on the board, in this order."""

    NEEDS_HAND = "needs_hand"
    UNDER_WAY = "under_way"
    COMPLETE = "complete"


class Reason(StrEnum):
    """Why a rater needs a hand; the first that holds, in this order."""

    NEVER_CONTACTED = "never_contacted"
    QUEUED_OLD = "queued_old"
    CASE_OPEN = "case_open"
    SILENT = "silent"


DONE: Final = frozenset({Cell.SUBMITTED, Cell.ACKNOWLEDGED})


@dataclass(frozen=True, slots=True)
class Heard:
    """The last word from any phone of a rater."""

    last_contact_at: datetime
    queued_count: int
    oldest_queued_at: datetime | None
    attempts: int = 0
    last_error: str | None = None


def reason(
    cells: Sequence[Cell], open_cases: int, heard: Heard | None, *, opened_at: datetime, now: datetime
) -> Reason | None:
    """Say why this rater needs a hand; None for one who is on the way or complete.

    A complete rater whose phone still holds old edits, or on whose team a case is open, is not
    complete for HR: somebody has to act.
    """
    is_done = all(cell in DONE for cell in cells)
    if heard is None:
        return None if is_done or now - opened_at < NEVER_AFTER else Reason.NEVER_CONTACTED
    if heard.oldest_queued_at is not None and now - heard.oldest_queued_at >= QUEUED_AFTER:
        return Reason.QUEUED_OLD
    if open_cases:
        return Reason.CASE_OPEN
    if not is_done and now - heard.last_contact_at >= SILENT_AFTER:
        return Reason.SILENT
    return None


def group(cells: Sequence[Cell], why: Reason | None) -> Group:
    """Say in which part of the board this rater stands."""
    if why is not None:
        return Group.NEEDS_HAND
    return Group.COMPLETE if all(cell in DONE for cell in cells) else Group.UNDER_WAY


def percent(submitted: int, total: int) -> float:
    """Percent with one decimal, rounded down: 100 stands only where nothing is missing."""
    return submitted * 1000 // total / 10 if total else 0.0


def missing_to_goal(submitted: int, total: int) -> int:
    """How many more must be submitted to reach the goal."""
    return max(0, -(-total * GOAL_PERCENT // 100) - submitted)
