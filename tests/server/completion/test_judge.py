"""What stands behind a name on the board, without a database."""

from datetime import UTC, datetime, timedelta

import pytest

from server.completion.judge import Cell, Group, Heard, Reason, group, missing_to_goal, percent, reason

NOW = datetime(2026, 11, 28, 6, 0, tzinfo=UTC)
LONG_AGO = NOW - timedelta(days=8)


def heard(hours_ago: float, queued: int = 0, oldest_h: float | None = None) -> Heard:
    oldest = None if oldest_h is None else NOW - timedelta(hours=oldest_h)
    return Heard(NOW - timedelta(hours=hours_ago), queued, oldest)


@pytest.mark.parametrize(
    ("cells", "cases", "last", "expected"),
    [
        ([Cell.NONE], 0, None, Reason.NEVER_CONTACTED),
        ([Cell.NONE], 0, heard(1), None),
        ([Cell.NONE], 0, heard(24), Reason.SILENT),
        ([Cell.NONE], 0, heard(31, 1, 31), Reason.QUEUED_OLD),
        ([Cell.NONE], 0, heard(1, 1, 7.9), None),
        ([Cell.CASE], 1, heard(1), Reason.CASE_OPEN),
        ([Cell.CASE], 1, heard(31, 1, 31), Reason.QUEUED_OLD),
        ([Cell.SUBMITTED], 0, heard(50), None),
        ([Cell.SUBMITTED], 0, None, None),
        ([Cell.SUBMITTED], 0, heard(31, 1, 31), Reason.QUEUED_OLD),
        ([Cell.SUBMITTED, Cell.HALF], 0, heard(50), Reason.SILENT),
    ],
)
def test_the_first_reason_that_holds_is_named(
    cells: list[Cell], cases: int, last: Heard | None, expected: Reason | None
) -> None:
    assert reason(cells, cases, last, opened_at=LONG_AGO, now=NOW) is expected


def test_only_a_team_without_a_reason_can_be_complete() -> None:
    assert group([Cell.SUBMITTED, Cell.ACKNOWLEDGED], None) is Group.COMPLETE
    assert group([Cell.SUBMITTED, Cell.NONE], None) is Group.UNDER_WAY
    assert group([Cell.SUBMITTED], Reason.QUEUED_OLD) is Group.NEEDS_HAND


@pytest.mark.parametrize(
    ("submitted", "total", "shown", "missing"),
    [
        (135, 176, 76.7, 38),
        (0, 0, 0.0, 0),
        (0, 12, 0.0, 12),
        (1999, 2000, 99.9, 0),
        (2000, 2000, 100.0, 0),
        (49, 50, 98.0, 0),
    ],
)
def test_percent_never_rounds_up_to_a_goal(submitted: int, total: int, shown: float, missing: int) -> None:
    assert (percent(submitted, total), missing_to_goal(submitted, total)) == (shown, missing)
