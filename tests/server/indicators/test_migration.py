"""The library's migration runs forward on data: what stood before it stands after it, and still applies."""

import importlib.util
import json
import sqlite3
from datetime import date
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from alembic import command
from flask import Flask

from server.app import create_app
from server.foundation import migrate
from server.foundation.db import db, session, tenant_context
from server.foundation.ids import TenantId, new_id
from server.indicators import library, matching
from server.indicators.floor.scopes import box_of, floor_scope
from server.indicators.models import VersionState
from server.sync_api.feed import sequence
from server.sync_api.models import Feed
from tests.conftest import settings_for

BEFORE = "20261128_phones"


def rows() -> tuple[dict[str, Any], list[tuple[str, dict[str, Any]]]]:
    """One plant as the release before kept it: a worker with a set, and an evaluation on its form."""
    one = {name: new_id() for name in ("tenant", "indicator", "version", "account", "person", "department", "job")}
    one |= {name: new_id() for name in ("assignment", "cycle", "form", "evaluation")}
    one["person"] = one["account"]
    key = {name: value.hex for name, value in one.items()}
    zh_en = {"name_zh": "x", "name_en": "x"}
    at = "2026-11-01 08:00:00.000000"
    line = json.dumps([{"key": 1, "code": "OUT"}])
    return one, [
        ("tenant", {"id": key["tenant"], "code": "x", "time_zone": "UTC", "epoch": "e"} | zh_en),
        ("account", {"id": key["account"], "employee_no": "1", "created_at": at, "state": "active"}),
        ("person", {"id": key["person"], "employee_no": "1"} | zh_en),
        ("department", {"id": key["department"], "code": "W"} | zh_en),
        ("job", {"id": key["job"], "code": "OPR", "category": "operator"} | zh_en),
        ("assignment", {"id": key["assignment"], "person_id": key["person"], "department_id": key["department"],
                        "job_id": key["job"], "level": "1", "valid_from": "2024-01-01"}),
        ("indicator", {"id": key["indicator"], "code": "OUT"}),
        ("indicator_version", {"id": key["version"], "indicator_id": key["indicator"], "number": 1, "short_zh": "x",
                               "short_en": "x", "unit": "%", "direction": "higher", "source": "MES",
                               "frequency": "weekly", "state": "approved"} | zh_en),
        ("indicator_set_line", {"category": "operator", "position": 1, "indicator_version_id": key["version"], "weight": 100}),
        ("cycle", {"id": key["cycle"], "period_from": "2026-11-01", "period_to": "2026-11-30", "deadline_at": at,
                   "state": "open", "created_at": at} | zh_en),
        ("form", {"id": key["form"], "cycle_id": key["cycle"], "job_id": key["job"], "job_zh": "x", "job_en": "x", "lines": line}),
        ("evaluation", {"id": key["evaluation"], "cycle_id": key["cycle"], "form_id": key["form"],
                        "employee_id": key["person"], "rater_id": key["person"], "department_id": key["department"],
                        "level": "1", "run_order": 1, "values": "[]", "rules": "[]", "lasts": "[]", "state": "open",
                        "status_device_time": 0, "chip_versions": "{}"}),
    ]  # fmt: skip


def test_sets_versions_and_forms_of_before_are_there_after(tmp_path: Path) -> None:
    app = create_app(settings_for(f"sqlite:///{tmp_path / 'gemba.db'}"))
    one, before = rows()
    with app.app_context():
        with db.engine.connect() as bare:
            connection = bare.execution_options(begin="IMMEDIATE")
            with connection.begin():
                command.upgrade(migrate._config(connection), BEFORE)
        db.engine.dispose()
        held = sqlite3.connect(tmp_path / "gemba.db")
        for table, values in before:
            known = {row[1] for row in held.execute(f"PRAGMA table_info({table})")}
            values |= {"tenant_id": one["tenant"].hex} if "tenant_id" in known else {}
            values = {name: value for name, value in values.items() if name in known}
            names = ", ".join(f'"{name}"' for name in values)
            held.execute(
                f"INSERT INTO {table} ({names}) VALUES ({', '.join('?' * len(values))})", list(values.values())
            )
        held.commit()
        held.close()
        migrate.upgrade(db.engine)
        with db.engine.connect() as bare:
            assert bare.exec_driver_sql("PRAGMA foreign_key_check").all() == []
            assert bare.exec_driver_sql("SELECT lines FROM form").scalar_one() == before[10][1]["lines"]
            assert "uq_form" not in str(bare.exec_driver_sql("SELECT sql FROM sqlite_master").all())
            told = bare.exec_driver_sql("SELECT scope, kind, seq FROM feed").all()
            assert [tuple(row) for row in told] == [(floor_scope(one["person"]), "floor", 1)]
            assert bare.exec_driver_sql("SELECT n FROM tenant_seq").scalar_one() == 1
        with tenant_context(TenantId(one["tenant"])):
            (line,) = matching.set_of(one["person"], date(2026, 11, 24))
            assert (line.indicator_version_id, line.weight) == (one["version"], 100)
            version = library.version(one["version"])
            assert version is not None
            assert (version.state, version.revision, version.reason, version.approved_at) == (
                VersionState.APPROVED,
                1,
                "",
                None,
            )
        db.session.remove()
        db.engine.dispose()


def test_everybody_is_told_on_either_database(app: Flask, cast: Any) -> None:
    """On PostgreSQL row-level security hides a plant's people from whoever does not say which plant is meant."""
    spec = importlib.util.spec_from_file_location("floor", Path("migrations/versions/20261129_floor.py"))
    assert spec is not None
    assert spec.loader is not None
    migration = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(migration)
    with app.app_context(), tenant_context(cast.tenant_id):
        session().close()
        scope = floor_scope(cast.worker.id)
        held = sequence()
        session().execute(sa.delete(Feed).where(Feed.kind == "floor"))
        session().commit()
        with db.engine.begin() as connection:
            migration._tell_of(connection, cast.tenant_id)
        session().close()
        row = session().execute(sa.select(Feed).where(Feed.scope == scope)).scalar_one()
        assert row.record_id == box_of(cast.worker.id)
        count = session().execute(sa.select(sa.func.count()).where(Feed.kind == "floor")).scalar_one()
        assert (count, sequence()) == (8, held + 8)
        assert held < row.seq <= held + 8
        db.session.remove()
