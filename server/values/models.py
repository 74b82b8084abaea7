"""Tables around measured values; the values themselves stand in `indicators.models.MeasuredValue`.

A value is named by person, indicator and first day of its period. Its `version` counts from 1; each correction
leaves what stood before in `ValueChange`.
"""

from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any, Final
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from server.foundation.db import Base, Json, TenantRow, tenant_fk
from server.foundation.ids import IndicatorId, KeyId, PersonId, SourceId
from server.indicators.models import VALUE
from sync.measures import SAID_MAX

SOURCE_MAX: Final = 40
NAME_MAX: Final = 80
REASON_MAX: Final = 500
VERSION_MAX: Final = 100
KEY_MAX: Final = 80
ROWS_MAX: Final = 5000
HASH_LENGTH: Final = 64


class SourceKind(StrEnum):
    """How values of a source come in."""

    API = "api"
    IMPORT = "import"
    HAND = "hand"
    SELF = "self"


class LateRule(StrEnum):
    """What becomes of a value of a period whose cycle is closing or closed: taken in with its label, or refused."""

    LABEL = "label"
    REFUSE = "refuse"


class Leave(StrEnum):
    """Kinds of leave and absence, as attendance systems tell them apart."""

    ABSENT = "absent"
    PERSONAL = "personal"
    SICK = "sick"
    ANNUAL = "annual"
    MARRIAGE = "marriage"
    BEREAVEMENT = "bereavement"
    MATERNITY = "maternity"
    PATERNITY = "paternity"
    NURSING = "nursing"
    FAMILY_VISIT = "family_visit"
    WORK_INJURY = "work_injury"


PROTECTED: Final = frozenset(Leave) - {Leave.ABSENT, Leave.PERSONAL, Leave.SICK}
"""Statutory leave and work injury: these never lower attendance, and no setting can make them."""


class FlagKind(StrEnum):
    """Why somebody should look at a value."""

    COPIED = "copied"
    JUMP = "jump"
    OVERLAP = "overlap"
    """Its days are counted in another period of the same person and indicator, too."""
    RANGE = "range"
    SUBMITTED = "submitted"
    """It changed after an evaluation by it was submitted: the result stands as it was signed."""


class ObjectionState(StrEnum):
    """What the source's owner said."""

    OPEN = "open"
    STANDS = "stands"
    CORRECTED = "corrected"


class ValueSource(TenantRow, Base):
    """Where values come from. `code` is what `MeasuredValue.source` and a line's `source` say.

    `leave_lowers`: kinds of leave that lower an attendance value; never one of PROTECTED. None: no attendance.
    """

    __tablename__ = "value_source"
    __table_args__ = (
        sa.UniqueConstraint("tenant_id", "code"),
        tenant_fk("person", "owner_id"),
        sa.CheckConstraint("kind IN ('api', 'import', 'hand', 'self')", name="kind"),
        sa.CheckConstraint("late_rule IN ('label', 'refuse')", name="late_rule"),
    )

    code: Mapped[str] = mapped_column(sa.String(SOURCE_MAX))
    name_zh: Mapped[str] = mapped_column(sa.String(NAME_MAX))
    name_en: Mapped[str] = mapped_column(sa.String(NAME_MAX))
    kind: Mapped[str] = mapped_column(sa.String(6))
    owner_id: Mapped[PersonId | None]
    locked_reason: Mapped[str | None] = mapped_column(sa.String(REASON_MAX))
    """None: open. A locked source takes nothing in and says why."""
    late_rule: Mapped[str] = mapped_column(sa.String(6))
    leave_lowers: Mapped[list[str] | None] = mapped_column(Json)
    last_value_at: Mapped[datetime | None]
    self_by_id: Mapped[PersonId | None] = mapped_column(default=None)
    """Who made it one of kind `self`; for himself he has opened no door."""
    unlooked: Mapped[dict[str, Any] | None] = mapped_column(Json, default=None)
    """What came in and was not yet looked at for copies; see `looking`."""

    def is_entered_by(self, person: UUID, *, of_himself: bool) -> bool:
        """Whether a person enters its values by hand: of himself, or of the team."""
        if of_himself:
            return self.kind == SourceKind.SELF and self.self_by_id != person
        return self.kind == SourceKind.HAND


class ValueSourceChange(TenantRow, Base):
    """What somebody said of a source, whole, and what had been said before; None: nothing."""

    __tablename__ = "value_source_change"
    __table_args__ = (
        tenant_fk("value_source", "source_id"),
        tenant_fk("person", "by_id"),
        sa.Index("ix_value_source_change_source", "tenant_id", "source_id"),
    )

    source_id: Mapped[SourceId]
    by_id: Mapped[PersonId]
    changed_at: Mapped[datetime]
    before: Mapped[dict[str, Any] | None] = mapped_column(Json)
    after: Mapped[dict[str, Any]] = mapped_column(Json)


class ApiKey(TenantRow, Base):
    """What another system proves itself with. Only a hash is kept; `hint` is its last four characters."""

    __tablename__ = "api_key"
    __table_args__ = (
        tenant_fk("value_source", "source_id"),
        tenant_fk("person", "made_by_id"),
    )

    name: Mapped[str] = mapped_column(sa.String(NAME_MAX))
    hash: Mapped[str] = mapped_column(sa.String(HASH_LENGTH))
    hint: Mapped[str] = mapped_column(sa.String(4))
    source_id: Mapped[SourceId]
    indicators: Mapped[list[str]] = mapped_column(Json)
    """Codes that it may write; empty: every indicator of its source."""
    made_by_id: Mapped[PersonId]
    made_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    last_used_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]


