"""Imports over HTTP: HR's and the administrators' doors, and the process that does the work beside the server."""

from __future__ import annotations

import base64
import os
import signal
import threading
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from server.foundation.db import session
from server.imports import queries, runs
from server.people.models import RoleGrant
from tests.server.hostile.knock import knock
from tests.server.imports.conftest import Office

PEOPLE = "employee_no,name_zh,department,job,hired_on\nN9,新人,WA,OPR,2026-11-01\n"
PATIENCE = 1200


def body(*files: tuple[str, bytes], **more: Any) -> dict[str, Any]:
    told = [{"name": name, "content": base64.b64encode(content).decode()} for name, content in files]
    return {"files": told} | more


def settled(client: Any, import_id: str) -> dict[str, Any]:
    """The import once nobody is at work on it."""
    for _ in range(PATIENCE):
        shown: dict[str, Any] = knock(client, "GET", f"/api/imports/{import_id}").get_json()
        if shown["state"] not in ("reading", "applying", "undoing"):
            return shown
        threading.Event().wait(0.05)
    raise AssertionError(shown)


def apply(client: Any, import_id: str, **said: Any) -> Any:
    """Ask for the preview that is shown to be applied."""
    shown = knock(client, "GET", f"/api/imports/{import_id}").get_json()
    return knock(client, "POST", f"/api/imports/{import_id}/apply", json={"preview": shown["preview"]} | said)


@pytest.fixture
def held(monkeypatch: pytest.MonkeyPatch) -> list[tuple[Any, str]]:
    """Steps that were asked for and are not begun: the test begins them, or lets them be."""
    asked: list[tuple[Any, str]] = []
    monkeypatch.setattr(runs, "start", lambda import_id, token: asked.append((import_id, token)))
    return asked


@pytest.fixture
def step(office: Office, held: list[tuple[Any, str]]) -> Callable[[], bool]:
    """Do the step that was asked for last, in this process."""
    return lambda: bool(office.inside(lambda: runs.run(*held.pop())))


def test_hr_previews_applies_and_takes_back(cast: Any, client_for: Any) -> None:
    hr = client_for(cast.hr)
    made = knock(hr, "POST", "/api/imports", json=body(("people.csv", PEOPLE.encode())))
    assert made.status_code == 202, made.get_data()
    import_id = made.get_json()["id"]
    shown = settled(hr, import_id)
    assert (shown["state"], shown["errors"], shown["counts"]["people"]["new"]) == ("ready", 0, 1), shown
    changes = knock(hr, "GET", f"/api/imports/{import_id}/changes").get_json()
    assert [(one["what"], one["key"], one["place"]["row"]) for one in changes["items"]] == [("new", "N9", 2)]
    assert apply(hr, import_id).status_code == 202
    assert settled(hr, import_id)["state"] == "applied"
    assert "N9" in {one["employee_no"] for one in knock(hr, "GET", "/api/people").get_json()}
    assert knock(hr, "POST", f"/api/imports/{import_id}/undo").status_code == 202
    assert settled(hr, import_id)["state"] == "undone"
    assert "N9" not in {one["employee_no"] for one in knock(hr, "GET", "/api/people").get_json()}
    twice = knock(hr, "POST", f"/api/imports/{import_id}/undo")
    assert (twice.status_code, twice.get_json()["code"]) == (409, "import_state")


@pytest.mark.parametrize("who", ["supervisor", "worker", "manager", "neighbour"])
def test_nobody_else_gets_in(cast: Any, client_for: Any, held: list[Any], step: Any, who: str) -> None:
    hr, other = client_for(cast.hr), client_for(getattr(cast, who))
    import_id = knock(hr, "POST", "/api/imports", json=body(("people.csv", PEOPLE.encode()))).get_json()["id"]
    assert step()
    asked: list[tuple[str, str, Any]] = [
        ("GET", "", None), ("POST", "", body(("people.csv", PEOPLE.encode()))), ("GET", f"/{import_id}", None),
        ("GET", f"/{import_id}/findings", None), ("GET", f"/{import_id}/changes", None),
        ("PUT", f"/{import_id}/mappings", {"mappings": {}}), ("POST", f"/{import_id}/apply", {"preview": ""}), ("POST", f"/{import_id}/undo", {}),
    ]  # fmt: skip
    for method, path, sent in asked:
        answer = knock(other, method, f"/api/imports{path}", **({} if sent is None else {"json": sent}))
        assert answer.status_code == 403, (method, path, answer.get_data())
    assert held == []


