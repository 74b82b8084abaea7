"""The door for crowds: who would wait too long is told when to come back, each a little later."""

import pytest

from server.foundation.admission import LEAST, MOST, RETURN_MAX_S, Admission
from server.foundation.problems import BUSY, Problem


class Tick:
    """A clock that stands until it is moved."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def told(door: Admission) -> int | None:
    """The seconds to wait; None: let in, and out again."""
    try:
        with door.enter():
            return None
    except Problem as problem:
        return problem.retry_after_s if problem.code is BUSY else -1


def serve(door: Admission, tick: Tick, each_s: float, count: int = 50) -> None:
    """Serve so many, one after the other, while somebody else is inside."""
    with door.enter():
        for _ in range(count):
            with door.enter():
                tick.now += each_s


def crowd(door: Admission) -> int:
    """How many it lets in at once."""
    inside = []
    while True:
        entered = door.enter()
        try:
            entered.__enter__()
        except Problem:
            break
        inside.append(entered)
    for one in inside:
        one.__exit__(None, None, None)
    return len(inside)


def test_a_quiet_door_lets_everybody_in() -> None:
    tick = Tick()
    door = Admission(tick)
    assert [told(door) for _ in range(200)] == [None] * 200


def test_a_slow_server_takes_in_few_and_a_fast_one_many() -> None:
    tick = Tick()
    slow, fast = Admission(tick), Admission(tick)
    serve(slow, tick, 0.5)
    serve(fast, tick, 0.001)
    assert crowd(slow) == LEAST
    assert crowd(fast) == MOST


def test_those_sent_away_come_back_one_after_the_other() -> None:
    tick = Tick()
    door = Admission(tick)
    serve(door, tick, 0.5)
    inside = [door.enter() for _ in range(LEAST)]
    for one in inside:
        one.__enter__()
    waits = [told(door) or 0 for _ in range(20)]
    assert waits == sorted(waits)
    assert waits[0] >= LEAST * 0.5
    assert waits[-1] - waits[0] == pytest.approx(20 * 0.5, abs=1)


def test_nobody_is_told_to_stay_away_for_longer_than_the_cap() -> None:
    tick = Tick()
    door = Admission(tick)
    serve(door, tick, 2.0)
    inside = [door.enter() for _ in range(LEAST)]
    for one in inside:
        one.__enter__()
    assert max(told(door) or 0 for _ in range(500)) == RETURN_MAX_S


def test_a_place_is_free_again_when_a_request_ends_in_an_error() -> None:
    tick = Tick()
    door = Admission(tick)
    serve(door, tick, 0.5)
    for _ in range(50):
        with pytest.raises(ValueError, match="bug"), door.enter():
            raise ValueError("bug")
    assert told(door) is None


def test_a_look_refuses_whom_entering_would() -> None:
    tick = Tick()
    door = Admission(tick)
    door.look()
    serve(door, tick, 0.5)
    inside = [door.enter() for _ in range(crowd(door))]
    for one in inside:
        one.__enter__()
    with pytest.raises(Problem) as refused:
        door.look()
    assert refused.value.code is BUSY
    inside.pop().__exit__(None, None, None)
    door.look()
