"""A million measured values in, beside a bare load of the same rows: `make bench-import`.

ours    `take_in`: rows understood, people and indicators found, met with what stands, doubted, written, evaluations told
bare    COPY (PostgreSQL) or executemany in one transaction (SQLite) of finished rows into a table of the same shape:
        same columns, primary key, foreign keys and index; no row-level security, which COPY refuses

One ratio per database, both loads in one run, on a database of its own. Rows are made before the clock starts.

    python -m bench.values                    1,000,000 rows, both databases
    python -m bench.values 100000 sqlite      fewer, one database
"""

import gc
import random
import shutil
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from server.app import create_app
from server.foundation import migrate
from server.foundation.db import db, session, tenant_context, unit_of_work
from server.foundation.ids import TenantId, new_id
from server.foundation.settings import Settings
from server.identity import service as identity
from server.indicators import service as indicators
from server.people import service as people
from server.values.queries import measured, numbers
from server.values.rows import Given, label_of
from server.values.taking import take_in
from tests.conftest import DATABASE, Cluster

COUNT = 1_000_000
INDICATORS = 10
WEEKS = 100
GOAL = 0.3
AT = datetime(2026, 11, 29, 8, tzinfo=UTC)
SECRET = "bench-values-only-kT7wq-Zp41xLr9_vBn3eYd82sHc6"
COLUMNS = (
    "tenant_id",
    "person_id",
    "indicator_id",
    "period_from",
    "period_to",
    "label",
    "value",
    "source",
    "received_at",
    "version",
)


@contextmanager
def database(kind: str) -> Iterator[str]:
    """The URL of an empty database of this kind."""
    if kind == "sqlite":
        folder = Path(tempfile.mkdtemp(prefix="gemba-bench-"))
        try:
            yield f"sqlite:///{folder}/gemba.db"
        finally:
            shutil.rmtree(folder, ignore_errors=True)
        return
    cluster = Cluster()
    try:
        yield cluster.url(DATABASE)
    finally:
        cluster.stop()


def plant(staff: int) -> TenantId:
    """A plant with so many people and ten measured indicators."""
    tenant_id = TenantId(new_id())

    def found() -> None:
        identity.create_tenant(code="bench", name_zh="b", name_en="b", time_zone="Asia/Shanghai", tenant_id=tenant_id)
        for number in range(INDICATORS):
            name = f"指标 {number}"
            indicators.add_indicator(
                f"IND-{number}",
                indicators.Wording(
                    name_zh=name,
                    name_en=name,
                    short_zh=name,
                    short_en=name,
                    unit="%",
                    source="MES",
                    frequency="weekly",
                    target=Decimal(100),
                    threshold=Decimal(90),
                    bands=[90, 95, 100, 105],
                ),
            )
        for number in range(staff):
            people.hire(f"P{number:06}", "某人", "Somebody", now=AT)

    with tenant_context(tenant_id):
        unit_of_work(found)
    return tenant_id


def rows(count: int, staff: int) -> list[Given]:
    """Values as a file or another system would give them, person by person."""
    chance = random.Random(20261129)
    monday = date(2024, 12, 30)
    weeks = [(monday + timedelta(weeks=n), monday + timedelta(weeks=n, days=6)) for n in range(WEEKS)]
    made = (
        (f"P{person:06}", f"IND-{number}", first, last)
        for person in range(staff)
        for number in range(INDICATORS)
        for first, last in weeks
    )
    return [Given(place, *one, round(chance.gauss(97, 4), 2)) for place, one in zip(range(count), made, strict=False)]


def bare_rows(given: Sequence[Given], tenant_id: TenantId, plain: bool) -> list[tuple[Any, ...]]:
    """The same rows, finished: ids instead of numbers, and on SQLite the texts that it keeps."""
    staff, library = numbers(), measured()
    session().close()
    as_id = (lambda one: one.hex) if plain else (lambda one: one)
    as_day = (lambda one: one.isoformat()) if plain else (lambda one: one)
    at = AT.strftime("%Y-%m-%d %H:%M:%S.%f") if plain else AT
    return [
        (
            as_id(tenant_id),
            as_id(staff[one.employee_no]),
            as_id(library[one.indicator].id),
            as_day(one.period_from),
            as_day(one.period_to),
            label_of(one.period_from, one.period_to),
            one.value,
            "MES",
            at,
            1,
        )
        for one in given
    ]


