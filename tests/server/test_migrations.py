"""Each migration runs forward on data: a plant with a row in every table of the revision before comes through it whole."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from alembic.script import ScriptDirectory

from server.app import create_app
from server.foundation import migrate
from server.foundation.batch import plain
from server.foundation.db import Base, db, session, tenant_context
from server.foundation.ids import TenantId, new_id
from tests.conftest import settings_for

BEFORE = "20261128_phones"
"""The first revision that is met with rows; each later one is met with those of all before it."""
NOW = datetime(2026, 11, 1, 8, tzinfo=UTC)
ALLOWED = re.compile(r"(\w+) IN \('(\w+)'")
SCRATCH = "migrated"
OTHERS = {("delegation", "delegate_id"), ("reporting_line", "supervisor_id")}
"""Columns that name somebody else than the row's own person."""
EMPTY = {("indicator_set", "job_id")}
"""Columns that hold nothing where another one holds something."""
COUNTERS = {("tenant_seq", "n")}
"""Columns that go on where a revision tells phones of new rows."""


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The URL of a database without any table."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'gemba.db'}"
        return
    cluster = request.getfixturevalue("cluster")
    cluster.execute(f"CREATE DATABASE {SCRATCH} OWNER gemba")
    try:
        yield cluster.url(SCRATCH)
    finally:
        cluster.execute(f"DROP DATABASE {SCRATCH} WITH (FORCE)")


class Plant:
    """One row in each table that there is, made as the tables ask for it."""

    def __init__(self) -> None:
        self.tenant = new_id()
        self.rows: dict[str, dict[str, Any]] = {}
        self.other = new_id()

    def fill(self, connection: sa.Connection) -> None:
        """Add a row to each table that has none of this plant yet."""
        looked = sa.inspect(connection)
        for name, _ in looked.get_sorted_table_and_fkc_names():
            if name is not None and name not in self.rows and name in Base.metadata.tables:
                self.rows[name] = self._row(looked, name)
                table = self._table(name, self.rows[name])
                connection.execute(sa.insert(table), self.rows[name])
                if name in ("account", "person"):
                    other = self.rows[name] | {"id": self.other, "employee_no": "y"}
                    connection.execute(sa.insert(table), other)

    def _table(self, name: str, row: dict[str, Any]) -> Any:
        model = Base.metadata.tables[name]
        return sa.table(name, *(sa.column(one, model.c[one].type) for one in row))

    def _row(self, looked: Any, name: str) -> dict[str, Any]:
        model = Base.metadata.tables[name]
        refers = {
            own: (one["referred_table"], theirs)
            for one in looked.get_foreign_keys(name)
            for own, theirs in zip(one["constrained_columns"], one["referred_columns"], strict=True)
            if own != "tenant_id"
        }
        texts = [str(one.sqltext) for one in model.constraints if isinstance(one, sa.CheckConstraint)]
        allowed = dict(pair for text in texts for pair in ALLOWED.findall(text))
        row: dict[str, Any] = {}
        for column in looked.get_columns(name):
            of = column["name"]
            if of not in model.c:
                continue
            if of == "tenant_id":
                row[of] = self.tenant
            elif of in refers:
                table, theirs = refers[of]
                row[of] = self.rows[table][theirs] if table in self.rows else None
                row[of] = self.other if (name, of) in OTHERS else None if (name, of) in EMPTY else row[of]
            elif name == "tenant" and of == "id":
                row[of] = self.tenant
            else:
                row[of] = allowed.get(of) or _some(model.c[of].type)
        return row

    def stands(self, connection: sa.Connection) -> None:
        """Every row is as it was made, by the columns that it was made with."""
        looked = sa.inspect(connection)
        for name, row in self.rows.items():
            kept = {one["name"] for one in looked.get_columns(name)} & set(row)
            kept -= {of for table, of in COUNTERS if table == name}
            table = self._table(name, {one: row[one] for one in sorted(kept)})
            found = [{n: plain(v) for n, v in one._mapping.items()} for one in connection.execute(sa.select(table))]
            assert {n: plain(row[n]) for n in kept} in found, name


def _some(kind: Any) -> Any:
    kind = kind.impl if isinstance(kind, sa.types.TypeDecorator) else kind
    if isinstance(kind, sa.Uuid):
        return new_id()
    if isinstance(kind, sa.String):
        return "x"
    if isinstance(kind, sa.DateTime):
        return NOW
    if isinstance(kind, sa.Date):
        return date(2026, 11, 1)
    if isinstance(kind, sa.Boolean):
        return False
    if isinstance(kind, sa.Integer):
        return 1
    if isinstance(kind, sa.Numeric):
        return Decimal(1)
    return b"x" if isinstance(kind, sa.LargeBinary) else []


def later() -> list[str]:
    """The revisions after it, in order."""
    scripts = ScriptDirectory.from_config(migrate._config())
    return [one.revision for one in scripts.iterate_revisions("head", BEFORE)][::-1]


def _told(connection: sa.Connection, plant: Plant) -> None:
    if connection.dialect.name == "postgresql":
        connection.execute(sa.text("SELECT set_config('gemba.tenant', :one, true)"), {"one": str(plant.tenant)})


def test_a_row_of_every_table_comes_through_each_revision(url: str) -> None:
    app = create_app(settings_for(url))
    plant = Plant()
    # Another test of this process may have a model of its own.
    ours = [one for one in Base.registry.mappers if one.class_.__module__.startswith("server.")]
    with app.app_context(), tenant_context(TenantId(plant.tenant)):
        for number, step in enumerate((BEFORE, *later())):
            migrate.upgrade(db.engine, step)
            with db.engine.connect() as bare, bare.begin():
                _told(bare, plant)
                if number:
                    plant.stands(bare)
                plant.fill(bare)
        with db.engine.connect() as bare, bare.begin():
            assert migrate.current(bare) == migrate.head()
            _told(bare, plant)
            plant.stands(bare)
            assert set(plant.rows) >= {mapper.local_table.name for mapper in ours}  # type: ignore[attr-defined]
            if bare.dialect.name == "sqlite":
                assert bare.exec_driver_sql("PRAGMA foreign_key_check").all() == []
        for mapper in ours:  # the models of this release can read them
            assert len(session().execute(sa.select(mapper.class_)).scalars().all()) >= 1, mapper
        db.session.remove()
        db.engine.dispose()


def test_a_phone_that_was_idle_before_is_known_to_have_been(url: str) -> None:
    app = create_app(settings_for(url))
    plant = Plant()
    step = ScriptDirectory.from_config(migrate._config()).get_revision("20261129_idle_contact")
    assert isinstance(step.down_revision, str)
    with app.app_context(), tenant_context(TenantId(plant.tenant)):
        migrate.upgrade(db.engine, step.down_revision)
        with db.engine.connect() as bare, bare.begin():
            _told(bare, plant)
            plant.fill(bare)
            bare.execute(sa.text("UPDATE device_contact SET queued_count = 0"))
        migrate.upgrade(db.engine, step.revision)
        with db.engine.connect() as bare, bare.begin():
            _told(bare, plant)
            idle = bare.execute(sa.select(Base.metadata.tables["device_contact"].c.idle_at)).scalar_one()
            assert idle == NOW
        db.engine.dispose()
