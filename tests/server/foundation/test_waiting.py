"""Waiting for PostgreSQL: a socket that is ready is not waited for, one that is not is."""

import socket
from collections.abc import Generator
from typing import Any

from server.foundation.waiting import _ready_first

READ, WRITE = 1, 2


def _driver(*wanted: int) -> Generator[int, int, list[int]]:
    """As the driver does: says what it needs, is told what is there."""
    told = []
    for one in wanted:
        told.append((yield one))
    return told


def _run(work: Generator[Any, Any, Any]) -> tuple[list[int], list[int]]:
    """What was waited for, and what the driver was told."""
    waited: list[int] = []
    try:
        wanted = next(work)
        while True:
            waited.append(wanted)
            wanted = work.send(wanted)
    except StopIteration as end:
        return waited, end.value


def test_only_what_is_not_ready_is_waited_for() -> None:
    near, far = socket.socketpair()
    with near, far:
        assert _run(_ready_first(_driver(WRITE), near.fileno())) == ([], [WRITE])
        assert _run(_ready_first(_driver(READ), near.fileno())) == ([READ], [READ])
        assert _run(_ready_first(_driver(READ | WRITE), near.fileno())) == ([], [WRITE])
        far.send(b"an answer")
        assert _run(_ready_first(_driver(READ, READ | WRITE), near.fileno())) == ([], [READ, READ | WRITE])


def test_a_line_that_was_cut_is_no_reason_to_wait() -> None:
    near, far = socket.socketpair()
    with near:
        far.close()
        assert _run(_ready_first(_driver(READ), near.fileno())) == ([], [READ])


def test_work_that_needs_nothing_is_done_at_once() -> None:
    near, far = socket.socketpair()
    with near, far:
        assert _run(_ready_first(_driver(), near.fileno())) == ([], [])
