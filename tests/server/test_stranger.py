"""Somebody from another plant, and the supervisor next door, knock at every door with ids of others.

Every door of the application stands in DOORS; one that does not fails the test. What is closed answers
401, 403 or 404 and names nobody; what is one's own shows nobody else.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum
from functools import partial
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa
from flask import Flask

from server.agreements.models import Agreement
from server.evaluations.models import Evaluation
from server.foundation.db import db, session, tenant_context, unit_of_work
from server.foundation.ids import new_id, short
from server.identity.models import AuthSession
from server.imports import service as imports
from server.people.models import Person
from server.sync_api.columns import READS
from tests.server.hostile.knock import Door, doors, knock, query_names, request_schemas, sound_body
from tests.server.hostile.knock import plain as plain_name

WITHIN = pytest.mark.short_on("sqlite")
CLOSED_STATUSES = {401, 403, 404}


class Kind(Enum):
    PUBLIC = "needs no session and tells of no person"
    OWN = "answers everybody, with nothing but their own"
    DESK = "HR's: closed to both"
    TEAM = "shows a superior his own people and HR the plant; closed to everybody else"
    RECORD = "names a record in its path: closed to whoever has no part in it"


DOORS: dict[str, Kind] = {
    "GET /": Kind.PUBLIC,
    "GET /<name>": Kind.PUBLIC,
    "GET /healthz": Kind.PUBLIC,
    "GET /readyz": Kind.PUBLIC,
    "GET /metrics": Kind.PUBLIC,
    "GET /api/docs": Kind.PUBLIC,
    "GET /api/docs.css": Kind.PUBLIC,
    "GET /api/openapi.json": Kind.PUBLIC,
    "POST /api/csp-report": Kind.PUBLIC,
    "GET /api/auth/doors": Kind.PUBLIC,
    "POST /api/auth/login": Kind.PUBLIC,
    "POST /api/auth/demo": Kind.PUBLIC,
    "POST /api/auth/enrol": Kind.PUBLIC,
    "POST /api/auth/drain": Kind.PUBLIC,
    "POST /api/devices/state": Kind.PUBLIC,
    "GET /api/devices": Kind.DESK,
    "POST /api/devices/<device_id>/shared": Kind.RECORD,
    "POST /api/devices/<device_id>/lost": Kind.RECORD,
    "POST /api/devices/<device_id>/drain-code": Kind.RECORD,
    "POST /api/auth/refresh": Kind.OWN,
    "POST /api/auth/logout": Kind.OWN,
    "GET /api/auth/me": Kind.OWN,
    "GET /api/auth/sessions": Kind.OWN,
    "POST /api/auth/password": Kind.OWN,
    "GET /api/auth/file-key": Kind.OWN,
    "POST /api/sync": Kind.OWN,
    "DELETE /api/auth/sessions/<session_id>": Kind.RECORD,
    "GET /api/sessions": Kind.RECORD,
    "DELETE /api/sessions/<session_id>": Kind.RECORD,
    "POST /api/sessions/<session_id>/drain": Kind.RECORD,
    "GET /api/departments": Kind.TEAM,
    "GET /api/people": Kind.TEAM,
    "GET /api/imports": Kind.DESK,
    "POST /api/imports": Kind.DESK,
    "GET /api/imports/<import_id>": Kind.RECORD,
    "GET /api/imports/kinds": Kind.DESK,
    "GET /api/imports/<import_id>/tables": Kind.RECORD,
    "GET /api/imports/<import_id>/findings": Kind.RECORD,
    "GET /api/imports/<import_id>/changes": Kind.RECORD,
    "PUT /api/imports/<import_id>/mappings": Kind.RECORD,
    "POST /api/imports/<import_id>/apply": Kind.RECORD,
    "POST /api/imports/<import_id>/undo": Kind.RECORD,
    "POST /api/values": Kind.RECORD,
    "GET /api/values/desk": Kind.DESK,
    "GET /api/values/people/<person_id>": Kind.RECORD,
    "POST /api/values/entries": Kind.RECORD,
    "POST /api/values/sources": Kind.DESK,
    "GET /api/values/keys": Kind.DESK,
    "POST /api/values/keys": Kind.DESK,
    "DELETE /api/values/keys/<key_id>": Kind.RECORD,
    "POST /api/values/objections": Kind.RECORD,
    "POST /api/values/objections/<objection_id>/answer": Kind.RECORD,
    "POST /api/values/flags/<flag_id>/settle": Kind.RECORD,
    "GET /api/indicators": Kind.OWN,
    "POST /api/indicators": Kind.OWN,
    "GET /api/indicators/proposals": Kind.TEAM,
    "POST /api/indicator-sets/ahead": Kind.DESK,
    "GET /api/indicators/<indicator_id>": Kind.RECORD,
    "POST /api/indicators/<indicator_id>": Kind.RECORD,
    "POST /api/indicators/<indicator_id>/versions": Kind.RECORD,
    "POST /api/indicators/versions/<version_id>": Kind.RECORD,
    "POST /api/indicators/versions/<version_id>/propose": Kind.RECORD,
    "POST /api/indicators/versions/<version_id>/send-back": Kind.RECORD,
    "POST /api/indicators/versions/<version_id>/approve": Kind.RECORD,
    "POST /api/indicators/versions/<version_id>/retire": Kind.RECORD,
    "POST /api/indicators/versions/<version_id>/influence": Kind.RECORD,
    "GET /api/indicators/versions/<version_id>/difference": Kind.RECORD,
    "GET /api/core-outputs": Kind.OWN,
    "POST /api/core-outputs/<job_id>": Kind.RECORD,
    "POST /api/core-outputs/<job_id>/agree": Kind.RECORD,
    "GET /api/indicator-sets": Kind.OWN,
    "POST /api/indicator-sets": Kind.OWN,
    "GET /api/indicator-sets/own": Kind.OWN,
    "GET /api/indicator-sets/of/<person_id>": Kind.RECORD,
    "POST /api/indicator-sets/<set_id>/end": Kind.RECORD,
    "DELETE /api/indicator-sets/<set_id>": Kind.RECORD,
    "GET /api/goals": Kind.OWN,
    "GET /api/goals/owners": Kind.OWN,
    "POST /api/goals": Kind.OWN,
    "POST /api/goals/<goal_id>": Kind.RECORD,
    "DELETE /api/goals/<goal_id>": Kind.RECORD,
    "GET /api/cycles": Kind.TEAM,
    "POST /api/cycles": Kind.DESK,
    "POST /api/cycles/<cycle_id>/open": Kind.RECORD,
    "GET /api/cycles/<cycle_id>/delegations": Kind.RECORD,
    "POST /api/cycles/<cycle_id>/delegations": Kind.RECORD,
    "DELETE /api/cycles/<cycle_id>/delegations/<delegation_id>": Kind.RECORD,
    "GET /api/agreements/window": Kind.DESK,
    "POST /api/agreements/window": Kind.DESK,
    "POST /api/agreements/window/open": Kind.DESK,
    "POST /api/agreements/window/shut": Kind.DESK,
    "POST /api/agreements/begin": Kind.DESK,
    "GET /api/agreements/counts": Kind.DESK,
    "GET /api/agreements": Kind.DESK,
    "GET /api/agreements/<agreement_id>": Kind.RECORD,
    "DELETE /api/agreements/<agreement_id>/kept": Kind.RECORD,
    "GET /api/completion/board": Kind.TEAM,
    "GET /api/completion/phones": Kind.DESK,
    "POST /api/completion/outbox-files": Kind.DESK,
    "GET /api/phones": Kind.DESK,
    "GET /api/phones/<device_id>": Kind.RECORD,
    "GET /api/phones/own": Kind.OWN,
    "GET /api/evaluations/<evaluation_id>": Kind.RECORD,
    "GET /api/evaluations/<evaluation_id>/history": Kind.RECORD,
}


@dataclass
class Target:
    """What belongs to plant north's shift: ids by the names that doors use, and words that would give it away."""

    ids: dict[str, str]
    words: set[str]

    def told_in(self, body: bytes) -> set[str]:
        """Words of the shift that stand in a body, as text or escaped."""
        text = body.decode("utf-8", "replace")
        return {word for word in self.words if word in text or json.dumps(word)[1:-1] in text}


