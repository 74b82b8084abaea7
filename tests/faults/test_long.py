"""`make faults`: every scenario, every database, every seed; `make faults-selftest`: every scenario with its planted bug."""

import os
from collections.abc import Callable

import pytest

from tests.faults import everything
from tests.faults.world import Outcome, World

MODE = os.environ.get("GEMBA_FAULTS", "")
ALL = [
    (one, database, seed)
    for one in everything.SCENARIOS.values()
    for database in one.databases
    for seed in range(1, one.seeds + 1)
]
BUGS = [(one, one.databases[0]) for one in everything.SCENARIOS.values() if one.bug or one.phone_bug]


def named(value: object) -> str:
    return str(getattr(value, "name", value))


@pytest.mark.skipif(MODE != "all", reason="make faults")
@pytest.mark.parametrize(("scenario", "database", "seed"), ALL, ids=named)
def test_a_fault(
    world: Callable[..., World], note: Callable[[Outcome], None],
    scenario: everything.Scenario, database: str, seed: int,
) -> None:  # fmt: skip
    run = world(scenario, database, seed)
    scenario.play(run)
    note(run.verdict())


@pytest.mark.skipif(MODE != "selftest", reason="make faults-selftest")
@pytest.mark.parametrize(("scenario", "database"), BUGS, ids=named)
def test_its_planted_bug_is_caught(
    world: Callable[..., World], caught: Callable[..., None], scenario: everything.Scenario, database: str
) -> None:
    run = world(scenario, database, 1, bug=scenario.bug, phone_bug=scenario.phone_bug)
    try:
        scenario.play(run)
        run.verdict()
    except AssertionError as complaint:
        assert not run.server.crashes(), f"a crash is no proof: {run.server.crashes()[:2]}"
        caught(scenario, str(complaint))
    else:
        pytest.fail(f"{scenario.bug or scenario.phone_bug} went unnoticed by {scenario.name}")
