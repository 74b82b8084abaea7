"""Shared and lost phones, and the secret that opens a phone when the PIN is forgotten."""

from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from server.foundation.clock import TestClock
from server.foundation.db import db, session, tenant_context, unit_of_work
from server.foundation.ids import AccountId, DeviceId, new_id, short, unshort
from server.identity import devices, queries, service
from server.identity.models import DeviceUser
from tests.conftest import SECRET


@pytest.fixture
def phone() -> str:
    return short(new_id())


def at_work(app: Flask, person: Any, work: Any) -> Any:
    with app.app_context(), tenant_context(person.tenant_id):
        done = unit_of_work(work)
        db.session.remove()
        return done


def recovery_of(app: Flask, person: Any, phone: str, *ring: str) -> devices.Recovery:
    account, device = AccountId(person.id), DeviceId(unshort(phone))
    found: devices.Recovery = at_work(app, person, lambda: devices.recovery(account, device, ring or (SECRET,)))
    return found


def door(person: Any, phone: str, **more: Any) -> dict[str, Any]:
    return {"plant": "north", "employee_no": person.employee_no, "device": phone, "device_label": "test", **more}


def test_the_secret_is_the_same_at_every_login_of_one_person_on_one_phone(
    app: Flask, cast: Any, client_for: Any, phone: str
) -> None:
    client_for(cast.supervisor, device=phone)
    client_for(cast.worker, device=phone)
    other = short(new_id())
    client_for(cast.supervisor, device=other)
    first = recovery_of(app, cast.supervisor, phone)
    assert first == recovery_of(app, cast.supervisor, phone)
    assert (
        len(
            {first.secret, recovery_of(app, cast.worker, phone).secret, recovery_of(app, cast.supervisor, other).secret}
        )
        == 3
    )


def test_the_database_alone_does_not_hold_the_secret(app: Flask, cast: Any, client_for: Any, phone: str) -> None:
    client_for(cast.supervisor, device=phone)
    made = recovery_of(app, cast.supervisor, phone)
    assert recovery_of(app, cast.supervisor, phone, "another-server-with-this-database-and-no-key") != made


def test_the_secret_outlives_a_new_key_as_long_as_the_old_one_is_in_the_ring(
    app: Flask, cast: Any, client_for: Any, phone: str
) -> None:
    client_for(cast.supervisor, device=phone)
    before = recovery_of(app, cast.supervisor, phone)
    assert recovery_of(app, cast.supervisor, phone, "fresh", SECRET) == before
    after = recovery_of(app, cast.supervisor, phone, "fresh")
    assert after.id != before.id


def test_a_full_login_gives_the_secret_and_a_refresh_does_not(
    app: Flask, cast: Any, client_for: Any, phone: str
) -> None:
    client = client_for(cast.supervisor, device=phone)
    answer = client.post("/api/auth/refresh")
    assert answer.json["recovery"] is None
    assert answer.json["phone"] == {"shared": False, "lost": False}
    code = at_work(app, cast.supervisor, lambda: _enrolment(cast.supervisor))
    entered = client.post(
        "/api/auth/enrol", json=door(cast.supervisor, phone, code=code, password="four words in a row")
    )
    assert entered.status_code == 200, entered.json
    assert len(entered.json["recovery"]["secret"]) == 43


def _enrolment(person: Any) -> str:
    account = queries.account(AccountId(person.id))
    assert account is not None
    from tests.conftest import NOW

    return service.issue_code(account, now=NOW)


def test_hr_marks_a_phone_as_shared_and_it_learns_so_without_a_login(
    app: Flask, cast: Any, client_for: Any, phone: str
) -> None:
    client_for(cast.supervisor, device=phone)
    recovery_of(app, cast.supervisor, phone)
    hr = client_for(cast.hr)
    (found,) = [one for one in hr.get("/api/devices").json if unshort(phone).hex == one["id"].replace("-", "")]
    assert [user["employee_no"] for user in found["users"]] == [cast.supervisor.employee_no]
    assert hr.post(f"/api/devices/{found['id']}/shared", json={"shared": True}).status_code == 204
    asked = app.test_client().post("/api/devices/state", json={"plant": "north", "device": phone})
    assert asked.json == {"shared": True, "lost": False}


def test_a_phone_that_nobody_knows_is_told_nothing(app: Flask, cast: Any, phone: str) -> None:
    for plant in ("north", "nowhere"):
        asked = app.test_client().post("/api/devices/state", json={"plant": plant, "device": phone})
        assert asked.json == {"shared": False, "lost": False}


@pytest.mark.parametrize("who", ["supervisor", "worker", "manager"])
def test_only_a_desk_manages_phones(cast: Any, client_for: Any, phone: str, who: str) -> None:
    client = client_for(getattr(cast, who), device=phone)
    device = str(unshort(phone))
    assert client.get("/api/devices").status_code == 403
    for path, body in (("shared", {"shared": True}), ("lost", {"lost": True})):
        assert client.post(f"/api/devices/{device}/{path}", json=body).status_code == 403
    assert client.post(f"/api/devices/{device}/drain-code", json={"person_id": str(cast.worker.id)}).status_code == 403


