"""The cast, founded once for each worker and database: every test gets a copy of its rows, at a tenth of the price."""

import pickle
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import sqlalchemy as sa
from flask import Flask

from server.foundation.db import db
from tests.cast import Cast, build

KEPT = "kept"


def found(app: Flask) -> bytes:
    """Founds the cast in an empty database. Returns its people, to be unpickled for each test."""
    with app.app_context():
        made = pickle.dumps(build())
        db.session.remove()
        db.engine.dispose()
    return made


class Founded:
    """The people of a founded cast and the way to put their rows into an empty database."""

    def __init__(self, people: bytes, put: Callable[[str], None]) -> None:
        self._people = people
        self._put = put

    def into(self, url: str) -> Cast:
        """Puts every row of the cast into this database; its people are new objects, in no session."""
        self._put(url)
        made: Cast = pickle.loads(self._people)
        return made


def from_file(people: bytes, template: Path) -> Founded:
    """SQLite: out of the file in which the cast was founded."""
    with closing(sqlite3.connect(template)) as held:
        tables = [row[0] for row in held.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        full = [name for name in tables if held.execute(f'SELECT 1 FROM "{name}" LIMIT 1').fetchone()]
        columns = {name: [row[1] for row in held.execute(f'PRAGMA table_info("{name}")')] for name in full}

    def put(url: str) -> None:
        with closing(sqlite3.connect(sa.make_url(url).database or "", isolation_level=None)) as made:
            made.execute(f"ATTACH '{template}' AS {KEPT}")
            made.executescript(f"BEGIN; {copying(columns, 'main')}; COMMIT")

    return Founded(people, put)


def from_schema(people: bytes, engine: sa.Engine) -> Founded:
    """PostgreSQL: out of a schema beside the tables, which the server's role cannot see. The tables keep their rows."""
    with engine.begin() as made:
        made.exec_driver_sql(f"CREATE SCHEMA {KEPT}")
        rows = made.exec_driver_sql(
            "SELECT table_name, column_name FROM information_schema.columns"
            " WHERE table_schema = 'public' ORDER BY ordinal_position"
        )
        columns: dict[str, list[str]] = {}
        for table, column in rows.all():
            columns.setdefault(table, []).append(column)
        for name in list(columns):
            if made.exec_driver_sql(f'SELECT 1 FROM "{name}" LIMIT 1').first():
                made.exec_driver_sql(f'CREATE TABLE {KEPT}."{name}" AS TABLE public."{name}"')
            else:
                del columns[name]

    def put(_url: str) -> None:
        with engine.begin() as connection:
            connection.exec_driver_sql("SET LOCAL session_replication_role = replica")  # no foreign keys
            connection.exec_driver_sql(copying(columns, "public"))

    return Founded(people, put)


def copying(columns: dict[str, list[str]], to: str) -> str:
    """The statements that copy the kept rows, column by column: a migration that went back and forth moves columns."""

    def one(name: str, its: list[str]) -> str:
        named = ", ".join(f'"{column}"' for column in its)
        return f'INSERT INTO {to}."{name}" ({named}) SELECT {named} FROM {KEPT}."{name}"'

    return "; ".join(one(name, its) for name, its in columns.items() if name != "alembic_version")
