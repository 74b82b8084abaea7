"""A million measured values in, beside a bare load of the same rows: `make bench-import`.

api     batches of 5,000 as another system sends them, each a unit of work of its own, so that phones get in between:
        JSON read, rows understood, people and indicators found, met with what stands, doubted, copies looked for,
        written, evaluations told, answer kept
file    one import, all or nothing: what is planned is taken in by the same rule and what was is kept for its undo.
        Of as many rows as one upload of 10 MB holds at most. What is timed is the transaction, which phones wait for
        on SQLite; reading and planning come before it
bare    COPY (PostgreSQL) or executemany in one transaction (SQLite) of finished rows into a table of the same shape:
        same columns, primary key, foreign keys and index; no row-level security, which COPY refuses

One ratio per database and way, all loads in one run, on a database of its own. Rows are made before the clock starts.

    python -m bench.values                    1,000,000 rows, both databases
    python -m bench.values 100000 sqlite      fewer, one database
"""

import gc
import random
import resource
import shutil
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

import orjson

from server.app import create_app
from server.foundation import migrate
from server.foundation.body import load_json
from server.foundation.db import current_tenant, db, session, tenant_context, unit_of_work
from server.foundation.ids import TenantId, new_id
from server.foundation.settings import Settings
from server.identity import service as identity
from server.imports import applying, planning, service
from server.imports import queries as imports
from server.imports.foreseeing import foreseeing
from server.imports.plan import Options
from server.imports.records import Kind, Period, Place, Record
from server.indicators import service as indicators
from server.people import service as people
from server.values import batches, sources
from server.values.keys import Caller
from server.values.models import ROWS_MAX, ApiKey
from server.values.queries import measured, numbers
from server.values.rows import Given, label_of
from tests.conftest import DATABASE, Cluster

COUNT = 1_000_000
FILE_COUNT = 200_000
"""10 MB at some 50 bytes a row."""
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
            connection.exec_driver_sql(
                "CREATE INDEX bare_index ON bare_value (tenant_id, indicator_id, period_from, value)"
            )
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


def load_by_api(given: Sequence[Given], key: Caller) -> tuple[float, float]:
    """Seconds of all batches, and of the longest one: so long a phone may have waited on SQLite."""
    bodies = [
        orjson.dumps({"rows": [_sent(row) for row in given[start : start + ROWS_MAX]]})
        for start in range(0, len(given), ROWS_MAX)
    ]
    began, longest = time.perf_counter(), 0.0
    for number, body in enumerate(bodies):
        at = AT + timedelta(seconds=2 * number)  # no faster than the door allows
        entered = time.perf_counter()
        asked = load_json(body)["rows"]
        answer = unit_of_work(partial(batches.receive, asked, body, f"bench-{number:06}", key, now=at))
        longest = max(longest, time.perf_counter() - entered)
        assert answer["counts"]["new"] == len(asked), answer["counts"]
        orjson.dumps(answer)
    return time.perf_counter() - began, longest


def _sent(row: Given) -> dict[str, Any]:
    names = ("employee_no", "indicator", "period_from", "period_to", "value")
    return {name: getattr(row, name) for name in names}


def a_key() -> Caller:
    """A key of the source."""
    at = {"made_at": AT, "expires_at": AT + timedelta(days=90), "last_used_at": None, "revoked_at": None}

    def make() -> Caller:
        source = sources.locked("MES")
        somebody = next(iter(numbers().values()))
        made = ApiKey(
            id=new_id(),
            name="b",
            hash="0" * 64,
            hint="bbbb",
            source_id=source.id,
            indicators=[],
            made_by_id=somebody,
            **at,
        )
        session().add(made)
        return Caller(made.id, source.code, ())

    return unit_of_work(make)


def load_by_file(given: Sequence[Given]) -> float:
    """Seconds of the transaction that applies an import of these rows."""
    records = [
        Record(
            Kind.VALUES,
            Place("values.csv", row=row.place + 2),
            {
                "employee_no": row.employee_no,
                "indicator": row.indicator,
                "period": Period(f"{row.period_from}..{row.period_to}", row.period_from, row.period_to),
                "value": Decimal(str(row.value)),
            },
        )
        for row in given
    ]
    held = imports.stock(records, AT)
    plan = planning.plan(records, (), held, Options(AT.date()), new_id, foresee=foreseeing(AT))
    assert not plan.errors, plan.findings[:3]
    session().rollback()
    session().close()
    job_id = unit_of_work(lambda: service.create([("values.csv", b"x")], since=None, complete=False, by=None).id)
    session().close()
    began = time.perf_counter()
    unit_of_work(lambda: applying.apply(job_id, plan, None, keep_former=True, now=AT, step=lambda _count: None))
    return time.perf_counter() - began


class Measured(NamedTuple):
    """Seconds of one way, rows of it, and the longest that the writer was held."""

    way: str
    count: int
    ours: float
    bare: float
    longest: float


def measure(kind: str, count: int) -> Iterator[Measured]:
    """Both ways on one kind of database."""
    for way in ("api", "file"):
        some = count if way == "api" else min(count, FILE_COUNT)
        staff = -(-some // (INDICATORS * WEEKS))
        with database(kind) as url:
            app = create_app(Settings(database_url=url, secret=SECRET, log_level="ERROR"))
            with app.app_context():
                migrate.upgrade(db.engine)
                with tenant_context(plant(staff)):
                    given = rows(some, staff)
                    finished = bare_rows(given, current_tenant(), kind == "sqlite")
                    gc.collect()
                    bare = load_bare(finished)
                    del finished
                    if way == "api":
                        ours, longest = load_by_api(given, a_key())
                    else:
                        ours = longest = load_by_file(given)
                db.session.remove()
                db.engine.dispose()
        yield Measured(way, some, ours, bare, longest)


def main(arguments: Sequence[str]) -> int:
    """Print one line per database and way; 1 when the goal is missed."""
    count = next((int(one) for one in arguments if one.isdigit()), COUNT)
    kinds = [one for one in arguments if not one.isdigit()] or ["sqlite", "postgresql"]
    print(f"goal: at least {GOAL} of the bare load's speed")
    print(
        f"{'database':<12}{'way':<6}{'values':>10}{'ours s':>9}{'rows/s':>9}{'bare s':>9}{'rows/s':>9}{'held s':>8}{'ratio':>7}"
    )
    missed = False
    for kind in kinds:
        for one in measure(kind, count):
            ratio = one.bare / one.ours
            missed |= ratio < GOAL
            print(
                f"{kind:<12}{one.way:<6}{one.count:>10,}{one.ours:>9.1f}{one.count / one.ours:>9,.0f}{one.bare:>9.1f}"
                f"{one.count / one.bare:>9,.0f}{one.longest:>8.2f}{ratio:>7.2f}",
                flush=True,
            )
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"at most {peak:,.0f} MB of memory, the rows of the run among it")
    return int(missed)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
