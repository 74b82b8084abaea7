"""gemba backup and gemba restore, as a person runs them. What phones make of a restore is tried in tests/faults."""

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from server.cli import main
from server.foundation import runner, sqlite_file
from tests.conftest import SECRET


@pytest.fixture(scope="module")
def demo(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SQLite database with one plant in it, made once."""
    path = tmp_path_factory.mktemp("demo") / "gemba.db"
    shutil.copy(sqlite_template, path)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("GEMBA_DATABASE_URL", f"sqlite:///{path}")
        patch.setenv("GEMBA_LOG_LEVEL", "ERROR")
        assert main(["demo"]) == 0
    return path


@pytest.fixture
def file(demo: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """That database, for one test."""
    path = tmp_path / "gemba.db"
    shutil.copy(demo, path)
    monkeypatch.setenv("GEMBA_DATABASE_URL", f"sqlite:///{path}")
    monkeypatch.setenv("GEMBA_SECRET", SECRET)
    monkeypatch.setenv("GEMBA_LOG_LEVEL", "ERROR")
    monkeypatch.chdir(tmp_path)
    return path


def ask(path: Path, query: str) -> str:
    with closing(sqlite3.connect(path)) as held:
        return str(held.execute(query).fetchone()[0])


EPOCH, PEOPLE = "SELECT epoch FROM tenant", "SELECT count(*) FROM person"


def test_a_backup_is_whole_while_others_write_and_replaces_nothing(
    file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with closing(sqlite3.connect(file, isolation_level=None)) as writer:
        writer.execute("BEGIN IMMEDIATE")
        writer.execute("UPDATE tenant SET epoch = 'uncommitted'")
        assert main(["backup", "copy.db"]) == 0
        writer.execute("ROLLBACK")
    copied = file.parent / "copy.db"
    assert ask(copied, EPOCH) == ask(file, EPOCH)
    assert ask(copied, PEOPLE) == ask(file, PEOPLE)
    assert copied.stat().st_mode & 0o777 == 0o600
    assert main(["backup", "copy.db"]) == 1
    assert "never replaces" in capsys.readouterr().err


def test_a_restore_brings_the_rows_back_under_a_new_epoch_and_keeps_what_was_there(file: Path) -> None:
    assert main(["backup", "copy.db"]) == 0
    epoch, people = ask(file, EPOCH), ask(file, PEOPLE)
    with closing(sqlite3.connect(file)) as held:
        held.execute("DELETE FROM chip")
        held.commit()
    assert main(["restore", "copy.db"]) == 0
    assert ask(file, PEOPLE) == people
    assert int(ask(file, "SELECT count(*) FROM chip")) > 0
    assert ask(file, EPOCH) != epoch
    (aside,) = file.parent.glob("gemba.db.before-*")
    assert ask(aside, "SELECT count(*) FROM chip") == "0"


def test_the_lock_file_is_no_data_and_a_restore_leaves_it_where_it_lies(file: Path) -> None:
    turn = Path(f"{file}{sqlite_file.TURN}")
    assert main(["restore", "--by-hand"]) == 0  # writes, and so takes a turn
    assert turn.read_bytes() == b""
    held = turn.stat().st_ino
    assert main(["backup", "copy.db"]) == 0
    assert main(["restore", "copy.db"]) == 0
    assert [path.name for path in file.parent.glob(f"*{sqlite_file.TURN}")] == [turn.name]
    assert turn.stat().st_ino == held, "a process that waits for its turn holds this very file"
    assert main(["restore", "--by-hand"]) == 0
    turn.unlink()
    assert main(["restore", "copy.db"]) == 0
    assert int(ask(file, PEOPLE)) > 0


def test_a_restore_under_a_running_server_is_refused(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["backup", "copy.db"]) == 0
    with closing(sqlite3.connect(file)) as server:
        server.execute(EPOCH).fetchone()
        assert main(["restore", "copy.db"]) == 1
    assert "stop it first" in capsys.readouterr().err
    assert not list(file.parent.glob("*.before-*"))


@pytest.mark.parametrize("bytes_left", [0.5, 0.99])
def test_a_damaged_backup_is_refused_and_the_database_stays(
    file: Path, capsys: pytest.CaptureFixture[str], bytes_left: float
) -> None:
    assert main(["backup", "copy.db"]) == 0
    copied = file.parent / "copy.db"
    copied.write_bytes(copied.read_bytes()[: int(copied.stat().st_size * bytes_left)])
    before = ask(file, EPOCH)
    assert main(["restore", "copy.db"]) == 1
    assert "damaged" in capsys.readouterr().err
    assert ask(file, EPOCH) == before


@pytest.mark.parametrize("where", [0, 100, 40_960])
def test_a_damaged_database_is_not_served(
    file: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, where: int
) -> None:
    monkeypatch.setattr("gevent.monkey.patch_all", lambda: None)
    monkeypatch.setattr(runner, "serve", lambda *_arguments, **_options: pytest.fail("served"))
    main(["backup", "copy.db"])  # also folds the log into the file when its last user leaves
    data = bytearray(file.read_bytes())
    data[where : where + 64] = b"\xff" * 64
    file.write_bytes(data)
    assert main(["serve", "--demo"]) == 1
    said = capsys.readouterr().err
    assert "damaged" in said
    assert "gemba restore" in said
    assert main(["restore", "copy.db"]) == 0
    assert int(ask(file, PEOPLE)) > 0


def test_data_that_came_back_by_other_tools_get_a_new_epoch(file: Path) -> None:
    epoch = ask(file, EPOCH)
    assert main(["restore", "--by-hand"]) == 0
    assert ask(file, EPOCH) != epoch
    assert main(["restore"]) == 1
