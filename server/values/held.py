"""What a push must know of what is measured of somebody: read under the locks, in the core's words.

Locked are the person, for whatever is said about his values, and the sources that take values by hand, so that nobody
brings another value between the judgement and the writing.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Final
from uuid import UUID

import sqlalchemy as sa

from server.foundation.db import session
from server.foundation.prepared import Later, ask_later, of_plant, table_of, within
from server.indicators.models import Indicator, MeasuredValue
from server.people.models import Person, ReportingLine
from server.values import queries, sources
from server.values.models import ObjectionState, SourceKind, ValueObjection, ValueSource
from sync.measures import NOTHING, Key, Raised, Shown, Stands, number

BY_HAND: Final = (SourceKind.HAND.value, SourceKind.SELF.value)
_PERSON: Final = table_of(Person).c
_SOURCE: Final = table_of(ValueSource).c
_LOCKED: Final = of_plant(
    sa.select(_PERSON.id, _PERSON.employee_no).where(within(_PERSON.id)).order_by(_PERSON.id)
).with_for_update(key_share=True)
# Only where the push names a person at all: most do not.
_NAMED: Final = sa.exists(sa.select(sa.literal_column("1")).select_from(table_of(Person)).where(within(_PERSON.id)))
_SOURCES: Final = of_plant(
    sa.select(_SOURCE.code).where(sa.or_(*(_SOURCE.kind == kind for kind in BY_HAND)), _NAMED).order_by(_SOURCE.code)
).with_for_update()


def ask_people(ids: Sequence[UUID]) -> Later:
    """People by id, locked in that order, and after them the sources that take values by hand; with the next question."""
    found = ask_later(_LOCKED, {"ids": ids})
    ask_later(_SOURCES, {"ids": ids})
    return found


@dataclass(slots=True)
class Sources:
    """Indicators and sources of the plant, each asked for once in a push."""

    measured: Mapping[str, queries.Measured] = field(default_factory=queries.measured)
    sources: Mapping[str, ValueSource] = field(default_factory=lambda: {one.code: one for one in queries.sources()})
    late: queries.LateFor = field(default_factory=queries.LateFor)

    def of(self, indicator: str) -> ValueSource | None:
        """The source of a measured indicator, as it is or as nobody has set it up."""
        found = self.measured.get(indicator)
        return None if found is None else self.sources.get(found.source) or sources.unset(found.source)


def stands(people: Collection[UUID]) -> dict[UUID, dict[Key, Stands]]:
    """Person -> what stands under each key."""
    found: dict[UUID, dict[Key, Stands]] = {one: {} for one in people}
    query = (
        sa.select(
            MeasuredValue.person_id,
            Indicator.code,
            MeasuredValue.period_from,
            MeasuredValue.period_to,
            MeasuredValue.value,
        )
        .join(Indicator, Indicator.id == MeasuredValue.indicator_id)
        .where(MeasuredValue.person_id.in_(people))
    )
    for one in session().execute(query):
        shown = Shown(one.period_to.isoformat(), number(float(one.value)))
        found[one.person_id][one.code, one.period_from.isoformat()] = Stands(shown)
    said = (
        sa.select(ValueObjection, Indicator.code)
        .join(Indicator, Indicator.id == ValueObjection.indicator_id)
        .where(ValueObjection.person_id.in_(people))
        .order_by(ValueObjection.raised_at, ValueObjection.version)
    )
    for held, code in session().execute(said):
        key = code, held.period_from.isoformat()
        value = found[held.person_id].get(key, NOTHING).value
        last = held.shown_to.isoformat() if held.shown_to else value.last if value else key[1]
        raised = Raised(Shown(last, number(float(held.shown))), held.reason, held.state == ObjectionState.OPEN)
        found[held.person_id][key] = Stands(value, raised)
    return found


def lines_in(
    supervisor: UUID, people: Collection[UUID], first: date, last: date
) -> dict[UUID, list[tuple[date, date | None]]]:
    """Person -> from when to when he reported to this supervisor, where that touches these days."""
    query = (
        sa.select(ReportingLine.person_id, ReportingLine.valid_from, ReportingLine.valid_to)
        .where(
            ReportingLine.supervisor_id == supervisor,
            ReportingLine.person_id.in_(people),
            ReportingLine.valid_from <= last,
            sa.or_(ReportingLine.valid_to.is_(None), ReportingLine.valid_to >= first),
        )
        .order_by(ReportingLine.valid_from)
    )
    found: dict[UUID, list[tuple[date, date | None]]] = {}
    for one in session().execute(query):
        found.setdefault(one.person_id, []).append((one.valid_from, one.valid_to))
    return found


def team_in(supervisor: UUID, first: date, last: date) -> Sequence[UUID]:
    """Everybody who reported to this supervisor on any of these days."""
    query = sa.select(ReportingLine.person_id).where(
        ReportingLine.supervisor_id == supervisor,
        ReportingLine.valid_from <= last,
        sa.or_(ReportingLine.valid_to.is_(None), ReportingLine.valid_to >= first),
    )
    return session().execute(query.distinct()).scalars().all()
