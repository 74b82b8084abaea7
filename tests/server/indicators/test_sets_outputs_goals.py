"""Sets with dates, core outputs agreed by two, the goal board: each door works, refuses, and keeps plants apart."""

from datetime import date
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from server.foundation.db import db, session, tenant_context, unit_of_work
from server.foundation.events import subscribe
from server.foundation.ids import new_id
from server.indicators.events import SetApplies
from server.people import service as people
from server.people.models import Department, Job, Role
from tests.cast import SINCE
from tests.server.indicators.conftest import OUTPUTS, problem

TOMORROW = "2026-11-25"


@pytest.fixture
def wanted(hr: Any, cast: Any) -> dict[str, Any]:
    """Three indicators for the operators of the shift, from tomorrow."""
    held = {one["code"]: one["version_id"] for one in hr.get("/api/indicators").get_json()}
    lines = [{"indicator_version_id": held[code], "weight": n} for code, n in (("OUT", 50), ("FPY", 30), ("TEAM", 20))]
    return {"category": "operator", "department_id": str(cast.shift.id), "valid_from": TOMORROW, "lines": lines}


def told(client: Any, url: str) -> list[tuple[str, list[int]]]:
    return [(one["valid_from"], [line["weight"] for line in one["lines"]]) for one in client.get(url).get_json()]


def test_a_set_applies_from_its_day_and_is_told_before(
    cast: Any, client_for: Any, hr: Any, boss: Any, wanted: Any
) -> None:
    answer = hr.post("/api/indicator-sets", json=wanted)
    assert answer.status_code == 201, answer.get_json()
    spans = [("2026-11-24", [30, 30, 20, 10, 10]), (TOMORROW, [50, 30, 20])]
    assert told(client_for(cast.worker), "/api/indicator-sets/own") == spans
    assert told(boss, f"/api/indicator-sets/of/{cast.worker.id}") == spans
    assert told(client_for(cast.neighbour_worker), "/api/indicator-sets/own") == spans[:1]
    made = next(one for one in answer.get_json() if one["valid_from"] == TOMORROW)
    url = f"/api/indicator-sets/{made['id']}/end"
    assert problem(hr.post(url, json={"valid_to": "2026-11-24"})) == (409, "set_day")
    assert hr.post(url, json={"valid_to": "2026-12-31"}).status_code == 200
    assert told(boss, f"/api/indicator-sets/of/{cast.worker.id}")[2:] == [("2027-01-01", [30, 30, 20, 10, 10])]


@pytest.mark.parametrize(
    ("change", "status", "code"),
    [
        ({"valid_from": "2026-11-23"}, 409, "set_day"), ({"valid_to": "2026-11-24"}, 409, "set_day"),
        ({"category": "pilot"}, 422, "set_whom"), ({"job_id": str(new_id()), "category": None}, 422, "set_whom"),
        ({"department_id": str(new_id())}, 422, "set_whom"), ({"lines": []}, 422, "invalid"), ({"valid_from": "soon"}, 422, "invalid"),
        ({"lines": [{"indicator_version_id": str(new_id()), "weight": 100}]}, 422, "set_version"), ({"code": "mine"}, 422, "invalid"),
    ],
)  # fmt: skip
def test_a_wrong_set_is_refused_and_nothing_is_kept(hr: Any, wanted: Any, change: Any, status: int, code: str) -> None:
    before = hr.get("/api/indicator-sets").get_json()
    assert problem(hr.post("/api/indicator-sets", json=wanted | change)) == (status, code)
    assert hr.get("/api/indicator-sets").get_json() == before


def test_a_set_that_does_not_sum_to_a_hundred_says_so(hr: Any, wanted: Any) -> None:
    answer = hr.post("/api/indicator-sets", json=wanted | {"lines": wanted["lines"][:2]})
    assert problem(answer) == (422, "set_incomplete")
    assert [(one["code"], one["params"].get("sum")) for one in answer.get_json()["errors"]] == [
        ("set_too_few", None), ("set_weights", 80),
    ]  # fmt: skip


def test_only_hr_writes_sets_and_each_plant_has_its_own(
    cast: Any, client_for: Any, hr: Any, boss: Any, head: Any, partner: Any, wanted: Any
) -> None:
    made = hr.post("/api/indicator-sets", json=wanted).get_json()
    url = f"/api/indicator-sets/{next(one['id'] for one in made if one['id'])}/end"
    for client in (boss, head, partner, client_for(cast.worker), client_for(cast.admin)):
        assert problem(client.post("/api/indicator-sets", json=wanted)) == (403, "not_allowed")
        assert problem(client.post(url, json={"valid_to": "2026-12-31"})) == (403, "not_allowed")
    foreign = client_for(cast.south.hr)
    assert problem(foreign.post(url, json={"valid_to": "2026-12-31"})) == (404, "not_found")
    assert problem(foreign.post("/api/indicator-sets", json=wanted)) == (422, "set_whom")
    for client in (foreign, client_for(cast.neighbour)):
        assert problem(client.get(f"/api/indicator-sets/of/{cast.worker.id}")) == (404, "not_found")
    assert problem(hr.get(f"/api/indicator-sets/of/{new_id()}")) == (404, "not_found")
    assert problem(client_for(cast.worker).get(f"/api/indicator-sets/of/{cast.worker.id}")) == (403, "not_allowed")


