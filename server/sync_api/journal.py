"""The log of mutations: what arrived before, the fate of somebody's base, and writing both down."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from server.foundation.db import current_tenant, session
from server.foundation.ids import short, unshort
from server.foundation.prepared import Later, ask_later, insert_rows, of_plant, table_of, within
from server.sync_api import stored
from server.sync_api.models import FieldHistory, LoggedMutation, MutationVariant
from server.sync_api.registry import Done, Record
from sync import wording
from sync.merge import fate_of
from sync.model import Decision, Fate, Mutation, MutationId, Op, Reason, Receipt, Resolution, Step, Submit, Version

_LOG = table_of(LoggedMutation).c
_COLUMNS = (
    _LOG.device,
    _LOG.author,
    _LOG.n,
    _LOG.payload_hash,
    _LOG.record,
    _LOG.field,
    _LOG.op,
    _LOG.asked,
    _LOG.base,
    _LOG.receipt,
    _LOG.reason,
    _LOG.wrote,
    _LOG.alias,
    _LOG.missing,
    _LOG.case_id,
    _LOG.device_time,
    _LOG.brought_in_by,
)
_OF_WRITER = of_plant(
    sa.select(*_COLUMNS).where(
        _LOG.device == sa.bindparam("device"), _LOG.author == sa.bindparam("author"), within(_LOG.n, "numbers")
    )
)
_HELD = of_plant(sa.select(*_COLUMNS).where(_LOG.receipt == Receipt.HELD.value, within(_LOG.record_id)))
NUMBERS_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class Outcome:
    """What the sender is told of one mutation. `about`: case id, reason or version, by receipt."""

    n: int
    receipt: Receipt
    about: str | None = None


@dataclass(frozen=True, slots=True)
class Arrival:
    """One mutation of a push: as it came, and what could be made of it."""

    id: MutationId
    record: str
    hash: bytes
    content: Any
    edit: Mutation | None
    detail: str | None = None
    """Why it could not be read, when `edit` is None."""
    device_time: int = 0
    received_at: datetime | None = None
    session_id: UUID | None = None
    drain_only: bool = False
    """Whether it came by a session that may only hand in."""
    brought_in_by: UUID | None = None
    """Who carried it here, when it was not the phone."""
    offset_ms: int = 0
    """The server's time less the phone's, where the phone said its own when it sent."""


@dataclass(frozen=True, slots=True)
class Known:
    """A mutation that is already in the log."""

    hash: bytes
    fate: Fate
    reason: str | None
    device_time: int = 0

    def outcome(self) -> Outcome:
        """The stored result, to be told again."""
        return _outcome(self.fate, self.reason)


def _outcome(fate: Fate, reason: str | None) -> Outcome:
    about = {
        Receipt.CONFLICT: fate.case_id,
        Receipt.PARKED: reason,
        Receipt.SAME: stored.text_of(fate.alias),
        Receipt.HELD: stored.text_of(fate.missing),
    }.get(fate.receipt)
    return Outcome(fate.id.n, fate.receipt, about)


class Journal:
    """The log as one push sees it: read in bulk once, then kept up as edits are decided."""

    def __init__(self) -> None:
        self._known: dict[MutationId, Known | None] = {}
        self._asked: list[Later] = []
        self._held: Later | None = None

    def expect(self, ids: Iterable[MutationId], records: Sequence[UUID]) -> None:
        """Ask for these ids, and for what is held of these records, with the next question."""
        self._ask(ids)
        if records:
            self._held = ask_later(_HELD, {"ids": records})

    def _ask(self, ids: Iterable[MutationId]) -> None:
        wanted = {one.plain() for one in ids} - self._known.keys()
        self._known |= dict.fromkeys(wanted)
        writers: dict[tuple[str, str], list[int]] = {}
        for one in wanted:
            writers.setdefault((one.device, one.author), []).append(one.n)
        for (device, author), numbers in sorted(writers.items()):
            key = stored.writer_key(device, author)
            for start in range(0, len(numbers) if key else 0, NUMBERS_AT_ONCE):
                some = numbers[start : start + NUMBERS_AT_ONCE]
                self._asked.append(ask_later(_OF_WRITER, key | {"numbers": some}))

    def _take(self) -> None:
        for later in self._asked:
            for row in later.rows():
                self._note(row)
        self._asked.clear()

    def waiting_for(self, ids: Iterable[MutationId]) -> list[Arrival]:
        """Edits in the log, of the records expected, that were held until one of these arrived."""
        texts = {str(one) for one in ids}
        found: list[Arrival] = []
        for row in () if self._held is None else self._held.rows():
            if row.missing not in texts:
                continue
            known = self._waiting(row)
            if known.fate.receipt is not Receipt.HELD:
                continue
            edit = Mutation(
                id=known.fate.id,
                record=known.fate.record,
                field=known.fate.field,
                op=Op(row.op),
                value=known.fate.asked,
                base=known.fate.base,
                device_time=row.device_time,
                also=stored.seen_of(row.op, row.base)[1],
            )
            waited = Arrival(edit.id, edit.record, known.hash, None, edit, None, edit.device_time)
            found.append(replace(waited, brought_in_by=row.brought_in_by))
        return sorted(found, key=lambda one: (one.id.device, one.id.author, one.id.n))

    def _waiting(self, row: Any) -> Known:
        # One that came again in this very push was decided since its row was written: the row is old.
        return self._known.get(MutationId(short(row.device), short(row.author), row.n)) or self._note(row)

    def _note(self, row: Any) -> Known:
        one = MutationId(short(row.device), short(row.author), row.n)
        receipt = Receipt(row.receipt)
        readable = bool(row.field)
        fate = Fate(
            id=one,
            record=row.record,
            field=row.field,
            receipt=receipt,
            asked=stored.asked_from_json(Op(row.op), row.asked) if readable else None,
            base=stored.seen_of(row.op, row.base)[0],
            wrote=stored.unboxed(row.wrote),
            alias=stored.version_of(row.alias),
            case_id=None if row.case_id is None else short(row.case_id),
            missing=stored.version_of(row.missing),
        )
        known = self._known[one] = Known(bytes(row.payload_hash), fate, row.reason, row.device_time)
        return known

    def known(self, one: MutationId) -> Known | None:
        """What the log holds under this id."""
        plain = one.plain()
        if plain not in self._known:
            self._ask([plain])
        if self._asked:
            self._take()
        return self._known[plain]

    def missing(self, one: MutationId) -> Version:
        """The version that this edit waits for; None when it waits no more."""
        known = self._known.get(one)
        return known.fate.missing if known is not None and known.fate.receipt is Receipt.HELD else None

    def is_held(self, one: MutationId) -> bool:
        """Whether this edit still waits for its base."""
        known = self._known.get(one)
        return known is not None and known.fate.receipt is Receipt.HELD

    def fate(self, one: MutationId) -> Fate | None:
        """The core's `Lookup`."""
        known = self.known(one)
        return None if known is None else known.fate

    # ---- writing ----------------------------------------------------------------------------

    def decided(self, arrival: Arrival, edit: Mutation, decision: Decision) -> Outcome:
        """Note what became of an edit; `write` puts it into the tables."""
        fate = fate_of(edit, decision)
        reason = None if decision.reason is None else decision.reason.value
        self._known[arrival.id] = Known(arrival.hash, fate, reason, arrival.device_time)
        return _outcome(fate, reason)

    def parked(self, arrival: Arrival, reason: Reason) -> Outcome:
        """Note an edit that nobody could judge."""
        edit = arrival.edit
        fate = Fate(
            id=arrival.id,
            record=arrival.record,
            field="" if edit is None else edit.field,
            receipt=Receipt.PARKED,
            asked=None if edit is None else edit.value,
            base=() if edit is None else edit.base,
        )
        self._known[arrival.id] = Known(arrival.hash, fate, reason.value, arrival.device_time)
        return _outcome(fate, reason.value)

    def write(self, arrivals: Sequence[Arrival], again: set[MutationId]) -> None:
        """Write the mutations that were decided; `again` are those that had been `held`."""
        fresh: list[dict[str, Any]] = []
        for arrival in arrivals:
            row = self._row(arrival)
            if arrival.id in again:
                _update(row)
            else:
                fresh.append(row)
        insert_rows(LoggedMutation, fresh)

    def _row(self, arrival: Arrival) -> dict[str, Any]:
        known = self._known[arrival.id]
        assert known is not None
        fate = known.fate
        edit = arrival.edit
        return {
            "tenant_id": current_tenant(),
            "device": unshort(arrival.id.device),
            "author": unshort(arrival.id.author),
            "n": arrival.id.n,
            "payload_hash": arrival.hash,
            "record": arrival.record,
            "record_id": record_id_of(arrival.record),
            "field": fate.field,
            "op": "" if edit is None else edit.op.value,
            "asked": arrival.content if edit is None else stored.asked_to_json(edit.value),
            "base": stored.seen_to_json(fate.base, () if edit is None else edit.also),
            "device_time": arrival.device_time,
            "received_at": arrival.received_at,
            "session_id": arrival.session_id,
            "receipt": fate.receipt.value,
            "reason": known.reason,
            "detail": arrival.detail,
            "wrote": stored.wrote_to_json(fate.wrote),
            "alias": stored.text_of(fate.alias),
            "missing": stored.text_of(fate.missing),
            "case_id": None if fate.case_id is None else unshort(fate.case_id),
            "brought_in_by": arrival.brought_in_by,
        }


