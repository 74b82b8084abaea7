"""Ending a set, and writing another, with a look at whom it is about before; a hire and a move have the right set."""

from datetime import date, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from server.foundation.clock import TestClock
from server.foundation.db import db, session, tenant_context, unit_of_work
from server.foundation.ids import new_id
from server.indicators import matching
from server.people import queries
from server.people import service as people
from server.people.models import Department, Job
from tests.server.indicators.conftest import problem

NOBODY = {"department_id": None, "category": None, "job_id": None, "level": None}


@pytest.fixture
def today(app: Flask, cast: Any, clock: TestClock) -> date:
    with app.app_context(), tenant_context(cast.tenant_id):
        return queries.day_of(clock.now())


@pytest.fixture
def lines(hr: Any) -> list[dict[str, Any]]:
    sets = hr.get("/api/indicator-sets").get_json()
    held = next(one["lines"] for one in sets if one["category"] == "operator")
    return [
        {"indicator_version_id": one["indicator_version_id"], "weight": w}
        for one, w in zip(held, (40, 30, 30), strict=False)
    ]


def written(hr: Any, lines: Any, day: date, **whom: Any) -> dict[str, Any]:
    answer = hr.post(
        "/api/indicator-sets", json=NOBODY | whom | {"valid_from": day.isoformat(), "valid_to": None, "lines": lines}
    )
    assert answer.status_code == 201, answer.get_json()
    return max((one for one in answer.get_json() if one["id"]), key=lambda one: one["valid_from"])  # type: ignore[no-any-return]


def ahead(hr: Any, **asked: Any) -> tuple[str, list[tuple[str, Any, Any]]]:
    answer = hr.post(
        "/api/indicator-sets/ahead", json={k: v.isoformat() if isinstance(v, date) else v for k, v in asked.items()}
    )
    assert answer.status_code == 200, answer.get_json()
    found = answer.get_json()
    return found["day"], [(one["name_zh"], one["before"], one["after"]) for one in found["people"]]


def test_who_gets_a_new_set_is_told_before_and_then_has_it(hr: Any, cast: Any, lines: Any, today: date) -> None:
    day = today + timedelta(days=7)
    shift = str(cast.shift.id)
    told = ahead(hr, valid_from=day, department_id=shift, category="operator")
    assert told == (day.isoformat(), [("汤雨桐", "operator", ""), ("江军", "operator", "")]), (
        "the neighbour shift keeps its own"
    )
    assert len([one for one in hr.get("/api/indicator-sets").get_json() if one["id"]]) == 0, "nothing was written"
    made = written(hr, lines, day, department_id=shift, category="operator")
    spans = hr.get(f"/api/indicator-sets/of/{cast.worker.id}").get_json()
    assert [(one["code"], one["valid_from"], one["valid_to"]) for one in spans] == [
        ("operator", today.isoformat(), (day - timedelta(days=1)).isoformat()),
        (made["code"], day.isoformat(), None),
    ]


def test_a_set_ends_before_its_time_and_who_is_left_is_told_before(hr: Any, cast: Any, lines: Any, today: date) -> None:
    shift = str(cast.shift.id)
    made = written(hr, lines, today, department_id=shift, category="operator")
    last = today + timedelta(days=10)
    day, who = ahead(hr, set_id=made["id"], valid_to=last)
    assert (day, who) == (
        (last + timedelta(days=1)).isoformat(),
        [("汤雨桐", made["code"], "operator"), ("江军", made["code"], "operator")],
    )
    assert hr.post(f"/api/indicator-sets/{made['id']}/end", json={"valid_to": last.isoformat()}).status_code == 200
    spans = hr.get(f"/api/indicator-sets/of/{cast.worker.id}").get_json()
    assert [(one["code"], one["valid_to"]) for one in spans] == [(made["code"], last.isoformat()), ("operator", None)]
    later = last + timedelta(days=5)
    assert hr.post(f"/api/indicator-sets/{made['id']}/end", json={"valid_to": later.isoformat()}).status_code == 200
    assert ahead(hr, set_id=made["id"], valid_to=later)[1] == [], "it is so already"


