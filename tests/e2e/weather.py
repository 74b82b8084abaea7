"""The network between a phone and the server: a small TCP proxy whose weather a test can change.

Clear, refused, slow, a captive portal, a reverse proxy's error page, or an answer lost after the server had the request.
"""

import contextlib
import socket
import threading
import time
from collections.abc import Iterator

PORTAL = b"<!doctype html><title>Plant Wi-Fi</title><h1>Welcome, please log in</h1>"


class Weather:
    """Listens on `port` and passes everything on to `target`; `mode` decides how well.

    Modes: clear, refuse, slow (100 ms, 8 kB/s), captive (200 HTML), lost (answers to /api/sync vanish), or a number:
    that HTTP status with an HTML page, as reverse proxies send it.
    """

    def __init__(self, target: int) -> None:
        self.target = target
        self.mode: str | int = "clear"
        self.requests: list[str] = []
        self.lost = 0
        self._open: set[socket.socket] = set()
        self._lock = threading.Lock()
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def become(self, mode: str | int) -> None:
        """Changes the weather; connections made in the old one are cut, as a lost cell cuts them."""
        self.mode = mode
        self._cut()

    def towards(self, target: int) -> "Weather":
        """Clear weather to another server on the port that a profile knows as its origin; nothing is remembered."""
        self.target = target
        self.become("clear")
        self.requests = []
        self.lost = 0
        return self

    def rounds(self) -> int:
        """How many sync requests have gone out so far."""
        return sum(line.startswith("POST /api/sync") for line in self.requests)

    def close(self) -> None:
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._cut()

    def _cut(self) -> None:
        with self._lock:
            victims = list(self._open)
        for each in victims:
            with contextlib.suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)

    def _accept(self) -> None:
        while True:
            try:
                near, _ = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(near,), daemon=True).start()

    def _serve(self, near: socket.socket) -> None:
        with self._held(near), contextlib.suppress(OSError):
            if self.mode == "refuse":
                return
            if self.mode == "captive" or isinstance(self.mode, int):
                self._page(near)
                return
            with self._held(socket.create_connection(("127.0.0.1", self.target))) as far:
                back = threading.Thread(target=self._back, args=(far, near), daemon=True)
                back.start()
                while data := near.recv(65536):
                    self._note(data)
                    if self.mode == "slow":
                        time.sleep(0.1 + len(data) / 8000)
                    far.sendall(data)

    def _back(self, far: socket.socket, near: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while data := far.recv(4096):
                if self.mode == "lost" and self.requests and self.requests[-1].startswith("POST /api/sync"):
                    self.lost += 1
                    break
                if self.mode == "slow":
                    time.sleep(0.1 + len(data) / 8000)
                near.sendall(data)
        for each in (near, far):
            with contextlib.suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)

    def _page(self, near: socket.socket) -> None:
        head = near.recv(65536)
        self._note(head)
        status = "200 OK" if self.mode == "captive" else f"{self.mode} No"
        near.sendall(
            f"HTTP/1.1 {status}\r\nContent-Type: text/html\r\nContent-Length: {len(PORTAL)}\r\nConnection: close\r\n\r\n"
            .encode() + PORTAL
        )  # fmt: skip

    def _note(self, data: bytes) -> None:
        first = data.split(b"\r\n", 1)[0].decode("latin-1")
        if first.endswith("HTTP/1.1"):
            self.requests.append(first.removesuffix(" HTTP/1.1"))

    @contextlib.contextmanager
    def _held(self, each: socket.socket) -> Iterator[socket.socket]:
        with self._lock:
            self._open.add(each)
        try:
            yield each
        finally:
            with self._lock:
                self._open.discard(each)
            each.close()
