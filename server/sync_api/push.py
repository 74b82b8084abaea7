"""Push: the edits of one phone, or of several at once, in one unit of work; a terminal receipt for each.

Per mutation: its id against the log (a stored result is told again; other content under a used id
is kept and shown), the record's lock, the rights of NOW, `sync.merge.decide`, the history. Each
mutation's effect is all or nothing: the batch is first tried as a whole, since a poison mutation is
rare. When it fails, the unit is begun again with the batch inside a savepoint, and halved until the
poison stands alone and is parked. Order is kept within the batch, so also within each evaluation.
"""

import hashlib
from collections.abc import Iterable, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import chain, islice
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy.exc import DBAPIError

from server.foundation.db import savepoint
from server.foundation.errors import problem_of
from server.foundation.ids import PersonId, short, unshort
from server.foundation.log import log, where
from server.foundation.prepared import gathered
from server.foundation.problems import INVALID, FieldError, Problem
from server.foundation.web import Actor
from server.sync_api import journal, registry, stored
from server.sync_api.contact import note_contacts
from server.sync_api.journal import Arrival, Journal, Outcome
from server.sync_api.problems import AUTHOR_MISMATCH, SYNC_MALFORMED
from server.sync_api.said import Unreadable
from server.sync_api.wire import Push, RawMutation, Reader, Request
from sync.merge import again, decide
from sync.model import Facts, Mutation, MutationId, Op, Reason, Receipt


@dataclass(frozen=True, slots=True)
class Delivery:
    """What one phone hands in: its request and the mutations read from it."""

    request: Request
    arrivals: Sequence[Arrival]
    actor: Actor
    now: datetime


def read_push(request: Request, actor: Actor, now: datetime, *, brought_in_by: PersonId | None = None) -> list[Arrival]:
    """Load each mutation alone. `actor` is the author, not who carries the edits here: what counts are the rights of
    who typed them. Raises Problem `author_mismatch`, `sync_malformed`.
    """
    push = request.push
    if push is None:
        return []
    if push.author != short(actor.person_id):
        raise Problem(AUTHOR_MISMATCH)
    try:
        unshort(request.device)
    except ValueError as error:
        raise Problem(SYNC_MALFORMED, errors=[FieldError("/1", "invalid", {})]) from error
    sent_ms = request.sent_ms
    # Of a file nobody knows what the phone's clock said when somebody brought it here.
    offset_ms = 0 if sent_ms is None or brought_in_by is not None else int(now.timestamp() * 1000) - sent_ms
    stamp = _Stamp(now, actor.session_id, actor.drain_only, brought_in_by, offset_ms)
    return [_arrival(raw, push, request.device, stamp) for raw in push.mutations]


class _Stamp(NamedTuple):
    received_at: datetime
    session_id: UUID
    drain_only: bool
    brought_in_by: UUID | None
    offset_ms: int


def _arrival(raw: RawMutation, push: Push, device: str, stamp: _Stamp) -> Arrival:
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
            also=tuple(MutationId.parse(version) for version in read.also),
        )
    except Unreadable as fault:
        kept = stored.storable({"record": raw.record, "parts": raw.parts[2:]})
        return Arrival(one, kept["record"], _hash(kept), kept, None, fault.reason, 0, *stamp)
    content: dict[str, Any] = {
        "record": edit.record,
        "field": edit.field,
        "op": edit.op.value,
        "value": stored.asked_to_json(edit.value),
        "base": [str(version) for version in edit.base],
        "time": edit.device_time,
    }
    if edit.also:
        content["also"] = [str(version) for version in edit.also]
    return Arrival(one, raw.record, _hash(content), content, edit, None, edit.device_time, *stamp)


def _hash(content: object) -> bytes:
    return hashlib.sha256(stored.canonical(content)).digest()


def receive(request: Request, arrivals: Sequence[Arrival], actor: Actor, now: datetime) -> list[Outcome]:
    """Take in one push; call inside `unit_of_work`."""
    (outcomes,) = receive_all([Delivery(request, arrivals, actor, now)], True)
    return outcomes


def receive_all(deliveries: Sequence[Delivery], carefully: bool = False) -> list[list[Outcome]]:
    """Take in the pushes of several phones, in this order, as if one had come after the other; call
    inside `unit_of_work`. The outcomes of each, in its own order.

    A savepoint costs each push what one in ten thousand needs. Without one whatever an edit breaks breaks the whole
    unit, nothing of which stays; whoever called rolls it back and comes again `carefully`.
    """
    now = max(one.now for one in deliveries)
    arrivals = [arrival for one in deliveries for arrival in one.arrivals]
    with nullcontext() if carefully else gathered():
        found = _receive(arrivals, now) if carefully or not arrivals else _together(arrivals, now)
        note_contacts([(one.request, one.actor, one.now) for one in deliveries])
    outcomes = iter(found)
    return [list(islice(outcomes, len(one.arrivals))) for one in deliveries]


