"""Doors of values: another system's key and its batches, the desk, objections, who may and who may not."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from server.foundation.clock import TestClock
from server.foundation.db import session, tenant_context, unit_of_work
from server.indicators.models import Indicator, MeasuredValue
from server.values import batches, queries
from server.values.looking import FEW
from server.values.models import ValueFlag
from tests.server.hostile import corpus
from tests.server.hostile.knock import knock

HTTPS = {"base_url": "https://localhost"}
ROW = {"employee_no": "N2", "indicator": "OUT", "period_from": "2026-11-01", "period_to": "2026-11-15", "value": 95.6}
WANTED = {"name": "MES", "source": "MES", "indicators": [], "expires_at": "2027-11-01T00:00:00Z"}


class System:
    """Another system that holds a key; it has no cookie."""

    def __init__(self, app: Flask, key: str) -> None:
        self._client, self._key, self._n = app.test_client(use_cookies=False), key, 0

    def send(self, *rows: Any, batch: str | None = None, **headers: str) -> Any:
        self._n += 1
        said = {"Authorization": f"Bearer {self._key}", "Idempotency-Key": batch or f"batch-{self._n:04}"} | headers
        return self._client.post("/api/values", json={"rows": list(rows)}, headers=said, **HTTPS)


@pytest.fixture
def admin(cast: Any, client_for: Any) -> Any:
    return client_for(cast.admin)


@pytest.fixture
def mes(app: Flask, admin: Any) -> System:
    made = admin.post("/api/values/keys", json=WANTED, **HTTPS)
    assert made.status_code == 201, made.get_data()
    return System(app, made.get_json()["key"])


def entry(client: Any, **other: Any) -> Any:
    return client.post("/api/values/entries", json=ROW | other, **HTTPS)


def own_values(client: Any, person: Any) -> dict[str, Any]:
    answer = client.get(f"/api/values/people/{person.id}", **HTTPS)
    assert answer.status_code == 200, answer.get_data()
    return answer.get_json()  # type: ignore[no-any-return]


def point(values: dict[str, Any], code: str = "OUT") -> dict[str, Any]:
    series = next(one for one in values["series"] if one["indicator"] == code)
    return series["points"][-1]  # type: ignore[no-any-return]


def test_each_row_of_a_batch_has_its_receipt(mes: System) -> None:
    fresh = ROW | {"period_from": "2026-11-16", "period_to": "2026-11-22", "value": 97}
    answer = mes.send(ROW, fresh, {"employee_no": "N2"}, "x", ROW | {"employee_no": "S2"}).get_json()
    assert [one["fate"] for one in answer["rows"]] == ["same", "new", "refused", "refused", "refused"]
    assert [one["code"] for one in answer["rows"][2:]] == ["invalid", "invalid", "person_unknown"]
    assert "/value" in answer["rows"][2]["wrong"]
    assert answer["counts"] == {"new": 1, "same": 1, "corrected": 0, "continued": 0, "refused": 3}


def test_the_same_batch_again_is_answered_the_same_and_another_body_under_its_key_is_refused(mes: System) -> None:
    corrected = ROW | {"value": 99, "reason": "补录"}
    first = mes.send(corrected, batch="once-and-again")
    again = mes.send(corrected, batch="once-and-again")
    assert first.get_json() == again.get_json()
    assert again.get_json()["rows"][0]["fate"] == "corrected", "not 'same': nothing was taken in twice"
    other = mes.send(corrected | {"value": 98}, batch="once-and-again")
    assert (other.status_code, other.get_json()["code"]) == (422, "batch_key_reused")


def test_a_batch_without_its_own_key_is_refused(app: Flask, mes: System) -> None:
    answer = mes.send(ROW, **{"Idempotency-Key": "x"})
    assert answer.status_code == 422


def test_a_key_is_shown_once_and_ends_by_revoking_or_by_its_day(
    app: Flask, admin: Any, mes: System, clock: TestClock
) -> None:
    (listed,) = admin.get("/api/values/keys", **HTTPS).get_json()
    assert "key" not in listed
    assert mes.send(ROW).status_code == 200
    other = System(app, admin.post("/api/values/keys", json=WANTED, **HTTPS).get_json()["key"])
    assert admin.delete(f"/api/values/keys/{listed['id']}", **HTTPS).status_code == 204
    assert mes.send(ROW).status_code == 401
    assert other.send(ROW).status_code == 200
    clock.move(timedelta(days=342))
    assert other.send(ROW).status_code == 401


def test_a_key_writes_its_own_source_and_the_indicators_of_its_scope_alone(app: Flask, admin: Any) -> None:
    narrow = System(
        app, admin.post("/api/values/keys", json=WANTED | {"indicators": ["FPY"]}, **HTTPS).get_json()["key"]
    )
    fresh = {"period_from": "2026-11-16", "period_to": "2026-11-22"}
    codes = [one["code"] for one in narrow.send(ROW | fresh, ROW | fresh | {"indicator": "ATT"}).get_json()["rows"]]
    assert codes == ["key_scope", "indicator_foreign"]
    foreign = admin.post("/api/values/keys", json=WANTED | {"indicators": ["ATT"]}, **HTTPS)
    assert foreign.get_json()["code"] == "key_indicator"


def test_a_session_never_opens_the_door_for_keys_and_a_key_opens_no_other(
    app: Flask, cast: Any, client_for: Any, mes: System
) -> None:
    headers = {"Idempotency-Key": "by-session"}
    for person in (cast.hr, cast.admin):
        assert client_for(person).post("/api/values", json={"rows": [ROW]}, headers=headers, **HTTPS).status_code == 401
    bearer = {"Authorization": f"Bearer {mes._key}"}
    for path in ("/api/values/desk", "/api/values/keys", "/api/people", "/api/auth/me"):
        assert app.test_client().get(path, headers=bearer, **HTTPS).status_code == 401


def test_a_key_of_another_plant_writes_nothing_here(app: Flask, cast: Any, client_for: Any) -> None:
    made = client_for(cast.south.admin).post("/api/values/keys", json=WANTED, **HTTPS).get_json()
    assert System(app, made["key"]).send(ROW).get_json()["rows"][0]["code"] == "person_unknown"


@pytest.mark.parametrize("who", ["supervisor", "worker", "hr", "manager"])
def test_keys_are_the_administrators_alone(cast: Any, client_for: Any, who: str) -> None:
    client = client_for(getattr(cast, who))
    assert client.get("/api/values/keys", **HTTPS).status_code == 403
    assert client.post("/api/values/keys", json=WANTED, **HTTPS).status_code == 403


def test_too_many_batches_a_minute_are_asked_to_wait(mes: System, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(batches, "BATCHES_A_MINUTE", 2)
    assert [mes.send(ROW).status_code for _ in range(3)] == [200, 200, 429]


@pytest.mark.parametrize("label", ["W46", "W46\u202e"])
def test_a_period_is_named_by_its_days_and_a_reason_by_what_is_seen(
    cast: Any, client_for: Any, mes: System, label: str
) -> None:
    fresh = {"period_from": "2026-11-16", "period_to": "2026-11-22", "value": 97, "label": label}
    assert mes.send(ROW | fresh).get_json()["counts"]["new"] == 1
    hr = client_for(cast.hr)
    assert point(own_values(hr, cast.worker))["label"] == "W47"
    assert entry(hr, **fresh | {"value": 96, "reason": "\u202e补\u200b录"}).get_json()["corrected"] == 1
    shown = point(own_values(hr, cast.worker))
    assert (shown["label"], shown["changes"][0]["reason"]) == ("W47", "补录")
    assert mes.send(ROW | fresh | {"value": 95, "reason": "\u202e"}).get_json()["rows"][0]["code"] == "reason_missing"


def test_hostile_batches_are_refused_with_a_code(app: Flask, mes: System) -> None:
    for value in corpus.VALUES:
        for body in (
            {"rows": value},
            {"rows": [value]},
            {"rows": [ROW | {"value": value}]},
            {"rows": [ROW | {"period_to": value}]},
        ):
            headers = {"Authorization": f"Bearer {mes._key}", "Idempotency-Key": f"hostile-{id(body)}"}
            answer = knock(app.test_client(), "POST", "/api/values", json=body, headers=headers)
            assert answer.status_code < 500, (body, answer.get_data())
    for key in ("", "Bearer", "Bearer x", "Basic eA==", f"Bearer {mes._key[:-1]}x", f"Bearer {mes._key}x"):
        assert mes.send(ROW, Authorization=key).status_code == 401


def source(**other: Any) -> dict[str, Any]:
    return {
        "code": "MES",
        "name_zh": "制造执行系统",
        "name_en": "MES",
        "kind": "api",
        "owner_no": None,
        "locked_reason": None,
        "late_rule": "label",
        "leave_lowers": None,
    } | other


def test_statutory_leave_and_work_injury_can_never_lower_attendance(cast: Any, client_for: Any) -> None:
    hr = client_for(cast.hr)
    for leave in ("annual", "work_injury", "maternity"):
        asked = source(code="attendance", leave_lowers=["absent", leave])
        answer = hr.post("/api/values/sources", json=asked, **HTTPS)
        assert (answer.status_code, answer.get_json()["code"]) == (422, "leave_protected")
    fine = hr.post("/api/values/sources", json=source(code="attendance", leave_lowers=["absent", "sick"]), **HTTPS)
    assert fine.get_json()["leave_lowers"] == ["absent", "sick"]
    series = own_values(client_for(cast.worker), cast.worker)["series"]
    assert next(one["leave_lowers"] for one in series if one["indicator"] == "ATT") is None, "that value came by MES"


def test_a_locked_source_refuses_a_batch_and_tells_why(cast: Any, client_for: Any, mes: System) -> None:
    hr = client_for(cast.hr)
    assert hr.post("/api/values/sources", json=source(locked_reason="盘点中"), **HTTPS).status_code == 200
    answer = mes.send(ROW)
    assert (answer.status_code, answer.get_json()["params"]["reason"]) == (409, "盘点中")


def test_who_enters_by_hand_what_the_source_lets(cast: Any, client_for: Any) -> None:
    hr, rater, worker = client_for(cast.hr), client_for(cast.supervisor), client_for(cast.worker)
    fresh = {"period_from": "2026-11-16", "period_to": "2026-11-22", "value": 97}
    assert entry(rater, **fresh).get_json()["code"] == "source_by_hand"
    hr.post("/api/values/sources", json=source(kind="hand"), **HTTPS)
    assert entry(rater, **fresh).get_json()["new"] == 1
    assert entry(worker, **fresh).get_json()["code"] == "source_by_hand"
    hr.post("/api/values/sources", json=source(kind="self"), **HTTPS)
    assert entry(worker, **fresh | {"value": 98}).get_json()["code"] == "value_reason"
    assert entry(worker, **fresh | {"value": 98, "reason": "数错了"}).get_json()["corrected"] == 1
    assert entry(client_for(cast.neighbour), **fresh).status_code == 404
    change = point(own_values(worker, cast.worker))["changes"][0]
    assert (change["before"], change["after"], change["reason"], change["by_zh"]) == (97, 98, "数错了", "汤雨桐")


def test_nobody_opens_the_door_to_his_own_values_for_himself(
    cast: Any, client_for: Any, clock: TestClock, phone_of: Any
) -> None:
    hr = client_for(cast.hr)
    own = {"employee_no": "N7", "period_from": "2026-10-01", "period_to": "2026-10-31", "value": 100}
    assert hr.post("/api/values/sources", json=source(kind="self"), **HTTPS).status_code == 200
    assert entry(hr, **own).get_json()["code"] == "source_by_hand"
    phone = phone_of(cast.hr)
    dead_spot = phone.enter(cast.hr, 100, first="2026-10-01", last="2026-10-31")
    assert phone.push(dead_spot) == {1: ["p", "source_by_hand"]}
    assert entry(client_for(cast.worker), **own | {"employee_no": "N2"}).get_json()["new"] == 1
    clock.move(timedelta(minutes=1))
    (set_back,) = [hr.post("/api/values/sources", json=source(owner_no="N4"), **HTTPS).get_json()["changes"]]
    assert [(one["by_zh"], len(one["settings"])) for one in set_back][1:] == [(set_back[0]["by_zh"], 4)]
    assert set_back[0]["settings"] == [
        {"setting": "kind", "before": "self", "after": "api"},
        {"setting": "owner_no", "before": None, "after": "N4"},
    ]
    shown = next(one for one in hr.get("/api/values/desk", **HTTPS).get_json()["sources"] if one["code"] == "MES")
    assert shown["changes"] == set_back


@pytest.mark.parametrize(
    ("who", "status"),
    [
        ("worker", 200),
        ("supervisor", 200),
        ("manager", 200),
        ("hr", 200),
        ("other_worker", 404),
        ("neighbour", 404),
        ("admin", 403),
    ],
)
def test_who_reads_what_is_measured_of_a_person(cast: Any, client_for: Any, who: str, status: int) -> None:
    assert client_for(getattr(cast, who)).get(f"/api/values/people/{cast.worker.id}", **HTTPS).status_code == status


def objection(client: Any, **other: Any) -> Any:
    asked = {"indicator": "OUT", "period_from": "2026-11-01", "version": 1, "reason": "设备停机三天"} | other
    return client.post("/api/values/objections", json=asked, **HTTPS)


def test_an_objection_goes_to_the_sources_owner_and_its_correction_scores_anew(cast: Any, client_for: Any) -> None:
    hr, worker, owner = client_for(cast.hr), client_for(cast.worker), client_for(cast.neighbour)
    assert owner.get("/api/values/desk", **HTTPS).status_code == 403
    hr.post("/api/values/sources", json=source(owner_no="N4"), **HTTPS)
    made = objection(worker)
    assert made.status_code == 201, made.get_data()
    assert made.get_json()["due_at"] == "2026-12-01T01:00:00.000Z", "five working days from a Tuesday"
    assert objection(worker).get_json()["code"] == "objection_twice"
    (waiting,) = owner.get("/api/values/desk", **HTTPS).get_json()["objections"]
    assert (waiting["name_zh"], waiting["shown"], waiting["may_answer"]) == ("汤雨桐", 95.6, True)
    path = f"/api/values/objections/{waiting['id']}/answer"
    for nobody in (worker, client_for(cast.supervisor)):
        assert nobody.post(path, json={"value": None, "answer": "x"}, **HTTPS).status_code in (403, 404)
    said = owner.post(path, json={"value": 101, "answer": "停机三天已扣除"}, **HTTPS)
    assert said.get_json()["state"] == "corrected"
    assert owner.post(path, json={"value": None, "answer": "x"}, **HTTPS).get_json()["code"] == "objection_answered"
    values = own_values(worker, cast.worker)
    assert (point(values)["value"], point(values)["version"]) == (101, 2)
    (mine,) = values["objections"]
    assert (mine["shown"], mine["value"], mine["answer"], mine["answered_by_zh"]) == (
        95.6,
        101,
        "停机三天已扣除",
        "梁德胜",
    )


def test_an_objection_names_the_version_that_was_seen(cast: Any, client_for: Any) -> None:
    hr, worker = client_for(cast.hr), client_for(cast.worker)
    assert entry(hr, value=99, reason="补录").get_json()["corrected"] == 1
    assert objection(worker).get_json()["code"] == "objection_old"
    assert objection(worker, version=2).status_code == 201
    assert objection(worker, period_from="2026-10-01").status_code == 404


def test_nobody_answers_an_objection_of_his_own(cast: Any, client_for: Any) -> None:
    client_for(cast.hr).post("/api/values/sources", json=source(owner_no="N2"), **HTTPS)
    worker = client_for(cast.worker)
    made = objection(worker).get_json()
    path = f"/api/values/objections/{made['id']}/answer"
    assert worker.post(path, json={"value": None, "answer": "x"}, **HTTPS).status_code == 403


def test_a_doubt_is_settled_by_words_and_leaves_the_desk(cast: Any, client_for: Any, mes: System) -> None:
    hr = client_for(cast.hr)
    out = {"indicator": "FPY", "period_from": "2026-11-16", "period_to": "2026-11-22", "value": 120}
    assert mes.send(ROW | out).get_json()["rows"][0]["flags"] == ["range"]
    (flag,) = hr.get("/api/values/desk", **HTTPS).get_json()["flags"]
    assert (flag["kind"], flag["value"], flag["indicator"]) == ("range", 120, "FPY")
    path = f"/api/values/flags/{flag['id']}/settle"
    assert client_for(cast.supervisor).post(path, json={"note": "x"}, **HTTPS).status_code == 404
    assert hr.post(path, json={"note": "返工后重测"}, **HTTPS).status_code == 204
    assert hr.get("/api/values/desk", **HTTPS).get_json()["flags"] == []


def long_series(number: str) -> list[dict[str, Any]]:
    """As many days of somebody's as make a full batch, all different."""
    days = (date(2020, 1, 1) + timedelta(days=n) for n in range(FEW))
    return [
        {
            "employee_no": number,
            "indicator": "OUT",
            "period_from": f"{day}",
            "period_to": f"{day}",
            "value": 50 + n / 100,
        }
        for n, day in enumerate(days)
    ]


