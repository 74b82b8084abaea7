"""The cells of an XLSX, row by row, at the cost of one row in memory."""

import re
from collections.abc import Iterator
from typing import Final, NamedTuple
from xml.parsers import expat

from server.imports.reading import limits
from server.imports.reading.formats import shown
from server.imports.reading.package import Package, local
from server.imports.reading.refused import Refused
from server.imports.reading.sheets import EMPTY, Cell, Row, Sheet, column_of, letter_of
from server.imports.reading.workbook import Workbook, open_workbook
from server.imports.records import Finding, Place, Weight

# What stands after the cells or beside them, looked for before they are read. Text has no "<" of its own in XML.
_TAG: Final = re.compile(rb"<(?:\w+:)?(mergeCell|row|col)\s([^<>]{0,1000})>")
_ATTRIBUTE: Final = re.compile(rb'\s*([\w:]+)\s*=\s*"([^"]*)"')
_RANGE: Final = re.compile(r"\$?([A-Z]{1,3})\$?(\d{1,7}):\$?([A-Z]{1,3})\$?(\d{1,7})")
_WHERE: Final = re.compile(r"([A-Z]{1,3})(\d{1,7})")
# A character that XML cannot hold, as spreadsheets write it.
_ESCAPED: Final = re.compile(r"_x([0-9A-Fa-f]{4})_")
_TAIL_BYTES: Final = 2_048
_NAMED_ROWS: Final = 5


class Merge(NamedTuple):
    """A block of cells that is shown as one; rows from 1, columns from 0."""

    first_row: int
    first_column: int
    last_row: int
    last_column: int


def open_xlsx(name: str, content: bytes) -> list[Sheet]:
    """Open the sheets that its owner sees."""
    book = open_workbook(Package(name, content))
    sheets = [_sheet(book, title, part) for title, part in book.sheets]
    if not sheets:
        raise Refused("file_no_workbook", Place(name))
    sheets[0].findings.extend(
        Finding("sheet_hidden", Weight.NOTE, Place(name, hidden), {"sheet": hidden}) for hidden in book.hidden
    )
    return sheets


def _sheet(book: Workbook, title: str, part: str) -> Sheet:
    merges: list[Merge] = []
    rows: list[int] = []
    columns: list[str] = []
    for tag, attributes in _tags(book.package, part):
        if tag == b"mergeCell":
            if (found := _RANGE.fullmatch(attributes.get("ref", ""))) and len(merges) < limits.MERGES:
                left, top, right, bottom = found.groups()
                merges.append(Merge(int(top), column_of(left), int(bottom), column_of(right)))
        elif attributes.get("hidden") in ("1", "true"):
            if tag == b"row" and len(rows) < limits.ROWS and attributes.get("r", "").isdecimal():
                rows.append(int(attributes["r"][:8]))
            elif tag == b"col" and attributes.get("min", "").isdecimal():
                columns.append(letter_of(int(attributes["min"][:5]) - 1))
    sheet = Sheet(book.package.file, title, lambda: _rows(book, title, part, merges), book.date_shift)
    if rows:
        named = ", ".join(map(str, rows[:_NAMED_ROWS])) + (", …" if len(rows) > _NAMED_ROWS else "")
        params = {"count": str(len(rows)), "rows": named}
        sheet.findings.append(Finding("rows_hidden", Weight.DOUBT, sheet.place(rows[0]), params))
    if columns:
        params = {"columns": ", ".join(columns[: limits.COLUMNS])}
        sheet.findings.append(Finding("columns_hidden", Weight.DOUBT, sheet.place(), params))
    return sheet


def _tags(package: Package, part: str) -> Iterator[tuple[bytes, dict[str, str]]]:
    """Look through a sheet without parsing it: merged blocks are named only after the cells that they are made of."""
    rest = b""
    for chunk in package.chunks(part):
        rest += chunk
        end = 0
        for found in _TAG.finditer(rest):
            end = found.end()
            tag, inside = found.groups()
            if tag == b"mergeCell" or b"hidden" in inside:
                pairs = _ATTRIBUTE.findall(inside)
                yield tag, {key.decode("ascii", "replace"): value.decode("ascii", "replace") for key, value in pairs}
        rest = rest[max(end, len(rest) - _TAIL_BYTES) :]


def _rows(book: Workbook, title: str, part: str, merges: list[Merge]) -> Iterator[Row]:
    reader = _Reader(book, title)
    spread = _Spread(merges)
    kept = walked = 0
    for _ in book.package.parse(part, reader.parser):
        for row in reader.taken():
            spread_row = spread.over(row)
            kept += bool(spread_row.cells)
            walked += 1
            if kept > limits.ROWS or walked > limits.ROWS_WITH_BLANKS:
                raise Refused("too_many_rows", Place(book.package.file, title, row.number), limit=limits.ROWS)
            yield spread_row


