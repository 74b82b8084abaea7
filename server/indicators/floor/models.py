"""Tables of what the floor says of its indicators. What was said is never changed; a verdict stands beside it."""

from datetime import datetime
from typing import Any, Final
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from server.foundation.db import Base, Json, TenantOwned, TenantRow, tenant_fk
from server.foundation.ids import PersonId
from sync.rules import NOTE_MAX

VERSION_MAX: Final = 100


class FloorProposal(TenantRow, Base):
    """What somebody proposes: words about a version (`about_id`) or a `draft`, the cells of `sync.floor.Draft`.

    `made_version_id` is what came of a draft; its state is the answer. Words are answered by a verdict.
    """

    __tablename__ = "floor_proposal"
    __table_args__ = (
        tenant_fk("person", "person_id"),
        tenant_fk("indicator_version", "made_version_id"),
        sa.UniqueConstraint("tenant_id", "version"),
        sa.Index("ix_floor_proposal_person", "tenant_id", "person_id"),
        sa.CheckConstraint("verdict IS NULL OR verdict IN ('taken', 'declined')", name="verdict"),
    )

    person_id: Mapped[PersonId]
    version: Mapped[str] = mapped_column(sa.String(VERSION_MAX))
    position: Mapped[int]
    words: Mapped[str] = mapped_column(sa.String(NOTE_MAX))
    about_id: Mapped[UUID | None]
    draft: Mapped[list[Any] | None] = mapped_column(Json)
    made_version_id: Mapped[UUID | None]
    device_time: Mapped[int] = mapped_column(sa.BigInteger)
    received_at: Mapped[datetime]
    verdict: Mapped[str | None] = mapped_column(sa.String(8))
    verdict_words: Mapped[str] = mapped_column(sa.String(NOTE_MAX), default="", server_default="")
    verdict_version: Mapped[str | None] = mapped_column(sa.String(VERSION_MAX))
    verdict_by_id: Mapped[PersonId | None]
    verdict_device_time: Mapped[int | None] = mapped_column(sa.BigInteger)
    verdict_at: Mapped[datetime | None]


class OwnInfluence(TenantOwned, Base):
    """The last answer of whoever is measured: can my job influence what this version measures?"""

    __tablename__ = "own_influence"
    __table_args__ = (
        tenant_fk("person", "person_id"),
        tenant_fk("indicator_version", "indicator_version_id"),
        sa.Index("ix_own_influence_version", "tenant_id", "indicator_version_id"),
        sa.CheckConstraint("answer IN ('yes', 'partly', 'no')", name="answer"),
    )

    person_id: Mapped[PersonId] = mapped_column(primary_key=True)
    indicator_version_id: Mapped[UUID] = mapped_column(primary_key=True)
    answer: Mapped[str] = mapped_column(sa.String(6))
    words: Mapped[str] = mapped_column(sa.String(NOTE_MAX))
    version: Mapped[str] = mapped_column(sa.String(VERSION_MAX))
    device_time: Mapped[int] = mapped_column(sa.BigInteger)
    received_at: Mapped[datetime]
