"""Tables around the library: which set applies to whom, core outputs, influence, the goal board."""

from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Final
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from server.foundation.db import Base, TenantOwned, TenantRow, tenant_fk
from server.foundation.ids import DepartmentId, IndicatorId, JobId, PersonId
from server.indicators.models import CODE_MAX, NAME_MAX, VALUE

LEVEL_MAX: Final = 16
WORDS_MAX: Final = 200
UNIT_MAX: Final = 20
OUTPUTS_MIN: Final = 3
OUTPUTS_MAX: Final = 5
LINES_MIN: Final = 3
LINES_MAX: Final = 5


class Direction(StrEnum):
    """Whether more or less is better."""

    HIGHER = "higher"
    LOWER = "lower"


class Side(StrEnum):
    """The two who agree about a job: the head of its department and the supervisor who leads it."""

    HEAD = "head"
    SUPERVISOR = "supervisor"


class Influence(StrEnum):
    """Whether a job can influence an indicator."""

    YES = "yes"
    PARTLY = "partly"
    NO = "no"


class GoalTier(StrEnum):
    """The rungs of the goal board, from the top; a goal hangs on one above its own."""

    COMPANY = "company"
    PLANT = "plant"
    WORKSHOP = "workshop"
    TEAM = "team"
    PERSON = "person"


class IndicatorSet(TenantRow, Base):
    """To whom the lines with this code apply, from a day to a day, both included. None: to every.

    Which of several applies to a person is told by `matching.best`.
    """

    __tablename__ = "indicator_set"
    __table_args__ = (
        sa.UniqueConstraint("tenant_id", "code"),
        tenant_fk("department", "department_id"),
        tenant_fk("job", "job_id"),
        sa.CheckConstraint("valid_to IS NULL OR valid_to >= valid_from", name="dates"),
        sa.CheckConstraint("category IS NULL OR job_id IS NULL", name="job_or_category"),
    )

    code: Mapped[str] = mapped_column(sa.String(CODE_MAX))
    department_id: Mapped[DepartmentId | None]
    category: Mapped[str | None] = mapped_column(sa.String(CODE_MAX))
    job_id: Mapped[JobId | None]
    level: Mapped[str | None] = mapped_column(sa.String(LEVEL_MAX))
    valid_from: Mapped[date]
    valid_to: Mapped[date | None]


class CoreOutput(TenantRow, Base):
    """One of the three to five things that a job is there to bring forth."""

    __tablename__ = "core_output"
    __table_args__ = (tenant_fk("job", "job_id"), sa.Index("ix_core_output_job", "tenant_id", "job_id"))

    job_id: Mapped[JobId]
    position: Mapped[int]
    name_zh: Mapped[str] = mapped_column(sa.String(NAME_MAX))
    name_en: Mapped[str] = mapped_column(sa.String(NAME_MAX))


class OutputAgreement(TenantOwned, Base):
    """That one side agrees to a job's core outputs as they stand; another wording takes it away."""

    __tablename__ = "output_agreement"
    __table_args__ = (
        tenant_fk("job", "job_id"),
        tenant_fk("person", "person_id"),
        sa.CheckConstraint("side IN ('head', 'supervisor')", name="side"),
    )

    job_id: Mapped[JobId] = mapped_column(primary_key=True)
    side: Mapped[str] = mapped_column(sa.String(10), primary_key=True)
    person_id: Mapped[PersonId]
    agreed_at: Mapped[datetime]


class OutputIndicator(TenantOwned, Base):
    """That an indicator hangs on a core output; one that hangs on none is an orphan."""

    __tablename__ = "output_indicator"
    __table_args__ = (
        tenant_fk("core_output", "core_output_id", ondelete="CASCADE"),
        tenant_fk("indicator", "indicator_id"),
    )

    core_output_id: Mapped[UUID] = mapped_column(primary_key=True)
    indicator_id: Mapped[IndicatorId] = mapped_column(primary_key=True)


class InfluenceAnswer(TenantRow, Base):
    """What one person says, for one side, to "can this job influence it?", about one version. Nothing is overwritten:
    another answer of the same person, or another meaning of the version, puts an end to this one, and it is kept.
    """

    __tablename__ = "influence_answer"
    __table_args__ = (
        tenant_fk("indicator_version", "indicator_version_id"),
        tenant_fk("job", "job_id"),
        tenant_fk("person", "person_id"),
        sa.Index("ix_influence_answer_version", "tenant_id", "indicator_version_id"),
        sa.CheckConstraint("side IN ('head', 'supervisor')", name="side"),
        sa.CheckConstraint("answer IN ('yes', 'partly', 'no')", name="answer"),
    )

    indicator_version_id: Mapped[UUID]
    job_id: Mapped[JobId]
    side: Mapped[str] = mapped_column(sa.String(10))
    answer: Mapped[str] = mapped_column(sa.String(6))
    words: Mapped[str] = mapped_column(sa.String(WORDS_MAX))
    person_id: Mapped[PersonId]
    answered_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    """None: it stands."""


class Goal(TenantRow, Base):
    """A goal over a period of days, both included. `target_number` counts in `unit`; the words say what it means."""

    __tablename__ = "goal"
    __table_args__ = (
        tenant_fk("goal", "parent_id"),
        tenant_fk("department", "department_id"),
        tenant_fk("person", "owner_id"),
        sa.CheckConstraint("tier IN ('company', 'plant', 'workshop', 'team', 'person')", name="tier"),
        sa.CheckConstraint("period_to >= period_from", name="period"),
    )

    tier: Mapped[str] = mapped_column(sa.String(8))
    parent_id: Mapped[UUID | None]
    department_id: Mapped[DepartmentId | None]
    owner_id: Mapped[PersonId]
    title_zh: Mapped[str] = mapped_column(sa.String(NAME_MAX))
    title_en: Mapped[str] = mapped_column(sa.String(NAME_MAX))
    target_words: Mapped[str] = mapped_column(sa.String(WORDS_MAX))
    target_number: Mapped[Decimal | None] = mapped_column(VALUE)
    unit: Mapped[str] = mapped_column(sa.String(UNIT_MAX))
    period_from: Mapped[date]
    period_to: Mapped[date]
    revision: Mapped[int] = mapped_column(default=1)
    set_at: Mapped[datetime]
