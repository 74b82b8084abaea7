"""Statements that are made once and run often, on tables instead of mapped classes.

The ORM builds, guards and keys a query anew each time it is asked, and that costs more than SQLite
needs to answer it. What a push or a pull asks hundreds of times a second goes this way. Nothing is
flushed before: what the session holds of these tables is not seen here.
"""

from collections import namedtuple
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from decimal import Decimal
from functools import lru_cache
from typing import Any, Final, NamedTuple

import orjson
import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.orm import Session

from server.foundation.db import THIS_TENANT, Base, session
from server.foundation.telling import driver_errors, tell_first

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


class _Within(sa.sql.functions.FunctionElement[bool]):
    """A column's value is among those of one parameter."""

    name = "within"
    type = sa.Boolean()
    inherit_cache = True

    def self_group(self, against: Any = None) -> Any:
        """A condition as it stands: "... = 1" behind it would keep SQLite from using an index."""
        return self


@compiles(_Within)
def _within(element: Any, compiler: Any, **how: Any) -> str:
    column, values = element.clauses
    return str(compiler.process(column.in_(values), **how))


@compiles(_Within, "postgresql")
def _within_array(element: Any, compiler: Any, **how: Any) -> str:
    column, values = element.clauses
    array = sa.bindparam(values.key, type_=postgresql.ARRAY(column.type))
    return f"({compiler.process(column, **how)} = ANY ({compiler.process(array, **how)}))"


def within(column: sa.ColumnElement[Any], name: str = "ids") -> sa.ColumnElement[bool]:
    """The condition that a column's value is among those given as `name`. On PostgreSQL one array, so that the
    statement is the same text, and stays prepared, however many they are."""
    return _Within(column, sa.bindparam(name, expanding=True))


def ask(statement: sa.Executable, values: Any = None) -> Any:
    """Run a statement in the session's transaction."""
    return session().connection().execute(statement, values)


Question = tuple[Any, Mapping[str, Any]]


def ask_all(*questions: Question) -> list[Sequence[Any]]:
    """The rows of several selects, asked in one message where the database is another process."""
    connection = session().connection()
    if connection.dialect.name != "postgresql":
        return [connection.execute(statement, values).all() for statement, values in questions]
    driver: Any = connection.connection.driver_connection
    spoken = [_spoken(statement, connection.dialect) for statement, _ in questions]
    with driver_errors(connection):
        with driver.pipeline():
            tell_first(connection, by_key=True)
            asked = [
                driver.execute(one.text, one.given(values)) for one, (_, values) in zip(spoken, questions, strict=True)
            ]
        return [one.rows(cursor.fetchall()) for one, cursor in zip(spoken, asked, strict=True)]


class Later:
    """The answer to a question that waits to be asked together with others."""

    def __init__(self, waiting: list[tuple["Later", Question]]) -> None:
        self._waiting = waiting
        self._rows: Sequence[Any] = ()

    def rows(self) -> Sequence[Any]:
        """The rows; asks whatever waits."""
        if self._waiting:
            waiting = self._waiting[:]
            self._waiting.clear()
            for (later, _), rows in zip(waiting, ask_all(*(question for _, question in waiting)), strict=True):
                later._rows = rows
        return self._rows


_LATER: Final = "gemba_later"


def ask_later(statement: Any, values: Mapping[str, Any]) -> Later:
    """Ask with the next question whose answer is wanted. Only for reads: what is written between comes first."""
    waiting: list[tuple[Later, Question]] = session().info.setdefault(_LATER, [])
    later = Later(waiting)
    waiting.append((later, (statement, values)))
    return later


@event.listens_for(Session, "after_rollback")
def _forget(held: Session) -> None:
    # A question of a transaction that is gone, a lock perhaps, is not for the next one.
    held.info.get(_LATER, []).clear()


_NUMERIC: Final = 1700
"""PostgreSQL's number of the type, by which SQLAlchemy knows that the driver makes a Decimal of it."""


