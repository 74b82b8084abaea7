"""Syncing without evaluations: a room of notes, so that the endpoint is tried by itself.

A note is a record with lines 1..5; its owner and those it is shared with may edit it. Its fields
are pickled: how a real room stores them is that room's test.
"""

import pickle
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy.orm import Mapped, mapped_column

from server.foundation.clock import TestClock
from server.foundation.db import Base, Json, TenantRow, changed, db, session, tenant_context, unit_of_work
from server.foundation.ids import new_id, short, unshort
from server.identity import service
from server.identity.models import Account
from server.sync_api import registry
from server.sync_api.answers import Writers, trim
from server.sync_api.columns import COLUMNS
from server.sync_api.queries import steps_of
from server.sync_api.registry import Record, Scope, SyncedRoom, Viewer
from sync import model as core
from sync.model import CycleState, Held, Line, Mutation, Right, Status

sys.path.insert(0, str(Path(__file__).parent))

from phones import Phone


class Note(TenantRow, Base):
    """One record of the test room."""

    __tablename__ = "test_note"
    __table_args__ = ({"info": {"test_only": True}},)

    owner: Mapped[UUID]
    sharers: Mapped[list[str]] = mapped_column(Json)
    once: Mapped[list[str]] = mapped_column(Json, default=list)
    cycle: Mapped[str] = mapped_column(sa.String(8), default="open")
    body: Mapped[bytes] = mapped_column(sa.LargeBinary, default=pickle.dumps(({}, "open")))


Base.metadata.remove(Note.__table__)  # type: ignore[arg-type]  # no migration makes it


@dataclass(slots=True)
class NoteRecord(Record):
    note: Any = field(kw_only=True)

    def _mine(self, author: str) -> bool:
        return author in (short(self.note.owner), *self.note.sharers)

    def related(self, edit: Mutation) -> bool:
        return self._mine(edit.id.author) or edit.id.author in self.note.once

    def rights(self, edit: Mutation) -> frozenset[Right]:
        return frozenset(Right) if self._mine(edit.id.author) else frozenset()


class Notebook(SyncedRoom):
    kinds = ("evaluation",)
    poison: str = ""
    """A text that this room's table refuses, as a database does with what it cannot hold."""

    def lock(self, ids: Sequence[UUID], at: datetime) -> Callable[[], Sequence[Record]]:
        query = sa.select(Note).where(Note.id.in_(ids)).order_by(Note.id).with_for_update()
        found = session().execute(query.execution_options(populate_existing=True)).scalars().all()
        return lambda: [self._record(note) for note in found]

    def _record(self, note: Note) -> NoteRecord:
        fields, status = pickle.loads(note.body)
        return NoteRecord(
            room=self,
            id=note.id,
            fields=fields,
            status=Status(status),
            cycle=CycleState(note.cycle),
            result=None,
            lines=tuple(Line(key) for key in range(1, 6)),
            steps=steps_of([note.id])().get(note.id, 0),
            note=note,
        )

    def store(self, records: Iterable[Record], now: datetime) -> None:
        for record in records:
            assert isinstance(record, NoteRecord)
            if self.poison and any(held.value == self.poison for held in record.fields.values()):
                session().execute(sa.text("SELECT no_such_function_here()"))
            record.note.body = pickle.dumps((record.fields, record.status.value))
            changed("evaluation", record.id, [f"rate:{short(record.note.owner)}"])

    def scopes(self, viewer: Viewer) -> Sequence[Scope]:
        me = short(viewer.person_id)
        shared = [
            Scope(f"rate:{short(note.owner)}", 1)
            for note in session().execute(sa.select(Note)).scalars()
            if me in note.sharers
        ]
        return [Scope(f"rate:{me}", 0), *shared, Scope("lib", 9)]

    def rows(
        self, kind: str, scope: str, ids: Sequence[UUID], viewer: Viewer, writers: Writers
    ) -> dict[UUID, list[Any]]:
        owner = unshort(scope.partition(":")[2])
        query = sa.select(Note).where(Note.id.in_(ids), Note.owner == owner)
        place = COLUMNS["evaluation"].index("fields")
        rows: dict[UUID, list[Any]] = {}
        for note in session().execute(query).scalars():
            record = self._record(note)
            row: list[Any] = [None] * len(COLUMNS["evaluation"])
            row[0], row[place] = short(note.id), flat(record.fields, writers)
            rows[note.id] = trim(row)
        return rows


