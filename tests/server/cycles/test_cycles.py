"""HR drafts and opens a cycle: one evaluation for each employee and rater comes into being, once."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa
from flask import Flask

from server.cycles.models import Cycle
from server.evaluations.models import Evaluation, Form
from server.foundation.clock import TestClock
from server.foundation.db import db, session, tenant_context


@pytest.fixture
def hr(cast: Any, client_for: Any) -> Any:
    return client_for(cast.hr)


@pytest.fixture
def plan(cast: Any, clock: TestClock) -> dict[str, Any]:
    """What HR types for a cycle of the shift, a while after the first one was opened."""
    clock.move(timedelta(minutes=1))
    return {
        "name_zh": "12 月评估",
        "name_en": "December evaluation",
        "period_from": "2026-12-01",
        "period_to": "2026-12-31",
        "deadline_at": (clock.now() + timedelta(days=6)).isoformat(),
        "department_ids": [str(cast.shift.id)],
    }


def problem(answer: Any) -> tuple[int, str]:
    return answer.status_code, answer.get_json()["code"]


def evaluations_of(app: Flask, cast: Any, cycle_id: str) -> list[tuple[UUID, UUID]]:
    with app.app_context(), tenant_context(cast.tenant_id):
        query = sa.select(Evaluation).where(Evaluation.cycle_id == UUID(cycle_id)).order_by(Evaluation.run_order)
        found = [(one.employee_id, one.rater_id) for one in session().execute(query).scalars()]
        db.session.remove()
    return found


def test_a_draft_says_how_many_it_would_make_and_makes_none(app: Flask, cast: Any, hr: Any, plan: Any) -> None:
    answer = hr.post("/api/cycles", json=plan)
    assert answer.status_code == 201
    made = answer.get_json()
    assert (made["state"], made["opened_at"], made["department_ids"]) == ("draft", None, [str(cast.shift.id)])
    assert evaluations_of(app, cast, made["id"]) == []
    assert hr.get("/api/cycles").get_json()[0] == made, "the newest stands first"


def test_opening_makes_one_evaluation_for_each_employee_and_rater(app: Flask, cast: Any, hr: Any, plan: Any) -> None:
    made = hr.post("/api/cycles", json=plan).get_json()
    answer = hr.post(f"/api/cycles/{made['id']}/open")
    assert answer.status_code == 200
    opened = answer.get_json()
    assert (opened["state"], opened["evaluation_count"]) == ("open", 2)
    assert opened["opened_at"] is not None
    pairs = evaluations_of(app, cast, made["id"])
    assert set(pairs) == {(cast.worker.id, cast.supervisor.id), (cast.other_worker.id, cast.supervisor.id)}
    assert hr.get("/api/cycles").get_json()[0] == opened


def test_a_department_brings_those_below_it(app: Flask, cast: Any, hr: Any, plan: Any) -> None:
    plan["department_ids"] = [str(cast.shift.parent_id)]
    made = hr.post("/api/cycles", json=plan).get_json()
    hr.post(f"/api/cycles/{made['id']}/open")
    raters = {rater for _, rater in evaluations_of(app, cast, made["id"])}
    assert {cast.supervisor.id, cast.delegate.id} <= raters


def test_the_form_is_frozen_with_its_lines(app: Flask, cast: Any, hr: Any, plan: Any) -> None:
    made = hr.post("/api/cycles", json=plan).get_json()
    hr.post(f"/api/cycles/{made['id']}/open")
    with app.app_context(), tenant_context(cast.tenant_id):
        (form,) = session().execute(sa.select(Form).where(Form.cycle_id == UUID(made["id"]))).scalars()
        db.session.remove()
    assert [line["code"] for line in form.lines] == ["OUT", "FPY", "FIVE-S", "ATT", "TEAM"]
    assert sum(line["weight"] for line in form.lines) == 100
    assert [line["key"] for line in form.lines] == [1, 2, 3, 4, 5]


def test_a_cycle_opens_once(app: Flask, cast: Any, hr: Any, plan: Any) -> None:
    made = hr.post("/api/cycles", json=plan).get_json()
    assert hr.post(f"/api/cycles/{made['id']}/open").status_code == 200
    before = evaluations_of(app, cast, made["id"])
    answer = hr.post(f"/api/cycles/{made['id']}/open", headers={"Accept-Language": "en"})
    assert problem(answer) == (409, "cycle_not_draft")
    assert "12 月评估" in answer.get_json()["title"]
    assert evaluations_of(app, cast, made["id"]) == before


def test_the_same_plan_twice_is_two_drafts(hr: Any, plan: Any) -> None:
    first, second = (hr.post("/api/cycles", json=plan).get_json()["id"] for _ in range(2))
    assert first != second


@pytest.mark.parametrize(
    ("change", "status", "code"),
    [
        ({"period_to": "2026-11-30"}, 422, "cycle_period"),
        ({"deadline_at": "2026-11-01T10:00:00Z"}, 422, "cycle_deadline"),
        ({"department_ids": ["00000000-0000-0000-0000-000000000007"]}, 422, "department_unknown"),
        ({"department_ids": []}, 422, "invalid"),
        ({"name_zh": ""}, 422, "invalid"),
        ({"name_zh": "名" * 81}, 422, "invalid"),
        ({"name_en": "a\u0000b"}, 422, "invalid"),
        ({"period_from": "2026-02-30"}, 422, "invalid"),
        ({"deadline_at": "2026-12-05T10:00:00"}, 422, "invalid"),
        ({"deadline_at": 7}, 422, "invalid"),
        ({"department_ids": "all"}, 422, "invalid"),
        ({"state": "open"}, 422, "invalid"),
        ({"opened_at": "2026-11-01T10:00:00Z"}, 422, "invalid"),
        ({"tenant_id": "00000000-0000-0000-0000-000000000007"}, 422, "invalid"),
    ],
)
def test_a_wrong_plan_is_refused_and_nothing_is_kept(
    hr: Any, plan: Any, change: dict[str, Any], status: int, code: str
) -> None:
    before = hr.get("/api/cycles").get_json()
    assert problem(hr.post("/api/cycles", json=plan | change)) == (status, code)
    assert hr.get("/api/cycles").get_json() == before


def test_a_department_of_another_plant_is_unknown(cast: Any, hr: Any, plan: Any) -> None:
    plan["department_ids"] = [str(cast.shift.id), str(cast.south.shift.id)]
    assert problem(hr.post("/api/cycles", json=plan)) == (422, "department_unknown")


def test_a_cycle_of_nobody_does_not_open(app: Flask, cast: Any, hr: Any, plan: Any) -> None:
    office = next(one for one in hr.get("/api/departments").get_json() if one["code"] == "H")
    made = hr.post("/api/cycles", json=plan | {"department_ids": [office["id"]]}).get_json()
    assert made["evaluation_count"] == 0
    assert problem(hr.post(f"/api/cycles/{made['id']}/open")) == (409, "cycle_empty")
    assert next(one for one in hr.get("/api/cycles").get_json() if one["id"] == made["id"])["state"] == "draft"


def test_a_draft_whose_deadline_has_passed_does_not_open(hr: Any, plan: Any, clock: TestClock, cast: Any) -> None:
    plan["deadline_at"] = (clock.now() + timedelta(minutes=10)).isoformat()
    made = hr.post("/api/cycles", json=plan).get_json()
    clock.move(timedelta(minutes=10))
    assert problem(hr.post(f"/api/cycles/{made['id']}/open")) == (422, "cycle_deadline")


@pytest.mark.parametrize("who", ["supervisor", "worker", "delegate", "manager", "admin"])
def test_nobody_but_hr_sees_a_draft_makes_or_opens_cycles(
    cast: Any, client_for: Any, hr: Any, plan: Any, who: str
) -> None:
    made = hr.post("/api/cycles", json=plan).get_json()
    client = client_for(getattr(cast, who))
    for answer in (
        client.post("/api/cycles", json=plan),
        client.post(f"/api/cycles/{made['id']}/open"),
        client.get(f"/api/cycles/{made['id']}/delegations"),
    ):
        assert problem(answer) == (403, "not_allowed")
    listed = client.get("/api/cycles")
    if who in ("worker", "admin"):
        assert problem(listed) == (403, "not_allowed")
    else:
        # To ask for the board of his team: which cycle, with how many of them.
        own = {"supervisor": 2, "delegate": 1, "manager": 3}[who]
        assert [(one["id"], one["evaluation_count"]) for one in listed.get_json()] == [(str(cast.cycle.id), own)]


def test_a_cycle_of_another_plant_is_not_found_and_not_listed(app: Flask, cast: Any, hr: Any) -> None:
    theirs = cast.south.cycle.id
    assert problem(hr.post(f"/api/cycles/{theirs}/open")) == (404, "not_found")
    assert problem(hr.post(f"/api/cycles/{UUID(int=7)}/open")) == (404, "not_found")
    assert str(theirs) not in hr.get("/api/cycles").get_data(as_text=True)


def test_the_run_of_the_next_cycle_starts_with_somebody_else(app: Flask, cast: Any, hr: Any, plan: Any) -> None:
    first = [who for who, rater in evaluations_of(app, cast, str(cast.cycle.id)) if rater == cast.supervisor.id]
    made = hr.post("/api/cycles", json=plan).get_json()
    hr.post(f"/api/cycles/{made['id']}/open")
    second = [who for who, _ in evaluations_of(app, cast, made["id"])]
    assert set(second) == set(first)
    assert second[0] != first[0]


def test_a_cycle_keeps_its_days_in_the_database(app: Flask, cast: Any) -> None:
    with app.app_context(), tenant_context(cast.tenant_id):
        cycle = session().execute(sa.select(Cycle)).scalar_one()
        db.session.remove()
    assert cycle.period_from.isoformat() == "2026-11-01"
    assert cycle.deadline_at.tzinfo is not None
