"""Tables of syncing: what came, what became of it, and what phones must hear of.

mutation         every edit that ever arrived, with its receipt; never changed but while `held`
mutation_variant second content under an id that was used before; kept, never applied
field_history    one entry for each step of a field; names the version it replaced
feed             the last change of each row in each scope; the phones' cursors run over `seq`
tenant_seq       the counter of the feed, taken last in a transaction
device_contact   when a phone was last heard of, and what it said it still holds
"""

from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from server.foundation.db import Base, Json, TenantOwned

SCOPE_MAX = 40
KIND_MAX = 16
FIELD_MAX = 24
RECORD_MAX = 64
LAST_ERROR_MAX = 24
VERSION_MAX = 72
"""device (22, and a mark) . author (22) . number (16)."""


class LoggedMutation(TenantOwned, Base):
    """One edit as it came and what became of it. Its key is its id: device, author, n."""

    __tablename__ = "mutation"
    __table_args__ = (
        sa.Index("ix_mutation_record", "tenant_id", "record_id"),
        sa.Index("ix_mutation_missing", "tenant_id", "missing"),
        sa.Index("ix_mutation_receipt", "tenant_id", "receipt"),
    )

    device: Mapped[UUID] = mapped_column(primary_key=True)
    author: Mapped[UUID] = mapped_column(primary_key=True)
    n: Mapped[int] = mapped_column(sa.BigInteger, primary_key=True, autoincrement=False)
    payload_hash: Mapped[bytes] = mapped_column(sa.LargeBinary(32))
    record: Mapped[str] = mapped_column(sa.String(RECORD_MAX))
    record_id: Mapped[UUID | None]
    """None when `record` is no id of ours."""
    field: Mapped[str] = mapped_column(sa.String(FIELD_MAX))
    """Empty when the mutation could not be read; then `asked` holds it as it came."""
    op: Mapped[str] = mapped_column(sa.String(8))
    asked: Mapped[Any] = mapped_column(Json, nullable=True)
    base: Mapped[list[str]] = mapped_column(Json)
    device_time: Mapped[int] = mapped_column(sa.BigInteger)
    """Milliseconds since 1970 by the phone's clock: shown, never trusted."""
    received_at: Mapped[datetime]
    session_id: Mapped[UUID | None]
    receipt: Mapped[str] = mapped_column(sa.String(1))
    reason: Mapped[str | None] = mapped_column(sa.String(32))
    detail: Mapped[str | None] = mapped_column(sa.String(32))
    """Why it could not be read: the code of `wire.Unreadable`."""
    wrote: Mapped[Any] = mapped_column(Json, nullable=True)
    """What the field held afterwards, when that differs from `asked` (merged)."""
    alias: Mapped[str | None] = mapped_column(sa.String(VERSION_MAX))
    missing: Mapped[str | None] = mapped_column(sa.String(VERSION_MAX))
    case_id: Mapped[UUID | None]
    brought_in_by: Mapped[UUID | None]
    """Who handed in the file of a phone that could not send; None: the author's phone did."""


class MutationVariant(TenantOwned, Base):
    """Other content under an id that was used before. Shown to a person, never applied."""

    __tablename__ = "mutation_variant"

    device: Mapped[UUID] = mapped_column(primary_key=True)
    author: Mapped[UUID] = mapped_column(primary_key=True)
    n: Mapped[int] = mapped_column(sa.BigInteger, primary_key=True, autoincrement=False)
    payload_hash: Mapped[bytes] = mapped_column(sa.LargeBinary(32), primary_key=True)
    record: Mapped[str] = mapped_column(sa.String(RECORD_MAX))
    content: Mapped[Any] = mapped_column(Json)
    received_at: Mapped[datetime]


class FieldHistory(TenantOwned, Base):
    """One step of one field. `position` counts the steps of a record from 1, in order."""

    __tablename__ = "field_history"

    record_id: Mapped[UUID] = mapped_column(primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    field: Mapped[str] = mapped_column(sa.String(FIELD_MAX))
    kind: Mapped[str] = mapped_column(sa.String(16))
    version: Mapped[str | None] = mapped_column(sa.String(VERSION_MAX))
    replaced: Mapped[str | None] = mapped_column(sa.String(VERSION_MAX))
    message: Mapped[str] = mapped_column(sa.String(64))
    params: Mapped[dict[str, Any]] = mapped_column(Json)
    author: Mapped[UUID | None]
    """None for a step that a rule took."""
    device: Mapped[UUID | None]
    device_time: Mapped[int | None] = mapped_column(sa.BigInteger)
    received_at: Mapped[datetime]
    brought_in_by: Mapped[UUID | None]


class Feed(TenantOwned, Base):
    """The last thing that happened to a row in a scope. `put`: it is there; `leave`: it is gone."""

    __tablename__ = "feed"
    __table_args__ = (
        sa.Index("ix_feed_scope_seq", "tenant_id", "scope", "seq", unique=True),
        sa.CheckConstraint("op IN ('put', 'leave')", name="op"),
    )

    scope: Mapped[str] = mapped_column(sa.String(SCOPE_MAX), primary_key=True)
    kind: Mapped[str] = mapped_column(sa.String(KIND_MAX), primary_key=True)
    record_id: Mapped[UUID] = mapped_column(primary_key=True)
    seq: Mapped[int] = mapped_column(sa.BigInteger)
    op: Mapped[str] = mapped_column(sa.String(5))
    at: Mapped[datetime]


class TenantSeq(TenantOwned, Base):
    """The plant's counter: `n` is the number of the newest feed row. Dense, without gaps."""

    __tablename__ = "tenant_seq"

    n: Mapped[int] = mapped_column(sa.BigInteger)


class DeviceContact(TenantOwned, Base):
    """What a phone last said of itself."""

    __tablename__ = "device_contact"

    person_id: Mapped[UUID] = mapped_column(primary_key=True)
    device: Mapped[UUID] = mapped_column(primary_key=True)
    last_contact_at: Mapped[datetime]
    queued_count: Mapped[int] = mapped_column(sa.BigInteger)
    """Edits that it still held when it asked, those of this request included."""
    idle_at: Mapped[datetime | None]
    """When it last said that nothing waits on it; what came of it before or is told later takes nothing back."""
    oldest_queued_at: Mapped[datetime | None]
    attempts: Mapped[int] = mapped_column(sa.BigInteger, server_default="0", default=0)
    """How often it has tried to send the oldest of them, where that is often."""
    last_error: Mapped[str | None] = mapped_column(sa.String(LAST_ERROR_MAX))
    """What hindered it last, in its own code."""
