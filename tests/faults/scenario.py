"""The list of what can be played: each entry is one fault, the databases it is played on, and the bug it must catch."""

from collections.abc import Callable
from dataclasses import dataclass

from tests.faults.world import World

BOTH = ("sqlite", "postgresql")
SCENARIOS: dict[str, "Scenario"] = {}


@dataclass(frozen=True)
class Scenario:
    """How a fault is played on a fresh server. `seeds`: how many `make faults` runs; `short`: where `make test` does."""

    name: str
    fault: int
    play: Callable[[World], None]
    databases: tuple[str, ...]
    bug: str
    """Taken out of the server: `bugs.BUGS`."""
    phone_bug: str
    """Taken out of the phone: `Handset.bug`."""
    seeds: int
    short: tuple[str, ...]
    gentle: bool
    """Leaves its server as it found it: in `make test` those share one, since a start costs more than they do."""


def scenario(
    fault: int,
    *,
    databases: tuple[str, ...] = BOTH,
    bug: str = "",
    phone_bug: str = "",
    seeds: int = 1,
    short: tuple[str, ...] = (),
    gentle: bool = False,
) -> Callable[[Callable[[World], None]], Callable[[World], None]]:
    """Enter a function into the list under its own name."""

    def enter(play: Callable[[World], None]) -> Callable[[World], None]:
        SCENARIOS[play.__name__] = Scenario(
            play.__name__, fault, play, databases, bug, phone_bug, seeds, short, gentle
        )  # fmt: skip
        return play

    return enter
