"""Tables of evaluations: the frozen form, the evaluation and its fields, cases, results, answers.

Instants that the merge core reckons with are milliseconds (`device_time` is the phone's word and
may be any number); our own instants are aware datetimes. A `version` is "device.author.n".
"""

from datetime import datetime
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from server.foundation.db import Base, Json, TenantOwned, TenantRow, tenant_fk
from server.foundation.ids import (
    CaseId,
    CycleId,
    DepartmentId,
    EvaluationId,
    FormId,
    JobId,
    PersonId,
)
from server.indicators.marking import Mark
from server.sync_api.models import FIELD_MAX, VERSION_MAX
from sync.rules import COMMENT_MAX, NOTE_MAX, REASON_MAX, SCORE_MAX, SCORE_MIN, TAG_MAX

LEVEL_MAX = 16
_VERSION = sa.String(VERSION_MAX)


class ResultState(StrEnum):
    """A recalled result stays visible to the employee, marked so, until the next one."""

    RELEASED = "released"
    RECALLED = "recalled"


class Form(TenantRow, Base):
    """The lines of a set, for one job in one cycle, frozen when the cycle opened. Where sets differ by department or
    level, or people agreed to other weights, a job has several.

    `lines`: objects with the names of `sync_api.columns.LINE_COLUMNS`; `key` counts from 1.
    """

    __tablename__ = "form"
    __table_args__ = (
        tenant_fk("cycle", "cycle_id"),
        tenant_fk("job", "job_id"),
    )

    cycle_id: Mapped[CycleId]
    job_id: Mapped[JobId]
    job_zh: Mapped[str] = mapped_column(sa.String(200))
    job_en: Mapped[str] = mapped_column(sa.String(200))
    lines: Mapped[list[dict[str, Any]]] = mapped_column(Json)


class Evaluation(TenantRow, Base):
    """One person judged by one rater in one cycle.

    `values`, `rules`, `lasts`, `data_to` stand beside the form's lines: the measured value, the mark that its rule gives
    for it, the mark of the last cycle, and the last day (ISO) that the value reaches; None where there is none.
    `data_to` is empty for evaluations that are older than it.
    """

    __tablename__ = "evaluation"
    __table_args__ = (
        sa.UniqueConstraint("tenant_id", "cycle_id", "employee_id", "rater_id"),
        tenant_fk("cycle", "cycle_id"),
        tenant_fk("form", "form_id"),
        tenant_fk("person", "employee_id"),
        tenant_fk("person", "rater_id"),
        tenant_fk("person", "former_rater_id"),
        tenant_fk("department", "department_id"),
        sa.Index("ix_evaluation_rater", "tenant_id", "rater_id"),
        sa.Index("ix_evaluation_employee", "tenant_id", "employee_id"),
        sa.CheckConstraint("state IN ('open', 'submitted', 'acknowledged')", name="state"),
    )

    cycle_id: Mapped[CycleId]
    form_id: Mapped[FormId]
    employee_id: Mapped[PersonId]
    rater_id: Mapped[PersonId]
    department_id: Mapped[DepartmentId]
    level: Mapped[str] = mapped_column(sa.String(LEVEL_MAX))
    run_order: Mapped[int]
    """Where the rater meets this person; the start rotates, ratings drift along a queue."""
    values: Mapped[list[float | None]] = mapped_column(Json)
    rules: Mapped[list[Mark | None]] = mapped_column(Json)
    lasts: Mapped[list[Mark | None]] = mapped_column(Json)
    data_to: Mapped[list[str | None]] = mapped_column(Json, default=list, server_default="[]")
    last_overall: Mapped[int | None]
    """Tenths."""
    state: Mapped[str] = mapped_column(sa.String(12), default="open")
    status_version: Mapped[str | None] = mapped_column(_VERSION)
    status_device_time: Mapped[int] = mapped_column(sa.BigInteger, default=0)
    status_at: Mapped[datetime | None]
    submitted_at: Mapped[datetime | None]
    started_at: Mapped[datetime | None]
    """When the first edit of it arrived."""
    former_rater_id: Mapped[PersonId | None]
    """Who rated until the employee moved; what he still sends counts before `former_until`, None: while the cycle runs."""
    former_until: Mapped[datetime | None]
    chip_versions: Mapped[dict[str, str]] = mapped_column(Json, default=dict)
    """chips/3 -> the mutation that last changed its tags, whether it added or removed."""


class Score(TenantOwned, Base):
    """One mark given by a person. None: given back to what the data say."""

    __tablename__ = "score"
    __table_args__ = (
        tenant_fk("evaluation", "evaluation_id"),
        sa.CheckConstraint(f"value BETWEEN {SCORE_MIN} AND {SCORE_MAX}", name="value"),
    )

    evaluation_id: Mapped[EvaluationId] = mapped_column(primary_key=True)
    line: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    value: Mapped[int | None]
    version: Mapped[str] = mapped_column(_VERSION)
    device_time: Mapped[int] = mapped_column(sa.BigInteger)
    scored_at: Mapped[datetime]


