"""Doubts about values that came in, written down. See `doubts.py` for when a value is doubted."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from itertools import groupby
from typing import Any, Final
from uuid import UUID

import sqlalchemy as sa

from server.foundation.db import current_tenant, session
from server.foundation.ids import new_id
from server.foundation.prepared import upsert
from server.values.doubts import COPIED_RUN, DIFFERENT, FINE, Usual
from server.values.models import FlagKind, ValueFlag
from server.values.stage import Staged

LOOK_BACK: Final = timedelta(days=124)
"""Eight weeks, or a run of four months, before what came in."""
AT_MOST: Final = 500
"""Doubts of copying of one batch: a file copied whole is seen by its first five hundred."""
_RUN: Final = range(1, COPIED_RUN)
_LAGS: Final = ", ".join(f"lag(value, {n}) OVER series AS v{n}" for n in _RUN)
_SIGN: Final = " || ' ' || ".join(["CAST(value AS TEXT)", *(f"CAST(v{n} AS TEXT)" for n in _RUN)])
_VALUES: Final = ("value", *(f"v{n}" for n in _RUN))
_DIFFERENT: Final = " + ".join(
    f"CASE WHEN {' AND '.join(f'{one} <> {other}' for other in _VALUES[:place])} THEN 1 ELSE 0 END"
    for place, one in enumerate(_VALUES)
    if place
)
# Runs of values that stand more than once. They are paired in Python: joined with themselves in the database they cost
# PostgreSQL, which has no figures about them, the square of their number (seen: 10 s for 10,000).
_REPEATED: Final = sa.text(
    f"WITH points AS (SELECT person_id, period_from, value, {_LAGS},"
    f" lag(period_from, {COPIED_RUN - 1}) OVER series AS run_from FROM measured_value"
    " WHERE tenant_id = :tenant AND indicator_id = :indicator AND period_from BETWEEN :since AND :until"
    " WINDOW series AS (PARTITION BY person_id ORDER BY period_from)),"
    f" runs AS (SELECT person_id, period_from, run_from, {_SIGN} AS sign FROM points"
    f" WHERE v{COPIED_RUN - 1} IS NOT NULL AND 1 + {_DIFFERENT} >= {DIFFERENT}),"
    " counted AS (SELECT person_id, period_from, run_from, sign, count(*) OVER (PARTITION BY sign) AS n FROM runs)"
    " SELECT person_id, period_from, run_from, sign FROM counted WHERE n > 1"
    " ORDER BY sign, period_from, person_id LIMIT 5000"
).columns(person_id=sa.Uuid, period_from=sa.Date, run_from=sa.Date, sign=sa.Text)
_FINENESS: Final = sa.text(
    "SELECT count(DISTINCT value) AS n FROM measured_value WHERE tenant_id = :tenant AND indicator_id = :indicator"
    " AND period_from BETWEEN :since AND :until"
)
_TYPED: Final = (
    sa.bindparam("tenant", type_=sa.Uuid()),
    sa.bindparam("indicator", type_=sa.Uuid()),
    sa.bindparam("since", type_=sa.Date()),
    sa.bindparam("until", type_=sa.Date()),
)


class Doubts:
    """The doubts of one taking-in."""

    def __init__(self, at: datetime) -> None:
        self._at = at
        self._found: dict[tuple[UUID, UUID, date, str], dict[str, Any]] = {}

    def of(self, person: UUID, indicator: UUID, first: date, value: float, usual: Usual) -> tuple[str, ...]:
        """Note what is doubtful about one value; returns its kinds."""
        kinds: list[str] = []
        if usual.outside(value):
            kinds.append(FlagKind.RANGE.value)
            self._add(person, indicator, first, FlagKind.RANGE, value=value)
        if usual.jumps(value):
            kinds.append(FlagKind.JUMP.value)
            self._add(person, indicator, first, FlagKind.JUMP, value=value, usual=round(usual.middle, 4))
        return tuple(kinds)

    def _add(self, person: UUID, indicator: UUID, first: date, kind: FlagKind, **params: Any) -> None:
        self._found[person, indicator, first, kind.value] = params

    def settle_corrected(self, changed: Sequence[Staged]) -> None:
        """A corrected value is no longer what was doubted."""
        for _, person, indicator, first, *_ in changed:
            session().execute(
                sa.update(ValueFlag)
                .where(
                    ValueFlag.person_id == person,
                    ValueFlag.indicator_id == indicator,
                    ValueFlag.period_from == first,
                    ValueFlag.settled_at.is_(None),
                    ValueFlag.kind != FlagKind.SUBMITTED.value,
                )
                .values(settled_at=self._at)
                .execution_options(synchronize_session=False)
            )

    def write(self, indicators: Collection[UUID], people: Collection[UUID], first: date, last: date) -> None:
        """Look for copies among what is there now, and write everything down."""
        for indicator in indicators:
            self._copies(indicator, people, first, last)
        write_flags(self._found, self._at)

    def _copies(self, indicator: UUID, people: Collection[UUID], first: date, last: date) -> None:
        connection = session().connection()
        given = {"tenant": current_tenant(), "indicator": indicator, "since": first - LOOK_BACK, "until": last}
        if connection.execute(_FINENESS.bindparams(*_TYPED), given).scalar_one() < FINE:
            return
        repeated = connection.execute(_REPEATED.bindparams(*_TYPED), given)
        for _, group in groupby(repeated, key=lambda row: row.sign):
            for row, other in _pairs(list(group)):
                if len(self._found) >= AT_MOST:
                    return
                if row.person_id in people:
                    self._add(row.person_id, indicator, row.period_from, FlagKind.COPIED, **_copy_of(other))


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


def _copy_of(other: Any) -> dict[str, Any]:
    return {"count": COPIED_RUN, "other_id": str(other.person_id), "other_from": other.period_from.isoformat()}


def write_flags(found: Mapping[tuple[UUID, UUID, date, str], Mapping[str, Any]], at: datetime) -> None:
    """Write doubts down; one that was settled and is raised by a new value is open again."""
    rows = [
        {
            "tenant_id": current_tenant(),
            "id": new_id(),
            "person_id": person,
            "indicator_id": indicator,
            "period_from": first,
            "kind": kind,
            "params": dict(params),
            "raised_at": at,
            "settled_at": None,
            "settled_by_id": None,
            "note": None,
        }
        for (person, indicator, first, kind), params in found.items()
    ]
    key = ("tenant_id", "person_id", "indicator_id", "period_from", "kind")
    upsert(ValueFlag, rows, key, ("params", "raised_at", "settled_at", "settled_by_id", "note"))
