"""The cast on the floor, with their phones; see shift.py."""

import sys
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from server.foundation.clock import TestClock

for folder in (Path(__file__).parent, Path(__file__).parents[1] / "sync_api"):
    if str(folder) not in sys.path:
        sys.path.insert(0, str(folder))

from phones import Phone  # noqa: E402
from shift import Floor, record_of  # noqa: E402


@pytest.fixture
def floor(app: Flask, cast: Any, clock: TestClock, client_for: Any) -> Floor:
    """The cast on the floor."""
    return Floor(app, cast, clock, client_for)


@pytest.fixture
def her(floor: Floor) -> Phone:
    """肖静's phone."""
    return floor.phone(floor.cast.supervisor)


@pytest.fixture
def his(floor: Floor, her: Phone) -> Phone:
    """梁德胜's phone, with her team on it."""
    floor.delegate()
    return floor.phone(floor.cast.delegate)


@pytest.fixture
def record(floor: Floor, her: Phone) -> str:
    """汤雨桐's evaluation, as phones name it."""
    return record_of(her, floor.cast.worker)
