"""Somebody stands in for a rater: from an instant to another, in one cycle."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from flask import Flask

from server.cycles import queries
from server.foundation.clock import TestClock
from server.foundation.db import db, tenant_context


@pytest.fixture
def hr(cast: Any, client_for: Any) -> Any:
    return client_for(cast.hr)


@pytest.fixture
def url(cast: Any) -> str:
    return f"/api/cycles/{cast.cycle.id}/delegations"


@pytest.fixture
def asked(cast: Any, clock: TestClock) -> dict[str, Any]:
    """梁德胜 stands in for 肖静 for two days."""
    return {
        "rater_id": str(cast.supervisor.id),
        "delegate_id": str(cast.delegate.id),
        "valid_from": clock.now().isoformat(),
        "valid_to": (clock.now() + timedelta(days=2)).isoformat(),
    }


def problem(answer: Any) -> tuple[int, str]:
    return answer.status_code, answer.get_json()["code"]


def held_by(app: Flask, cast: Any, person: Any, at: datetime) -> int:
    with app.app_context(), tenant_context(cast.tenant_id):
        found = len(queries.delegations_to(person.id, at))
        db.session.remove()
    return found


def test_a_delegation_holds_from_its_first_instant_to_before_its_last(
    app: Flask, cast: Any, hr: Any, url: str, asked: Any, clock: TestClock
) -> None:
    answer = hr.post(url, json=asked)
    assert answer.status_code == 201
    assert answer.get_json() in hr.get(url).get_json()
    begin = clock.now()
    moments = {-1: 0, 0: 1, 2 * 86400 - 1: 1, 2 * 86400: 0}
    assert {s: held_by(app, cast, cast.delegate, begin + timedelta(seconds=s)) for s in moments} == moments
    assert held_by(app, cast, cast.supervisor, begin) == 0


def test_without_an_end_it_holds_until_further_notice(
    app: Flask, cast: Any, hr: Any, url: str, asked: Any, clock: TestClock
) -> None:
    answer = hr.post(url, json={key: value for key, value in asked.items() if key != "valid_to"})
    assert answer.get_json()["valid_to"] is None
    assert held_by(app, cast, cast.delegate, clock.now() + timedelta(days=400)) == 1


def test_ending_it_counts_from_now_and_twice_changes_nothing(
    app: Flask, cast: Any, hr: Any, url: str, asked: Any, clock: TestClock
) -> None:
    made = hr.post(url, json=asked).get_json()
    clock.move(timedelta(minutes=5))
    assert hr.delete(f"{url}/{made['id']}").status_code == 204
    assert held_by(app, cast, cast.delegate, clock.now()) == 0
    ended = hr.get(url).get_json()
    clock.move(timedelta(minutes=5))
    assert hr.delete(f"{url}/{made['id']}").status_code == 204
    assert hr.get(url).get_json() == ended, "when it ended does not move"


def test_one_that_has_not_begun_can_be_called_off(
    app: Flask, cast: Any, hr: Any, url: str, asked: Any, clock: TestClock
) -> None:
    asked["valid_from"] = (clock.now() + timedelta(days=1)).isoformat()
    made = hr.post(url, json=asked).get_json()
    assert hr.delete(f"{url}/{made['id']}").status_code == 204
    assert held_by(app, cast, cast.delegate, clock.now() + timedelta(days=1, hours=1)) == 0


def test_the_same_one_twice_overlaps_and_the_next_span_does_not(hr: Any, url: str, asked: Any) -> None:
    assert hr.post(url, json=asked).status_code == 201
    assert problem(hr.post(url, json=asked)) == (409, "delegation_overlaps")
    after = asked | {"valid_from": asked["valid_to"], "valid_to": None}
    assert hr.post(url, json=after).status_code == 201


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"delegate_id": "rater"}, "delegation_person"),
        ({"delegate_id": "00000000-0000-0000-0000-000000000007"}, "delegation_person"),
        ({"valid_to": "2026-11-01T00:00:00Z"}, "delegation_span"),
        ({"rater_id": "7"}, "invalid"),
        ({"rater_id": None}, "invalid"),
        ({"valid_from": "tomorrow"}, "invalid"),
        ({"granted_by_id": "00000000-0000-0000-0000-000000000007"}, "invalid"),
    ],
)
def test_a_wrong_delegation_is_refused_and_not_kept(
    cast: Any, hr: Any, url: str, asked: Any, change: dict[str, Any], code: str
) -> None:
    if change.get("delegate_id") == "rater":
        change = {"delegate_id": str(cast.supervisor.id)}
    assert problem(hr.post(url, json=asked | change)) == (422, code)
    assert hr.get(url).get_json() == []


def test_somebody_of_another_plant_cannot_stand_in(cast: Any, hr: Any, url: str, asked: Any) -> None:
    assert problem(hr.post(url, json=asked | {"delegate_id": str(cast.stranger.id)})) == (422, "delegation_person")


def test_a_draft_has_nobody_to_stand_in_for(cast: Any, hr: Any, asked: Any, clock: TestClock) -> None:
    plan = {
        "name_zh": "十二月", "name_en": "December", "period_from": "2026-12-01", "period_to": "2026-12-31",
        "deadline_at": (clock.now() + timedelta(days=6)).isoformat(), "department_ids": [str(cast.shift.id)],
    }  # fmt: skip
    made = hr.post("/api/cycles", json=plan).get_json()
    assert problem(hr.post(f"/api/cycles/{made['id']}/delegations", json=asked)) == (409, "cycle_not_open")


@pytest.mark.parametrize("who", ["supervisor", "worker", "delegate", "manager", "admin"])
def test_nobody_but_hr_grants_or_ends(cast: Any, client_for: Any, hr: Any, url: str, asked: Any, who: str) -> None:
    made = hr.post(url, json=asked).get_json()
    client = client_for(getattr(cast, who))
    for answer in (client.get(url), client.post(url, json=asked), client.delete(f"{url}/{made['id']}")):
        assert problem(answer) == (403, "not_allowed")
    assert hr.get(url).get_json() == [made]


def test_an_unknown_cycle_or_delegation_is_not_found(cast: Any, hr: Any, url: str, asked: Any) -> None:
    made = hr.post(url, json=asked).get_json()
    theirs = f"/api/cycles/{cast.south.cycle.id}/delegations"
    for answer in (
        hr.get(theirs),
        hr.post(theirs, json=asked),
        hr.delete(f"{url}/{UUID(int=7)}"),
        hr.delete(f"{theirs}/{made['id']}"),
    ):
        assert problem(answer) == (404, "not_found")
