"""A door that takes in as many as it can serve soon, and tells the others when to come again.

After an outage a plant's phones come at once. Without a limit each of them would wait for all the
others, time out, and ask again: the server would work for answers that nobody reads. So whoever
would have to wait too long is sent away at once, before anything is read for him, with a time to
come back: each a little later than the one before, as fast as the server has been serving. Nobody
is sent away for good; who comes back finds the place that was counted for him.
"""

import math
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final

from server.foundation.problems import BUSY, Problem

WAIT_MAX_S: Final = 0.7
"""Nobody is let in who would probably wait longer than this."""
LEAST, MOST = 4, 64
"""Bounds on how many are inside at once, whatever the pace."""
RETURN_MAX_S: Final = 60
_FIRST_GUESS_S: Final = 0.05
_COUNTED: Final = 40
"""Answers over which the pace is taken: they leave in bursts, as commits come."""


class Admission:
    """One process's door. `pace_s`: seconds from one answer to the next while it is full."""

    def __init__(self, tick: Callable[[], float] = time.monotonic) -> None:
        self._tick = tick
        self._lock = threading.Lock()
        self._inside = 0
        self._pace_s = _FIRST_GUESS_S
        self._left: deque[float] = deque(maxlen=_COUNTED)
        self._next_s = 0.0

    @contextmanager
    def enter(self) -> Iterator[None]:
        """Be inside. Raises Problem `busy` with the seconds until there should be room."""
        with self._lock:
            now = self._refuse_when_full()
            if self._inside == 0:
                self._left = deque([now], _COUNTED)  # nobody was served before: the time since tells nothing
            self._inside += 1
        try:
            yield
        finally:
            with self._lock:
                self._leave()

    def look(self) -> None:
        """Raises what `enter` would now: whoever is sent away should cost as little as can be."""
        with self._lock:
            self._refuse_when_full()

    def _refuse_when_full(self) -> float:
        now = self._tick()
        if self._inside >= self._room():
            raise Problem(BUSY, retry_after_s=self._turn_s(now))
        return now

    def _room(self) -> int:
        return max(LEAST, min(MOST, int(WAIT_MAX_S / self._pace_s)))

    def _turn_s(self, now: float) -> int:
        """The next free place in the row of those who were sent away."""
        soonest = now + self._inside * self._pace_s
        self._next_s = min(max(self._next_s + self._pace_s, soonest), now + RETURN_MAX_S)
        return max(1, math.ceil(self._next_s - now))

    def _leave(self) -> None:
        self._left.append(self._tick())
        if len(self._left) > _COUNTED // 4:
            self._pace_s = max(1e-4, (self._left[-1] - self._left[0]) / (len(self._left) - 1))
        self._inside -= 1
