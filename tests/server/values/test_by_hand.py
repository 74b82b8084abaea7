"""Values that a supervisor enters on a phone with no network: nothing unseen is replaced, nothing typed is lost."""

from __future__ import annotations

from typing import Any

import pytest
import sqlalchemy as sa

from server.foundation.clock import TestClock, to_ms
from server.foundation.db import session, tenant_context, unit_of_work
from tests.server.values.conftest import HOUR, HTTPS, Counting

WEEK = {"employee_no": "N2", "indicator": "OUT", "period_from": "2026-11-16", "period_to": "2026-11-22"}


def entry(client: Any, value: float, **other: Any) -> Any:
    return client.post("/api/values/entries", json=WEEK | {"value": value} | other, **HTTPS)


def test_a_team_is_there_before_anything_was_counted(cast: Any, lead: Counting) -> None:
    assert {row["name_zh"] for row in lead.all("measured").values()} == {"肖静", "汤雨桐", "江军"}
    series = lead.series(cast.worker)
    assert (series["by_hand"], series["unit"], series["source_zh"], series["locked"]) == (1, "%", "班组台账", None)
    assert [one[0] for one in lead.row(cast.worker)["series"]] == ["OUT", "FPY"], (
        "what other sources bring is no business of her hand"
    )


def test_a_value_from_a_dead_spot_arrives_scores_anew_and_is_told_to_both(
    cast: Any, lead: Counting, phone_of: Any, clock: TestClock
) -> None:
    his = phone_of(cast.worker)
    made = lead.enter(cast.worker, 110)
    typed_at = to_ms(clock.now())
    clock.move(5 * HOUR)
    assert lead.push(made) == {1: ["a"]}
    lead.pull()
    his.pull()
    for phone in (lead, his):
        point = phone.points(cast.worker)[-1]
        assert (point["value"], point["label"], point["period_to"]) == (110, "W47", "2026-11-22")
        assert (point["entered"]["by_zh"], point["entered"]["device_time"]) == ("肖静", typed_at)
        assert point["entered"]["received_at"] == to_ms(clock.now())
    assert lead.series(cast.worker)["data_to"] == "2026-11-22"
    (evaluation,) = (one for one in lead.all("evaluation").values() if one["employee_no"] == "N2")
    assert (evaluation["values"][0], evaluation["rules"][0]) == (102.8, 4), "the middle of 95.6 and 110, by its bands"


def test_the_same_edit_twice_is_taken_once(cast: Any, lead: Counting) -> None:
    made = lead.enter(cast.worker, 99)
    assert lead.push(made) == lead.push(made) == {1: ["a"]}
    lead.pull()
    assert lead.points(cast.worker)[-1]["changes"] == []


def test_two_phones_of_one_period_never_overwrite_each_other(cast: Any, lead: Counting, phone_of: Any) -> None:
    other = phone_of(cast.supervisor)
    mine, same, late = lead.enter(cast.worker, 99), other.enter(cast.worker, 99), other.enter(cast.worker, 97)
    assert lead.push(mine) == {1: ["a"]}
    assert other.push(same, late) == {1: ["s"], 2: ["p", "value_changed"]}
    other.pull()
    assert other.points(cast.worker)[-1]["value"] == 99
    again = other.enter(cast.worker, 97, shown=["2026-11-22", 99], reason="漏记一班")
    assert other.push(again) == {3: ["a"]}, "having seen the other, with a reason"
    lead.pull()
    (change,) = lead.points(cast.worker)[-1]["changes"]
    assert (change["before"], change["after"], change["reason"], change["by_zh"]) == (99, 97, "漏记一班", "肖静")


def test_a_value_that_another_door_brought_meanwhile_stands(cast: Any, lead: Counting, hr: Any) -> None:
    made = lead.enter(cast.worker, 97)
    assert entry(hr, 99).status_code == 200
    assert lead.push(made) == {1: ["p", "value_changed"]}
    lead.pull()
    assert lead.points(cast.worker)[-1]["value"] == 99


def test_ones_own_chain_from_a_dead_spot_is_no_conflict_and_leaves_its_history(cast: Any, lead: Counting) -> None:
    first = lead.enter(cast.worker, 88)
    second = lead.enter(cast.worker, 98, shown=["2026-11-22", 88], reason="看错了一位", base=lead.version(1))
    assert lead.push(first, second) == {1: ["a"], 2: ["a"]}
    lead.pull()
    point = lead.points(cast.worker)[-1]
    assert (point["value"], [one["before"] for one in point["changes"]]) == (98, [88])