def flat(fields: dict[str, Held], writers: Writers) -> list[Any]:
    letters = {"score": "s", "comment": "c", "reason": "r", "chips": "g"}
    made: list[Any] = []
    for name, held in fields.items():
        head, _, key = name.partition("/")
        if head == "chips":
            tags: Any = held.value or ()
            made += [f"g{key}", [[tag, writers.ref(str(v))] for tag, v in tags], None]
        elif head in letters and held.version is not None:
            made += [f"{letters[head]}{key}", held.value, writers.ref(str(held.version))]
    return made


@pytest.fixture
def notebook() -> Iterator[Notebook]:
    """The only synced room while a test runs."""
    made, before = Notebook(), list(registry.rooms())
    registry._rooms[:] = [made]
    yield made
    registry._rooms[:] = before


@dataclass
class Plant:
    """Ann and Bo of one plant, Eve of another; notes by name."""

    app: Flask
    clock: TestClock
    client_for: Any
    ann: Account
    bo: Account
    eve: Account

    def note(self, owner: Account, *sharers: Account, **values: Any) -> str:
        """A new note; its id as phones name it."""

        def make() -> str:
            note = Note(owner=owner.id, sharers=[short(one.id) for one in sharers], **values)
            session().add(note)
            changed("evaluation", note.id, [f"rate:{short(owner.id)}"])
            return short(note.id)

        return self.at_work(owner, lambda: unit_of_work(make))

    def alter(self, record: str, **values: Any) -> None:
        """Change a note behind the phones' backs, and let the feed know."""

        def change() -> None:
            note = session().execute(sa.select(Note).where(Note.id == unshort(record))).scalar_one()
            for name, value in values.items():
                setattr(note, name, value)
            changed("evaluation", note.id, [f"rate:{short(note.owner)}"])

        self.at_work(self.ann, lambda: unit_of_work(change))

    def at_work(self, person: Account, work: Any) -> Any:
        with self.app.app_context(), tenant_context(person.tenant_id):
            try:
                return work()
            finally:
                db.session.remove()

    def phone(self, person: Account) -> Phone:
        device = short(new_id())
        return Phone(self.client_for(person, device), person, device)

    def held(self, record: str, name: str) -> core.Held:
        """What the server holds in a field."""

        def read() -> core.Held:
            note = session().execute(sa.select(Note).where(Note.id == unshort(record))).scalar_one()
            fields: dict[str, Held] = pickle.loads(note.body)[0]
            return fields.get(name, Held())

        found: core.Held = self.at_work(self.ann, read)
        return found


@pytest.fixture
def plant(app: Flask, clock: TestClock, client_for: Any, notebook: Notebook) -> Iterator[Plant]:
    """Two plants with their people, and the table of notes."""

    def found(code: str, *numbers: str) -> list[Account]:
        made = unit_of_work(
            lambda: service.create_tenant(code=code, name_zh=code, name_en=code, time_zone="Asia/Shanghai")
        )
        with tenant_context(made.id):
            return unit_of_work(lambda: [service.create_account(n, now=clock.now()) for n in numbers])

    with app.app_context():
        Note.__table__.create(db.engine, checkfirst=True)  # type: ignore[attr-defined]
        ann, bo = found("north", "ann", "bo")
        (eve,) = found("south", "eve")
        db.session.expunge_all()
        db.session.remove()
    yield Plant(app, clock, client_for, ann, bo, eve)
    with app.app_context():
        db.session.remove()
        Note.__table__.drop(db.engine)  # type: ignore[attr-defined]
