"""Sessions: rotation over lost answers, copies in foreign hands, several users on one phone."""

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from datetime import timedelta
from typing import Any

import jwt
import pytest
from flask import Flask
from flask.testing import FlaskClient

from server.foundation.clock import TestClock
from server.foundation.db import db, tenant_context, unit_of_work
from server.foundation.ids import AccountId, new_id, short
from server.identity import queries, service, tokens
from server.identity.models import Account, SessionState


@pytest.fixture
def people(app: Flask, clock: TestClock) -> dict[str, Account]:
    """Two accounts of one plant, one of another."""

    def found(code: str, *numbers: str) -> list[Account]:
        plant = unit_of_work(
            lambda: service.create_tenant(code=code, name_zh=code, name_en=code, time_zone="Asia/Shanghai")
        )
        with tenant_context(plant.id):
            return unit_of_work(lambda: [service.create_account(n, now=clock.now()) for n in numbers])

    with app.app_context():
        ann, bob = found("north", "ann", "bob")
        (eve,) = found("south", "eve")
        db.session.expunge_all()
        db.session.remove()
    return {"ann": ann, "bob": bob, "eve": eve}


def refresh(client: Any) -> Any:
    answer = client.post("/api/auth/refresh")
    if answer.status_code == 200:
        client.csrf, client.refresh_csrf = answer.json["csrf"], answer.json["refresh_csrf"]
    return answer


def cookie(client: FlaskClient, name: str = tokens.REFRESH_COOKIE) -> str:
    found = client.get_cookie(name, path="/api/auth" if name == tokens.REFRESH_COOKIE else "/")
    assert found is not None
    return found.value


def with_refresh(client: FlaskClient, value: str) -> None:
    client.set_cookie(tokens.REFRESH_COOKIE, value, path="/api/auth", secure=True, httponly=True)


def is_refused(answer: Any) -> bool:
    return answer.status_code == 401 and answer.json["code"] == "auth_required"


def test_a_session_says_who_it_is(client_for: Any, people: Any) -> None:
    user = client_for(people["ann"]).get("/api/auth/me").json["user"]
    assert user["person_id"] == str(people["ann"].id)
    assert user["employee_no"] == "ann"
    assert user["plant"] == {"code": "north", "name_zh": "north", "name_en": "north", "time_zone": "Asia/Shanghai"}


def test_an_answer_that_was_lost_is_given_again(client_for: Any, people: Any) -> None:
    client = client_for(people["ann"])
    for _ in range(5):
        old = cookie(client)
        assert refresh(client).status_code == 200
        with_refresh(client, old)  # the answer never arrived
        assert refresh(client).status_code == 200
        assert refresh(client).status_code == 200
    assert client.get("/api/auth/me").status_code == 200


def test_a_used_up_token_closes_the_session_for_everybody(client_for: Any, people: Any) -> None:
    client = client_for(people["ann"])
    stolen = cookie(client)
    refresh(client)
    refresh(client)
    newest = cookie(client)
    with_refresh(client, stolen)
    assert is_refused(refresh(client))
    with_refresh(client, newest)
    assert is_refused(refresh(client))
    assert is_refused(client.get("/api/auth/me"))


def test_a_token_from_the_future_closes_the_session(client_for: Any, people: Any, app: Flask) -> None:
    client = client_for(people["ann"])
    claims = jwt.decode(cookie(client), options={"verify_signature": False})
    with_refresh(client, signed(app, claims | {"gen": 7}))
    assert is_refused(refresh(client))


def signed(app: Flask, claims: dict[str, Any]) -> str:
    from tests.conftest import SECRET

    return jwt.encode(claims, tokens._key(SECRET), "HS256", headers={"kid": app.extensions["gemba_kid"]})


def test_an_unsafe_request_without_the_csrf_value_is_refused(client_for: Any, people: Any) -> None:
    client = client_for(people["ann"])
    for wrong in ("", "0" * 32, client.refresh_csrf, "é"):
        answer = client.post("/api/auth/logout", headers={"X-CSRF-TOKEN": wrong})
        assert is_refused(answer)
    assert client.get("/api/auth/me").status_code == 200


def test_a_phone_that_holds_anns_csrf_value_cannot_write_with_bobs_cookie(client_for: Any, people: Any) -> None:
    ann, bob = client_for(people["ann"]), client_for(people["bob"])
    answer = bob.post("/api/auth/logout", headers={"X-CSRF-TOKEN": ann.csrf})
    assert is_refused(answer)


def test_several_users_on_one_phone_do_not_end_each_others_sessions(client_for: Any, people: Any) -> None:
    phone = short(new_id())
    ann = client_for(people["ann"], device=phone)
    bob = client_for(people["bob"], device=phone)
    assert ann.get("/api/auth/me").json["user"]["employee_no"] == "ann"
    assert bob.get("/api/auth/me").json["user"]["employee_no"] == "bob"
    assert bob.post("/api/auth/logout").status_code == 204
    assert is_refused(bob.get("/api/auth/me"))
    assert refresh(ann).status_code == 200


