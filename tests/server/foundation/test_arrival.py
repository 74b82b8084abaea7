"""Bodies arrive at a pace or not at all; few large ones at once; nobody without the right takes a place."""

from __future__ import annotations

import subprocess
import sys
from contextlib import ExitStack
from typing import Any

import pytest

from server.foundation import arrival
from server.foundation.arrival import LARGE_AT_ONCE, LARGE_BYTES, arriving, limit_s
from server.foundation.body import BODY_CAPS, IMPORTS_PATH
from server.foundation.problems import Problem
from tests.server.hostile.knock import knock

STANDS_STILL = """
from gevent import monkey
monkey.patch_all()
import socket
from server.foundation.arrival import arriving
from server.foundation.problems import Problem
mine, theirs = socket.socketpair()
try:
    with arriving(100, seconds=0.05):
        mine.recv(1)
except Problem as problem:
    print(problem.code.name)
with arriving(100, seconds=30):
    theirs.send(b"x")
    print(mine.recv(1).decode())
"""


def test_a_body_that_stands_still_is_given_up_and_one_that_comes_is_read() -> None:
    said = subprocess.run([sys.executable, "-c", STANDS_STILL], capture_output=True, text=True, check=True)
    assert said.stdout.split() == ["too_slow", "x"]


def test_ten_megabytes_get_in_by_a_line_of_128_kilobits() -> None:
    size = BODY_CAPS[IMPORTS_PATH]
    assert size / (128_000 / 8) < limit_s(size)
    assert limit_s(64 * 1024) < 90


def test_few_large_bodies_are_held_at_once() -> None:
    with ExitStack() as held:
        for _ in range(LARGE_AT_ONCE):
            held.enter_context(arriving(LARGE_BYTES + 1))
        with pytest.raises(Problem) as told, arriving(LARGE_BYTES + 1):
            pass
        assert told.value.code.name == "busy"
        with arriving(LARGE_BYTES):
            pass
    with arriving(LARGE_BYTES + 1):
        pass


def test_who_may_not_import_is_refused_before_his_body_is_read(
    cast: Any, client_for: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(arrival, "_large", None)  # whoever comes as far as the body breaks here
    large = {"files": [{"name": "x.csv", "content": "A" * (LARGE_BYTES + 1)}], "since": None, "complete": False}
    assert knock(client_for(cast.worker), "POST", IMPORTS_PATH, json=large).status_code == 403
