"""What desks read of syncing: the history of a field, and what was parked."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa

from server.foundation.db import session
from server.sync_api.models import FieldHistory, LoggedMutation
from sync.model import Receipt


@dataclass(frozen=True, slots=True)
class Parked:
    """An edit that was kept without effect, with the reason."""

    record_id: UUID
    field: str
    reason: str
    author: UUID
    received_at: datetime


def history(record_id: UUID, field: str | None = None) -> Sequence[FieldHistory]:
    """The steps of a record, or of one of its fields, in order."""
    query = sa.select(FieldHistory).where(FieldHistory.record_id == record_id)
    if field is not None:
        query = query.where(FieldHistory.field == field)
    return session().execute(query.order_by(FieldHistory.position)).scalars().all()


def steps_of(record_ids: Collection[UUID]) -> dict[UUID, int]:
    """How many history entries each record has; none for a record without any."""
    query = (
        sa.select(FieldHistory.record_id, sa.func.max(FieldHistory.position))
        .where(FieldHistory.record_id.in_(record_ids))
        .group_by(FieldHistory.record_id)
    )
    return {row[0]: row[1] for row in session().execute(query)}


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