def test_what_overtakes_the_entry_it_was_built_on_waits_for_it(cast: Any, lead: Counting) -> None:
    first = lead.enter(cast.worker, 88)
    second = lead.enter(cast.worker, 98, shown=["2026-11-22", 88], reason="看错了", base=lead.version(1))
    assert lead.push(second)[2][0] == "h"
    assert lead.push(first) == {1: ["a"]}
    lead.pull()
    assert lead.points(cast.worker)[-1]["value"] == 98


def test_a_running_period_goes_on_without_a_reason_and_back_with_one(cast: Any, lead: Counting) -> None:
    days = {"first": "2026-11-16"}
    assert lead.push(lead.enter(cast.worker, 40, last="2026-11-18", **days)) == {1: ["a"]}
    assert lead.push(lead.enter(cast.worker, 60, last="2026-11-20", shown=["2026-11-18", 40], **days)) == {2: ["a"]}
    assert lead.push(lead.enter(cast.worker, 50, last="2026-11-19", shown=["2026-11-20", 60], **days)) == {
        3: ["p", "value_shorter"]
    }
    assert lead.push(lead.enter(cast.worker, 61, last="2026-11-20", shown=["2026-11-20", 60], **days)) == {
        4: ["p", "value_reason"]
    }
    back = lead.enter(cast.worker, 50, last="2026-11-19", shown=["2026-11-20", 60], reason="多算一天", **days)
    assert lead.push(back) == {5: ["a"]}
    lead.pull()
    assert (lead.points(cast.worker)[-1]["value"], lead.points(cast.worker)[-1]["period_to"]) == (50, "2026-11-19")


def test_what_a_finished_period_said_and_days_to_come_are_no_running_period(cast: Any, lead: Counting) -> None:
    october = {"first": "2026-10-01"}
    assert lead.push(lead.enter(cast.worker, 90, last="2026-10-31", **october)) == {1: ["a"]}
    longer = {"last": "2026-11-03", "shown": ["2026-10-31", 90]} | october
    assert lead.push(lead.enter(cast.worker, 91, **longer)) == {2: ["p", "value_reason"]}
    assert lead.push(lead.enter(cast.worker, 91, reason="并入", **longer)) == {3: ["a"]}
    assert lead.push(lead.enter(cast.worker, 91, first="2026-11-16", last="2099-12-31")) == {4: ["p", "invalid"]}
    assert lead.push(lead.enter(cast.worker, 91, first="2026-11-25", last="2026-11-25")) == {5: ["p", "invalid"]}


def test_a_period_that_was_judged_stays_as_it_is_where_late_values_are_refused(
    cast: Any, lead: Counting, set_source: Any, app: Any
) -> None:
    set_source(late_rule="refuse")
    with app.app_context(), tenant_context(cast.tenant_id):
        unit_of_work(lambda: session().execute(sa.text("UPDATE cycle SET state = 'closed', period_to = '2026-11-20'")))
    longer = lead.enter(cast.worker, 10, first="2026-11-01", last="2026-11-22", shown=["2026-11-15", 95.6], reason="x")
    assert lead.push(longer) == {1: ["p", "value_late"]}, "by the old end, though the new one is after it"


@pytest.mark.parametrize(
    ("setting", "reason"),
    [
        ({"locked_reason": "盘点中"}, "source_locked"),
        ({"kind": "api"}, "source_by_hand"),
        ({"kind": "self"}, "source_by_hand"),
    ],
)
def test_what_the_source_says_while_one_was_away_counts(
    cast: Any, lead: Counting, set_source: Any, setting: dict[str, Any], reason: str
) -> None:
    made = lead.enter(cast.worker, 99)
    set_source(**setting)
    assert lead.push(made) == {1: ["p", reason]}
    lead.pull()
    if "locked_reason" in setting:
        assert lead.series(cast.worker)["locked"] == "盘点中", "and her phone says so before she types again"


def test_a_jump_is_flagged_as_from_any_other_source(cast: Any, lead: Counting, hr: Any) -> None:
    for day in range(1, 16):
        only = {"period_from": f"2026-10-{day:02}", "period_to": f"2026-10-{day:02}"}
        assert entry(hr, 96 + day % 3, **only).status_code == 200
    assert lead.push(lead.enter(cast.worker, 9600)) == {1: ["a"]}
    lead.pull()
    assert lead.points(cast.worker)[-1]["flags"] == ["jump"]
    (flag,) = hr.get("/api/values/desk", **HTTPS).get_json()["flags"]
    assert (flag["kind"], flag["value"]) == ("jump", 9600)


