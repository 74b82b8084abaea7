"""The plant in which everybody stands to everybody in every way; see world.py."""

from typing import Any

import pytest
from flask import Flask

from server.foundation.clock import TestClock
from tests.server.rights.world import World, found


@pytest.fixture
def world(app: Flask, cast: Any, clock: TestClock, client_for: Any) -> World:
    return found(app, cast, clock, client_for)
