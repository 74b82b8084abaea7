"""What happens to phones: shared ones, lost ones, and the secret that opens a phone's data without the PIN.

That secret is derived when it is handed out, from a random seed in the row and a key from the settings: the database
alone, or a backup of it, opens no phone. It goes out after a full login and never at a refresh: whoever holds a locked
phone holds its cookies too.
"""

import hashlib
import hmac
import secrets
from base64 import urlsafe_b64encode
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from server.foundation.db import current_tenant, session
from server.foundation.ids import AccountId, DeviceId, new_id
from server.foundation.problems import NOT_FOUND, Problem
from server.identity import passwords, queries
from server.identity.models import Account, Device, DeviceUser, SessionState

DRAIN_CODE_LIFE: Final = timedelta(days=7)
SEED_BYTES: Final = 32


@dataclass(frozen=True)
class Recovery:
    """`id` says which secret this is: a phone sees by it whether it knows it already."""

    id: str
    secret: str


def recovery(account_id: AccountId, device_id: DeviceId, ring: Sequence[str]) -> Recovery:
    """Return the secret of this account on this device; `ring` is the settings' secrets, newest first.

    A seed whose key is no longer in the ring is made anew: the phone takes the new secret as soon as it is open.
    """
    keys = {_key_id(one): one for one in ring if one}
    row = user_of(account_id, device_id)
    if row.seed is None or row.key_id not in keys:
        row.seed, row.key_id = secrets.token_hex(SEED_BYTES), _key_id(ring[0])
    assert row.key_id is not None
    message = f"phone {current_tenant()} {account_id} {device_id} {row.seed}"
    key = hmac.new(keys[row.key_id].encode(), b"gemba phone recovery", hashlib.sha256).digest()
    made = hmac.new(key, message.encode(), hashlib.sha256).digest()
    return Recovery(hashlib.sha256(made).hexdigest()[:16], urlsafe_b64encode(made).decode().rstrip("="))


def _key_id(secret: str) -> str:
    return hashlib.sha256(b"gemba phone recovery" + secret.encode()).hexdigest()[:8]


def user_of(account_id: AccountId, device_id: DeviceId) -> DeviceUser:
    """Return the row of this account on this device, made when it is the first time."""
    row = queries.device_user(account_id, device_id)
    if row is None:
        row = DeviceUser(
            id=new_id(),
            account_id=account_id,
            device_id=device_id,
            seed=None,
            key_id=None,
            drain_hash=None,
            drain_until=None,
        )
        session().add(row)
    return row


def set_shared(device_id: UUID, shared: bool) -> None:
    """Say that a phone goes from hand to hand: it asks everybody for a PIN. Raises Problem `not_found`."""
    _device(device_id).shared = shared


def set_lost(device_id: UUID, lost: bool, *, now: datetime) -> None:
    """Lost: every session on it, and every later login, only hands in; found: later logins are full again."""
    device = _device(device_id)
    device.lost_at = now if lost else None
    if lost:
        for row in queries.sessions_on(DeviceId(device_id)):
            if row.state == SessionState.ACTIVE:
                row.state = SessionState.DRAIN_ONLY


def issue_drain_code(account: Account, device_id: UUID, *, now: datetime) -> str:
    """Issue a one-time code that opens one person's outbox on one phone to be handed in, and nothing else."""
    _device(device_id)
    row = queries.device_user(AccountId(account.id), DeviceId(device_id))
    if row is None:
        raise Problem(NOT_FOUND)
    code = passwords.new_code()
    row.drain_hash, row.drain_until = passwords.hash_code(code), now + DRAIN_CODE_LIFE
    return code


def is_drain_code_of(account: Account, device_id: DeviceId, code: str, *, now: datetime) -> bool:
    """Say whether the code opens this account's outbox on this phone now. A locked account's too: somebody left."""
    row = queries.device_user(AccountId(account.id), device_id)
    if row is None or row.drain_hash is None or row.drain_until is None:
        return False
    return secrets.compare_digest(row.drain_hash, passwords.hash_code(code)) and now < row.drain_until


def spend_drain_code(account_id: AccountId, device_id: DeviceId) -> None:
    """The code has been used."""
    row = user_of(account_id, device_id)
    row.drain_hash = row.drain_until = None


def _device(device_id: UUID) -> Device:
    found = queries.device(DeviceId(device_id))
    if found is None:
        raise Problem(NOT_FOUND)
    return found