def test_the_csrf_value_stays_with_the_session(client_for: Any, people: Any) -> None:
    client = client_for(people["ann"])
    before = client.csrf, client.refresh_csrf
    refresh(client)
    assert (client.csrf, client.refresh_csrf) == before


def test_logout_ends_the_session_and_takes_the_cookies(client_for: Any, people: Any) -> None:
    client = client_for(people["ann"])
    copy = cookie(client)
    answer = client.post("/api/auth/logout")
    assert answer.status_code == 204
    assert client.get_cookie(tokens.ACCESS_COOKIE) is None
    with_refresh(client, copy)
    assert is_refused(refresh(client))


def test_a_session_ended_elsewhere_is_refused_at_once(client_for: Any, people: Any) -> None:
    phone, desk = client_for(people["ann"]), client_for(people["ann"])
    listed = desk.get("/api/auth/sessions").json
    assert [row["current"] for row in listed].count(True) == 1
    (other,) = [row["id"] for row in listed if not row["current"]]
    assert desk.delete(f"/api/auth/sessions/{other}").status_code == 204
    assert is_refused(phone.get("/api/auth/me"))
    assert is_refused(refresh(phone))
    assert desk.delete(f"/api/auth/sessions/{other}").status_code == 404


@pytest.mark.parametrize("stranger", ["bob", "eve"])
def test_nobody_ends_a_strangers_session(client_for: Any, people: Any, stranger: str) -> None:
    ann, other = client_for(people["ann"]), client_for(people[stranger])
    (row,) = ann.get("/api/auth/sessions").json
    assert other.delete(f"/api/auth/sessions/{row['id']}").status_code == 404
    assert ann.get("/api/auth/me").status_code == 200


def test_an_access_token_expires_and_a_refresh_renews_it(client_for: Any, people: Any, clock: TestClock) -> None:
    client = client_for(people["ann"])
    clock.move(timedelta(minutes=15, seconds=59))
    assert client.get("/api/auth/me").status_code == 200
    clock.move(timedelta(seconds=2))
    assert is_refused(client.get("/api/auth/me"))
    assert refresh(client).status_code == 200
    assert client.get("/api/auth/me").status_code == 200


def test_a_session_dies_after_thirty_idle_days(client_for: Any, people: Any, clock: TestClock) -> None:
    client = client_for(people["ann"])
    clock.move(timedelta(days=29))
    assert refresh(client).status_code == 200
    clock.move(timedelta(days=30))
    assert is_refused(refresh(client))


def test_a_session_dies_after_ninety_days_however_busy(client_for: Any, people: Any, clock: TestClock) -> None:
    client = client_for(people["ann"])
    for _ in range(4):
        clock.move(timedelta(days=20))
        assert refresh(client).status_code == 200
    clock.move(timedelta(days=10))
    assert is_refused(refresh(client))


def test_a_token_signed_with_a_previous_secret_is_taken(app: Flask, client_for: Any, people: Any) -> None:
    from server.app import create_app
    from server.foundation.settings import settings_of
    from tests.conftest import settings_for

    old = client_for(people["ann"])
    new_settings = settings_for(settings_of(app).database_url, previous_secrets=(settings_of(app).secret,))
    new_settings = type(new_settings)(**{**vars(new_settings), "secret": "qR8sT2vW5xY9zA3bC6dE1fG4hJ7kL0mN-_pQ"})
    rolled = create_app(new_settings, clock=app.extensions["gemba_clock"])
    client = rolled.test_client()
    client.set_cookie(tokens.ACCESS_COOKIE, cookie(old, tokens.ACCESS_COOKIE), secure=True)
    assert client.get("/api/auth/me").status_code == 200
    with rolled.app_context():
        db.engine.dispose()


def forgeries(good: str) -> dict[str, str]:
    header, body, signature = good.split(".")
    claims = json.loads(urlsafe_b64decode(body + "=="))
    plain = urlsafe_b64encode(json.dumps({"alg": "none", "typ": "JWT"}).encode()).rstrip(b"=").decode()
    return {
        "alg none": f"{plain}.{body}.",
        "other key": jwt.encode(claims, "k" * 32, "HS256", headers=jwt.get_unverified_header(good)),
        "other algorithm": jwt.encode(claims, "k" * 64, "HS512", headers=jwt.get_unverified_header(good)),
        "no kid": jwt.encode(claims, "k" * 32, "HS256"),
        "kid no text": jwt.encode(claims, "k" * 32, "HS256", headers={"kid": "../../etc/passwd"}),
        "cut": good[:-4],
        "swapped": f"{header}.{body}.{signature[::-1]}",
        "not a token": "hello",
        "empty": "",
        "bytes": "\x7f" * 40,
        "long": "a." * 2000,
        "a list": f"{header}.{urlsafe_b64encode(b'[1]').rstrip(b'=').decode()}.{signature}",
    }


