"""What every kind of file becomes: sheets of rows of cells, each row with the number that its owner sees."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from server.imports.records import Finding, Place


class Cell(NamedTuple):
    """A cell as text. `number`: stored as a number without a format, so it may be a date's serial or have lost its
    zeros. `broken`: what it shows is a spreadsheet's error. `merged_from`: the row whose merged cell reaches here."""

    text: str
    number: bool = False
    formula: bool = False
    broken: bool = False
    merged_from: int = 0


class Row(NamedTuple):
    """A row up to its last cell that has something in it; none where it is blank. `number` from 1."""

    number: int
    cells: tuple[Cell, ...]


EMPTY: Final = Cell("")


@dataclass(frozen=True, slots=True)
class Sheet:
    """A table of a file. `rows()` reads it anew each time, row by row; it may raise Refused on the way.

    `date_shift`: days to add to a bare serial, for workbooks that count from 1904. `encoding`: of a text, to
    be shown where somebody checks it."""

    file: str
    name: str
    rows: Callable[[], Iterator[Row]]
    date_shift: int = 0
    encoding: str = ""
    findings: list[Finding] = field(default_factory=list)

    def place(self, row: int = 0, column: int = -1, header: str = "") -> Place:
        """Name a cell, or with fewer arguments a row or the whole sheet."""
        return Place(self.file, self.name, row, letter_of(column) if column >= 0 else "", header)


def letter_of(column: int) -> str:
    """Return the letters over a column counted from 0: A, Z, AA."""
    letters = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def column_of(letters: str) -> int:
    """Return the column counted from 0; beyond any limit where it is not letters."""
    column = 0
    for letter in letters[:4]:
        column = column * 26 + ord(letter) - 64 if "A" <= letter <= "Z" else 10**6
    return column - 1
