"""`make bench-peers`: Gemba and the bare server by turns on one PostgreSQL, as ratios of this run.

python -m bench.peers.run                       three rounds of 3,200 documents
python -m bench.peers.run --docs 2400 --rounds 1
"""

import argparse
import asyncio
import itertools
import os
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import psycopg

from bench.peers import gemba, lean
from bench.peers.workload import CONFLICTS, median
from bench.storm.served import postgresql

EARLIER: Final[dict[str, tuple[str, str, str]]] = {
    "push docs/s": ("0.005", "0.07", "0.24 *"),
    "edits docs/s": ("0.005", "0.10", "0.23 *"),
    "full pull docs/s": ("0.71", "1.17", "0.27"),
    "storm s": ("49", "6", "59"),
    "delta poll ms": ("5.6", "1.4", "1.0"),
}
"""Kinto, PocketBase, pouchdb-server as parts of the bare server: measured earlier with the same workload,
not in this run. * does not wait for the disk."""
AIMS: Final[dict[str, tuple[str, Callable[[float], bool]]]] = {
    "push docs/s": ("at least 0.1", lambda ratio: ratio >= 0.1),
    "edits docs/s": ("at least 0.2", lambda ratio: ratio >= 0.2),
    "full pull docs/s": ("at least 1.0", lambda ratio: ratio >= 1.0),
    "bytes per document pulled": ("below 1", lambda ratio: ratio < 1),
    "delta poll ms": ("at most 1.5", lambda ratio: ratio <= 1.5),
    "storm s": ("at most 2", lambda ratio: ratio <= 2),
}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--docs", type=int, default=3200)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--port", type=int, default=18330)
    asked = parser.parse_args()
    bare: list[dict[str, Any]] = []
    ours: list[dict[str, Any]] = []
    print(f"load before: {os.getloadavg()[0]:.1f} on {os.cpu_count()} processors", flush=True)
    with postgresql() as url, tempfile.TemporaryDirectory(prefix="gemba-peers-") as folder:
        socket = url.rpartition("=")[2]
        numbers = itertools.count(1)

        def fresh() -> str:
            name = f"bench{next(numbers)}"
            with psycopg.connect(f"host={socket} user=postgres dbname=postgres", autocommit=True) as desk:
                desk.execute(f"CREATE DATABASE {name} OWNER gemba")  # type: ignore[arg-type]
                desk.execute("CHECKPOINT")
            return name

        for place in range(asked.rounds):
            with lean.served(f"host={socket} user=gemba dbname={fresh()}", asked.port):
                bare.append(asyncio.run(lean.measure(asked.port, asked.docs)))
            ours.append(
                asyncio.run(
                    gemba.measure(
                        lambda: f"postgresql+psycopg://gemba@/{fresh()}?host={socket}",
                        Path(folder),
                        asked.port + 1,
                        asked.docs,
                    )
                )
            )
            print(f"round {place + 1}: load {os.getloadavg()[0]:.1f}", flush=True)
    table(bare, ours)
    return 0


def table(bare: list[dict[str, Any]], ours: list[dict[str, Any]]) -> None:
    print(
        f"\n{'':30s} {'bare':>8s} {'Gemba':>8s} {'ratio':>7s}  {'aim':13s} {'':4s} {'Kinto':>6s} {'PocketBase':>10s} {'pouchdb':>8s}"
    )
    for name, (aim, reached) in AIMS.items():
        ratios = [mine[name] / other[name] for mine, other in zip(ours, bare, strict=True)]
        ratio = median(ratios)
        theirs = EARLIER.get(name, ("", "", ""))
        print(
            f"{name:30s} {median([one[name] for one in bare]):8.1f} {median([one[name] for one in ours]):8.1f} {ratio:7.2f}"
            f"  {aim:13s} {'yes' if reached(ratio) else 'NO':4s} {theirs[0]:>6s} {theirs[1]:>10s} {theirs[2]:>8s}"
        )
    print(
        "  the last three: measured earlier with the same workload, not in this run; * without waiting for the disk\n"
    )
    print(f"of {CONFLICTS} evaluations edited by two without network (no peer keeps both edits in any mode):")
    for name in ("different items: both kept", "same item: both values readable", "same item: both authors told"):
        least = min(one[name] for one in ours)
        print(f"  {name:34s} bare {bare[0].get(name, 0):3d}   Gemba {least}")


if __name__ == "__main__":
    sys.exit(main())
