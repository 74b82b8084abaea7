"""Getting in: passwords, codes, delays, the demo."""

from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from server.foundation.clock import TestClock
from server.foundation.db import db, tenant_context, unit_of_work
from server.foundation.ids import new_id, short
from server.foundation.settings import Settings
from server.identity import queries, service

PASSWORD = "four grey herons wading"


@pytest.fixture
def code(app: Flask, clock: TestClock) -> str:
    """A one-time code of account 1001 in plant north."""

    def found() -> Any:
        return service.create_tenant(code="north", name_zh="北厂", name_en="North", time_zone="UTC").id

    with app.app_context():
        with tenant_context(unit_of_work(found)):
            made = unit_of_work(
                lambda: service.issue_code(service.create_account("1001", now=clock.now()), now=clock.now())
            )
        db.session.remove()
    return made


def body(**values: Any) -> dict[str, Any]:
    return {"plant": "north", "employee_no": "1001", "device": short(new_id()), "device_label": "phone"} | values


def enrol(client: FlaskClient, code: str, password: str = PASSWORD, **values: Any) -> Any:
    return client.post("/api/auth/enrol", json=body(code=code, password=password, **values))


def log_in(client: FlaskClient, password: str = PASSWORD, **values: Any) -> Any:
    return client.post("/api/auth/login", json=body(password=password, **values))


def test_a_code_sets_a_password_once_and_the_password_signs_in(app: Flask, code: str) -> None:
    first = enrol(app.test_client(), f" {code[:4]}-{code[4:].lower()} ")
    assert first.status_code == 200
    again = enrol(app.test_client(), code)
    assert (again.status_code, again.json["code"]) == (401, "code_invalid")
    client = app.test_client()
    answer = log_in(client)
    assert answer.status_code == 200
    assert answer.json["user"]["employee_no"] == "1001"
    assert client.get("/api/auth/me").status_code == 200


def test_a_code_dies_after_seven_days(app: Flask, code: str, clock: TestClock) -> None:
    clock.move(timedelta(days=7))
    assert enrol(app.test_client(), code).json["code"] == "code_invalid"


@pytest.mark.parametrize(
    ("password", "reason"),
    [
        ("fourteen chars", "too_short"),
        ("aaaaaaaaaaaaaaaaaaaa", "too_simple"),
        ("abcdefghijklmnopqrst", "too_simple"),
        ("north1001north1001", "known_words"),
        ("password12345678", "too_simple"),
        ("Password2026!!!!", "too_simple"),
        ("qwertyuiopasdfgh", "too_simple"),
        ("woaini1314woaini1314", "too_simple"),
        ("p@ssw0rdp@ssw0rd", "too_simple"),
        ("1qaz2wsx3edc4rfv", "too_simple"),
        ("iloveyou-North-1", "too_simple"),
    ],
)
def test_a_password_that_a_colleague_would_try_is_refused(app: Flask, code: str, password: str, reason: str) -> None:
    answer = enrol(app.test_client(), code, password)
    assert (answer.status_code, answer.json["code"]) == (422, "weak_password")
    assert answer.json["params"]["reason"] == reason


def test_a_wrong_password_and_an_unknown_number_and_plant_answer_alike(app: Flask, code: str) -> None:
    enrol(app.test_client(), code)
    answers = [
        log_in(app.test_client(), "wrong"),
        log_in(app.test_client(), employee_no="9999"),
        log_in(app.test_client(), plant="nowhere"),
    ]
    for answer in answers:
        assert answer.status_code == 401
        assert answer.json | {"request_id": ""} == answers[0].json | {"request_id": ""}
        assert answer.json["code"] == "login_failed"


def test_from_the_fifth_failure_the_delay_grows(app: Flask, code: str, clock: TestClock) -> None:
    enrol(app.test_client(), code)
    for _ in range(5):
        assert log_in(app.test_client(), "wrong").status_code == 401
    seconds = []
    for _ in range(4):
        refused = log_in(app.test_client())
        assert (refused.status_code, refused.json["code"]) == (429, "login_delayed")
        assert refused.headers["Retry-After"] == str(refused.json["params"]["seconds"])
        seconds.append(refused.json["params"]["seconds"])
        clock.move(timedelta(seconds=seconds[-1]))
        assert log_in(app.test_client(), "wrong").status_code == 401
    assert seconds == [31, 61, 121, 241]
    clock.move(timedelta(hours=1))
    assert log_in(app.test_client()).status_code == 200


def test_numbers_of_nobody_are_delayed_alike(app: Flask, code: str) -> None:
    for _ in range(5):
        assert log_in(app.test_client(), "wrong", employee_no="9999").status_code == 401
    assert log_in(app.test_client(), "wrong", employee_no="9999").json["code"] == "login_delayed"


