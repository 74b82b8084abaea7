"""Reading files, in the plainest way: UTF-8, commas, the names of the fields as headers.

Stands in for `server.imports.reading` until that room is there; `read` is the one place where bytes become records.
"""

import csv
import io
import re
from calendar import monthrange
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal, InvalidOperation
from itertools import zip_longest
from typing import Any, Final

from server.imports.records import FIELDS, Content, Field, Finding, Kind, Period, Place, Record, Type, Weight

ROWS_MAX: Final = 100_000
_RENAMED: Final = {"name": "name_zh", "job_category": "category"}
_KINDS: Final = {"measurements": Kind.VALUES, "quick_comments": Kind.CHIPS} | {kind.value: kind for kind in Kind}


@dataclass(slots=True)
class Reading:
    """What a set of files says. `mappings`: header signature -> how its columns were understood."""

    records: list[Record] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    mappings: dict[str, Any] = field(default_factory=dict)


def read(files: Sequence[tuple[str, bytes]], _mappings: Mapping[str, Any]) -> Reading:
    """Read a set of files. What cannot be understood is a finding, never an exception."""
    made = Reading()
    for name, content in files:
        try:
            _table(made, name, content.decode("utf-8-sig"))
        except (UnicodeDecodeError, csv.Error):
            made.findings.append(Finding("file_unreadable", Weight.ERROR, Place(file=name)))
    return made


def _table(made: Reading, name: str, text: str) -> None:
    kind = _KINDS.get(name.rsplit("/", 1)[-1].removesuffix(".csv"))
    if kind is None:
        made.findings.append(Finding("file_kind_unknown", Weight.ERROR, Place(file=name)))
        return
    rows = csv.reader(io.StringIO(text))
    header = [_RENAMED.get(cell.strip(), cell.strip()) for cell in next(rows, [])]
    fields = {one.name: one for one in FIELDS[kind]}
    for one in fields.values():
        if one.needed and one.name not in header:
            made.findings.append(Finding("column_missing", Weight.ERROR, Place(name, row=1), {"name": one.name}))
            return
    for number, cells in enumerate(rows, start=2):
        if len(made.records) >= ROWS_MAX:
            made.findings.append(Finding("too_many_rows", Weight.ERROR, Place(name), {"max": str(ROWS_MAX)}))
            return
        values: dict[str, Content] = {}
        wrong = list(_cells(header, cells, fields, values, Place(name, row=number)))
        made.findings += wrong
        if not wrong:
            made.records.append(Record(kind, Place(name, row=number), values))


def _cells(
    header: Sequence[str], cells: Sequence[str], fields: Mapping[str, Field], values: dict[str, Content], place: Place
) -> Iterator[Finding]:
    for index, (name, cell) in enumerate(zip_longest(header, cells[: len(header)], fillvalue="")):
        if name not in fields:
            continue
        where = Place(place.file, row=place.row, column=chr(ord("A") + index % 26), header=name)
        try:
            values[name] = _content(fields[name], cell.strip())
        except (ValueError, InvalidOperation):
            yield Finding("cell_wrong", Weight.ERROR, where, {"text": cell[:40], "type": fields[name].type.value})
            continue
        if values[name] is None and fields[name].needed:
            yield Finding("cell_empty", Weight.ERROR, where)


def _content(one: Field, text: str) -> Content:
    if not text:
        return None
    if len(text) > one.longest or "\x00" in text:
        raise ValueError
    if one.type is Type.DATE:
        return date.fromisoformat(text)
    if one.type is Type.NUMBER:
        number = Decimal(text)
        if not number.is_finite() or abs(number) >= Decimal(10) ** 10:
            raise ValueError
        return number
    if one.type is Type.PERIOD:
        return _period(text)
    if one.type is Type.CHOICE and text not in one.choices:
        raise ValueError
    return text


def _period(text: str) -> Period:
    if found := re.fullmatch(r"(\d{4})-W(\d{2})", text):
        first = date.fromisocalendar(int(found[1]), int(found[2]), 1)
        return Period(text, first, first + timedelta(days=6))
    if found := re.fullmatch(r"(\d{4})-Q([1-4])", text):
        year, quarter = int(found[1]), int(found[2])
        return Period(text, date(year, 3 * quarter - 2, 1), date(year, 3 * quarter, monthrange(year, 3 * quarter)[1]))
    if found := re.fullmatch(r"(\d{4})-(\d{2})", text):
        year, month = int(found[1]), int(found[2])
        return Period(text, date(year, month, 1), date(year, month, monthrange(year, month)[1]))
    raise ValueError