@pytest.mark.parametrize(
    "which",
    [
        "alg none",
        "other key",
        "other algorithm",
        "no kid",
        "kid no text",
        "cut",
        "swapped",
        "not a token",
        "empty",
        "bytes",
        "long",
        "a list",
    ],
)
def test_a_forged_token_is_a_missing_one(client_for: Any, people: Any, which: str) -> None:
    client = client_for(people["ann"])
    client.set_cookie(tokens.ACCESS_COOKIE, forgeries(cookie(client, tokens.ACCESS_COOKIE))[which], secure=True)
    with_refresh(client, forgeries(cookie(client))[which])
    assert is_refused(client.get("/api/auth/me"))
    assert is_refused(client.post("/api/auth/logout"))
    assert is_refused(refresh(client))


@pytest.mark.parametrize(
    "change",
    [
        {"exp": "soon"},
        {"exp": None},
        {"sid": "x"},
        {"ten": 5},
        {"gen": "many"},
        {"iss": "other"},
        {"aud": "other"},
        {"type": "refresh"},
        {"sub": "nobody"},
    ],
    ids=str,
)
def test_a_signed_token_with_wrong_claims_is_refused(
    app: Flask, client_for: Any, people: Any, change: dict[str, Any]
) -> None:
    client = client_for(people["ann"])
    claims = jwt.decode(cookie(client, tokens.ACCESS_COOKIE), options={"verify_signature": False})
    client.set_cookie(tokens.ACCESS_COOKIE, signed(app, claims | change), secure=True)
    assert is_refused(client.get("/api/auth/me"))


def test_a_session_of_one_person_does_not_serve_another(app: Flask, client_for: Any, people: Any) -> None:
    client = client_for(people["ann"])
    claims = jwt.decode(cookie(client, tokens.ACCESS_COOKIE), options={"verify_signature": False})
    client.set_cookie(tokens.ACCESS_COOKIE, signed(app, claims | {"sub": str(people["bob"].id)}), secure=True)
    assert is_refused(client.get("/api/auth/me"))
    client.set_cookie(tokens.ACCESS_COOKIE, signed(app, claims | {"ten": str(people["eve"].tenant_id)}), secure=True)
    assert is_refused(client.get("/api/auth/me"))


def test_a_refresh_token_opens_no_other_door(client_for: Any, people: Any) -> None:
    client = client_for(people["ann"])
    client.set_cookie(tokens.ACCESS_COOKIE, cookie(client), secure=True)
    assert is_refused(client.get("/api/auth/me"))


def test_a_session_that_only_drains_reads_nothing_else(app: Flask, client_for: Any, people: Any) -> None:
    phone = short(new_id())
    client = client_for(people["ann"], device=phone)
    account_id = AccountId(people["ann"].id)
    with app.app_context(), tenant_context(people["ann"].tenant_id):
        ((row, device),) = queries.open_sessions(account_id)
        device_id = device.id
        db.session.close()
        unit_of_work(lambda: service.drain_only(account_id, device_id))
        assert queries.auth_session(row.id).state == SessionState.DRAIN_ONLY  # type: ignore[union-attr]
        db.session.remove()
    assert client.get("/api/auth/me").status_code == 200
    answer = client.get("/api/auth/sessions")
    assert (answer.status_code, answer.json["code"]) == (403, "not_allowed")
    assert refresh(client).status_code == 200


def test_tokens_are_kept_from_scripts_and_other_sites(client_for: Any, people: Any) -> None:
    answer = client_for(people["ann"]).post("/api/auth/refresh")
    set_cookies = answer.headers.getlist("Set-Cookie")
    assert len(set_cookies) == 2
    for line in set_cookies:
        assert "HttpOnly" in line
        assert "Secure" in line
        assert "SameSite=Strict" in line
        assert line.split("=", 1)[1].split(";")[0] not in answer.text
    access, renewal = set_cookies
    assert access.startswith("__Host-gemba_a=")
    assert "Path=/;" in access + ";"
    assert "Max-Age=900" in access
    assert renewal.startswith("__Secure-gemba_r=")
    assert "Path=/api/auth" in renewal
    assert "Max-Age=2592000" in renewal


def test_a_read_with_another_persons_value_is_refused(client_for: Any, people: Any) -> None:
    client = client_for(people["ann"])
    assert client.get("/api/auth/me").status_code == 200
    answer = client.get("/api/auth/me", headers={"X-CSRF-TOKEN": "of-somebody-else"})
    assert (answer.status_code, answer.json["code"]) == (401, "auth_required")
