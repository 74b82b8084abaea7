"""An objection from a dead spot: it names the value that was on the screen, and its clock runs by the server's time."""

from __future__ import annotations

from typing import Any

import pytest

from server.foundation.clock import TestClock, to_ms
from tests.server.values.conftest import HOUR, HTTPS, Counting
from tests.server.values.test_doors import objection

SEEN = ["2026-11-15", 95.6]


@pytest.fixture
def his(cast: Any, phone_of: Any) -> Counting:
    """汤雨桐's phone."""
    return phone_of(cast.worker)  # type: ignore[no-any-return]


def waiting(hr: Any) -> list[dict[str, Any]]:
    desk = hr.get("/api/values/desk", **HTTPS).get_json()
    return [one for one in desk["objections"] if one["state"] == "open"]


def answer(hr: Any, value: float | None, words: str = "核对过") -> None:
    (one,) = waiting(hr)
    told = hr.post(f"/api/values/objections/{one['id']}/answer", json={"value": value, "answer": words}, **HTTPS)
    assert told.status_code == 200, told.get_data()


def correct(hr: Any, value: float) -> None:
    """Another source says something else."""
    row = {"employee_no": "N2", "indicator": "OUT", "period_from": "2026-11-01", "period_to": "2026-11-15"}
    answer = hr.post("/api/values/entries", json=row | {"value": value, "reason": "补录"}, **HTTPS)
    assert answer.get_json()["corrected"] == 1


def test_it_waits_on_the_desk_with_both_times_and_the_answer_comes_to_the_phone(
    cast: Any, his: Counting, hr: Any, clock: TestClock
) -> None:
    made = his.object(SEEN, "设备停机三天")
    typed_at = to_ms(clock.now())
    clock.move(30 * HOUR)
    assert his.push(made) == {1: ["a"]}
    his.pull()
    (one,) = his.objections(cast.worker)
    assert (one["state"], one["shown"], one["shown_to"], one["reason"]) == ("open", 95.6, "2026-11-15", "设备停机三天")
    assert (one["device_time"], one["raised_at"]) == (typed_at, typed_at + 30 * 3_600_000)
    assert one["due_at"] == one["raised_at"] + 7 * 24 * 3_600_000, "five working days from a Wednesday, of the server"
    answer(hr, 99.5, "停机一天已扣除")
    his.pull()
    (one,) = his.objections(cast.worker)
    assert (one["state"], one["answer"], one["answered_by_zh"]) == ("corrected", "停机一天已扣除", "金佳怡")
    assert his.points(cast.worker)[0]["value"] == 99.5
    (change,) = his.points(cast.worker)[0]["changes"]
    assert (change["before"], change["reason"]) == (95.6, "停机一天已扣除")


def test_what_two_phones_say_against_one_value_goes_to_the_desk_together(
    cast: Any, his: Counting, hr: Any, phone_of: Any
) -> None:
    other = phone_of(cast.worker)
    mine, theirs = his.object(SEEN, "设备停机三天"), other.object(SEEN, "周三没排我的班")
    again = other.object(SEEN, "设备停机三天")
    assert his.push(mine) == {1: ["a"]}
    assert other.push(theirs, again) == {1: ["m"], 2: ["s"]}
    (one,) = waiting(hr)
    assert one["reason"] == "设备停机三天\n周三没排我的班"


def test_the_door_and_the_phone_meet_in_one_objection(cast: Any, his: Counting, hr: Any, client_for: Any) -> None:
    assert objection(client_for(cast.worker)).status_code == 201
    assert his.push(his.object(SEEN, "周三没排我的班")) == {1: ["m"]}
    assert objection(client_for(cast.worker)).get_json()["code"] == "objection_twice"
    (one,) = waiting(hr)
    assert one["reason"] == "设备停机三天\n周三没排我的班"


def test_a_value_that_was_corrected_meanwhile_is_shown_first(cast: Any, his: Counting, hr: Any) -> None:
    made = his.object(SEEN, "设备停机三天")
    correct(hr, 98)
    assert his.push(made) == {1: ["p", "value_changed"]}
    assert waiting(hr) == []
    assert his.push(his.object(["2026-11-15", 98], "还是不对")) == {2: ["a"]}, "having seen it, he may"


def test_what_was_answered_is_not_asked_again_and_the_same_words_are_the_same(
    cast: Any, his: Counting, hr: Any
) -> None:
    assert his.push(his.object(SEEN, "设备停机三天")) == {1: ["a"]}
    answer(hr, None)
    assert his.push(his.object(SEEN, "设备停机三天")) == {2: ["s"]}
    assert his.push(his.object(SEEN, "我不同意")) == {3: ["p", "objection_answered"]}
    his.pull()
    (one,) = his.objections(cast.worker)
    assert (one["state"], one["answer"]) == ("stands", "核对过")


def test_words_have_an_end_and_none_of_them_is_lost(cast: Any, his: Counting, hr: Any) -> None:
    receipts = [his.push(his.object(SEEN, f"{n}" + "长" * 498)) for n in range(5)]
    assert [one[n] for n, one in enumerate(receipts, start=1)] == [
        ["a"], ["m"], ["m"], ["m"], ["p", "objection_full"],
    ]  # fmt: skip
    (one,) = waiting(hr)
    assert len(one["reason"]) == 4 * 499 + 3


@pytest.mark.parametrize("who", ["supervisor", "manager", "hr", "other_worker", "stranger"])
def test_nobody_objects_for_another(cast: Any, phone_of: Any, who: str) -> None:
    phone = phone_of(getattr(cast, who))
    _, cells = phone.object(SEEN, "x")
    about = phone_of(cast.worker).row(cast.worker)["id"]
    (receipt,) = phone.push((about, cells)).values()
    assert receipt in (["p", "not_yours"], ["p", "no_such_record"])


@pytest.mark.parametrize(
    "value",
    [
        None,
        ["OUT", "2026-11-01", 0, "x"],
        ["OUT", "2026-11-01", SEEN, "  "],
        ["OUT", "2026-11-01", SEEN, None],
        ["OUT", "2026-11-01", ["2026-10-31", 1], "x"],
        ["OUT", "2026-11-01", SEEN],
    ],
)
def test_what_means_nothing_is_parked(cast: Any, his: Counting, value: Any) -> None:
    record, _ = his.object(SEEN, "x")
    assert his.push(his.typed(record, "obj", value)) == {2: ["p", "invalid"]}


def test_of_a_value_that_is_not_there_nothing_is_said(cast: Any, his: Counting) -> None:
    assert his.push(his.object(SEEN, "x", first="2026-10-01")) == {1: ["p", "value_changed"]}
    assert his.push(his.object(SEEN, "x", indicator="NONE")) == {2: ["p", "value_changed"]}
