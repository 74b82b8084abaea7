"""Every answer of every door: caps before parsing, problems instead of pages, strict headers."""

import gzip
import json
import re
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import EnvironBuilder, run_wsgi_app

from server.foundation import problems
from server.foundation.body import BODY_MAX_BYTES, SYNC_BODY_MAX_BYTES
from server.foundation.db import db, session, unit_of_work
from server.foundation.errors import problem_of
from server.foundation.headers import CONTENT_POLICY, SECURITY
from server.foundation.locales import LANGUAGES, words
from server.foundation.log import configure
from server.foundation.settings import Settings
from server.identity import service

LOGIN = "/api/auth/login"


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()


def post(client: FlaskClient, data: bytes, path: str = LOGIN, **headers: str) -> Any:
    return client.post(path, data=data, content_type="application/json", headers=headers)


def is_problem(answer: Any, status: int, code: str) -> bool:
    body = answer.json
    return bool(
        answer.status_code == status
        and answer.mimetype == "application/problem+json"
        and set(body) == {"type", "title", "status", "code", "params", "errors", "request_id"}
        and body["type"] == f"/problems/{code}"
        and body["code"] == code
        and body["status"] == status
        and body["title"] != f"problem_{code}"
        and body["request_id"]
    )


HOSTILE = {
    "empty": b"",
    "not json": b"{",
    "bad utf-8": b'{"plant": "\xff\xfe"}',
    "utf-16": '{"plant": "x"}'.encode("utf-16"),
    "lone surrogate": rb'{"plant": "\ud800"}',
    "lone surrogate in a key": rb'{"\ud800": 1}',
    "NaN": b'{"plant": NaN}',
    "Infinity": b'{"plant": Infinity}',
    "10^400": b'{"plant": 1' + b"0" * 400 + b"}",
    "10^5000": b'{"plant": 1' + b"0" * 5000 + b"}",
    "2^64": b'{"plant": 18446744073709551616}',
    "depth 1,000": b'{"plant": ' + b"[" * 1000 + b"]" * 1000 + b"}",
    "depth 30,000": b"[" * 30000 + b"]" * 30000,
    "array for object": b"[]",
    "text for object": b'"x"',
    "number for object": b"1e999",
    "null": b"null",
    "doubled keys": b'{"plant": "a", "plant": "b"}',
    "NUL in text": rb'{"plant": "a\u0000"}',
    "NUL in a key": rb'{"a\u0000b": 1}',
    "object for text": b'{"plant": {"$ne": ""}}',
    "empty key": b'{"": 1}',
    "reserved key": b'{"_schema": ["x"]}',
}


@pytest.mark.parametrize("name", HOSTILE)
def test_no_body_makes_a_server_error(client: FlaskClient, name: str) -> None:
    answer = post(client, HOSTILE[name])
    assert answer.status_code in (400, 422)
    assert is_problem(answer, answer.status_code, answer.json["code"])


def test_a_body_beyond_the_cap_is_refused_before_it_is_parsed(client: FlaskClient) -> None:
    assert is_problem(post(client, b"[" * (BODY_MAX_BYTES + 1)), 413, "too_large")
    assert not is_problem(post(client, b" " * (BODY_MAX_BYTES - 2) + b"{}"), 413, "too_large")


def test_a_body_that_lies_about_its_length_is_still_capped(client: FlaskClient) -> None:
    with open("/dev/zero", "rb") as endless:
        environ = EnvironBuilder(LOGIN, method="POST", content_type="application/json").get_environ()
        environ |= {"wsgi.input": endless, "wsgi.input_terminated": True, "HTTP_TRANSFER_ENCODING": "chunked"}
        _body, status, _headers = run_wsgi_app(client.application, environ)
    assert status.startswith("413")


@pytest.mark.parametrize("cap", [BODY_MAX_BYTES])
def test_a_gzip_bomb_stops_at_the_cap(client: FlaskClient, cap: int) -> None:
    bomb = gzip.compress(b"0" * 50_000_000)
    assert len(bomb) < cap
    assert is_problem(post(client, bomb, **{"Content-Encoding": "gzip"}), 413, "too_large")


