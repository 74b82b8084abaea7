"""The arithmetic of a form: known sums, and the vectors that bind the phone to the same."""

import json
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from scripts import arithmetic_vectors
from server.indicators.arithmetic import (
    aggregate_of,
    attendance,
    bounds_tenths,
    combined_tenths,
    days_within,
    lacking,
    linear_mark,
    one_value,
    overall_tenths,
    rule_mark,
    shares,
)
from server.indicators.arithmetic.explained import band_step, days_steps, sum_steps
from server.indicators.arithmetic.rounding import half_up, plain
from server.indicators.marking import exact

VECTORS = Path(__file__).parents[2] / "vectors"
D = Decimal


def vectors(name: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads((VECTORS / f"{name}.json").read_text("utf-8"))
    assert len(found) >= 8
    return found


@pytest.mark.parametrize("one", vectors("bands"), ids=lambda one: f"{one['value']}-{one['direction']}")
def test_a_band_includes_its_better_bound(one: dict[str, Any]) -> None:
    assert rule_mark(D(str(one["value"])), one["bands"], one["direction"]) == one["mark"]


@pytest.mark.parametrize("one", vectors("overall"), ids=lambda one: str(one["marks"]))
def test_an_overall_mark_is_in_tenths_and_half_rounds_up(one: dict[str, Any]) -> None:
    assert overall_tenths(one["weights"], exact(one["marks"])) == one["overall"]


def test_the_vectors_are_what_the_script_writes() -> None:
    held = (VECTORS / "arithmetic.json").read_text("utf-8")
    assert sum(len(cases) for cases in json.loads(held).values()) >= 500
    assert held == arithmetic_vectors.written(), "run scripts/arithmetic_vectors.py and look at the difference"


def test_binary_fractions_do_not_move_a_bound() -> None:
    assert rule_mark(D("99.1"), [0.1, 0.2, 0.3, 99.1], "higher") == 5
    assert rule_mark(D("99.09"), [0.1, 0.2, 0.3, 99.1], "higher") == 4


@pytest.mark.parametrize(("value", "mark"), [
    ("84.99", "1.00"), ("85", "1.00"), ("87.5", "1.50"), ("90", "2.00"), ("97", "3.40"), ("100", "4.00"),
    ("105", "5.00"), ("130", "5.00"),
])  # fmt: skip
def test_a_line_gives_two_at_the_threshold_and_four_at_the_target(value: str, mark: str) -> None:
    assert linear_mark(D(value), D(90), D(100), "higher") == D(mark)


@pytest.mark.parametrize(
    ("value", "mark"), [("200", "1.00"), ("150", "2.00"), ("75", "3.50"), ("50", "4.00"), ("0", "5.00")]
)
def test_where_less_is_better_the_line_runs_down(value: str, mark: str) -> None:
    assert linear_mark(D(value), D(150), D(50), "lower") == D(mark)


@pytest.mark.parametrize(
    ("threshold", "target", "direction"), [(90, 90, "higher"), (90, 80, "higher"), (80, 90, "lower")]
)
def test_a_target_that_is_not_better_than_the_threshold_is_no_rule(threshold: int, target: int, direction: str) -> None:
    with pytest.raises(ValueError, match="not better"):
        linear_mark(D(85), D(threshold), D(target), direction)


@pytest.mark.parametrize(("values", "expected"), [(["1", "2"], "1.50"), (["0.005"], "0.01"), (["1", "1", "2"], "1.33")])
def test_a_mean_has_two_decimals(values: list[str], expected: str) -> None:
    assert one_value([D(value) for value in values], "mean") == D(expected)


def test_what_happens_is_counted_together_and_what_stands_is_the_newest() -> None:
    assert [aggregate_of(*one) for one in (("count", "weekly"), ("%", "weekly"), ("%", "yearly"))] == [
        "sum", "mean", "last",
    ]  # fmt: skip
    assert one_value([D(3), D(0), D(1)], "sum") == 4
    assert one_value([D(40), D(55)], "last") == 55
    assert one_value([], "sum") is None


def test_statutory_leave_and_work_injury_never_lower_attendance() -> None:
    assert attendance(D(22), {"work_injury": D(10), "annual": D(2)}) == 100
    assert attendance(D(22), {"work_injury": D(10), "unexcused": D(3)}) == D("75.00")
    assert attendance(D(22), {"maternity": D(22)}) is None, "no day was due: there is nothing to judge"


@pytest.mark.parametrize("away", [{"holiday?": D(1)}, {"personal": D(23)}, {"personal": D(-1)}])
def test_days_that_cannot_be_and_leave_without_a_rule_lower_nothing_in_silence(away: dict[str, Decimal]) -> None:
    with pytest.raises(ValueError, match=r"no rule|more days"):
        attendance(D(22), away)


def test_a_line_without_a_mark_waits_or_is_carried_by_the_others() -> None:
    weights, marks = [30, 30, 20, 20], [3, 4, None, 4]
    assert overall_tenths(weights, marks) is None
    assert overall_tenths(weights, marks, "reweigh") == 36, "2.90 of 80 % is 3.625"
    assert overall_tenths(weights, [None] * 4, "reweigh") is None
    assert bounds_tenths(weights, marks) == (31, 39)


def test_a_mark_in_hundredths_is_rounded_once_only() -> None:
    # 3.45 and then 3.5 by two roundings.
    assert overall_tenths([99, 1], [D("3.45"), D("3.44")]) == 34


def test_the_days_of_two_raters_weigh_and_sum_to_a_hundred() -> None:
    assert shares([14, 16]) == [47, 53]
    assert shares([10, 10, 10]) == [34, 33, 33]
    assert combined_tenths([14, 16], [36, 41]) == 39
    assert combined_tenths([14, 16], [36, None]) is None
    assert combined_tenths([0, 30], [None, 33]) == 33, "who had no day has no say"
    with pytest.raises(ValueError, match="day"):
        shares([0, 0])


def test_days_of_a_period_are_counted_with_both_ends() -> None:
    november = date(2026, 11, 1), date(2026, 11, 30)
    assert days_within(date(2026, 1, 1), date(2026, 11, 14), *november) == 14
    assert days_within(date(2026, 11, 15), date(2027, 1, 1), *november) == 16
    assert days_within(date(2026, 12, 1), date(2027, 1, 1), *november) == 0


def test_weights_say_what_they_lack() -> None:
    assert [lacking(weights) for weights in ([60, 40], [60, 30], [60, 60])] == [0, 10, -20]


def test_a_sum_is_told_line_by_line() -> None:
    assert sum_steps([30, 35, 35], [4, 3, 5]) == [
        {"kind": "part", "weight": "30", "mark": "4", "part": "1.20"},
        {"kind": "part", "weight": "35", "mark": "3", "part": "1.05"},
        {"kind": "part", "weight": "35", "mark": "5", "part": "1.75"},
        {"kind": "total", "total": "4.00", "overall": "4.0"},
    ]
    assert sum_steps([45, 55], [3, 4])[-1] == {"kind": "rounded", "total": "3.55", "overall": "3.6"}
    assert sum_steps([60, 40], [3, None])[1:] == [
        {"kind": "open", "weight": "40"},
        {"kind": "waits", "low": "2.2", "high": "3.8"},
    ]
    assert sum_steps([60, 40], [3, None], "reweigh")[-1] == {
        "kind": "reweighed", "total": "1.80", "weight": "60", "overall": "3.0",
    }  # fmt: skip


def test_a_rule_and_the_days_of_raters_are_told_too() -> None:
    assert band_step(D("98.2"), [94, 96, 97.5, 99], "higher") == {
        "kind": "from", "value": "98.2", "bound": "97.5", "mark": "4",
    }  # fmt: skip
    assert days_steps([14, 16], [36, 41]) == [
        {"kind": "days", "days": "14", "of": "30", "weight": "47"},
        {"kind": "part", "weight": "47", "mark": "3.6", "part": "1.692"},
        {"kind": "days", "days": "16", "of": "30", "weight": "53"},
        {"kind": "part", "weight": "53", "mark": "4.1", "part": "2.173"},
        {"kind": "rounded", "total": "3.865", "overall": "3.9"},
    ]


def test_rounding_is_half_up_and_never_twice() -> None:
    assert [plain(half_up(D(one), 0)) for one in ("0.5", "1.5", "2.5", "-2.5", "-0.4")] == ["1", "2", "3", "-3", "0"]
    assert half_up(D("0." + "4" + "9" * 40), 0) == 0
