"""Pull: what a phone may hold now, from its cursors up to the newest sequence, in one read.

The read transaction begins after the push committed and sees one point in time (on PostgreSQL
REPEATABLE READ, on SQLite a WAL snapshot), so rows, leaves and `seq` belong together. A scope held
at 0 gets a snapshot: every row of it, made of the same feed, so that a snapshot and the sum of the
deltas cannot differ; and what a room knows to belong there before anything happened to it (`whole`). Rights are asked for again for each row: the feed is a hint.
"""

import hashlib
from collections import OrderedDict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache, partial
from typing import Any, Final
from uuid import UUID

import orjson
import sqlalchemy as sa

from server.foundation.db import begin_snapshot, session
from server.foundation.ids import short
from server.foundation.log import log
from server.foundation.prepared import Later, ask_later, of_plant, table_of
from server.foundation.web import Actor
from server.identity.models import Tenant
from server.sync_api import registry
from server.sync_api.answers import Delta, Writers
from server.sync_api.columns import COLUMNS
from server.sync_api.models import Feed, TenantSeq
from server.sync_api.registry import Scope, Viewer
from server.sync_api.wire import Request

BUDGET_BYTES: Final = 48_000
"""Rows of one answer, before gzip. One scope always goes whole; the next wait for the next round."""
ACCESS_LENGTH: Final = 8
_FEED: Final = table_of(Feed).c
_TENANT: Final = table_of(Tenant).c
_COUNTER: Final = table_of(TenantSeq).c
_EPOCH: Final = sa.select(
    _TENANT.epoch,
    sa.func.coalesce(
        sa.select(_COUNTER.n).where(_COUNTER.tenant_id == sa.bindparam("tenant", type_=sa.Uuid())).scalar_subquery(), 0
    ).label("seq"),
).where(_TENANT.id == sa.bindparam("tenant", type_=sa.Uuid()))
IDS_AT_ONCE: Final = 500
PLACES_AT_ONCE: Final = 20


@dataclass(frozen=True, slots=True)
class Pulled:
    """The pull half of an answer; `scopes` None: the phone's list is current."""

    epoch: str
    access: str
    seq: int
    scopes: list[str] | None
    deltas: list[Delta]


def begin_read() -> None:
    """Open the read transaction: one point in time for all that follows. Without a push the door has done so."""
    if not session().in_transaction():
        begin_snapshot()


def is_ahead(request: Request, seq: int) -> bool:
    """Whether a phone has read further than the plant's counter stands: what it read is lost here.
    Ask before its push moves the counter.
    """
    return max(request.cursors, default=0) > seq


def pull(request: Request, actor: Actor, now: datetime, writers: Writers, *, ahead: bool) -> Pulled:
    """Read what this phone is to get; call after `begin_read`.

    A phone that is `ahead` within the epoch of today is told an epoch of nobody: it wipes its rows,
    offers its ledger, and comes back with that epoch, to be told the right one. The plant's own
    epoch stays: else one phone with a wrong cursor could make all of them begin again.
    """
    state = ask_later(_EPOCH, {"tenant": actor.tenant_id})
    news = News()
    if actor.drain_only:
        epoch, seq = state.rows()[0]
        access = access_of(())
        fresh = request.access == access
        return Pulled(epoch, access, seq, None if fresh else [], [])
    viewer = Viewer(actor.person_id, now, request.reads)
    if request.access and request.epoch:
        news.guess(actor, request.cursors)
    scopes = scopes_of(viewer)
    _LAST_FEEDS[actor.person_id] = [scope.feed for scope in scopes]
    epoch, seq = state.rows()[0]
    ahead = ahead or is_ahead(request, seq)
    access = access_of(scopes)
    names = [scope.name for scope in scopes]
    if ahead and request.epoch == epoch:
        log().error("cursor.ahead")  # somebody restored this database without a new epoch
        return Pulled(f"-{epoch}", access, seq, names, [])
    current = request.access == access
    known_epoch = request.epoch in ("", epoch)
    told = None if current else names
    if not known_epoch or not (current or request.access == ""):
        return Pulled(epoch, access, seq, told, [])
    cursors = request.cursors if current and request.epoch else []
    deltas = _deltas([scope.feed for scope in scopes], cursors, seq, viewer, writers, news)
    return Pulled(epoch, access, seq, told, deltas)


Place = tuple[str, int]
"""A feed, and where a phone stands in it."""


@lru_cache
def _news(count: int) -> Any:
    """The question for what lies past so many places: rows with the number of their place, the kind, the id, the op."""
    return sa.union_all(
        *(
            of_plant(
                sa.select(sa.literal(n).label("place"), _FEED.kind, _FEED.record_id, _FEED.op, _FEED.seq).where(
                    _FEED.scope == sa.bindparam(f"scope_{n}"), _FEED.seq > sa.bindparam(f"start_{n}")
                )
            )
            for n in range(count)
        )
    ).order_by("place", "seq")


