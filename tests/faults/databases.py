"""PostgreSQL for these tests: a cluster that can be stopped, restarted and filled up, with the demo plant in a template."""

import os
import shutil
import subprocess
from contextlib import suppress

import sqlalchemy as sa

from tests.conftest import Cluster
from tests.e2e.house import ROOT

TEMPLATE = "gemba_demo"


def load_demo(url: str) -> None:
    """Load the demo plant into an empty database, by the command that a person would use."""
    plain = {name: value for name, value in os.environ.items() if not name.startswith("GEMBA_")}
    command = ["gemba", "demo"]
    subprocess.run(command, cwd=ROOT, env=plain | {"GEMBA_DATABASE_URL": url}, check=True, stdout=subprocess.DEVNULL)


class Postgres(Cluster):
    """The cluster of the other tests, and what may befall it."""

    _count = 0

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

    def is_up(self) -> bool:
        with suppress(sa.exc.OperationalError):
            self.execute("SELECT 1")
            return True
        return False

    def stop(self) -> None:
        if self.is_up():
            super().stop()
        shutil.rmtree(self.folder, ignore_errors=True)
