"""What people are measured by and say of it, as phones see it.

Scope   floor:<person>   the own set of today and what will apply, what one has said; what the team has said
"""

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from server.foundation.ids import PersonId, unshort
from server.indicators.floor import keeping, queries, rows
from server.indicators.floor.record import FloorRecord, fields_of
from server.indicators.floor.scopes import FLOOR, box_of, floor_scope, person_of
from server.people import queries as people
from server.sync_api.answers import Writers
from server.sync_api.queries import steps_of
from server.sync_api.registry import Record, Scope, SyncedRoom, Viewer
from sync import model as core

READS = 3
"""Phones that say less in `reads` do not know the kind."""


class FloorRoom(SyncedRoom):
    """What the floor says of its indicators: one record for each person, which is there without a row of its own."""

    kinds = ("floor",)

    # ---- push ----------------------------------------------------------------------------------

    def lock(self, ids: Sequence[UUID], at: datetime) -> Callable[[], Sequence[Record]]:
        """The boxes among these ids, the person's row locked for each."""
        found = queries.ask_locked(sorted(person_of(one) for one in ids))

        def locked() -> Sequence[Record]:
            persons = [PersonId(row.id) for row in found.rows()]
            if not persons:
                return []
            said, answered = queries.proposals(persons), queries.influences(persons)
            steps = steps_of([box_of(one) for one in persons])()
            return [
                FloorRecord(
                    room=self,
                    id=box_of(one),
                    fields=fields_of(said.get(one, ()), answered.get(one, ())),
                    status=core.Status.OPEN,
                    cycle=core.CycleState.OPEN,
                    result=None,
                    lines=(),
                    steps=steps.get(box_of(one), 0),
                    person_id=one,
                    at=at,
                )
                for one in persons
            ]

        return locked

    def store(self, records: Iterable[Record], now: datetime) -> None:
        """Write what was said; name what changed."""
        keeping.keep([one for one in records if isinstance(one, FloorRecord)], now)

    # ---- pull ----------------------------------------------------------------------------------

    def scopes(self, viewer: Viewer) -> Sequence[Scope]:
        """Nothing to a phone that would drop the rows."""
        return [Scope(floor_scope(viewer.person_id), 2)] if viewer.reads >= READS else []

    def rows(
        self, kind: str, scope: str, ids: Sequence[UUID], viewer: Viewer, writers: Writers
    ) -> dict[UUID, list[Any]]:
        """The own row, and those of the team who have said something; what is not this person's now is left out."""
        family, _, owner = scope.partition(":")
        me = viewer.person_id
        if family != FLOOR or unshort(owner) != me:
            return {}
        persons = people.by_id([person_of(one) for one in ids])
        said = queries.proposals([one for one in persons if one != me])
        made: dict[UUID, list[Any]] = {}
        for one, person in persons.items():
            if one == me:
                made[box_of(one)] = rows.own_row(person, viewer.at)
            elif said.get(one) and people.line_of(PersonId(one), viewer.at)[0] == me:
                made[box_of(one)] = rows.team_row(person, said[one])
        return made
