"""Stories run against a real server process and real browsers; nothing is mocked."""

import shutil
import signal
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Playwright, sync_playwright

from tests.e2e.house import House
from tests.e2e.phone import Phone


@pytest.fixture(scope="session")
def playwright() -> Iterator[Playwright]:
    with sync_playwright() as running:
        yield running


@pytest.fixture(scope="session")
def demo_plant(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the demo plant as the first start makes it; loading it once saves seconds per story."""
    folder = tmp_path_factory.mktemp("demo")
    server = House(folder)
    server.start()
    server.stop()
    server.log.unlink()
    return folder


@pytest.fixture
def house(demo_plant: Path, tmp_path: Path) -> Iterator[House]:
    """A freshly started demo server with a database of its own."""
    shutil.copytree(demo_plant, tmp_path / "house")
    server = House(tmp_path / "house")
    server.start()
    try:
        yield server
    finally:
        server.stop(signal.SIGKILL)  # its files go with it: nobody need wait for an orderly end


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