class Comment(TenantOwned, Base):
    """A text on one line: a comment, or the reason why a mark by the data was changed."""

    __tablename__ = "comment"
    __table_args__ = (
        tenant_fk("evaluation", "evaluation_id"),
        sa.CheckConstraint("kind IN ('comment', 'reason')", name="kind"),
    )

    evaluation_id: Mapped[EvaluationId] = mapped_column(primary_key=True)
    line: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    kind: Mapped[str] = mapped_column(sa.String(8), primary_key=True)
    text: Mapped[str | None] = mapped_column(sa.String(max(COMMENT_MAX, REASON_MAX)))
    version: Mapped[str] = mapped_column(_VERSION)
    device_time: Mapped[int] = mapped_column(sa.BigInteger)
    written_at: Mapped[datetime]


class ChipTag(TenantOwned, Base):
    """One choosing of a quick comment. Two people who chose the same one stand here twice."""

    __tablename__ = "chip_tag"
    __table_args__ = (tenant_fk("evaluation", "evaluation_id"),)

    evaluation_id: Mapped[EvaluationId] = mapped_column(primary_key=True)
    line: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    version: Mapped[str] = mapped_column(_VERSION, primary_key=True)
    tag: Mapped[str] = mapped_column(sa.String(TAG_MAX))
    position: Mapped[int]


class Case(TenantRow, Base):
    """A true conflict on one field; `number` counts the cases of an evaluation from 1."""

    __tablename__ = "evaluation_case"
    __table_args__ = (
        sa.UniqueConstraint("tenant_id", "evaluation_id", "number"),
        tenant_fk("evaluation", "evaluation_id"),
        sa.CheckConstraint("state IN ('open', 'resolved')", name="state"),
    )

    evaluation_id: Mapped[EvaluationId]
    number: Mapped[int]
    field: Mapped[str] = mapped_column(sa.String(FIELD_MAX))
    state: Mapped[str] = mapped_column(sa.String(8))
    base_version: Mapped[str | None] = mapped_column(_VERSION)
    base_value: Mapped[Any] = mapped_column(Json, nullable=True)
    chosen: Mapped[str | None] = mapped_column(_VERSION)
    resolution: Mapped[str | None] = mapped_column(_VERSION)
    reason: Mapped[str] = mapped_column(sa.String(REASON_MAX))
    opened_at: Mapped[datetime]
    decided_at: Mapped[datetime | None]


class CaseCandidate(TenantOwned, Base):
    """One value in a case: whose, from what base, when."""

    __tablename__ = "case_candidate"
    __table_args__ = (tenant_fk("evaluation_case", "case_id"),)

    case_id: Mapped[CaseId] = mapped_column(primary_key=True)
    version: Mapped[str] = mapped_column(_VERSION, primary_key=True)
    position: Mapped[int]
    value: Mapped[Any] = mapped_column(Json, nullable=True)
    base: Mapped[list[str]] = mapped_column(Json)
    device_time: Mapped[int] = mapped_column(sa.BigInteger)
    received_at: Mapped[datetime]
    superseded: Mapped[bool]


class Result(TenantRow, Base):
    """What the employee sees, frozen at a submit. A new submit makes a new one; the newest counts.

    `scores`, `comments`, `chips`, `reasons` stand beside the form's lines.
    """

    __tablename__ = "result"
    __table_args__ = (
        sa.UniqueConstraint("tenant_id", "evaluation_id", "number"),
        tenant_fk("evaluation", "evaluation_id"),
        tenant_fk("person", "released_by_id"),
        sa.CheckConstraint("state IN ('released', 'recalled')", name="state"),
    )

    evaluation_id: Mapped[EvaluationId]
    number: Mapped[int]
    version: Mapped[str] = mapped_column(_VERSION)
    released_by_id: Mapped[PersonId]
    released_at: Mapped[datetime]
    scores: Mapped[list[int | None]] = mapped_column(Json)
    comments: Mapped[list[str | None]] = mapped_column(Json)
    chips: Mapped[list[list[str] | None]] = mapped_column(Json)
    reasons: Mapped[list[str | None]] = mapped_column(Json)
    overall: Mapped[int | None]
    """Tenths."""
    state: Mapped[str] = mapped_column(sa.String(8))


class Answer(TenantOwned, Base):
    """What the employee said to a result. Only ever added to."""

    __tablename__ = "answer"
    __table_args__ = (
        tenant_fk("evaluation", "evaluation_id"),
        sa.CheckConstraint("kind IN ('agree', 'disagree')", name="kind"),
    )

    evaluation_id: Mapped[EvaluationId] = mapped_column(primary_key=True)
    version: Mapped[str] = mapped_column(_VERSION, primary_key=True)
    position: Mapped[int]
    result_version: Mapped[str | None] = mapped_column(_VERSION)
    kind: Mapped[str] = mapped_column(sa.String(8))
    note: Mapped[str] = mapped_column(sa.String(NOTE_MAX))
    device_time: Mapped[int] = mapped_column(sa.BigInteger)
    answered_at: Mapped[datetime]
