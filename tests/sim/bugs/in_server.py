"""Rules switched off in the real endpoint."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import orjson
import sqlalchemy as sa

from server.evaluations import keeping, record, synced
from server.evaluations.standing import Standing
from server.foundation import db as database
from server.foundation.db import session
from server.foundation.problems import Problem
from server.policy import Relation
from server.sync_api import contact, feed, joint, journal, protocols, pull, push
from server.sync_api.journal import Journal
from server.sync_api.models import LoggedMutation
from server.sync_api.problems import SYNC_MALFORMED, UPDATE_NEEDED
from sync import merge
from sync.model import Receipt
from tests.sim import server as sim
from tests.sim.bugs import Patch, bug


@bug("R1", "counter and feed rows are written after COMMIT, in a transaction of their own")
def feed_after_commit(patch: Patch) -> None:
    def unit(work: Any) -> Any:
        caught: list[Any] = []
        hooks = list(database._hooks)
        database._hooks[:] = [caught.append]
        try:
            result = honest(work)
        finally:
            database._hooks[:] = hooks
        made = sim.plant().server
        if made is not None and made.trouble == "killed after commit":
            made.die()
        if caught:
            honest(lambda: [database._changes().extend(one) for one in caught] and None)
        return result

    honest = database.unit_of_work
    patch(joint, "unit_of_work", unit)


@bug("R2", "a busy database is taken for a poison edit")
def busy_is_poison(patch: Patch) -> None:
    # With care from the beginning: the second attempt would find the database at leisure again.
    patch(joint, "receive_all", lambda deliveries, carefully=False: push.receive_all(deliveries, True))
    patch(push, "is_the_databases", lambda error: False)
    patch(database, "is_transient", lambda error: False)


@bug("R4", "an id that was there before is judged again")
def no_dedupe(patch: Patch) -> None:
    def known(kept: Journal, one: Any) -> Any:
        found = honest(kept, one)
        if found is not None:
            session().execute(
                sa.delete(LoggedMutation).where(
                    LoggedMutation.device == journal.unshort(one.device),
                    LoggedMutation.author == journal.unshort(one.author),
                    LoggedMutation.n == one.n,
                )
            )
        return None

    honest = Journal.known
    patch(push, "again", lambda fate, same: None)
    patch(Journal, "write", _write_anew)


def _write_anew(kept: Journal, arrivals: Any, again: Any) -> None:
    for arrival in arrivals:
        row = kept._row(arrival)
        session().execute(
            sa.delete(LoggedMutation).where(
                LoggedMutation.device == row["device"],
                LoggedMutation.author == row["author"],
                LoggedMutation.n == row["n"],
            )
        )
        session().execute(sa.insert(LoggedMutation), [row])


@bug("R4", "other content under a used id is told the old receipt and thrown away", seeds=1000)
def payload_not_compared(patch: Patch) -> None:
    from tests.sim.bugs import in_phone

    in_phone.coalesced_after_send.plant(patch)
    patch(push, "again", lambda fate, same: merge.again(fate, True))
    patch(journal, "keep_variant", lambda arrival, now: None)


@bug("R6", "one edit that cannot be digested stops its whole push")
def poison_stops_all(patch: Patch) -> None:
    def receive(arrivals: Any, sender: Any) -> Any:
        try:
            with database.savepoint():
                return push._together(arrivals, sender)
        except RuntimeError:
            raise Problem(SYNC_MALFORMED) from None

    patch(push, "_receive", receive)


@bug("R6", "an edit whose neighbour is poison gets no receipt")
def neighbours_unanswered(patch: Patch) -> None:
    def receive(arrivals: Any, sender: Any) -> Any:
        try:
            with database.savepoint():
                return push._together(arrivals, sender)
        except RuntimeError:
            return []

    patch(push, "_receive", receive)


@bug("R6", "no savepoint round an edit: what failed half-way stays", seeds=1000)
def no_savepoint(patch: Patch) -> None:
    def written(records: Any, *rest: Any) -> None:
        for one in records:
            one.done[:] = [each for each in one.done if each.decision.receipt is not Receipt.MERGED]
        honest(records, *rest)

    honest = journal.write_history
    patch(journal, "write_history", written)


@bug("R7", "a refused edit is told so, and not kept")
def parked_not_kept(patch: Patch) -> None:
    def write(kept: Journal, arrivals: Any, again: Any) -> None:
        there = [one for one in arrivals if kept._known[one.id].fate.receipt is not Receipt.PARKED]
        honest(kept, there, again)

    honest = Journal.write
    patch(Journal, "write", write)


@bug("R8", "what the phone says of its queue is not noted")
def contact_not_noted(patch: Patch) -> None:
    def note(heard: Any) -> None:
        honest([(replace(request, queued=0), actor, now) for request, actor, now in heard])

    honest = contact.note_contacts
    patch(push, "note_contacts", note)


@bug("R9", "a submit freezes what its author signed only in part", seeds=400)
def frozen_in_part(patch: Patch) -> None:
    def freeze(one: Any, version: Any) -> Any:
        made = honest(one, version)
        return replace(made, comments=[None] * len(made.comments)) if any(made.comments) else made

    honest = record.EvaluationRecord._freeze
    patch(record.EvaluationRecord, "_freeze", freeze)


@bug("R10", "what left a scope is not told to those who hold it", seeds=10_000)
def no_leave(patch: Patch) -> None:
    def write(changes: Any) -> None:
        honest([change for change in changes if change.op != "leave"])

    honest = feed.write_feed
    patch(database, "_hooks", [write])


@bug("R10", "who lost the right a minute ago still has it")
def no_revoke(patch: Patch) -> None:
    def relations(one: Standing, author: Any, evaluation: Any) -> Any:
        found = honest(one, author, evaluation)
        return found or (frozenset({Relation.DELEGATE}) if one.ever(author, evaluation) else found)

    honest = Standing.relations

    def ever(one: Standing, author: Any, evaluation: Any) -> bool:
        return bool(honest(one, author, evaluation)) or (
            (evaluation.cycle_id, evaluation.rater_id, _uuid(author)) in one.ever_delegated
        )

    patch(Standing, "ever", ever)
    patch(Standing, "relations", relations)


def _uuid(author: Any) -> Any:
    return journal.unshort(author) if isinstance(author, str) else author


@bug("R10", "the list of scopes never shrinks: a delegation that ended goes on on the phone")
def scopes_never_end(patch: Patch) -> None:
    def delegated(person: Any, at: Any) -> Any:
        from server.cycles.models import Delegation

        found = session().execute(sa.select(Delegation).where(Delegation.delegate_id == person)).scalars().all()
        return sorted(found, key=lambda one: (one.rater_id, one.cycle_id))

    patch(synced.queries, "delegated_to", delegated)


@bug("R12", "a restored database keeps its epoch", seeds=400)
def epoch_kept(patch: Patch) -> None:
    def restore(one: sim.Server, which: int) -> None:
        before = one.plant.raw.execute("SELECT epoch FROM tenant").fetchone()[0]
        honest(one, which)
        one.plant.raw.execute("UPDATE tenant SET epoch = ?", (before,))

    honest = sim.Server.restore
    patch(sim.Server, "restore", restore)
    for module in (joint, pull):
        patch(module, "is_ahead", lambda request, seq: False)


@bug("R13", "a push of an old client is refused", seeds=200)
def old_client_refused(patch: Patch) -> None:
    def admit(body: bytes, actor: Any, app: str) -> bytes:
        if protocols.lifted(orjson.loads(body)).is_old:
            raise Problem(UPDATE_NEEDED)
        return honest(body, actor, app)

    honest = sim.admit
    patch(sim, "admit", admit)


@bug("R23", "the author of a push is not compared with the session", seeds=1000)
def author_not_compared(patch: Patch) -> None:
    from tests.sim import world

    def read(request: Any, actor: Any, now: Any) -> Any:
        author = journal.unshort(request.push.author) if request.push else actor.person_id
        return honest(request, replace(actor, person_id=author), now)

    def ask(one: world.World, phone: Any, tab: Any, body: Any) -> Any:
        if phone.session is None:
            return asked(one, phone, tab, body)
        person, tab_person = one.person(phone.session), tab.person
        one.server.plant.clock.ms = one.now
        if phone.session == tab_person:
            return asked(one, phone, tab, body)
        return one.server.exchange(body, person, False, phone.app)

    def enter(one: Any, person: str) -> None:
        # The cookie changes hands while a tab of the other person is still open.
        before = list(one.tabs)
        entered(one, person)
        for tab in before:
            if tab.person != person and one.session is not None and not one.world.facts.quiet:
                tab.asked = True
                asking = tab.begin()
                if asking is not None:
                    answer = ask(one.world, one, tab, asking.body)
                    if answer is not None:
                        tab.finish(answer)

    from tests.sim.phone import Phone

    honest, asked, entered = push.read_push, world.World.ask, Phone.enter
    patch(push, "read_push", read)
    patch(Phone, "enter", enter)


@bug("R1: one read", "an answer's sequence is read after its rows, when others have committed since", seeds=1000)
def sequence_read_later(patch: Patch) -> None:
    _counts(patch, lambda seq: seq + 1)


@bug("R1: one read", "an answer leaves out what another worker committed while it pushed", seeds=400)
def sequence_read_before(patch: Patch) -> None:
    seen: list[int] = []

    def receive(*arguments: Any) -> Any:
        result = honest(*arguments)
        seen[:] = [feed.sequence()]
        return result

    honest = push.receive_all
    patch(joint, "receive_all", receive)
    _counts(patch, lambda seq: seen.pop() if seen else seq)


def _counts(patch: Patch, change: Callable[[int], int]) -> None:
    """Let the pull believe another sequence than the one that it read."""

    class Read:
        def __init__(self, later: Any) -> None:
            self.later = later

        def rows(self) -> list[tuple[str, int]]:
            return [(row.epoch, change(row.seq)) for row in self.later.rows()]

    def ask_later(query: Any, values: Any) -> Any:
        found = honest(query, values)
        return Read(found) if query is pull._EPOCH else found

    honest = pull.ask_later
    patch(pull, "ask_later", ask_later)


@bug("merge: held", "an edit that waited is not judged when what it waited for comes", seeds=10_000)
def held_never_wakes(patch: Patch) -> None:
    def told(fate: Any, same: bool) -> Any:
        # Asked again after five minutes it would be judged all the same: that second way is closed too.
        return Receipt.HELD if same and fate.receipt is Receipt.HELD else merge.again(fate, same)

    patch(push, "_wake", lambda written, records, kept, sender: set())
    patch(push, "again", told)


@bug("merge: held", "an edit that was held and comes again with its base is logged as held", seeds=4000)
def decision_forgotten(patch: Patch) -> None:
    patch(Journal, "_waiting", lambda kept, row: kept._note(row))


@bug("R4: history", "a step of history does not name what it replaced")
def history_forgets(patch: Patch) -> None:
    def row(*arguments: Any) -> Any:
        return {**honest(*arguments), "replaced": None}

    honest = journal._history_row
    patch(journal, "_history_row", row)


@bug("convergence", "what a push changed is not put into the feed of the case")
def case_not_told(patch: Patch) -> None:
    def told(kind: str, *rest: Any) -> None:
        if kind != "case":
            honest(kind, *rest)

    honest = keeping.changed
    patch(keeping, "changed", told)
