"""PostgreSQL for these tests: a cluster that can be stopped, restarted and filled up, with the demo plant in a template."""

import os
import shutil
import subprocess
from contextlib import suppress
from pathlib import Path

import sqlalchemy as sa

from tests.conftest import Cluster
from tests.e2e.house import ROOT

TEMPLATE = "gemba_demo"
ROOMY = "size=512m"
SLACK = 64 * 1024
"""Bytes that may be written between the look and the mount."""


def load_demo(url: str) -> None:
    """Load the demo plant into an empty database, by the command that a person would use."""
    plain = {name: value for name, value in os.environ.items() if not name.startswith("GEMBA_")}
    command = ["gemba", "demo"]
    subprocess.run(command, cwd=ROOT, env=plain | {"GEMBA_DATABASE_URL": url}, check=True, stdout=subprocess.DEVNULL)


class Postgres(Cluster):
    """The cluster of the other tests, and what may befall it."""

    _count = 0
    _disk = ""

    def prepare(self) -> "Postgres":
        """Make the template once."""
        self.execute(f"CREATE DATABASE {TEMPLATE} OWNER gemba")
        load_demo(self.url(TEMPLATE))
        return self

    def copy(self) -> str:
        """A new database with the demo plant in it; returns its name."""
        self._count += 1
        name = f"run_{self._count}"
        self.execute(f"CREATE DATABASE {name} TEMPLATE {TEMPLATE} OWNER gemba")
        return name

    def empty(self) -> str:
        """The URL of a new database with nothing in it."""
        self._count += 1
        self.execute(f"CREATE DATABASE run_{self._count} OWNER gemba")
        return self.url(f"run_{self._count}")

    def judges_url(self, name: str) -> str:
        """As the superuser, whom row-level security does not bind."""
        return f"postgresql+psycopg://postgres@/{name}?host={self.folder}"

    def restart(self, mode: str) -> None:
        """`fast` breaks connections, `immediate` is a crash."""
        self._run("pg_ctl", "-D", self.data, "-m", mode, "-w", "-l", f"{self.folder}/log", "restart")

    def halt(self, mode: str = "fast") -> None:
        self._run("pg_ctl", "-D", self.data, "-m", mode, "-w", "stop")

    def resume(self) -> None:
        """Start it with the options of its first start."""
        self._run("pg_ctl", "-D", self.data, "-w", "-l", f"{self.folder}/log", "-o", self.options, "start")

    # ---- a small disk of its own ---------------------------------------------------------------

    def small_disk(self) -> bool:
        """Mount a disk in memory for a tablespace; False where that is not allowed. It goes with the cluster."""
        place = Path(self.folder, "disk")
        place.mkdir(exist_ok=True)
        mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", ROOMY, "tmpfs", place], capture_output=True)
        if mounted.returncode:
            return False
        self._disk = str(place)
        (place / "data").mkdir()
        shutil.chown(place / "data", "postgres", "postgres")
        self.execute(f"CREATE TABLESPACE small LOCATION '{place}/data'")
        self.execute("GRANT CREATE ON TABLESPACE small TO gemba")
        return True

    def move_to_small_disk(self, name: str) -> None:
        """Put a database there that nobody is connected to."""
        self.execute(f"ALTER DATABASE {name} SET TABLESPACE small")

    def fill_disk(self) -> None:
        """Shrink it to what lies on it."""
        held = os.statvfs(self._disk)
        used = (held.f_blocks - held.f_bfree) * held.f_frsize
        self._mount_again(f"size={used + SLACK}")

    def free_disk(self) -> None:
        self._mount_again(ROOMY)

    def _mount_again(self, option: str) -> None:
        subprocess.run(["mount", "-o", f"remount,{option}", self._disk], check=True)

    def is_up(self) -> bool:
        with suppress(sa.exc.OperationalError):
            self.execute("SELECT 1")
            return True
        return False

    def stop(self) -> None:
        if self.is_up():
            super().stop()
        if self._disk:
            subprocess.run(["umount", self._disk], check=True)
        shutil.rmtree(self.folder, ignore_errors=True)
