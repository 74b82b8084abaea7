"""Alembic without a configuration file: the schema of this release, and proofs about it."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

from server.foundation.db import Base

ROOT = Path(__file__).resolve().parents[2]


class UnknownRevision(RuntimeError):
    """The database was written by a release that this one does not know."""


def _config(connection: sa.Connection | None = None) -> Config:
    config = Config()
    config.set_main_option("script_location", str(ROOT / "migrations").replace("%", "%%"))
    config.attributes["connection"] = connection
    return config


def head() -> str:
    """Return the newest revision that this release knows."""
    found = ScriptDirectory.from_config(_config()).get_current_head()
    assert found is not None
    return found


def current(connection: sa.Connection) -> str | None:
    """Return the revision of the database; None where nothing was ever migrated."""
    return MigrationContext.configure(connection).get_current_revision()


def refuse_unknown(connection: sa.Connection) -> None:
    """Raise UnknownRevision for a database of a newer or foreign release."""
    revision = current(connection)
    known = {script.revision for script in ScriptDirectory.from_config(_config()).walk_revisions()}
    if revision is not None and revision not in known:
        raise UnknownRevision(
            f"The database is at revision {revision}, which this release does not know."
            " Start the release that wrote it, or restore a backup."
        )


def upgrade(engine: sa.Engine, to: str = "head") -> None:
    """Bring the database to this release's schema, in one transaction. `to`: no further than this revision."""
    with engine.connect() as bare:
        connection = bare.execution_options(begin="IMMEDIATE")
        refuse_unknown(connection)
        connection.rollback()
        with _tables_may_be_made_anew(connection), connection.begin():
            if connection.dialect.name == "postgresql":
                # Two servers that start together take turns.
                connection.execute(sa.text("SET LOCAL lock_timeout = '30s'"))
                connection.execute(sa.text("SET LOCAL statement_timeout = 0"))
                connection.execute(sa.text("SELECT pg_advisory_xact_lock(7120264)"))
            command.upgrade(_config(connection), to)
            if connection.dialect.name == "sqlite":
                broken = connection.exec_driver_sql("PRAGMA foreign_key_check").first()
                if broken is not None:
                    raise RuntimeError(f"a row of {broken[0]} refers to none of {broken[2]}: nothing was migrated")


@contextmanager
def _tables_may_be_made_anew(connection: sa.Connection) -> Iterator[None]:
    """SQLite changes a table by making it anew, and refuses to drop the old one while rows refer to it. It looks away
    only when told so outside a transaction; what refers to what is looked at before the commit instead."""
    if connection.dialect.name != "sqlite":
        yield
        return
    driver: Any = connection.connection.driver_connection
    driver.execute("PRAGMA foreign_keys=OFF")
    try:
        yield
    finally:
        driver.execute("PRAGMA foreign_keys=ON")


def differences(connection: sa.Connection) -> list[Any]:
    """Return what the models say and the database does not, and the reverse; empty when equal."""
    context = MigrationContext.configure(connection, opts={"compare_type": True})
    return list(compare_metadata(context, Base.metadata))