def load_bare(finished: Sequence[tuple[Any, ...]]) -> float:
    """Seconds of the bare load, commit included."""
    engine = db.engine
    names = ", ".join(COLUMNS)
    if engine.dialect.name == "sqlite":
        with engine.connect() as connection:
            script = connection.exec_driver_sql(
                "SELECT sql FROM sqlite_master WHERE name = 'measured_value'"
            ).scalar_one()
            connection.exec_driver_sql(script.replace("measured_value", "bare_value"))
            connection.exec_driver_sql("CREATE INDEX bare_index ON bare_value (tenant_id, indicator_id, period_from)")
            connection.commit()
        raw = engine.raw_connection()
        driver: Any = raw.driver_connection
        began = time.perf_counter()
        driver.execute("BEGIN IMMEDIATE")
        driver.executemany(f"INSERT INTO bare_value ({names}) VALUES ({', '.join('?' * len(COLUMNS))})", finished)
        driver.execute("COMMIT")
        took = time.perf_counter() - began
        raw.close()
        return took
    raw = engine.raw_connection()
    driver = raw.driver_connection
    driver.execute("SET statement_timeout = 0")
    driver.execute("CREATE TABLE bare_value (LIKE measured_value INCLUDING ALL)")
    for number, (table, column) in enumerate((("person", "person_id"), ("indicator", "indicator_id"))):
        driver.execute(
            f"ALTER TABLE bare_value ADD CONSTRAINT bare_fk_{number} FOREIGN KEY (tenant_id, {column})"
            f" REFERENCES {table} (tenant_id, id)"
        )
    driver.execute("ALTER TABLE bare_value ADD CONSTRAINT bare_fk_t FOREIGN KEY (tenant_id) REFERENCES tenant (id)")
    driver.commit()
    began = time.perf_counter()
    with driver.cursor().copy(f"COPY bare_value ({names}) FROM STDIN") as copy:
        for row in finished:
            copy.write_row(row)
    driver.commit()
    took = time.perf_counter() - began
    driver.execute("RESET statement_timeout")
    driver.commit()
    raw.close()
    return took


def load_ours(given: Sequence[Given]) -> float:
    """Seconds of taking the rows in, commit included."""
    began = time.perf_counter()
    taken = unit_of_work(lambda: take_in(given, "MES", AT))
    took = time.perf_counter() - began
    assert sum(taken.counts.values()) == len(given) == taken.counts["new"], taken.counts
    return took


def measure(kind: str, count: int) -> tuple[float, float]:
    """Seconds ours and bare."""
    staff = -(-count // (INDICATORS * WEEKS))
    with database(kind) as url:
        app = create_app(Settings(database_url=url, secret=SECRET, log_level="ERROR"))
        with app.app_context():
            migrate.upgrade(db.engine)
            tenant_id = plant(staff)
            with tenant_context(tenant_id):
                given = rows(count, staff)
                finished = bare_rows(given, tenant_id, kind == "sqlite")
                gc.collect()
                bare = load_bare(finished)
                del finished
                ours = load_ours(given)
            db.session.remove()
            db.engine.dispose()
    return ours, bare


def main(arguments: Sequence[str]) -> int:
    """Print one line per database; 1 when the goal is missed."""
    count = next((int(one) for one in arguments if one.isdigit()), COUNT)
    kinds = [one for one in arguments if not one.isdigit()] or ["sqlite", "postgresql"]
    print(f"{count:,} values in one transaction; goal: at least {GOAL} of the bare load's speed")
    print(f"{'database':<12}{'ours s':>10}{'rows/s':>12}{'bare s':>10}{'rows/s':>12}{'ratio':>8}")
    missed = False
    for kind in kinds:
        ours, bare = measure(kind, count)
        ratio = bare / ours
        missed |= ratio < GOAL
        print(
            f"{kind:<12}{ours:>10.1f}{count / ours:>12,.0f}{bare:>10.1f}{count / bare:>12,.0f}{ratio:>8.2f}", flush=True
        )
    return int(missed)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
