"""What is read about accounts and sessions."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final, Protocol

import sqlalchemy as sa

from server.foundation.db import current_tenant, session
from server.foundation.ids import AccountId, DeviceId, SessionId, TenantId
from server.foundation.prepared import ask_all, of_plant, table_of
from server.identity.models import Account, AuthSession, Device, DeviceUser, SessionState, Tenant


class AtDoor(Protocol):
    """What the door asks of a session."""

    account_id: AccountId
    device_id: DeviceId
    state: str
    created_at: datetime
    last_seen_at: datetime


_SESSION: Final = table_of(AuthSession).c
_AT_DOOR: Final = of_plant(
    sa.select(*(_SESSION[name] for name in AtDoor.__annotations__)).where(_SESSION.id == sa.bindparam("session"))
)


def tenant_by_code(code: str) -> Tenant | None:
    """Find a plant by its code; works without a plant at work."""
    return session().scalar(sa.select(Tenant).where(Tenant.code == code))


def tenants() -> Sequence[Tenant]:
    """Return all plants by code."""
    return session().scalars(sa.select(Tenant).order_by(Tenant.code)).all()


def tenant(tenant_id: TenantId) -> Tenant | None:
    """Find a plant by id."""
    return session().get(Tenant, tenant_id)


def account_by_number(employee_no: str) -> Account | None:
    """Find an account of the plant at work."""
    return session().scalar(sa.select(Account).where(Account.employee_no == employee_no))


def account(account_id: AccountId) -> Account | None:
    """Find an account of the plant at work."""
    return session().scalar(sa.select(Account).where(Account.id == account_id))


def auth_session(session_id: SessionId, *, lock: bool = False) -> AuthSession | None:
    """Find a session of the plant at work; `lock` it for a change."""
    wanted = sa.select(AuthSession).where(AuthSession.id == session_id)
    return session().scalar(wanted.with_for_update() if lock else wanted)


def session_at_door(session_id: SessionId) -> AtDoor | None:
    """Find what the door asks of a session of the plant at work: every request asks it."""
    found: Sequence[AtDoor] = ask_all((_AT_DOOR, {"session": session_id}))[0]
    return found[0] if found else None


def open_sessions(account_id: AccountId) -> Sequence[tuple[AuthSession, Device]]:
    """Return the sessions of an account that are not closed, newest first, with their device."""
    rows = session().execute(
        sa.select(AuthSession, Device)
        .join(
            Device,
            sa.and_(Device.tenant_id == AuthSession.tenant_id, Device.id == AuthSession.device_id),
        )
        .where(AuthSession.account_id == account_id, AuthSession.state != SessionState.CLOSED)
        .order_by(AuthSession.last_seen_at.desc())
    )
    return [(row[0], row[1]) for row in rows]


def sessions_shown(account_id: AccountId, *, current: SessionId) -> list[dict[str, Any]]:
    """Return the open sessions of an account, newest first; `current` is that of whoever asks."""
    return [
        {
            "id": row.id,
            "device_label": device.label,
            "state": row.state,
            "created_at": row.created_at,
            "last_seen_at": row.last_seen_at,
            "current": row.id == current,
        }
        for row, device in open_sessions(account_id)
    ]


def has_signed_in_from(account_id: AccountId, browser_hash: str) -> bool:
    """Say whether this account has had a session in the browser that holds this device cookie."""
    found = session().scalar(
        sa.select(AuthSession.id)
        .where(AuthSession.account_id == account_id, AuthSession.browser_hash == browser_hash)
        .limit(1)
    )
    return found is not None


def device(device_id: DeviceId) -> Device | None:
    """Find a device of the plant at work."""
    return session().scalar(sa.select(Device).where(Device.id == device_id))


def devices() -> Sequence[Device]:
    """Return the devices of the plant at work, the last used first."""
    return session().scalars(sa.select(Device).order_by(Device.last_seen_at.desc(), Device.id)).all()


def sessions_on(device_id: DeviceId) -> Sequence[AuthSession]:
    """Return the sessions on a device that are not closed."""
    wanted = sa.select(AuthSession).where(AuthSession.device_id == device_id, AuthSession.state != SessionState.CLOSED)
    return session().scalars(wanted.with_for_update()).all()


def device_user(account_id: AccountId, device_id: DeviceId) -> DeviceUser | None:
    """Find what is kept of an account on a device."""
    return session().scalar(
        sa.select(DeviceUser).where(DeviceUser.account_id == account_id, DeviceUser.device_id == device_id)
    )


def device_users(device_id: DeviceId | None = None) -> list[tuple[DeviceId, Account, bool]]:
    """Return who has signed in on which device of the plant at work, or on this one, by personnel number. False: before
    phones could be opened by the server's secret, so that no code helps there."""
    found: dict[tuple[DeviceId, AccountId], tuple[DeviceId, Account, bool]] = {}
    for kind in (DeviceUser, AuthSession):
        query = (
            sa.select(kind.device_id, Account)
            .join(Account, sa.and_(Account.tenant_id == kind.tenant_id, Account.id == kind.account_id))
            .distinct()
        )
        for row in session().execute(query if device_id is None else query.where(kind.device_id == device_id)):
            found.setdefault((row[0], AccountId(row[1].id)), (row[0], row[1], kind is DeviceUser))
    return sorted(found.values(), key=lambda one: one[1].employee_no)


def device_labels(devices: Sequence[object]) -> dict[object, str]:
    """Return the labels of devices of the plant at work, by id."""
    rows = session().execute(sa.select(Device.id, Device.label).where(Device.id.in_(devices)))
    return {row[0]: row[1] for row in rows}


def plant() -> Tenant:
    """Return the plant at work."""
    found = session().get(Tenant, current_tenant())
    assert found is not None
    return found
