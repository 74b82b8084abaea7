"""Files as offices send them become records: bytes in, records and findings out. No web, no database, no clock.

Nothing is raised for what a file holds: a file, table, row or cell that cannot be taken is a finding that says where
and why. `Reading.records()` reads row by row, so that a large file never stands in memory as a whole.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice

from server.imports.reading import headers, limits
from server.imports.reading.cells.employee_numbers import Numbers
from server.imports.reading.cells.remarks import doubt, note, short
from server.imports.reading.files import open_file
from server.imports.reading.findings import Findings
from server.imports.reading.headers import Columns, Header
from server.imports.reading.refused import Refused
from server.imports.reading.sheets import Sheet
from server.imports.reading.tables import Table
from server.imports.records import Finding, Kind, Place, Record, Weight

__all__ = ["Columns", "Header", "Reading", "Refused", "Table", "Upload", "read"]

_SAMPLE_ROWS = 3


@dataclass(frozen=True, slots=True)
class Upload:
    """A file as it was handed in. The name is only repeated to its owner and searched for what the table may be."""

    name: str
    content: bytes


@dataclass(slots=True)
class Reading:
    """What was found in some files. `records()` may be asked once; after it `findings` is complete."""

    tables: list[Table] = field(default_factory=list)
    _findings: Findings = field(default_factory=Findings)
    _known: frozenset[str] = frozenset()
    _in_files: frozenset[str] = frozenset()

    @property
    def findings(self) -> tuple[Finding, ...]:
        """What somebody has to know, in the order of files, rows and columns."""
        return self._findings.listed()

    @property
    def employee_nos(self) -> frozenset[str]:
        """The numbers in the tables of people, those of rows with errors too."""
        return self._in_files

    def count(self, weight: Weight) -> int:
        """Return how many findings of a weight there are, those past the limit of the list too."""
        return self._findings.count(weight)

    def records(self) -> Iterator[Record]:
        """Read every table in the order of the files; rows with errors are left out and told."""
        own, others = Numbers(self._known), Numbers(self._known | self._in_files)
        for table in self.tables:
            if table.columns is None:
                continue
            numbers = own if table.columns.kind is Kind.PEOPLE else others
            try:
                yield from table.records(numbers, self._findings)
            except Refused as refused:
                self._findings.add(refused.finding)


def read(
    uploads: Sequence[Upload],
    *,
    employee_nos: Collection[str] = (),
    corrections: Mapping[str, Columns | None] | None = None,
) -> Reading:
    """Find the tables of some files. `employee_nos`: those of the plant, to give lost zeros back. `corrections`: by a
    header's signature what its columns are, or None for a table that is not to be read."""
    reading = Reading(_known=frozenset(employee_nos))
    for upload in uploads:
        name = short(upload.name)
        try:
            sheets = open_file(name, upload.content)
        except Refused as refused:
            reading._findings.add(refused.finding)
            continue
        before = reading.count(Weight.ERROR)
        found = [table for sheet in sheets if (table := _table(sheet, corrections or {}, reading._findings))]
        reading.tables += found
        silent = reading.count(Weight.ERROR) == before
        if silent and not any(table.columns or table.header.signature in (corrections or {}) for table in found):
            reading._findings.add(Finding("table_unknown", Weight.ERROR, Place(name)))
    people = [table for table in reading.tables if table.columns and table.columns.kind is Kind.PEOPLE]
    known = Numbers(reading._known)
    reading._in_files = frozenset(number for table in people for number in table.restored(known))
    return reading


def _table(sheet: Sheet, corrections: Mapping[str, Columns | None], findings: Findings) -> Table | None:
    """Find a sheet's table and survey it; what is odd about it is told."""
    for finding in sheet.findings:
        if finding.weight is Weight.NOTE:
            findings.add(finding)
    try:
        header = headers.find(sheet, corrections)
        if header is None:
            if sheet.name:
                findings.say(note("sheet_unknown"), sheet.place())
            return None
        table = Table(sheet, header, header.columns, _sample(sheet, header))
        if header.columns is None:
            findings.say(note("sheet_unknown"), sheet.place(header.row))
            return table
        if not headers.sound(header.columns) or any(
            column >= limits.COLUMNS or column < 0 for column, _ in Table(sheet, header, header.columns).fields()
        ):
            # Shown all the same: whoever set it is to mend it.
            findings.add(Finding("mapping_unsound", Weight.ERROR, sheet.place(header.row)))
            return Table(sheet, header, None, table.sample)
        for finding in sheet.findings:
            if finding.weight is not Weight.NOTE:
                findings.add(finding)
        _said_of(header, header.columns, sheet, findings)
        table.survey()
        if not table.row_count:
            raise Refused("table_without_rows", sheet.place(header.row))
    except Refused as refused:
        findings.add(refused.finding)
        return None
    return table


def _said_of(header: Header, columns: Columns, sheet: Sheet, findings: Findings) -> None:
    for code, letters in (
        ("column_guessed", header.guessed), ("column_twice", header.twice), ("column_unread", header.unread),
    ):  # fmt: skip
        for letter in letters:
            place = Place(sheet.file, sheet.name, header.row, letter, short(header.label(letter)))
            findings.say(doubt(code, field=columns.fields.get(letter, ""), header=header.label(letter)), place)
    for name in headers.missing(columns):
        findings.add(Finding("column_missing", Weight.ERROR, sheet.place(header.row), {"field": name}))


def _sample(sheet: Sheet, header: Header) -> tuple[tuple[str, ...], ...]:
    rows = (row for row in sheet.rows() if row.number > header.row and row.cells)
    return tuple(tuple(short(cell.text) for cell in row.cells) for row in islice(rows, _SAMPLE_ROWS))
