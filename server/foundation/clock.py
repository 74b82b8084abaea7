"""The one place that reads the time. Services get `now` as an argument; doors call `now()`."""

from datetime import UTC, datetime, timedelta
from typing import Protocol

from flask import current_app, has_app_context

EXTENSION = "gemba_clock"


class Clock(Protocol):
    """Tells the time as an aware instant in UTC."""

    def now(self) -> datetime: ...


class SystemClock:
    """The machine's clock."""

    def now(self) -> datetime:
        return datetime.now(UTC)


class TestClock:
    """A clock that stands still until it is told to move."""

    __test__ = False  # pytest: this is no test case

    def __init__(self, start: datetime) -> None:
        self._now = start.astimezone(UTC)

    def now(self) -> datetime:
        return self._now

    def move(self, by: timedelta) -> None:
        self._now += by


_system = SystemClock()


def current_clock() -> Clock:
    """Return the clock given to `create_app`, or the machine's where no application is active."""
    if has_app_context():
        clock: Clock = current_app.extensions.get(EXTENSION, _system)
        return clock
    return _system


def now() -> datetime:
    """Return the present instant, aware and in UTC."""
    return current_clock().now()