class News:
    """Feed rows past a cursor, each asked for once. The read sees one point in time: none is beyond its counter."""

    def __init__(self) -> None:
        self._asked: dict[Place, Callable[[], Sequence[Any]]] = {}

    def ask(self, places: Iterable[Place]) -> None:
        """Ask for the rows past these places with the next question, all in one."""
        new = [place for place in dict.fromkeys(places) if place not in self._asked]
        for first in range(0, len(new), PLACES_AT_ONCE):
            self._ask(new[first : first + PLACES_AT_ONCE])

    def _ask(self, places: Sequence[Place]) -> None:
        values: dict[str, Any] = {}
        for n, (feed, start) in enumerate(places):
            values |= {f"scope_{n}": feed, f"start_{n}": start}
        later = ask_later(_news(len(places)), values)
        for n, place in enumerate(places):
            self._asked[place] = partial(_of_place, later, n)

    def since(self, feed: str, start: int) -> Sequence[Any]:
        """The rows of this feed past `start`: kind, id, op."""
        self.ask([(feed, start)])
        return self._asked[feed, start]()

    def guess(self, actor: Actor, cursors: Sequence[int]) -> None:
        """Ask already what will most likely be wanted: it saves a round trip, and decides nothing.

        What was guessed wrongly is not looked at: which feeds count is asked anew each time.
        """
        places = zip(_LAST_FEEDS.get(actor.person_id, ()), cursors, strict=False)
        self.ask((feed, start) for feed, start in places if start)


def _of_place(later: Later, place: int) -> Sequence[Any]:
    return [(row.kind, row.record_id, row.op) for row in later.rows() if row.place == place]


class _LastFeeds(OrderedDict[UUID, list[str]]):
    """Person -> the feeds of the scopes held at the last pull in this process."""

    def __setitem__(self, person: UUID, feeds: list[str]) -> None:
        super().__setitem__(person, feeds)
        while len(self) > PEOPLE_KEPT:
            self.popitem(last=False)


PEOPLE_KEPT: Final = 4096
_LAST_FEEDS: Final = _LastFeeds()


def scopes_of(viewer: Viewer) -> list[Scope]:
    """Every scope this person may hold now, most visible first."""
    found = {s.name: s for room in registry.rooms() for s in room.scopes(viewer)}
    return sorted(found.values(), key=lambda scope: (scope.rank, scope.name))


def access_of(scopes: Sequence[Scope]) -> str:
    """Revision of a scope list: eight characters."""
    text = "\n".join(scope.name for scope in scopes)
    return hashlib.sha256(text.encode()).hexdigest()[:ACCESS_LENGTH]


def _deltas(
    feeds: Sequence[str], cursors: Sequence[int], seq: int, viewer: Viewer, writers: Writers, news: "News"
) -> list[Delta]:
    used = 0
    deltas: list[Delta] = []
    starts = [cursors[place] if place < len(cursors) else 0 for place in range(len(feeds))]
    # What a phone holds is asked for at once; a snapshot only when there is room for it.
    news.ask((name, start) for name, start in zip(feeds, starts, strict=True) if start)
    for place, (name, start) in enumerate(zip(feeds, starts, strict=True)):
        if start and not news.since(name, start):
            continue
        if used > BUDGET_BYTES:
            deltas.append(Delta(place, start, start, more=True))
            continue
        trial = writers.copy()
        delta = _delta(Delta(place, start, seq), name, news.since(name, start), viewer, trial)
        size = len(orjson.dumps(delta.puts))
        if used and used + size > BUDGET_BYTES:
            used = BUDGET_BYTES + 1
            deltas.append(Delta(place, start, start, more=True))
        elif delta.puts or delta.leaves or start == 0:
            writers.become(trial)
            used += size
            deltas.append(delta)
    return deltas


def _delta(delta: Delta, scope: str, news: Sequence[Any], viewer: Viewer, writers: Writers) -> Delta:
    put: dict[str, list[UUID]] = {}
    for kind, record_id, op in news:
        if op == "put":
            put.setdefault(kind, []).append(record_id)
        elif delta.start:
            delta.leaves.append([kind, short(record_id)])
    if delta.start == 0:
        for kind, record_id in (one for room in registry.rooms() for one in room.whole(scope, viewer)):
            if record_id not in put.setdefault(kind, []):
                put[kind].append(record_id)
    for kind in sorted(put, key=list(COLUMNS).index):
        room = registry.room_of(kind)
        if room is None:
            continue
        rows: list[list[object]] = []
        for first in range(0, len(put[kind]), IDS_AT_ONCE):
            ids = put[kind][first : first + IDS_AT_ONCE]
            found = room.rows(kind, scope, ids, viewer, writers)
            rows += [found[one] for one in ids if one in found]
            if delta.start:
                delta.leaves += [[kind, short(one)] for one in ids if one not in found]
        if rows:
            delta.puts[kind] = rows
    return delta
