"""Planted bugs: each takes one defence out of the server, and the test of that fault must notice.

They exist in the test build alone; `make faults-selftest` runs every test once with its bug.
"""

from collections.abc import Callable
from functools import partial
from typing import Any


def plant(name: str) -> None:
    """Take the named defence out."""
    BUGS[name]()


def _answer_before_commit() -> None:
    """The receipts go out first; the edits are written with the next push."""
    from server.sync_api import joint

    real, receive = joint.unit_of_work, joint._receive
    late: list[Any] = []
    decided: list[Any] = []

    class Decided(Exception):
        pass

    def noted(deliveries: Any) -> Any:
        decided[:] = [deliveries]
        return receive(deliveries)

    def lazy(work: Callable[[], Any]) -> Any:
        while late:
            real(partial(receive, late.pop(0)))

        def only_decide() -> None:
            raise Decided(work())

        try:
            real(only_decide)
        except Decided as told:
            late.extend(decided)
            return told.args[0]

    joint.unit_of_work, joint._receive = lazy, noted


def _no_dedupe() -> None:
    """What arrived before is judged again, and its entry in the log written anew."""
    import sqlalchemy as sa

    from server.foundation.db import session
    from server.sync_api import push
    from server.sync_api.journal import Journal
    from server.sync_api.models import LoggedMutation

    class Forgetful(Journal):
        def known(self, one: Any) -> None:
            return None

        def fate(self, one: Any) -> Any:
            known = Journal.known(self, one)
            return None if known is None else known.fate

        def write(self, arrivals: Any, again: Any) -> None:
            for row in map(self._row, arrivals):
                session().execute(
                    sa.delete(LoggedMutation).where(
                        LoggedMutation.device == row["device"],
                        LoggedMutation.author == row["author"],
                        LoggedMutation.n == row["n"],
                    )
                )
            super().write(arrivals, set())

    push.Journal = Forgetful  # type: ignore[misc]


def _errors_unnamed() -> None:
    """A database that is away, busy or full is taken for a bug."""
    from server.foundation import errors
    from server.sync_api import push

    errors.problem_of = lambda error: None
    push.problem_of = errors.problem_of


def _no_retry() -> None:
    """Busy and deadlock are neither tried again nor known."""
    from server.foundation import db as seam
    from server.foundation import errors
    from server.sync_api import routes

    seam.ATTEMPTS = 1  # type: ignore[misc]
    for module in (seam, errors, routes):
        module.is_transient = lambda error: False  # type: ignore[attr-defined]


def _same_epoch() -> None:
    """A restore that tells nobody."""
    from server.cli import backups

    backups._begin_epoch = lambda: None


def _refuses_strange_clocks() -> None:
    """An edit whose time lies a day from the server's is parked."""
    from server.foundation import clock
    from server.sync_api import push
    from sync.model import Reason

    real = push._judge

    def judge(arrival: Any, records: Any, kept: Any, now: Any) -> Any:
        off_ms = arrival.device_time - int(clock.now().timestamp() * 1000)
        return kept.parked(arrival, Reason.INVALID) if abs(off_ms) > 86_400_000 else real(arrival, records, kept, now)

    push._judge = judge


def _last_writer_wins() -> None:
    """Whoever comes later is believed to have seen what is there."""
    from dataclasses import replace

    from server.sync_api import push

    real = push.decide

    def decide(held: Any, edit: Any, *rest: Any) -> Any:
        return real(held, replace(edit, base=() if held.version is None else (held.version,)), *rest)

    push.decide = decide


def _cycle_state_ignored() -> None:
    """A closed cycle takes edits."""
    from dataclasses import replace

    from server.sync_api import push
    from sync.model import CycleState

    real = push.decide
    push.decide = lambda held, edit, facts, fate: real(held, edit, replace(facts, cycle=CycleState.OPEN), fate)


def _any_author() -> None:
    """Whoever is named as the author is taken for it."""
    from server.sync_api import push

    def read(request: Any, actor: Any, now: Any) -> Any:
        if request.push is None:
            return []
        stamp = push._Stamp(now, actor.session_id, actor.drain_only, None)
        return [push._arrival(one, request.push, request.device, stamp) for one in request.push.mutations]

    push.read_push = read


def _poison_stops_all() -> None:
    """A batch is one thing: what fails in it fails it."""
    from server.foundation.db import savepoint
    from server.sync_api import push

    def receive(arrivals: Any, now: Any) -> Any:
        if not arrivals:
            return []
        with savepoint():
            return push._together(arrivals, now)

    push._receive = receive


def _body_inside_unit() -> None:
    """The body is read while the write lock is held."""
    from flask import request

    from server.foundation import web
    from server.foundation.db import session, unit_of_work

    enter = web._enter

    def entered(demand: Any) -> Any:
        found = enter(demand)
        if request.path == "/api/sync":
            with web.tenant_context(found.tenant_id):
                unit_of_work(lambda: request.get_data() and None)
                session().close()
        return found

    web._enter = entered


def _contact_unread() -> None:
    """Nobody writes down what a phone says that it still holds."""
    from server.sync_api import contact

    real = contact._row
    contact._row = lambda *heard: real(*heard) | {"queued_count": 0, "oldest_queued_at": None}


def _damage_unseen() -> None:
    """Nobody looks at the file before it is served."""
    from server.cli import serving

    serving._refuse_damaged = lambda wanted: None


def _migration_by_statement() -> None:
    """Each statement of a migration is committed by itself, and the revision comes last."""
    import sqlalchemy as sa
    from sqlalchemy import event

    def commit(connection: Any, cursor: Any, statement: str, *_rest: Any) -> None:
        if statement.lstrip().upper().startswith(("CREATE TABLE", "ALTER", "CREATE INDEX")):
            cursor.execute("COMMIT")
            cursor.execute("BEGIN")

    event.listen(sa.Engine, "after_cursor_execute", commit)


BUGS: dict[str, Callable[[], None]] = {
    "answer_before_commit": _answer_before_commit,
    "no_dedupe": _no_dedupe,
    "errors_unnamed": _errors_unnamed,
    "no_retry": _no_retry,
    "same_epoch": _same_epoch,
    "refuses_strange_clocks": _refuses_strange_clocks,
    "last_writer_wins": _last_writer_wins,
    "cycle_state_ignored": _cycle_state_ignored,
    "any_author": _any_author,
    "poison_stops_all": _poison_stops_all,
    "contact_unread": _contact_unread,
    "damage_unseen": _damage_unseen,
    "migration_by_statement": _migration_by_statement,
    "body_inside_unit": _body_inside_unit,
}