def test_an_import_of_another_plant_is_not_there(cast: Any, client_for: Any, step: Any) -> None:
    made = knock(client_for(cast.hr), "POST", "/api/imports", json=body(("people.csv", PEOPLE.encode())))
    import_id = made.get_json()["id"]
    assert step()
    foreign = client_for(cast.south.hr)
    assert knock(foreign, "GET", "/api/imports").get_json() == []
    for method, path, sent in (
        ("GET", "", None),
        ("GET", "/changes", None),
        ("POST", "/apply", {"preview": ""}),
        ("POST", "/undo", {}),
    ):
        answer = knock(foreign, method, f"/api/imports/{import_id}{path}", **({} if sent is None else {"json": sent}))
        assert answer.status_code == 404, (method, path)


@pytest.mark.parametrize("role", ["hr", "hrbp", "admin"])
def test_nobody_gets_an_office_over_others_by_a_list(
    cast: Any, client_for: Any, step: Any, office: Office, role: str
) -> None:
    listed = PEOPLE.replace("hired_on", "hired_on,role").replace("2026-11-01", f"2026-11-01,{role}").encode()
    before = office.inside(lambda: session().scalar(sa.select(sa.func.count()).select_from(RoleGrant)))
    for person in (cast.hr, cast.admin):
        client = client_for(person)
        import_id = knock(client, "POST", "/api/imports", json=body(("people.csv", listed))).get_json()["id"]
        assert step()
        (found,) = knock(client, "GET", f"/api/imports/{import_id}/findings").get_json()["items"]
        assert (found["code"], found["weight"], found["place"]["row"], found["place"]["column"]) == (
            "role_by_hand", "doubt", 2, "F",
        )  # fmt: skip
    assert apply(client, import_id).status_code == 202
    assert step()
    assert office.inside(lambda: session().scalar(sa.select(sa.func.count()).select_from(RoleGrant))) == before


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        ({"files": []}, 422),
        ({"files": [{"name": "people.csv", "content": "%%%"}]}, 422),
        ({"files": [{"name": "", "content": ""}]}, 422),
        ({"files": [{"name": "a\x00b", "content": ""}]}, 422),
        ({"files": "x"}, 422),
        ({"files": [{"name": "people.csv", "content": 7}]}, 422),
        ({"files": [{"name": "x", "content": ""}] * 21}, 422),
        ({"files": [{"name": "x", "content": ""}], "since": "2026-02-30"}, 422),
        ({"files": [{"name": "x", "content": "A" * (15 * 1024 * 1024)}]}, 413),
    ],
)
def test_a_set_that_is_none_is_refused(cast: Any, client_for: Any, held: list[Any], sent: Any, status: int) -> None:
    answer = knock(client_for(cast.hr), "POST", "/api/imports", json=sent)
    assert answer.status_code == status, answer.get_data()
    assert held == []


@pytest.mark.parametrize(
    "content",
    [
        b"", b"\xff\xfe\x00\x00", b"PK\x03\x04" + b"\x00" * 100, b"\x00" * 1000, b'"' * 9999, b"employee_no,name\n" + b"," * 9999,
        b"employee_no,name,department,job\n" + b'"x\n' * 500, PEOPLE.encode().replace(b"N9", b"=cmd|'/c calc'!A1"),
        PEOPLE.encode().replace(b"2026-11-01", b"9999-99-99"),
        ("employee_no,name,department,job\n" + "9" * 300 + ",x,WA,OPR\n").encode(),
    ],
)  # fmt: skip
def test_a_hostile_file_is_a_finding_and_no_breakdown(
    office: Office, cast: Any, client_for: Any, step: Any, content: bytes
) -> None:
    hr = client_for(cast.hr)
    files = [(f"{kind}.csv", content) for kind in ("people", "departments", "values", "chips", "whatever")]
    import_id = knock(hr, "POST", "/api/imports", json=body(*files)).get_json()["id"]
    assert step()
    shown = knock(hr, "GET", f"/api/imports/{import_id}").get_json()
    assert (shown["state"], shown["failure"]) == ("ready", None)
    assert shown["errors"] > 0
    refused = apply(hr, import_id)
    assert (refused.status_code, refused.get_json()["code"]) == (409, "import_errors")


def test_one_at_a_time(cast: Any, client_for: Any, held: list[Any]) -> None:
    hr = client_for(cast.hr)
    assert knock(hr, "POST", "/api/imports", json=body(("people.csv", PEOPLE.encode()))).status_code == 202
    second = knock(hr, "POST", "/api/imports", json=body(("people.csv", PEOPLE.encode())))
    assert (second.status_code, second.get_json()["code"]) == (409, "import_busy")


