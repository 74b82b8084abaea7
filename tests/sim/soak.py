"""`make soak` and `make soak-selftest`: python -m tests.sim.soak seeds N | selftest [N] | shrink SEED."""

from __future__ import annotations

import json
import sys
import time
from collections import Counter
from pathlib import Path

from tests.sim import checks
from tests.sim.bugs import BUGS
from tests.sim.bugs.by_hand import STORIES
from tests.sim.bugs.focus import FOCUS
from tests.sim.play import Tally, as_json, run, shrink, verdict
from tests.sim.script import script_of
from tests.sim.server import plant

REGRESSIONS = Path(__file__).parent / "regressions.json"
LABELS = ("1", "2", "3", "4", "5", "6", "7", "8", "9", "11", "12", "13", "14", "15", "16", "17", "18", "19")
RULES = ("G6", "R8", "R18", "R22", "reason")
"""What Violations are called: the invariants of docs/reliability.md, and rules with a checker of their own."""


def soak(first: int, count: int) -> int:
    """Play seeds and print what they came to. Returns how many failed."""
    plant()
    began, burned = time.perf_counter(), time.process_time()

    def progress(seed: int) -> None:
        if (done := seed - first + 1) % 500 == 0:
            print(f"  {done} seeds, {time.perf_counter() - began:.0f} s", flush=True)

    tally = run(range(first, first + count), each=progress)
    wall, cpu = time.perf_counter() - began, time.process_time() - burned
    _print(tally, wall, cpu)
    for seed, found in tally.failed.items():
        print(f"seed {seed}, step {found.step}: {found}")
        small = shrink(script_of(seed), found.check)
        print(f"  cut down to {len(small.steps)} steps: {json.dumps(as_json(small))}")
    return len(tally.failed)


def _print(tally: Tally, wall: float, cpu: float) -> None:
    def line(counts: Counter[str]) -> str:
        return ", ".join(f"{name} {number}" for name, number in counts.most_common())

    print(f"seeds {tally.seeds}, {tally.seeds / wall:.1f} a second ({tally.seeds / cpu:.1f} a CPU second)")
    print(
        f"edits saved {tally.saved}, violations {len(tally.failed)}, checkers {len(checks.CHECKS + checks.FINAL_CHECKS)}"
    )
    print(f"receipts: {line(tally.receipts)}")
    print(f"faults: {line(tally.faults)}")


def selftest(names: list[str], most: int | None = None) -> int:
    """Each planted bug must be caught within its seeds, and each checker by some bug. Returns how many failed."""
    plant()
    tripped: dict[str, list[str]] = {}
    missed = 0
    print("| bug | rule | caught at seed | by | allowed |\n|---|---|---|---|---|")
    for name in names:
        bug = BUGS[name]
        allowed = bug.seeds if most is None else min(bug.seeds, most)
        caught: tuple[int | str, str] | None = None
        tried = [(seed + 1, script_of(seed, FOCUS.get(name, ()))) for seed in range(0 if name in STORIES else allowed)]
        for seed, script in [("by hand", STORIES[name])] if name in STORIES else tried:
            found = verdict(script, name, bug.twice)
            if found is not None and (honest := verdict(script, None, bug.twice)) is not None:
                # Nothing was proved about the bug, and something about the product.
                print(f"seed {seed} of {name} fails without the bug too: {honest}", flush=True)
                missed += 1
            elif found is not None and found.check == "crash":
                # A switch that no longer fits the product switches nothing off.
                print(f"seed {seed} of {name} crashed: {found}", flush=True)
                missed += 1
                break
            elif found is not None:
                caught = seed, ", ".join(sorted(set(found.also)))
                for check in sorted(set(found.also)):
                    tripped.setdefault(check, []).append(name)
                break
        missed += caught is None
        at, by = caught if caught is not None else ("MISSED", "-")
        print(f"| {name} | {bug.rule} | {at} | {by} | {allowed} |", flush=True)
    if len(names) == len(BUGS):
        print("\n| checker | tripped by |\n|---|---|")
        for label in (*LABELS, *RULES):
            print(f"| {label} | {', '.join(tripped.get(label, [])) or 'NOTHING'} |")
            missed += label not in tripped
    return missed


def main(arguments: list[str]) -> int:
    match arguments:
        case ["seeds", count, *rest]:
            return soak(int(rest[0]) if rest else 0, int(count))
        case ["selftest", *rest]:
            return selftest([name for name in BUGS if not rest or any(one in name for one in rest)])
        case ["shrink", seed]:
            script = script_of(int(seed))
            found = verdict(script)
            print(found)
            if found is not None:
                print(json.dumps(as_json(shrink(script, found.check))))
            return int(found is not None)
    print(__doc__)
    return 2


if __name__ == "__main__":
    sys.exit(min(1, main(sys.argv[1:])))
