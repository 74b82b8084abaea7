"""Copied series and periods that overlap are looked for once for many batches: it reads whatever stands near what came in.

A source notes what nobody has looked at yet. A few rows are looked at at once; of a stream of full batches, every so
many rows; what is left over, when the source's desk is opened.
"""

from collections.abc import Collection, Mapping
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

import sqlalchemy as sa

from server.foundation.db import session
from server.values.copies import copied
from server.values.doubts import COPIED_RUN
from server.values.flagging import AT_MOST, write_flags
from server.values.models import FlagKind, ValueFlag, ValueSource
from server.values.overlaps import overlapping

FEW: Final = 1_000
MANY: Final = 100_000
Doubted = tuple[UUID, UUID, date, str]
"""Person, indicator, first day, kind."""


def note(source: ValueSource, indicators: Collection[UUID], first: date, last: date, count: int, at: datetime) -> None:
    """Note that so many values came in, of periods that begin and end in these days; look, when it is time to."""
    noted: dict[str, Any] = source.unlooked or {"indicators": [], "since": at.isoformat(), "count": 0}
    days = [date.fromisoformat(noted[name]) for name in ("first", "last") if name in noted]
    source.unlooked = noted | {
        "indicators": sorted({*noted["indicators"], *map(str, indicators)}),
        "first": min([*days, first]).isoformat(),
        "last": max([*days, last]).isoformat(),
        "count": noted["count"] + count,
    }
    if count < FEW or source.unlooked["count"] >= MANY:
        look(source, at)


def look(source: ValueSource, at: datetime) -> None:
    """Look at what nobody has looked at yet, and write down what is a copy; inside a unit of work."""
    noted, source.unlooked = source.unlooked, None
    if noted is None:
        return
    session().flush()
    first, last, since = (
        date.fromisoformat(noted["first"]), date.fromisoformat(noted["last"]), datetime.fromisoformat(noted["since"])
    )  # fmt: skip
    for indicator in map(UUID, noted["indicators"]):
        copies: dict[Doubted, dict[str, Any]] = {}
        for run, other in copied(indicator, first, last):
            if run.received_at >= since and len(copies) < AT_MOST:
                whose = {"other_id": str(other.person_id), "other_from": other.period_from.isoformat()}
                said = {"count": COPIED_RUN, "run": run.sign} | whose
                copies[run.person_id, indicator, run.period_from, FlagKind.COPIED.value] = said
        twice = overlapping(indicator, first, last, since, few=noted["count"] < FEW, at_most=AT_MOST)
        overlaps = {
            (one.person_id, indicator, one.period_from, FlagKind.OVERLAP.value): {
                "other_from": one.other_from.isoformat()
            }
            for one in twice
        }
        found = copies | overlaps
        answered = _answered(indicator, found) if found else set()
        write_flags({key: said for key, said in found.items() if key not in answered}, at)


def _answered(indicator: UUID, found: Mapping[Doubted, Mapping[str, Any]]) -> set[Doubted]:
    """Doubts that somebody has settled and that are about the same thing again: a value that comes in once more."""
    query = sa.select(ValueFlag).where(
        ValueFlag.indicator_id == indicator,
        ValueFlag.person_id.in_({person for person, *_ in found}),
        ValueFlag.kind.in_((FlagKind.COPIED.value, FlagKind.OVERLAP.value)),
        ValueFlag.settled_by_id.is_not(None),
    )
    held = {
        (one.person_id, indicator, one.period_from, one.kind): one.params for one in session().execute(query).scalars()
    }
    return {
        key
        for key, said in found.items()
        if key in held and all(said[name] == value for name, value in held[key].items())
    }


def is_left_over() -> bool:
    """Whether some source has values that nobody has looked at."""
    return (
        session().execute(sa.select(ValueSource.id).where(ValueSource.unlooked.is_not(None)).limit(1)).first()
        is not None
    )


def look_at_all(at: datetime) -> None:
    """Look at what is left over, source by source; inside a unit of work."""
    query = sa.select(ValueSource).where(ValueSource.unlooked.is_not(None)).order_by(ValueSource.code)
    for source in session().execute(query.with_for_update()).scalars().all():
        look(source, at)