class _Spoken:
    """A select in the words of PostgreSQL's driver: what the ORM's layers do anew for each question, done once."""

    def __init__(self, statement: Any, dialect: sa.Dialect) -> None:
        compiled = statement.compile(dialect=dialect)
        self.text: str = str(compiled)
        self._given = compiled.construct_params
        kinds = {name: bound.type.dialect_impl(dialect) for name, bound in compiled.binds.items()}
        binders = {name: kind.bind_processor(dialect) for name, kind in kinds.items()}
        self._binders = {name: binder for name, binder in binders.items() if binder is not None}
        self._binders |= {name: _array for name, kind in kinds.items() if isinstance(kind, postgresql.ARRAY)}
        columns = statement.selected_columns
        readers = [
            column.type.dialect_impl(dialect).result_processor(
                dialect, _NUMERIC if isinstance(column.type, sa.Numeric) else None
            )
            for column in columns
        ]
        self._readers = [(place, reader) for place, reader in enumerate(readers) if reader is not None]
        row = namedtuple("row", columns.keys(), rename=True)  # type: ignore[misc]
        self._row: Any = row

    def given(self, values: Mapping[str, Any]) -> dict[str, Any]:
        given: dict[str, Any] = self._given(values)
        for name, binder in self._binders.items():
            given[name] = binder(given[name])
        return given

    def rows(self, found: Sequence[Sequence[Any]]) -> Sequence[Any]:
        if not self._readers:
            return [self._row(*row) for row in found]
        made = []
        for row in found:
            cells = list(row)
            for place, reader in self._readers:
                cells[place] = reader(cells[place])
            made.append(self._row(*cells))
        return made


def _array(values: Sequence[object]) -> str:
    """Ids, or numbers, as PostgreSQL reads an array from a text: the driver's own way costs more than the question."""
    return f"{{{','.join(map(str, values))}}}"


@lru_cache(maxsize=256)
def _spoken(statement: Any, dialect: sa.Dialect) -> _Spoken:
    return _Spoken(statement, dialect)


def dialect() -> str:
    """The database at work: sqlite or postgresql."""
    return session().get_bind().dialect.name


Rows = Sequence[Mapping[str, Any]]


def insert_rows(model: type[Base], rows: Rows) -> None:
    """Insert many rows by one statement. All have the same columns."""
    _put(_Written(table_of(model)), rows)


def upsert(model: type[Base], rows: Rows, key: Sequence[str], set_: Sequence[str]) -> None:
    """INSERT ... ON CONFLICT (key) DO UPDATE. Each key once, all with the same columns."""
    _put(_Written(table_of(model), tuple(key), tuple(set_)), rows)


def update_rows(model: type[Base], rows: Rows, key: Sequence[str], set_: Sequence[str]) -> None:
    """Change many rows by one statement, each found by its key. All have these columns and no others."""
    _put(_Written(table_of(model), tuple(key), tuple(set_), only_there=True), rows)


class _Written(NamedTuple):
    """What is done with rows of a table: inserted; with a `key`, what is there already is changed in `set_`."""

    table: sa.Table
    key: tuple[str, ...] = ()
    set_: tuple[str, ...] = ()
    only_there: bool = False
    """Nothing is inserted."""


def insert_into(name: str, table: sa.Table) -> Any:
    """An INSERT that can say ON CONFLICT, in the words of this database."""
    return (postgresql if name == "postgresql" else sqlite).insert(table)


def _put(written: _Written, rows: Rows) -> None:
    if not rows:
        return
    if dialect() == "postgresql":
        # One message for all rows; executemany costs one for each.
        said = _from_json(written, tuple(rows[0])), orjson.dumps(rows, default=spelled).decode()
        gathered: list[tuple[str, str]] | None = session().info.get(_GATHERED)
        if gathered is None:
            _say([said])
        else:
            gathered.append(said)
    else:
        ask(_row_by_row(written), [_for_one(written, row) for row in rows] if written.only_there else list(rows))


