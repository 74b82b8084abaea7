"""What a key may ask for: every request counts, and answers are kept for a while."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from server.foundation.clock import TestClock
from server.foundation.db import db, session, tenant_context
from server.values import batches, keys
from server.values.models import ValueBatch
from server.values.pace import Pace
from tests.server.values.test_doors import HTTPS, ROW, WANTED, System
from tests.server.values.test_doors import admin as admin
from tests.server.values.test_doors import mes as mes


def test_a_batch_that_was_answered_or_means_nothing_counts_too(
    mes: System, monkeypatch: pytest.MonkeyPatch, clock: TestClock
) -> None:
    monkeypatch.setattr(keys, "PACE", Pace(3))
    assert [mes.send(ROW, batch="the-same-one").status_code for _ in range(2)] == [200, 200]
    assert mes.send(batch="without-rows").status_code == 422
    hurried = mes.send(ROW, batch="the-same-one")
    assert (hurried.status_code, hurried.headers["Retry-After"]) == (429, "60")
    clock.move(timedelta(seconds=61))
    assert mes.send(ROW, batch="the-same-one").status_code == 200


def test_answers_are_kept_for_a_week_and_no_more_than_so_many(
    app: Flask, cast: Any, admin: Any, client_for: Any, mes: System, monkeypatch: pytest.MonkeyPatch, clock: TestClock
) -> None:
    def kept() -> list[str]:
        with app.app_context(), tenant_context(cast.tenant_id):
            try:
                return sorted(session().execute(sa.select(ValueBatch.key)).scalars())
            finally:
                db.session.remove()

    other = System(app, admin.post("/api/values/keys", json=WANTED, **HTTPS).get_json()["key"])
    monkeypatch.setattr(batches, "ANSWERS_AT_MOST", 2)
    for n in range(4):
        clock.move(timedelta(seconds=1))
        mes.send(ROW, batch=f"number-{n}")
    assert kept() == ["number-2", "number-3"]
    clock.move(timedelta(days=8))
    other.send(ROW, batch="of-the-other")
    assert kept() == ["of-the-other"], "not only by the same key's next batch"
    admin = client_for(cast.admin)
    for one in admin.get("/api/values/keys", **HTTPS).get_json():
        admin.delete(f"/api/values/keys/{one['id']}", **HTTPS)
    assert kept() == []