def test_whom_nothing_applies_to_afterwards_is_named(hr: Any, cast: Any, lines: Any, today: date) -> None:
    made = written(hr, lines, today, category="office")
    _, who = ahead(hr, set_id=made["id"], valid_to=today)
    assert {name for name, before, after in who if before == made["code"] and after is None} == {
        "杨金凤",
        "金佳怡",
        "钟海波",
    }


@pytest.mark.parametrize(
    ("change", "status", "code"),
    [
        ({"set_id": str(new_id())}, 404, "not_found"),
        ({"valid_from": "2020-01-01"}, 409, "set_day"),
        ({"valid_to": "2026-02-30"}, 422, "invalid"),
        ({"set_id": "x"}, 422, "invalid"),
        ({"lines": []}, 422, "invalid"),
    ],
)
def test_what_makes_no_sense_is_refused(hr: Any, change: Any, status: int, code: str) -> None:
    assert problem(hr.post("/api/indicator-sets/ahead", json=change)) == (status, code)


def test_a_set_does_not_end_in_the_past_nor_before_it_begins(hr: Any, lines: Any, today: date) -> None:
    made = written(hr, lines, today + timedelta(days=5), category="operator")
    url = f"/api/indicator-sets/{made['id']}/end"
    for last in (today - timedelta(days=1), today + timedelta(days=4)):
        assert problem(hr.post(url, json={"valid_to": last.isoformat()})) == (409, "set_day")


def test_whoever_is_hired_or_moved_has_the_right_set_from_that_day(
    app: Flask, hr: Any, cast: Any, lines: Any, today: date, clock: TestClock
) -> None:
    here = written(hr, lines, today, department_id=str(cast.neighbour_shift.id), category="operator")
    moves_on, begins_on = today + timedelta(days=14), today + timedelta(days=3)

    def change() -> Any:
        job = session().execute(sa.select(Job).where(Job.code == "OPR")).scalar_one()
        place = session().execute(sa.select(Department).where(Department.code == "WB")).scalar_one()
        people.assign(cast.worker.id, place, job, "1", valid_from=moves_on)
        new = people.hire("N30", "新来", "New Here", now=clock.now())
        people.assign(new.id, place, job, "1", valid_from=begins_on)
        return new.id

    with app.app_context(), tenant_context(cast.tenant_id):
        session().close()
        hired = unit_of_work(change)
        before, after = (matching.set_of(cast.worker.id, day) for day in (moves_on - timedelta(days=1), moves_on))
        assert [len(before), len(after)] == [5, 3]
        assert matching.set_of(hired, begins_on - timedelta(days=1)) == []
        assert len(matching.set_of(hired, begins_on)) == 3
        db.session.remove()
    spans = hr.get(f"/api/indicator-sets/of/{cast.worker.id}").get_json()
    assert [(one["code"], one["valid_from"]) for one in spans] == [
        ("operator", today.isoformat()), (here["code"], moves_on.isoformat()),
    ]  # fmt: skip


def numbers(hr: Any, cast: Any) -> list[tuple[str, dict[str, int]]]:
    spans = hr.get(f"/api/indicator-sets/of/{cast.worker.id}").get_json()
    return [(one["valid_from"], {line["code"]: line["number"] for line in one["lines"]}) for one in spans]


@pytest.fixture
def ready(hr: Any, boss: Any, head: Any, agreed: dict[str, Any]) -> Any:
    """Makes the next version of an indicator all but approved, and approves it from a day."""

    def renew(code: str, day: date) -> None:
        one = next(row for row in hr.get("/api/indicators").get_json() if row["code"] == code)
        place = {"tier": "all", "output_ids": [agreed["outputs"][0]["id"]]}
        assert hr.post(f"/api/indicators/{one['id']}", json=place).status_code == 200
        made = hr.post(f"/api/indicators/{one['id']}/versions", json={"reason": "n"}).get_json()["versions"][0]
        url = f"/api/indicators/versions/{made['id']}"
        assert hr.post(f"{url}/propose").status_code == 200
        for client, side in ((boss, "supervisor"), (head, "head")):
            said = {"revision": 1, "job_id": agreed["id"], "side": side, "answer": "yes"}
            assert client.post(f"{url}/influence", json=said).status_code == 200
        answer = hr.post(f"{url}/approve", json={"revision": 1, "valid_from": day.isoformat()})
        assert answer.status_code == 200, answer.get_json()

    return renew


