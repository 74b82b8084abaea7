"""Text tables. Our own splitter: the standard one stops at a long cell without saying where, and its limit is global."""

import io
from collections.abc import Iterator
from typing import Final

from server.imports.reading import limits
from server.imports.reading.encodings import encoding_of
from server.imports.reading.refused import Refused
from server.imports.reading.sheets import Cell, Row, Sheet
from server.imports.records import Place

# The full-width comma is what an input method types; it separates only where nothing else does.
DELIMITERS: Final = (",", "\t", ";", "|", "\uff0c")
_SAMPLE_LINES: Final = 60


def open_text(name: str, content: bytes) -> list[Sheet]:
    """Find encoding and delimiter of a text table."""
    try:
        encoding = encoding_of(content)
    except Refused as refused:
        raise Refused(refused.finding.code, Place(name)) from None
    delimiter = _delimiter(content, encoding)
    return [Sheet(name, "", lambda: _rows(name, content, encoding, delimiter), encoding=encoding)]


def _lines(content: bytes, encoding: str) -> Iterator[str]:
    with io.TextIOWrapper(io.BytesIO(content), encoding=encoding, newline=None) as text:
        for line in text:
            yield line.rstrip("\n")


def _delimiter(content: bytes, encoding: str) -> str:
    """The one that cuts most lines into the same number of cells; a title above the table has none."""
    sample: list[str] = []
    for line in _lines(content, encoding):
        if line.strip():
            sample.append(line[: limits.CELL_CHARACTERS])
        if len(sample) == _SAMPLE_LINES:
            break
    if sample and len(named := sample[0].casefold().removeprefix("sep=")) == 1 and named in DELIMITERS:
        return named
    best, score = DELIMITERS[0], (0, 0)
    for delimiter in DELIMITERS:
        counts = [len(Splitter(delimiter).take(line) or ()) for line in sample]
        wide = [count for count in counts if count > 1]
        if not wide:
            continue
        usual = max(set(wide), key=lambda count: (wide.count(count), count))
        found = (wide.count(usual), usual)
        if found > score:
            best, score = delimiter, found
    return best


class Splitter:
    """Cuts lines into cells. A quoted cell may go on over lines; each character is looked at once."""

    def __init__(self, delimiter: str) -> None:
        self._delimiter = delimiter
        self._cells: list[str] = []
        self._open: list[str] = []

    @property
    def lines_open(self) -> int:
        """Return how many lines the quoted cell that is open has so far."""
        return len(self._open)

    def take(self, line: str) -> list[str] | None:
        """Return the cells of a row that ends with this line; None where a quoted cell goes on in the next."""
        if '"' not in line:
            if not self._open:
                return line.split(self._delimiter)
            self._open.append(line)
            return None
        at = 0
        while True:
            quoted = ""
            if self._open or line.startswith('"', at):
                start = at if self._open else at + 1
                close = _closing(line, start)
                if close < 0:
                    self._open.append(line[start:])
                    return None
                quoted = "\n".join([*self._open, line[start:close]]).replace('""', '"')
                self._open, at = [], close + 1
            end = line.find(self._delimiter, at)
            self._cells.append(quoted + line[at : end if end >= 0 else len(line)])
            if end < 0:
                cells, self._cells = self._cells, []
                return cells
            at = end + len(self._delimiter)


def _closing(line: str, start: int) -> int:
    """Where the quotation ends; a doubled mark is one of its text."""
    close = line.find('"', start)
    while close >= 0 and line.startswith('""', close):
        close = line.find('"', close + 2)
    return close


def _rows(name: str, content: bytes, encoding: str, delimiter: str) -> Iterator[Row]:
    number, kept, splitter = 1, 0, Splitter(delimiter)
    for line in _lines(content, encoding):
        cells = splitter.take(line)
        if cells is None:
            if splitter.lines_open > limits.QUOTED_LINES:
                raise Refused("quote_open", Place(name, row=number))
            continue
        row = _row(cells, number)
        kept += bool(row.cells)
        if kept > limits.ROWS or number > limits.ROWS_WITH_BLANKS:
            raise Refused("too_many_rows", Place(name, row=number), limit=limits.ROWS)
        if len(row.cells) > limits.COLUMNS:
            raise Refused("too_many_columns", Place(name, row=number), limit=limits.COLUMNS)
        yield row
        number += 1
    if splitter.lines_open:
        raise Refused("quote_open", Place(name, row=number))


def _row(texts: list[str], number: int) -> Row:
    while texts and not texts[-1].strip():
        texts.pop()
    return Row(number, tuple(Cell(text) for text in texts))
