"""Tables of indicators and of what is known about people by them."""

from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from server.foundation.db import Base, Json, TenantOwned, TenantRow, tenant_fk
from server.foundation.ids import IndicatorId, PersonId

CODE_MAX: Final = 40
NAME_MAX: Final = 200
SHORT_MAX: Final = 20
CHIP_MAX: Final = 200
LABEL_MAX: Final = 20
VALUE_PLACES: Final = 4
VALUE: Final = sa.Numeric(14, VALUE_PLACES)
RATING: Final = "rating"
"""The source of an indicator that a person judges; every other source measures."""
REASON_MAX: Final = 500
EVERYBODY: Final = "all"


class VersionState(StrEnum):
    """A version only moves on; sent back it is a draft again. What was approved never changes."""

    DRAFT = "draft"
    PROPOSED = "proposed"
    APPROVED = "approved"
    RETIRED = "retired"


class Tier(StrEnum):
    """Who finds an indicator in the library: those it applies to as well, leaders and desks, or desks alone.

    Whoever is judged by an indicator reads it on the own result, whatever its tier.
    """

    ALL = EVERYBODY
    LEADERS = "leaders"
    DESKS = "desks"


class Scale(StrEnum):
    """How a measured value becomes a mark: by four bounds, or on the line through threshold and target."""

    BANDS = "bands"
    LINE = "line"


class Indicator(TenantRow, Base):
    """An indicator; what it says stands in its versions."""

    __tablename__ = "indicator"
    __table_args__ = (sa.UniqueConstraint("tenant_id", "code"),)

    code: Mapped[str] = mapped_column(sa.String(CODE_MAX))
    tier: Mapped[str] = mapped_column(sa.String(8), default=EVERYBODY, server_default=EVERYBODY)


class IndicatorVersion(TenantRow, Base):
    """One wording and rule of an indicator. A form keeps the one it was made of.

    `bands` [b2, b3, b4, b5]: the bound from which 2, 3, 4, 5 is given, itself included; None where
    a person judges, or where `rule` is a line. `anchors`: five pairs [zh, en], for 1 to 5; None where data judge.
    """

    __tablename__ = "indicator_version"
    __table_args__ = (
        tenant_fk("indicator", "indicator_id"),
        sa.UniqueConstraint("tenant_id", "indicator_id", "number"),
        sa.CheckConstraint("direction IN ('higher', 'lower')", name="direction"),
        sa.CheckConstraint("state IN ('draft', 'proposed', 'approved', 'retired')", name="state"),
    )

    indicator_id: Mapped[IndicatorId]
    number: Mapped[int]
    name_zh: Mapped[str] = mapped_column(sa.String(NAME_MAX))
    name_en: Mapped[str] = mapped_column(sa.String(NAME_MAX))
    short_zh: Mapped[str] = mapped_column(sa.String(SHORT_MAX))
    short_en: Mapped[str] = mapped_column(sa.String(SHORT_MAX))
    unit: Mapped[str] = mapped_column(sa.String(20))
    direction: Mapped[str] = mapped_column(sa.String(6))
    target: Mapped[Decimal | None] = mapped_column(VALUE)
    threshold: Mapped[Decimal | None] = mapped_column(VALUE)
    source: Mapped[str] = mapped_column(sa.String(40))
    frequency: Mapped[str] = mapped_column(sa.String(10))
    rule: Mapped[str] = mapped_column(sa.String(5), default=Scale.BANDS.value, server_default=Scale.BANDS.value)
    bands: Mapped[list[float] | None] = mapped_column(Json)
    anchors: Mapped[list[list[str]] | None] = mapped_column(Json)
    state: Mapped[str] = mapped_column(sa.String(8))
    revision: Mapped[int] = mapped_column(default=1, server_default="1")
    reason: Mapped[str] = mapped_column(sa.String(REASON_MAX), default="", server_default="")
    returned: Mapped[str] = mapped_column(sa.String(REASON_MAX), default="", server_default="")
    proposed_by_id: Mapped[PersonId | None]
    proposed_at: Mapped[datetime | None]
    approved_by_id: Mapped[PersonId | None]
    approved_at: Mapped[datetime | None]
    retired_by_id: Mapped[PersonId | None]
    retired_at: Mapped[datetime | None]


