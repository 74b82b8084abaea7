"""The way of many values into the table: staged, met with what stands there, and written by one statement each.

On PostgreSQL rows are copied into a table of this transaction: COPY refuses a table with row-level security, and the
INSERT that follows is held to it. On SQLite the same statements run on a temporary table of the connection.
"""

from collections.abc import Iterator, Sequence
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

import sqlalchemy as sa

from server.foundation.db import UtcDateTime, current_tenant, session
from server.foundation.telling import driver_errors, tell_first

Staged = tuple[int, UUID, UUID, date, date, str, float]
"""place, person, indicator, first and last day, label, value."""
_COLUMNS: Final = "place, person_id, indicator_id, period_from, period_to, label, value"
_MAKE: Final = {
    "postgresql": (
        "CREATE TEMP TABLE IF NOT EXISTS value_stage (place int, person_id uuid, indicator_id uuid, period_from date,"
        " period_to date, label varchar(20), value numeric(14, 4)) ON COMMIT DROP"
    ),
    "sqlite": (
        "CREATE TEMP TABLE IF NOT EXISTS value_stage (place INTEGER, person_id CHAR(32), indicator_id CHAR(32),"
        " period_from DATE, period_to DATE, label VARCHAR(20), value NUMERIC(14, 4))"
    ),
}
_AHEAD: Final = (
    "CREATE TEMP TABLE IF NOT EXISTS value_ahead ON COMMIT DROP AS SELECT * FROM value_stage WHERE false",
    "CREATE TEMP TABLE IF NOT EXISTS value_ahead AS SELECT * FROM value_stage WHERE 0",
)
_KEY: Final = "m.person_id = s.person_id AND m.indicator_id = s.indicator_id AND m.period_from = s.period_from"
_STANDING: Final = sa.text(
    "SELECT s.place, m.value, m.period_to, m.version FROM value_stage s"
    f" JOIN measured_value m ON m.tenant_id = :tenant AND {_KEY}"
).columns(place=sa.Integer, value=sa.Numeric(14, 4), period_to=sa.Date, version=sa.Integer)
_NEW: Final = sa.text(
    "INSERT INTO measured_value (tenant_id, person_id, indicator_id, period_from, period_to, label, value, source,"
    " received_at, version) SELECT :tenant, person_id, indicator_id, period_from, period_to, label, value, :source,"
    " :at, 1 FROM value_stage"
)
_CHANGED: Final = sa.text(
    "INSERT INTO measured_value (tenant_id, person_id, indicator_id, period_from, period_to, label, value, source,"
    " received_at, version) SELECT :tenant, person_id, indicator_id, period_from, period_to, label, value, :source,"
    " :at, 1 FROM value_stage WHERE true ON CONFLICT (tenant_id, person_id, indicator_id, period_from) DO UPDATE SET"
    " period_to = excluded.period_to, label = excluded.label, value = excluded.value, source = excluded.source,"
    " received_at = excluded.received_at, version = measured_value.version + 1"
)
# The stage leads, so that each row finds its doubts by their key: CROSS JOIN says so to SQLite.
_SETTLED: Final = sa.text(
    "UPDATE value_flag SET settled_at = :at WHERE tenant_id = :tenant AND id IN (SELECT f.id FROM value_stage s"
    " CROSS JOIN value_flag f WHERE f.tenant_id = :tenant AND f.person_id = s.person_id"
    " AND f.indicator_id = s.indicator_id AND f.period_from = s.period_from AND f.settled_at IS NULL"
    " AND f.kind <> 'submitted')"
)
_TYPED: Final = (
    sa.bindparam("tenant", type_=sa.Uuid()),
    sa.bindparam("at", type_=UtcDateTime()),
    sa.bindparam("source", type_=sa.String()),
)


def begin() -> None:
    """Make the stage, empty."""
    connection = session().connection()
    connection.exec_driver_sql(_MAKE[connection.dialect.name])
    connection.exec_driver_sql("DELETE FROM value_stage")


def begin_ahead() -> None:
    """Make the place, empty, where rows lie that would stand if they were taken in."""
    connection = session().connection()
    connection.exec_driver_sql(_AHEAD[connection.dialect.name == "sqlite"])
    connection.exec_driver_sql("DELETE FROM value_ahead")


def lay_ahead() -> None:
    """Lay what is on the stage there too."""
    session().connection().exec_driver_sql("INSERT INTO value_ahead SELECT * FROM value_stage")


def put(rows: Sequence[Staged]) -> None:
    """Lay these rows on the stage instead of what lay there."""
    connection = session().connection()
    driver: Any = connection.connection.driver_connection
    if connection.dialect.name == "sqlite":
        driver.execute("DELETE FROM value_stage")
        driver.executemany(f"INSERT INTO value_stage ({_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?)", _plain(rows))
        return
    with driver_errors(connection):
        tell_first(connection)
        driver.execute("TRUNCATE value_stage")
        with driver.cursor().copy(f"COPY value_stage ({_COLUMNS}) FROM STDIN") as copy:
            for row in rows:
                copy.write_row(row)


def _plain(rows: Sequence[Staged]) -> Iterator[tuple[Any, ...]]:
    known: dict[UUID, str] = {}
    days: dict[date, str] = {}
    for place, person, indicator, first, last, label, value in rows:
        yield (
            place,
            known.get(person) or known.setdefault(person, person.hex),
            known.get(indicator) or known.setdefault(indicator, indicator.hex),
            days.get(first) or days.setdefault(first, first.isoformat()),
            days.get(last) or days.setdefault(last, last.isoformat()),
            label,
            value,
        )


def standing() -> Sequence[Any]:
    """What stands already under the keys of the stage: place, value, period_to, version."""
    return session().connection().execute(_STANDING.bindparams(_TYPED[0]), {"tenant": current_tenant()}).all()


def insert(source: str, at: datetime) -> None:
    """Write the stage as values that were not there."""
    session().connection().execute(_NEW.bindparams(*_TYPED), _given(source, at))


def change(source: str, at: datetime) -> None:
    """Write the stage over what stands there."""
    session().connection().execute(_CHANGED.bindparams(*_TYPED), _given(source, at))


def settle(at: datetime) -> None:
    """Settle what was doubted of the values on the stage: they are corrected, and no longer what it was about."""
    session().connection().execute(_SETTLED.bindparams(*_TYPED[:2]), {"tenant": current_tenant(), "at": at})


def _given(source: str, at: datetime) -> dict[str, Any]:
    return {"tenant": current_tenant(), "source": source, "at": at}
