"""Files and what is known of their headers become records: joins reading, which knows no database, with what is stored."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from server.imports.models import Phase
from server.imports.progress import Progress
from server.imports.reading import Columns, Table, Upload, read
from server.imports.reading.sheets import letter_of
from server.imports.records import FIELDS, Finding, Kind, Record, Weight

_TOLD_EVERY: Final = 500


@dataclass(frozen=True, slots=True)
class Understood:
    """What a set of files says. `beyond`: how many findings of a weight are counted and not listed. `named`: numbers
    of the people in the files, those of rows that cannot be taken too."""

    records: Sequence[Record]
    findings: Sequence[Finding]
    tables: Sequence[dict[str, Any]]
    named: frozenset[str]
    beyond: Mapping[Weight, int]


def understand(
    files: Sequence[tuple[str, bytes]],
    own: Mapping[str, Any],
    remembered: Mapping[str, Any],
    employee_nos: Collection[str],
    progress: Progress,
) -> Understood:
    """Read files. `own`: what a person said of headers for these files; it goes before what is `remembered`."""
    corrections = {signature: columns_of(told) for signature, told in (dict(remembered) | dict(own)).items()}
    progress.begin(Phase.READING, 0)
    reading = read([Upload(*one) for one in files], employee_nos=employee_nos, corrections=corrections)
    progress.begin(Phase.READING, sum(table.row_count for table in reading.tables))
    records: list[Record] = []
    for record in reading.records():
        records.append(record)
        if len(records) % _TOLD_EVERY == 0:
            progress.step(_TOLD_EVERY)
    findings = reading.findings
    listed = {weight: sum(one.weight is weight for one in findings) for weight in Weight}
    return Understood(
        records,
        findings,
        [_told(table, own, remembered) for table in reading.tables],
        reading.employee_nos,
        {weight: max(0, reading.count(weight) - listed[weight]) for weight in Weight},
    )


def columns_of(told: Mapping[str, Any]) -> Columns | None:
    """A mapping as it is stored; without a kind the table is not to be read."""
    return None if told["kind"] is None else Columns(Kind(told["kind"]), told["fields"])


def _told(table: Table, own: Mapping[str, Any], remembered: Mapping[str, Any]) -> dict[str, Any]:
    """A table as a person checks it: every column with its label, its field and what stands below it."""
    signature, columns = table.header.signature, table.columns
    fields = {} if columns is None else columns.fields
    wide = max([len(table.header.labels), *map(len, table.sample)])
    origin = "own" if signature in own else "remembered" if signature in remembered else "found"
    return {
        "signature": signature,
        "file": table.sheet.file,
        "sheet": table.sheet.name,
        "encoding": table.sheet.encoding,
        "row": table.header.row,
        "rows": table.row_count,
        "kind": None if columns is None else columns.kind.value,
        "origin": origin,
        "columns": [_column(table, at, fields.get(letter_of(at))) for at in range(wide)],
    }


def _column(table: Table, at: int, field: str | None) -> dict[str, Any]:
    labels, letter = table.header.labels, letter_of(at)
    return {
        "letter": letter,
        "label": labels[at] if at < len(labels) else "",
        "field": field,
        "guessed": letter in table.header.guessed,
        "sample": [row[at] if at < len(row) else "" for row in table.sample],
    }


def fields_of(kind: Kind) -> list[dict[str, Any]]:
    """The fields that a column of a kind may be."""
    return [{"name": one.name, "needed": one.needed} for one in FIELDS[kind]]
