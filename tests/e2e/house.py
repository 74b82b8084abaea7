"""A real server process for one story: fresh database, demo plant, free port, ended by its own process id."""

import contextlib
import json
import os
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent.parent
START_S = 60
ADDRESS = "database"
"""A file in the folder of a house whose database does not lie there: its URL."""
SECRET = "e2e-kT7wq-Zp41xLr9_vBn3eYd82sHc6GjUa0mXf5oRi"


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


class House:
    """The server under test. `log` is its output, kept for a failing story."""

    def __init__(self, folder: Path, **settings: str) -> None:
        self.folder = folder
        self.settings = settings
        self.port = free_port()
        self.log = folder / "server.log"
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        """Starts the server and waits until it says that it is ready."""
        self.folder.mkdir(parents=True, exist_ok=True)
        plain = {k: v for k, v in os.environ.items() if not k.startswith("GEMBA_") and k != "PORT"}
        mine = {"GEMBA_DATABASE_URL": f"sqlite:///{self.folder}/gemba.db"}
        if (self.folder / ADDRESS).exists():
            mine = {"GEMBA_DATABASE_URL": (self.folder / ADDRESS).read_text("utf-8"), "GEMBA_SECRET": SECRET}
        mine |= self.settings
        with self.log.open("ab") as out:
            self._process = subprocess.Popen(
                ["gemba", "serve", "--demo", "--port", str(self.port)],
                cwd=ROOT, env={**plain, **mine}, stdout=out, stderr=subprocess.STDOUT, start_new_session=True,
            )  # fmt: skip
        deadline = time.monotonic() + START_S
        while time.monotonic() < deadline:
            if self._process.poll() is not None:
                raise AssertionError(f"the server ended by itself:\n{self.tail()}")
            with contextlib.suppress(OSError), urllib.request.urlopen(f"{self.url}/readyz", timeout=2) as answer:
                if answer.status == 200:
                    return
            time.sleep(0.1)
        raise AssertionError(f"not ready after {START_S} s:\n{self.tail()}")

    def stop(self, sign: int = signal.SIGTERM) -> None:
        if self._process is None:
            return
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._process.pid, sign)
        try:
            self._process.wait(timeout=30)
        except subprocess.TimeoutExpired:
            os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait(timeout=10)
        self._process = None

    def tail(self) -> str:
        return self.log.read_text("utf-8", "replace")[-3000:] if self.log.exists() else ""

    def complaints(self) -> list[str]:
        """What a person must look at: ERROR lines and tracebacks of the log."""
        text = self.log.read_text("utf-8", "replace")
        return [
            line for line in text.splitlines() if '"level": "error"' in line.lower() or line.startswith("Traceback")
        ]

    def doors(self) -> dict[str, Any]:
        """The demo's plants and people, as the sign-in page gets them."""
        with urllib.request.urlopen(f"{self.url}/api/auth/doors", timeout=5) as answer:
            return dict(json.load(answer))


class Knocker:
    """A person without a browser: cookies kept by hand, every answer (status, body) returned, never raised."""

    def __init__(self, house: House) -> None:
        self.house = house
        self.cookies: dict[str, str] = {}
        self.csrf = ""
        self.user: dict[str, Any] = {}

    def sign_in(self, plant: str, employee_no: str) -> "Knocker":
        body = {"plant": plant, "employee_no": employee_no, "device": "k" * 21 + "A", "device_label": "knocker"}
        status, answer = self.call("POST", "/api/auth/demo", body)
        assert status == 200, (status, answer)
        self.csrf, self.user = answer["csrf"], answer["user"]
        return self

    def call(self, method: str, path: str, body: Any = None) -> tuple[int, Any]:
        request = urllib.request.Request(self.house.url + path, method=method)
        if body is not None:
            request.data = json.dumps(body).encode()
            request.add_header("Content-Type", "application/json")
        if self.cookies:
            request.add_header("Cookie", "; ".join(f"{k}={v}" for k, v in self.cookies.items()))
        if self.csrf and method != "GET":
            request.add_header("X-CSRF-TOKEN", self.csrf)
        request.add_header("Origin", self.house.url)
        try:
            with urllib.request.urlopen(request, timeout=15) as answer:
                return self._read(answer.status, answer)
        except urllib.error.HTTPError as error:
            return self._read(error.code, error)

    def _read(self, status: int, answer: Any) -> tuple[int, Any]:
        for line in answer.headers.get_all("Set-Cookie") or []:
            name, _, value = line.split(";", 1)[0].partition("=")
            self.cookies[name] = value
        text = answer.read().decode()
        try:
            return status, json.loads(text)
        except ValueError:
            return status, text
