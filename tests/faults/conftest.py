"""`world(scenario, database, seed)` makes a run; its outcome goes into the table that ends `make faults`."""

import shutil
from collections.abc import Callable, Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any

import pytest

from tests.faults import report
from tests.faults.databases import Postgres, load_demo
from tests.faults.scenario import Scenario
from tests.faults.servers import Server
from tests.faults.world import Outcome, World

OUTCOMES: list[Outcome] = []
CAUGHT: list[tuple[Scenario, str]] = []


@pytest.fixture(scope="session")
def demo_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SQLite file with the demo plant, made once."""
    path = tmp_path_factory.mktemp("demo") / "gemba.db"
    load_demo(f"sqlite:///{path}")
    return path


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    """A cluster of its own: these tests stop it and fill its disk."""
    running = Postgres()
    try:
        yield running.prepare()
    finally:
        running.stop()


def servers(request: pytest.FixtureRequest, place: Path) -> Iterator[Callable[..., Server]]:
    """serve("sqlite", bug="...") starts a server on a database of its own."""
    made: list[Server] = []

    def start(database: str, **how: Any) -> Server:
        folder = place / f"server-{len(made)}"
        folder.mkdir()
        if database == "sqlite":
            shutil.copy(request.getfixturevalue("demo_file"), folder / "gemba.db")
            url = judges_url = f"sqlite:///{folder}/gemba.db"
        else:
            cluster: Postgres = request.getfixturevalue("postgres")
            name = cluster.copy()
            url, judges_url = cluster.url(name), cluster.judges_url(name)
        server = Server(folder, url, judges_url, **how)
        made.append(server)
        return server.start()

    yield start
    for server in made:
        server.stop()


@pytest.fixture
def serve(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Callable[..., Server]]:
    """A server of one test's own."""
    yield from servers(request, tmp_path)


@pytest.fixture(scope="session")
def shared(
    tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest
) -> Iterator[Callable[[str], Server]]:
    """shared("sqlite"): the server that the gentle ones play on, one after the other."""
    for serve in servers(request, tmp_path_factory.mktemp("shared")):
        yield lru_cache(serve)


@pytest.fixture
def world(
    serve: Callable[..., Server], tmp_path: Path, request: pytest.FixtureRequest
) -> Iterator[Callable[..., World]]:
    """A run on a fresh server; `bug` and `phone_bug` take a defence out."""
    made: list[World] = []

    def make(
        scenario: Scenario, database: str, seed: int, *, bug: str = "", phone_bug: str = "", short: bool = False
    ) -> World:
        print(f"{scenario.name} (fault {scenario.fault}), {database}, seed {seed}")
        folder = tmp_path / f"run-{len(made)}"
        folder.mkdir()
        if short and scenario.gentle:
            server = request.getfixturevalue("shared")(database)
        else:
            server = serve(database, bug=bug)
        run = World(scenario, server, folder, seed, bug=phone_bug)
        run.short = short
        if database == "postgresql":
            run.cluster = request.getfixturevalue("postgres")
        made.append(run)
        return run

    yield make
    for one in made:
        one.close()


@pytest.fixture
def note() -> Callable[[Outcome], None]:
    """Put a line into the table, and say it at once: a run that is broken off has told what it found."""

    def put(outcome: Outcome) -> None:
        OUTCOMES.append(outcome)
        print(outcome)

    return put


@pytest.fixture
def caught() -> Callable[[Scenario, str], None]:
    """Put a bug into the other table."""
    return lambda scenario, complaint: CAUGHT.append((scenario, complaint))


def pytest_exception_interact(report: Any) -> None:
    """What failed is said at once too."""
    print(getattr(report, "longreprtext", "")[-4000:])


def pytest_terminal_summary(terminalreporter: Any) -> None:
    for line in [*report.table(OUTCOMES), *report.bugs(CAUGHT)]:
        terminalreporter.write_line(line)
