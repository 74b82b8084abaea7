"""Doubts about values that came in, written down. See `doubts.py` for when a value is doubted."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime, timedelta
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
# Who has a run of values that another run of the same indicator has too: the same periods of somebody else, or other
# periods of the same person.
_COPIED: Final = sa.text(
    f"WITH points AS (SELECT person_id, indicator_id, period_from, value, {_LAGS},"
    f" lag(period_from, {COPIED_RUN - 1}) OVER series AS run_from FROM measured_value"
    " WHERE tenant_id = :tenant AND indicator_id = :indicator AND period_from BETWEEN :since AND :until"
    " WINDOW series AS (PARTITION BY person_id ORDER BY period_from)),"
    f" runs AS (SELECT person_id, period_from, run_from, {_SIGN} AS sign FROM points WHERE v{COPIED_RUN - 1} IS NOT NULL)"
    " SELECT a.person_id, a.period_from, a.run_from, a.sign, b.person_id AS other_id, b.period_from AS other_from"
    " FROM runs a JOIN runs b ON b.sign = a.sign AND ((b.person_id <> a.person_id AND b.period_from = a.period_from"
    " AND b.run_from = a.run_from) OR (b.person_id = a.person_id AND b.period_from < a.run_from))"
    " WHERE a.sign IN (SELECT sign FROM runs GROUP BY sign HAVING count(*) > 1) LIMIT 5000"
).columns(
    person_id=sa.Uuid,
    period_from=sa.Date,
    run_from=sa.Date,
    sign=sa.Text,
    other_id=sa.Uuid,
    other_from=sa.Date,
)
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
        for row in connection.execute(_COPIED.bindparams(*_TYPED), given):
            if len(set(row.sign.split(" "))) < DIFFERENT or row.person_id not in people:
                continue
            if len(self._found) >= AT_MOST:
                return
            self._add(row.person_id, indicator, row.period_from, FlagKind.COPIED, **_copy_of(row))


def _copy_of(row: Any) -> dict[str, Any]:
    return {"count": COPIED_RUN, "other_id": str(row.other_id), "other_from": row.other_from.isoformat()}


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
