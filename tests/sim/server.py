"""The real server in this process: the real push, pull and core on SQLite in memory.

One application and one image of a founded plant for the whole run; each seed begins with a copy of the
image. What is left out is what is not under test here: HTTP, argon2, tokens, and the guard that adds
"of this plant" to each query (there is one plant). `trouble` is what befalls the next request.
"""

from __future__ import annotations

import sqlite3
from base64 import urlsafe_b64encode
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from random import Random
from typing import Any, TypeVar
from uuid import UUID

import orjson
import sqlalchemy as sa
from flask import Flask
from sqlalchemy import event
from sqlalchemy.exc import OperationalError, SQLAlchemyError
from sqlalchemy.orm import Session

from server.app import create_app
from server.cycles.events import CycleChanged
from server.cycles.models import Cycle, Delegation
from server.foundation import db as database
from server.foundation import engine, ids, migrate
from server.foundation.db import db, session, tenant_context, unit_of_work
from server.foundation.errors import RETRY_AFTER_S, problem_of
from server.foundation.events import publish
from server.foundation.ids import CycleId, DeviceId, SessionId, unshort
from server.foundation.problems import Problem
from server.foundation.settings import Settings
from server.foundation.web import Actor
from server.sync_api import protocols, push, routes
from server.sync_api.columns import PROTOCOL
from server.sync_api.protocols import Step
from tests import cast
from tests.sim.oracle import POISON
from tests.sim.reply import Reply, page, problem

T = TypeVar("T")
START = datetime(2026, 11, 24, 1, 0, tzinfo=UTC)
START_MS = int(START.timestamp() * 1000)
SECRET = "kT7wq-Zp41xLr9_vBn3eYd82sHc6GjUa0mXf5oRi"


class Killed(BaseException):
    """SIGKILL: nobody catches it, nothing is answered."""


class Clock:
    """The server's clock; the world turns it."""

    def __init__(self) -> None:
        self.ms = START_MS

    def now(self) -> datetime:
        return datetime.fromtimestamp(self.ms / 1000, UTC)


class Chance:
    """In place of `secrets`: ids come from the seed."""

    def __init__(self) -> None:
        self.random = Random(0)

    def randbits(self, bits: int) -> int:
        return self.random.getrandbits(bits)


@dataclass
class Plant:
    """The application, its connection, and the image of a founded plant."""

    app: Flask
    clock: Clock
    chance: Chance
    raw: sqlite3.Connection
    image: bytes
    people: dict[str, UUID]
    tenant_id: Any
    cycle_id: UUID
    server: Server | None = None


@cache
def plant() -> Plant:
    """Made once in a process."""
    clock, chance = Clock(), Chance()
    app = create_app(
        Settings(database_url="sqlite:////nonexistent/sim.db", secret=SECRET, log_level="CRITICAL"), clock=clock
    )
    ids.secrets = chance  # type: ignore[assignment]
    memory = sa.create_engine(
        "sqlite://",
        poolclass=sa.StaticPool,
        json_serializer=engine._dumps,
        json_deserializer=orjson.loads,
        connect_args={"check_same_thread": False},
    )
    with app.app_context():
        db._app_engines[app][None] = engine.prepare_engine(memory)
        migrate.upgrade(memory)
        raw = memory.raw_connection().driver_connection
        assert isinstance(raw, sqlite3.Connection)
        north = cast._plant("north")
        db.session.remove()
    names = ("supervisor", "delegate", "manager", "worker", "other_worker")
    people = {name: getattr(north, name).id for name in names}
    # A protocol of yesterday, so that its phones are heard by the real upcasters.
    protocols.STEPS[PROTOCOL - 1] = Step(lambda body: [PROTOCOL, *body[1:]], lambda body: [PROTOCOL - 1, *body[1:]])
    made = Plant(app, clock, chance, raw, raw.serialize(), people, north.tenant_id, north.cycle.id)
    if event.contains(Session, "do_orm_execute", database._guard_query):
        event.remove(Session, "do_orm_execute", database._guard_query)
    event.listen(memory, "before_cursor_execute", lambda *_: _on_statement(made))
    event.listen(memory, "commit", lambda _: _on_commit(made))
    _plant_hooks(made)
    return made


def _on_statement(made: Plant) -> None:
    if made.server is not None:
        made.server.on_statement()


def _on_commit(made: Plant) -> None:
    if made.server is not None:
        made.server.on_commit()


def _plant_hooks(made: Plant) -> None:
    """Places where a request can meet its fate. They do nothing unless a seed says so."""
    judge, begin_read = push._judge, routes.begin_read

    def judged(arrival: Any, *rest: Any) -> Any:
        if made.server is not None:
            made.server.on_judge(arrival)
        return judge(arrival, *rest)

    def reading() -> None:
        if made.server is not None:
            made.server.on_read()
        begin_read()

    push._judge = judged
    routes.begin_read = reading  # type: ignore[attr-defined]
    database._back_off = lambda _attempt: None


def busy(name: str) -> OperationalError:
    """What SQLite (or by its name PostgreSQL) says when somebody else was in the way."""
    fault = sqlite3.OperationalError(name)
    if name.startswith("SQLITE"):
        fault.sqlite_errorname = name
    else:
        fault.sqlstate = name  # type: ignore[attr-defined]
    return OperationalError("", {}, fault)