def record_id_of(record: str) -> UUID | None:
    """The id that a record's text stands for; None when it is none of ours."""
    try:
        return unshort(record)
    except ValueError:
        return None


def versions_named(edit: Mutation) -> Iterable[MutationId]:
    """Every mutation that an edit points at: what the journal should have read before."""
    yield from (*edit.base, *edit.also)
    match edit.value:
        case Submit(signed):
            for _, versions in signed:
                yield from versions
        case Resolution(chosen=MutationId() as chosen):
            yield chosen
        case _:
            pass


def _update(row: dict[str, Any]) -> None:
    session().execute(
        sa.update(LoggedMutation)
        .where(
            LoggedMutation.device == row["device"],
            LoggedMutation.author == row["author"],
            LoggedMutation.n == row["n"],
        )
        .values({name: row[name] for name in ("receipt", "reason", "wrote", "alias", "missing", "case_id")})
        .execution_options(synchronize_session=False)
    )


def keep_variant(arrival: Arrival, now: datetime) -> None:
    """Keep other content under a used id, once."""
    key = {
        "device": unshort(arrival.id.device),
        "author": unshort(arrival.id.author),
        "n": arrival.id.n,
        "payload_hash": arrival.hash,
    }
    if session().get(MutationVariant, {"tenant_id": current_tenant(), **key}) is None:
        session().add(MutationVariant(**key, record=arrival.record, content=arrival.content, received_at=now))
        session().flush()  # the same content may come twice in one push


