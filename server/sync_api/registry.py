"""What a room must offer so that its records can be edited and held on phones.

The endpoint knows mutations, scopes and cursors; what an evaluation is, it does not know. A room
registers one `Room` object (in `synced.py`, wired in `app.py`):

    push   `lock` the records that a batch names, the core decides, `store` what became of them
    pull   `scopes` that a person may hold now, and the `rows` of a scope
"""

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from server.foundation.ids import PersonId, new_id, short
from server.sync_api.answers import Writers
from sync.measures import Key, Stands
from sync.model import CycleState, Decision, Held, Line, Mutation, Reason, Right, Status, Version
from sync.terms import Clock, Window


@dataclass(frozen=True, slots=True)
class Done:
    """One edit of a record and what the core decided."""

    edit: Mutation
    decision: Decision


@dataclass(slots=True)
class Record(ABC):
    """A locked record while its edits are judged, in order. `fields` moves with each decision."""

    room: "SyncedRoom"
    id: UUID
    fields: dict[str, Held]
    status: Status
    cycle: CycleState
    result: Version
    """The submit that froze the result now released."""
    lines: tuple[Line, ...]
    steps: int = 0
    """How many history entries it has."""
    done: list[Done] = field(default_factory=list)
    refused: list[Done] = field(default_factory=list)
    """Parked edits that the room keeps something of."""
    windows: tuple[Window, ...] = ()
    """When terms may be changed, and might have been of late."""
    measured: dict[Key, Stands] = field(default_factory=dict)
    """What is measured of the person, where the record is that. It moves with each decision."""
    _next_case: str = ""

    def next_case(self) -> str:
        """A fresh id for the case that the next edit may open."""
        self._next_case = self._next_case or short(new_id())
        return self._next_case

    def held(self, name: str) -> Held:
        """What a field holds; a field never written holds nothing."""
        return self.fields.get(name) or Held()

    def take(self, edit: Mutation, decision: Decision) -> None:
        """Move on by one decision of the core."""
        if decision.status is not None:
            self.status = decision.status
        if decision.case is not None and decision.case.id == self._next_case:
            self._next_case = ""
        self.fields[edit.field] = decision.held
        self.done.append(Done(edit, decision))

    def refuse(self, edit: Mutation, decision: Decision) -> None:
        """Hear of an edit that was parked; what the room is to store of it goes to `refused`."""
        return

    def clock(self, edit: Mutation, offset: int) -> Clock:
        """What is known of the clock of the phone that it comes from."""
        return Clock(offset)

    def hindrance(self, edit: Mutation) -> Reason | None:
        """What keeps an edit out, whatever the record holds."""
        return None

    @abstractmethod
    def related(self, edit: Mutation) -> bool:
        """Whether the author stands, or ever stood, in any relation to this record. A stranger is
        told that there is no such record."""

    @abstractmethod
    def rights(self, edit: Mutation) -> frozenset[Right]:
        """What the author of `edit` may do here at this moment."""


@dataclass(frozen=True, slots=True)
class Scope:
    """Something a person may hold on a phone: part of what the feed calls `feed`."""

    feed: str
    rank: int
    """Most visible first: 0 is sent before 1."""
    part: str = ""
    """Which part of the feed's scope this person sees, when not the whole. It belongs to the name:
    who may see another part from now on drops the scope and gets it anew."""

    @property
    def name(self) -> str:
        """How phones name it: opaque to them."""
        return f"{self.feed}:{self.part}" if self.part else self.feed


@dataclass(frozen=True, slots=True)
class Viewer:
    """Who asks for rows, and when."""

    person_id: PersonId
    at: datetime
    reads: int = 0
    """Which kinds of rows the phone knows (`columns.READS`)."""


class SyncedRoom(ABC):
    """The side of a room that phones see."""

    kinds: Sequence[str]
    """Kinds of rows that it gives; names of `columns.COLUMNS`."""
    asked_first = False
    """Most edits are of this room's records: a push asks it with its first question, the others for what is left."""

    @abstractmethod
    def lock(self, ids: Sequence[UUID], at: datetime) -> Callable[[], Sequence[Record]]:
        """Lock and load those of `ids` that are this room's, in the order of their ids, so that
        two pushes never wait for each other crosswise. `at`: the moment whose rights count.

        Asked with the next question: the lock first, since what is read before it may be old by then.
        """

    @abstractmethod
    def store(self, records: Iterable[Record], now: datetime) -> None:
        """Write what `done` says, and name what changed (`foundation.db.changed`)."""

    def follow_up(self, records: Iterable[Record], now: datetime) -> None:
        """Do what must read what the push has written: log, records and history stand in their tables."""
        return

    @abstractmethod
    def scopes(self, viewer: Viewer) -> Sequence[Scope]:
        """What this person may hold now."""

    def whole(self, scope: str, viewer: Viewer) -> Sequence[tuple[str, UUID]]:
        """Kind and id of rows that belong to a scope though nothing was ever said of them: a snapshot has them too."""
        return ()

    @abstractmethod
    def rows(
        self, kind: str, scope: str, ids: Sequence[UUID], viewer: Viewer, writers: Writers
    ) -> dict[UUID, list[Any]]:
        """Rows of `kind` by id. An id that does not (or no longer) belong to `scope` is left out:
        the feed is a hint, this is the check."""


_rooms: list[SyncedRoom] = []


def register(room: SyncedRoom) -> None:
    """Connect a room. Twice is the same as once."""
    if not any(type(known) is type(room) for known in _rooms):
        _rooms.append(room)


def rooms() -> Sequence[SyncedRoom]:
    """The connected rooms, the one that a push asks first before the others."""
    return tuple(sorted(_rooms, key=lambda room: not room.asked_first))


def room_of(kind: str) -> SyncedRoom | None:
    """The room that gives rows of this kind."""
    return next((room for room in _rooms if kind in room.kinds), None)
