"""How connections are opened: the SQLite recipe and PostgreSQL's limits (see docs/decisions)."""

import errno
import fcntl
import os
import random
import sqlite3
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from functools import lru_cache
from typing import Any, Final

import orjson
import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.exc import OperationalError

from server.foundation.settings import Settings
from server.foundation.sqlite_file import TURN

FRESH_S: Final = 1.0
_GIVEN_BACK: Final = "gemba_given_back"
BUSY_S: Final = 3
"""How long a writer on SQLite waits for another process."""


def _dumps(value: Any) -> str:
    return orjson.dumps(value).decode("utf-8")


def engine_options(settings: Settings) -> dict[str, Any]:
    """Return the options for `create_engine` on the database of these settings."""
    common: dict[str, Any] = {
        "json_serializer": _dumps,
        "json_deserializer": orjson.loads,
        "pool_timeout": 5,
    }
    if settings.is_sqlite:
        return common | {"pool_size": 8, "max_overflow": 24}
    return common | {
        "pool_size": settings.pool_size,
        "max_overflow": settings.pool_size,
        "connect_args": {
            "connect_timeout": 5,
            "options": (
                "-c statement_timeout=10s -c lock_timeout=2s -c idle_in_transaction_session_timeout=30s -c timezone=UTC"
            ),
        },
    }


def prepare_engine(engine: sa.Engine) -> sa.Engine:
    """Attach what each new connection needs. Twice is the same as once."""
    if engine.dialect.name == "postgresql" and not event.contains(engine, "checkout", _look_whether_alive):
        event.listen(engine, "do_connect", _connect)
        event.listen(engine, "checkin", _note_time)
        event.listen(engine, "checkout", _look_whether_alive)
    if engine.dialect.name == "sqlite" and not event.contains(engine, "begin", _begin):
        event.listen(engine, "connect", _open_sqlite)
        event.listen(engine, "begin", _begin)
    return engine


def _connect(_dialect: object, _record: object, arguments: Any, named: Any) -> Any:
    # Only here: an installation on SQLite need not load PostgreSQL's driver.
    from server.foundation import waiting

    return waiting.Connection.connect(*arguments, **named) if waiting.is_patched() else None


def _note_time(_connection: Any, record: Any) -> None:
    record.info[_GIVEN_BACK] = time.monotonic()


def _look_whether_alive(connection: Any, record: Any, _proxy: object) -> None:
    """Ask a connection that has lain idle whether it still leads anywhere. One that answered a moment ago is not
    asked: it would cost each request a round trip, and one that broke since then breaks in whoever's hand it is.
    """
    given_back = record.info.get(_GIVEN_BACK)
    if given_back is None or time.monotonic() - given_back < FRESH_S:
        return
    try:
        connection.execute("SELECT 1")
        connection.commit()  # a rollback would make the driver forget what it had prepared
    except _connection_error() as error:
        raise sa.exc.DisconnectionError from error


def _connection_error() -> type[Exception]:
    """The error of PostgreSQL's driver, which an installation on SQLite need not load."""
    import psycopg

    return psycopg.Error


def _open_sqlite(connection: Any, _record: object) -> None:
    # The driver's own BEGIN comes too late and keeps rows of released savepoints after a
    # rollback (tried): SQLAlchemy says BEGIN itself, below.
    connection.isolation_level = None
    for pragma in (
        "journal_mode=WAL",
        "synchronous=FULL",
        f"busy_timeout={BUSY_S * 1000}",
        "foreign_keys=ON",
        "trusted_schema=OFF",
    ):
        connection.execute(f"PRAGMA {pragma}")


def _begin(connection: sa.Connection) -> None:
    mode = connection.get_execution_options().get("begin", "DEFERRED")
    file = connection.engine.url.database
    if mode == "IMMEDIATE" and file:  # one in memory has no other process
        _begin_in_turn(connection, file)
    else:
        connection.exec_driver_sql(f"BEGIN {mode}")


def _begin_in_turn(connection: sa.Connection, file: str) -> None:
    """BEGIN IMMEDIATE that waits for the other process without stopping this one: the driver's own
    wait stands still in C, with every greenlet of the process behind it.

    Whoever waits holds the turnstile, so that a busy process cannot take the file again and again
    between two looks of the one that waits.
    """
    turnstile = turnstile_of(file)
    driver: Any = connection.connection.driver_connection
    driver.execute("PRAGMA busy_timeout=0")
    until = time.monotonic() + BUSY_S

    def tried(attempt: Callable[[], object]) -> bool:
        with suppress(sqlite3.OperationalError, BlockingIOError):
            attempt()
            return True
        return False

    try:
        while not tried(lambda: fcntl.lockf(turnstile, fcntl.LOCK_EX | fcntl.LOCK_NB)) and time.monotonic() < until:
            _pause()
        while not tried(lambda: driver.execute("BEGIN IMMEDIATE")):
            if time.monotonic() > until:
                connection.exec_driver_sql("BEGIN IMMEDIATE")  # fails in the words of any statement
            _pause()
    finally:
        fcntl.lockf(turnstile, fcntl.LOCK_UN)
        driver.execute(f"PRAGMA busy_timeout={BUSY_S * 1000}")


def turnstile_of(file: str) -> int:
    """Return the open lock file of this database. Raises OperationalError that names it: without it nobody can write,
    and that is no bug of the request that finds out."""
    path = f"{file}{TURN}"
    try:
        return _turnstile(path)
    except OSError as fault:
        cause = sqlite3.OperationalError(f"the lock file {path} cannot be opened for writing: {fault.strerror}")
        full = fault.errno in (errno.ENOSPC, errno.EDQUOT)
        cause.sqlite_errorname = "SQLITE_FULL" if full else "SQLITE_CANTOPEN"
        raise OperationalError("BEGIN IMMEDIATE", None, cause) from fault


@lru_cache
def _turnstile(path: str) -> int:
    # A lock of this kind belongs to the process, not to the descriptor: a fork does not share it.
    try:
        return os.open(path, os.O_RDWR | os.O_CLOEXEC)
    except FileNotFoundError:
        made = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    # As SQLite does with its own files: what root's command makes, the server must be able to open.
    with suppress(OSError):
        data = os.stat(path.removesuffix(TURN))
        os.fchmod(made, data.st_mode & 0o666)
        if os.geteuid() == 0:
            os.fchown(made, data.st_uid, data.st_gid)
    return made


def _pause() -> None:
    threading.Event().wait(random.uniform(0.001, 0.004))
