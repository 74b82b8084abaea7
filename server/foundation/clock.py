"""The one place that reads the time. Services get `now` as an argument; doors call `now()`."""

from datetime import UTC, datetime, timedelta
from typing import Final, Protocol

from flask import current_app, has_app_context

EXTENSION = "gemba_clock"
CALENDAR_END_MS: Final = 253_402_300_800_000
"""The first millisecond of the year 10000."""
EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


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


def to_ms(moment: datetime) -> int:
    """Milliseconds since 1970."""
    return (moment - EPOCH) // timedelta(milliseconds=1)


def from_ms(milliseconds: int) -> datetime:
    """The way back from `to_ms`; only for instants of our own clock."""
    return EPOCH + timedelta(milliseconds=milliseconds)


def on_calendar(milliseconds: int) -> int:
    """The instant of a calendar, 1970 to 9999, that comes nearest to what a phone's clock claims. A
    browser cannot write out what lies far beyond, and nobody could read it.
    """
    return max(0, min(milliseconds, CALENDAR_END_MS - 1))
