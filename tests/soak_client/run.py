"""`make soak-client`: runs seeds of the simulated client against real servers, and says what they met.

Each of two workers has a server and a Node process of its own. A seed that fails is printed with its story and kept in
`regressions.json`, which the short form in `make test` replays.
"""

import argparse
import json
import os
import select
import shutil
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from threading import Thread
from typing import Any

ROOT = Path(__file__).resolve().parent.parent.parent
PWA = ROOT / "pwa"
KEPT = Path(__file__).parent / "regressions.json"
WORKERS = 2
PATIENCE_S = 180
"""A seed takes a second or less. One that takes this long has no end: its phone goes round without getting anywhere."""
NODE = shutil.which("node", path=f"{sys.prefix}/node{os.pathsep}{os.environ.get('PATH', '')}") or "node"


@dataclass
class Sum:
    """What many seeds add up to."""

    seeds: int = 0
    edits: int = 0
    requests: int = 0
    faults: Counter[str] = field(default_factory=Counter)
    violations: list[dict[str, Any]] = field(default_factory=list)

    def take(self, outcome: dict[str, Any]) -> None:
        self.seeds += 1
        self.edits += outcome["edits"]
        self.requests += outcome["requests"]
        self.faults.update(outcome["faults"])
        if outcome["violation"]:
            self.violations.append(outcome)


def build(*, planted: bool = False) -> Path:
    """The client as one script, from the sources as they are now."""
    command = [NODE, "sim/build.mjs", *(["--planted"] if planted else [])]
    subprocess.run(command, cwd=PWA, check=True)
    return PWA / "sim/.built" / ("planted.js" if planted else "client.js")


@contextmanager
def server() -> Iterator[int]:
    """A server on a free port; it ends when its standard input does."""
    plain = {name: value for name, value in os.environ.items() if not name.startswith("GEMBA_")}
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.soak_client.plants"],
        cwd=ROOT, env=plain, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert process.stdin is not None
    assert process.stdout is not None
    try:
        yield int(process.stdout.readline())
    finally:
        process.stdin.close()
        process.wait(timeout=30)


def outcomes(
    port: int, script: Path, seeds: Iterable[int], planted: str = "", kinds: str = ""
) -> Iterator[dict[str, Any]]:
    """One outcome for each seed, in order. Closing this ends the Node process."""
    process = subprocess.Popen(
        [NODE, "sim/main.ts", str(port), str(script), planted, kinds],
        cwd=PWA, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert process.stdin is not None
    assert process.stdout is not None
    try:
        for seed in seeds:
            process.stdin.write(f"{seed}\n")
            process.stdin.flush()
            if not select.select([process.stdout], [], [], PATIENCE_S)[0]:
                raise RuntimeError(f"seed {seed} has no end")
            line = process.stdout.readline()
            if not line:
                raise RuntimeError(f"the simulation ended in seed {seed}")
            yield json.loads(line)
    finally:
        process.stdin.close()
        try:
            process.wait(timeout=30)
        except subprocess.TimeoutExpired:
            process.kill()


def run(seeds: list[int], script: Path, kinds: str = "") -> Sum:
    """All seeds, shared between the workers."""
    total = Sum()

    def work(mine: list[int]) -> None:
        with server() as port:
            for outcome in outcomes(port, script, mine, kinds=kinds):
                total.take(outcome)
                if outcome["violation"]:
                    tell(outcome)

    share = max(1, -(-len(seeds) // WORKERS))
    threads = [Thread(target=work, args=(seeds[at : at + share],)) for at in range(0, len(seeds), share)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    if total.seeds != len(seeds):
        raise RuntimeError(f"{len(seeds) - total.seeds} seeds had no end")
    return total


def tell(outcome: dict[str, Any]) -> None:
    """A failing seed, so that a person can follow it."""
    fault = outcome["violation"]
    print(f"seed {outcome['seed']}: {fault['rule']}: {fault['about']}", flush=True)
    for line in fault["story"]:
        print(f"    {line}")


def keep(total: Sum, kinds: str) -> None:
    """Failing seeds join those that the short form replays. Whoever mends the cause writes it down."""
    kept = json.loads(KEPT.read_text("utf-8"))
    known = {(one["seed"], one["kinds"]) for one in kept}
    kept += [
        {"seed": one["seed"], "kinds": kinds, "rule": one["violation"]["rule"], "cause": ""}
        for one in total.violations
        if (one["seed"], kinds) not in known
    ]
    KEPT.write_text(json.dumps(kept, ensure_ascii=False, indent=1) + "\n", "utf-8")


def planted() -> list[dict[str, Any]]:
    """The planted bugs: name, what they do, within how many seeds they must be caught."""
    print_them = "import('./sim/planted.mjs').then(({ BUGS }) => console.log(JSON.stringify(BUGS)))"
    answer = subprocess.run([NODE, "-e", print_them], cwd=PWA, check=True, capture_output=True, text=True)
    found: list[dict[str, Any]] = json.loads(answer.stdout)
    return found


def hunt(bug: dict[str, Any], port: int, script: Path) -> tuple[int, str]:
    """How many seeds it took until a planted bug was caught, and by which check; 0: it was not."""
    seeds = outcomes(port, script, range(1, bug["within"] + 1), bug["name"], bug.get("kinds", ""))
    try:
        for tried, outcome in enumerate(seeds, start=1):
            if outcome["violation"]:
                return tried, outcome["violation"]["rule"]
    finally:
        seeds.close()  # type: ignore[attr-defined]
    return 0, ""


def selftest(names: list[str]) -> int:
    """Each planted bug must be caught within its number of seeds. Prints a table."""
    script = build(planted=True)
    bugs = [bug for bug in planted() if not names or bug["name"] in names]
    missed: list[str] = []

    def work(mine: list[dict[str, Any]]) -> None:
        with server() as port:
            for bug in mine:
                tried, rule = hunt(bug, port, script)
                if not tried:
                    missed.append(bug["name"])
                found = f"seed {tried}" if tried else "NOT CAUGHT"
                kinds = bug.get("kinds", "all").replace(",", ", ")
                print(f"| {bug['name']} | {bug['what']} | {kinds} | {found} of {bug['within']} | {rule} |", flush=True)

    print("| planted bug | what it does | trouble | caught at | by the check |\n|---|---|---|---|---|", flush=True)
    threads = [Thread(target=work, args=(bugs[place::WORKERS],)) for place in range(WORKERS)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    print(f"{len(bugs) - len(missed)} of {len(bugs)} caught")
    return 1 if missed else 0


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=5000)
    parser.add_argument("--first", type=int, default=1)
    parser.add_argument("--kinds", default="", help="only these kinds of trouble, comma separated: nemesis.ts has them")
    parser.add_argument("--selftest", action="store_true")
    parser.add_argument("names", nargs="*", help="planted bugs to try; none: all")
    asked = parser.parse_args()
    if asked.selftest:
        return selftest(asked.names)
    script = build()
    began_s = time.perf_counter()
    total = run(list(range(asked.first, asked.first + asked.seeds)), script, asked.kinds)
    spent_s = time.perf_counter() - began_s
    print(f"seeds {total.seeds} ({asked.first} to {asked.first + asked.seeds - 1}), {total.seeds / spent_s:.1f}/s")
    print(f"edits shown as saved {total.edits}, requests {total.requests}, faults {sum(total.faults.values())}")
    print("  " + ", ".join(f"{kind} {count}" for kind, count in total.faults.most_common()))
    print(f"violations {len(total.violations)}")
    if total.violations:
        keep(total, asked.kinds)
    return 1 if total.violations else 0


if __name__ == "__main__":
    sys.exit(main())