def test_full_batches_are_looked_at_for_copies_when_the_desk_is_opened(
    mes: System, cast: Any, client_for: Any, clock: TestClock
) -> None:
    for number in ("N3", "N2"):
        assert mes.send(*long_series(number)).get_json()["counts"]["new"] == FEW
        clock.move(timedelta(seconds=1))
    assert knock(client_for(cast.worker), "GET", "/api/values/desk").status_code == 403
    shown = knock(client_for(cast.hr), "GET", "/api/values/desk").get_json()
    assert {one["kind"] for one in shown["flags"]} == {"copied"}
    again = knock(client_for(cast.hr), "GET", "/api/values/desk").get_json()
    assert len(again["flags"]) == len(shown["flags"])


def test_a_desk_holds_what_is_its_owners_however_much_others_have(
    app: Flask, cast: Any, client_for: Any, clock: TestClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    client_for(cast.hr).post(
        "/api/values/sources", json=source(code="attendance", owner_no="N1", leave_lowers=[]), **HTTPS
    )
    monkeypatch.setattr(queries, "AT_A_DESK", 5)

    def work() -> None:
        ids: dict[str, Any] = {one.code: one.id for one in session().execute(sa.select(Indicator.code, Indicator.id))}
        about = {"person_id": cast.worker.id, "settled_at": None, "settled_by_id": None, "note": None}

        def add(code: str, kept: str, first: date, *, is_there: bool = True) -> None:
            key = {"indicator_id": ids[code], "period_from": first}
            session().add(ValueFlag(**about, **key, kind="range", params={}, raised_at=clock.now()))
            if is_there:
                where = {"person_id": cast.worker.id, "period_to": first, "label": "x", "source": kept}
                session().add(MeasuredValue(**key, **where, value=1, received_at=clock.now()))

        add("ATT", "attendance", date(2026, 9, 1))
        clock.move(timedelta(hours=1))
        for day in range(1, 7):
            add("OUT", "MES", date(2026, 9, day))
        clock.move(timedelta(hours=1))
        add("OUT", "MES", date(2026, 9, 9), is_there=False)

    with app.app_context(), tenant_context(cast.tenant_id):
        unit_of_work(work)
    (his,) = client_for(cast.supervisor).get("/api/values/desk", **HTTPS).get_json()["flags"]
    assert (his["indicator"], his["period_from"]) == ("ATT", "2026-09-01")
    all_of_them = client_for(cast.hr).get("/api/values/desk", **HTTPS).get_json()["flags"]
    assert [one["indicator"] for one in all_of_them] == ["OUT"] * 5, "one about a value that is gone is passed over"
