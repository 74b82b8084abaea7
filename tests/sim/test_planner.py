"""The planner here and the one in the client decide alike: both read tests/vectors/planner.json."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.sim import vectors
from tests.sim.planner import Line, Outcome, QueueItem, Situation, backoff, batch, learn, plan, refreshed

CASES = json.loads((Path(__file__).parents[1] / "vectors" / "planner.json").read_text("utf-8"))


def queue(items: list[dict[str, Any]]) -> list[QueueItem]:
    return [QueueItem(**item) for item in items]


@pytest.mark.parametrize("case", CASES["plan"], ids=lambda case: case["name"])
def test_plan(case: dict[str, Any]) -> None:
    given = case["situation"] | {"queue": queue(case["situation"]["queue"]), "line": Line(**case["situation"]["line"])}
    assert vectors.of_plan(plan(Situation(**given))) == case["plan"]
    until = case["plan"].get("until")
    assert until is None or until > given["now"], "who waits until now waits without end"


@pytest.mark.parametrize("case", CASES["batch"], ids=lambda case: case["name"])
def test_batch(case: dict[str, Any]) -> None:
    assert list(batch(queue(case["queue"]), case["now"], case["limit"])) == case["ns"]


@pytest.mark.parametrize("case", CASES["learn"], ids=lambda case: case["name"])
def test_learn(case: dict[str, Any]) -> None:
    lesson = learn(Line(**case["line"]), vectors.outcome(case["outcome"]), case["now"], case["fraction"])
    assert (vectors.of_line(lesson.line), lesson.set_aside) == (case["after"], case["set_aside"])


def test_back_off_and_hope() -> None:
    for case in CASES["backoff"]:
        assert backoff(case["failures"], case["fraction"], case["cap"]) == case["ms"]
    for case in CASES["refreshed"]:
        assert vectors.of_line(refreshed(Line(**case["line"]), case["by"])) == case["after"]


def test_the_file_is_what_the_generator_writes() -> None:
    assert vectors.made() == CASES
    assert Outcome("answered").ns == ()