@pytest.mark.parametrize(
    "data",
    [b"", b"hello", gzip.compress(b"{}")[:-4], gzip.compress(b"{}") + b"more", gzip.compress(b"{}") * 2],
    ids=["empty", "no gzip", "cut", "trailing bytes", "two members"],
)
def test_a_damaged_gzip_body_is_said_to_be_so(client: FlaskClient, data: bytes) -> None:
    assert is_problem(post(client, data, **{"Content-Encoding": "gzip"}), 400, "bad_encoding")


def test_a_zipped_body_is_read_like_a_plain_one(client: FlaskClient) -> None:
    plain = post(client, b'{"plant": 1}')
    zipped = post(client, gzip.compress(b'{"plant": 1}'), **{"Content-Encoding": "gzip"})
    assert zipped.json["errors"] == plain.json["errors"]
    assert is_problem(post(client, b"{}", **{"Content-Encoding": "br"}), 415, "unsupported_media")


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data", "a"])
def test_only_json_is_taken(client: FlaskClient, kind: str) -> None:
    assert is_problem(client.post(LOGIN, data=b"{}", content_type=kind), 415, "unsupported_media")


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Sec-Fetch-Site": "none"},
        {"Origin": "https://attacker.example"},
        {"Origin": "null"},
        {"Origin": "http://localhost.attacker.example"},
    ],
    ids=str,
)
def test_no_other_site_can_make_a_browser_write(client: FlaskClient, headers: dict[str, str]) -> None:
    assert is_problem(post(client, b"{}", **headers), 403, "cross_site")


def test_the_app_itself_may_write(client: FlaskClient) -> None:
    answer = post(client, b"{}", **{"Sec-Fetch-Site": "same-origin", "Origin": "http://localhost"})
    assert is_problem(answer, 422, "invalid")


def test_unknown_addresses_and_methods_are_problems(client: FlaskClient) -> None:
    assert is_problem(client.get("/api/nothing"), 404, "not_found")
    for answer in (client.get(LOGIN), client.open("/", method="TRACE"), client.open(LOGIN, method="BREW")):
        assert is_problem(answer, 405, "method_not_allowed")
        assert answer.headers["Allow"]


@pytest.mark.parametrize(
    "path",
    [
        "/%00",
        "/api/%00",
        "/%ff",
        "/%zz",
        "/..%2f..%2fetc%2fpasswd",
        "/" + "a" * 4000 + ".js",
        "/api/auth/sessions/99999999999999999999",
        "/.env",
        "/assets/../../pyproject.toml",
    ],
)
def test_no_address_makes_a_server_error_or_leaves_the_folder(client: FlaskClient, path: str) -> None:
    answer = client.get(path)
    assert answer.status_code in (200, 404, 405)
    assert b"root:x:" not in answer.data
    assert b"[project]" not in answer.data


@pytest.mark.parametrize("path", ["/", "/api/auth/doors", "/api/nothing", "/healthz", "/api/auth/me", "/api/docs.css"])
def test_every_answer_carries_the_security_headers(client: FlaskClient, path: str) -> None:
    answer = client.get(path)
    for name, value in SECURITY.items():
        # A page also allows what the build has put into it, by its hash: see test_site.py.
        assert re.sub(r" 'sha256-[^']+'", "", answer.headers[name]) == value
    assert "Clear-Site-Data" not in answer.headers
    assert "Access-Control-Allow-Origin" not in answer.headers
    assert (answer.headers.get("Cache-Control") == "no-store") == path.startswith("/api/")


def test_the_content_policy_allows_nothing_foreign_or_inline() -> None:
    assert "unsafe" not in CONTENT_POLICY
    assert "http" not in CONTENT_POLICY
    assert CONTENT_POLICY.startswith("default-src 'none'")


