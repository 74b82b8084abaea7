"""Hostile bytes against every door, signed in and not, on both databases: a problem with a code, never a 5xx."""

from __future__ import annotations

import base64
import copy
import json
import os
import zlib
from collections.abc import Callable, Iterable, Iterator
from datetime import timedelta
from typing import Any, TypeVar

import pytest
import schemathesis
import sqlalchemy as sa
from flask import Flask
from hypothesis import HealthCheck, Phase, given, seed, settings
from schemathesis.checks import content_type_conformance
from schemathesis.core.result import Ok

from server.evaluations.models import Evaluation
from server.foundation.clock import TestClock
from server.foundation.db import db, session, tenant_context
from server.foundation.ids import new_id, short
from tests.server.hostile import corpus
from tests.server.hostile.conform import Conform
from tests.server.hostile.knock import (
    Door,
    Judge,
    documented,
    doors,
    knock,
    plain,
    request_schemas,
    sound_body,
)

pytestmark = pytest.mark.hostile

SHORT_EXAMPLES = 3
EXAMPLES = int(os.environ.get("GEMBA_HOSTILE_EXAMPLES") or (200 if os.environ.get("GEMBA_SOAK") else SHORT_EXAMPLES))
"""Per operation, for Schemathesis; `make soak-real` raises it, and then every door gets the whole corpus."""
ENDS_THE_SESSION = frozenset({"POST /api/auth/logout", "POST /api/auth/password", "POST /api/auth/refresh"})
"""Doors after which the client must sign in anew."""


@pytest.fixture
def judge(description: dict[str, Any]) -> Iterator[Judge]:
    """Judges all answers of a test, and fails it at its end."""
    made = Judge(documented(description))
    yield made
    made.verdict()
    assert made.asked > 0


T = TypeVar("T")


class Callers:
    """A client that is nobody's and one that is HR's, who may open the most doors."""

    def __init__(self, app: Flask, cast: Any, client_for: Callable[..., Any]) -> None:
        self._app, self._cast, self._client_for = app, cast, client_for
        self._known: dict[str, Any] = {}

    def both(self) -> Iterator[tuple[str, Any]]:
        yield "nobody", self._app.test_client()
        for name in ("hr", "supervisor"):
            if name not in self._known:
                self._known[name] = self._client_for(getattr(self._cast, name))
            yield name, self._known[name]

    def forget(self) -> None:
        self._known.clear()


@pytest.fixture
def callers(app: Flask, cast: Any, client_for: Any) -> Callers:
    return Callers(app, cast, client_for)


def some(items: Iterable[T], place: int, every: int = 4) -> list[T]:
    """Every fourth item in the short run, from a start of its own for each place; else all."""
    if EXAMPLES > SHORT_EXAMPLES:
        every = 1
    return list(items)[place % every :: every]


def share(items: Iterable[T], door: Door) -> list[T]:
    """In the short run a door gets every fourth item, and another door the ones beside them."""
    return some(items, zlib.crc32(door.name.encode()))


@pytest.fixture
def half(database: str) -> Callable[[Iterable[T], Door], list[T]]:
    """That share where it gets as far as the database: in the short run one half of it on each."""
    other = 4 * database.startswith("postgresql")
    return lambda items, door: some(items, zlib.crc32(door.name.encode()) % 4 + other, 8)


def each(app: Flask, callers: Callers, judge: Judge) -> Iterator[tuple[Door, str, Any]]:
    for door in doors(app):
        for who, client in callers.both():
            yield door, who, client
        if door.name in ENDS_THE_SESSION:
            callers.forget()


def ids_of(cast: Any) -> dict[str, str]:
    """Sound values for the parameters of paths."""
    return {"person_id": str(cast.worker.id), "filename": "index.html", "path": "index.html"}


@pytest.mark.short_on("sqlite")
def test_no_body_brings_a_door_down(app: Flask, cast: Any, callers: Callers, judge: Judge) -> None:
    sound = ids_of(cast)
    everything = list(corpus.bodies())
    for door, who, client in each(app, callers, judge):
        path = door.path({name: sound.get(name, corpus.ZERO) for name in door.parameters})
        for body in share(everything if door.method != "GET" else everything[::5], door):
            headers = {"Content-Encoding": body.encoding} if body.encoding else {}
            answer = knock(client, door.method, path, data=body.data, content_type=body.content_type, headers=headers)
            judge.see(f"{who}, {body.name}", plain(door), answer)


