"""Who asks for "greater than my cursor" misses nothing, while processes and threads write as fast as they can."""

import os
import subprocess
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

LONG = bool(os.environ.get("GEMBA_FAULTS", ""))
PROCESSES, THREADS, ROWS = 4, 2, 5
UNITS = 2500 if LONG else 15


@pytest.mark.skipif(os.environ.get("GEMBA_FAULTS", "") == "selftest", reason="no bug is planted here")
@pytest.mark.serial
@pytest.mark.xdist_group("faults")
@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_no_row_is_missed_by_a_reader_while_eight_write(kind, request, tmp_path):
    if kind == "sqlite":
        source = request.getfixturevalue("demo_file")
        (tmp_path / "gemba.db").write_bytes(source.read_bytes())
        url = f"sqlite:///{tmp_path}/gemba.db"
    else:
        cluster = request.getfixturevalue("postgres")
        url = cluster.url(cluster.copy())
    app = create_app(settings_for(url))
    seen: list[int] = []
    with app.app_context():
        (plant,) = queries.tenants()
        tenant = TenantId(UUID(str(plant.id)))
        session().close()
        with tenant_context(tenant):
            cursor = feed.sequence()
            db.session.remove()
            start = cursor
            writers = [
                subprocess.Popen(
                    [
                        "python",
                        "-m",
                        "tests.faults.writer",
                        url,
                        str(tenant),
                        str(seed),
                        *map(str, (THREADS, UNITS, ROWS)),
                    ],
                    cwd=ROOT,
                )
                for seed in range(PROCESSES)
            ]
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
    total = PROCESSES * THREADS * UNITS * ROWS
    print(f"{kind}: {total} rows, {total - len(set(seen))} missed")
    assert len(seen) == len(set(seen)) == total
    assert seen == list(range(start + 1, start + 1 + total)), "dense and in order"