@pytest.fixture
def target(app: Flask, cast: Any, client_for: Any) -> Target:
    """The shift with a scored evaluation, a comment, a delegation and an open session."""
    client = client_for(cast.supervisor)
    stand_in = {
        "rater_id": str(cast.supervisor.id),
        "delegate_id": str(cast.manager.id),
        "valid_from": "2026-11-24T00:00:00Z",
        "valid_to": "2026-11-26T00:00:00Z",
    }
    made = knock(client_for(cast.hr), "POST", f"/api/cycles/{cast.cycle.id}/delegations", json=stand_in)
    assert made.status_code in (200, 201), made.get_data()
    with app.app_context(), tenant_context(cast.tenant_id):
        query = sa.select(Evaluation).where(Evaluation.employee_id == cast.worker.id)
        one = session().execute(query).scalar_one()
        evaluation_id = one.id
        query_agreed = sa.select(Agreement.id).where(Agreement.person_id == cast.other_worker.id)
        agreement_id = session().execute(query_agreed).scalar_one()
        session_id, device_id = session().execute(sa.select(AuthSession.id, AuthSession.device_id).limit(1)).one()
        shift = {cast.supervisor.id, cast.worker.id, cast.other_worker.id}
        people = session().execute(sa.select(Person).where(Person.id.in_(shift))).scalars().all()
        words = {word for one in people for word in (one.name_zh, one.name_en)}
        db.session.remove()
        files = [("people.csv", b"employee_no")]
        brought = partial(imports.create, files, since=None, complete=False, by=cast.hr.id)
        import_id = unit_of_work(lambda: brought().id)
        db.session.remove()
    edits = [[1, 0, "s3", 4, 0], [2, 0, "c3", "只有本班知道的话", 0]]
    device = short(new_id())
    push = [short(cast.supervisor.id), 0, [], [[short(evaluation_id), edits]]]
    assert knock(client, "POST", "/api/sync", json=[1, device, "", "n", "", [], push, 2, 0]).status_code == 200
    system = {"name": "MES", "source": "MES", "indicators": [], "expires_at": "2027-01-01T00:00:00Z"}
    key = knock(client_for(cast.admin), "POST", "/api/values/keys", json=system).get_json()
    impossible = {"employee_no": "N2", "indicator": "FPY", "period_from": "2026-11-16", "period_to": "2026-11-20"}
    knock(client_for(cast.hr), "POST", "/api/values/entries", json=impossible | {"value": 120})
    disputed = {"indicator": "OUT", "period_from": "2026-11-01", "version": 1, "reason": "只有本人说过的话"}
    objection = knock(client_for(cast.worker), "POST", "/api/values/objections", json=disputed).get_json()
    (flag,) = knock(client_for(cast.hr), "GET", "/api/values/desk").get_json()["flags"]
    library = _library(cast, client_for(cast.hr))
    known: dict[str, UUID] = {
        "key_id": UUID(key["id"]),
        "objection_id": UUID(objection["id"]),
        "flag_id": UUID(flag["id"]),
        "session_id": session_id,
        "import_id": import_id,
        "device_id": device_id,
        "cycle_id": cast.cycle.id,
        "evaluation_id": evaluation_id,
        "agreement_id": agreement_id,
        "delegation_id": UUID(made.get_json()["id"]),
        "rater_id": cast.supervisor.id,
        "delegate_id": cast.manager.id,
        "person_id": cast.worker.id,
        "employee_id": cast.worker.id,
        "department_id": cast.shift.id,
        "department_ids": cast.shift.id,
    } | library
    ids = {name: str(one) for name, one in known.items()} | {"employee_no": cast.worker.employee_no}
    return Target(ids, words | {"只有本班知道的话", "只有本人说过的话", short(evaluation_id)})


