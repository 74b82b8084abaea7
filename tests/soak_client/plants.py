"""A real server for simulated phones: the product's own application on SQLite, over HTTP on loopback.

Beside the product's doors stands one for the simulation, `/_sim/...`: it lays a prepared plant in place for each seed,
takes and restores backups, and tells what lies in the database, read past the product. The server's clock follows the
simulation's: each request says what time it is.
"""

import argparse
import gc
import json
import random
import shutil
import sqlite3
import sys
import tempfile
from collections.abc import Callable, Iterable
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from flask import Flask
from gevent.pywsgi import WSGIServer

from server.app import create_app
from server.cycles.models import Cycle, CycleState, Delegation
from server.foundation import ids, migrate
from server.foundation.db import db, session, tenant_context, unit_of_work
from server.foundation.ids import short
from server.foundation.settings import Settings
from server.identity.models import SessionState
from tests import cast

SECRET = "kT7wq-Zp41xLr9_vBn3eYd82sHc6GjUa0mXf5oRi"
START = datetime(2026, 11, 24, 1, 0, tzinfo=UTC)
PLANT = "north"
Environ = dict[str, Any]


class SimClock:
    """The simulation's time. It never runs backwards here: phones' clocks do that."""

    def __init__(self) -> None:
        self.at = START

    def now(self) -> datetime:
        return self.at

    def hear(self, milliseconds: str) -> None:
        self.at = datetime.fromtimestamp(int(milliseconds) / 1000, UTC)


class Dice:
    """Ids that a seed repeats: stands in for `secrets` in the product's maker of ids."""

    def __init__(self) -> None:
        self.randbits = random.Random(1).getrandbits


class Plants:
    """One database file, laid anew from a template for each seed."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.file = folder / "gemba.db"
        self.template = folder / "template.db"
        self.clock = SimClock()
        ids.secrets = Dice()  # type: ignore[assignment]
        self.app: Flask = create_app(
            Settings(
                database_url=f"sqlite:///{self.file}",
                secret=SECRET,
                demo=True,
                log_level="ERROR",
                trusted_hosts=("127.0.0.1",),
            ),
            clock=self.clock,
        )
        self.backups = 0
        self.restores = 0
        with self.app.app_context():
            migrate.upgrade(db.engine)
            self.cast = cast.build()
            self._at_work(self._stand_in)
        self._close()
        shutil.copy(self.file, self.template)

    def _stand_in(self) -> None:
        """The neighbour judges the supervisor's team beside her: two people on one field."""
        north = self.cast
        session().add(
            Delegation(
                cycle_id=north.cycle.id,
                rater_id=north.supervisor.id,
                delegate_id=north.neighbour.id,
                valid_from=START,
                valid_to=None,
                granted_by_id=north.hr.id,
                granted_at=START,
            )
        )

    def _at_work(self, work: Callable[[], None]) -> None:
        with tenant_context(self.cast.tenant_id):
            session().close()
            unit_of_work(work)
        db.session.remove()

    def _close(self) -> None:
        with self.app.app_context():
            db.session.remove()
            db.engine.dispose()

    # ---- what the simulation asks ------------------------------------------------------------------

    def reset(self, _asked: Any) -> Any:
        """The prepared plant, as if nothing had happened yet."""
        self._close()
        shutil.copyfile(self.template, self.file)
        self.backups = self.restores = 0
        ids.secrets = Dice()  # type: ignore[assignment]
        north = self.cast
        people = {"rater": north.supervisor, "delegate": north.neighbour, "worker": north.worker}
        return {
            "plant": PLANT,
            "start_ms": int(START.timestamp() * 1000),
            "people": {role: {"employee_no": one.employee_no, "id": short(one.id)} for role, one in people.items()},
        }

    def backup(self, _asked: Any) -> Any:
        self._close()
        self.backups += 1
        shutil.copyfile(self.file, self.folder / f"backup-{self.backups}.db")
        return self.backups

    def restore(self, asked: Any) -> Any:
        """An older state under a new epoch, as a restore leaves it."""
        self._close()
        shutil.copyfile(self.folder / f"backup-{asked['backup']}.db", self.file)
        self.restores += 1
        with closing(sqlite3.connect(self.file)) as raw, raw:
            raw.execute("UPDATE tenant SET epoch = ?", (f"restored{self.restores}",))
        return None

    def close_sessions(self, _asked: Any) -> Any:
        """Every login ends; the next request asks for a new one."""
        self._write("UPDATE auth_session SET state = ?, closed_at = created_at", (SessionState.CLOSED.value,))

    def end_delegation(self, _asked: Any) -> Any:
        self._write("UPDATE delegation SET valid_to = valid_from", ())

    def cycle(self, asked: Any) -> Any:
        """Moves the cycle on: `closing` still takes late edits, `closed` parks them."""
        state = CycleState(asked["state"])

        def move() -> None:
            from server.cycles.events import CycleChanged
            from server.foundation.events import publish

            one = session().execute(sa.select(Cycle)).scalar_one()
            one.state = state.value
            session().flush()
            publish(CycleChanged(one.id))

        with self.app.app_context():
            self._at_work(move)

    def _write(self, statement: str, values: Iterable[Any]) -> None:
        with closing(sqlite3.connect(self.file, timeout=5)) as raw, raw:
            raw.execute(statement, tuple(values))

    def log(self, _asked: Any) -> Any:
        """Everything that was ever handed in and what became of it, from the tables themselves."""
        with closing(sqlite3.connect(self.file)) as raw:
            raw.row_factory = sqlite3.Row
            tenant = UUID(hex=raw.execute("SELECT id FROM tenant WHERE code = ?", (PLANT,)).fetchone()[0]).hex

            def rows(table: str, order: str) -> list[dict[str, Any]]:
                query = f"SELECT * FROM {table} WHERE tenant_id = ? ORDER BY {order}"
                return [dict(row) for row in raw.execute(query, (tenant,))]

            return {
                "mutations": [_mutation(row) for row in rows("mutation", "received_at, author, device, n")],
                "variants": [
                    f"{_id(row['device'])}.{_id(row['author'])}.{row['n']}" for row in rows("mutation_variant", "n")
                ],
                "history": [_step(row) for row in rows("field_history", "record_id, position")],
                "evaluations": {_id(row["id"]): row["state"] for row in rows("evaluation", "id")},
                "cases": {_id(row["id"]): _id(row["evaluation_id"]) for row in rows("evaluation_case", "id")},
                "integrity": raw.execute("PRAGMA integrity_check").fetchone()[0],
            }


