"""Phones as the desk opens them, and who may do what with which."""

from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest
from flask import Flask

from server.foundation.db import current_tenant, db, session, tenant_context, unit_of_work
from server.foundation.ids import AccountId, DeviceId, new_id, short, unshort
from server.identity import devices
from server.people import service as people
from server.people.models import Role
from server.sync_api.models import DeviceContact
from tests.conftest import NOW


@pytest.fixture
def used(app: Flask, client_for: Any) -> Any:
    """`used(person, ...)`: the id of a phone on which these have signed in."""

    def make(*users: Any, phone: str | None = None) -> str:
        phone = phone or short(new_id())
        for one in users:
            client_for(one, device=phone)
            write(app, one, lambda one=one: devices.user_of(AccountId(one.id), DeviceId(unshort(phone))))
        return str(unshort(phone))

    return make


def write(app: Flask, person: Any, work: Any) -> None:
    with app.app_context(), tenant_context(person.tenant_id):
        unit_of_work(work)
        db.session.remove()


@pytest.fixture
def partner(app: Flask, cast: Any) -> Any:
    """The manager, who is HR's partner for the supervisor's shift too."""
    write(
        app,
        cast.manager,
        lambda: people.grant(cast.manager.id, Role.HRBP, valid_from=date(2026, 1, 1), department=cast.shift),
    )
    return cast.manager


def act(client: Any, device: str, what: str, value: Any = True) -> int:
    body = {"person_id": value} if what == "drain-code" else {what: value}
    return int(client.post(f"/api/devices/{device}/{what}", json=body).status_code)


def test_a_phone_is_shown_with_its_users_by_name_and_what_it_last_said(
    app: Flask, cast: Any, client_for: Any, used: Any
) -> None:
    phone = used(cast.supervisor, cast.worker)

    def contact() -> None:
        session().add(
            DeviceContact(
                tenant_id=current_tenant(),
                person_id=cast.supervisor.id,
                device=UUID(phone),
                last_contact_at=NOW,
                queued_count=3,
                oldest_queued_at=NOW - timedelta(hours=30),
                attempts=7,
                last_error="offline",
            )
        )

    write(app, cast.supervisor, contact)
    shown = client_for(cast.hr).get(f"/api/phones/{phone}").json
    by_number = {one["employee_no"]: one for one in shown["users"]}
    hers, his = by_number[cast.supervisor.employee_no], by_number[cast.worker.employee_no]
    assert (hers["name_zh"], hers["queued_count"], hers["attempts"], hers["last_error"]) == ("肖静", 3, 7, "offline")
    assert hers["oldest_queued_at"] < hers["last_contact_at"]
    assert (his["name_en"], his["queued_count"], his["last_contact_at"]) == ("Tang Yutong", None, None)
    assert shown["may"] == ["share", "lose"]
    assert hers["may"] == his["may"] == ["drain_code"]
    assert shown in client_for(cast.hr).get("/api/phones").json


def test_whoever_comes_back_on_an_empty_phone_and_hr_are_told_what_the_other_one_still_held(
    app: Flask, cast: Any, client_for: Any, used: Any
) -> None:
    cleared, fresh = used(cast.supervisor), short(new_id())

    def heard(phone: str, minutes: int, queued: int) -> None:
        def note() -> None:
            contact = DeviceContact(
                tenant_id=current_tenant(),
                person_id=cast.supervisor.id,
                device=UUID(phone),
                last_contact_at=NOW + timedelta(minutes=minutes),
                queued_count=queued,
                oldest_queued_at=NOW - timedelta(hours=3) if queued else None,
            )
            session().add(contact)

        write(app, cast.supervisor, note)

    def at_the_desk() -> Any:
        return client_for(cast.hr).get(f"/api/phones/{cleared}").json["users"][0]

    heard(cleared, 0, 7)
    assert at_the_desk()["elsewhere_at"] is None, "nothing says that it was left"
    mine = client_for(cast.supervisor, device=fresh).get("/api/phones/own").json
    assert [(one["device_id"], one["queued_count"]) for one in mine] == [(cleared, 7)]
    assert mine[0]["oldest_queued_at"] < mine[0]["last_contact_at"]
    assert client_for(cast.worker).get("/api/phones/own").json == [], "each is told of the own phones alone"
    heard(str(unshort(fresh)), 5, 0)
    assert at_the_desk()["elsewhere_at"] == "2026-11-24T01:05:00.000Z"
    used(cast.supervisor, phone=short(UUID(cleared)))
    assert client_for(cast.supervisor, device=short(UUID(cleared))).get("/api/phones/own").json == [], "not of this one"


def test_who_signed_in_before_phones_were_sealed_is_a_user_too_but_no_code_helps_there(
    cast: Any, client_for: Any
) -> None:
    phone = short(new_id())
    client_for(cast.neighbour_worker, device=phone)
    shown = client_for(cast.hr).get(f"/api/phones/{unshort(phone)}").json
    assert [(one["employee_no"], one["may"]) for one in shown["users"]] == [(cast.neighbour_worker.employee_no, [])]


def test_nobody_is_offered_to_report_the_phone_in_hand_lost(cast: Any, client_for: Any, used: Any) -> None:
    phone = short(new_id())
    own = used(cast.hr, phone=phone)
    assert client_for(cast.hr, device=phone).get(f"/api/phones/{own}").json["may"] == ["share"]


def test_a_code_for_a_desk_is_offered_to_an_administrator_alone(cast: Any, client_for: Any, used: Any) -> None:
    phone = used(cast.hr)
    other = client_for(cast.hr)
    assert other.get(f"/api/phones/{phone}").json["users"][0]["may"] == []
    assert act(other, phone, "drain-code", str(cast.hr.id)) == 403
    admin = client_for(cast.admin)
    assert admin.get(f"/api/phones/{phone}").json["users"][0]["may"] == ["drain_code"]
    assert act(admin, phone, "drain-code", str(cast.hr.id)) == 200


@pytest.mark.parametrize("who", ["supervisor", "worker", "manager", "partner"])
def test_without_a_desk_no_phone_is_shown(cast: Any, client_for: Any, used: Any, partner: Any, who: str) -> None:
    """HR's partner has no part in phones: what is done to one is done to everybody on it."""
    phone = used(cast.supervisor)
    client = client_for(partner if who == "partner" else getattr(cast, who))
    assert client.get("/api/phones").status_code == 403
    assert client.get(f"/api/phones/{phone}").status_code == 403


def test_another_plants_phone_is_not_found(cast: Any, client_for: Any, used: Any) -> None:
    phone = used(cast.supervisor)
    foreign = client_for(cast.south.hr)
    assert foreign.get(f"/api/phones/{phone}").status_code == 404
    assert phone not in [one["id"] for one in foreign.get("/api/phones").json]
