"""gemba doctor: what would keep the server from serving, or phones from working offline."""

import argparse
import shutil
from collections.abc import Iterator
from pathlib import Path

from sqlalchemy.exc import SQLAlchemyError

from server.cli.opened import application, settings, with_demo_secret
from server.foundation import migrate
from server.foundation.db import db
from server.foundation.engine import turnstile_of
from server.foundation.health import FREE_MIN_BYTES
from server.foundation.settings import Settings, SettingsError


def doctor(_asked: argparse.Namespace) -> int:
    """Print each finding with what to do; 1 when something is wrong."""
    wanted = settings()
    findings = list(_findings(wanted))
    for finding in findings:
        print(f"wrong: {finding}")
    if not findings:
        print("Nothing is wrong.")
    return 1 if findings else 0


def _findings(wanted: Settings) -> Iterator[str]:
    try:
        (with_demo_secret(wanted) if wanted.demo else wanted).refuse_weak_secret()
    except SettingsError as error:
        yield str(error)
    if not (Path(wanted.static_dir) / "sw.js").is_file():
        yield f"no built client in {wanted.static_dir}: run make build."
    origin = wanted.public_origin
    if not wanted.demo and not origin.startswith("https://"):
        yield (
            "GEMBA_PUBLIC_ORIGIN is no https:// address: without a trusted certificate browsers"
            " refuse the service worker, and phones do not work offline."
        )
    path = wanted.sqlite_path
    if path is not None and shutil.disk_usage(path.parent).free < FREE_MIN_BYTES:
        yield f"less than 100 MB are free in {path.parent}."
    if path is not None and path.exists():
        try:
            turnstile_of(str(path))
        except SQLAlchemyError as error:
            yield f"nothing can be written: {getattr(error, 'orig', error)}."
    yield from _database_findings(wanted)


def _database_findings(wanted: Settings) -> Iterator[str]:
    try:
        with application(wanted), db.engine.connect() as connection:
            migrate.refuse_unknown(connection)
            if migrate.current(connection) != migrate.head():
                yield "the database is not at this release's schema: run gemba migrate."
            if connection.dialect.name == "postgresql":
                bypass = connection.exec_driver_sql(
                    "SELECT rolsuper OR rolbypassrls FROM pg_roles WHERE rolname = current_user"
                ).scalar()
                if bypass:
                    yield "the database role passes by row-level security: use a plain role."
    except (SQLAlchemyError, migrate.UnknownRevision) as error:
        yield f"the database cannot be used: {getattr(error, 'orig', error)}"
