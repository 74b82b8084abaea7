"""One seed of the faults that matter most, in `make test`; all of them, with more seeds, in `make faults`."""

from collections.abc import Callable

import pytest

from tests.faults import everything
from tests.faults.world import World

SHORT = [(one, database) for one in everything.SCENARIOS.values() for database in one.short]


@pytest.mark.serial
@pytest.mark.xdist_group("faults")
@pytest.mark.parametrize(("scenario", "database"), SHORT, ids=lambda value: getattr(value, "name", value))
def test_nothing_is_lost_and_nothing_counts_twice(
    world: Callable[..., World], scenario: everything.Scenario, database: str
) -> None:
    run = world(scenario, database, 1, short=True)
    scenario.play(run)
    run.verdict()
