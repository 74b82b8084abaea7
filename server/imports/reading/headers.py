"""Where a table begins, what it is about and which column is which."""

import hashlib
from collections.abc import Mapping, Sequence
from itertools import islice
from typing import Final, NamedTuple

from server.imports.reading import limits
from server.imports.reading.cells.unseen import seen
from server.imports.reading.sheets import Row, Sheet, letter_of
from server.imports.reading.vocabulary import VOCABULARY, aliases, folded, labels, loosely
from server.imports.records import FIELDS, Kind

_COLUMNS_AT_LEAST: Final = 2
_TAIL_AT_LEAST: Final = 2


class Columns(NamedTuple):
    """What a table is about and which field each column fills, by the column's letter: found, or set by a person."""

    kind: Kind
    fields: Mapping[str, str]


class Header(NamedTuple):
    """A header row as found. `guessed`, `twice`, `unread`: letters of columns that a person should look at."""

    row: int
    labels: tuple[str, ...]
    columns: Columns | None
    guessed: tuple[str, ...] = ()
    twice: tuple[str, ...] = ()
    unread: tuple[str, ...] = ()

    @property
    def signature(self) -> str:
        """The same for every table that has this header, so that a corrected mapping is found again."""
        spelt = "\x1f".join(loosely(label) for label in self.labels)
        return hashlib.sha256(spelt.encode("utf-8", "replace")).hexdigest()[:32]

    def label(self, letter: str) -> str:
        """Return what stands over a column."""
        for column, label in enumerate(self.labels):
            if letter_of(column) == letter:
                return label
        return ""


class _Match(NamedTuple):
    kind: Kind
    fields: dict[str, str]
    guessed: tuple[str, ...]
    twice: tuple[str, ...]

    @property
    def missing(self) -> int:
        found = set(self.fields.values())
        return sum(field.needed and field.name not in found for field in FIELDS[self.kind])

    def worth(self, hinted: bool) -> tuple[bool, int, bool, int]:
        exact = len(self.fields) - len(self.guessed)
        return (not self.missing, exact - self.missing, hinted, len(self.fields))


def find(sheet: Sheet, corrections: Mapping[str, Columns | None]) -> Header | None:
    """Find the header among the first rows; None where nothing looks like one."""
    rows = [row for row in islice(sheet.rows(), limits.HEADER_WITHIN_ROWS * 2) if row.cells]
    rows = rows[: limits.HEADER_WITHIN_ROWS]
    for row in rows:
        header = Header(row.number, _labels(row), None)
        if header.signature in corrections:
            return _corrected(header, corrections[header.signature])
    hints = _hints(sheet, rows)
    best: tuple[tuple[bool, int, bool, int], Row, _Match] | None = None
    for row in rows:
        for match in _matches(_labels(row)):
            worth = match.worth(match.kind in hints)
            if best is None or worth > best[0] or (worth == best[0] and _below(row, best[1])):
                best = (worth, row, match)
    if best is None or len(best[2].fields) < _COLUMNS_AT_LEAST:
        return _unknown(rows)
    _, row, match = best
    named = _labels(row)
    unread = tuple(
        letter for column, label in enumerate(named) if label and (letter := letter_of(column)) not in match.fields
    )
    columns = Columns(match.kind, match.fields)
    return Header(
        row.number, named, columns, match.guessed, match.twice, tuple(u for u in unread if u not in match.twice)
    )


def sound(columns: Columns) -> bool:
    """Say whether a mapping that somebody handed in names fields of its kind, each once."""
    names = list(columns.fields.values())
    known = {field.name for field in FIELDS[columns.kind]}
    return len(set(names)) == len(names) and set(names) <= known


def missing(columns: Columns) -> tuple[str, ...]:
    """Return the fields that the kind needs and no column fills."""
    found = set(columns.fields.values())
    return tuple(field.name for field in FIELDS[columns.kind] if field.needed and field.name not in found)


def _labels(row: Row) -> tuple[str, ...]:
    return tuple(" ".join(seen(cell.text[: limits.HEADER_CHARACTERS])[0].split()) for cell in row.cells)


def _below(row: Row, best: Row) -> bool:
    """The second row of a header whose first reaches into it by merged cells is as good, and nearer to the data."""
    return any(cell.merged_from == best.number for cell in row.cells)


def _corrected(header: Header, columns: Columns | None) -> Header:
    if columns is None:
        return header
    unread = tuple(
        letter
        for column, label in enumerate(header.labels)
        if label and (letter := letter_of(column)) not in columns.fields
    )
    return header._replace(columns=columns, unread=unread)


def _hints(sheet: Sheet, rows: Sequence[Row]) -> set[Kind]:
    """The kinds that file, sheet or a title above the table name."""
    titles = [cell.text[: limits.HEADER_CHARACTERS] for row in rows[:3] if len(row.cells) < 3 for cell in row.cells]
    said = folded(" ".join([sheet.file[:200], sheet.name, *titles]))
    return {kind for kind in Kind if any(word in said for word in VOCABULARY["kind_names"][kind.value])}


def _matches(named: Sequence[str]) -> list[_Match]:
    return [match for kind in Kind if (match := _match(kind, named)).fields]


def _match(kind: Kind, named: Sequence[str]) -> _Match:
    known = aliases(kind)
    offers: dict[str, list[tuple[int, int]]] = {}
    for column, label in enumerate(named):
        for rank, spelling in enumerate(labels(label)):
            if spelling in known:
                field, name_rank = known[spelling]
                offers.setdefault(field, []).append((rank * 1_000 + name_rank, column))
                break
    fields: dict[str, str] = {}
    twice: list[str] = []
    for field, found in offers.items():
        found.sort()
        fields[letter_of(found[0][1])] = field
        twice += [letter_of(column) for _, column in found[1:]]
    guessed: list[str] = []
    for column, label in enumerate(named):
        letter = letter_of(column)
        if letter in fields or letter in twice or not label:
            continue
        guess = _by_tail(labels(label)[-1], known)
        if guess is not None and guess not in fields.values():
            fields[letter] = guess
            guessed.append(letter)
    return _Match(kind, dict(sorted(fields.items(), key=lambda at: (len(at[0]), at[0]))), tuple(guessed), tuple(twice))


def _by_tail(label: str, known: Mapping[str, tuple[str, int]]) -> str | None:
    """Chinese names end with what they are: the new staff's employee number is an employee number."""
    if label.isascii():
        return None
    tails = [alias for alias in known if _TAIL_AT_LEAST <= len(alias) < len(label) and label.endswith(alias)]
    tails = [alias for alias in tails if not alias.isascii()]
    return known[max(tails, key=len)][0] if tails else None


def _unknown(rows: Sequence[Row]) -> Header | None:
    """A row that could be a header in words that we do not know; a person may say what its columns are."""
    for row in rows:
        full = [cell for cell in row.cells if cell.text.strip()]
        if len(full) >= _COLUMNS_AT_LEAST and not any(cell.number for cell in full):
            return Header(row.number, _labels(row), None)
    return None
