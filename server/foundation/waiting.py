"""How a worker of gevent waits for PostgreSQL: only when there is something to wait for.

Before each of its steps the driver asks whether the socket is ready. Under gevent that question goes through the
hub, which costs more than the step; a socket that takes bytes at once, as one nearly always does, answers it at once.
"""

import select
import sys
from collections.abc import Generator
from typing import Any, Final

import psycopg

_READ: Final = select.POLLIN | select.POLLHUP | select.POLLERR
_READS, _WRITES = 1, 2
"""The driver's words for "ready to be read" and "ready to be written"."""


class Connection(psycopg.Connection[Any]):
    """A connection that looks at its socket itself before it waits with the others."""

    def wait(self, gen: Any, interval: float = 0.1, timeout: float | None = None) -> Any:
        """Run a piece of the driver's work; greenlets go on while it has to wait."""
        return super().wait(_ready_first(gen, self.pgconn.socket), interval, timeout)


def _ready_first(gen: Generator[int, int, Any], socket: int) -> Generator[Any, Any, Any]:
    poll = _poll()
    try:
        wanted = next(gen)
        poll.register(socket)
        while True:
            wanted = gen.send(_ready(poll, socket, wanted) or (yield wanted))
    except StopIteration as end:
        return end.value


def _poll() -> Any:
    gevent = sys.modules.get("gevent.monkey")
    return select.poll() if gevent is None else gevent.get_original("select", "poll")()


def _ready(poll: Any, socket: int, wanted: int) -> int:
    poll.modify(socket, (select.POLLIN if wanted & _READS else 0) | (select.POLLOUT if wanted & _WRITES else 0))
    ready = 0
    for _, events in poll.poll(0):
        ready |= (_READS if events & _READ else 0) | (_WRITES if events & select.POLLOUT else 0)
    return ready & wanted


def is_patched() -> bool:
    """Say whether gevent stands between this process and its sockets."""
    gevent = sys.modules.get("gevent.monkey")
    return gevent is not None and bool(gevent.is_module_patched("select"))
