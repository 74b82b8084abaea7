"""Measured values as phones see them.

Scope   values:<person>   what is measured of oneself, and of the team what its supervisor enters by hand
"""

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from server.foundation.ids import unshort
from server.people import queries as people
from server.sync_api.answers import Writers
from server.sync_api.registry import Record, Scope, SyncedRoom, Viewer
from server.values import held, keeping
from server.values.record import MeasuredRecord
from server.values.scopes import MEASURED, VALUES, values_scope
from server.values.sheets import BACK, Sheets
from sync import model as core

READS = 2
"""Phones that say less in `reads` do not know the kind."""


class MeasuredRoom(SyncedRoom):
    """What is measured of people. A record is a person."""

    kinds = (MEASURED,)

    # ---- push ----------------------------------------------------------------------------------

    def lock(self, ids: Sequence[UUID], at: datetime) -> Callable[[], Sequence[Record]]:
        """People by id, locked in that order, before the evaluations that their values move."""
        found = held.ask_people(ids)

        def locked() -> Sequence[Record]:
            rows = found.rows()
            if not rows:
                return []
            stands, sources = held.stands([one.id for one in rows]), held.Sources()
            return [
                MeasuredRecord(
                    room=self,
                    id=one.id,
                    fields={},
                    status=core.Status.OPEN,
                    cycle=core.CycleState.OPEN,
                    result=None,
                    lines=(),
                    measured=stands[one.id],
                    employee_no=one.employee_no,
                    at=at,
                    sources=sources,
                )
                for one in rows
            ]

        return locked

    def store(self, records: Iterable[Record], now: datetime) -> None:
        """Nothing yet: taking a value in reads what the push has written of evaluations."""

    def follow_up(self, records: Iterable[Record], now: datetime) -> None:
        """Take the values in, which scores open evaluations anew, and raise the objections."""
        keeping.keep([one for one in records if isinstance(one, MeasuredRecord)], now)

    # ---- pull ----------------------------------------------------------------------------------

    def scopes(self, viewer: Viewer) -> Sequence[Scope]:
        """Nothing to a phone that would drop the rows."""
        return [Scope(values_scope(viewer.person_id), 3)] if viewer.reads >= READS else []

    def whole(self, scope: str, viewer: Viewer) -> Sequence[tuple[str, UUID]]:
        """Oneself and whoever reports to one now or did lately, whether or not anything was measured since."""
        if scope != values_scope(viewer.person_id):
            return ()
        today = people.day_of(viewer.at)
        return [(MEASURED, one) for one in (viewer.person_id, *held.team_in(viewer.person_id, today - BACK, today))]

    def rows(
        self, kind: str, scope: str, ids: Sequence[UUID], viewer: Viewer, writers: Writers
    ) -> dict[UUID, list[Any]]:
        """Rows by id; what this person may not see in this scope now is left out."""
        family, _, owner = scope.partition(":")
        if family != VALUES or unshort(owner) != viewer.person_id:
            return {}
        return Sheets(viewer.person_id, viewer.at).rows(ids)
