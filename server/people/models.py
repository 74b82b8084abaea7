"""Tables of people. A person has the id of the account that signs in as him."""

from datetime import date
from enum import StrEnum
from typing import Final

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from server.foundation.db import Base, TenantRow, tenant_fk
from server.foundation.ids import DepartmentId, JobId, PersonId
from server.identity.models import EMPLOYEE_NO_MAX

NAME_MAX: Final = 200
CODE_MAX: Final = 40
LEVEL_MAX: Final = 16
PHONE_MAX: Final = 40
EMAIL_MAX: Final = 200
_IN_ORDER: Final = "valid_to IS NULL OR valid_to >= valid_from"


class Role(StrEnum):
    """Roles that are granted. Employee, supervisor and delegate follow from lines and delegations."""

    MANAGER = "manager"
    HRBP = "hrbp"
    HR = "hr"
    ADMIN = "admin"


class Person(TenantRow, Base):
    """Somebody who works in the plant."""

    __tablename__ = "person"
    __table_args__ = (sa.UniqueConstraint("tenant_id", "employee_no"),)

    employee_no: Mapped[str] = mapped_column(sa.String(EMPLOYEE_NO_MAX))
    name_zh: Mapped[str] = mapped_column(sa.String(NAME_MAX))
    name_en: Mapped[str] = mapped_column(sa.String(NAME_MAX))
    hired_on: Mapped[date | None]
    left_on: Mapped[date | None]
    """The last day."""
    phone: Mapped[str | None] = mapped_column(sa.String(PHONE_MAX))
    email: Mapped[str | None] = mapped_column(sa.String(EMAIL_MAX))


class Department(TenantRow, Base):
    """A workshop, a shift or an office; `parent_id` None: the plant itself."""

    __tablename__ = "department"
    __table_args__ = (
        sa.UniqueConstraint("tenant_id", "code"),
        tenant_fk("department", "parent_id"),
    )

    code: Mapped[str] = mapped_column(sa.String(CODE_MAX))
    name_zh: Mapped[str] = mapped_column(sa.String(NAME_MAX))
    name_en: Mapped[str] = mapped_column(sa.String(NAME_MAX))
    parent_id: Mapped[DepartmentId | None]


class Job(TenantRow, Base):
    """A job; `category` decides by which indicators it is judged."""

    __tablename__ = "job"
    __table_args__ = (sa.UniqueConstraint("tenant_id", "code"),)

    code: Mapped[str] = mapped_column(sa.String(CODE_MAX))
    name_zh: Mapped[str] = mapped_column(sa.String(NAME_MAX))
    name_en: Mapped[str] = mapped_column(sa.String(NAME_MAX))
    category: Mapped[str] = mapped_column(sa.String(CODE_MAX))


class Assignment(TenantRow, Base):
    """A person's place and job from a day to a day, both included; `valid_to` None: until further notice."""

    __tablename__ = "assignment"
    __table_args__ = (
        tenant_fk("person", "person_id"),
        tenant_fk("department", "department_id"),
        tenant_fk("job", "job_id"),
        sa.UniqueConstraint("tenant_id", "person_id", "valid_from"),
        sa.Index("ix_assignment_department", "tenant_id", "department_id"),
        sa.CheckConstraint(_IN_ORDER, name="dates"),
    )

    person_id: Mapped[PersonId]
    department_id: Mapped[DepartmentId]
    job_id: Mapped[JobId]
    level: Mapped[str] = mapped_column(sa.String(LEVEL_MAX))
    valid_from: Mapped[date]
    valid_to: Mapped[date | None]


class ReportingLine(TenantRow, Base):
    """Who judges whom from a day to a day, both included."""

    __tablename__ = "reporting_line"
    __table_args__ = (
        tenant_fk("person", "person_id"),
        tenant_fk("person", "supervisor_id"),
        sa.UniqueConstraint("tenant_id", "person_id", "valid_from"),
        sa.Index("ix_reporting_line_supervisor", "tenant_id", "supervisor_id"),
        sa.CheckConstraint(_IN_ORDER, name="dates"),
        sa.CheckConstraint("person_id <> supervisor_id", name="not_oneself"),
    )

    person_id: Mapped[PersonId]
    supervisor_id: Mapped[PersonId]
    valid_from: Mapped[date]
    valid_to: Mapped[date | None]


class RoleGrant(TenantRow, Base):
    """A role from a day to a day; `department_id` narrows it to that department and those below."""

    __tablename__ = "role_grant"
    __table_args__ = (
        tenant_fk("person", "person_id"),
        tenant_fk("department", "department_id"),
        sa.Index("ix_role_grant_person", "tenant_id", "person_id"),
        sa.CheckConstraint("role IN ('manager', 'hrbp', 'hr', 'admin')", name="role"),
        sa.CheckConstraint(_IN_ORDER, name="dates"),
    )

    person_id: Mapped[PersonId]
    role: Mapped[str] = mapped_column(sa.String(10))
    department_id: Mapped[DepartmentId | None]
    valid_from: Mapped[date]
    valid_to: Mapped[date | None]