def test_an_employee_enters_what_he_counts_of_himself_alone(
    cast: Any, lead: Counting, set_source: Any, phone_of: Any
) -> None:
    his = phone_of(cast.worker)
    assert his.series(cast.worker)["by_hand"] == 0
    assert his.push(his.enter(cast.worker, 99)) == {1: ["p", "source_by_hand"]}
    set_source(kind="self")
    his.pull()
    assert his.series(cast.worker)["by_hand"] == 1
    assert his.push(his.enter(cast.worker, 99)) == {2: ["a"]}
    assert his.push(his.enter(cast.other_worker, 99)) == {3: ["p", "no_such_record"]}


def test_who_may_enter(cast: Any, lead: Counting, phone_of: Any) -> None:
    above = phone_of(cast.manager)
    assert above.push(above.enter(cast.worker, 99)) == {1: ["a"]}, "whoever stands above on the line"
    for person in (cast.neighbour, cast.hr, cast.other_worker, cast.stranger):
        phone = phone_of(person)
        assert phone.push(phone.enter(cast.worker, 98)) == {1: ["p", "no_such_record"]}
        assert {row["id"] for row in phone.all("measured").values()} & {lead.row(cast.worker)["id"]} == set()


def test_the_lines_of_the_period_count_and_not_those_of_the_day_it_arrives(
    cast: Any, lead: Counting, phone_of: Any, move: Any
) -> None:
    before, across = lead.enter(cast.worker, 99), lead.enter(cast.worker, 98, first="2026-11-23", last="2026-11-29")
    after = lead.enter(cast.worker, 97, first="2026-11-24", last="2026-11-24")
    move(cast.worker, cast.neighbour, "2026-11-24")
    assert lead.push(before, across, after) == {1: ["a"], 2: ["a"], 3: ["p", "no_such_record"]}
    hers = phone_of(cast.neighbour)
    assert hers.push(hers.enter(cast.worker, 90, shown=["2026-11-22", 99], reason="x")) == {1: ["p", "no_such_record"]}
    assert hers.push(hers.enter(cast.worker, 97, first="2026-11-24", last="2026-11-24")) == {2: ["a"]}
    lead.pull()
    assert lead.row(cast.worker)["spans"][-1][1] == "2026-11-23", "she keeps him for the days that were hers"
    days = [one["period_from"] for one in lead.points(cast.worker)]
    assert days == ["2026-11-01", "2026-11-16", "2026-11-23"], "and what came after them is no business of hers"


@pytest.mark.parametrize(
    "value",
    [
        None, [], "x", ["OUT"], ["OUT", "2026-11-16", "2026-11-22", "9", 0], ["OUT", "2026-11-16", "2026-11-15", 9, 0],
        ["OUT", "2026-02-31", "2026-03-01", 9, 0], ["OUT", "2100-01-01", "2100-01-02", 9, 0],
        ["OUT", "2026-11-16", "2026-11-22", 1e300, 0], ["OUT", "2026-11-16", "2026-11-22", True, 0],
        ["OUT", "2026-11-16", "2026-11-22", None, 0], ["OUT", 16, 22, 9, 0], ["", "2026-11-16", "2026-11-22", 9, 0],
        ["OUT", "2026-11-16", "2026-11-22", 9, ["x", 1]], ["OUT", "2026-11-16", "2026-11-22", 9, 0, "x" * 501],
        ["OUT\u0000", "2026-11-16", "2026-11-22", 9, 0], ["O" * 41, "2026-11-16", "2026-11-22", 9, 0],
    ],
)  # fmt: skip
def test_what_means_nothing_is_parked_and_delays_nothing(cast: Any, lead: Counting, value: Any) -> None:
    record, cells = lead.enter(cast.worker, 99)
    bad = lead.typed(record, "!value", value)
    assert lead.push(bad, (record, cells)) == {2: ["p", "invalid"], 1: ["a"]}


def test_an_unknown_indicator_is_counted_by_nobody(cast: Any, lead: Counting) -> None:
    assert lead.push(lead.enter(cast.worker, 1, indicator="NONE")) == {1: ["p", "source_by_hand"]}
    assert lead.push(lead.enter(cast.worker, 1, indicator="FIVE-S")) == {2: ["p", "source_by_hand"]}


def test_an_older_phone_is_not_sent_what_it_would_drop(cast: Any, lead: Counting, phone_of: Any) -> None:
    old = phone_of(cast.supervisor, reads=1)
    assert not any(scope.startswith("values:") for scope in old.scopes)
    assert old.all("measured") == {}
    assert old.all("agreement")