def _library(cast: Any, hr: Any) -> dict[str, UUID]:
    """What HR keeps for desks: a draft, a job that nobody of the shift leads, a set, a goal of the plant."""
    made = knock(hr, "POST", "/api/indicators", json={"code": "SECRET", "tier": "desks", "wording": {}}).get_json()
    jobs = {one["code"]: one["id"] for one in knock(hr, "GET", "/api/core-outputs").get_json()["jobs"]}
    rows = {one["code"]: one["version_id"] for one in knock(hr, "GET", "/api/indicators").get_json()}
    lines = [
        {"indicator_version_id": rows[code], "weight": 25 + 25 * (code == "OUT")} for code in ("OUT", "FPY", "ATT")
    ]
    wanted = {"category": "operator", "valid_from": "2026-12-01", "lines": lines}
    sets = knock(hr, "POST", "/api/indicator-sets", json=wanted).get_json()
    goal = {"tier": "plant", "owner_id": str(cast.hr.id), "title_zh": "x", "target_words": "x"}
    days = {"period_from": "2026-01-01", "period_to": "2026-12-31"}
    return {
        "indicator_id": UUID(made["id"]),
        "version_id": UUID(made["versions"][0]["id"]),
        "from_version_id": UUID(made["versions"][0]["id"]),
        "job_id": UUID(jobs["OFF"]),
        "set_id": UUID(next(one["id"] for one in sets if one["id"])),
        "goal_id": UUID(knock(hr, "POST", "/api/goals", json=goal | days).get_json()["id"]),
    }