def test_a_planned_move_shows_nobody_elses_people_before_its_day(
    app: Flask, cast: Any, partner: Any, boss: Any, hr: Any
) -> None:
    def move() -> None:
        job = session().execute(sa.select(Job).where(Job.code == "OPR")).scalar_one()
        place = session().get_one(Department, (cast.tenant_id, cast.neighbour_shift.id))
        people.assign(cast.worker.id, place, job, "1", valid_from=date(2027, 1, 1))

    url = f"/api/indicator-sets/of/{cast.worker.id}"
    before = [client.get(url).status_code for client in (partner, boss, hr)]
    with app.app_context(), tenant_context(cast.tenant_id):
        session().close()
        unit_of_work(move)
        db.session.remove()
    assert [client.get(url).status_code for client in (partner, boss, hr)] == before == [404, 200, 200]


def test_what_is_for_desks_alone_stands_in_no_leaders_list_of_sets(hr: Any, boss: Any) -> None:
    def codes(client: Any) -> set[str]:
        return {line["code"] for one in client.get("/api/indicator-sets").get_json() for line in one["lines"]}

    out = next(one for one in hr.get("/api/indicators").get_json() if one["code"] == "OUT")
    assert "OUT" in codes(boss)
    assert hr.post(f"/api/indicators/{out['id']}", json={"tier": "desks", "output_ids": []}).status_code == 200
    assert codes(hr) - codes(boss) == {"OUT"}


def test_a_move_is_told_as_an_event_with_its_day(app: Flask, cast: Any) -> None:
    heard: list[SetApplies] = []
    subscribe(SetApplies, heard.append)

    def move() -> None:
        job = session().get_one(
            Job, (cast.tenant_id, session().execute(sa.select(Job.id).where(Job.code == "OPR")).scalar_one())
        )
        place = session().get_one(Department, (cast.tenant_id, cast.neighbour_shift.id))
        people.assign(cast.worker.id, place, job, "1", valid_from=date(2026, 12, 1))

    with app.app_context(), tenant_context(cast.tenant_id):
        session().close()
        unit_of_work(move)
        db.session.remove()
    assert [(one.person_id, one.valid_from.isoformat()) for one in heard] == [(cast.worker.id, "2026-12-01")]


# ---- core outputs -------------------------------------------------------------------------------


def held_of(client: Any, code: str) -> dict[str, Any]:
    return next(one for one in client.get("/api/core-outputs").get_json()["jobs"] if one["code"] == code)  # type: ignore[no-any-return]


def test_both_sides_agree_and_other_words_take_it_away(boss: Any, head: Any, hr: Any, job: Any) -> None:
    url = f"/api/core-outputs/{job['id']}"
    for client, side in ((boss, "supervisor"), (head, "head"), (head, "head")):  # twice is the same
        assert client.post(f"{url}/agree", json={"side": side}).status_code == 200
    assert [(one["side"], one["by"]["name_zh"]) for one in held_of(hr, "OPR")["agreements"]] == [
        ("head", "杨金凤"), ("supervisor", "肖静"),
    ]  # fmt: skip
    same = [{"id": one["id"], "name_zh": one["name_zh"], "name_en": one["name_en"]} for one in job["outputs"]]
    assert (
        len(
            next(j for j in boss.post(url, json={"outputs": same}).get_json()["jobs"] if j["id"] == job["id"])[
                "agreements"
            ]
        )
        == 2
    )
    same[0]["name_zh"] = "按时交的件"
    assert boss.post(url, json={"outputs": same}).status_code == 200
    assert held_of(hr, "OPR")["agreements"] == []


