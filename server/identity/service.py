"""What happens to accounts and sessions. Runs inside a unit of work, for the plant at work.

Rotation survives lost answers: the refresh token of generation g is taken again, and answered with
g+1 again, until g+1 has been used; any older one is a copy in foreign hands and closes the session.
(Strict rotation logged 236 of 300 honest phones out within 30 refreshes at 5 % lost answers.)
"""

import secrets
from base64 import urlsafe_b64encode
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final
from uuid import UUID

from server.foundation import batch
from server.foundation.batch import Row
from server.foundation.db import current_tenant, session
from server.foundation.ids import AccountId, DeviceId, SessionId, TenantId, new_id
from server.foundation.problems import NOT_FOUND, Problem
from server.identity import passwords, queries
from server.identity.models import Account, AccountState, AuthSession, Device, SessionState, Tenant
from server.identity.problems import CODE_INVALID

IDLE: Final = timedelta(days=30)
ABSOLUTE: Final = timedelta(days=90)
CODE_LIFE: Final = timedelta(days=7)
FIRST_GENERATION: Final = 1


class EndReason(StrEnum):
    """Why a session was closed; shown to its owner."""

    SIGNED_OUT = "signed_out"
    ENDED_BY_OWNER = "ended_by_owner"
    ENDED_BY_ADMIN = "ended_by_admin"
    PASSWORD_CHANGED = "password_changed"
    TOKEN_REUSED = "token_reused"
    EXPIRED = "expired"
    LOCKED = "locked"
    RESET = "reset"


@dataclass(frozen=True)
class Granted:
    """An open session and the generation of the tokens to hand out."""

    session_id: SessionId
    account_id: AccountId
    device_id: DeviceId
    generation: int
    drain_only: bool


def new_epoch() -> str:
    """A name for the time since these data were made or restored; no two are the same."""
    return urlsafe_b64encode(secrets.token_bytes(6)).decode()


def create_tenant(
    *, code: str, name_zh: str, name_en: str, time_zone: str, tenant_id: TenantId | None = None
) -> Tenant:
    """Found a plant; with `tenant_id` under that id, so that its rows can follow in the same unit."""
    made = Tenant(
        id=tenant_id or TenantId(new_id()),
        code=code,
        name_zh=name_zh,
        name_en=name_en,
        time_zone=time_zone,
        epoch=new_epoch(),
    )
    session().add(made)
    session().flush()  # row-level security of what follows refers to this row
    return made


def create_account(employee_no: str, *, now: datetime, account_id: AccountId | None = None) -> Account:
    """Create an account without a password: nobody can sign in until a code was issued."""
    made = Account(
        id=account_id or new_id(),
        employee_no=employee_no,
        password_hash=None,
        password_set_at=None,
        enrolment_hash=None,
        enrolment_until=None,
        state=AccountState.ACTIVE,
        created_at=now,
    )
    session().add(made)
    return made


def issue_code(account: Account, *, now: datetime) -> str:
    """Issue a one-time code that lives seven days; an earlier one is void."""
    code = passwords.new_code()
    account.enrolment_hash = passwords.hash_code(code)
    account.enrolment_until = now + CODE_LIFE
    return code


def redeem_code(account: Account | None, code: str, password_hash: str, *, now: datetime) -> Account:
    """Set the first or a new password by a code, and end the sessions there were: the phone that
    holds one may be the reason for the code. Raises Problem `code_invalid`.
    """
    if account is None or not is_code_of(account, code, now=now):
        raise Problem(CODE_INVALID)
    account.enrolment_hash = account.enrolment_until = None
    account.password_hash, account.password_set_at = password_hash, now
    end_sessions(AccountId(account.id), EndReason.PASSWORD_CHANGED, now=now)
    return account


def is_code_of(account: Account, code: str, *, now: datetime) -> bool:
    """Say whether the code opens this account now."""
    if account.enrolment_hash is None or account.enrolment_until is None:
        return False
    right = secrets.compare_digest(account.enrolment_hash, passwords.hash_code(code))
    return right and now < account.enrolment_until and account.state == AccountState.ACTIVE


