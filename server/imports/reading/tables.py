"""The rows of a table become records; what is no data, doubtful or wrong is said with its row and column."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Final

from server.imports.reading.cells.days import order
from server.imports.reading.cells.employee_numbers import Numbers, plain
from server.imports.reading.cells.remarks import Unreadable, note, short
from server.imports.reading.cells.text import narrow
from server.imports.reading.cells.understand import Facts, understand
from server.imports.reading.findings import Findings
from server.imports.reading.headers import Columns, Header, missing
from server.imports.reading.sheets import EMPTY, Row, Sheet, column_of
from server.imports.reading.vocabulary import FOOTERS, TOTALS, VOCABULARY, folded, loosely
from server.imports.records import FIELDS, Content, Field, Record, Type

_HEADER_AGAIN: Final = 0.8
_BEFORE_COUNT: Final = tuple(map(folded, VOCABULARY["totals_before_count"]))
_CLOSER_LOOK: Final = 60


@dataclass(slots=True)
class Table:
    """A table that was found. Without `columns` it is not read until a person says what its columns are."""

    sheet: Sheet
    header: Header
    columns: Columns | None
    sample: tuple[tuple[str, ...], ...] = ()
    row_count: int = 0
    employee_nos: set[str] = field(default_factory=set)
    facts: dict[int, Facts] = field(default_factory=dict)

    def fields(self) -> list[tuple[int, Field]]:
        """Return the columns that are read, counted from 0, with their fields."""
        if self.columns is None:
            return []
        by_name = {wanted.name: wanted for wanted in FIELDS[self.columns.kind]}
        return [(column_of(letter), by_name[name]) for letter, name in self.columns.fields.items()]

    def body(self, findings: Findings | None = None) -> Iterator[Row]:
        """Give the rows that are data; say of the others why they are not."""
        fields = self.fields()
        named = {
            column: loosely(self.header.labels[column]) for column, _ in fields if column < len(self.header.labels)
        }
        blank = 0
        for row in self.sheet.rows():
            if row.number <= self.header.row:
                continue
            if not row.cells:
                blank += 1
                continue
            reason = _left_out(row, fields, named)
            if reason is None:
                yield row
            elif findings is not None:
                said = " ".join(cell.text[:_CLOSER_LOOK] for cell in row.cells if cell.text.strip())
                findings.say(note(reason, text=said), self.sheet.place(row.number))
        if blank and findings is not None:
            findings.say(note("rows_blank", count=blank), self.sheet.place())

    def survey(self) -> None:
        """Walk the table once for what only a whole column tells."""
        fields = self.fields()
        self.facts = {column: Facts(self.sheet.date_shift) for column, _ in fields}
        orders: dict[int, set[bool]] = {column: set() for column, wanted in fields if wanted.type is Type.DATE}
        numbered = [column for column, wanted in fields if wanted.type is Type.EMPLOYEE_NO]
        own = [column for column, wanted in fields if wanted.name == "employee_no"]
        for row in self.body():
            self.row_count += 1
            for column, seen in orders.items():
                if column < len(row.cells) and (first := order(row.cells[column].text[:_CLOSER_LOOK])) is not None:
                    seen.add(first)
            for column in numbered:
                if column < len(row.cells) and (written := _number(row.cells[column].text)):
                    self.facts[column].widths.add(written)
                    if column in own:
                        self.employee_nos.add(written)
        for column, seen in orders.items():
            self.facts[column].day_first = seen.pop() if len(seen) == 1 else None

    def restored(self, numbers: Numbers) -> Iterator[str]:
        """Give the table's own employee numbers with their zeros."""
        facts = next((self.facts[column] for column, wanted in self.fields() if wanted.name == "employee_no"), Facts())
        for written in self.employee_nos:
            try:
                yield numbers.restored(written, facts.widths)[0]
            except Unreadable:
                continue

    def records(self, numbers: Numbers, findings: Findings) -> Iterator[Record]:
        """Give what each row means. A row with an error is told and not given; nor is any where a column is missing."""
        if self.columns is None or missing(self.columns):
            return
        fields = self.fields()
        columns = {wanted.name: self.sheet.place(0, column, short(self._label(column))) for column, wanted in fields}
        merged: dict[int, int] = {}
        for row in self.body(findings):
            values: dict[str, Content] = {}
            sound = True
            for column, wanted in fields:
                cell = row.cells[column] if column < len(row.cells) else EMPTY
                place = self.sheet.place(row.number, column, short(self._label(column)))
                if 0 < cell.merged_from < row.number and merged.get(column) != cell.merged_from:
                    merged[column] = cell.merged_from
                    findings.say(note("cell_merged", text=cell.text, row=cell.merged_from), place)
                try:
                    values[wanted.name], remarks = understand(cell, wanted, self.facts[column], numbers)
                except Unreadable as wrong:
                    findings.say(wrong.remark, place)
                    sound = False
                    continue
                for remark in remarks:
                    findings.say(remark, place)
            if sound:
                yield Record(self.columns.kind, self.sheet.place(row.number), values, columns)

    def _label(self, column: int) -> str:
        return self.header.labels[column] if column < len(self.header.labels) else ""


def _number(text: str) -> str | None:
    try:
        return plain(text[:_CLOSER_LOOK])
    except Unreadable:
        return None


def _left_out(row: Row, fields: Iterable[tuple[int, Field]], named: dict[int, str]) -> str | None:
    texts = {
        column: cell.text[:_CLOSER_LOOK]
        for column, cell in enumerate(row.cells)
        if cell.formula or (cell.text and not cell.text.isspace())
    }
    if not texts:
        return "row_empty"
    first = min(texts)
    said = _closing(texts[first])
    by_column = dict(fields)
    if said is not None:
        wanted = by_column.get(first)
        if wanted is None or wanted.type in (Type.EMPLOYEE_NO, Type.CODE):
            return said
        if any(field.needed and column not in texts for column, field in by_column.items()):
            return said
    if not any(column in texts for column in by_column):
        return "row_outside"
    if not any(loosely(texts[column]) == named[column] for column in list(named)[:2] if column in texts):
        return None
    same = sum(loosely(texts[column]) == label for column, label in named.items() if column in texts)
    if same >= 2 and same >= len(named) * _HEADER_AGAIN:
        return "row_header_again"
    return None


def _closing(text: str) -> str | None:
    """Say whether a row that begins like this sums up or signs off."""
    narrowed = narrow(text)
    bare = loosely(narrowed)
    before = loosely(narrowed.partition(":")[0]) if ":" in narrowed else bare
    if bare in TOTALS or before in TOTALS:
        return "row_total"
    if before in FOOTERS:
        return "row_footer"
    for opening in _BEFORE_COUNT:
        if bare.startswith(opening) and bare.removeprefix(opening)[:1].isdecimal():
            return "row_total"
    return None