class ValueBatch(TenantRow, Base):
    """A batch that was answered: the same key with the same body is answered so again."""

    __tablename__ = "value_batch"
    __table_args__ = (
        tenant_fk("api_key", "key_id"),
        sa.UniqueConstraint("tenant_id", "key_id", "key"),
        sa.Index("ix_value_batch_key", "tenant_id", "key_id", "received_at"),
        sa.Index("ix_value_batch_received", "tenant_id", "received_at"),
    )

    key_id: Mapped[KeyId]
    key: Mapped[str] = mapped_column(sa.String(KEY_MAX))
    body_hash: Mapped[str] = mapped_column(sa.String(HASH_LENGTH))
    answer: Mapped[dict[str, Any]] = mapped_column(Json)
    received_at: Mapped[datetime]


class ValueChange(TenantRow, Base):
    """One correction. `version` is the one that came of it; `late`: the state of a cycle that had judged by it."""

    __tablename__ = "value_change"
    __table_args__ = (
        tenant_fk("person", "person_id"),
        tenant_fk("indicator", "indicator_id"),
        tenant_fk("person", "by_id"),
        tenant_fk("api_key", "key_id"),
        sa.UniqueConstraint(
            "tenant_id", "person_id", "indicator_id", "period_from", "version", name="uq_value_change_version"
        ),
    )

    person_id: Mapped[PersonId]
    indicator_id: Mapped[IndicatorId]
    period_from: Mapped[date]
    version: Mapped[int]
    before: Mapped[Decimal] = mapped_column(VALUE)
    before_to: Mapped[date | None]
    """Last day of the period before it; None: made before that was written down."""
    after: Mapped[Decimal] = mapped_column(VALUE)
    reason: Mapped[str] = mapped_column(sa.String(REASON_MAX))
    by_id: Mapped[PersonId | None]
    key_id: Mapped[KeyId | None]
    late: Mapped[str | None] = mapped_column(sa.String(8))
    changed_at: Mapped[datetime]


class ValueEntry(TenantRow, Base):
    """A value that somebody entered on a phone. `version` is the edit's id, `number` the value's version after it."""

    __tablename__ = "value_entry"
    __table_args__ = (
        tenant_fk("person", "person_id"),
        tenant_fk("indicator", "indicator_id"),
        sa.UniqueConstraint("tenant_id", "version"),
        sa.Index("ix_value_entry_value", "tenant_id", "person_id", "indicator_id", "period_from"),
    )

    version: Mapped[str] = mapped_column(sa.String(VERSION_MAX))
    person_id: Mapped[PersonId]
    indicator_id: Mapped[IndicatorId]
    period_from: Mapped[date]
    period_to: Mapped[date]
    value: Mapped[Decimal] = mapped_column(VALUE)
    reason: Mapped[str] = mapped_column(sa.String(REASON_MAX))
    number: Mapped[int]
    author_id: Mapped[PersonId]
    device_time: Mapped[int] = mapped_column(sa.BigInteger)
    received_at: Mapped[datetime]


class ValueFlag(TenantRow, Base):
    """A doubt about a value. It stops nothing; somebody looks and says what it was."""

    __tablename__ = "value_flag"
    __table_args__ = (
        tenant_fk("person", "person_id"),
        tenant_fk("indicator", "indicator_id"),
        tenant_fk("person", "settled_by_id"),
        sa.UniqueConstraint("tenant_id", "person_id", "indicator_id", "period_from", "kind", name="uq_value_flag_kind"),
        sa.CheckConstraint("kind IN ('copied', 'jump', 'overlap', 'range', 'submitted')", name="kind"),
    )

    person_id: Mapped[PersonId]
    indicator_id: Mapped[IndicatorId]
    period_from: Mapped[date]
    kind: Mapped[str] = mapped_column(sa.String(9))
    params: Mapped[dict[str, Any]] = mapped_column(Json)
    raised_at: Mapped[datetime]
    settled_at: Mapped[datetime | None]
    settled_by_id: Mapped[PersonId | None]
    note: Mapped[str | None] = mapped_column(sa.String(REASON_MAX))


class ValueObjection(TenantRow, Base):
    """An employee does not believe a value. `shown` is what he saw; the mark stands until there is an answer."""

    __tablename__ = "value_objection"
    __table_args__ = (
        tenant_fk("person", "person_id"),
        tenant_fk("indicator", "indicator_id"),
        tenant_fk("person", "answered_by_id"),
        sa.UniqueConstraint(
            "tenant_id", "person_id", "indicator_id", "period_from", "version", name="uq_value_objection_version"
        ),
        sa.CheckConstraint("state IN ('open', 'stands', 'corrected')", name="state"),
    )

    person_id: Mapped[PersonId]
    indicator_id: Mapped[IndicatorId]
    period_from: Mapped[date]
    version: Mapped[int]
    shown: Mapped[Decimal] = mapped_column(VALUE)
    shown_to: Mapped[date | None]
    """Last day of the period, as it was on the screen; None: raised before that was written down."""
    reason: Mapped[str] = mapped_column(sa.String(SAID_MAX))
    raised_at: Mapped[datetime]
    due_at: Mapped[datetime]
    mutation: Mapped[str | None] = mapped_column(sa.String(VERSION_MAX))
    """The edit by which it came; None: through a door."""
    device_time: Mapped[int | None] = mapped_column(sa.BigInteger)
    """What the phone's clock said, in milliseconds; the answer's clock runs from `raised_at`."""
    state: Mapped[str] = mapped_column(sa.String(9))
    answered_by_id: Mapped[PersonId | None]
    answered_at: Mapped[datetime | None]
    answer: Mapped[str | None] = mapped_column(sa.String(REASON_MAX))