def open_session(
    account: Account, *, device_id: DeviceId, label: str, browser_hash: str, now: datetime, drain: bool = False
) -> Granted:
    """Open a session of an account on a device, which is remembered. On a lost one, or to `drain`, it only hands in."""
    device = _remember_device(device_id, label, now)
    session().flush()  # the session refers to the device
    made = AuthSession(
        account_id=AccountId(account.id),
        device_id=device_id,
        browser_hash=browser_hash,
        generation=FIRST_GENERATION - 1,
        state=SessionState.DRAIN_ONLY if drain or device.lost_at else SessionState.ACTIVE,
        reason=None,
        created_at=now,
        last_seen_at=now,
        closed_at=None,
    )
    session().add(made)
    return _grant(made, FIRST_GENERATION)


def _remember_device(device_id: DeviceId, label: str, now: datetime) -> Device:
    device = session().get(Device, (current_tenant(), device_id))
    if device is None:
        device = Device(id=device_id, label=label, first_seen_at=now, last_seen_at=now, shared=False, lost_at=None)
        session().add(device)
    else:
        device.label, device.last_seen_at = label or device.label, now
    return device


def _grant(row: AuthSession, generation: int) -> Granted:
    drain_only = row.state == SessionState.DRAIN_ONLY
    return Granted(SessionId(row.id), row.account_id, row.device_id, generation, drain_only)


def rotate(session_id: SessionId, generation: int, *, now: datetime) -> Granted | None:
    """Answer a refresh token. None: the session is over, and if a used-up token came, closed now.

    Returns instead of raising, so that the closing is committed.
    """
    row = queries.auth_session(session_id, lock=True)
    if row is None or row.state == SessionState.CLOSED:
        return None
    if is_expired(row, now=now):
        close(row, EndReason.EXPIRED, now=now)
        return None
    if generation not in (row.generation, row.generation + 1):
        close(row, EndReason.TOKEN_REUSED, now=now)
        return None
    row.generation = generation
    row.last_seen_at = now
    return _grant(row, generation + 1)


def is_expired(row: AuthSession | queries.AtDoor, *, now: datetime) -> bool:
    """Say whether a session has been idle or open for too long."""
    return now >= row.last_seen_at + IDLE or now >= row.created_at + ABSOLUTE


def close(row: AuthSession, reason: EndReason, *, now: datetime) -> None:
    """Close a session for good; the next request with its tokens is refused."""
    row.state, row.reason, row.closed_at = SessionState.CLOSED, reason, now


def end_session(account_id: AccountId, session_id: UUID, reason: EndReason, *, now: datetime) -> None:
    """Close one session of this account. Raises Problem `not_found` for anybody else's."""
    row = queries.auth_session(SessionId(session_id), lock=True)
    if row is None or row.account_id != account_id or row.state == SessionState.CLOSED:
        raise Problem(NOT_FOUND)
    close(row, reason, now=now)


def open_row(session_id: UUID) -> AuthSession:
    """Find anybody's open session, locked for a change; who may ask is the caller's to judge.
    Raises Problem `not_found`.
    """
    row = queries.auth_session(SessionId(session_id), lock=True)
    if row is None or row.state == SessionState.CLOSED:
        raise Problem(NOT_FOUND)
    return row


def end_sessions(account_id: AccountId, reason: EndReason, *, now: datetime, but: SessionId | None = None) -> None:
    """Close all sessions of an account, or all but one."""
    for row, _device in queries.open_sessions(account_id):
        if row.id != but:
            close(row, reason, now=now)


def drain_only(account_id: AccountId, device_id: DeviceId) -> None:
    """Let a lost or revoked device hand in its edits and nothing else."""
    for row, _device in queries.open_sessions(account_id):
        if row.device_id == device_id and row.state == SessionState.ACTIVE:
            row.state = SessionState.DRAIN_ONLY


def change_password(account: Account, password_hash: str, *, keep: SessionId, now: datetime) -> None:
    """Set a new password and end the other sessions."""
    account.password_hash, account.password_set_at = password_hash, now
    end_sessions(AccountId(account.id), EndReason.PASSWORD_CHANGED, now=now, but=keep)


def lock(account: Account, *, now: datetime) -> None:
    """Shut an account: somebody left."""
    account.state = AccountState.LOCKED
    end_sessions(AccountId(account.id), EndReason.LOCKED, now=now)


def bring_in(rows: Sequence[Row], step: Callable[[int], None], *, now: datetime) -> None:
    """Write many accounts at once; those that are shut lose their sessions."""
    batch.write((Account,), rows, step)
    for row in rows:
        if row.after is not None and row.after.get("state") == AccountState.LOCKED:
            end_sessions(AccountId(row.after["id"]), EndReason.LOCKED, now=now)