@pytest.mark.parametrize(
    ("accepted", "language"),
    [
        ("en-US,en;q=0.9", "en"),
        ("zh-CN,zh;q=0.9,en;q=0.8", "zh-CN"),
        ("zh", "zh-CN"),
        ("fr", "zh-CN"),
        ("", "zh-CN"),
        (";;q=x,", "zh-CN"),
        ("en;q=0.1,zh;q=0.9", "zh-CN"),
    ],
)
def test_a_problem_speaks_the_users_language(client: FlaskClient, accepted: str, language: Any) -> None:
    answer = client.get("/api/nothing", headers={"Accept-Language": accepted})
    assert answer.headers["Content-Language"] == language
    assert answer.json["title"] == words(language)["problem_not_found"]


def test_every_problem_has_a_title_in_both_languages() -> None:
    for language in LANGUAGES:
        missing = [name for name in problems.all_codes() if f"problem_{name}" not in words(language)]
        assert missing == []


def test_answers_are_zipped_above_512_bytes_for_those_who_take_it(app: Flask, tmp_path: Path) -> None:
    client = app.test_client()
    with app.app_context():
        for n in range(20):
            unit_of_work(
                lambda n=n: service.create_tenant(code=f"p{n:02}", name_zh="厂", name_en="Plant", time_zone="UTC").id
            )
        db.session.remove()
    plain = client.get("/api/auth/doors")
    zipped = client.get("/api/auth/doors", headers={"Accept-Encoding": "gzip"})
    assert "Content-Encoding" not in plain.headers
    assert zipped.headers["Content-Encoding"] == "gzip"
    assert json.loads(gzip.decompress(zipped.data)) == plain.json
    assert "Content-Encoding" not in client.get("/api/nothing", headers={"Accept-Encoding": "gzip"}).headers


def test_a_bug_is_a_problem_without_its_text(app: Flask, capsys: pytest.CaptureFixture[str]) -> None:
    @app.get("/api/bug")
    def bug() -> None:
        raise ZeroDivisionError("a name and a score of 王芳")

    answer = app.test_client().get("/api/bug")
    assert is_problem(answer, 500, "internal")
    assert "王芳" not in answer.text
    logged = capsys.readouterr().out
    assert answer.json["request_id"] in logged
    assert "test_web.py" in logged
    assert "王芳" not in logged


