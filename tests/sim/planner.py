"""What a phone does next: the decisions of `pwa/src/sync/planner.ts`, line for line.

`tests/vectors/planner.json` holds cases that both must answer alike; pytest reads them for this
file, Vitest for the other.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

MOST_EDITS: Final = 50
MOST_BYTES: Final = 16_000
IDLE_POLL_MS: Final = 20_000
LONGEST_WAIT_MS: Final = 600_000
"""One that seems longer was set by a clock that has since been put back."""
BACKOFF_FLOOR_MS: Final = 250
BACKOFF_BASE_MS: Final = 1_000
BACKOFF_CAP_MS: Final = 30_000
REFUSED_CAP_MS: Final = 300_000


@dataclass(frozen=True, slots=True)
class QueueItem:
    """An edit without a receipt, as the planner sees it."""

    n: int
    record: str
    state: str = "queued"
    not_before: float = 0
    bytes: int = 40


@dataclass(frozen=True, slots=True)
class Line:
    """How the line to the server stands."""

    net: str = "unknown"
    failures: int = 0
    not_before: float = 0
    told: bool = False
    limit: int = MOST_EDITS
    needs_login: bool = False
    needs_update: bool = False
    last_error: str | None = None
    """How the last round failed: told to the person and the server, decides nothing."""


FRESH_LINE: Final = Line()


@dataclass(frozen=True, slots=True)
class Situation:
    """Everything that the planner may know; times are the phone's own milliseconds."""

    now: float
    queue: Sequence[QueueItem]
    line: Line
    visible: bool
    asked: bool
    unfinished: bool
    last_round_at: float | None


@dataclass(frozen=True, slots=True)
class Plan:
    """`ns` None: wait `until` then (None: until something happens)."""

    ns: tuple[int, ...] | None
    until: float | None = None


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a round ended."""

    was: str
    retry_after_s: float | None = None
    ns: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Lesson:
    """The line afterwards, and the edit that no server will take."""

    line: Line
    set_aside: int | None = None


def plan(s: Situation) -> Plan:
    """The next thing to do."""
    if s.line.needs_login:
        return Plan(None)
    if must_wait(s.line.not_before, s.now):
        return Plan(None, s.line.not_before)
    waits: list[float] = []
    ns = batch(s.queue, s.now, s.line.limit, waits)
    poll_at = (s.last_round_at or 0) + IDLE_POLL_MS if s.visible else None
    due = poll_at is not None and not must_wait(poll_at, s.now, IDLE_POLL_MS)
    if ns or s.asked or s.unfinished or s.last_round_at is None or due:
        return Plan(ns)
    times = [poll_at, *waits]
    known = [time for time in times if time is not None]
    return Plan(None, min(known) if known else None)


def batch(queue: Sequence[QueueItem], now: float, limit: int, waits: list[float] | None = None) -> tuple[int, ...]:
    """Which edits go next. One that must wait holds back the later ones of its record, and of no other.

    `waits` gets until when those in front must.
    """
    waiting: set[str] = set()
    ns: list[int] = []
    size = 0
    for item in queue:
        if item.record in waiting or item.state == "set_aside":
            continue
        if not _may_go(item) or must_wait(item.not_before, now):
            if waits is not None and _may_go(item):
                waits.append(item.not_before)
            if item.state != "held":
                waiting.add(item.record)
            continue
        if len(ns) >= min(limit, MOST_EDITS) or (ns and size + item.bytes > MOST_BYTES):
            break
        ns.append(item.n)
        size += item.bytes
    return tuple(ns)


def must_wait(until: float, now: float, longest: float = LONGEST_WAIT_MS) -> bool:
    """Whether a wait is to be kept; longer than the longest, it is none."""
    return now < until <= now + longest


def _may_go(item: QueueItem) -> bool:
    return item.state not in ("update_needed", "set_aside")


def learn(line: Line, outcome: Outcome, now: float, fraction: float) -> Lesson:
    """What a round's end teaches; `fraction` is chance for the jitter, 0 <= x < 1."""

    def failed(net: str, cap: float = BACKOFF_CAP_MS, **change: Any) -> Lesson:
        rest = now + backoff(line.failures, fraction, cap)
        after = replace(line, net=net, failures=line.failures + 1, not_before=rest, told=False)
        after = replace(after, last_error=outcome.was)
        return Lesson(replace(after, **change))

    match outcome.was:
        case "answered":
            return Lesson(replace(FRESH_LINE, net="reached", limit=min(MOST_EDITS, line.limit * 2)))
        case "offline" | "captive" | "server_down":
            return failed(outcome.was)
        case "timeout":
            return failed("offline", limit=max(1, math.ceil(line.limit / 2)))
        case "refused" | "server_old":
            return failed("reached", REFUSED_CAP_MS)
        case "foreign":
            return failed("server_down", limit=max(1, math.ceil(line.limit / 2)))
        case "needs_login":
            return Lesson(replace(line, net="reached", needs_login=True, last_error=outcome.was))
        case "update_needed":
            return failed("reached", REFUSED_CAP_MS, needs_update=True)
        case "busy":
            if outcome.retry_after_s is None:
                return failed("server_down")
            wait = min(LONGEST_WAIT_MS, outcome.retry_after_s * 1000 * (1 + fraction / 4))
            return failed("server_down", not_before=now + wait, told=True)
        case "too_big":
            if not outcome.ns:
                return failed("reached", REFUSED_CAP_MS)
            if len(outcome.ns) == 1:
                return Lesson(replace(line, net="reached", failures=0, last_error=outcome.was), outcome.ns[0])
            fewer = math.ceil(len(outcome.ns) / 2)
            return Lesson(replace(line, net="reached", limit=fewer, last_error=outcome.was))
    raise ValueError(outcome.was)


def backoff(failures: int, fraction: float, cap: float = BACKOFF_CAP_MS) -> float:
    """Full jitter: anything between the floor and the cap of this many failures."""
    return BACKOFF_FLOOR_MS + fraction * min(cap, BACKOFF_BASE_MS * 2 ** min(failures, 20))


def refreshed(line: Line, by: str) -> Line:
    """The login is back (`login`), or an event gives hope (`event`): a guess is over, the server's word is not."""
    after = line if line.told else replace(line, not_before=0)
    return replace(after, needs_login=False) if by == "login" else after