_GATHERED: Final = "gemba_gathered"


@contextmanager
def gathered() -> Iterator[None]:
    """What is written inside goes to PostgreSQL in one message, in order, at the end. Nothing inside may read it.
    Nested uses are part of the outer one.
    """
    held = session()
    if _GATHERED in held.info:
        yield
        return
    waiting: list[tuple[str, str]] = []
    held.info[_GATHERED] = waiting
    try:
        yield
    finally:
        held.info.pop(_GATHERED)
    if waiting:
        _say(waiting)


@contextmanager
def at_once() -> Iterator[None]:
    """What was gathered is written now, and what is written inside at once: it may be read."""
    held = session()
    waiting: list[tuple[str, str]] | None = held.info.pop(_GATHERED, None)
    if waiting is None:
        yield
        return
    if waiting:
        _say(waiting)
        waiting.clear()
    try:
        yield
    finally:
        held.info[_GATHERED] = waiting


def _say(inserts: Sequence[tuple[str, str]]) -> None:
    connection = session().connection()
    driver: Any = connection.connection.driver_connection
    with driver_errors(connection), driver.pipeline():
        tell_first(connection, by_key=True)
        for text, rows in inserts:
            driver.execute(text, {"rows": rows})


def _for_one(written: _Written, row: Mapping[str, Any]) -> dict[str, Any]:
    return {(f"{name}_is" if name in written.key else name): value for name, value in row.items()}


@lru_cache
def _row_by_row(written: _Written) -> Any:
    table, key, set_, only_there = written
    if only_there:
        found = sa.and_(*(table.c[name] == sa.bindparam(f"{name}_is") for name in key))
        return sa.update(table).where(found).values({name: sa.bindparam(name) for name in set_})
    insert = insert_into("sqlite", table)
    if not key:
        return insert
    return insert.on_conflict_do_update(index_elements=key, set_={name: insert.excluded[name] for name in set_})


@lru_cache
def _from_json(written: _Written, names: tuple[str, ...]) -> str:
    table, key, set_, only_there = written
    quoted = {name: f'"{name}"' for name in names}
    columns = ", ".join(quoted.values())
    shape = ", ".join(f"{quoted[name]} {_type_of(table.c[name])}" for name in names)
    given = f"json_to_recordset(CAST(%(rows)s AS json)) AS given({shape})"
    if only_there:
        changes = ", ".join(f"{quoted[name]} = given.{quoted[name]}" for name in set_)
        found = " AND ".join(f"{table.name}.{quoted[name]} = given.{quoted[name]}" for name in key)
        last = quoted[key[-1]]  # said once more as an array: else the whole table is read to meet a few rows
        found += f" AND {table.name}.{last} = ANY (ARRAY(SELECT {last} FROM given))"
        return f"WITH given AS MATERIALIZED (SELECT * FROM {given}) UPDATE {table.name} SET {changes} FROM given WHERE {found}"
    text = f"INSERT INTO {table.name} ({columns}) SELECT {columns} FROM {given}"
    if key:
        changes = ", ".join(f"{quoted[name]} = excluded.{quoted[name]}" for name in set_)
        text += f" ON CONFLICT ({', '.join(key)}) DO UPDATE SET {changes}"
    return text


def _type_of(column: sa.Column[Any]) -> str:
    # A length would cut a text in silence; the column itself refuses one that is too long.
    if isinstance(column.type, _AS_TEXT):
        return "text"
    return column.type.compile(dialect=postgresql.dialect())  # type: ignore[no-untyped-call]


def spelled(value: Any) -> str:
    """Bytes and decimals as PostgreSQL reads them from a text."""
    if isinstance(value, bytes):
        return f"\\x{value.hex()}"
    if isinstance(value, Decimal):
        return str(value)
    raise TypeError