def test_no_value_in_a_sound_body_brings_a_door_down(
    app: Flask, description: dict[str, Any], callers: Callers, judge: Judge, half: Any
) -> None:
    components = description.get("components", {}).get("schemas", {})
    schemas = request_schemas(description)
    for door, who, client in each(app, callers, judge):
        schema = schemas.get(plain(door))
        sound = sound_body(schema, components) if schema is not None else None
        if not isinstance(sound, dict) or (who == "nobody" and not door.public):
            continue
        path = door.path(dict.fromkeys(door.parameters, corpus.ZERO))
        for name in sound:
            for value in half(corpus.VALUES, door):
                answer = knock(client, door.method, path, json=sound | {name: value})
                judge.see(f"{who}, {name} = {str(value)[:30]!r}", plain(door), answer)
        for extra in ("id", "role", "tenant_id", "state", "__proto__", "x" * 300, "\u202e"):
            answer = knock(client, door.method, path, json=sound | {extra: "x"})
            judge.see(f"{who}, an unknown field {extra[:20]!r}", plain(door), answer)
            assert answer.status_code >= 400, f"{door.name} took the unknown field {extra!r}"


def test_no_path_brings_a_door_down(app: Flask, callers: Callers, judge: Judge, half: Any) -> None:
    for door, who, client in each(app, callers, judge):
        for segment in half(corpus.SEGMENTS, door):
            hostile = door.path(dict.fromkeys(door.parameters, segment))
            if not door.parameters:
                hostile = f"{door.rule.rstrip('/')}/{segment}"
            answer = knock(client, door.method, "/", raw_path=hostile)
            judge.see(f"{who}, the path {hostile[:60]!r}", "another door", answer)


def test_no_query_brings_a_door_down(
    app: Flask, description: dict[str, Any], callers: Callers, judge: Judge, half: Any
) -> None:
    names: dict[str, set[str]] = {}
    for path, item in description["paths"].items():
        for method, operation in item.items():
            if isinstance(operation, dict):
                asked = {one["name"] for one in operation.get("parameters", []) if one.get("in") == "query"}
                names[f"{method.upper()} {path}".replace("{", "<").replace("}", ">")] = asked
    for door, who, client in each(app, callers, judge):
        if door.method != "GET":
            continue
        path = door.path(dict.fromkeys(door.parameters, corpus.ZERO))
        known = sorted(names.get(plain(door), set())) or ["q"]
        for value in half(corpus.QUERIES, door):
            for sent in ([*known, *known], [*known, "unknown"]):  # what is unknown is refused before the rest is used
                every = "&".join(f"{name}={value}" for name in sent)
                answer = knock(client, door.method, path, query_string=every)
                judge.see(f"{who}, ?{every[:60]}", plain(door), answer)


@pytest.mark.short_on("sqlite")
def test_no_header_and_no_method_brings_a_door_down(app: Flask, callers: Callers, judge: Judge) -> None:
    for door, who, client in each(app, callers, judge):
        path = door.path(dict.fromkeys(door.parameters, corpus.ZERO))
        for headers in share(corpus.HEADERS, door):
            named = " ".join(f"{name}: {value[:30]!r}" for name, value in list(headers.items())[:1])
            environ = {
                {"Content-Length": "CONTENT_LENGTH", "Content-Type": "CONTENT_TYPE"}.get(
                    name, "HTTP_" + name.upper().replace("-", "_")
                ): value
                for name, value in headers.items()
            }
            answer = client.open(path, method=door.method, base_url="https://localhost", environ_overrides=environ)
            judge.see(f"{who}, {named}", plain(door), answer)
        for method in share(corpus.METHODS, door):
            answer = client.open(path, method=method, base_url="https://localhost")
            judge.see(f"{who}, {method[:20]}", "another method", answer)


def forged(app: Flask, cast: Any, client_for: Any, clock: TestClock) -> Iterator[tuple[str, Any]]:
    """Clients with a session that is none."""

    def with_access(token: str) -> Any:
        client = client_for(cast.supervisor)
        client.set_cookie("__Host-gemba_a", token, secure=True, httponly=True)
        return client

    def part(content: dict[str, Any]) -> str:
        return base64.urlsafe_b64encode(json.dumps(content).encode()).rstrip(b"=").decode()

    good = client_for(cast.supervisor).get_cookie("__Host-gemba_a", domain="localhost").value
    head, claims, signature = good.split(".")
    yield "no token at all", app.test_client()
    yield "a damaged signature", with_access(f"{head}.{claims}.{signature[:-4]}AAAA")
    yield "no signature", with_access(f"{head}.{claims}.")
    yield "the algorithm none", with_access(f"{part({'alg': 'none', 'typ': 'JWT'})}.{claims}.")
    yield "claims of another", with_access(f"{head}.{part({'sub': str(cast.hr.id)})}.{signature}")
    yield "an unknown key", with_access(f"{part({'alg': 'HS256', 'kid': '../../x'})}.{claims}.{signature}")
    for name, junk in {"text": "x", "dots": "...", "NUL": "a%00b", "length": "a" * 3_000, "unicode": "\xff"}.items():
        yield f"junk: {name}", with_access(junk)
    no_csrf = client_for(cast.supervisor)
    no_csrf.csrf = ""
    yield "no CSRF value", no_csrf
    others = client_for(cast.supervisor)
    others.csrf = client_for(cast.hr).csrf
    yield "another's CSRF value", others
    revoked = client_for(cast.supervisor)
    copied = client_for(cast.supervisor)
    copied.csrf = revoked.csrf
    copied.set_cookie(
        "__Host-gemba_a", revoked.get_cookie("__Host-gemba_a", domain="localhost").value, secure=True, httponly=True
    )
    assert revoked.post("/api/auth/logout", base_url="https://localhost").status_code < 300
    yield "a session that was ended", copied
    expired = client_for(cast.supervisor)
    clock.move(timedelta(minutes=17))
    yield "an expired session", expired


