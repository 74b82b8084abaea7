"""`gemba serve` as a process of its own, what memory and processor it takes, and a durable PostgreSQL."""

import contextlib
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import threading
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from bench.storm.plant import SECRET

ROOT = Path(__file__).resolve().parent.parent.parent
START_S = 60
TICK = os.sysconf("SC_CLK_TCK")


class Server:
    """The server under the storm, as an installation runs it: two processes."""

    def __init__(self, url: str, folder: Path, port: int = 0, **settings: str) -> None:
        self.port = port or _free_port()
        self.log = folder / "server.log"
        self._settings = {"GEMBA_DATABASE_URL": url, "GEMBA_SECRET": SECRET, "GEMBA_LOG_LEVEL": "ERROR", **settings}
        self.process: subprocess.Popen[bytes] | None = None
        self.peak_bytes = 0
        self._stop = threading.Event()

    def start(self) -> None:
        """Returns when it is ready."""
        plain = {k: v for k, v in os.environ.items() if not k.startswith("GEMBA_") and k != "PORT"}
        with self.log.open("ab") as out:
            self.process = subprocess.Popen(
                ["gemba", "serve", "--port", str(self.port)],
                cwd=ROOT, env={**plain, **self._settings}, stdout=out, stderr=subprocess.STDOUT, start_new_session=True,
            )  # fmt: skip
        deadline = time.monotonic() + START_S
        while time.monotonic() < deadline:
            if self.process.poll() is not None:
                break
            with (
                contextlib.suppress(OSError),
                urllib.request.urlopen(f"http://127.0.0.1:{self.port}/readyz", timeout=2),
            ):
                threading.Thread(target=self._watch, daemon=True).start()
                return
            self._stop.wait(0.1)
        raise RuntimeError(f"the server did not start:\n{self.log.read_text('utf-8', 'replace')[-3000:]}")

    def stop(self) -> None:
        """End it by its process group."""
        self._stop.set()
        if self.process is not None and self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGTERM)
            self.process.wait(timeout=40)

    def cpu_s(self) -> float:
        """User and system seconds of its processes so far."""
        return sum(ticks for _, ticks in self._tree()) / TICK

    def _watch(self) -> None:
        while not self._stop.wait(0.25):
            self.peak_bytes = max(self.peak_bytes, sum(_memory(pid) for pid, _ in self._tree()))

    def _tree(self) -> list[tuple[int, int]]:
        assert self.process is not None
        found: list[tuple[int, int]] = []
        for entry in Path("/proc").iterdir():
            if entry.name.isdigit():
                with contextlib.suppress(OSError, ValueError):
                    text = (entry / "stat").read_text()
                    parts = text[text.rindex(")") + 2 :].split()
                    if self.process.pid in (int(entry.name), int(parts[1])):
                        found.append((int(entry.name), int(parts[11]) + int(parts[12])))
        return found


def _memory(pid: int) -> int:
    """What this process alone accounts for: shared pages are divided among those that share them."""
    with contextlib.suppress(OSError):
        for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                return int(line.split()[1]) * 1024
    return 0


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


@contextlib.contextmanager
def postgresql() -> Iterator[str]:
    """A private cluster on a socket with fsync on: commits are durable. Its URL under a plain role."""
    binaries = sorted(Path("/usr/lib/postgresql").glob("*/bin"))[-1]
    folder = Path(tempfile.mkdtemp(prefix="gemba-storm-pg-"))
    if os.geteuid() == 0:
        shutil.chown(folder, "postgres", "postgres")
    folder.chmod(0o755)

    def run(program: str, *arguments: str) -> None:
        as_user = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []
        command = [*as_user, str(binaries / program), *arguments]
        subprocess.run(command, check=True, cwd="/", stdout=subprocess.DEVNULL)

    run("initdb", "-D", f"{folder}/data", "-U", "postgres", "-A", "trust", "--locale=C.UTF-8", "-E", "UTF8")
    options = (
        f"-c listen_addresses= -c unix_socket_directories={folder} -c unix_socket_permissions=0777"
        " -c fsync=on -c synchronous_commit=on -c max_connections=100 -c shared_buffers=256MB -c max_wal_size=2GB"
    )
    run("pg_ctl", "-D", f"{folder}/data", "-w", "-l", f"{folder}/log", "-o", options, "start")
    try:
        run("psql", "-q", "-h", str(folder), "-U", "postgres", "-c", "CREATE ROLE gemba LOGIN NOSUPERUSER NOBYPASSRLS")
        run("psql", "-q", "-h", str(folder), "-U", "postgres", "-c", "CREATE DATABASE storm OWNER gemba")
        yield f"postgresql+psycopg://gemba@/storm?host={folder}"
    finally:
        run("pg_ctl", "-D", f"{folder}/data", "-m", "immediate", "-w", "stop")
        shutil.rmtree(folder, ignore_errors=True)


def load() -> dict[str, Any]:
    """How busy the machine is otherwise."""
    return {"load": round(os.getloadavg()[0], 1), "processors": os.cpu_count()}
