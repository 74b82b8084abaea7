"""The `gemba` command, as a person runs it."""

import http.client
import json
import os
import socket
import sqlite3
import stat
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from server.cli import LATER, main
from server.foundation import migrate, runner
from server.foundation.db import Base
from tests.conftest import SECRET


@pytest.fixture
def at(database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """The environment of a production server on this test's database."""
    monkeypatch.setenv("GEMBA_DATABASE_URL", database)
    monkeypatch.setenv("GEMBA_SECRET", SECRET)
    monkeypatch.setenv("GEMBA_LOG_LEVEL", "ERROR")
    monkeypatch.chdir(tmp_path)
    return database


@pytest.fixture
def served(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """Settings that would have been served; no port is opened, no library patched."""
    asked: list[Any] = []
    monkeypatch.setattr(runner, "serve", lambda create, settings, on_ready: (asked.append(settings), on_ready()))
    monkeypatch.setattr("gevent.monkey.patch_all", lambda: None)
    return asked


def test_the_first_start_founds_a_plant_and_prints_a_code_once(
    at: str, served: list[Any], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["serve", "--port", "8101"]) == 0
    said = capsys.readouterr().out
    assert "one-time code" in said
    assert "http://localhost:8101" in said
    assert main(["serve"]) == 0
    assert "one-time code" not in capsys.readouterr().out
    assert main(["user", "list"]) == 0
    assert capsys.readouterr().out == "admin\tactive\tno password yet\t0 sessions\n"


@pytest.mark.parametrize("secret", ["", "short", "changeme-changeme-changeme-changeme-1234567890"])
def test_outside_the_demo_a_weak_secret_stops_the_start(
    at: str, served: list[Any], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, secret: str
) -> None:
    monkeypatch.setenv("GEMBA_SECRET", secret)
    assert main(["serve"]) == 1
    assert "GEMBA_SECRET" in capsys.readouterr().err
    assert served == []


def test_the_demo_makes_a_secret_of_its_own_and_answers_to_local_names_only(
    at: str, served: list[Any], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.delenv("GEMBA_SECRET")
    assert main(["serve", "--demo"]) == 0
    assert main(["serve", "--demo"]) == 0
    first, second = served
    assert first.secret == second.secret
    assert first.demo
    assert "localhost" in first.trusted_hosts
    (path,) = tmp_path.rglob("secret")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_the_demo_plant_with_its_known_password_is_never_served_outside_the_demo(
    at: str, served: list[Any], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["demo"]) == 0
    assert main(["serve"]) == 1
    assert "--demo" in capsys.readouterr().err
    assert served == []


def test_a_relative_database_file_lies_below_the_working_directory(
    served: list[Any], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("GEMBA_DATABASE_URL", "sqlite:///var/gemba.db")
    assert main(["serve", "--demo"]) == 0
    assert (tmp_path / "var/gemba.db").stat().st_size > 0


@pytest.mark.parametrize("revision", ["20991231_from_the_future", "20261124_identity"])
def test_a_database_of_another_release_stops_the_start(
    at: str, served: list[Any], capsys: pytest.CaptureFixture[str], revision: str
) -> None:
    if not at.startswith("sqlite"):
        pytest.skip("the same code on both")
    with sqlite3.connect(at.removeprefix("sqlite:///")) as connection:
        connection.execute("UPDATE alembic_version SET version_num = ?", (revision,))
    assert main(["serve"]) == 1
    assert capsys.readouterr().err.strip().endswith(".")
    assert served == []


def test_models_and_migrations_agree(at: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["db", "check"]) == 0, capsys.readouterr().out


def test_a_missing_column_is_found(at: str, capsys: pytest.CaptureFixture[str]) -> None:
    if not at.startswith("sqlite"):
        pytest.skip("the database of the other tests stays whole")
    with sqlite3.connect(at.removeprefix("sqlite:///")) as connection:
        connection.execute("ALTER TABLE device DROP COLUMN label")
    assert main(["db", "check"]) == 1
    assert "label" in capsys.readouterr().out


def test_migrating_twice_is_the_same_as_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GEMBA_DATABASE_URL", f"sqlite:///{tmp_path}/new/gemba.db")
    monkeypatch.setenv("GEMBA_LOG_LEVEL", "ERROR")
    assert main(["migrate"]) == 0
    assert main(["migrate"]) == 0
    with sqlite3.connect(tmp_path / "new" / "gemba.db") as connection:
        assert connection.execute("SELECT version_num FROM alembic_version").fetchall() == [(migrate.head(),)]
        tables = {row[0] for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    assert set(Base.metadata.tables) <= tables


def test_a_person_gets_an_account_and_a_new_code(
    at: str, served: list[Any], capsys: pytest.CaptureFixture[str]
) -> None:
    main(["serve"])
    assert main(["user", "create", "2001", "--name-zh", "王芳", "--name-en", "Wang Fang", "--role", "hr"]) == 0
    assert main(["user", "create", "2001"]) == 1
    assert main(["user", "reset", "2001"]) == 0
    assert main(["user", "reset", "2002"]) == 1
    assert main(["user", "list", "--plant", "elsewhere"]) == 1
    capsys.readouterr()
    main(["user", "list"])
    assert "2001\tactive" in capsys.readouterr().out


@pytest.mark.parametrize("verb", sorted(LATER))
def test_what_is_not_built_says_so(verb: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([verb, "anything", "--at-all"]) == 2
    assert "not built yet" in capsys.readouterr().err


def test_the_description_is_openapi_3_1_and_names_a_problem_for_every_operation(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(["openapi"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert document["openapi"] == "3.1.0"
    for path, item in document["paths"].items():
        for method, operation in item.items():
            if method != "parameters":
                assert operation["responses"]["default"] == {"$ref": "#/components/responses/Problem"}, path
                assert operation["summary"], path


def test_an_edit_that_is_not_there_is_not_shown(at: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["mutation", "show", "nonsense"]) == 1
    assert main(["mutation", "show", "AAAAAAAAAAAAAAAAAAAAAA.AAAAAAAAAAAAAAAAAAAAAA.1"]) == 1
    assert "no such edit" in capsys.readouterr().err


def test_without_a_plant_the_way_to_one_is_said(at: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["user", "create", "2001"]) == 1
    said = capsys.readouterr().err
    assert "gemba serve" in said
    assert "none yet" not in said


def test_doctor_says_what_to_do(at: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["doctor"]) == 1
    said = capsys.readouterr().out
    assert "https://" in said
    assert "make build" in said


def test_a_started_server_counts_what_its_processes_answered(at: str, tmp_path: Path) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    server = subprocess.Popen(
        [Path(sys.executable).parent / "gemba", "serve", "--port", str(port)],
        cwd=tmp_path,
        env=os.environ | {"GEMBA_HOST": "127.0.0.1", "TMPDIR": str(tmp_path)},
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert server.stdout is not None
        assert any(str(port) in line for line in server.stdout), "it ended before it served"
        asking = http.client.HTTPConnection("127.0.0.1", port)
        asking.request("GET", "/api/nothing")
        assert asking.getresponse().status == 404
        asking.close()
        asking.request("GET", "/metrics")
        said = asking.getresponse().read().decode()
        assert 'gemba_requests_total{method="GET",route="none",status="404"} 1.0' in said
    finally:
        server.terminate()
        server.wait()
    assert not list(tmp_path.glob("gemba-metrics-*"))