def test_what_both_sides_agreed_to_or_hangs_on_is_not_taken_away_by_a_supervisor(
    boss: Any, head: Any, hr: Any, agreed: Any, proposed: str, cast: Any, client_for: Any, drafted: Any
) -> None:
    url, neighbour = f"/api/core-outputs/{agreed['id']}", client_for(cast.neighbour)
    same = [{key: one[key] for key in ("id", "name_zh", "name_en")} for one in agreed["outputs"]]
    other = [same[0] | {"name_zh": "别的"}, *same[1:]]
    anew = [{key: one[key] for key in ("name_zh", "name_en")} for one in same]
    assert problem(neighbour.post(url, json={"outputs": other})) == (403, "outputs_held")
    for client in (neighbour, boss, head):
        for outputs in ([], same[1:], anew):
            assert problem(client.post(url, json={"outputs": outputs})) == (403, "outputs_held")
    assert len(held_of(hr, "OPR")["agreements"]) == 2
    assert hr.post(f"/api/indicators/versions/{proposed}/approve", json={"revision": 1}).status_code == 200
    assert boss.post(url, json={"outputs": other}).status_code == 200, (
        "whoever agreed words it anew, and it is open again"
    )
    assert problem(neighbour.post(url, json={"outputs": other[1:]})) == (403, "outputs_held"), (
        "an indicator hangs on it"
    )
    assert neighbour.post(url, json={"outputs": other[:2]}).status_code == 200
    assert hr.post(url, json={"outputs": other[1:2]}).status_code == 200
    assert hr.get(f"/api/indicators/{drafted['id']}").get_json()["output_ids"] == []


def test_three_to_five_outputs_are_agreed_and_a_stranger_agrees_to_nothing(
    boss: Any, head: Any, hr: Any, job: Any, cast: Any, client_for: Any, partner: Any
) -> None:
    url = f"/api/core-outputs/{job['id']}"
    two = [{"id": one["id"], "name_zh": one["name_zh"], "name_en": one["name_en"]} for one in job["outputs"][:2]]
    assert boss.post(url, json={"outputs": two}).status_code == 200
    assert problem(boss.post(f"{url}/agree", json={"side": "supervisor"})) == (409, "outputs_count")
    assert problem(boss.post(f"{url}/agree", json={"side": "owner"})) == (422, "invalid")
    assert problem(boss.post(url, json={"outputs": OUTPUTS * 2})) == (422, "invalid")
    assert problem(boss.post(url, json={"outputs": [{"id": str(new_id()), "name_zh": "x"}]})) == (422, "output_unknown")
    for client in (hr, partner, client_for(cast.worker), client_for(cast.admin)):
        assert problem(client.post(f"{url}/agree", json={"side": "head"})) == (403, "not_allowed")
    for client in (client_for(cast.worker), client_for(cast.admin)):
        assert problem(client.post(url, json={"outputs": OUTPUTS})) == (403, "not_allowed")
    office = held_of(hr, "OFF")["id"]
    assert problem(boss.post(f"/api/core-outputs/{office}", json={"outputs": OUTPUTS})) == (403, "not_allowed")
    foreign = client_for(cast.south.hr)
    assert problem(foreign.post(url, json={"outputs": OUTPUTS})) == (404, "not_found")
    assert problem(hr.post(f"/api/core-outputs/{new_id()}", json={"outputs": OUTPUTS})) == (404, "not_found")


# ---- goals --------------------------------------------------------------------------------------


@pytest.fixture
def goal(cast: Any) -> dict[str, Any]:
    return {
        "tier": "plant", "owner_id": str(cast.manager.id), "title_zh": "废品率降一半", "title_en": "Halve scrap",
        "target_words": "每月废品占比", "target_number": 1.2, "unit": "%", "period_from": "2026-01-01", "period_to": "2026-12-31",
    }  # fmt: skip


def test_a_goal_hangs_on_one_above_it_and_everybody_sees_the_board(
    cast: Any, client_for: Any, hr: Any, boss: Any, goal: Any
) -> None:
    top = hr.post("/api/goals", json=goal)
    assert top.status_code == 201, top.get_json()
    below = goal | {
        "tier": "team",
        "parent_id": top.get_json()["id"],
        "department_id": str(cast.shift.id),
        "owner_id": str(cast.supervisor.id),
    }
    made = boss.post("/api/goals", json=below)
    assert made.status_code == 201, made.get_json()
    seen = client_for(cast.other_worker).get("/api/goals").get_json()
    assert [(one["tier"], one["may_write"]) for one in seen] == [("plant", False), ("team", False)]
    assert problem(hr.delete(f"/api/goals/{top.get_json()['id']}")) == (409, "goal_has_children")
    url = f"/api/goals/{made.get_json()['id']}"
    assert boss.post(url, json=below | {"target_number": 1, "revision": 1}).get_json()["target_number"] == 1
    assert problem(boss.post(url, json=below | {"revision": 1})) == (409, "goal_changed")
    assert problem(boss.post(url, json=below | {"parent_id": made.get_json()["id"], "revision": 2})) == (
        422,
        "goal_parent",
    )
    assert boss.delete(url).status_code == 204
    assert problem(boss.delete(url)) == (404, "not_found")