def test_another_plants_desk_does_not_find_the_phone(cast: Any, client_for: Any, phone: str) -> None:
    client_for(cast.supervisor, device=phone)
    foreign = client_for(cast.south.hr)
    assert foreign.post(f"/api/devices/{unshort(phone)}/lost", json={"lost": True}).status_code == 404


def test_a_lost_phone_only_hands_in_now_and_after_every_later_login_until_it_is_found(
    app: Flask, cast: Any, client_for: Any, phone: str
) -> None:
    client = client_for(cast.supervisor, device=phone)
    hr = client_for(cast.hr)
    device = unshort(phone)
    assert hr.post(f"/api/devices/{device}/lost", json={"lost": True}).status_code == 204
    assert client.get("/api/auth/me").json["drain_only"] is True
    assert client.get("/api/auth/sessions").status_code == 403
    again = client_for(cast.supervisor, device=phone)
    assert again.get("/api/auth/me").json["drain_only"] is True
    elsewhere = client_for(cast.supervisor)
    assert elsewhere.get("/api/auth/me").json["drain_only"] is False
    assert hr.post(f"/api/devices/{device}/lost", json={"lost": False}).status_code == 204
    assert client_for(cast.supervisor, device=phone).get("/api/auth/me").json["drain_only"] is False
    assert again.get("/api/auth/me").json["drain_only"] is True


def test_hrs_code_opens_a_session_that_only_hands_in_once_even_for_somebody_who_left(
    app: Flask, cast: Any, client_for: Any, phone: str, clock: TestClock
) -> None:
    client_for(cast.supervisor, device=phone)
    secret = recovery_of(app, cast.supervisor, phone)
    hr = client_for(cast.hr)
    given = hr.post(f"/api/devices/{unshort(phone)}/drain-code", json={"person_id": str(cast.supervisor.id)})
    assert given.status_code == 200, given.json

    def leave() -> None:
        account = queries.account(AccountId(cast.supervisor.id))
        assert account is not None
        service.lock(account, now=clock.now())

    at_work(app, cast.supervisor, leave)
    wrong_phone = app.test_client().post(
        "/api/auth/drain", json=door(cast.supervisor, short(new_id()), code=given.json["code"])
    )
    assert wrong_phone.status_code == 401
    client = app.test_client()
    entered = client.post("/api/auth/drain", json=door(cast.supervisor, phone, code=given.json["code"]))
    assert entered.status_code == 200, entered.json
    assert entered.json["drain_only"] is True
    assert entered.json["recovery"] == {"id": secret.id, "secret": secret.secret}
    headers = {"X-CSRF-TOKEN": entered.json["csrf"]}
    assert client.get("/api/auth/me", headers=headers).json["drain_only"] is True
    twice = app.test_client().post("/api/auth/drain", json=door(cast.supervisor, phone, code=given.json["code"]))
    assert (twice.status_code, twice.json["code"]) == (401, "code_invalid")


def test_a_code_ends_after_a_week(app: Flask, cast: Any, client_for: Any, phone: str, clock: TestClock) -> None:
    client_for(cast.supervisor, device=phone)
    recovery_of(app, cast.supervisor, phone)
    given = client_for(cast.hr).post(
        f"/api/devices/{unshort(phone)}/drain-code", json={"person_id": str(cast.supervisor.id)}
    )
    clock.move(timedelta(days=7))
    late = app.test_client().post("/api/auth/drain", json=door(cast.supervisor, phone, code=given.json["code"]))
    assert late.status_code == 401


def test_hr_issues_no_code_for_another_desk_an_administrator_does(
    cast: Any, client_for: Any, app: Flask, phone: str
) -> None:
    client_for(cast.admin, device=phone)
    recovery_of(app, cast.admin, phone)
    path, body = f"/api/devices/{unshort(phone)}/drain-code", {"person_id": str(cast.admin.id)}
    assert client_for(cast.hr).post(path, json=body).status_code == 403
    assert client_for(cast.admin).post(path, json=body).status_code == 200


def test_what_is_kept_of_a_code_and_a_secret_is_neither(app: Flask, cast: Any, client_for: Any, phone: str) -> None:
    client_for(cast.supervisor, device=phone)
    secret = recovery_of(app, cast.supervisor, phone)
    given = client_for(cast.hr).post(
        f"/api/devices/{unshort(phone)}/drain-code", json={"person_id": str(cast.supervisor.id)}
    )
    row = at_work(app, cast.supervisor, lambda: session().execute(sa.select(DeviceUser)).scalars().one())
    kept = f"{row.seed} {row.key_id} {row.drain_hash}"
    assert secret.secret not in kept
    assert given.json["code"] not in kept