def write_history(records: Iterable[Record], now: datetime, carried: Mapping[MutationId, UUID | None]) -> None:
    """One entry for each step; `position` goes on from `record.steps`. `carried`: who brought an edit in."""
    rows: list[dict[str, Any]] = []
    for record in records:
        for done in record.done:
            words = wording.of_step(done.edit, done.decision)
            if words is None:
                continue
            record.steps += 1
            rows.append(_history_row(record, done, words, now) | {"brought_in_by": carried.get(done.edit.id)})
    insert_rows(FieldHistory, rows)


def _history_row(record: Record, done: Done, words: wording.Words, now: datetime) -> dict[str, Any]:
    edit, decision = done.edit, done.decision
    assert decision.step is not None
    version = decision.held.version if decision.changed else edit.id
    return {
        "tenant_id": current_tenant(),
        "record_id": record.id,
        "position": record.steps,
        "field": edit.field,
        "kind": decision.step.value,
        "version": stored.text_of(version),
        "replaced": stored.text_of(decision.replaced),
        "message": words.message,
        "params": dict(words.params),
        "author": unshort(edit.id.author),
        "device": unshort(edit.id.device),
        "device_time": edit.device_time,
        "received_at": now,
    }


def write_rules(
    marks: Mapping[UUID, Mapping[str, int | float]], now: datetime, *, after: Mapping[UUID, int] | None = None
) -> None:
    """The marks that the data gave, by record and field: first entries of new records, or, of a record that has had
    as many steps as `after` says, later ones."""
    steps = after or {}
    rows: list[dict[str, Any]] = [
        {
            "tenant_id": current_tenant(),
            "record_id": record_id,
            "position": position,
            "field": name,
            "kind": Step.RULE.value,
            "version": None,
            "replaced": None,
            "message": "history_rule",
            "params": {"value": mark},
            "author": None,
            "device": None,
            "device_time": None,
            "received_at": now,
            "brought_in_by": None,
        }
        for record_id, fields in marks.items()
        for position, (name, mark) in enumerate(fields.items(), start=steps.get(record_id, 0) + 1)
    ]
    insert_rows(FieldHistory, rows)
