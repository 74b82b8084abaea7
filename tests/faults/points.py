"""Named points inside the server at which a test lets something happen.

A test writes "after_commit:17:kill" into the fault file; the process that reaches that point for the 17th time renames
the file, so that it happens once, and kills its whole process group as a power cut would. Other things that can happen:
`worker` (only this process dies), `busy`, `deadlock`, `serialization` (the database's own error is raised).

Beside it lie switches, on while their file is there: `full` (SQLite gets no new page), `readonly` (SQLite writes
nothing), `clock` (seconds that the server's clock is off, and how fast it runs), `poison` (deciding raises on a text).
The file `escaped` gets a letter for each ordered error that became somebody's answer.
"""

import os
import signal
import sqlite3
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import datetime, timedelta
from functools import wraps
from pathlib import Path
from typing import Any

import flask_jwt_extended.tokens
import jwt.api_jwt
import psycopg
import sqlalchemy as sa
from sqlalchemy import event

from server.foundation import clock

NAMES = (
    "request_read", "judged", "merged", "statement", "mid_batch", "id_inserted", "counter_taken", "before_commit",
    "after_commit", "half_answer",
)  # fmt: skip
"""`statement`: before any; `mid_batch`: a part of what a push writes is in the database, the rest is not."""
_folder = _file = Path("/nonexistent")
_counts: dict[str, int] = {}


def install(folder: str) -> None:
    """Put the points into the product's functions. Call before any application is made."""
    global _folder, _file
    if not folder:
        return
    _folder, _file = Path(folder), Path(folder, "fault")
    from server.cli import serving
    from server.foundation import db as seam
    from server.foundation import errors, prepared
    from server.sync_api import feed, journal, push, routes

    routes.handle = _before("request_read", routes.handle)
    push._judge = _before("judged", push._judge)
    push.decide = _after("merged", push.decide)
    push.gathered = _after_block("id_inserted", push.gathered)
    prepared._say = _in_two(prepared._say)
    journal.Journal.write = _after_on_sqlite("mid_batch", journal.Journal.write)  # type: ignore[method-assign]
    feed.take = _after("counter_taken", feed.take)
    seam._once = _after("after_commit", seam._once)
    serving.create_app = _halving(serving.create_app)
    event.listen(sa.Engine, "commit", lambda _connection: reach("before_commit"))
    event.listen(sa.Engine, "begin", _fill_disk)
    # PostgreSQL's driver itself: what is sent together goes past SQLAlchemy and its events.
    psycopg.Cursor.execute = _before("statement", psycopg.Cursor.execute)  # type: ignore[method-assign]
    event.listen(sa.Engine, "before_cursor_execute", _on_sqlite)
    push.decide = _poisoned(push.decide)
    errors._database_error = _noted(errors._database_error)
    clock.SystemClock.now = _shifted(clock.SystemClock.now)  # type: ignore[method-assign]
    for module in (jwt.api_jwt, flask_jwt_extended.tokens):  # they read the clock by themselves
        module.datetime = _ShiftedDatetime  # type: ignore[attr-defined]


def reach(name: str) -> None:
    """Say that this point was reached; whatever the test ordered for it happens now."""
    try:
        order = _file.read_text("ascii")
    except OSError:
        return
    wanted, count, what = order.strip().split(":")
    if wanted != name:
        return
    _counts[order] = _counts.get(order, 0) + 1
    if _counts[order] < int(count):
        return
    with suppress(FileNotFoundError):  # the other worker was first
        _file.rename(_file.with_suffix(f".{what}.done"))
        _happen(what)


def _is_ordered(name: str) -> bool:
    with suppress(OSError):
        return _file.read_text("ascii").startswith(f"{name}:")
    return False


def _happen(what: str) -> None:
    if what == "kill":
        os.killpg(os.getpgrp(), signal.SIGKILL)
    if what == "worker":
        os.kill(os.getpid(), signal.SIGKILL)
    raise error(what)


class _Busy(sqlite3.OperationalError):
    sqlite_errorname = "SQLITE_BUSY"


def error(what: str) -> sa.exc.DBAPIError:
    """The error that a database raises, as SQLAlchemy hands it on."""
    made: Exception = {
        "busy": _Busy("database is locked"),
        "deadlock": psycopg.errors.DeadlockDetected("deadlock detected"),
        "serialization": psycopg.errors.SerializationFailure("could not serialize access"),
    }[what]
    made.ordered = True  # type: ignore[attr-defined]
    return sa.exc.OperationalError("", {}, made)