def bring_in(arrivals: Sequence[Arrival], now: datetime) -> list[Outcome]:
    """Take in what somebody else carries here in a file: no contact of the phone is noted. Call inside
    `unit_of_work`."""
    return _receive(arrivals, now)


def _receive(arrivals: Sequence[Arrival], now: datetime) -> list[Outcome]:
    if not arrivals:
        return []
    try:
        with savepoint():
            return _together(arrivals, now)
    except DBAPIError as error:
        if is_the_databases(error):
            raise
        fault: Exception = error
    except Problem:
        raise
    except Exception as error:  # a bug on one edit must not hold up the others
        fault = error
    if len(arrivals) > 1:
        middle = len(arrivals) // 2
        return _receive(arrivals[:middle], now) + _receive(arrivals[middle:], now)
    log().error("mutation.poison", error=type(fault).__name__, where=where(fault))
    with savepoint():
        return [_park_alone(arrivals[0])]


def is_the_databases(error: DBAPIError) -> bool:
    """Whether the trouble is the database's own (busy, full, too slow, away): no edit is to blame,
    and each of them is asked about again."""
    problem = problem_of(error)
    return problem is not None and problem.code is not INVALID


def _park_alone(arrival: Arrival) -> Outcome:
    kept = Journal()
    known = kept.known(arrival.id)
    if known is not None:  # another request got there first
        return known.outcome()
    outcome = kept.parked(arrival, Reason.INVALID)
    kept.write([arrival], set())
    return outcome


def _together(arrivals: Sequence[Arrival], now: datetime) -> list[Outcome]:
    named = {arrival.record for arrival in arrivals}
    wanted = sorted(one for record in named if (one := journal.record_id_of(record)) is not None)
    locking = [room.lock(wanted, now) for room in registry.rooms()]
    kept = Journal()
    kept.expect(chain.from_iterable(_ids_named(arrival) for arrival in arrivals), wanted)
    records = {short(record.id): record for locked in locking for record in locked()}
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
                    journal.keep_variant(arrival, now)
                outcomes.append(known.outcome() if same else Outcome(arrival.id.n, told))
                continue
            if arrival.id not in written:
                held_before.add(arrival.id)
        outcomes.append(_judge(arrival, records, kept, now))
        written[arrival.id] = arrival
    held_before |= _wake(written, records, kept, now)
    touched = list(records.values())
    carried = {one.id: one.brought_in_by for one in written.values() if one.edit is not None}
    with gathered():
        kept.write(list(written.values()), held_before)
        for room in registry.rooms():
            room.store([r for r in touched if r.room is room and (r.done or r.refused)], now)
        journal.write_history(touched, now, carried)
    return outcomes


def _ids_named(arrival: Arrival) -> Iterable[MutationId]:
    yield arrival.id
    if arrival.edit is not None:
        yield from journal.versions_named(arrival.edit)


def _wake(
    written: dict[MutationId, Arrival],
    records: dict[str, registry.Record],
    kept: Journal,
    now: datetime,
) -> set[MutationId]:
    """Judge anew what was held until one of these arrived. Returns those whose fate in the log is another now."""
    arrived = [one for one in written if not kept.is_held(one)]
    asleep = [one for one in kept.waiting_for(arrived) if one.id not in written] if arrived and records else []
    draining = {one.id.author for one in written.values() if one.drain_only}
    woken: set[MutationId] = set()
    progress = True
    while progress:  # one that waits for another of these comes in a later pass
        progress = False
        for one in asleep:
            if kept.is_held(one.id) and one.record in records:
                waited_for = kept.missing(one.id)
                _judge(replace(one, drain_only=one.id.author in draining), records, kept, now)
                if kept.missing(one.id) != waited_for:  # free, or waiting for the next of several
                    written[one.id] = one
                    woken.add(one.id)
                    progress = True
    return woken


def _judge(arrival: Arrival, records: dict[str, registry.Record], kept: Journal, now: datetime) -> Outcome:
    edit = arrival.edit
    if edit is None:
        return kept.parked(arrival, Reason.INVALID)
    record = records.get(edit.record)
    if record is None or not record.related(edit):
        return kept.parked(arrival, Reason.NO_SUCH_RECORD)
    facts = Facts(
        received_at=int((arrival.received_at or now).timestamp() * 1000),
        case_id=record.next_case(),
        cycle=record.cycle,
        status=record.status,
        rights=record.rights(edit),
        session_open=not arrival.drain_only,
        lines=record.lines,
        fields=record.fields,
        result=record.result,
        windows=record.windows,
        clock=record.clock(edit, arrival.offset_ms),
    )
    decision = decide(record.held(edit.field), edit, facts, kept.fate)
    if decision.receipt not in (Receipt.PARKED, Receipt.HELD):
        record.take(edit, decision)
    elif decision.receipt is Receipt.PARKED:
        record.refuse(edit, decision)
    return kept.decided(arrival, edit, decision)
