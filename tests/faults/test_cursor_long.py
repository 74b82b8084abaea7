"""Who asks for "greater than my cursor" misses nothing, while processes and threads write as fast as they can."""

import os
import subprocess
from pathlib import Path
from uuid import UUID

import pytest
import sqlalchemy as sa

from server.app import create_app
from server.foundation.db import db, session, tenant_context
from server.foundation.ids import TenantId
from server.identity import queries
from server.sync_api import feed
from server.sync_api.models import Feed
from tests.conftest import settings_for
from tests.e2e.house import ROOT
from tests.faults.writer import SCOPE

MODE = os.environ.get("GEMBA_FAULTS", "")
WRITERS, ROWS = 8, 5
PROCESSES = 4 if MODE else 2
"""Fewer in `make test`: what costs there is to start them."""
SHORT, LONG = 15, 2500
"""Units of each writer."""


def race(url: str, units: int, bug: str = "") -> tuple[int, list[int]]:
    """Eight write; what a reader who asked all the while got, and where its cursor began."""
    app = create_app(settings_for(url))
    seen: list[int] = []
    with app.app_context():
        (plant,) = queries.tenants()
        tenant = TenantId(UUID(str(plant.id)))
        session().close()
        with tenant_context(tenant):
            cursor = start = feed.sequence()
            db.session.remove()
            how = [*map(str, (WRITERS // PROCESSES, units, ROWS)), *([bug] if bug else [])]
            command = ["python", "-m", "tests.faults.writer", url, str(tenant)]
            writers = [subprocess.Popen([*command, str(seed), *how], cwd=ROOT) for seed in range(PROCESSES)]
            try:
                last = False
                while not last:
                    last = all(one.poll() is not None for one in writers)
                    seq = feed.sequence()
                    query = sa.select(Feed.seq).where(Feed.scope == SCOPE, Feed.seq > cursor, Feed.seq <= seq)
                    seen.extend(session().execute(query.order_by(Feed.seq)).scalars())
                    cursor = seq
                    db.session.remove()
            finally:
                for one in writers:
                    one.kill()
                    one.wait()
        db.engine.dispose()
    assert [one.returncode for one in writers] == [0] * PROCESSES
    return start, seen


@pytest.fixture
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """A database with the demo plant, of the kind that the test is asked for."""
    if request.param == "sqlite":
        (tmp_path / "gemba.db").write_bytes(request.getfixturevalue("demo_file").read_bytes())
        return f"sqlite:///{tmp_path}/gemba.db"
    cluster = request.getfixturevalue("postgres")
    return str(cluster.url(cluster.copy()))


@pytest.mark.skipif(MODE == "selftest", reason="no bug is planted here")
@pytest.mark.serial
@pytest.mark.xdist_group("faults")
@pytest.mark.parametrize("url", ["sqlite", "postgresql"], indirect=True)
def test_no_row_is_missed_by_a_reader_while_eight_write(url: str) -> None:
    units = LONG if MODE else SHORT
    start, seen = race(url, units)
    total = WRITERS * units * ROWS
    print(f"{url.partition(':')[0]}: {total} rows, {total - len(set(seen))} missed")
    assert len(seen) == len(set(seen)) == total
    assert seen == list(range(start + 1, start + 1 + total)), "dense and in order"


@pytest.mark.skipif(MODE != "selftest", reason="make faults-selftest")
@pytest.mark.parametrize("url", ["sqlite", "postgresql"], indirect=True)
def test_numbers_that_are_visible_before_their_rows_are_noticed(url: str) -> None:
    _, seen = race(url, SHORT, bug="early")
    total = WRITERS * SHORT * ROWS
    print(f"{url.partition(':')[0]}: {total} rows, {total - len(set(seen))} missed, as they should be")
    assert len(set(seen)) < total
