"""Rows of many tables written together, each told by what it was and what it is to be.

What was is kept by the caller: written the other way round it is the undoing.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

import sqlalchemy as sa

from server.foundation.db import Base, current_tenant, session
from server.foundation.prepared import ask, insert_rows, of_plant, table_of, update_rows

AT_ONCE: Final = 1000
Values = Mapping[str, Any]
_SCALE: Final = 4


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a table. No `before`: inserted; no `after`: deleted; else both hold the key and what changes alone."""

    table: str
    before: Values | None
    after: Values | None

    @property
    def back(self) -> "Row":
        """The same, undone."""
        return Row(self.table, self.after, self.before)


def key_of(table: sa.Table) -> tuple[str, ...]:
    """The names of a table's key within a plant."""
    return tuple(column.name for column in table.primary_key if column.name != "tenant_id")


def identity_of(row: Row) -> Values:
    """What a row says of itself, whichever side there is."""
    return row.after if row.after is not None else row.before or {}


def write(models: Sequence[type[Base]], rows: Sequence[Row], step: Callable[[int], None] = lambda _count: None) -> None:
    """Write rows of these tables, given in the order in which they refer to each other: what is new first, what goes
    last. `step` is told how many rows were written each time. Raises ValueError for a row of another table."""
    tables = {table_of(model).name: model for model in models}
    foreign = {row.table for row in rows} - set(tables)
    if foreign:
        raise ValueError(f"not tables of this room: {sorted(foreign)}")
    for name, model in tables.items():
        mine = [row.after for row in rows if row.table == name and row.before is None and row.after is not None]
        for some in _alike(mine):
            insert_rows(model, some)
            step(len(some))
    for name, model in tables.items():
        key = key_of(table_of(model))
        mine = [row.after for row in rows if row.table == name and row.before is not None and row.after is not None]
        for some in _alike(mine):
            update_rows(model, some, ("tenant_id", *key), [one for one in some[0] if one not in ("tenant_id", *key)])
            step(len(some))
    for name, model in reversed(tables.items()):
        mine = [row.before for row in rows if row.table == name and row.after is None and row.before is not None]
        for start in range(0, len(mine), AT_ONCE):
            _delete(table_of(model), mine[start : start + AT_ONCE])
            step(len(mine[start : start + AT_ONCE]))


def _alike(rows: Sequence[Values]) -> Iterator[list[dict[str, Any]]]:
    """Rows with the same columns, the plant added, a statement's worth at a time and in their order."""
    kinds: dict[frozenset[str], list[dict[str, Any]]] = {}
    tenant = current_tenant()
    for row in rows:
        kinds.setdefault(frozenset(row), []).append({"tenant_id": tenant, **row})
    for many in kinds.values():
        names = list(many[0])
        for start in range(0, len(many), AT_ONCE):
            yield [{name: one[name] for name in names} for one in many[start : start + AT_ONCE]]


def _delete(table: sa.Table, rows: Sequence[Values]) -> None:
    found = sa.tuple_(*(table.c[name] for name in key_of(table))).in_(_keys(table, rows))
    ask(sa.delete(table).where(table.c.tenant_id == current_tenant(), found))


def _keys(table: sa.Table, rows: Iterable[Values]) -> list[tuple[Any, ...]]:
    return [tuple(row[name] for name in key_of(table)) for row in rows]


def differing(model: type[Base], expected: Sequence[Values]) -> list[Values]:
    """Which of these are not in the database as they are told here; of each only the columns that it tells."""
    table = table_of(model)
    key = key_of(table)
    wrong: list[Values] = []
    for start in range(0, len(expected), AT_ONCE):
        some = expected[start : start + AT_ONCE]
        found = sa.tuple_(*(table.c[name] for name in key)).in_(_keys(table, some))
        held = {
            tuple(row._mapping[name] for name in key): row._mapping
            for row in session().connection().execute(of_plant(sa.select(table)).where(found))
        }
        for one in some:
            row = held.get(tuple(one[name] for name in key))
            if row is None or any(plain(row[name]) != plain(value) for name, value in one.items()):
                wrong.append(one)
    return wrong


# ---- as JSON ------------------------------------------------------------------------------------


def plain(value: Any) -> Any:
    """A value as JSON, the same text for the same value whatever database it comes from."""
    if isinstance(value, Decimal):
        return f"{value.quantize(Decimal(1).scaleb(-_SCALE)).normalize():f}"
    if isinstance(value, datetime | date):
        return value.isoformat()
    return str(value) if isinstance(value, UUID) else value


def to_json(row: Row) -> list[Any]:
    """A row to be kept."""
    return [row.table, *(None if side is None else {k: plain(v) for k, v in side.items()} for side in _sides(row))]


def from_json(kept: Sequence[Any]) -> Row:
    """A row that was kept."""
    name, before, after = kept
    table = Base.metadata.tables[name]

    def read(side: Any) -> Values | None:
        return None if side is None else {k: _read(table.c[k].type, v) for k, v in side.items()}

    return Row(name, read(before), read(after))


def _sides(row: Row) -> tuple[Values | None, Values | None]:
    return row.before, row.after


def _read(kind: sa.types.TypeEngine[Any], value: Any) -> Any:
    if value is None:
        return None
    inner = kind.impl if isinstance(kind, sa.types.TypeDecorator) else kind
    if isinstance(inner, sa.Uuid):
        return UUID(value)
    if isinstance(inner, sa.DateTime):
        return datetime.fromisoformat(value)
    if isinstance(inner, sa.Date):
        return date.fromisoformat(value)
    return Decimal(value) if isinstance(inner, sa.Numeric) and not isinstance(inner, sa.Float) else value
