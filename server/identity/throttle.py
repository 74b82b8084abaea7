"""Wrong passwords cost time, never the account: delays that grow, kept in the database.

A plant is one address to the server, so addresses are counted late. Phones that have signed in
before are counted apart: a stranger's guesses never delay the person's own phone.
"""

import hashlib
import hmac
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

import sqlalchemy as sa

from server.foundation.db import session
from server.identity.models import LoginFailure

FREE_ATTEMPTS: Final = 4
FREE_ATTEMPTS_PER_ADDRESS: Final = 500
OFF_AFTER: Final = 100
FIRST_DELAY_S: Final = 30
LAST_DELAY_S: Final = 3600
FORGET_AFTER: Final = timedelta(hours=24)
DROP_AFTER: Final = timedelta(days=7)


@dataclass(frozen=True)
class Subject:
    """One counter. `free` attempts cost nothing; `off_after` of them shut this door for good."""

    key: str
    free: int = FREE_ATTEMPTS
    off_after: int | None = None


def subjects(secret: str, employee_no: str, *, known_browser: str | None, address: str) -> tuple[Subject, Subject]:
    """Return the counters of an attempt: this account from this kind of phone, and the address."""
    if known_browser is None:
        account = Subject(_key(secret, "unknown", employee_no), off_after=OFF_AFTER)
    else:
        account = Subject(_key(secret, "known", employee_no, known_browser))
    return account, Subject(_key(secret, "address", address), free=FREE_ATTEMPTS_PER_ADDRESS)


def unknown_phones(secret: str, employee_no: str) -> str:
    """Return the key of the counter that a reset clears."""
    return _key(secret, "unknown", employee_no)


def _key(secret: str, *parts: str) -> str:
    message = "\x1f".join(("login", *parts)).encode()
    return hmac.new(secret.encode(), message, hashlib.sha256).hexdigest()


def wait_s(watched: Sequence[Subject], *, now: datetime) -> int:
    """Return the seconds until the next attempt is heard; 0 when it is now."""
    rows = _rows(watched)
    return max((_wait_of(rows[s.key], s, now) for s in watched if s.key in rows), default=0)


def _rows(watched: Sequence[Subject], *, lock: bool = False) -> dict[str, LoginFailure]:
    keys = [subject.key for subject in watched]
    wanted = sa.select(LoginFailure).where(LoginFailure.subject.in_(keys))
    if lock:  # in one order, so that two attempts cannot wait for each other
        wanted = wanted.order_by(LoginFailure.subject).with_for_update()
    return {row.subject: row for row in session().scalars(wanted)}


def _wait_of(row: LoginFailure, subject: Subject, now: datetime) -> int:
    if subject.off_after is not None and row.count >= subject.off_after:
        return LAST_DELAY_S
    if row.blocked_until is None or row.blocked_until <= now:
        return 0
    return int((row.blocked_until - now).total_seconds()) + 1


def record_failure(watched: Sequence[Subject], *, now: datetime) -> None:
    """Count a refused attempt for each subject, inside a unit of work."""
    session().execute(sa.delete(LoginFailure).where(LoginFailure.last_failed_at < now - DROP_AFTER))
    rows = _rows(watched, lock=True)
    for subject in watched:
        row = rows.get(subject.key)
        if row is None:
            row = LoginFailure(subject=subject.key, count=0, last_failed_at=now, blocked_until=None)
            session().add(row)
        off = subject.off_after is not None and row.count >= subject.off_after
        if now - row.last_failed_at > FORGET_AFTER and not off:
            row.count = 0
        row.count += 1
        row.last_failed_at = now
        row.blocked_until = _blocked_until(row.count - subject.free, now)


def _blocked_until(beyond: int, now: datetime) -> datetime | None:
    if beyond <= 0:
        return None
    return now + timedelta(seconds=min(FIRST_DELAY_S * 2 ** min(beyond - 1, 10), LAST_DELAY_S))


def forget(keys: Sequence[str]) -> None:
    """Drop counters after a success or a reset, inside a unit of work."""
    session().execute(sa.delete(LoginFailure).where(LoginFailure.subject.in_(keys)))
