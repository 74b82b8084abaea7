"""Evaluations of a closed cycle leave the raters' phones when the next cycle opens, and stay away."""

from datetime import timedelta
from typing import Any

import pytest
from phones import Phone
from shift import finish

from server.cycles import queries, service
from server.foundation.clock import TestClock
from server.foundation.problems import Problem
from tests.cast import open_cycle


@pytest.fixture
def put_away(floor: Any, her: Phone, record: str, clock: TestClock) -> str:
    """汤雨桐's evaluation: submitted in November, its cycle closed, and December's open."""
    finish(her, record)
    floor.set_cycle("closed")
    clock.move(timedelta(days=16))
    floor.change(lambda: open_cycle([floor.cast.shift], now=clock.now(), name="12 月评估") and None)
    her.client = floor.client_for(her.person, her.device)  # the session of November has run out
    her.pull()
    assert record not in her.all("evaluation")
    return record


def answer(floor: Any, record: str) -> None:
    worker = floor.phone(floor.cast.worker)
    version = worker.all("result")[record]["version"]
    assert worker.push(worker.edit(record, "ans", ["agree"], version)) == {1: ["a"]}
    assert worker.all("result")[record]["answer"] == "agree"


def test_an_answer_after_the_close_does_not_bring_the_evaluation_back(floor: Any, her: Phone, put_away: str) -> None:
    answer(floor, put_away)
    her.pull()
    assert put_away not in her.all("evaluation")
    assert her.all("evaluation").keys() == her.all("trend").keys()
    assert {row["cycle_id"] for row in her.all("evaluation").values()} == set(her.all("cycle"))
    assert put_away not in floor.phone(floor.cast.supervisor).all("evaluation"), "nor onto a new phone"


def test_a_changed_cycle_that_is_closed_does_not_bring_its_evaluations_back(
    floor: Any, her: Phone, put_away: str
) -> None:
    floor.set_cycle("closed")
    her.pull()
    assert put_away not in her.all("evaluation")
    assert len(her.all("cycle")) == 1


def test_an_answer_before_the_next_cycle_reaches_the_rater_though_this_one_is_closed(
    floor: Any, her: Phone, record: str
) -> None:
    finish(her, record)
    floor.set_cycle("closed")
    answer(floor, record)
    her.pull()
    assert her.all("evaluation")[record]["state"] == "acknowledged"


def test_closing_a_cycle_tells_the_phones_and_a_second_time_is_refused(floor: Any, her: Phone, record: str) -> None:
    def close() -> None:
        cycle = queries.get(floor.cast.cycle.id)
        assert cycle is not None
        service.close(cycle)

    floor.change(close)
    her.pull()
    assert {row["state"] for row in her.all("cycle").values()} == {"closed"}
    assert her.all("evaluation")[record]["may"] == 0
    with pytest.raises(Problem, match="cycle_not_open"):
        floor.change(close)
