"""What a house stands on: a folder, and its database in it or on a PostgreSQL of the tests' own."""

import fcntl
import os
import shutil
from collections.abc import Callable
from contextlib import closing
from functools import cached_property
from pathlib import Path

import pytest
import sqlalchemy as sa

from tests.conftest import Cluster
from tests.e2e.house import ADDRESS, House

DATABASE = os.environ.get("E2E_DATABASE", "sqlite")
"""Where stories are played: `make e2e DB=postgresql`."""
on_both = pytest.mark.parametrize("ground", sorted({DATABASE, "postgresql"}), indirect=True)
"""The few stories that `make test` plays on PostgreSQL too."""


ONE = {"GEMBA_WORKERS": "1"}
"""Every process of a server compiles what it asks its database: a second one costs a story as much as its browser."""


class Grounds:
    """The demo plant as the first start makes it, once on each database, and copies of it.

    `fresh()` is a new folder; `shared` one that all workers of this run see, or None where there is one alone.
    """

    def __init__(self, fresh: Callable[[], Path], shared: Path | None) -> None:
        self._fresh = fresh
        self._shared = shared
        self._demo: dict[str, Path] = {}
        self._databases = 0

    @cached_property
    def _cluster(self) -> Cluster:
        return Cluster()

    def demo(self, database: str) -> Path:
        """A folder with the demo plant: loading it once saves seconds per story."""
        if database not in self._demo:
            shared = self._shared if database == "sqlite" else None
            self._demo[database] = self._by_the_first(shared / "demo") if shared else self._load(database)
        return self._demo[database]

    def _by_the_first(self, folder: Path) -> Path:
        """The first worker loads it, the others wait and find it."""
        with closing((folder.parent / f"{folder.name}.lock").open("a")) as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if not folder.exists():
                self._load("sqlite").rename(folder)
        return folder

    def _load(self, database: str) -> Path:
        folder = self._fresh()
        if database == "postgresql":
            self._point(folder, self._new())
        server = House(folder, **ONE)
        server.start()
        server.stop()
        server.log.unlink()
        return folder

    def copy(self, ground: Path, to: Path) -> Path:
        """Another house with the same in it; nobody may be in the first."""
        shutil.copytree(ground, to)
        if (ground / ADDRESS).exists():
            like = sa.make_url((ground / ADDRESS).read_text("utf-8")).database
            self._point(to, self._new(f"TEMPLATE {like}"))
        return to

    def _new(self, how: str = "") -> str:
        self._databases += 1
        name = f"house_{self._databases}"
        self._cluster.execute(f"CREATE DATABASE {name} OWNER gemba {how}")
        return name

    def _point(self, folder: Path, name: str) -> None:
        (folder / ADDRESS).write_text(self._cluster.url(name), "utf-8")

    def close(self) -> None:
        """The PostgreSQL ends, if there was any."""
        if "_cluster" in self.__dict__:
            self._cluster.stop()
