"""Rows that are read without the schema are read as the schema would; whatever it refuses is never let in."""

from __future__ import annotations

from datetime import date
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st
from marshmallow import ValidationError

from server.values.plain import plain
from server.values.rows import Given
from server.values.schemas import RowSchema

SOUND: dict[str, Any] = {
    "employee_no": "10101",
    "indicator": "OUT",
    "period_from": "2026-11-16",
    "period_to": "2026-11-22",
    "value": 97.4,
}
odd = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=60), st.lists(st.integers(), max_size=2),
    st.dictionaries(st.text(max_size=3), st.integers(), max_size=2),
    st.sampled_from(["", " A", "A ", "A\x7f", "A\x00", "é", "e\u0301", "x" * 41, "2026-02-30", "20261116", "2026-W47-1",
                     10**10, 10**10 + 1, -(10**10), 1e10, 10**400]),
)  # fmt: skip
changes = st.dictionaries(st.sampled_from([*SOUND, "reason", "label", "more"]), odd, max_size=3)


def by_schema(row: Any) -> Given | None:
    try:
        return Given(0, **RowSchema().load(row))
    except ValidationError:
        return None


def test_a_sound_row_is_plain() -> None:
    assert plain(3, SOUND) == Given(3, "10101", "OUT", date(2026, 11, 16), date(2026, 11, 22), 97.4)
    assert (
        plain(0, orjson.loads(orjson.dumps(SOUND | {"value": 97, "reason": "late scans", "label": "W47"}))) is not None
    )


@given(changes, st.sets(st.sampled_from(list(SOUND)), max_size=1))
def test_it_never_lets_in_what_the_schema_would_not_and_reads_the_same(change: Any, missing: Any) -> None:
    row = {name: value for name, value in (SOUND | change).items() if name not in missing}
    read = plain(0, row)
    assert read is None or read == by_schema(row), row


@pytest.mark.parametrize("row", [None, [], "x", 7, {}, {"value": 1}])
def test_what_is_no_row_is_left_to_the_schema(row: Any) -> None:
    assert plain(0, row) is None