def test_two_versions_begin_on_one_day_and_an_earlier_one_reaches_what_comes(
    hr: Any, cast: Any, today: date, ready: Any
) -> None:
    day, sooner = today + timedelta(days=30), today + timedelta(days=10)
    for code, first in (("OUT", day), ("FPY", day), ("TEAM", sooner)):
        ready(code, first)
    told = [(first, (held["OUT"], held["FPY"], held["TEAM"])) for first, held in numbers(hr, cast)]
    assert told == [
        (today.isoformat(), (1, 1, 1)), (sooner.isoformat(), (1, 1, 2)), (day.isoformat(), (2, 2, 2)),
    ]  # fmt: skip


def test_a_new_version_is_not_lost_behind_a_set_that_passes(
    hr: Any, cast: Any, today: date, ready: Any, lines: Any
) -> None:
    held = {one["code"]: one["version_id"] for one in hr.get("/api/indicators").get_json()}
    shift = {"department_id": str(cast.shift.id), "category": "operator"}
    written(hr, lines, today, **shift)
    last = today + timedelta(days=30)
    passing = [
        {"indicator_version_id": held[code], "weight": n} for code, n in (("OUT", 40), ("ATT", 30), ("TEAM", 30))
    ]
    body = NOBODY | shift | {"valid_from": (today + timedelta(days=1)).isoformat(), "valid_to": last.isoformat()}
    assert hr.post("/api/indicator-sets", json=body | {"lines": passing}).status_code == 201
    old = held["FPY"]
    assert problem(hr.post(f"/api/indicators/versions/{old}/retire")) == (409, "version_in_use")
    ready("FPY", today + timedelta(days=10))
    told = numbers(hr, cast)
    assert [(first, one.get("FPY")) for first, one in told] == [
        (today.isoformat(), 1), ((today + timedelta(days=1)).isoformat(), None), ((last + timedelta(days=1)).isoformat(), 2),
    ]  # fmt: skip


def test_a_set_that_has_not_begun_is_corrected_or_taken_back(
    hr: Any, cast: Any, today: date, lines: Any, client_for: Any
) -> None:
    day, shift = today + timedelta(days=5), {"department_id": str(cast.shift.id), "category": "operator"}
    made = written(hr, lines, day, **shift)
    body = NOBODY | shift | {"valid_from": day.isoformat(), "valid_to": None, "lines": lines[::-1]}
    told = ahead(hr, valid_from=day, **shift)[1]
    assert {after for _, _, after in told} == {""}, "the one that is corrected does not stand in the way"
    assert hr.post("/api/indicator-sets", json=body).status_code == 201
    held = [one for one in hr.get("/api/indicator-sets").get_json() if one["id"]]
    assert not held[0]["begun"]
    assert [(one["id"], [line["weight"] for line in one["lines"]]) for one in held] == [(made["id"], [30, 30, 40])]
    url = f"/api/indicator-sets/{made['id']}"
    for who in ("supervisor", "manager", "worker", "admin"):
        assert problem(client_for(getattr(cast, who)).delete(url)) == (403, "not_allowed")
    assert problem(client_for(cast.south.hr).delete(url)) == (404, "not_found")
    assert hr.delete(url).status_code == 204
    assert problem(hr.delete(url)) == (404, "not_found")
    assert numbers(hr, cast)[1:] == []
    begun = written(hr, lines, today, **shift)
    assert begun["begun"]
    assert problem(hr.delete(f"/api/indicator-sets/{begun['id']}")) == (409, "set_day")
    assert problem(hr.post("/api/indicator-sets", json=body | {"valid_from": today.isoformat()})) == (409, "set_day")