class _Spread:
    """Gives the cells below the first of a merged block what that one holds; those beside it stay empty."""

    def __init__(self, merges: list[Merge]) -> None:
        self._coming = sorted(m for m in merges if m.last_row > m.first_row and m.first_column < limits.COLUMNS)
        self._coming.reverse()
        self._running: dict[int, tuple[Merge, Cell]] = {}

    def over(self, row: Row) -> Row:
        while self._coming and self._coming[-1].first_row <= row.number:
            merge = self._coming.pop()
            if merge.first_row == row.number and merge.first_column < len(row.cells):
                cell = row.cells[merge.first_column]._replace(merged_from=row.number)
                self._running[merge.first_column] = (merge, cell)
        if not self._running or not row.cells:
            return row
        cells = list(row.cells)
        for column, (merge, cell) in list(self._running.items()):
            if row.number > merge.last_row:
                del self._running[column]
            elif row.number > merge.first_row and not (column < len(cells) and cells[column].text):
                cells.extend([EMPTY] * (column + 1 - len(cells)))
                cells[column] = cell
        return Row(row.number, tuple(cells))


class _Reader:
    """The handlers that make rows of a sheet's XML."""

    def __init__(self, book: Workbook, title: str) -> None:
        self._book, self._title = book, title
        self._row = 0
        self._cells: list[Cell] = []
        self._column = -1
        self._type = ""
        self._style: str | None = None
        self._formula = False
        self._taking = False
        self._reading = False
        self._bits: list[str] = []
        self._held = 0
        self._ready: list[Row] = []
        self._locals: dict[str, str] = {}
        self.parser = expat.ParserCreate()
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end
        self.parser.CharacterDataHandler = self._characters

    def taken(self) -> list[Row]:
        ready, self._ready = self._ready, []
        return ready

    def _local(self, name: str) -> str:
        if (known := self._locals.get(name)) is None:
            known = local(name)
            if len(self._locals) < limits.PARTS:
                self._locals[name] = known
        return known

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        name = self._local(name)
        if name == "c":
            self._column += 1
            if found := _WHERE.fullmatch(attributes.get("r", "")):
                self._column = column_of(found[1])
            self._type = attributes.get("t", "n")
            self._style = attributes.get("s")
            self._formula = False
            self._held = 0
            self._bits.clear()
        elif name == "v" or name == "t":
            self._taking = not self._reading
        elif name == "f":
            self._formula = True
        elif name == "rPh":
            self._reading = True
        elif name == "row":
            number = attributes.get("r", "")
            self._row = int(number) if number.isdecimal() and len(number) < 8 else self._row + 1
            self._column = -1
            self._cells = []

    def _end(self, name: str) -> None:
        name = self._local(name)
        if name == "c":
            self._cell()
        elif name == "v" or name == "t":
            self._taking = False
        elif name == "rPh":
            self._reading = False
        elif name == "row":
            self._ready.append(Row(self._row, tuple(self._cells)))

    def _characters(self, data: str) -> None:
        if self._taking and self._held < limits.CELL_KEPT:
            self._held += len(data)
            self._bits.append(data)

    def _cell(self) -> None:
        raw = "".join(self._bits)[: limits.CELL_KEPT]
        cell = self._understood(raw)
        if not cell.formula and (not cell.text or cell.text.isspace()):
            return
        if self._column >= limits.COLUMNS:
            place = Place(self._book.package.file, self._title, self._row)
            raise Refused("too_many_columns", place, limit=limits.COLUMNS)
        missing = self._column - len(self._cells)
        if missing < 0:
            raise Refused("file_damaged", Place(self._book.package.file, self._title, self._row))
        self._cells.extend([EMPTY] * missing)
        self._cells.append(cell)

    def _understood(self, raw: str) -> Cell:
        match self._type:
            case "s":
                return Cell(_plain(self._book.text(raw)), False, self._formula) if raw else EMPTY
            case "str" | "inlineStr":
                return Cell(_plain(raw), False, self._formula)
            case "e":
                return Cell(raw, False, self._formula, broken=True)
            case "b":
                return Cell("TRUE" if raw == "1" else "FALSE" if raw else "", False, self._formula)
            case "d":
                return Cell(raw, False, self._formula)
            case _:
                if not raw.strip():
                    return Cell("", False, self._formula)
                text, number = shown(raw.strip(), self._book.format(self._style), self._book.date_shift)
                return Cell(text, number, self._formula)


def _plain(text: str) -> str:
    if "_x" not in text:
        return text
    return _ESCAPED.sub(lambda found: chr(int(found[1], 16)), text)
