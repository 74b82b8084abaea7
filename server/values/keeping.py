"""Writing what a push decided: values through the one way in, objections with the clock of their answer."""

from collections.abc import Iterator, Sequence
from datetime import date, datetime
from typing import Final

import sqlalchemy as sa

from server.foundation.db import changed, current_tenant, session
from server.foundation.ids import IndicatorId, PersonId, new_id, unshort
from server.foundation.prepared import at_once, insert_rows
from server.sync_api.registry import Done
from server.values import queries
from server.values.deadlines import due
from server.values.models import REASON_MAX, ObjectionState, ValueEntry, ValueObjection
from server.values.record import MeasuredRecord
from server.values.rows import By, Fate, Given, seen
from server.values.scopes import MEASURED, values_scope
from server.values.taking import take_in
from sync.measures import Entry, Key, Objection

WENT_IN: Final = frozenset({Fate.NEW, Fate.CORRECTED, Fate.CONTINUED})
Batch = list[tuple[MeasuredRecord, Done, Entry]]


class Disagrees(Exception):
    """A value that the core took was refused on its way into the table. The push is taken in again without it."""


def keep(records: Sequence[MeasuredRecord], now: datetime) -> None:
    """Write values and objections, in the order of the push for each person."""
    with at_once():
        for batch in _batches(records):
            _take_in(batch, now)
        for record in records:
            for done in record.done:
                if done.decision.changed and isinstance(done.edit.value, Objection):
                    _object(record, done, done.edit.value, now)


def _batches(records: Sequence[MeasuredRecord]) -> Iterator[Batch]:
    """Entries of one author and source together, each key of a person once."""
    batch: Batch = []
    seen: set[tuple[object, Key]] = set()
    where: tuple[str, str] | None = None
    for record in records:
        for done in record.done:
            asked = done.edit.value
            if not done.decision.changed or not isinstance(asked, Entry):
                continue
            here = record.sources.measured[asked.indicator].source, done.edit.id.author
            if here != where or (record.id, asked.key) in seen:
                if batch:
                    yield batch
                batch, seen, where = [], set(), here
            batch.append((record, done, asked))
            seen.add((record.id, asked.key))
    if batch:
        yield batch


def _take_in(batch: Batch, now: datetime) -> None:
    record, done, _ = batch[0]
    source = record.sources.measured[batch[0][2].indicator].source
    rows = [_given(place, one, asked) for place, (one, _, asked) in enumerate(batch)]
    numbers = {one.employee_no: one.id for one, _, _ in batch}
    taken = take_in(rows, source, now, by=By(person_id=PersonId(unshort(done.edit.id.author))), people=numbers)
    if any(taken.counts[fate] for fate in Fate if fate not in WENT_IN):
        raise Disagrees([one.code or one.fate.value for one in taken.receipts])
    insert_rows(ValueEntry, [_entry_row(one, made, asked, now) for one, made, asked in batch])


def _given(place: int, record: MeasuredRecord, asked: Entry) -> Given:
    first, last = date.fromisoformat(asked.first), date.fromisoformat(asked.value.last)
    reason = seen(asked.reason.replace("\n", " ")).strip()[:REASON_MAX]
    return Given(place, record.employee_no, asked.indicator, first, last, asked.value.number, reason)


def _entry_row(record: MeasuredRecord, done: Done, asked: Entry, now: datetime) -> dict[str, object]:
    indicator = record.sources.measured[asked.indicator].id
    first = date.fromisoformat(asked.first)
    held = queries.value(record.id, indicator, first)
    assert held is not None
    session().refresh(held)  # written past the session
    return {
        "tenant_id": current_tenant(),
        "id": new_id(),
        "version": str(done.edit.id),
        "person_id": record.id,
        "indicator_id": indicator,
        "period_from": first,
        "period_to": held.period_to,
        "value": held.value,
        "reason": asked.reason.strip()[:REASON_MAX],
        "number": held.version,
        "author_id": unshort(done.edit.id.author),
        "device_time": done.edit.device_time,
        "received_at": now,
    }


def _object(record: MeasuredRecord, done: Done, asked: Objection, now: datetime) -> None:
    """Raise an objection: its clock begins now, by the server's time; what the phone's clock said stands beside it."""
    indicator = queries.indicator_id(asked.indicator)
    first = date.fromisoformat(asked.first)
    stands = None if indicator is None else queries.value(record.id, indicator, first)
    assert stands is not None
    session().refresh(stands)  # this push may have corrected it, past the session
    changed(MEASURED, record.id, [values_scope(record.id)])
    query = sa.select(ValueObjection).where(
        ValueObjection.person_id == record.id,
        ValueObjection.indicator_id == stands.indicator_id,
        ValueObjection.period_from == first,
        ValueObjection.state == ObjectionState.OPEN.value,
    )
    waiting = session().execute(query).scalars().first()
    if waiting is not None:
        waiting.reason = _more(waiting.reason, asked.words)
        return
    session().add(
        ValueObjection(
            person_id=PersonId(record.id),
            indicator_id=IndicatorId(stands.indicator_id),
            period_from=first,
            version=stands.version,
            shown=stands.value,
            shown_to=stands.period_to,
            reason=asked.words.strip(),
            raised_at=now,
            due_at=due(now),
            mutation=str(done.edit.id),
            device_time=done.edit.device_time,
            state=ObjectionState.OPEN.value,
            answered_by_id=None,
            answered_at=None,
            answer=None,
        )
    )
    session().flush()  # the next one of this push may add to it


def _more(before: str, words: str) -> str:
    return f"{before}\n{words.strip()}"
