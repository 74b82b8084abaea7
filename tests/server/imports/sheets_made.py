"""Workbooks as offices make them, written by openpyxl: another hand than the one that reads."""

import io
import zipfile
from collections.abc import Callable, Sequence
from typing import Any

from openpyxl import Workbook

from server.imports.reading import Reading, Upload, read
from server.imports.records import Finding, Record, Weight

PEOPLE = ("工号", "姓名", "部门", "岗位")
ANN = ("010002", "杨金凤", "HQ", "DIR")
BO = ("010004", "金佳怡", "HR", "MGR")


def csv(*rows: Sequence[str], delimiter: str = ",", encoding: str = "utf-8", end: str = "\r\n") -> bytes:
    def quoted(cell: str) -> str:
        return '"' + cell.replace('"', '""') + '"' if set(cell) & {delimiter, '"', "\n", "\r"} else cell

    return end.join([*(delimiter.join(map(quoted, row)) for row in rows), ""]).encode(encoding)


def xlsx(*rows: Sequence[Any], title: str = "Sheet1", dress: Callable[[Workbook], None] | None = None) -> bytes:
    book = Workbook()
    sheet = book.active
    sheet.title = title
    for row in rows:
        sheet.append(row)
    if dress is not None:
        dress(book)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def repacked(content: bytes, change: Callable[[str, bytes], bytes], *, add: dict[str, bytes] | None = None) -> bytes:
    """The same archive with parts changed."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            new.writestr(name, change(name, old.read(name)))
        for name, data in (add or {}).items():
            new.writestr(name, data)
    return out.getvalue()


def taken(content: bytes, name: str = "人员.csv", **more: Any) -> tuple[list[Record], Reading]:
    reading = read([Upload(name, content)], **more)
    return list(reading.records()), reading


def codes(reading: Reading, weight: Weight | None = None) -> list[str]:
    return [finding.code for finding in reading.findings if weight in (None, finding.weight)]


def only(reading: Reading, code: str) -> Finding:
    found = [finding for finding in reading.findings if finding.code == code]
    assert len(found) == 1, reading.findings
    return found[0]
