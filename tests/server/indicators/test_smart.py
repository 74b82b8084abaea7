"""The SMART check and the difference of two versions: pure, bound to the desk's by the same vectors."""

import json
from pathlib import Path
from typing import Any

import pytest

from server.indicators import smart
from server.indicators.difference import Change, changes

VECTORS = json.loads((Path(__file__).parents[2] / "vectors" / "smart.json").read_text("utf-8"))


def told(found: list[smart.Finding]) -> list[list[Any]]:
    return [[one.code, dict(one.params)] for one in found]


@pytest.mark.parametrize("case", VECTORS["drafts"], ids=lambda case: case["name"])
def test_the_check_says_exactly_what_is_missing(case: dict[str, Any]) -> None:
    assert told(smart.check(case["draft"])) == case["findings"]


@pytest.mark.parametrize("case", VECTORS["sets"], ids=lambda case: case["name"])
def test_a_set_has_three_to_five_lines_that_sum_to_a_hundred(case: dict[str, Any]) -> None:
    assert told(smart.check_set([(code, weight) for code, weight in case["lines"]])) == case["findings"]


def test_a_difference_names_each_field_with_old_and_new() -> None:
    old = VECTORS["drafts"][0]["draft"]
    new = old | {"target": 102, "bands": [90, 96, 100, 105], "source": "ERP"}
    assert changes(old, new) == [
        Change("target", None, 100, 102), Change("source", None, "MES", "ERP"), Change("band", 3, 95, 96),
    ]  # fmt: skip
    assert changes(old, old) == []


def test_a_difference_of_anchors_stands_at_its_mark_and_language() -> None:
    old = VECTORS["drafts"][9]["draft"]
    anchors = [list(pair) for pair in old["anchors"]]
    anchors[1][0] = "3 次以上不合格"
    judged_no_more = old | {"source": "MES", "anchors": None, "bands": [1, 2, 3, 4]}
    assert changes(old, old | {"anchors": anchors}) == [Change("anchor_zh", 2, "2 次以上不合格", "3 次以上不合格")]
    found = changes(old, judged_no_more)
    assert Change("band", 2, None, 1) in found
    assert Change("anchor_en", 5, "Its practice is standard", None) in found
