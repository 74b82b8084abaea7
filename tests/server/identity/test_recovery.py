"""A new one-time code: whoever held a session before is out, and what waits on a phone is still taken in."""

from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from server.evaluations.models import Evaluation
from server.foundation.clock import TestClock
from server.foundation.db import db, session, tenant_context, unit_of_work
from server.foundation.ids import new_id, short
from server.identity import queries, service

PASSWORD = "four grey herons wading"


@pytest.fixture
def code(app: Flask, cast: Any, clock: TestClock) -> str:
    """A one-time code of 肖静, who has forgotten her password."""

    def issue() -> str:
        account = queries.account(cast.supervisor.id)
        assert account is not None
        return service.issue_code(account, now=clock.now())

    with app.app_context(), tenant_context(cast.tenant_id):
        made = unit_of_work(issue)
        db.session.remove()
    return made


def enrol(client: FlaskClient, person: Any, code: str, device: str, password: str = PASSWORD) -> Any:
    body = {"plant": "north", "employee_no": person.employee_no, "device": device, "device_label": "new"}
    return client.post("/api/auth/enrol", json=body | {"code": code, "password": password})


def evaluation_of(app: Flask, cast: Any) -> UUID:
    with app.app_context(), tenant_context(cast.tenant_id):
        query = sa.select(Evaluation.id).where(Evaluation.employee_id == cast.worker.id)
        found: UUID = session().execute(query).scalar_one()
        db.session.remove()
    return found


def test_redeeming_a_code_ends_the_sessions_of_that_person_and_of_nobody_else(
    app: Flask, cast: Any, client_for: Any, code: str
) -> None:
    lost, others = client_for(cast.supervisor), client_for(cast.worker)
    found = app.test_client()
    assert enrol(found, cast.supervisor, code, short(new_id())).status_code == 200
    for client in (found, others):
        assert client.get("/api/auth/me").status_code == 200
    assert lost.get("/api/auth/me").status_code == 401
    assert lost.post("/api/auth/refresh").status_code == 401
    assert len(found.get("/api/auth/sessions").json) == 1


def test_a_wrong_code_ends_nothing(app: Flask, cast: Any, client_for: Any, code: str) -> None:
    phone = client_for(cast.supervisor)
    assert enrol(app.test_client(), cast.supervisor, "WRONGWRONG22", short(new_id())).status_code == 401
    assert phone.get("/api/auth/me").status_code == 200


def test_edits_that_waited_on_the_phone_are_delivered_after_signing_in_again(
    app: Flask, cast: Any, client_for: Any, code: str
) -> None:
    device = short(new_id())
    phone = client_for(cast.supervisor, device)
    push = [short(cast.supervisor.id), 0, [], [[short(evaluation_of(app, cast)), [[1, 0, "s3", 4]]]]]
    body = [1, device, "", "n", "", [], push, 1, 0]
    assert enrol(app.test_client(), cast.supervisor, code, short(new_id())).status_code == 200
    assert phone.post("/api/sync", json=body).status_code == 401
    login = {"plant": "north", "employee_no": cast.supervisor.employee_no, "device": device, "device_label": "old"}
    phone.csrf = phone.post("/api/auth/login", json=login | {"password": PASSWORD}).json["csrf"]
    answer = phone.post("/api/sync", json=body)
    assert answer.status_code == 200
    assert answer.json[5] == [[1, "a"]]


@pytest.mark.parametrize("password", ["Xiao Jing Xiao Jing", "xiaojing.N1.northN1"])
def test_ones_own_name_is_no_password_and_a_stranger_does_not_learn_it_from_that(
    app: Flask, cast: Any, code: str, password: str
) -> None:
    def answer(given: str) -> tuple[int, str]:
        made = enrol(app.test_client(), cast.supervisor, given, short(new_id()), password)
        return made.status_code, made.json["code"]

    assert answer("WRONGWRONG22") == (401, "code_invalid")
    assert answer(code) == (422, "weak_password")


def test_a_changed_password_is_looked_at_alike(app: Flask, cast: Any, code: str) -> None:
    client = app.test_client()
    csrf = enrol(client, cast.supervisor, code, short(new_id())).json["csrf"]

    def change(new: str) -> int:
        wanted = {"current": PASSWORD, "new": new}
        return client.post("/api/auth/password", json=wanted, headers={"X-CSRF-TOKEN": csrf}).status_code

    assert [change(new) for new in ("xiaojing xiaojing", "password12345678")] == [422, 422]
    assert change("seven slow trains at noon") == 204
