"""A phone is reported lost: an admin sees where somebody is signed in, and ends it."""

from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa
from flask import Flask

from server.evaluations.models import Evaluation
from server.foundation.db import db, session, tenant_context
from server.foundation.ids import new_id, short
from server.identity.models import AuthSession


@pytest.fixture
def admin(cast: Any, client_for: Any) -> Any:
    return client_for(cast.admin)


def of(person: Any) -> str:
    return f"/api/sessions?employee_no={person.employee_no}"


def session_of(client: Any) -> str:
    (found,) = [row["id"] for row in client.get("/api/auth/sessions").json if row["current"]]
    return str(found)


def test_an_admin_sees_where_somebody_is_signed_in(cast: Any, client_for: Any, admin: Any) -> None:
    phone = client_for(cast.supervisor)
    assert admin.get(of(cast.worker)).json == []
    (row,) = admin.get(of(cast.supervisor)).json
    assert row["id"] == session_of(phone)
    assert (row["device_label"], row["state"], row["current"]) == ("test", "active", False)


def test_an_ended_session_is_over_at_once_and_no_other_is(cast: Any, client_for: Any, admin: Any) -> None:
    lost, desk = client_for(cast.supervisor), client_for(cast.supervisor)
    url = f"/api/sessions/{session_of(lost)}"
    assert admin.delete(url).status_code == 204
    assert lost.get("/api/auth/me").status_code == 401
    assert lost.post("/api/auth/refresh").status_code == 401
    assert desk.get("/api/auth/me").status_code == 200
    assert admin.delete(url).status_code == 404, "twice"


def test_a_lost_phone_hands_in_its_edits_without_effect_and_reads_nothing(
    app: Flask, cast: Any, client_for: Any, admin: Any
) -> None:
    device = short(new_id())
    lost = client_for(cast.supervisor, device)
    url = f"/api/sessions/{session_of(lost)}/drain"
    assert [admin.post(url).status_code for _ in range(2)] == [204, 204]
    with app.app_context(), tenant_context(cast.tenant_id):
        query = sa.select(Evaluation.id).where(Evaluation.employee_id == cast.worker.id)
        record = short(session().execute(query).scalar_one())
        db.session.remove()
    push = [short(cast.supervisor.id), 0, [], [[record, [[1, 0, "s3", 4]]]]]
    answer = lost.post("/api/sync", json=[1, device, "", "n", "", [], push, 1, 0]).json
    assert (answer[5], answer[6], answer[7]) == ([[1, "p", "session_ended"]], [], [])
    assert lost.get("/api/auth/sessions").status_code == 403
    (row,) = admin.get(of(cast.supervisor)).json
    assert row["state"] == "drain_only"
    assert admin.delete(f"/api/sessions/{row['id']}").status_code == 204
    assert admin.post(url).status_code == 404


@pytest.mark.parametrize("who", ["worker", "supervisor", "neighbour", "manager", "hr"])
def test_nobody_but_an_admin_looks_or_ends(cast: Any, client_for: Any, who: str) -> None:
    phone, other = client_for(cast.other_worker), client_for(getattr(cast, who))
    row = session_of(phone)
    answers = [
        other.get(of(cast.other_worker)),
        other.delete(f"/api/sessions/{row}"),
        other.post(f"/api/sessions/{row}/drain"),
    ]
    assert [(one.status_code, one.json["code"]) for one in answers] == [(403, "not_allowed")] * 3
    assert phone.get("/api/auth/me").status_code == 200


def test_an_admin_of_another_plant_finds_nobody(app: Flask, cast: Any, client_for: Any) -> None:
    phone, foreign = client_for(cast.supervisor), client_for(cast.south.admin)
    row = session_of(phone)
    answers = [
        foreign.get(of(cast.supervisor)),
        foreign.delete(f"/api/sessions/{row}"),
        foreign.post(f"/api/sessions/{row}/drain"),
    ]
    assert [(one.status_code, one.json["code"]) for one in answers] == [(404, "not_found")] * 3
    with app.app_context(), tenant_context(cast.tenant_id):
        assert (
            session().execute(sa.select(AuthSession.state).where(AuthSession.id == UUID(row))).scalar_one() == "active"
        )
        db.session.remove()


@pytest.mark.parametrize(
    ("url", "status"),
    [
        ("/api/sessions", 422),
        ("/api/sessions?employee_no=", 422),
        ("/api/sessions?employee_no=" + "9" * 41, 422),
        ("/api/sessions?employee_no=nobody", 404),
    ],
)
def test_whose_sessions_is_asked_for(admin: Any, url: str, status: int) -> None:
    assert admin.get(url).status_code == status
