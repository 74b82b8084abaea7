"""Series that were copied, searched for in what stands; see `doubts.py` for what a copy is."""

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from itertools import groupby
from typing import Any, Final
from uuid import UUID

import sqlalchemy as sa

from server.foundation.db import UtcDateTime, current_tenant, session
from server.values.doubts import COPIED_RUN, DIFFERENT, FINE

LOOK_BACK: Final = timedelta(days=124)
"""Eight weeks, or a run of four months, before what came in."""
_RUN: Final = range(1, COPIED_RUN)
_LAGS: Final = ", ".join(f"lag(value, {n}) OVER series AS v{n}" for n in _RUN)
_SIGN: Final = " || ' ' || ".join(["CAST(value AS TEXT)", *(f"CAST(v{n} AS TEXT)" for n in _RUN)])
_VALUES: Final = ("value", *(f"v{n}" for n in _RUN))
_DIFFERENT: Final = " + ".join(
    f"CASE WHEN {' AND '.join(f'{one} <> {other}' for other in _VALUES[:place])} THEN 1 ELSE 0 END"
    for place, one in enumerate(_VALUES)
    if place
)
_STANDS: Final = "measured_value"
# What stands, with what is laid ahead in its place: a preview looks at the plant as it would be.
_AHEAD: Final = (
    "(SELECT tenant_id, person_id, indicator_id, period_from, value, received_at FROM measured_value m WHERE NOT EXISTS"
    " (SELECT 1 FROM value_ahead a WHERE a.person_id = m.person_id AND a.indicator_id = m.indicator_id"
    " AND a.period_from = m.period_from) AND m.tenant_id = :tenant AND m.indicator_id = :indicator"
    " UNION ALL SELECT :tenant, person_id, indicator_id, period_from, value, NULL FROM value_ahead) AS points_of"
)
# Runs of values that stand more than once. They are paired in Python: joined with themselves in the database they cost
# PostgreSQL, which has no figures about them, the square of their number (seen: 10 s for 10,000).
_REPEATED: Final = (
    f"WITH points AS (SELECT person_id, period_from, value, {_LAGS},"
    f" max(received_at) OVER (PARTITION BY person_id ORDER BY period_from ROWS {COPIED_RUN - 1} PRECEDING) AS received_at,"
    f" lag(period_from, {COPIED_RUN - 1}) OVER series AS run_from FROM {{points}}"
    " WHERE tenant_id = :tenant AND indicator_id = :indicator AND period_from BETWEEN :since AND :until"
    " WINDOW series AS (PARTITION BY person_id ORDER BY period_from)),"
    f" runs AS (SELECT person_id, period_from, run_from, received_at, {_SIGN} AS sign FROM points"
    f" WHERE v{COPIED_RUN - 1} IS NOT NULL AND 1 + {_DIFFERENT} >= {DIFFERENT}),"
    " counted AS (SELECT person_id, period_from, run_from, received_at, sign, count(*) OVER (PARTITION BY sign) AS n FROM runs)"
    " SELECT person_id, period_from, run_from, received_at, sign FROM counted WHERE n > 1"
    " ORDER BY sign, period_from, person_id LIMIT 5000"
)
_FINENESS: Final = (
    "SELECT count(DISTINCT value) AS n FROM {points} WHERE tenant_id = :tenant AND indicator_id = :indicator"
    " AND period_from BETWEEN :since AND :until"
)
_TYPED: Final = (
    sa.bindparam("tenant", type_=sa.Uuid()),
    sa.bindparam("indicator", type_=sa.Uuid()),
    sa.bindparam("since", type_=sa.Date()),
    sa.bindparam("until", type_=sa.Date()),
)


def copied(indicator: UUID, first: date, last: date, *, ahead: bool = False) -> Iterator[tuple[Any, Any]]:
    """Runs of an indicator's values that touch these days, each with one that it may be a copy of: person_id,
    period_from (of its last period), run_from (of its first), received_at (of what came last of it), sign (its values).
    `ahead`: with what is laid ahead on the stage."""
    connection = session().connection()
    points = _AHEAD if ahead else _STANDS
    given = {"tenant": current_tenant(), "indicator": indicator, "since": first - LOOK_BACK, "until": last + LOOK_BACK}
    fineness = sa.text(_FINENESS.format(points=points)).bindparams(*_TYPED)
    if connection.execute(fineness, given).scalar_one() < FINE:
        return
    query = sa.text(_REPEATED.format(points=points)).bindparams(*_TYPED)
    read = query.columns(
        person_id=sa.Uuid, period_from=sa.Date, run_from=sa.Date, received_at=UtcDateTime, sign=sa.Text
    )
    for _, group in groupby(connection.execute(read, given), key=lambda row: row.sign):
        for run, other in _pairs(list(group)):
            if run.run_from <= last and run.period_from >= first:  # what ended before was looked at when it came
                yield run, other


def _pairs(runs: Sequence[Any]) -> Iterator[tuple[Any, Any]]:
    """Each run with one that it may be a copy of: the same periods of somebody else, or earlier ones of the same
    person; in the order of their periods."""
    at_once: dict[tuple[date, date], list[Any]] = {}
    before: dict[UUID, Any] = {}
    for run in runs:
        at_once.setdefault((run.run_from, run.period_from), []).append(run)
    for run in runs:
        others = [one for one in at_once[run.run_from, run.period_from] if one.person_id != run.person_id]
        earlier = before.setdefault(run.person_id, run)
        if others:
            yield run, others[0]
        elif earlier.period_from < run.run_from:
            yield run, earlier