def requests_to(
    door: Door, target: Target, schemas: dict[str, Any], components: Any, queries: dict[str, frozenset[str]]
) -> Iterator[dict[str, Any]]:
    """What somebody who knows the ids would send to a door."""
    assert set(door.parameters) <= {*target.ids, "name", "path", "filename"}, f"give {door.name} the id of another"
    body = sound_body(schemas.get(plain_name(door), {"type": "object"}), components)
    if isinstance(body, dict):
        for name in set(body) & set(target.ids):
            body[name] = [target.ids[name]] if name.endswith("_ids") else target.ids[name]
    known = {"field": "score/3"} | target.ids
    query = {name: known[name] for name in queries.get(plain_name(door), ()) if name in known}
    yield {"query_string": query} if door.method == "GET" else {"json": body}
    if door.method == "GET":
        yield {}


def known_doors(app: Flask) -> list[Door]:
    return [door for door in doors(app) if plain_name(door) in DOORS]


def test_every_door_is_in_the_table_and_every_entry_is_a_door(app: Flask) -> None:
    assert {plain_name(door) for door in doors(app)} == set(DOORS)


def test_a_door_is_public_exactly_where_the_table_says_so(app: Flask) -> None:
    refresh = "POST /api/auth/refresh"  # asks for the refresh cookie instead of a session
    public = {plain_name(door) for door in doors(app) if door.public} - {refresh}
    assert public == {name for name, kind in DOORS.items() if kind is Kind.PUBLIC}


@pytest.mark.parametrize(
    "who",
    [
        "stranger",
        "foreign_hr",
        # of the same plant, or of none: no row-level security stands between them and the shift
        *(pytest.param(who, marks=WITHIN) for who in ("nobody", "neighbour", "worker", "neighbour_worker", "admin")),
    ],
)
def test_whoever_has_no_part_in_it_is_refused_and_told_nothing(
    app: Flask, cast: Any, client_for: Any, target: Target, who: str
) -> None:
    description = json.loads(knock(client_for(cast.hr), "GET", "/api/openapi.json").get_data())
    schemas, components = request_schemas(description), description["components"]["schemas"]
    queries = query_names(description)
    person = {"foreign_hr": cast.south.hr, "nobody": None}.get(who, getattr(cast, who, None))
    wrong: list[str] = []
    for door in known_doors(app):
        kind = DOORS[plain_name(door)]
        client = client_for(person) if person is not None else app.test_client()
        path = door.path({"name": "team"} | target.ids)
        for request in requests_to(door, target, schemas, components, queries):
            answer = knock(client, door.method, path, **request)
            told = target.told_in(answer.get_data())
            if who == "worker":  # his own name is no secret to him
                told -= {cast.worker.name_zh, cast.worker.name_en, "只有本人说过的话"}
            if who == "admin" and door.rule.startswith("/api/phones"):  # whose phone it is, and no more
                told -= {name for one in (cast.supervisor, cast.worker) for name in (one.name_zh, one.name_en)}
            if told:
                wrong.append(f"{door.name} tells {who} {told}: {answer.get_data()[:200].decode()}")
            closed = kind is Kind.RECORD or (kind is Kind.DESK and who != "foreign_hr")
            closed = closed or (kind is Kind.TEAM and who not in ("foreign_hr", "stranger", "neighbour"))
            closed = closed or (who == "nobody" and kind is not Kind.PUBLIC)
            # A lost phone is the admin's to look for, its session his to end, and a plant his to bring in.
            if who == "admin" and (
                "import" in door.rule
                or "session" in door.rule
                or "device" in door.rule
                or door.rule.endswith("/phones")
            ):
                closed = False
            if who == "admin" and "keys" in door.rule:
                closed = False
            if who == "worker" and door.rule in ("/api/values/people/<uuid:person_id>", "/api/values/entries"):
                closed = False  # what is measured of himself
            incomplete = not request and answer.status_code == 422
            if closed and answer.status_code not in CLOSED_STATUSES and not incomplete:
                wrong.append(f"{door.name} answers {who} {answer.status_code} {answer.get_data()[:200].decode()}")
            if answer.status_code >= 500:
                wrong.append(f"{door.name} breaks down: {answer.status_code}")
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("who", ["stranger", "neighbour", "foreign_hr", "neighbour_worker", "admin"])
def test_the_first_sync_of_somebody_else_holds_nothing_of_the_shift(
    cast: Any, client_for: Any, target: Target, who: str
) -> None:
    person = cast.south.hr if who == "foreign_hr" else getattr(cast, who)
    request = [1, short(new_id()), "", "n", "", [], 0, 0, 0, 0, "", READS]
    answer = knock(client_for(person), "POST", "/api/sync", json=request)
    assert answer.status_code == 200
    assert target.told_in(answer.get_data()) == set()
    scopes = json.loads(answer.get_data())[6]
    assert all(scope == "lib" or scope.endswith(f":{short(person.id)}") for scope in scopes), scopes