def test_a_database_that_is_locked_answers_busy(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    with app.app_context():
        if db.engine.dialect.name != "sqlite":
            pytest.skip("one writer at a time is SQLite's")
        rival = sa.create_engine(db.engine.url)
        with rival.connect() as connection:
            connection.exec_driver_sql("BEGIN IMMEDIATE")
            session().execute(sa.text("PRAGMA busy_timeout = 1"))
            session().close()
            monkeypatch.setattr("server.foundation.db.ATTEMPTS", 1)

            with pytest.raises(sa.exc.OperationalError) as caught:
                unit_of_work(lambda: None)
        problem = problem_of(caught.value)
        rival.dispose()
    assert problem is not None
    assert problem.code == problems.BUSY


def test_a_full_database_answers_storage_full_and_goes_on_when_there_is_room(app: Flask) -> None:
    with app.app_context():
        if db.engine.dialect.name != "sqlite":
            pytest.skip("max_page_count is SQLite's")

        def found(n: int) -> None:
            service.create_tenant(code=f"p{n}", name_zh="x" * 200, name_en="x", time_zone="UTC")

        with db.engine.connect() as connection:
            pages = connection.scalar(sa.text("PRAGMA page_count"))
        full = event_on(db.engine, f"PRAGMA max_page_count = {pages}")
        with pytest.raises(sa.exc.OperationalError) as caught:
            unit_of_work(lambda: [found(n) for n in range(500)])
        problem = problem_of(caught.value)
        assert problem is not None
        assert problem.code == problems.STORAGE_FULL
        full()
        unit_of_work(lambda: found(1))


def event_on(engine: sa.Engine, pragma: str) -> Any:
    """Run a pragma on each new connection; returns what takes it back."""
    engine.dispose()

    def connect(connection: Any, _record: object) -> None:
        connection.execute(pragma)

    sa.event.listen(engine, "connect", connect)

    def undo() -> None:
        sa.event.remove(engine, "connect", connect)
        engine.dispose()

    return undo


def test_a_database_that_is_away_answers_unavailable(settings: Settings) -> None:
    from server.app import create_app

    url = "postgresql+psycopg://nobody@127.0.0.1:9/none" if "postgresql" in settings.database_url else None
    away = create_app(type(settings)(**{**vars(settings), "database_url": url or "sqlite:////nowhere/at/all.db"}))
    client = away.test_client()
    answer = client.get("/api/auth/doors")
    assert is_problem(answer, 503, "unavailable")
    assert answer.headers["Retry-After"] == "5"
    assert client.get("/healthz").status_code == 200
    assert is_problem(client.get("/readyz"), 503, "unavailable")


def test_ready_means_that_the_database_takes_writes(client: FlaskClient) -> None:
    assert client.get("/readyz").json == {"status": "ready"}


def test_ready_says_when_the_schema_is_of_another_release(app: Flask) -> None:
    with app.app_context(), db.engine.begin() as connection:
        connection.execute(sa.text("UPDATE alembic_version SET version_num = 'older'"))
    answer = app.test_client().get("/readyz")
    assert answer.status_code == 503
    assert answer.json["params"]["reasons"] == ["revision"]


def test_what_a_person_types_is_never_logged(app: Flask, capsys: pytest.CaptureFixture[str]) -> None:
    configure("DEBUG")
    client = app.test_client()
    body = {"plant": "canary1", "employee_no": "canary2", "password": "canary3", "device": "A" * 22}
    client.post(LOGIN, json=body | {"device_label": "canary4"}, headers={"User-Agent": "canary5"})
    client.post(LOGIN + "?canary6=1", json=body | {"canary7": 1}, headers={"Cookie": "__Host-gemba_a=canary8"})
    client.get("/canary9.js", headers={"X-Request-ID": "canary<10>"})
    logged = capsys.readouterr().out
    assert logged.count('"event": "request.done"') == 3
    assert "canary" not in logged


class TestTrustedHosts:
    @pytest.fixture
    def settings(self, settings: Settings) -> Settings:
        return type(settings)(**{**vars(settings), "trusted_hosts": ("gemba.example",)})

    def test_a_foreign_name_for_this_server_is_not_answered(self, client: FlaskClient) -> None:
        assert client.get("/healthz", headers={"Host": "gemba.example:8080"}).status_code == 200
        for host in ("attacker.example", "gemba.example.attacker.example", ""):
            assert is_problem(client.get("/healthz", headers={"Host": host}), 400, "bad_request")
            assert is_problem(post(client, b"{}", Host=host), 400, "bad_request")


def test_figures_are_for_the_operators_networks(client: FlaskClient) -> None:
    client.get("/api/nothing")
    answer = client.get("/metrics")
    assert 'gemba_requests_total{method="GET",route="none",status="404"}' in answer.text
    elsewhere = client.get("/metrics", environ_base={"REMOTE_ADDR": "10.1.2.3"})
    assert is_problem(elsewhere, 404, "not_found")


def test_a_browsers_report_is_logged_by_rule_alone(client: FlaskClient) -> None:
    report = {"csp-report": {"effective-directive": "script-src", "script-sample": "secret"}}
    for data in (json.dumps(report).encode(), b"{", b"[]", b'[{"body": 1}]'):
        answer = client.post("/api/csp-report", data=data, content_type="application/csp-report")
        assert answer.status_code == 204
    assert is_problem(
        client.post("/api/csp-report", data=b"x" * (BODY_MAX_BYTES + 1), content_type="application/csp-report"),
        413,
        "too_large",
    )
    assert SYNC_BODY_MAX_BYTES == 4 * BODY_MAX_BYTES
