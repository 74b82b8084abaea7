"""Which phones must hear that something about measured values is otherwise."""

from collections.abc import Collection, Iterable
from uuid import UUID

import sqlalchemy as sa

from server.foundation import clock
from server.foundation.db import changed, session
from server.indicators.events import SetApplies, ValuesReceived
from server.people import queries as people
from server.people.events import LinesMoved, Renamed
from server.people.models import ReportingLine
from server.values import queries
from server.values.models import SourceKind
from server.values.scopes import MEASURED, values_scope


def of_values(event: ValuesReceived) -> None:
    """Whoever is measured; and whoever enters it, where it is counted by hand."""
    source = None if event.source is None else queries.source_by_code(event.source)
    by_hand = event.source is None or (source is not None and source.kind == SourceKind.HAND)
    _tell(event.people, supervisors=by_hand)


def of_lines(event: LinesMoved) -> None:
    """The row comes to whoever supervises now; the former one keeps it for the days that were his."""
    for one in event.moves:
        changed(MEASURED, one.person_id, [values_scope(one.from_id), values_scope(one.to_id)])


def of_names(event: Renamed) -> None:
    """Rows show names and places."""
    _tell(event.person_ids)


def of_set(event: SetApplies) -> None:
    """By another set something else may be counted by hand."""
    _tell([event.person_id])


def of_source() -> None:
    """Who enters its values, or whether it is locked, stands on everybody's rows."""
    _tell([one.person.id for one in people.members(people.day_of(clock.now()))])


def _tell(ids: Iterable[UUID], *, supervisors: bool = True) -> None:
    told = list(ids)
    above = _supervisors(told) if supervisors else {}
    for one in told:
        changed(MEASURED, one, [values_scope(one), *(values_scope(who) for who in above.get(one, ()))])


def _supervisors(ids: Collection[UUID]) -> dict[UUID, list[UUID]]:
    """Of today: who led before keeps what he has, and finds out what moved since when he sends."""
    today = people.day_of(clock.now())
    found: dict[UUID, list[UUID]] = {}
    query = sa.select(ReportingLine.person_id, ReportingLine.supervisor_id).where(
        people.holds_on(ReportingLine, today), ReportingLine.person_id.in_(ids)
    )
    for row in session().execute(query):
        found.setdefault(row.person_id, []).append(row.supervisor_id)
    return found
