"""Every scenario, from the files that hold them."""

from tests.faults import at_database, at_network, at_people, at_server, at_start
from tests.faults.scenario import SCENARIOS, Scenario

__all__ = ["SCENARIOS", "Scenario", "at_database", "at_network", "at_people", "at_server", "at_start"]
