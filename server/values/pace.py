"""How often a key knocks: every request with it counts, whatever becomes of it, so that repetitions and refusals cost
the plant no more than batches do. Each process counts for itself; what is taken in is counted in the database, too.
"""

from collections import deque
from datetime import datetime, timedelta
from threading import Lock
from typing import Final
from uuid import UUID

from server.foundation.problems import TOO_MANY_REQUESTS, Problem

A_MINUTE: Final = timedelta(minutes=1)
KNOCKS_A_MINUTE: Final = 120
"""Twice what is taken in: each batch may be repeated once."""


class Pace:
    """The last minute of each key. One that is asked to wait is not counted: it gets in again by itself."""

    def __init__(self, at_most: int = KNOCKS_A_MINUTE) -> None:
        self._at_most = at_most
        self._seen: dict[UUID, deque[datetime]] = {}
        self._lock = Lock()

    def knock(self, key_id: UUID, now: datetime) -> None:
        """Count one request. Raises Problem `too_many_requests`."""
        with self._lock:
            for known in [one for one, seen in self._seen.items() if seen[-1] <= now - A_MINUTE]:
                del self._seen[known]
            seen = self._seen.setdefault(key_id, deque())
            while seen and seen[0] <= now - A_MINUTE:
                seen.popleft()
            if len(seen) >= self._at_most:
                wait = seen[0] + A_MINUTE - now
                raise Problem(TOO_MANY_REQUESTS, retry_after_s=max(1, round(wait.total_seconds())))
            seen.append(now)


PACE: Final = Pace()