def test_every_door_answers_a_session_that_is_none_with_auth_required(
    app: Flask, cast: Any, client_for: Any, clock: TestClock, judge: Judge
) -> None:
    for name, client in forged(app, cast, client_for, clock):
        for door in doors(app):
            if door.public or (door.method == "GET" and "CSRF" in name):
                continue
            path = door.path(dict.fromkeys(door.parameters, corpus.ZERO))
            answer = judge.see(name, plain(door), knock(client, door.method, path, json={}))
            told = answer.get_json(silent=True) or {}
            assert (answer.status_code, told.get("code")) == (401, "auth_required"), f"{name} at {door.name}: {told}"


def evaluation_of(app: Flask, person: Any) -> str:
    """The evaluation of a person, as a phone writes it."""
    with app.app_context(), tenant_context(person.tenant_id):
        found = session().execute(sa.select(Evaluation.id).where(Evaluation.employee_id == person.id)).scalar_one()
        db.session.remove()
    return short(found)


def test_hostile_edits_end_with_a_receipt_each_and_do_not_touch_their_neighbours(
    app: Flask, cast: Any, client_for: Any, judge: Judge
) -> None:
    client, device = client_for(cast.supervisor), short(new_id())
    author, mine, theirs = (
        short(cast.supervisor.id),
        evaluation_of(app, cast.worker),
        evaluation_of(app, cast.south.worker),
    )
    every = list(corpus.edits())
    n = last = 0
    for start in range(0, len(every), 23):
        groups: list[Any] = []
        for record in (mine, theirs, short(new_id()), "x", ""):
            batch = every[start : start + 23] if record == mine else every[start : start + 4]
            numbered = [[(n := n + 1), *edit[1:]] for edit in copy.deepcopy(batch)]
            groups.append([record, numbered])
        n += 1
        groups.append([evaluation_of(app, cast.other_worker), [[n, 0, "c1", f"第 {n} 条。", [last] if last else 0]]])
        body = [1, device, "", "nonce1", "", [], [author, 0, [], groups], 1, 0]
        answer = knock(client, "POST", "/api/sync", data=json.dumps(body), content_type="application/json")
        judge.see(f"a batch from {start}", "POST /api/sync", answer)
        assert answer.status_code == 200, answer.get_data()[:300]
        receipts = {receipt[0]: receipt[1:] for receipt in json.loads(answer.get_data())[5]}
        sent = {edit[0]: record for record, edits in groups for edit in edits}
        assert set(receipts) == set(sent)
        assert receipts[n] == ["a"]
        last = n
        foreign = {tuple(receipts[one]) for one, record in sent.items() if record == theirs}
        assert foreign <= {("p", "no_such_record"), ("p", "invalid")}


def test_a_hostile_client_with_a_good_login_harms_only_its_own_edits(
    app: Flask, cast: Any, client_for: Any, judge: Judge
) -> None:
    client, device = client_for(cast.supervisor), short(new_id())
    author, record = short(cast.supervisor.id), evaluation_of(app, cast.worker)

    def push(*edits: list[Any], writers: tuple[str, ...] = (), t0: int = 0) -> list[list[Any]]:
        body = [1, device, "", "n", "", [], [author, t0, list(writers), [[record, list(edits)]]], 1, 0]
        answer = knock(client, "POST", "/api/sync", json=body)
        judge.see(f"{edits}"[:60], "POST /api/sync", answer)
        return json.loads(answer.get_data())[5]  # type: ignore[no-any-return]

    assert push([1, 0, "s3", 3, 0]) == [[1, "a"]]
    assert push([1, 0, "s3", 5, 0]) == [[1, "i"]], "an id used again for something else"
    assert push([1, 0, "s3", 3, 0]) == [[1, "a"]], "and again for what it was"
    assert push([9, 0, "s3", 4, 1]) == [[9, "a"]], "a gap in n is seen, not punished"
    loop = [receipt[:2] for receipt in push([20, 0, "s4", 4, 19], [19, 0, "s4", 3, 20])]
    assert loop == [[20, "h"], [19, "p"]], "bases in a circle: nobody saw what they had yet to write"
    assert push([30, 253402300799999, "s5", 4, 0], t0=9007199254740991)[0][1] in ("a", "p"), (
        "the year 9999 and far beyond"
    )
    others = (f"{short(new_id())}.{author}", f"{short(new_id())}.{short(cast.hr.id)}")
    waiting = push([31, 0, "c3", "x", "0.7"], [32, 0, "c4", "y", "1.7"], writers=others)
    assert [one[:2] for one in waiting] == [[31, "h"], [32, "h"]], "bases that never were wait, and alone"
    assert push([33, 0, "s5", 5, 30], [34, 0, "c5", "z", 0])[1] == [34, "a"]


