"""Plays seeds: one, many, twice, cut down. Nothing here knows what is right; it counts what the checks say."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from tests.sim import ledger
from tests.sim.bugs import planted
from tests.sim.checks import Violation
from tests.sim.script import Script, script_of
from tests.sim.world import World

RECEIPTS = {"a": "applied", "s": "same", "m": "merged", "c": "conflict", "p": "parked", "h": "held", "i": "id reused"}


@dataclass
class Tally:
    """What many seeds came to."""

    seeds: int = 0
    saved: int = 0
    requests: int = 0
    receipts: Counter[str] = field(default_factory=Counter)
    faults: Counter[str] = field(default_factory=Counter)
    failed: dict[int, Violation] = field(default_factory=dict)

    def add(self, world: World) -> None:
        """Count one seed that was played to its end."""
        self.saved += sum(1 for wishes in world.oracle.edits.values() for wish in wishes if wish.shown)
        self.faults.update(world.faults)
        for logged in world.books.log.values():
            self.receipts[RECEIPTS[logged.receipt]] += 1


def play(script: Script, bug: str | None = None) -> World:
    """Play one script. Raises Violation."""
    with planted(bug):
        return World(script).run()


def verdict(script: Script, bug: str | None = None, twice: bool = False) -> Violation | None:
    """What is wrong with a script, if anything. A crash of the product is a violation too."""
    try:
        world = play(script, bug)
        if twice:
            with planted(bug):
                compare(world, World(script).run())
    except Violation as found:
        return found
    except Exception as error:
        return Violation("crash", f"{type(error).__name__}: {error}")
    return None


def compare(first: World, second: World) -> None:
    """14: the same seed comes to the same end."""
    if first.books != second.books or first.faults != second.faults:
        raise Violation("14", "the same script came to two ends")


def run(seeds: Iterable[int], bug: str | None = None, each: Callable[[int], None] = lambda _: None) -> Tally:
    """Play seeds; every 50th one twice. Whoever interrupts it gets what it came to until then."""
    tally = Tally()
    with suppress(KeyboardInterrupt):
        _play_all(tally, seeds, bug, each)
    return tally


def _play_all(tally: Tally, seeds: Iterable[int], bug: str | None, each: Callable[[int], None]) -> None:
    for seed in seeds:
        script = script_of(seed)
        try:
            with planted(bug):
                world = World(script).run()
                tally.add(world)
                if seed % 50 == 0:
                    compare(world, World(script).run())
        except Violation as found:
            tally.failed[seed] = found
        except Exception as error:
            tally.failed[seed] = Violation("crash", f"{type(error).__name__}: {error}")
        tally.seeds += 1
        each(seed)


def shrink(script: Script, check: str, bug: str | None = None, rounds: int = 400) -> Script:
    """Delta debugging: leave out ever smaller runs of steps as long as the same check fails."""
    best, left = script, rounds
    size = max(1, len(best.steps) // 2)
    while left > 0:
        at, smaller = 0, False
        while at < len(best.steps) and left > 0:
            fewer = [*best.steps[:at], *best.steps[at + size :]]
            trial = Script(best.seed, best.phones, best.delegated, fewer)
            left -= 1
            found = verdict(trial, bug)
            if found is not None and found.check == check:
                best, smaller = trial, True
            else:
                at += size
        if size == 1 and not smaller:
            break
        size = max(1, size // 2)
    return best


def as_json(script: Script) -> dict[str, Any]:
    """A script as `regressions.json` keeps it."""
    return {"seed": script.seed, "phones": script.phones, "delegated": script.delegated, "steps": script.steps}


def from_json(kept: dict[str, Any]) -> Script:
    """The way back."""
    phones = [(name, person, app) for name, person, app in kept["phones"]]
    return Script(kept["seed"], phones, kept["delegated"], kept["steps"])


__all__ = ["Tally", "as_json", "compare", "from_json", "ledger", "play", "run", "shrink", "verdict"]