def _noted(answer: Callable[[Any], Any]) -> Any:
    @wraps(answer)
    def noted(failed: Any) -> Any:
        if getattr(getattr(failed, "orig", None), "ordered", False):
            with (_folder / "escaped").open("a", encoding="ascii") as escaped:
                escaped.write("x")
        return answer(failed)

    return noted


def _on_sqlite(connection: sa.Connection, *_rest: object) -> None:
    if connection.dialect.name == "sqlite":
        reach("statement")


def _fill_disk(connection: sa.Connection) -> None:
    if connection.dialect.name == "sqlite":
        # The smallest limit that SQLite takes is the size that the file has: no new page.
        connection.exec_driver_sql(f"PRAGMA max_page_count={1 if (_folder / 'full').exists() else 2**30}")
        connection.exec_driver_sql(f"PRAGMA query_only={int((_folder / 'readonly').exists())}")


POISON = "poison"


def _poisoned(decide: Callable[..., Any]) -> Any:
    @wraps(decide)
    def decided(held: Any, edit: Any, *rest: Any) -> Any:
        if edit.value == POISON and (_folder / "poison").exists():
            raise ZeroDivisionError
        return decide(held, edit, *rest)

    return decided


class _AnyDatetime(type):
    def __instancecheck__(cls, one: object) -> bool:
        return isinstance(one, datetime)


class _ShiftedDatetime(datetime, metaclass=_AnyDatetime):
    @classmethod
    def now(cls, tz: Any = None) -> datetime:  # type: ignore[override]
        return clock.SystemClock().now()


def _shifted(now: Callable[[Any], datetime]) -> Any:
    began = time.time()

    def shifted(itself: Any) -> datetime:
        try:
            off_s, speed = map(float, (_folder / "clock").read_text("ascii").split())
        except OSError:
            return now(itself)
        return now(itself) + timedelta(seconds=off_s + (time.time() - began) * (speed - 1))

    return shifted


def _before(name: str, work: Callable[..., Any]) -> Any:
    @wraps(work)
    def reached(*arguments: Any, **options: Any) -> Any:
        reach(name)
        return work(*arguments, **options)

    return reached


def _after(name: str, work: Callable[..., Any]) -> Any:
    @wraps(work)
    def reached(*arguments: Any, **options: Any) -> Any:
        result = work(*arguments, **options)
        reach(name)
        return result

    return reached


def _after_on_sqlite(name: str, work: Callable[..., Any]) -> Any:
    """There each statement is sent when it is said; on PostgreSQL at the end of the block, see `_in_two`."""
    from server.foundation.prepared import dialect

    @wraps(work)
    def reached(*arguments: Any, **options: Any) -> Any:
        result = work(*arguments, **options)
        if dialect() == "sqlite":
            reach(name)
        return result

    return reached


def _after_block(name: str, block: Callable[[], Any]) -> Any:
    @contextmanager
    def reached() -> Iterator[None]:
        with block():
            yield
        reach(name)

    return reached


def _in_two(say: Callable[[Sequence[Any]], None]) -> Any:
    """Send what goes in one message in two, with a point between them, while somebody waits for that point."""

    @wraps(say)
    def said(inserts: Sequence[Any]) -> None:
        split = len(inserts) > 1 and _is_ordered("mid_batch")
        if split:
            say(inserts[:1])
            reach("mid_batch")
        say(inserts[split:])

    return said


def _halving(create: Callable[..., Any]) -> Any:
    """Send the answer of a sync in two halves, with a point between them."""

    def made(*arguments: Any, **options: Any) -> Any:
        app = create(*arguments, **options)
        inner = app.wsgi_app

        def halved(environ: Any, start: Any) -> Any:
            answer = inner(environ, start)
            return _halves(answer) if environ.get("PATH_INFO") == "/api/sync" else answer

        app.wsgi_app = halved
        return app

    return made


def _halves(answer: Any) -> Iterator[bytes]:
    try:
        data = b"".join(answer)
    finally:
        answer.close()
    yield data[: len(data) // 2]
    reach("half_answer")
    yield data[len(data) // 2 :]
