"""Files and processes that would work for ever: refused in words, bounded, seen alive, and ended before the next."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import threading
import zipfile
from datetime import timedelta
from io import BytesIO
from typing import Any

import pytest
from flask import Flask

from server.foundation.db import db
from server.imports import bounds, progress, runs, service
from server.imports.reading import limits
from tests.server.hostile.knock import knock
from tests.server.imports.conftest import Office
from tests.server.imports.sheets_made import ANN, PEOPLE, codes, repacked, taken, xlsx
from tests.server.imports.test_doors import PEOPLE as LIST
from tests.server.imports.test_doors import body, held, step  # noqa: F401


def changed(part: str, old: bytes, new: bytes) -> bytes:
    """A sound workbook with something else in one part."""

    def change(name: str, data: bytes) -> bytes:
        if name != part:
            return data
        assert old in data
        return data.replace(old, new, 1)

    return repacked(xlsx(PEOPLE, ANN), change)


def test_blank_rows_of_a_workbook_are_walked_over_so_far_and_no_further(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "ROWS_WITH_BLANKS", 1000)
    many = changed("xl/worksheets/sheet1.xml", b"</sheetData>", b"<row/>" * 998 + b"</sheetData>")
    assert len(taken(many, "a.xlsx")[0]) == 1
    more = changed("xl/worksheets/sheet1.xml", b"</sheetData>", b"<row/>" * 999 + b"</sheetData>")
    records, reading = taken(more, "a.xlsx")
    assert (records, codes(reading)) == ([], ["too_many_rows"])


def test_a_part_that_two_sheets_name_is_not_read_twice() -> None:
    book = zipfile.ZipFile(BytesIO(xlsx(PEOPLE, ANN))).read("xl/workbook.xml")
    sheet = re.search(rb"<sheet [^>]*/>", book)
    assert sheet is not None
    content = changed("xl/workbook.xml", sheet[0], sheet[0] + sheet[0].replace(b"Sheet1", b"Sheet2"))
    records, reading = taken(content, "a.xlsx")
    assert (records, codes(reading)) == ([], ["file_damaged"])


@pytest.mark.parametrize("part", ["xl/worksheets/sheet1.xml", "xl/workbook.xml"])
def test_a_tag_of_a_megabyte_is_given_up(part: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "RATIO_FROM_BYTES", 1 << 30)
    root = {"xl/worksheets/sheet1.xml": b"<worksheet", "xl/workbook.xml": b"<workbook"}[part]
    records, reading = taken(changed(part, root, root + b' long="' + b"a" * (1 << 20) + b'"'), "a.xlsx")
    assert (records, codes(reading)) == ([], ["file_unpacks_too_large"])


def test_a_long_text_is_no_long_tag() -> None:
    long = b'<c r="E1" t="inlineStr"><is><t>' + b"a" * (2 << 20) + b"</t></is></c></row>"
    assert len(taken(changed("xl/worksheets/sheet1.xml", b"</row>", long), "a.xlsx")[0]) == 1


# ---- the process --------------------------------------------------------------------------------


def test_a_process_that_uses_too_much_says_so(
    app: Flask,
    office: Office,
    cast: Any,
    client_for: Any,
    held: list[Any],  # noqa: F811
) -> None:
    hr = client_for(cast.hr)
    import_id = knock(hr, "POST", "/api/imports", json=body(("people.csv", LIST.encode()))).get_json()["id"]
    child = os.fork()
    if child == 0:

        def for_ever(*_arguments: Any) -> None:
            while True:
                pass

        try:
            bounds.READING_S = 3  # type: ignore[misc]
            service.planning.plan = for_ever  # type: ignore[assignment]
            with app.app_context():
                db.engine.dispose(close=False)
            bounds.bind_process()
            office.inside(lambda: runs.run(*held.pop()))
        finally:
            os._exit(0)
    os.waitpid(child, 0)
    shown = knock(hr, "GET", f"/api/imports/{import_id}").get_json()
    assert (shown["state"], shown["failure"], shown["failure_params"]) == ("failed", "import_too_much", {"seconds": 3})


def test_a_process_without_memory_says_so(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    def too_large(*_arguments: Any, **_more: Any) -> None:
        raise MemoryError

    monkeypatch.setattr(service, "understand", too_large)
    job = office.preview(("people.csv", LIST))
    assert (job.state, job.failure) == ("failed", "import_too_much")


def test_a_process_gives_signs_of_life_while_it_only_reads(
    office: Office, monkeypatch: pytest.MonkeyPatch, clock: Any
) -> None:
    monkeypatch.setattr(progress, "ALIVE_S", 0)
    job = office.preview(("people.csv", LIST))
    before, seen = job.beat_at, threading.Event()
    real = progress.aside

    def told(statement: Any) -> bool:
        done = real(statement)
        seen.set()
        return done

    monkeypatch.setattr(progress, "aside", told)
    clock.move(timedelta(minutes=1))

    def work() -> None:
        with progress.beating(job.id, job.token):
            assert seen.wait(30)

    office.inside(work)
    after = office.job(job.id).beat_at
    assert before is not None
    assert after is not None
    assert after > before


def test_the_former_process_is_ended_before_another_begins(office: Office, cast: Any) -> None:
    code = "import sys; print(1, flush=True); sys.stdin.read()"
    words = [sys.executable, "-c", code, runs.VERB, str(cast.tenant_id), "import"]
    former, mine = (
        subprocess.Popen([*words, token], stdin=subprocess.PIPE, stdout=subprocess.PIPE) for token in ("former", "mine")
    )
    for one in (former, mine):
        assert one.stdout is not None
        one.stdout.readline()
    office.inside(lambda: runs.end_former("mine"))
    assert former.wait() == -9
    assert mine.poll() is None
    mine.communicate()
    assert mine.returncode == 0
