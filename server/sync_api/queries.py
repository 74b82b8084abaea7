"""What desks read of syncing: the history of a field, the edits behind it, and what was parked."""

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from server.foundation.db import session
from server.foundation.ids import short
from server.foundation.listed import beside
from server.foundation.prepared import ask_later, of_plant, table_of, within
from server.sync_api import stored
from server.sync_api.models import FieldHistory, LoggedMutation
from sync.model import MutationId, Receipt

KEYS_AT_ONCE = 200
_HISTORY = table_of(FieldHistory).c
_STEPS = of_plant(
    sa.select(_HISTORY.record_id, sa.func.max(_HISTORY.position))
    .where(within(_HISTORY.record_id))
    .group_by(_HISTORY.record_id)
)


@dataclass(frozen=True, slots=True)
class Parked:
    """An edit that was kept without effect, with the reason."""

    record_id: UUID
    field: str
    reason: str
    author: UUID
    received_at: datetime


@dataclass(frozen=True, slots=True)
class Written:
    """An edit as the log has it: what a version stands for, and what its author had seen."""

    author: UUID
    asked: int | str | None
    """What its author typed or chose; None for a command."""
    merged: int | str | None
    """What the field held afterwards, where that differs: the text put together of two people's."""
    base: tuple[str, ...]
    device_time: int
    received_at: datetime


def written(versions: Iterable[str]) -> dict[MutationId, Written]:
    """The edits behind these versions, by their plain ids; one that never arrived is left out."""
    ids = {MutationId.parse(version).plain() for version in versions}
    keys = [key for key in map(stored.key_of, ids) if key is not None]
    table = sa.tuple_(LoggedMutation.device, LoggedMutation.author, LoggedMutation.n)
    found: dict[MutationId, Written] = {}
    for start in range(0, len(keys), KEYS_AT_ONCE):
        query = sa.select(LoggedMutation).where(table.in_(keys[start : start + KEYS_AT_ONCE]))
        for row in session().execute(query).scalars():
            found[MutationId(short(row.device), short(row.author), row.n)] = Written(
                row.author,
                _typed(row.asked),
                stored.unboxed(row.wrote),
                tuple(map(str, stored.seen_of(row.op, row.base)[0])),
                row.device_time,
                row.received_at,
            )
    return found


def _typed(asked: Any) -> int | str | None:
    if isinstance(asked, list):
        return stored.unboxed(asked)
    decided: int | str | None = asked.get("value") if isinstance(asked, dict) else None
    return decided


def history(record_id: UUID, field: str | None = None) -> Sequence[FieldHistory]:
    """The steps of a record, or of one of its fields, in order."""
    query = sa.select(FieldHistory).where(FieldHistory.record_id == record_id)
    if field is not None:
        query = query.where(FieldHistory.field == field)
    return session().execute(query.order_by(FieldHistory.position)).scalars().all()


def steps_before(record: sa.ColumnElement[Any]) -> Any:
    """How many history entries a record has, none where it has none: a column of a select of records."""
    return beside(sa.select(sa.func.max(_HISTORY.position)).where(_HISTORY.record_id == record), record)


def steps_of(record_ids: Collection[UUID]) -> Callable[[], dict[UUID, int]]:
    """How many history entries each record has; none for a record without any. Asked with the next question."""
    later = ask_later(_STEPS, {"ids": record_ids})
    return lambda: {row[0]: row[1] for row in later.rows()}


def parked(record_ids: Collection[UUID]) -> list[Parked]:
    """Parked edits of these records, the newest first. Their text is not among it."""
    query = (
        sa.select(
            LoggedMutation.record_id,
            LoggedMutation.field,
            LoggedMutation.reason,
            LoggedMutation.author,
            LoggedMutation.received_at,
        )
        .where(
            LoggedMutation.receipt == Receipt.PARKED.value,
            LoggedMutation.record_id.in_(record_ids),
        )
        .order_by(LoggedMutation.received_at.desc(), LoggedMutation.n.desc())
    )
    return [
        Parked(row.record_id, row.field, row.reason or "", row.author, row.received_at)
        for row in session().execute(query)
        if row.record_id is not None
    ]
