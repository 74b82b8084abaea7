"""How long a period runs. The same cases as pwa/src/values/measured.test.ts: the phone asks for a reason by them."""

from __future__ import annotations

from datetime import date

import pytest

from server.values.periods import goes_on, runs_to

CASES = [
    ("weekly", "2026-11-16", "2026-11-18", "2026-11-22", "2026-11-24", True),
    ("weekly", "2026-11-16", "2026-11-22", "2026-11-23", "2026-11-24", False),
    ("daily", "2026-11-16", "2026-11-16", "2026-11-17", "2026-11-24", False),
    ("monthly", "2026-10-26", "2026-11-24", "2026-11-25", "2026-11-25", True),
    ("monthly", "2026-01-31", "2026-02-10", "2026-02-27", "2026-03-30", True),
    ("monthly", "2026-01-31", "2026-02-10", "2026-02-28", "2026-03-30", False),
    ("monthly", "2026-10-01", "2026-11-05", "2026-12-31", "2027-01-31", True),
    ("monthly", "2026-10-01", "2026-11-05", "2026-12-31", "2027-02-01", False),
    ("", "2026-11-01", "2026-11-15", "2026-11-30", "2026-12-31", True),
    ("", "2026-11-01", "2026-11-15", "2026-11-30", "2027-01-01", False),
    ("yearly", "2026-01-01", "2026-01-31", "2026-12-31", "2026-12-31", True),
]


@pytest.mark.parametrize(("frequency", "first", "before", "last", "today", "goes"), CASES)
def test_a_period_goes_on_within_itself(
    frequency: str, first: str, before: str, last: str, today: str, goes: bool
) -> None:
    days = [date.fromisoformat(one) for one in (first, before, last, today)]
    assert goes_on(frequency, *days) is goes


def test_what_is_longer_than_a_year_is_at_its_end() -> None:
    assert runs_to("monthly", date(2024, 1, 1), date(2026, 1, 1)) == date(2026, 1, 1)
