"""gemba import, imports, import-undo, as a person runs them."""

from __future__ import annotations

import io
from pathlib import Path

import pytest

from server.cli import main
from tests.conftest import SECRET
from tests.server.imports.conftest import PLANT


@pytest.fixture
def at(database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """The environment of a server's operator on this test's database."""
    monkeypatch.setenv("GEMBA_DATABASE_URL", database)
    monkeypatch.setenv("GEMBA_SECRET", SECRET)
    monkeypatch.setenv("GEMBA_LOG_LEVEL", "ERROR")
    monkeypatch.setattr("sys.stdin", io.StringIO())
    monkeypatch.chdir(tmp_path)
    return database


def id_of(listed: str, state: str) -> str:
    return next(line.split("\t")[0] for line in listed.splitlines() if line.split("\t")[1] == state)


def test_the_sample_plant_founds_a_plant_and_is_taken_back(at: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["import", str(PLANT), "--yes"]) == 0
    said = capsys.readouterr().out
    assert "people: 202 new" in said
    assert "values: 4779 new" in said
    assert "gemba user grant" in said, "no list makes anybody HR"
    assert main(["user", "grant", "010004", "--role", "hr"]) == 0
    assert main(["user", "grant", "010004", "--role", "hr"]) == 0
    assert "was already hr" in capsys.readouterr().out
    assert main(["user", "grant", "NOBODY", "--role", "hr"]) == 1
    assert main(["user", "reset", "010004"]) == 0
    assert main(["import", str(PLANT), "--yes"]) == 0
    assert "values: 4779 unchanged" in capsys.readouterr().out
    assert main(["imports"]) == 0
    ids = [line.split("\t")[0] for line in capsys.readouterr().out.splitlines()]
    assert main(["import-undo", ids[0]]) == 0
    # A code was issued for one of its people: that stands.
    assert main(["import-undo", ids[1]]) == 1
    assert "account 010004" in capsys.readouterr().err


def test_without_a_yes_and_without_a_terminal_nothing_is_changed(at: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["import", str(PLANT)]) == 0
    assert "--yes" in capsys.readouterr().out
    assert main(["imports"]) == 1
    assert "no plant" in capsys.readouterr().err


def test_errors_are_told_by_file_row_and_reason_and_found_no_plant(
    at: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "people.csv").write_text("employee_no,name,department,job\n1,甲,NOWHERE,OPR\n", "utf-8")
    assert main(["import", str(tmp_path / "people.csv"), "--yes"]) == 1
    said = capsys.readouterr()
    assert "people.csv, row 2" in said.out
    assert "NOWHERE" in said.out
    assert "Nothing was changed" in said.err
    assert main(["import", str(tmp_path / "people.csv"), "--language", "zh-CN"]) == 1
    assert "没有编码或名称为“NOWHERE”的部门" in capsys.readouterr().out
    assert main(["import", str(tmp_path / "gone.csv")]) == 1
    assert main(["user", "list"]) == 1


def test_what_is_no_import_cannot_be_taken_back(at: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["import-undo", "x"]) == 1
    assert main(["import", str(PLANT / "departments.csv"), "--yes", "--plant", "north", "--name", "North"]) == 0
    assert main(["import-undo", "x"]) == 1
    assert main(["import-undo", "00000000-0000-7000-8000-000000000000"]) == 1
