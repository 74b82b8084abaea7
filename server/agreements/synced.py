"""Agreements as phones see them.

Scope   agree:<person>   the own agreement, those of the team that one answers for, the windows
"""

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from server.agreements import keeping, queries, rows
from server.agreements.record import AgreementRecord, fields_of, lines_of, relations, rights
from server.agreements.scopes import AGREE, agree_scope
from server.agreements.windows import ends_at, for_core
from server.foundation.db import current_tenant
from server.foundation.ids import PersonId, short, unshort
from server.people import queries as people
from server.policy import Relation
from server.sync_api.answers import Writers
from server.sync_api.registry import Record, Scope, SyncedRoom, Viewer
from sync import model as core

READS = 1
"""Phones that say less in `reads` know neither kind."""


class AgreementRoom(SyncedRoom):
    """The terms that people are measured by."""

    kinds = ("window", "agreement")

    # ---- push ----------------------------------------------------------------------------------

    def lock(self, ids: Sequence[UUID], at: datetime) -> Callable[[], Sequence[Record]]:
        """Agreements by id, locked in that order. What else is known of them is asked only when there are any."""
        found = queries.ask_locked(ids)

        def locked() -> Sequence[Record]:
            held = found.rows()
            if not held:
                return []
            known = [one.id for one in held]
            said, texts, windows = queries.voices(known), queries.texts(known), queries.windows(at)
            zone = queries.zone()
            return [
                AgreementRecord(
                    room=self,
                    id=one.id,
                    fields=fields_of(one, said.get(one.id, ())),
                    status=core.Status.OPEN,
                    cycle=core.CycleState.OPEN,
                    result=None,
                    lines=lines_of(one),
                    steps=one.steps or 0,
                    windows=for_core(windows, ends_at(one.period_to, one.closed_at, zone)),
                    agreement=one,
                    at=at,
                    texts=len(texts.get(one.id, ())),
                )
                for one in held
            ]

        return locked

    def store(self, records: Iterable[Record], now: datetime) -> None:
        """Write texts, voices and what is kept; name what changed."""
        keeping.keep([one for one in records if isinstance(one, AgreementRecord)], now)

    # ---- pull ----------------------------------------------------------------------------------

    def scopes(self, viewer: Viewer) -> Sequence[Scope]:
        """Nothing to a phone that would drop the rows."""
        return [Scope(agree_scope(viewer.person_id), 2)] if viewer.reads >= READS else []

    def rows(
        self, kind: str, scope: str, ids: Sequence[UUID], viewer: Viewer, writers: Writers
    ) -> dict[UUID, list[Any]]:
        """Rows by id; what this person may not see in this scope now is left out."""
        family, _, owner = scope.partition(":")
        me = viewer.person_id
        if family != AGREE or unshort(owner) != me:
            return {}
        if kind == "window":
            return self._windows(viewer)
        found = [
            one for one in queries.by_id(ids) if me in (one.person_id, one.supervisor_id) and one.closed_at is None
        ]
        return self._agreements(found, viewer, writers)

    def _windows(self, viewer: Viewer) -> dict[UUID, list[Any]]:
        tenant = current_tenant()
        plan = queries.plan()
        return {tenant: rows.window_row(tenant, plan, queries.windows(viewer.at))}

    def _agreements(self, found: Sequence[Any], viewer: Viewer, writers: Writers) -> dict[UUID, list[Any]]:
        me = short(viewer.person_id)
        stands = {one.id: relations(me, one.person_id, viewer.at) for one in found}
        shown = [one for one in found if stands[one.id] & {Relation.SELF, Relation.SUPERVISOR}]
        ids = [one.id for one in shown]
        texts, voices = queries.texts(ids), queries.voices(ids)
        kept = queries.kept([one.person_id for one in shown], viewer.person_id)
        about = {PersonId(one.person_id) for one in shown}
        authors = {one.author_id for many in texts.values() for one in many}
        authors |= {one.author_id for many in voices.values() for one in many}
        names = people.by_id(about | authors | {one.supervisor_id for one in shown})
        places = people.places(about, viewer.at)
        made: dict[UUID, list[Any]] = {}
        for one in shown:
            said = texts.get(one.id, ()), voices.get(one.id, ())
            mine, change = rights(stands[one.id]), kept.get(one.person_id)
            made[one.id] = rows.agreement_row(one, places.get(one.person_id), *said, mine, change, names, writers)
        return made
