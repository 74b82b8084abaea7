"""Push: the edits of one phone, one unit of work, a terminal receipt for each.

Per mutation: its id against the log (a stored result is told again; other content under a used id
is kept and shown), the record's lock, the rights of NOW, `sync.merge.decide`, the history. Each
mutation's effect is all or nothing: the batch is first tried inside one savepoint, since a poison
mutation is rare, and if the database refuses it, halved until the poison stands alone and is
parked. Order is kept within the batch, so also within each evaluation.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.exc import DBAPIError

from server.foundation.db import savepoint
from server.foundation.errors import problem_of
from server.foundation.ids import new_id, short, unshort
from server.foundation.log import log, where
from server.foundation.problems import INVALID, FieldError, Problem
from server.foundation.web import Actor
from server.sync_api import journal, registry, stored
from server.sync_api.contact import note_contact
from server.sync_api.journal import Arrival, Journal, Outcome
from server.sync_api.problems import AUTHOR_MISMATCH, SYNC_MALFORMED
from server.sync_api.wire import Push, RawMutation, Reader, Request, Unreadable
from sync.merge import again, decide
from sync.model import Facts, Mutation, MutationId, Op, Reason, Receipt


@dataclass(frozen=True, slots=True)
class Sender:
    """Whose push this is, and when it came."""

    actor: Actor
    device: str
    now: datetime

    @property
    def author(self) -> str:
        """The author of every mutation in this push."""
        return short(self.actor.person_id)

    @property
    def now_ms(self) -> int:
        """The server's instant in milliseconds."""
        return int(self.now.timestamp() * 1000)


def read_push(request: Request, actor: Actor) -> list[Arrival]:
    """Load each mutation alone. Raises Problem `author_mismatch`, `sync_malformed`."""
    push = request.push
    if push is None:
        return []
    if push.author != short(actor.person_id):
        raise Problem(AUTHOR_MISMATCH)
    try:
        unshort(request.device)
    except ValueError as error:
        raise Problem(SYNC_MALFORMED, errors=[FieldError("/1", "invalid", {})]) from error
    return [_arrival(raw, push, request.device) for raw in push.mutations]


def _arrival(raw: RawMutation, push: Push, device: str) -> Arrival:
    one = MutationId(device, push.author, raw.n)
    reader = Reader(f"{device}.{push.author}", push.writers, push.t0_ms)
    try:
        read = reader.mutation(raw)
        edit = Mutation(
            id=one,
            record=read.record,
            field=read.field,
            op=Op(read.op),
            value=stored.asked_from_wire(Op(read.op), read.value),
            base=tuple(MutationId.parse(version) for version in read.base),
            device_time=read.device_time_ms,
        )
    except Unreadable as fault:
        kept = stored.storable({"record": raw.record, "parts": raw.parts[2:]})
        return Arrival(one, kept["record"], _hash(kept), kept, None, fault.reason)
    content: dict[str, Any] = {
        "record": edit.record,
        "field": edit.field,
        "op": edit.op.value,
        "value": stored.asked_to_json(edit.value),
        "base": [str(version) for version in edit.base],
        "time": edit.device_time,
    }
    return Arrival(one, raw.record, _hash(content), content, edit, None, edit.device_time)


def _hash(content: object) -> bytes:
    return hashlib.sha256(stored.canonical(content)).digest()


def receive(request: Request, arrivals: Sequence[Arrival], actor: Actor, now: datetime) -> list[Outcome]:
    """Take in one push; call inside `unit_of_work`."""
    sender = Sender(actor, request.device, now)
    outcomes = _receive(arrivals, sender)
    note_contact(request, actor, now)
    return outcomes


def _receive(arrivals: Sequence[Arrival], sender: Sender) -> list[Outcome]:
    if not arrivals:
        return []
    try:
        with savepoint():
            return _together(arrivals, sender)
    except DBAPIError as error:
        if _is_the_databases(error):
            raise
        fault: Exception = error
    except Problem:
        raise
    except Exception as error:  # a bug on one edit must not hold up the others
        fault = error
    if len(arrivals) > 1:
        middle = len(arrivals) // 2
        return _receive(arrivals[:middle], sender) + _receive(arrivals[middle:], sender)
    log().error("mutation.poison", error=type(fault).__name__, where=where(fault))
    with savepoint():
        return [_park_alone(arrivals[0], sender)]