class Server:
    """One seed's server. `exchange` is the one door of the phones, `at_desk` what HR does."""

    def __init__(self, random: Random, note: Callable[[str], None]) -> None:
        self.plant, self.note = plant(), note
        self.plant.chance.random = random
        self.plant.raw.deserialize(self.plant.image)
        self.plant.server = self
        self.trouble: str | None = None
        self.countdown = 0
        self.commits = 0
        """Moves with everything that a reader could notice."""
        self.backups: list[bytes] = []
        self.between: Callable[[], None] | None = None
        """What another worker does after this request's commit and before its read."""
        self.on_answer: Callable[[list[Any], Any, int], None] = lambda _request, _answer, _place: None
        """Told of each answer with the place of its request among all, by when their pushes were committed."""
        self.heard = 0
        self.places: list[int] = []
        """Of the requests that are inside, one within the other."""
        self.sessions: dict[UUID, str] = {}

    # ---- fate ----------------------------------------------------------------------------------

    def on_statement(self) -> None:
        if self.trouble in ("SQLITE_BUSY", "SQLITE_FULL", "40001", "40P01", "busy for long"):
            self.countdown -= 1
            if self.countdown < 0:
                name = "SQLITE_BUSY" if self.trouble == "busy for long" else self.trouble
                self.note(self.trouble)
                if self.trouble == "busy for long":
                    self.countdown = 0
                else:
                    self.trouble = None
                raise busy(name)

    def on_commit(self) -> None:
        if self.trouble == "killed before commit":
            self.die()
        self.commits += 1

    def on_judge(self, arrival: Any) -> None:
        if self.trouble == "killed in mid-batch":
            self.countdown -= 1
            if self.countdown < 0:
                self.die()
        if arrival.edit is not None and POISON in str(arrival.edit.value):
            self.note("poison")
            raise RuntimeError("an edit that the merge cannot digest")

    def on_read(self) -> None:
        if self.trouble == "killed after commit":
            self.die()
        self.heard += 1
        self.places[-1] = self.heard
        between, self.between = self.between, None
        if between is not None:
            between()

    def die(self) -> None:
        self.note(self.trouble or "killed")
        self.trouble = None
        raise Killed

    # ---- the door ------------------------------------------------------------------------------

    def exchange(self, body: list[Any], person: str, drain_only: bool = False, app: str = "new") -> Reply | None:
        """One request by a session of this person; None: the server died and nothing was answered."""
        known = self.plant.people[person]
        seat = UUID(int=known.int ^ 1)
        self.sessions[seat] = person
        actor = Actor(self.plant.tenant_id, known, SessionId(seat), DeviceId(unshort(body[1])), drain_only)  # type: ignore[arg-type]
        self.places.append(0)
        try:
            answer = self._work(lambda: admit(orjson.dumps(body), actor, app))
        except Killed:
            return None
        except Problem as fault:
            wait = RETRY_AFTER_S if fault.code.status in (429, 503) else None
            return problem(fault.code.status, str(fault.code), wait)
        except SQLAlchemyError as error:
            said = problem_of(error)
            if said is None:
                raise
            return problem(said.code.status, str(said.code), RETRY_AFTER_S)
        finally:
            self.trouble = None
            place = self.places.pop()
        parsed = orjson.loads(answer)
        self.on_answer(body, parsed, place)
        return Reply("answer", 200, ours=True, body=parsed)

    def _work(self, work: Callable[[], T]) -> T:
        with self.plant.app.app_context(), tenant_context(self.plant.tenant_id):
            try:
                return work()
            finally:
                db.session.remove()

    # ---- the desk ------------------------------------------------------------------------------

    def at_desk(self, work: Callable[[], None]) -> None:
        """HR changes something, in a unit of work."""
        self._work(lambda: unit_of_work(work))

    def delegate(self, to: str) -> None:
        """The supervisor's team is opened to somebody else."""
        people, now = self.plant.people, self.plant.clock.now()
        self.at_desk(
            lambda: session().add(
                Delegation(
                    cycle_id=self.plant.cycle_id,
                    rater_id=people["supervisor"],
                    delegate_id=people[to],
                    valid_from=now,
                    valid_to=None,
                    granted_by_id=people["manager"],
                    granted_at=now,
                )
            )
        )

    def end_delegation(self, of: str) -> None:
        """From now on what they still send is parked."""
        query = (
            sa.update(Delegation)
            .where(Delegation.delegate_id == self.plant.people[of], Delegation.valid_to.is_(None))
            .values(valid_to=self.plant.clock.now())
        )
        self.at_desk(lambda: session().execute(query) and None)

    def set_cycle(self, state: str) -> None:
        """Open, closing or closed; the phones are told."""

        def change() -> None:
            cycle = session().execute(sa.select(Cycle).where(Cycle.id == self.plant.cycle_id)).scalar_one()
            cycle.state = state
            session().flush()
            publish(CycleChanged(CycleId(cycle.id)))

        self.at_desk(change)

    def next_cycle(self) -> None:
        """A new cycle begins; what was closed leaves the phones."""
        now = self.plant.clock.now()

        def begin() -> None:
            departments = session().execute(sa.select(cast.Department).where(cast.Department.code.in_(["WA", "WB"])))
            cast.open_cycle(list(departments.scalars()), now=now, name=f"next {now + timedelta(0)}")

        self.at_desk(begin)

    def backup(self) -> None:
        self.backups.append(self.plant.raw.serialize())

    def restore(self, which: int) -> None:
        """The database of an earlier moment, under a new epoch."""
        self.plant.raw.deserialize(self.backups[which])
        # Not an id's first characters: those are the machine's clock, and a seed would not be one story.
        token = urlsafe_b64encode(self.plant.chance.randbits(72).to_bytes(9, "big")).decode()
        self.plant.raw.execute("UPDATE tenant SET epoch = ?", (token,))
        self.plant.raw.commit()
        self.commits += 1

    def close(self) -> None:
        self.plant.server = None


def admit(body: bytes, actor: Actor, app: str) -> bytes:
    """The request reaches the service behind the door. `app`: which build of the client asks."""
    return routes.handle(body, actor)


__all__ = ["START_MS", "Killed", "Server", "busy", "page", "plant"]
