"""Tables of agreements: the terms as drawn up, every text after them, what was said, and the windows.

A row that somebody may point at later is never changed: texts and voices are written once.
"""

from datetime import date, datetime
from enum import StrEnum
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from server.foundation.db import Base, Json, TenantOwned, TenantRow, tenant_fk
from server.foundation.ids import PersonId
from sync.rules import NOTE_MAX

VERSION_MAX: Final = 100
PERIOD_MAX: Final = 8
DAY_MAX: Final = 92
"""A quarter's last day at most."""


class Every(StrEnum):
    """How long an agreement holds, and how often its window opens."""

    MONTH = "month"
    QUARTER = "quarter"


class Standing(StrEnum):
    """How it stands with an agreement. `unanswered` goes beside the others: an objection waits for a word."""

    AGREED = "agreed"
    OBJECTED = "objected"
    DISAGREED = "disagreed"
    ASKED_AGAIN = "asked_again"
    SILENT = "silent"
    UNANSWERED = "unanswered"


class Among(StrEnum):
    """Which agreements are asked for: those that stand, or those as well that a later one has taken the place of."""

    STANDING = "standing"
    ALL = "all"


class RuleKind(StrEnum):
    """A plan opens windows by itself; the others are HR's hand."""

    PLAN = "plan"
    OPEN = "open"
    SHUT = "shut"


class WindowRule(TenantRow, Base):
    """One decision about when terms may be changed, from an instant on. Nothing here reaches back: what was open
    stays open for whoever was in a dead spot.
    """

    __tablename__ = "window_rule"
    __table_args__ = (
        sa.UniqueConstraint("tenant_id", "number"),
        sa.CheckConstraint("kind IN ('plan', 'open', 'shut')", name="kind"),
        sa.CheckConstraint("every IS NULL OR every IN ('month', 'quarter')", name="every"),
    )

    number: Mapped[int]
    """In the order in which they were decided: two may be of one instant."""
    kind: Mapped[str] = mapped_column(sa.String(8))
    every: Mapped[str | None] = mapped_column(sa.String(8))
    first_day: Mapped[int | None]
    last_day: Mapped[int | None]
    from_at: Mapped[datetime]
    to_at: Mapped[datetime | None]
    made_by_id: Mapped[PersonId | None] = mapped_column(sa.Uuid)
    made_at: Mapped[datetime]


class Agreement(TenantRow, Base):
    """By what one person is measured in one period. `lines` is the text as drawn up; `terms` what stands now."""

    __tablename__ = "agreement"
    __table_args__ = (
        tenant_fk("person", "person_id"),
        tenant_fk("person", "supervisor_id"),
        sa.UniqueConstraint("tenant_id", "person_id", "period_from"),
        sa.Index("ix_agreement_supervisor", "tenant_id", "supervisor_id"),
    )

    person_id: Mapped[PersonId]
    supervisor_id: Mapped[PersonId]
    period: Mapped[str] = mapped_column(sa.String(PERIOD_MAX))
    period_from: Mapped[date]
    period_to: Mapped[date]
    lines: Mapped[list[dict[str, Any]]] = mapped_column(Json)
    terms: Mapped[list[list[Any]]] = mapped_column(Json)
    terms_version: Mapped[str | None] = mapped_column(sa.String(VERSION_MAX))
    terms_device_time: Mapped[int] = mapped_column(sa.BigInteger, default=0)
    terms_at: Mapped[datetime | None]
    made_at: Mapped[datetime]
    closed_at: Mapped[datetime | None]
    """When the next period's agreement took its place."""


class AgreementText(TenantOwned, Base):
    """One change of the terms: the whole text that it made."""

    __tablename__ = "agreement_text"
    __table_args__ = (tenant_fk("agreement", "agreement_id"),)

    agreement_id: Mapped[Any] = mapped_column(sa.Uuid, primary_key=True)
    version: Mapped[str] = mapped_column(sa.String(VERSION_MAX), primary_key=True)
    position: Mapped[int]
    lines: Mapped[list[list[Any]]] = mapped_column(Json)
    words: Mapped[str] = mapped_column(sa.String(NOTE_MAX))
    author_id: Mapped[PersonId]
    device_time: Mapped[int] = mapped_column(sa.BigInteger)
    received_at: Mapped[datetime]
    late: Mapped[bool]


class AgreementVoice(TenantOwned, Base):
    """One thing said, and the version of the text that was on the screen; None: as drawn up."""

    __tablename__ = "agreement_voice"
    __table_args__ = (
        tenant_fk("agreement", "agreement_id"),
        sa.CheckConstraint("kind IN ('confirm', 'object', 'disagree', 'reply')", name="kind"),
    )

    agreement_id: Mapped[Any] = mapped_column(sa.Uuid, primary_key=True)
    version: Mapped[str] = mapped_column(sa.String(VERSION_MAX), primary_key=True)
    position: Mapped[int]
    kind: Mapped[str] = mapped_column(sa.String(8))
    words: Mapped[str] = mapped_column(sa.String(NOTE_MAX))
    text_version: Mapped[str | None] = mapped_column(sa.String(VERSION_MAX))
    author_id: Mapped[PersonId]
    device_time: Mapped[int] = mapped_column(sa.BigInteger)
    received_at: Mapped[datetime]


class KeptChange(TenantOwned, Base):
    """A change that came while the window was shut, kept for the next one. `lines`: [code, target, weight], by the
    indicator's code, since the next agreement may number its lines otherwise.
    """

    __tablename__ = "kept_change"
    __table_args__ = (
        tenant_fk("person", "person_id"),
        sa.Index("ix_kept_change_person", "tenant_id", "person_id"),
    )

    version: Mapped[str] = mapped_column(sa.String(VERSION_MAX), primary_key=True)
    person_id: Mapped[PersonId]
    agreement_id: Mapped[Any] = mapped_column(sa.Uuid)
    author_id: Mapped[PersonId]
    lines: Mapped[list[list[Any]]] = mapped_column(Json)
    words: Mapped[str] = mapped_column(sa.String(NOTE_MAX))
    device_time: Mapped[int] = mapped_column(sa.BigInteger)
    received_at: Mapped[datetime]
    settled_at: Mapped[datetime | None]
    """When its author put in another change, or let this one go."""