class SetLine(TenantOwned, Base):
    """A line of a set. Weights of a set sum to 100.

    `category` is the code of the set: that of an `IndicatorSet`, or, where no such row is, a job
    category, whose set the lines then are on every day. So what only knows categories still writes here.
    """

    __tablename__ = "indicator_set_line"
    __table_args__ = (
        tenant_fk("indicator_version", "indicator_version_id"),
        sa.CheckConstraint("weight BETWEEN 1 AND 100", name="weight"),
    )

    category: Mapped[str] = mapped_column(sa.String(CODE_MAX), primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    indicator_version_id: Mapped[IndicatorId]
    weight: Mapped[int]


class Chip(TenantRow, Base):
    """A quick comment in both languages. `indicator_code` "": fits any indicator.

    `{value} {target} {threshold} {period}` are filled from the line's data; `__` is a blank that
    its author fills in.
    """

    __tablename__ = "chip"
    __table_args__ = (
        sa.UniqueConstraint("tenant_id", "indicator_code", "band", "zh"),
        sa.CheckConstraint("band IN ('low', 'mid', 'high')", name="band"),
    )

    indicator_code: Mapped[str] = mapped_column(sa.String(CODE_MAX))
    band: Mapped[str] = mapped_column(sa.String(4))
    zh: Mapped[str] = mapped_column(sa.String(CHIP_MAX))
    en: Mapped[str] = mapped_column(sa.String(CHIP_MAX))


class MeasuredValue(TenantOwned, Base):
    """What was measured of a person over a period of days, both included."""

    __tablename__ = "measured_value"
    __table_args__ = (
        tenant_fk("person", "person_id"),
        tenant_fk("indicator", "indicator_id"),
        sa.Index("ix_measured_value_indicator", "tenant_id", "indicator_id", "period_from"),
    )

    person_id: Mapped[PersonId] = mapped_column(primary_key=True)
    indicator_id: Mapped[IndicatorId] = mapped_column(primary_key=True)
    period_from: Mapped[date] = mapped_column(primary_key=True)
    period_to: Mapped[date]
    label: Mapped[str] = mapped_column(sa.String(LABEL_MAX))
    value: Mapped[Decimal] = mapped_column(VALUE)
    source: Mapped[str] = mapped_column(sa.String(40))
    received_at: Mapped[datetime]
    version: Mapped[int] = mapped_column(default=1, server_default="1")
    """Counts from 1; each correction adds one."""


class PastMark(TenantOwned, Base):
    """A mark that a person had in an earlier cycle, kept before Gemba. `month`: YYYY-MM."""

    __tablename__ = "past_mark"
    __table_args__ = (tenant_fk("person", "person_id"),)

    person_id: Mapped[PersonId] = mapped_column(primary_key=True)
    month: Mapped[str] = mapped_column(sa.String(7), primary_key=True)
    indicator_code: Mapped[str] = mapped_column(sa.String(CODE_MAX), primary_key=True)
    mark: Mapped[int]


class PastOverall(TenantOwned, Base):
    """A person's overall mark of an earlier cycle, in tenths. `month`: YYYY-MM."""

    __tablename__ = "past_overall"
    __table_args__ = (tenant_fk("person", "person_id"),)

    person_id: Mapped[PersonId] = mapped_column(primary_key=True)
    month: Mapped[str] = mapped_column(sa.String(7), primary_key=True)
    overall: Mapped[int]


Line = dict[str, Any]
"""One line of a form, with the names of `sync_api.columns.LINE_COLUMNS`."""
