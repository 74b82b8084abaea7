"""Faults of the database: restarted, away, busy, full, read-only."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import psycopg
import pytest

from tests.faults.scenario import scenario
from tests.faults.world import World


@scenario(3, databases=("postgresql",), bug="errors_unnamed", seeds=3, short=("postgresql",), gentle=True)
def restarted_under_load(run: World) -> None:
    """pg_ctl restart, fast and immediate."""
    with run.acting():
        for how in ("fast", "immediate") if run.short else run.chance.choices(("fast", "immediate"), k=6):
            run.acknowledged(run.chance.randint(2, 15))
            run.cluster.restart(how)
            run.hurt()
            run.acknowledged(6)


@scenario(4, databases=("postgresql",), bug="errors_unnamed")
def away_for_a_while(run: World) -> None:
    """No database at all: alive, not ready, 503, and back by itself."""
    with run.acting():
        run.cluster.halt("immediate")
        try:
            run.attempted(40)
            assert run.server.ask("/healthz") == 200
            assert run.server.ask("/readyz") == 503
        finally:
            run.cluster.resume()
        run.hurt()
        run.acknowledged(10)


@scenario(4, databases=("postgresql",), bug="errors_unnamed")
def no_connection_left(run: World) -> None:
    """Somebody else holds every connection that the database gives out."""
    held: list[psycopg.Connection] = []
    with run.acting():
        try:
            before = run.statuses[503]
            for _ in range(50):  # whoever is thrown out comes back as fast as it can
                _throw_out_all_but(run, held)
                with suppress(psycopg.OperationalError):
                    while True:
                        where = f"host={run.cluster.folder} dbname={run.server.database} user=gemba"
                        held.append(psycopg.connect(where))
                run.attempted(6)
                if run.statuses[503] > before + 5:
                    break
            assert len(held) > 40, "the database gave out what it has"
            assert run.statuses[503] > before + 5, "and phones were told to come again"
        finally:
            for one in held:
                one.close()
        run.hurt()
        run.acknowledged(10)


def _throw_out_all_but(run: World, held: list[psycopg.Connection]) -> None:
    ours = ", ".join(str(one.info.backend_pid) for one in held) or "0"
    run.cluster.execute(
        f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'gemba' AND pid NOT IN ({ours})"
    )


@scenario(5, bug="no_retry", seeds=2, short=("postgresql",), gentle=True)
def busy_deadlock_serialization(run: World) -> None:
    """The database's own words at every point of a transaction, each several times in a row."""
    ordered = 0
    with run.acting():
        for what in ("busy", "deadlock", "serialization"):
            for point in ("judged", "merged", "mid_batch", "id_inserted", "counter_taken", "before_commit"):
                run.server.order(point, run.chance.randint(1, 3), what)
                ordered += 1
                run.until(f"{what} at {point}", lambda: run.server.happened)
    # Not by the status: a busy machine turns people away at its door, for a reason of its own. One that meets a
    # statement outside of a unit of work is told; never one for each error.
    assert run.server.escaped < ordered / 2, "one such error is tried again, and nobody hears of it"


@scenario(5, bug="no_retry")
def a_rival_holds_the_lock(run: World) -> None:
    """Somebody else's transaction stands in the way for longer than the server waits."""
    with run.acting():
        for _ in range(2):
            with rival(run):
                before = run.statuses[503]
                run.until("asked to come again", lambda before=before: run.statuses[503] > before)  # type: ignore[misc]
            run.hurt()
            run.acknowledged(6)


@contextmanager
def rival(run: World) -> Iterator[None]:
    """Hold what every push needs: the file's write lock, or the plant's counter."""
    if run.server.kind == "sqlite":
        held = sqlite3.connect(run.server.folder / "gemba.db", isolation_level=None, timeout=30)
        held.execute("BEGIN IMMEDIATE")
        try:
            yield
        finally:
            held.execute("ROLLBACK")
            held.close()
    else:
        with psycopg.connect(run.server.judges_url.replace("+psycopg", "")) as connection:
            connection.execute("SELECT n FROM tenant_seq FOR UPDATE")
            yield


@scenario(6, databases=("sqlite",), bug="errors_unnamed", short=("sqlite",), gentle=True)
def disk_full(run: World) -> None:
    """No page more for the file; what is there can be read; and with room it goes on, in the same process."""
    with run.acting():
        workers = run.server.workers()
        for _ in range(2):
            run.server.switch("full")
            before = run.statuses[503]
            run.until("told to come again", lambda before=before: run.statuses[503] > before + 5)  # type: ignore[misc]
            assert run.server.ask("/healthz") == 200
            run.server.switch("full", None)
            run.hurt()
            run.acknowledged(10)
    assert set(workers) <= set(run.server.workers()), "the same processes"


@scenario(7, databases=("postgresql",), bug="errors_unnamed")
def disk_full_postgresql(run: World) -> None:
    """The disk under the tables has no page more; with room again it goes on, without a hand."""
    if not run.cluster.small_disk():
        pytest.skip("needs the right to mount a disk of its own")
    with run.server.stopped():
        run.cluster.move_to_small_disk(run.server.database)
    with run.acting():
        for _ in range(2):
            run.cluster.fill_disk()
            before = run.statuses[503]
            run.until("told to come again", lambda before=before: run.statuses[503] > before + 5)  # type: ignore[misc]
            assert run.server.ask("/healthz") == 200
            run.cluster.free_disk()
            run.hurt()
            run.acknowledged(10)


@scenario(8, bug="errors_unnamed")
def read_only(run: World) -> None:
    """The database takes no write: a folder gone read-only, or a stand-by that was not promoted."""
    with run.acting():
        if run.server.kind == "sqlite":
            run.server.switch("readonly")
        else:
            run.cluster.execute("ALTER ROLE gemba SET default_transaction_read_only = on")
            run.cluster.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'gemba'")
        try:
            before = run.statuses[503]
            run.until("told to come again", lambda: run.statuses[503] > before + 5)
            assert run.server.ask("/healthz") == 200
            # A connection that was told to end may be used once more until its process has heard of it.
            run.until("not ready", lambda: run.server.ask("/readyz") == 503)
        finally:
            if run.server.kind == "sqlite":
                run.server.switch("readonly", None)
            else:
                run.cluster.execute("ALTER ROLE gemba RESET default_transaction_read_only")
                run.cluster.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'gemba'")
        run.hurt()
        run.acknowledged(10)