def test_a_hostile_envelope_is_refused_with_its_place(cast: Any, client_for: Any, judge: Judge) -> None:
    client, device = client_for(cast.supervisor), short(new_id())
    sound: list[Any] = [1, device, "", "nonce1", "", [], [short(cast.supervisor.id), 0, [], []], 1, 0]
    for place in range(9):
        for value in some(corpus.VALUES, place):
            body = copy.deepcopy(sound)
            body[place] = value
            answer = knock(client, "POST", "/api/sync", json=body)
            judge.see(f"place {place} = {str(value)[:30]!r}", "POST /api/sync", answer)
    for number, value in enumerate(corpus.VALUES):
        author = sound[6][0]
        pushes: list[Any] = [[value], [author, value, [], []], [author, 0, value, []], [author, 0, [], value]]
        pushes += [[author, 0, [], groups] for groups in ([["x", [[value, 0, "s1", 1, 0]]]], [[value, []]], [value])]
        for push in some(pushes, number):
            body = copy.deepcopy(sound)
            body[6] = push
            answer = knock(client, "POST", "/api/sync", json=body)
            judge.see(f"the push {str(push)[:60]!r}", "POST /api/sync", answer)


@pytest.mark.parametrize(
    ("status", "kind", "body", "fault"),
    [
        (500, "application/problem+json", {"code": "internal"}, "500"),
        (201, "application/json", {}, "not in the description"),
        (404, "text/html", {}, "no problem"),
        (404, "application/problem+json", {"code": "nobody_declared_this", "status": 404}, "with the code"),
        (404, "application/problem+json", {"code": "not_found", "status": 404, "title": "x"}, "no request id"),
        (422, "application/problem+json", {"code": "invalid", "title": "Traceback"}, "internals"),
    ],
)
def test_the_judge_notices(status: int, kind: str, body: dict[str, Any], fault: str) -> None:
    made = Flask("planted")
    made.add_url_rule("/", view_func=lambda: (json.dumps(body), status, {"Content-Type": kind}))
    judge = Judge({"GET /": frozenset({200})})
    judge.see("a planted fault", "GET /", made.test_client().get("/"))
    with pytest.raises(AssertionError, match=fault):
        judge.verdict()


def test_schemathesis_finds_no_answer_that_the_description_does_not_know(
    app: Flask, description: dict[str, Any], callers: Callers, judge: Judge
) -> None:
    schema = schemathesis.openapi.from_dict(description)
    schema.app = app
    conform = Conform(description)
    operations = [found.ok() for found in schema.get_all_operations() if isinstance(found, Ok)]
    assert len(operations) >= 15
    clients = [client for _, client in callers.both()]
    for operation in operations:
        name = f"{operation.method.upper()} {operation.path}".replace("{", "<").replace("}", ">")
        if name in ENDS_THE_SESSION:
            continue

        @seed(20261124 + app.config["SQLALCHEMY_DATABASE_URI"].startswith("postgresql"))
        @settings(
            max_examples=EXAMPLES,
            deadline=None,
            database=None,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        )
        @given(case=operation.as_strategy())
        def ask(case: Any) -> None:
            asked = case.as_transport_kwargs()
            path = asked.pop("path")
            if "json" in asked:
                asked["data"] = json.dumps(asked.pop("json"))
            asked["headers"] = {
                name: value
                for name, value in asked["headers"].items()
                if name not in ("Accept-Encoding", "Cookie", "X-CSRF-TOKEN")
            }
            for client in clients:
                answer = client.open(path, base_url="https://localhost", **asked)
                judge.see("Schemathesis", name, answer)
                case.validate_response(answer, checks=[content_type_conformance])
                assert conform.fault(case.operation.path, case.operation.method.lower(), answer) is None

        ask()
