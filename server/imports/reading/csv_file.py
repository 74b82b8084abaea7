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
        counts = [len(split(line, delimiter) or ()) for line in sample]
        wide = [count for count in counts if count > 1]
        if not wide:
            continue
        usual = max(set(wide), key=lambda count: (wide.count(count), count))
        found = (wide.count(usual), usual)
        if found > score:
            best, score = delimiter, found
    return best


def split(line: str, delimiter: str) -> list[str] | None:
    """Cut a line into cells; None where a quoted cell goes on in the next line."""
    if '"' not in line:
        return line.split(delimiter)
    cells: list[str] = []
    at = 0
    while True:
        if line.startswith('"', at):
            close = line.find('"', at + 1)
            while close >= 0 and line.startswith('""', close):
                close = line.find('"', close + 2)
            if close < 0:
                return None
            text, at = line[at + 1 : close].replace('""', '"'), close + 1
        else:
            text = ""
        end = line.find(delimiter, at)
        if end < 0:
            return [*cells, text + line[at:]]
        cells.append(text + line[at:end])
        at = end + len(delimiter)


def _rows(name: str, content: bytes, encoding: str, delimiter: str) -> Iterator[Row]:
    number, kept, parts = 1, 0, list[str]()
    for line in _lines(content, encoding):
        parts.append(line)
        cells = split("\n".join(parts), delimiter) if len(parts) == 1 or '"' in line else None
        if cells is None:
            if len(parts) > limits.QUOTED_LINES:
                raise Refused("quote_open", Place(name, row=number))
            continue
        parts = []
        row = _row(cells, number)
        kept += bool(row.cells)
        if kept > limits.ROWS or number > limits.ROWS_WITH_BLANKS:
            raise Refused("too_many_rows", Place(name, row=number), limit=limits.ROWS)
        if len(row.cells) > limits.COLUMNS:
            raise Refused("too_many_columns", Place(name, row=number), limit=limits.COLUMNS)
        yield row
        number += 1
    if parts:
        raise Refused("quote_open", Place(name, row=number))


def _row(texts: list[str], number: int) -> Row:
    while texts and not texts[-1].strip():
        texts.pop()
    return Row(number, tuple(Cell(text) for text in texts))
