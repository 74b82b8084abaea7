"""How long a body may take to arrive, and how many large ones arrive at once: whoever sends one byte a minute must not
hold a place, and a slow office line must get its files in.

A limit is a pace, not a number of seconds: GRACE_S and what PACE gives. Under gevent alone: elsewhere a thread stands
still in C.
"""

import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

from server.foundation.problems import BUSY, TOO_SLOW, Problem
from server.foundation.waiting import is_patched

GRACE_S: Final = 60.0
PACE: Final = 8 * 1024
"""Bytes a second: 64 kbit/s, half of what the page itself waits for."""
LARGE_BYTES: Final = 1024 * 1024
LARGE_AT_ONCE: Final = 4
"""In a process. Each is held in memory until it is whole."""
RETRY_S: Final = 30
_large = threading.BoundedSemaphore(LARGE_AT_ONCE)


def limit_s(size: int) -> float:
    """How many seconds a body of so many bytes may take."""
    return GRACE_S + size / PACE


@contextmanager
def arriving(size: int, seconds: float | None = None) -> Iterator[None]:
    """Around the reading of a body of at most so many bytes. Raises Problem `too_slow`, `busy`."""
    is_large = size > LARGE_BYTES
    if is_large and not _large.acquire(blocking=False):
        raise Problem(BUSY, retry_after_s=RETRY_S)
    try:
        with _in_time(limit_s(size) if seconds is None else seconds):
            yield
    finally:
        if is_large:
            _large.release()


@contextmanager
def _in_time(seconds: float) -> Iterator[None]:
    if not is_patched():
        yield
        return
    gevent: Any = sys.modules["gevent"]
    late = gevent.Timeout(seconds)
    late.start()
    try:
        yield
    except gevent.Timeout as error:
        if error is not late:
            raise
        raise Problem(TOO_SLOW) from error
    finally:
        late.close()
