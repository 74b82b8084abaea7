"""The arithmetic of a form: bands and overall marks, bound to the phone's by shared vectors."""

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.indicators.scoring import mean, overall_tenths, rule_mark

VECTORS = Path(__file__).parents[2] / "vectors"
marks = st.integers(1, 5)


def vectors(name: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads((VECTORS / f"{name}.json").read_text("utf-8"))
    assert len(found) >= 8
    return found


@pytest.mark.parametrize("one", vectors("bands"), ids=lambda one: f"{one['value']}-{one['direction']}")
def test_a_band_includes_its_better_bound(one: dict[str, Any]) -> None:
    assert rule_mark(Decimal(str(one["value"])), one["bands"], one["direction"]) == one["mark"]


@pytest.mark.parametrize("one", vectors("overall"), ids=lambda one: str(one["marks"]))
def test_an_overall_mark_is_in_tenths_and_half_rounds_up(one: dict[str, Any]) -> None:
    assert overall_tenths(one["weights"], one["marks"]) == one["overall"]


@given(values=st.lists(st.decimals(0, 200, places=2), min_size=2, max_size=2).map(sorted))
def test_a_better_value_never_gets_a_worse_mark(values: list[Decimal]) -> None:
    worse, better = values
    assert rule_mark(worse, [90, 95, 100, 105], "higher") <= rule_mark(better, [90, 95, 100, 105], "higher")
    assert rule_mark(worse, [105, 100, 95, 90], "lower") >= rule_mark(better, [105, 100, 95, 90], "lower")


@given(given_marks=st.lists(marks, min_size=5, max_size=5))
def test_an_overall_mark_lies_between_the_worst_and_the_best(given_marks: list[int]) -> None:
    overall = overall_tenths([30, 30, 20, 10, 10], given_marks)
    assert overall is not None
    assert 10 * min(given_marks) <= overall <= 10 * max(given_marks)


@given(given_marks=st.lists(marks, min_size=5, max_size=5), place=st.integers(0, 4))
def test_a_line_without_a_mark_leaves_no_overall(given_marks: list[int], place: int) -> None:
    open_marks: list[int | None] = [*given_marks]
    open_marks[place] = None
    assert overall_tenths([30, 30, 20, 10, 10], open_marks) is None


def test_binary_fractions_do_not_move_a_bound() -> None:
    assert rule_mark(Decimal("99.1"), [0.1, 0.2, 0.3, 99.1], "higher") == 5
    assert rule_mark(Decimal("99.09"), [0.1, 0.2, 0.3, 99.1], "higher") == 4


@pytest.mark.parametrize(("values", "expected"), [(["1", "2"], "1.50"), (["0.005"], "0.01"), (["1", "1", "2"], "1.33")])
def test_a_mean_has_two_decimals(values: list[str], expected: str) -> None:
    assert mean([Decimal(value) for value in values]) == Decimal(expected)
