"""Statements that are made once and run often, on tables instead of mapped classes.

The ORM builds, guards and keys a query anew each time it is asked, and that costs more than SQLite
needs to answer it. What a push or a pull asks hundreds of times a second goes this way. Nothing is
flushed before: what the session holds of these tables is not seen here.
"""

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any, Final

import orjson
import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from server.foundation.db import THIS_TENANT, Base, session

_AS_TEXT: Final = (sa.String, sa.Text)


def table_of(model: type[Base]) -> sa.Table:
    """The table behind a model."""
    table = model.__table__
    assert isinstance(table, sa.Table)
    return table


def of_plant(statement: Any) -> Any:
    """A select held to the plant at work, like any query of the ORM. Raises ValueError for anything
    but plain tables of a plant.
    """
    for source in statement.get_final_froms():
        if not isinstance(source, sa.Table) or "tenant_id" not in source.c:
            raise ValueError(f"not a table of a plant: {source}")
        statement = statement.where(source.c.tenant_id == THIS_TENANT)
    return statement


def among(name: str = "ids") -> sa.BindParameter[Any]:
    """The values of an IN."""
    return sa.bindparam(name, expanding=True)


def ask(statement: sa.Executable, values: Any = None) -> Any:
    """Run a statement in the session's transaction."""
    return session().connection().execute(statement, values)


def dialect() -> str:
    """The database at work: sqlite or postgresql."""
    return session().get_bind().dialect.name


def insert_rows(model: type[Base], rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert many rows by one statement. All have the same columns."""
    _put(table_of(model), rows, (), ())


def upsert(model: type[Base], rows: Sequence[Mapping[str, Any]], key: Sequence[str], set_: Sequence[str]) -> None:
    """INSERT ... ON CONFLICT (key) DO UPDATE. Each key once, all with the same columns."""
    _put(table_of(model), rows, tuple(key), tuple(set_))


def insert_into(name: str, table: sa.Table) -> Any:
    """An INSERT that can say ON CONFLICT, in the words of this database."""
    return (postgresql if name == "postgresql" else sqlite).insert(table)


def _put(table: sa.Table, rows: Sequence[Mapping[str, Any]], key: tuple[str, ...], set_: tuple[str, ...]) -> None:
    if not rows:
        return
    if dialect() == "postgresql":
        # One message for all rows; executemany costs one for each.
        ask(_from_json(table, tuple(rows[0]), key, set_), {"rows": orjson.dumps(rows, default=bytes_in_hex).decode()})
    else:
        ask(_row_by_row(table, key, set_), list(rows))


@lru_cache
def _row_by_row(table: sa.Table, key: tuple[str, ...], set_: tuple[str, ...]) -> Any:
    insert = insert_into("sqlite", table)
    if not key:
        return insert
    return insert.on_conflict_do_update(index_elements=key, set_={name: insert.excluded[name] for name in set_})


@lru_cache
def _from_json(table: sa.Table, names: tuple[str, ...], key: tuple[str, ...], set_: tuple[str, ...]) -> Any:
    quoted = {name: f'"{name}"' for name in names}
    columns = ", ".join(quoted.values())
    shape = ", ".join(f"{quoted[name]} {_type_of(table.c[name])}" for name in names)
    text = f"INSERT INTO {table.name} ({columns}) SELECT {columns} FROM json_to_recordset(CAST(:rows AS json)) AS given({shape})"
    if key:
        changes = ", ".join(f"{quoted[name]} = excluded.{quoted[name]}" for name in set_)
        text += f" ON CONFLICT ({', '.join(key)}) DO UPDATE SET {changes}"
    return sa.text(text)


def _type_of(column: sa.Column[Any]) -> str:
    # A length would cut a text in silence; the column itself refuses one that is too long.
    if isinstance(column.type, _AS_TEXT):
        return "text"
    return column.type.compile(dialect=postgresql.dialect())  # type: ignore[no-untyped-call]


def bytes_in_hex(value: Any) -> str:
    """Bytes as PostgreSQL reads them from a text."""
    if isinstance(value, bytes):
        return f"\\x{value.hex()}"
    raise TypeError
