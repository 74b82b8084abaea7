"""Faults of the server's own processes: killed, told to stop, one worker gone."""

import os
import signal

from tests.faults import points
from tests.faults.scenario import scenario
from tests.faults.world import World


@scenario(1, bug="answer_before_commit", seeds=4, short=("sqlite",))
def killed_at_each_point(run: World) -> None:
    """The whole server dies at each named point in turn, and is started again."""
    with run.acting():
        for place, name in enumerate(run.chance.sample(points.NAMES, len(points.NAMES))):
            count = run.chance.randint(1, 4)
            if run.short and place > 1:  # a worker is back in no time, and takes as much with it
                _loses_a_worker(run, name, count)
            else:
                _die(run, lambda name=name, count=count: run.server.order(name, count))  # type: ignore[misc]


@scenario(1, bug="no_dedupe")
def killed_after_the_commit(run: World) -> None:
    """The edits are in, their receipts are not: they come again."""
    with run.acting():
        for name in ("after_commit", "half_answer", "after_commit"):
            _die(run, lambda name=name: run.server.order(name, 2))  # type: ignore[misc]


@scenario(1, bug="answer_before_commit", seeds=2)
def killed_at_random(run: World) -> None:
    """SIGKILL whenever it comes."""
    with run.acting():
        for _ in range(6):
            run.acknowledged(run.chance.randint(1, 30))
            _die(run, run.server.kill)


def _die(run: World, strike: object) -> None:
    deaths = run.server.deaths
    strike()  # type: ignore[operator]
    run.until("the server died", lambda: run.server.deaths > deaths)
    run.hurt()
    run.acknowledged(8)


def _loses_a_worker(run: World, point: str, count: int) -> None:
    before = set(run.server.workers())
    run.server.order(point, count, "worker")
    run.until(f"the worker died at {point}", lambda: run.server.happened)
    run.hurt()
    run.until("a new worker", lambda: len(set(run.server.workers()) - before) > 0)
    run.acknowledged(8)


@scenario(2, bug="answer_before_commit")
def told_to_stop_under_load(run: World) -> None:
    """SIGTERM: what is in flight is answered, the process ends by itself, and is started again."""
    with run.acting():
        for _ in range(3):
            run.acknowledged(run.chance.randint(4, 20))
            deaths = run.server.deaths
            os.kill(run.server.pid, signal.SIGTERM)
            run.until("the server ended", lambda before=deaths: run.server.deaths > before)  # type: ignore[misc]
            run.hurt()
            assert run.server.ended_with == 0, f"ended with {run.server.ended_with}\n{run.server.tail()}"
            run.acknowledged(8)


@scenario(10, bug="no_dedupe")
def one_worker_is_killed(run: World) -> None:
    """One of two processes dies, at a point or at any time; the other serves on, a new one takes its place."""
    with run.acting():
        for point in ("after_commit", "half_answer", "judged", "mid_batch", "after_commit"):
            _loses_a_worker(run, point, run.chance.randint(1, 3))
    assert run.server.deaths == 0, "the master stays"