def test_a_strangers_guesses_do_not_delay_the_persons_own_phone(app: Flask, code: str) -> None:
    own = app.test_client()
    enrol(own, code)
    for _ in range(5):
        log_in(app.test_client(), "wrong")
    assert log_in(app.test_client()).status_code == 429
    assert log_in(own).status_code == 200
    assert own.get("/api/auth/me").status_code == 200


def test_after_a_hundred_guesses_unknown_phones_stay_out_until_a_reset(
    app: Flask, code: str, clock: TestClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("server.identity.passwords.matches", lambda stored, password: password == PASSWORD)
    own = app.test_client()
    enrol(own, code)
    for _ in range(100):
        log_in(app.test_client(), "wrong")
        clock.move(timedelta(hours=1))
    clock.move(timedelta(days=3))
    assert log_in(app.test_client()).status_code == 429
    assert log_in(own).status_code == 200


def test_a_new_password_ends_the_other_sessions(app: Flask, code: str) -> None:
    phone, desk = app.test_client(), app.test_client()
    enrol(phone, code)
    csrf = log_in(desk).json["csrf"]
    wanted = {"current": PASSWORD, "new": "nine quiet bridges over water"}

    def change(**values: str) -> Any:
        return desk.post("/api/auth/password", json=wanted | values, headers={"X-CSRF-TOKEN": csrf})

    assert change(current="wrong").json["code"] == "wrong_password"
    assert change(new="short").json["code"] == "weak_password"
    assert phone.get("/api/auth/me").status_code == 200
    assert change().status_code == 204
    assert phone.get("/api/auth/me").status_code == 401
    assert desk.get("/api/auth/me").status_code == 200
    assert log_in(app.test_client()).status_code == 401
    assert log_in(app.test_client(), wanted["new"]).status_code == 200


def test_a_locked_account_does_not_sign_in(app: Flask, code: str, clock: TestClock) -> None:
    client = app.test_client()
    enrol(client, code)
    with app.app_context():
        plant = queries.tenant_by_code("north")
        assert plant is not None
        db.session.close()
        with tenant_context(plant.id):

            def lock() -> None:
                account = queries.account_by_number("1001")
                assert account is not None
                service.lock(account, now=clock.now())

            unit_of_work(lock)
        db.session.remove()
    assert client.get("/api/auth/me").status_code == 401
    assert log_in(client).json["code"] == "login_failed"


@pytest.mark.parametrize(
    ("values", "pointer", "error"),
    [
        ({"password": ""}, "/password", "too_short"),
        ({"password": "x" * 257}, "/password", "too_long"),
        ({"password": 5}, "/password", "not_text"),
        ({"password": None}, "/password", "null"),
        ({"employee_no": "a\u0000b"}, "/employee_no", "control_character"),
        ({"device": "short"}, "/device", "too_short"),
        ({"device": "!" * 22}, "/device", "not_an_id"),
        ({"role": "admin"}, "/role", "unknown_field"),
    ],
    ids=str,
)
def test_bad_input_names_the_field_and_the_code(app: Flask, values: Any, pointer: str, error: str) -> None:
    answer = app.test_client().post("/api/auth/login", json=body(**({"password": PASSWORD} | values)))
    assert answer.status_code == 422
    assert [(e["pointer"], e["code"]) for e in answer.json["errors"]] == [(pointer, error)]


def test_outside_the_demo_nobody_is_offered_or_let_in_without_a_password(app: Flask, code: str) -> None:
    doors = app.test_client().get("/api/auth/doors").json
    assert doors == {"plants": [{"code": "north", "name_zh": "北厂", "name_en": "North"}], "demo": False, "people": []}
    assert app.test_client().post("/api/auth/demo", json=body()).status_code == 404


class TestDemo:
    @pytest.fixture
    def settings(self, settings: Settings) -> Settings:
        return type(settings)(**{**vars(settings), "demo": True})

    def test_one_tap_signs_in_on_this_machine(self, app: Flask, code: str) -> None:
        client = app.test_client()
        assert client.get("/api/auth/doors").json["demo"] is True
        assert client.post("/api/auth/demo", json=body()).status_code == 200
        assert client.get("/api/auth/me").status_code == 200

    @pytest.mark.parametrize(
        "elsewhere",
        [
            {"environ_base": {"REMOTE_ADDR": "192.168.1.7"}},
            {"environ_base": {"REMOTE_ADDR": "2001:db8::1"}},
            {"headers": {"Host": "attacker.example"}},
        ],
        ids=["another machine", "another machine, IPv6", "a foreign name for this machine"],
    )
    def test_nobody_else_gets_in(self, app: Flask, code: str, elsewhere: Any) -> None:
        client = app.test_client()
        assert client.get("/api/auth/doors", **elsewhere).json["demo"] is False
        assert client.post("/api/auth/demo", json=body(), **elsewhere).status_code == 404