@pytest.mark.parametrize("who", ["stranger", "neighbour", "foreign_hr", "admin"])
def test_edits_of_an_evaluation_of_others_are_parked_like_edits_of_one_that_is_not_there(
    app: Flask, cast: Any, client_for: Any, target: Target, who: str
) -> None:
    person = cast.south.hr if who == "foreign_hr" else getattr(cast, who)
    device, author = short(new_id()), short(person.id)
    codes: list[tuple[str, Any]] = [
        ("s3", 4), ("s3", 1), ("c3", "x"), ("g3", ["+", "q1"]), ("!submit", None), ("!recall", None), ("ans", ["agree"]),
        ("=s3", [short(new_id()), None, 4, "x"]),
    ]  # fmt: skip
    receipts: list[list[Any]] = []
    for number, record in enumerate((short(UUID(target.ids["evaluation_id"])), short(new_id()))):
        edits = [[1 + number * 50 + place, 0, code, value, 0] for place, (code, value) in enumerate(codes)]
        request = [1, device, "", "n", "", [], [author, 0, [], [[record, edits]]], 1, 0]
        answer = knock(client_for(person, device=device), "POST", "/api/sync", json=request)
        assert answer.status_code == 200
        assert target.told_in(answer.get_data()) - {short(UUID(target.ids["evaluation_id"]))} == set()
        receipts.append([receipt[1:] for receipt in json.loads(answer.get_data())[5]])
    assert receipts[0] == receipts[1]
    assert {tuple(receipt) for receipt in receipts[0]} == {("p", "no_such_record")}


def test_a_push_in_the_name_of_somebody_else_is_refused_whole(cast: Any, client_for: Any, target: Target) -> None:
    record = short(UUID(target.ids["evaluation_id"]))
    push = [short(cast.supervisor.id), 0, [], [[record, [[1, 0, "s3", 1, 0]]]]]
    answer = knock(
        client_for(cast.neighbour), "POST", "/api/sync", json=[1, short(new_id()), "", "n", "", [], push, 1, 0]
    )
    assert answer.status_code in CLOSED_STATUSES | {409, 422}
    assert answer.get_json()["code"] == "author_mismatch"


def test_those_who_have_a_part_in_it_do_get_in(app: Flask, cast: Any, client_for: Any, target: Target) -> None:
    """Else the refusals above would prove nothing."""
    hr, rater = client_for(cast.hr), client_for(cast.supervisor)
    assert target.told_in(knock(hr, "GET", "/api/people").get_data())
    assert knock(hr, "GET", f"/api/cycles/{cast.cycle.id}/delegations").status_code == 200
    agreed = f"/api/agreements/{target.ids['agreement_id']}"
    assert all(target.told_in(knock(one, "GET", agreed).get_data()) for one in (hr, rater))
    for path in ("", "/history?field=score/3"):
        answer = knock(rater, "GET", f"/api/evaluations/{target.ids['evaluation_id']}{path}")
        assert answer.status_code == 200, answer.get_data()
        assert target.told_in(answer.get_data())
    first = knock(rater, "POST", "/api/sync", json=[1, short(new_id()), "", "n", "", [], 0, 0, 0])
    assert target.told_in(first.get_data())
