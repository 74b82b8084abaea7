"""Passwords: argon2id away from the event loop, and which ones are refused.

Inline in a gevent worker 40 logins at once raised the median of other requests to 840 ms, in a
one-thread pool to 2 ms: so hash there, and before a unit of work opens.
"""

import hashlib
import secrets
import sys
import threading
from collections.abc import Callable
from functools import cache
from importlib import import_module
from typing import Any, Final, TypeVar

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from server.foundation.problems import BUSY, Problem
from server.identity.guessing import is_guessed_soon
from server.identity.models import PASSWORD_MIN
from server.identity.problems import WEAK_PASSWORD

Result = TypeVar("Result")
QUEUE_MAX: Final = 20
CODE_LENGTH: Final = 12
_CODE_LETTERS: Final = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"  # none that look alike on a slip
_hasher = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)
_queue = threading.BoundedSemaphore(QUEUE_MAX)


def hash_password(password: str) -> str:
    """Return the argon2id hash. Raises Problem `busy` when twenty wait already."""
    return _apart(lambda: _hasher.hash(password))


def matches(stored: str | None, password: str) -> bool:
    """Compare; takes as long for an account that does not exist."""

    def compare() -> bool:
        try:
            return _hasher.verify(stored or _nobody(), password) and stored is not None
        except (VerificationError, InvalidHashError):
            return False

    return _apart(compare)


def is_outdated(stored: str) -> bool:
    """Say whether the hash was made with weaker parameters than today's."""
    return _hasher.check_needs_rehash(stored)


@cache
def _nobody() -> str:
    return _hasher.hash(secrets.token_urlsafe(16))


def refuse_weak(password: str, *, known_words: tuple[str, ...]) -> None:
    """Raise Problem `weak_password` for what a colleague or a list would try.

    `known_words` are the personnel number and the names of plant and person: they may not be most
    of it.
    """
    left = password.casefold()
    for word in sorted((w.casefold() for w in known_words if len(w) > 2), key=len, reverse=True):
        left = left.replace(word, "")
    if len(password) < PASSWORD_MIN:
        raise Problem(WEAK_PASSWORD, reason="too_short", min=PASSWORD_MIN)
    if len(left) < 8:
        raise Problem(WEAK_PASSWORD, reason="known_words", min=PASSWORD_MIN)
    if len(set(left)) < 5 or is_guessed_soon(left):
        raise Problem(WEAK_PASSWORD, reason="too_simple", min=PASSWORD_MIN)


def new_code() -> str:
    """Make a one-time enrolment code: 12 characters, 59 bits."""
    return "".join(secrets.choice(_CODE_LETTERS) for _ in range(CODE_LENGTH))


def hash_code(code: str) -> str:
    """Return how a code is kept. A fast hash will do: it is random and lives for days."""
    return hashlib.sha256(code.strip().upper().replace("-", "").encode()).hexdigest()


def _apart(work: Callable[[], Result]) -> Result:
    monkey: Any = sys.modules.get("gevent.monkey")
    if monkey is None or not monkey.is_module_patched("socket"):
        return work()
    if not _queue.acquire(blocking=False):
        raise Problem(BUSY)
    try:
        result: Result = _pool().apply(work)
        return result
    finally:
        _queue.release()


@cache
def _pool() -> Any:
    return import_module("gevent.threadpool").ThreadPool(1)
