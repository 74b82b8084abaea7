"""Stories run against a real server process and real browsers; nothing is mocked."""

import os
import signal
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Playwright, sync_playwright

from tests.e2e import builds, hands
from tests.e2e.ground import DATABASE, ONE, Grounds
from tests.e2e.house import House
from tests.e2e.people import SHIFT_A, numbered
from tests.e2e.phone import Begun, Phone


@pytest.fixture(scope="session")
def playwright() -> Iterator[Playwright]:
    with sync_playwright() as running:
        yield running


@pytest.fixture(scope="session")
def grounds(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Grounds]:
    shared = tmp_path_factory.getbasetemp().parent if "PYTEST_XDIST_WORKER" in os.environ else None
    made = Grounds(lambda: tmp_path_factory.mktemp("demo"), shared)
    yield made
    made.close()


@pytest.fixture
def ground(request: pytest.FixtureRequest) -> str:
    """The database of this story's house: "sqlite" or "postgresql"."""
    return str(getattr(request, "param", DATABASE))


@contextmanager
def sign_her_in(playwright: Playwright, grounds: Grounds, ground: str, folder: Path) -> Iterator[Begun]:
    server = House(grounds.copy(grounds.demo(ground), folder / "house"), **ONE)
    server.start()
    made = Phone(playwright, folder / "profile", server.port)
    try:
        hands.sign_in(made, numbered(server, SHIFT_A), "team")
        hands.ready_for_the_dead_spot(made)
        made.context.close()
        server.stop()
        assert not made.errors, made.errors
        assert not server.complaints(), server.complaints()
        server.log.unlink()
        yield Begun(server.folder, made.profile, made.weather)
    finally:
        made.close()
        server.stop()


@pytest.fixture(scope="session")
def begun(
    playwright: Playwright, grounds: Grounds, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Callable[[str], Begun]]:
    """begun("sqlite") is `signed_in` on that database."""
    made: dict[str, Begun] = {}
    with ExitStack() as kept:

        def on(ground: str) -> Begun:
            if ground not in made:
                folder = tmp_path_factory.mktemp("signed-in")
                made[ground] = kept.enter_context(sign_her_in(playwright, grounds, ground, folder))
            return made[ground]

        yield on


@pytest.fixture
def signed_in(begun: Callable[[str], Begun], ground: str) -> Begun:
    """The supervisor of SHIFT_A has signed in, team and shell are on her phone, and she has closed the browser.

    Done once, and really: each story that begins here gets copies. A house that is asked for beside this is such a copy.
    """
    return begun(ground)


@pytest.fixture
def house_folder(request: pytest.FixtureRequest, grounds: Grounds, ground: str, tmp_path: Path) -> Path:
    """What lies in the house when the story begins: the demo plant, after her sign-in where the story begins there."""
    if "signed_in" in request.fixturenames:
        return grounds.copy(request.getfixturevalue("signed_in").house, tmp_path / "house")
    return grounds.copy(grounds.demo(ground), tmp_path / "house")


@pytest.fixture
def dist(tmp_path: Path) -> Path:
    """The built client in a folder of the story; a house that is asked for beside this serves it from there."""
    return builds.copy_of_today(tmp_path / "dist")


@pytest.fixture
def house(request: pytest.FixtureRequest, house_folder: Path) -> Iterator[House]:
    """A freshly started demo server with a database of its own; of two processes, as usual, in the main stories."""
    own = {} if request.path.name.startswith("test_main") else dict(ONE)
    own |= {"GEMBA_STATIC_DIR": str(request.getfixturevalue("dist"))} if "dist" in request.fixturenames else {}
    server = House(house_folder, **own)
    server.start()
    try:
        yield server
    finally:
        server.stop(signal.SIGKILL)  # its files go with it: nobody need wait for an orderly end


@pytest.fixture
def her(signed_in: Begun, phone: Callable[..., Phone]) -> Phone:
    """The phone of `signed_in`, opened again: her team is on it and the shell in its cache."""
    made = phone("supervisor", begun=signed_in)
    made.open()
    made.ready("team")
    return made


@pytest.fixture
def phone(playwright: Playwright, house: House, tmp_path: Path) -> Iterator[Callable[..., Phone]]:
    """phone("肖静") makes a browser of that name; every one is closed at the end, and none may have failed in silence."""
    made: list[Phone] = []

    def make(name: str, **how: Any) -> Phone:
        made.append(Phone(playwright, tmp_path / f"profile-{len(made)}-{name}", house.port, **how))
        return made[-1]

    yield make
    errors = [error for each in made for error in each.errors]
    for each in made:
        each.close()
    assert not errors, errors
    assert not house.complaints(), house.complaints()
