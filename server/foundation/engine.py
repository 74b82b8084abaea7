"""How connections are opened: the SQLite recipe and PostgreSQL's limits (see docs/decisions)."""

from typing import Any

import orjson
import sqlalchemy as sa
from sqlalchemy import event

from server.foundation.settings import Settings


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
        "pool_pre_ping": True,
        "connect_args": {
            "connect_timeout": 5,
            "options": (
                "-c statement_timeout=10s -c lock_timeout=2s -c idle_in_transaction_session_timeout=30s -c timezone=UTC"
            ),
        },
    }


def prepare_engine(engine: sa.Engine) -> sa.Engine:
    """Attach what each new connection needs. Twice is the same as once."""
    if engine.dialect.name == "sqlite" and not event.contains(engine, "begin", _begin):
        event.listen(engine, "connect", _open_sqlite)
        event.listen(engine, "begin", _begin)
    return engine


def _open_sqlite(connection: Any, _record: object) -> None:
    # The driver's own BEGIN comes too late and keeps rows of released savepoints after a
    # rollback (tried): SQLAlchemy says BEGIN itself, below.
    connection.isolation_level = None
    for pragma in (
        "journal_mode=WAL",
        "synchronous=FULL",
        "busy_timeout=3000",
        "foreign_keys=ON",
        "trusted_schema=OFF",
    ):
        connection.execute(f"PRAGMA {pragma}")


def _begin(connection: sa.Connection) -> None:
    mode = connection.get_execution_options().get("begin", "DEFERRED")
    connection.exec_driver_sql(f"BEGIN {mode}")