@pytest.fixture
def foreman(app: Flask, cast: Any, client_for: Any) -> Any:
    """Who manages the shift's department, and no other."""

    def hire() -> Any:
        made = people.hire("N31", "凌峰", "Ling Feng", now=app.extensions["gemba_clock"].now())
        shift = session().get_one(Department, (cast.tenant_id, cast.shift.id))
        job = session().execute(sa.select(Job).where(Job.code == "OFF")).scalar_one()
        people.assign(made.id, shift, job, "1", valid_from=SINCE)
        people.grant(made.id, Role.MANAGER, valid_from=SINCE, department=shift)
        return made

    with app.app_context(), tenant_context(cast.tenant_id):
        session().close()
        made = unit_of_work(hire)
        db.session.remove()
    return made, client_for(made)


def test_goals_are_set_where_one_answers_for(hr: Any, boss: Any, head: Any, foreman: Any, goal: Any, cast: Any) -> None:
    here, there = ({"department_id": str(one.id)} for one in (cast.shift, cast.neighbour_shift))
    team = goal | here | {"tier": "team", "owner_id": str(cast.supervisor.id)}
    assert problem(boss.post("/api/goals", json=team | there)) == (403, "not_allowed")
    made = boss.post("/api/goals", json=team).get_json()
    moved = boss.post(f"/api/goals/{made['id']}", json=team | there | {"revision": made["revision"]})
    assert problem(moved) == (403, "not_allowed")
    person, foremans = foreman
    own = goal | {"owner_id": str(person.id)}
    for tier in ("company", "plant"):  # who manages a department answers for that department
        assert problem(foremans.post("/api/goals", json=own | {"tier": tier})) == (403, "not_allowed")
        assert head.post("/api/goals", json=goal | {"tier": tier}).status_code == 201, "the plant's head"
    assert problem(foremans.post("/api/goals", json=own | there | {"tier": "workshop"})) == (403, "not_allowed")
    assert foremans.post("/api/goals", json=own | here | {"tier": "workshop"}).status_code == 201
    may = [[one["tier"] for one in who.get("/api/goals").get_json() if one["may_write"]] for who in (boss, foremans)]
    assert may == [["team"], ["workshop"]]
    assert hr.post("/api/goals", json=team | there).status_code == 201


def test_a_persons_goal_is_seen_by_that_person_and_those_above_alone(
    cast: Any, client_for: Any, hr: Any, boss: Any, goal: Any
) -> None:
    assert boss.post("/api/goals", json=goal | {"tier": "person", "owner_id": str(cast.worker.id)}).status_code == 201
    counts = {
        who: len(client_for(getattr(cast, who)).get("/api/goals").get_json())
        for who in ("worker", "other_worker", "neighbour", "manager", "hr")
    }
    assert counts == {"worker": 1, "other_worker": 0, "neighbour": 0, "manager": 1, "hr": 1}


@pytest.mark.parametrize(
    ("change", "status", "code"),
    [
        ({"period_to": "2025-12-31"}, 422, "goal_period"), ({"tier": "team"}, 422, "goal_place"), ({"parent_id": str(new_id())}, 422, "goal_parent"),
        ({"owner_id": str(new_id())}, 403, "not_allowed"), ({"tier": "galaxy"}, 422, "invalid"), ({"title_zh": ""}, 422, "invalid"),
        ({"target_number": "many"}, 422, "invalid"), ({"set_at": "2026-11-01T00:00:00Z"}, 422, "invalid"),
    ],
)  # fmt: skip
def test_a_wrong_goal_is_refused(hr: Any, goal: Any, change: Any, status: int, code: str) -> None:
    assert problem(hr.post("/api/goals", json=goal | change)) == (status, code)
    assert hr.get("/api/goals").get_json() == []


def test_who_may_not_write_goals_does_not(cast: Any, client_for: Any, hr: Any, boss: Any, goal: Any) -> None:
    made = hr.post("/api/goals", json=goal).get_json()
    url = f"/api/goals/{made['id']}"
    assert problem(boss.post("/api/goals", json=goal)) == (403, "not_allowed")  # a plant's goal is not a supervisor's
    for who in ("supervisor", "worker", "admin"):
        client = client_for(getattr(cast, who))
        assert problem(client.post(url, json=goal | {"revision": 1})) == (403, "not_allowed")
        assert problem(client.delete(url)) == (403, "not_allowed")
    assert problem(client_for(cast.worker).get("/api/goals/owners")) == (403, "not_allowed")
    assert {one["name_zh"] for one in boss.get("/api/goals/owners").get_json()} == {"肖静", "汤雨桐", "江军"}
    foreign = client_for(cast.south.hr)
    assert foreign.get("/api/goals").get_json() == []
    assert problem(foreign.delete(url)) == (404, "not_found")
    assert problem(foreign.post(url, json=goal | {"revision": 1})) == (404, "not_found")