def _is_the_databases(error: DBAPIError) -> bool:
    """Whether the trouble is the database's own (busy, full, too slow, away): no edit is to blame,
    and each of them is asked about again."""
    problem = problem_of(error)
    return problem is not None and problem.code is not INVALID


def _park_alone(arrival: Arrival, sender: Sender) -> Outcome:
    kept = Journal()
    known = kept.known(arrival.id)
    if known is not None:  # another request got there first
        return known.outcome()
    outcome = kept.parked(arrival, Reason.INVALID)
    kept.write([arrival], set(), now=sender.now, session_id=sender.actor.session_id)
    return outcome


def _together(arrivals: Sequence[Arrival], sender: Sender) -> list[Outcome]:
    records = _locked(arrivals, sender)
    kept = Journal()
    kept.read(arrival.id for arrival in arrivals)
    kept.read(
        version for arrival in arrivals if arrival.edit is not None for version in journal.versions_named(arrival.edit)
    )
    outcomes: list[Outcome] = []
    written: dict[MutationId, Arrival] = {}
    held_before: set[MutationId] = set()
    for arrival in arrivals:
        known = kept.known(arrival.id)
        if known is not None:
            same = known.hash == arrival.hash
            told = again(known.fate, same)
            if told is not None:
                if not same:
                    journal.keep_variant(arrival, sender.now)
                outcomes.append(known.outcome() if same else Outcome(arrival.id.n, told))
                continue
            if arrival.id not in written:
                held_before.add(arrival.id)
        outcomes.append(_judge(arrival, records, kept, sender))
        written[arrival.id] = arrival
    held_before |= _wake(written, records, kept, sender)
    touched = list(records.values())
    kept.write(list(written.values()), held_before, now=sender.now, session_id=sender.actor.session_id)
    for room in registry.rooms():
        room.store([r for r in touched if r.room is room and r.done], sender.now)
    journal.write_history(touched, sender.now)
    return outcomes


def _wake(
    written: dict[MutationId, Arrival],
    records: dict[str, registry.Record],
    kept: Journal,
    sender: Sender,
) -> set[MutationId]:
    """Judge anew what was held until one of these arrived. Returns those whose fate in the log is another now."""
    arrived = [one for one in written if not kept.is_held(one)]
    asleep = kept.waiting_for(arrived, but=written) if arrived else []
    woken: set[MutationId] = set()
    progress = True
    while progress:  # one that waits for another of these comes in a later pass
        progress = False
        for one in asleep:
            if kept.is_held(one.id) and one.record in records:
                waited_for = kept.missing(one.id)
                _judge(one, records, kept, sender)
                if kept.missing(one.id) != waited_for:  # free, or waiting for the next of several
                    written[one.id] = one
                    woken.add(one.id)
                    progress = True
    return woken


def _locked(arrivals: Sequence[Arrival], sender: Sender) -> dict[str, registry.Record]:
    wanted = {journal.record_id_of(arrival.record) for arrival in arrivals} - {None}
    ids = sorted(one for one in wanted if one is not None)
    viewer = registry.Viewer(sender.actor.person_id, sender.now)
    return {short(record.id): record for room in registry.rooms() for record in room.lock(ids, viewer)}


def _judge(arrival: Arrival, records: dict[str, registry.Record], kept: Journal, sender: Sender) -> Outcome:
    edit = arrival.edit
    if edit is None:
        return kept.parked(arrival, Reason.INVALID)
    record = records.get(edit.record)
    if record is None or not record.related(edit):
        return kept.parked(arrival, Reason.NO_SUCH_RECORD)
    facts = Facts(
        received_at=sender.now_ms,
        case_id=short(new_id()),
        cycle=record.cycle,
        status=record.status,
        rights=record.rights(edit),
        session_open=not (sender.actor.drain_only and edit.id.author == sender.author),
        lines=record.lines,
        fields=record.fields,
        result=record.result,
    )
    decision = decide(record.held(edit.field), edit, facts, kept.fate)
    if decision.receipt not in (Receipt.PARKED, Receipt.HELD):
        record.take(edit, decision)
    return kept.decided(arrival, edit, decision)