def _id(hexed: str | None) -> str | None:
    return None if hexed is None else short(UUID(hex=hexed))


def _mutation(row: dict[str, Any]) -> dict[str, Any]:
    return {
        "id": f"{_id(row['device'])}.{_id(row['author'])}.{row['n']}",
        "author": _id(row["author"]),
        "record": row["record"],
        "field": row["field"],
        "op": row["op"],
        "asked": None if row["asked"] is None else json.loads(row["asked"]),
        "base": json.loads(row["base"]),
        "receipt": row["receipt"],
        "reason": row["reason"],
    }


def _step(row: dict[str, Any]) -> dict[str, Any]:
    wanted = ("field", "kind", "version", "replaced", "position")
    return {"record": _id(row["record_id"]), **{name: row[name] for name in wanted}}


class Door:
    """WSGI: the simulation's door beside the product's."""

    def __init__(self, plants: Plants) -> None:
        self.plants = plants

    def __call__(self, environ: Environ, start_response: Callable[..., Any]) -> Iterable[bytes]:
        at = environ.pop("HTTP_X_SIM_NOW", None)
        if at is not None:
            self.plants.clock.hear(at)
        path = environ["PATH_INFO"]
        if not path.startswith("/_sim/"):
            return self.plants.app.wsgi_app(environ, start_response)
        body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
        answer = json.dumps(getattr(self.plants, path[6:])(json.loads(body or b"null"))).encode()
        start_response("200 OK", [("Content-Type", "application/json"), ("Content-Length", str(len(answer)))])
        return [answer]


def main() -> None:
    """Serve until standard input ends, that is, until whoever started this is gone."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int, default=0)
    asked = parser.parse_args()
    memory = Path("/dev/shm")
    with tempfile.TemporaryDirectory(prefix="gemba-sim-", dir=memory if memory.is_dir() else None) as folder:
        gc.freeze()
        gc.set_threshold(100_000)  # a request leaves little behind; looking for it each time costs a tenth
        server = WSGIServer(("127.0.0.1", asked.port), Door(Plants(Path(folder))), log=None)
        server.start()
        print(server.server_port, flush=True)
        from gevent.os import tp_read

        while tp_read(sys.stdin.fileno(), 1):
            pass
        server.stop(timeout=1)


if __name__ == "__main__":
    main()
