"""Tables of identity. A person elsewhere has the id of the account here."""

from datetime import datetime
from enum import StrEnum
from typing import Final

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from server.foundation.db import Base, TenantOwned, TenantRow, tenant_fk
from server.foundation.ids import AccountId, DeviceId, TenantId

EMPLOYEE_NO_MAX: Final = 40
PLANT_CODE_MAX: Final = 40
DEVICE_LABEL_MAX: Final = 80
PASSWORD_MIN: Final = 15
PASSWORD_MAX: Final = 256


class AccountState(StrEnum):
    """Whether an account may sign in."""

    ACTIVE = "active"
    LOCKED = "locked"


class SessionState(StrEnum):
    """`drain_only` may hand in edits, all of which are parked, and reads nothing."""

    ACTIVE = "active"
    DRAIN_ONLY = "drain_only"
    CLOSED = "closed"


class Tenant(Base):
    """A plant. `epoch` changes when its data come from a backup, so that phones offer again."""

    __tablename__ = "tenant"

    id: Mapped[TenantId] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(sa.String(PLANT_CODE_MAX), unique=True)
    name_zh: Mapped[str] = mapped_column(sa.String(200))
    name_en: Mapped[str] = mapped_column(sa.String(200))
    time_zone: Mapped[str] = mapped_column(sa.String(64))
    epoch: Mapped[str] = mapped_column(sa.String(22))


class Account(TenantRow, Base):
    """Who can sign in. Without a password only an enrolment code opens it, once."""

    __tablename__ = "account"
    __table_args__ = (
        sa.UniqueConstraint("tenant_id", "employee_no"),
        sa.CheckConstraint("state IN ('active', 'locked')", name="state"),
    )

    employee_no: Mapped[str] = mapped_column(sa.String(EMPLOYEE_NO_MAX))
    password_hash: Mapped[str | None] = mapped_column(sa.String(200))
    password_set_at: Mapped[datetime | None]
    enrolment_hash: Mapped[str | None] = mapped_column(sa.String(64))
    enrolment_until: Mapped[datetime | None]
    state: Mapped[str] = mapped_column(sa.String(10))
    created_at: Mapped[datetime]


class Device(TenantRow, Base):
    """One installation on one phone or desk; its id is the phone's own random number.

    `shared` asks everybody on it for a PIN; one with `lost_at` hands in edits and gets nothing more.
    """

    __tablename__ = "device"

    label: Mapped[str] = mapped_column(sa.String(DEVICE_LABEL_MAX))
    first_seen_at: Mapped[datetime]
    last_seen_at: Mapped[datetime]
    shared: Mapped[bool] = mapped_column(server_default=sa.false(), default=False)
    lost_at: Mapped[datetime | None]


class DeviceUser(TenantRow, Base):
    """One account on one device.

    `seed`, with the settings' key `key_id`, makes the secret that opens the phone's data when the PIN is forgotten;
    `drain_hash` is HR's one-time code for handing in what lies there.
    """

    __tablename__ = "device_user"
    __table_args__ = (
        tenant_fk("account", "account_id", ondelete="CASCADE"),
        tenant_fk("device", "device_id"),
        sa.UniqueConstraint("tenant_id", "account_id", "device_id"),
    )

    account_id: Mapped[AccountId]
    device_id: Mapped[DeviceId]
    seed: Mapped[str | None] = mapped_column(sa.String(64))
    key_id: Mapped[str | None] = mapped_column(sa.String(8))
    drain_hash: Mapped[str | None] = mapped_column(sa.String(64))
    drain_until: Mapped[datetime | None]


class AuthSession(TenantRow, Base):
    """One sign-in of one account on one device.

    `generation` is that of the last refresh token that was used; its successor is out.
    `browser_hash` is the hash of the device cookie that proves a known phone.
    """

    __tablename__ = "auth_session"
    __table_args__ = (
        tenant_fk("account", "account_id", ondelete="CASCADE"),
        tenant_fk("device", "device_id"),
        sa.Index("ix_auth_session_tenant_id_account_id", "tenant_id", "account_id"),
        sa.CheckConstraint("state IN ('active', 'drain_only', 'closed')", name="state"),
    )

    account_id: Mapped[AccountId]
    device_id: Mapped[DeviceId]
    browser_hash: Mapped[str] = mapped_column(sa.String(64))
    generation: Mapped[int]
    state: Mapped[str] = mapped_column(sa.String(10))
    reason: Mapped[str | None] = mapped_column(sa.String(40))
    created_at: Mapped[datetime]
    last_seen_at: Mapped[datetime]
    closed_at: Mapped[datetime | None]


class LoginFailure(TenantOwned, Base):
    """Refused passwords in a row for one subject: account and known or unknown phone, or address.

    `subject` is a keyed hash: numbers that belong to nobody are counted like the others.
    """

    __tablename__ = "login_failure"

    subject: Mapped[str] = mapped_column(sa.String(64), primary_key=True)
    count: Mapped[int]
    last_failed_at: Mapped[datetime]
    blocked_until: Mapped[datetime | None]
