"""A server of the test build on a free loopback port, with its database, and somebody who starts it again.

`Server` does what a service manager does: a server that died is started again, by the same command.
"""

import contextlib
import os
import signal
import subprocess
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import sqlalchemy as sa

from tests.e2e.house import ROOT, free_port

START_S = 300
"""A bound, not a measure: two busy cores take their time to start Python."""
_CRASHES = ("TypeError", "AttributeError", "NameError", "ImportError", "KeyError", "ValueError")
ENTRY = ("python", "-m", "tests.faults.entry", "serve", "--demo")


class Server:
    """`url` is its database; `judges_url` reads every plant's rows of it."""

    def __init__(self, folder: Path, url: str, judges_url: str = "", *, bug: str = "", **settings: str) -> None:
        self.folder, self.url, self.judges_url = folder, url, judges_url or url
        self.kind = "sqlite" if url.startswith("sqlite") else "postgresql"
        self.port = free_port()
        self.log = folder / "server.log"
        self.fault_file = folder / "fault"
        self.settings = {"GEMBA_TEST_BUG": bug} if bug else {}
        self.settings |= settings
        self.deaths = 0
        self.expected: list[str] = []
        """Events of the log that the test brings about on purpose."""
        self.ended_with: int | None = None
        self._process: subprocess.Popen[bytes] | None = None
        self._kept_up: threading.Thread | None = None
        self._ending = threading.Event()

    @property
    def database(self) -> str:
        """Its database's name, or file."""
        return str(sa.make_url(self.url).database)

    def start(self) -> "Server":
        """Start it and wait until it is ready; from then on it is kept up."""
        self.folder.mkdir(parents=True, exist_ok=True)
        self._launch()
        self.ready()
        self._kept_up = threading.Thread(target=self._keep_up, daemon=True)
        self._kept_up.start()
        return self

    def _launch(self) -> None:
        plain = {k: v for k, v in os.environ.items() if not k.startswith("GEMBA_") and k != "PORT"}
        mine = {"GEMBA_DATABASE_URL": self.url, "GEMBA_TEST_FOLDER": str(self.folder)}
        if self._ending.is_set():
            return
        with self.log.open("ab") as out:
            self._process = subprocess.Popen(
                [*ENTRY, "--port", str(self.port)], cwd=ROOT, env=plain | mine | self.settings,
                stdout=out, stderr=subprocess.STDOUT, start_new_session=True,
            )  # fmt: skip

    def ready(self) -> None:
        """Wait until it says that it is ready."""
        deadline = time.monotonic() + START_S
        while time.monotonic() < deadline:
            status = self.ask("/readyz")
            if status == 200:
                return
            time.sleep(0.05)  # between two questions; the wait is for the answer
        raise AssertionError(f"not ready after {START_S} s:\n{self.tail()}")

    def ask(self, path: str) -> int:
        """The status that a path answers with; 0 for no answer."""
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}{path}", timeout=60) as answer:
                return int(answer.status)
        except urllib.error.HTTPError as error:
            return int(error.code)
        except OSError:
            return 0

    def _keep_up(self) -> None:
        while not self._ending.is_set():
            process = self._process
            assert process is not None
            self.ended_with = process.wait()
            if process is self._process and not self._ending.is_set():
                self.deaths += 1
                self._launch()

    # ---- what the nemesis does to it --------------------------------------------------------------

    def order(self, point: str, count: int, what: str = "kill") -> None:
        """Let something happen when the server reaches a point for the count-th time from now."""
        for done in self.folder.glob("fault.*.done"):
            done.unlink()
        draft = self.folder / "fault.draft"
        draft.write_text(f"{point}:{count}:{what}", "ascii")
        draft.rename(self.fault_file)

    @property
    def happened(self) -> bool:
        """Whether the last order was carried out."""
        return any(self.folder.glob("fault.*.done"))

    @property
    def escaped(self) -> int:
        """How many ordered errors somebody was told of."""
        note = self.folder / "escaped"
        return len(note.read_bytes()) if note.exists() else 0

    def switch(self, name: str, words: str | None = "") -> None:
        """Turn a switch of `points` on, or off with None."""
        if words is None:
            (self.folder / name).unlink(missing_ok=True)
        else:
            draft = self.folder / f"{name}.draft"
            draft.write_text(words, "ascii")
            draft.rename(self.folder / name)

    def kill(self, sign: int = signal.SIGKILL) -> None:
        """Signal the whole server, master and workers. It is started again."""
        assert self._process is not None
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._process.pid, sign)

    @property
    def pid(self) -> int:
        assert self._process is not None
        return self._process.pid

    def workers(self) -> list[int]:
        """Process ids of its workers."""
        children = Path(f"/proc/{self.pid}/task/{self.pid}/children")
        try:
            return [int(one) for one in children.read_text("ascii").split()]
        except FileNotFoundError:  # it has just died
            return []

    @contextlib.contextmanager
    def stopped(self) -> Iterator[None]:
        """Stop it as an operator does, and start it again afterwards."""
        kept_up, self._kept_up = self._kept_up, None
        self._ending.set()
        os.kill(self.pid, signal.SIGTERM)
        assert kept_up is not None
        kept_up.join()
        try:
            yield
        finally:
            self._ending.clear()
            self.start()

    def run(self, *words: str, url: str = "", points: bool = False) -> "subprocess.CompletedProcess[str]":
        """A verb of the product in a process of its own, on this database or another."""
        plain = {k: v for k, v in os.environ.items() if not k.startswith("GEMBA_")}
        mine = {"GEMBA_DATABASE_URL": url or self.url}
        if points:
            mine["GEMBA_TEST_FOLDER"] = str(self.folder)
        if "GEMBA_TEST_BUG" in self.settings:
            mine["GEMBA_TEST_BUG"] = self.settings["GEMBA_TEST_BUG"]
        try:
            return subprocess.run(
                ["python", "-m", "tests.faults.entry", *words], cwd=ROOT, capture_output=True, text=True,
                env=plain | mine, start_new_session=True, timeout=START_S,
            )  # fmt: skip
        except subprocess.TimeoutExpired as still:
            raise AssertionError(f"gemba {words[0]} did not end by itself") from still

    def command(self, *words: str) -> None:
        """The same, as an operator runs it: it succeeds."""
        done = self.run(*words)
        assert done.returncode == 0, done.stderr

    def back_up(self) -> None:
        """Copy the data while everybody works: by our command on SQLite, by PostgreSQL's own there."""
        if self.kind == "sqlite":
            self.command("backup", str(self.folder / "copy.db"))
        else:
            self._postgres_tool("pg_dump", "-Fc", "-f", str(self.folder / "copy.dump"), "-d")

    def restore(self) -> None:
        """Put the copy back, while the server is stopped."""
        if self.kind == "sqlite":
            self.command("restore", str(self.folder / "copy.db"))
        else:
            self._postgres_tool("pg_restore", "--clean", "--if-exists", str(self.folder / "copy.dump"), "-d")
            self.command("restore", "--by-hand")

    def _postgres_tool(self, *words: str) -> None:
        binaries = sorted(Path("/usr/lib/postgresql").glob("*/bin"))[-1]
        tool, *rest = words
        subprocess.run([binaries / tool, *rest, self.judges_url.replace("+psycopg", "")], check=True)

    def stop(self) -> None:
        """Take it away, and do not start it again."""
        self._ending.set()
        if self._process is not None:
            self.kill()
            self._process.wait(timeout=30)

    # ---- what it said -----------------------------------------------------------------------------

    def tail(self) -> str:
        return self.log.read_text("utf-8", "replace")[-3000:] if self.log.exists() else ""

    def crashes(self) -> list[str]:
        """Lines of a bug that is none of the planted ones: one that no longer fits the product it is planted in."""
        text = self.log.read_text("utf-8", "replace")
        return [line for line in text.splitlines() if any(f'"error":"{name}"' in line for name in _CRASHES)]

    def complaints(self) -> list[str]:
        """What a person must look at: ERROR lines and tracebacks of the log."""
        text = self.log.read_text("utf-8", "replace")
        lines = [line for line in text.splitlines() if '"level":"error"' in line.lower().replace(" ", "")]
        return [line for line in lines if not any(event in line for event in self.expected)]
