"""Periods that count some days twice: of one person and indicator, one begins before the other has ended."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

import sqlalchemy as sa

from server.foundation.db import UtcDateTime, current_tenant, session
from server.values.periods import LONGEST

_BACK: Final = {
    "postgresql": "n.period_from - CAST(:reach AS integer)",
    "sqlite": "date(n.period_from, '-' || :reach || ' days')",
}
_SPAN: Final = {
    "postgresql": "max(period_to - period_from)",
    "sqlite": "CAST(max(julianday(period_to) - julianday(period_from)) AS INTEGER)",
}
# Of two that came together the later is told, else the one that came.
_OVERLAP: Final = (
    "SELECT n.person_id, n.period_from, min(o.period_from) AS other_from FROM measured_value n JOIN measured_value o"
    " ON o.tenant_id = n.tenant_id AND o.person_id = n.person_id AND o.indicator_id = n.indicator_id"
    " AND o.period_from BETWEEN {back} AND n.period_to AND o.period_to >= n.period_from"
    " WHERE n.tenant_id = :tenant AND n.indicator_id = :indicator AND n.period_from BETWEEN :first AND :last"
    " AND n.received_at >= :since AND (o.period_from < n.period_from OR o.period_from > n.period_from"
    " AND o.received_at < :since) GROUP BY n.person_id, n.period_from ORDER BY n.period_from, n.person_id LIMIT :most"
)
_LONGEST: Final = (
    "SELECT {span} FROM measured_value WHERE tenant_id = :tenant AND indicator_id = :indicator"
    " AND period_from BETWEEN :first AND :last"
)
_TYPED: Final = (
    sa.bindparam("tenant", type_=sa.Uuid()),
    sa.bindparam("indicator", type_=sa.Uuid()),
    sa.bindparam("first", type_=sa.Date()),
    sa.bindparam("last", type_=sa.Date()),
)
_SINCE: Final = sa.bindparam("since", type_=UtcDateTime())


def overlapping(indicator: UUID, first: date, last: date, since: datetime, *, few: bool, at_most: int) -> Sequence[Any]:
    """Values of periods in these days that came since then and share days with another one: person_id, period_from,
    other_from. `few`: that came; then looking a year back for each costs less than learning how long periods are."""
    connection = session().connection()
    name = connection.dialect.name
    given = {"tenant": current_tenant(), "indicator": indicator, "first": first, "last": last}
    reach = LONGEST.days
    if not few:
        longest = sa.text(_LONGEST.format(span=_SPAN[name])).bindparams(*_TYPED)
        reach = connection.execute(longest, given | {"first": first - LONGEST}).scalar_one() or 0
    found = sa.text(_OVERLAP.format(back=_BACK[name])).bindparams(*_TYPED, _SINCE)
    read = found.columns(person_id=sa.Uuid, period_from=sa.Date, other_from=sa.Date)
    return connection.execute(read, given | {"since": since, "reach": reach, "most": at_most}).all()
