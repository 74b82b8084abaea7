"""The lock file beside a SQLite database: what is told when it cannot be opened, and whose it is."""

import os
import shutil
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from uuid import UUID

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.exc import OperationalError

from server.app import create_app
from server.cli import main
from server.foundation.engine import turnstile_of
from server.foundation.sqlite_file import TURN
from tests.conftest import SECRET, settings_for

NOBODY = 65534


@pytest.fixture
def file(sqlite_template: Path, tmp_path: Path) -> Path:
    path = tmp_path / "gemba.db"
    shutil.copy(sqlite_template, path)
    return path


@pytest.fixture
def turn(file: Path) -> Path:
    return Path(f"{file}{TURN}")


@pytest.fixture
def client(file: Path) -> FlaskClient:
    app: Flask = create_app(settings_for(f"sqlite:///{file}"))
    return app.test_client()


@pytest.fixture
def without_rights() -> Iterator[Path]:
    """A folder in which this process may write nothing, root or not."""
    folder = Path(tempfile.mkdtemp())
    (folder / "gemba.db").touch()
    root = os.geteuid() == 0
    folder.chmod(0o755 if root else 0o555)
    if root:
        os.seteuid(NOBODY)
    try:
        yield folder
    finally:
        if root:
            os.seteuid(0)
        folder.chmod(0o755)
        shutil.rmtree(folder)


def test_without_it_a_request_that_writes_is_told_to_come_again_and_goes_on_when_it_can(
    client: FlaskClient, file: Path, turn: Path
) -> None:
    with closing(sqlite3.connect(file)) as held:  # a plant, founded without taking a turn
        held.execute("INSERT INTO tenant VALUES (?, 'north', '北', 'North', 'Asia/Shanghai', 'e')", [UUID(int=1).hex])
        held.commit()
    turn.mkdir()
    body = {"plant": "north", "employee_no": "1", "device": "A" * 22, "device_label": "test", "password": "x" * 20}
    for language, words in (("zh-CN", "服务器"), ("en", "server")):
        refused = client.post("/api/auth/login", json=body, headers={"Accept-Language": language})
        assert refused.status_code == 503, refused.json
        assert refused.json is not None
        assert refused.json["code"] == "unavailable"
        assert "Retry-After" in refused.headers
        assert words in refused.json["title"]
    assert client.get("/readyz").status_code == 503
    turn.rmdir()
    assert client.get("/readyz").status_code == 200
    assert client.post("/api/auth/login", json=body).status_code == 401
    assert turn.read_bytes() == b""


def test_a_folder_without_rights_is_named_and_is_no_bug(without_rights: Path) -> None:
    with pytest.raises(OperationalError) as told:
        turnstile_of(str(without_rights / "gemba.db"))
    assert f"{without_rights / 'gemba.db'}{TURN}" in str(told.value.orig)
    assert "Permission denied" in str(told.value.orig)


def test_the_start_and_the_doctor_name_it(
    file: Path, turn: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("gevent.monkey.patch_all", lambda: None)
    monkeypatch.setenv("GEMBA_DATABASE_URL", f"sqlite:///{file}")
    monkeypatch.setenv("GEMBA_SECRET", SECRET)
    monkeypatch.setenv("GEMBA_LOG_LEVEL", "ERROR")
    turn.mkdir()
    assert main(["serve"]) == 1
    assert str(turn) in capsys.readouterr().err
    assert main(["doctor"]) == 1
    assert str(turn) in capsys.readouterr().out


def test_whoever_may_write_the_database_may_take_a_turn(file: Path, turn: Path) -> None:
    file.chmod(0o660)
    if os.geteuid() == 0:
        os.chown(file, NOBODY, NOBODY)
    turnstile_of(str(file))
    made, data = turn.stat(), file.stat()
    assert (made.st_mode & 0o777, made.st_uid, made.st_gid) == (0o660, data.st_uid, data.st_gid)
