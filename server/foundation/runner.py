"""Serving: gunicorn with gevent workers, started from Python so that one command does it all.

`server.cli` patches the standard library for gevent before anything else is imported.
"""

import socket
from collections.abc import Callable
from pathlib import Path
from typing import Any

import orjson
from flask import Flask
from gevent.server import StreamServer  # type: ignore[import-untyped]
from gunicorn import util  # type: ignore[import-untyped]
from gunicorn.app.base import BaseApplication  # type: ignore[import-untyped]
from gunicorn.workers import ggevent  # type: ignore[import-untyped]

from server.foundation.errors import MEDIA_TYPE
from server.foundation.locales import LANGUAGES, say
from server.foundation.problems import BAD_REQUEST
from server.foundation.settings import Settings

GRACE_S = 25
SQLITE_WORKERS_MAX = 2
ACCEPTED_AT_ONCE = 16


class _Listener(StreamServer):  # type: ignore[misc]
    """Takes several connections in one go. Beside other processes gunicorn takes one at a time, which is fair while
    there is nothing else to do; with a unit of work between one and the next, whoever comes at once with a whole plant
    waits seconds, and so does the answer that there is no room."""

    @property
    def max_accept(self) -> int:
        """How many are taken before the others in this process have their turn."""
        return ACCEPTED_AT_ONCE

    @max_accept.setter
    def max_accept(self, _asked: int) -> None:
        """What gunicorn would have."""


class _Server(BaseApplication):  # type: ignore[misc]
    def __init__(self, create: Callable[[], Flask], options: dict[str, Any]) -> None:
        self._create = create
        self._options = options
        super().__init__()

    def load_config(self) -> None:
        for name, value in self._options.items():
            self.cfg.set(name, value)

    def load(self) -> Flask:
        return self._create()


def serve(create: Callable[[], Flask], settings: Settings, *, on_ready: Callable[[], None]) -> None:
    """Serve until told to stop; each process makes its own application and connections."""
    util.write_error = _write_problem
    ggevent.StreamServer = _Listener
    _Server(create, _options(settings, on_ready)).run()


def _write_problem(client: socket.socket, status: int, reason: str, _text: str) -> None:
    """Answer what no application ever sees (a broken request line, endless headers) like the rest
    of our errors; gunicorn's own answer is a page."""
    body = orjson.dumps(
        {
            "type": f"/problems/{BAD_REQUEST.name}",
            "title": say(f"problem_{BAD_REQUEST.name}", LANGUAGES[0], {}),
            "status": status,
            "code": BAD_REQUEST.name,
            "params": {},
            "errors": [],
            "request_id": "",
        }
    )
    head = (
        f"HTTP/1.1 {status} {reason}\r\nConnection: close\r\nContent-Type: {MEDIA_TYPE}\r\n"
        f"Cache-Control: no-store\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    util.write_nonblock(client, head.encode("latin-1") + body)


def _options(settings: Settings, on_ready: Callable[[], None]) -> dict[str, Any]:
    host = "127.0.0.1" if settings.demo else settings.host
    workers = settings.workers
    if settings.is_sqlite:
        workers = min(workers, SQLITE_WORKERS_MAX)

    def when_ready(_arbiter: object) -> None:
        on_ready()

    return {
        "bind": [f"[{host}]:{settings.port}" if ":" in host else f"{host}:{settings.port}"],
        "workers": workers,
        "worker_class": "gevent",
        "worker_connections": 1000,
        "timeout": 60,
        "graceful_timeout": GRACE_S,
        "keepalive": 5,
        "loglevel": "warning",
        "control_socket_disable": True,
        "forwarded_allow_ips": "*" if settings.proxies else "",
        "worker_tmp_dir": "/dev/shm" if Path("/dev/shm").is_dir() else None,
        "when_ready": when_ready,
    }
