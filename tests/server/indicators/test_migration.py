"""The library's migration runs forward on data: what stood before it stands after it, and still applies."""

import sqlite3
from datetime import date
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic import command

from server.app import create_app
from server.foundation import migrate
from server.foundation.db import db, tenant_context
from server.foundation.ids import TenantId, new_id
from server.indicators import matching
from tests.conftest import settings_for

BEFORE = "20261128_phones"


def at(engine: sa.Engine, revision: str) -> None:
    """Bring an empty database to an older revision, as the release of then did."""
    with engine.connect() as bare, bare.execution_options(begin="IMMEDIATE").begin():
        command.upgrade(migrate._config(bare), revision)


@pytest.mark.parametrize("database", ["sqlite"])
def test_sets_versions_and_forms_of_before_are_there_after(database: str, tmp_path: Path) -> None:
    app = create_app(settings_for(f"sqlite:///{tmp_path / 'gemba.db'}"))
    one = {name: new_id() for name in ("t", "i", "v", "w", "p", "d", "j", "a", "c", "f", "e")}
    key = {name: value.hex for name, value in one.items()}
    with app.app_context():
        at(db.engine, BEFORE)
        db.engine.dispose()
    rows = [
        "INSERT INTO tenant (id, code, name_zh, name_en, time_zone, epoch) VALUES (:t, 'x', 'x', 'x', 'UTC', 'e')",
    ]
    with sqlite3.connect(tmp_path / "gemba.db") as held:
        columns = {row[1]: row for row in held.execute("PRAGMA table_info(tenant)")}
        assert columns, rows
