"""Tables of cycles and delegations."""

from datetime import date, datetime
from enum import StrEnum
from typing import Final

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from server.foundation.db import Base, TenantOwned, TenantRow, tenant_fk
from server.foundation.ids import CycleId, DepartmentId, PersonId

NAME_MAX: Final = 80
DEPARTMENTS_MAX: Final = 200


class CycleState(StrEnum):
    """In closing nothing new starts, what arrives late is accepted and labelled; then it is parked."""

    DRAFT = "draft"
    OPEN = "open"
    CLOSING = "closing"
    CLOSED = "closed"


class Cycle(TenantRow, Base):
    """One round of evaluations of some departments over a period of days, both included."""

    __tablename__ = "cycle"
    __table_args__ = (
        sa.CheckConstraint("state IN ('draft', 'open', 'closing', 'closed')", name="state"),
        sa.CheckConstraint("period_to >= period_from", name="period"),
    )

    name_zh: Mapped[str] = mapped_column(sa.String(NAME_MAX))
    name_en: Mapped[str] = mapped_column(sa.String(NAME_MAX))
    period_from: Mapped[date]
    period_to: Mapped[date]
    deadline_at: Mapped[datetime]
    state: Mapped[str] = mapped_column(sa.String(8), default=CycleState.DRAFT.value)
    created_at: Mapped[datetime]
    opened_at: Mapped[datetime | None]


class CycleDepartment(TenantOwned, Base):
    """A department that takes part, with all that lies below it."""

    __tablename__ = "cycle_department"
    __table_args__ = (tenant_fk("cycle", "cycle_id"), tenant_fk("department", "department_id"))

    cycle_id: Mapped[CycleId] = mapped_column(primary_key=True)
    department_id: Mapped[DepartmentId] = mapped_column(primary_key=True)


class Delegation(TenantRow, Base):
    """Somebody scores and submits like the rater, in one cycle, from an instant to another (excluded)."""

    __tablename__ = "delegation"
    __table_args__ = (
        tenant_fk("cycle", "cycle_id"),
        tenant_fk("person", "rater_id"),
        tenant_fk("person", "delegate_id"),
        sa.Index("ix_delegation_delegate", "tenant_id", "delegate_id"),
        sa.Index("ix_delegation_rater", "tenant_id", "rater_id"),
        sa.CheckConstraint("rater_id <> delegate_id", name="not_oneself"),
        sa.CheckConstraint("valid_to IS NULL OR valid_to >= valid_from", name="instants"),
    )

    cycle_id: Mapped[CycleId]
    rater_id: Mapped[PersonId]
    delegate_id: Mapped[PersonId]
    valid_from: Mapped[datetime]
    valid_to: Mapped[datetime | None]
    granted_by_id: Mapped[PersonId]
    granted_at: Mapped[datetime]