def test_pages_come_one_after_the_other(office: Office, cast: Any, client_for: Any, step: Any) -> None:
    rows = "".join(f"M{n},新人,WA,OPR,2026-11-01\n" for n in range(450))
    hr = client_for(cast.hr)
    sent = body(("people.csv", (PEOPLE + rows).encode()))
    import_id = knock(hr, "POST", "/api/imports", json=sent).get_json()["id"]
    assert step()
    pages = [knock(hr, "GET", f"/api/imports/{import_id}/changes?page={n}").get_json() for n in range(4)]
    assert [len(one["items"]) for one in pages] == [200, 200, 51, 0]
    assert [one["more"] for one in pages] == [True, True, False, False]
    for wrong in ("-1", "x", "99999999999"):
        assert knock(hr, "GET", f"/api/imports/{import_id}/changes?page={wrong}").status_code == 422


# ---- killed -------------------------------------------------------------------------------------


def test_a_process_that_is_killed_leaves_nothing_and_is_told_as_failed(
    app: Flask, office: Office, cast: Any, client_for: Any, clock: Any, held: list[Any], step: Any
) -> None:
    hr = client_for(cast.hr)
    import_id = knock(hr, "POST", "/api/imports", json=body(("people.csv", PEOPLE.encode()))).get_json()["id"]
    assert step()
    assert apply(hr, import_id).status_code == 202
    asked_id, token = held.pop()
    child = os.fork()
    if child == 0:  # dies in the middle of writing, as by kill -9
        from server.foundation.db import db
        from server.imports import applying

        def die(*_arguments: Any) -> None:
            os.kill(os.getpid(), signal.SIGKILL)

        applying.indicators.bring_in = die  # type: ignore[assignment]
        with app.app_context():
            db.engine.dispose(close=False)
        office.inside(lambda: runs.run(asked_id, token))
        os._exit(0)
    _, status = os.waitpid(child, 0)
    assert os.WTERMSIG(status) == signal.SIGKILL
    assert knock(hr, "GET", f"/api/imports/{import_id}").get_json()["state"] == "applying"
    clock.move(timedelta(minutes=3))
    shown = knock(hr, "GET", f"/api/imports/{import_id}").get_json()
    assert (shown["state"], shown["failure"]) == ("failed", "import_interrupted")
    assert "N9" not in {one["employee_no"] for one in knock(hr, "GET", "/api/people").get_json()}
    # The way on: a new preview, and apply.
    assert knock(hr, "PUT", f"/api/imports/{import_id}/mappings", json={"mappings": {}}).status_code == 202
    assert step()
    assert apply(hr, import_id).status_code == 202
    assert step()
    assert knock(hr, "GET", f"/api/imports/{import_id}").get_json()["state"] == "applied"


def test_a_process_that_was_given_up_cannot_finish_later(
    office: Office, cast: Any, client_for: Any, clock: Any, held: list[Any], step: Any
) -> None:
    hr = client_for(cast.hr)
    import_id = knock(hr, "POST", "/api/imports", json=body(("people.csv", PEOPLE.encode()))).get_json()["id"]
    assert step()
    apply(hr, import_id)
    late = held.pop()
    clock.move(timedelta(minutes=3))
    assert knock(hr, "PUT", f"/api/imports/{import_id}/mappings", json={"mappings": {}}).status_code == 202
    assert not office.inside(lambda: runs.run(*late))
    assert step()
    assert knock(hr, "GET", f"/api/imports/{import_id}").get_json()["state"] == "ready"


def test_progress_can_be_read_while_it_is_written(
    app: Flask, office: Office, cast: Any, database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    from server.imports import applying, progress

    monkeypatch.setattr(progress, "BEAT_S", 0)
    seen: list[tuple[str, int, int]] = []
    real = applying.indicators.bring_in

    def looked(*arguments: Any) -> None:
        real(*arguments)
        other = threading.Thread(target=lambda: office.inside(lambda: note(queries.jobs()[0])))
        other.start()
        other.join()

    def note(job: Any) -> None:
        seen.append((job.phase, job.done, job.total))

    monkeypatch.setattr(applying.indicators, "bring_in", looked)
    rows = "".join(f"M{n},新人,WA,OPR,2026-11-01\n" for n in range(1500))
    job = office.bring_in(("people.csv", (PEOPLE + rows).encode()))
    assert job.state == "applied"
    ((phase, done, total),) = seen
    assert (phase, total) == ("writing", 4503)
    # SQLite has one writer: there the phase is known, and how far within it only at its end.
    assert done == (0 if database.startswith("sqlite") else 4503)


@pytest.mark.parametrize("since", ["0001-01-01", "1899-12-31", "2200-01-01", "9999-12-31"])
def test_a_day_in_no_year_that_anybody_works_in_is_refused(cast: Any, client_for: Any, held: Any, since: str) -> None:
    sent = body(("people.csv", PEOPLE.encode()), since=since, complete=True)
    answer = knock(client_for(cast.hr), "POST", "/api/imports", json=sent)
    assert (answer.status_code, answer.get_json()["code"], held) == (422, "import_since", [])
