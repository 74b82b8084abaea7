"""`make bench`: Gemba and the hand-written floor measured in the same run, printed beside the figures to reach.

    python bench/run.py                 everything, some ten minutes
    python bench/run.py --quick         fewer repeats, to see that it works
    python bench/run.py --only wire     weight, cold, taps, kills or wire

Ratios count; milliseconds belong to the machine and the minute. Nothing here is a test.
"""

import argparse
import contextlib
import functools
import http.server
import json
import os
import statistics
import sys
import tempfile
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from playwright.sync_api import Playwright, sync_playwright  # noqa: E402

from bench import team, wire  # noqa: E402
from bench.phone import measure, pages  # noqa: E402
from tests.e2e.house import House  # noqa: E402

AXE = ROOT / "pwa/node_modules/axe-core/axe.min.js"
TEAMS = 5  # p98 of one team is its second slowest tap: one hiccup of the machine decides it
PARTS = ("weight", "cold", "taps", "kills", "wire")


class Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *_: Any) -> None:
        """The floor's server has nothing to say."""


@contextlib.contextmanager
def floor_served() -> Iterator[str]:
    handler = functools.partial(Quiet, directory=str(ROOT / "bench/phone/floor"))
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/"
    server.shutdown()


class Table:
    """Lines of: what, measured, to reach, whether it does."""

    def __init__(self) -> None:
        self.lines: list[tuple[str, str, str, bool | None]] = []

    def add(self, what: str, got: str, goal: str = "", ok: bool | None = None) -> None:
        self.lines.append((what, got, goal, ok))
        mark = {True: "yes", False: "NO", None: ""}[ok]
        print(f"{what:54s} {got:>34s}  {goal:28s} {mark}", flush=True)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", default=",".join(PARTS))
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--json", help="also write the figures to this file")
    args = parser.parse_args()
    parts = set(args.only.split(","))
    table = Table()
    print(f"load before: {os.getloadavg()[0]:.2f} on {os.cpu_count()} processors\n")
    with tempfile.TemporaryDirectory(prefix="gemba-bench-") as folder, floor_served() as floor_url:
        house = House(Path(folder) / "house")
        house.start()
        try:
            with sync_playwright() as pw:
                run(pw, house, floor_url, Path(folder), parts, args.quick, table)
        finally:
            house.stop()
    if args.json:
        Path(args.json).parent.mkdir(parents=True, exist_ok=True)
        Path(args.json).write_text(json.dumps(table.lines, ensure_ascii=False, indent=1), "utf-8")
    return 0


def run(pw: Playwright, house: House, floor_url: str, folder: Path, parts: set[str], quick: bool, table: Table) -> None:
    shift = team.ready_team(house)
    floor = pages.floor(floor_url)
    gemba = pages.gemba(house.url + "/", shift.employee_no, shift.first_evaluation, shift.first_judged)
    profiles = {"floor": str(folder / "floor"), "Gemba": str(folder / "gemba")}
    if parts & {"cold", "taps", "kills"}:
        for page in (floor, gemba):
            measure.install(pw, page, profiles[page["name"]])
    if "weight" in parts:
        weight(pw, floor, gemba, table)
    if "cold" in parts:
        cold(pw, (floor, gemba), profiles, 3 if quick else 15, table)
    if "taps" in parts:
        taps(pw, house, gemba, shift, profiles["Gemba"], table, quick)
    if "kills" in parts:
        count = 4 if quick else 20
        kept = measure.kills(pw, gemba, profiles["Gemba"], count, 100)
        table.add("killed 100 ms after a tap: kept", f"{kept}/{count}", "20 of 20", kept == count)
    if "wire" in parts:  # last: it gives every supervisor a second team
        wires(house, table)


def weight(pw: Playwright, floor: dict[str, Any], gemba: dict[str, Any], table: Table) -> None:
    mine, least = measure.weight(pw, gemba), measure.weight(pw, floor)
    table.add(
        "supervisor's route, JS + CSS gzip", f"{mine['route_kB']} kB (floor {least['route_kB']})", "at most 60 kB",
        mine["route_kB"] <= 60,
    )  # fmt: skip
    table.add("  with what loads lazily before the first tap", f"{mine['all_kB']} kB")
    for name, size in sorted(mine["files"].items(), key=lambda each: -each[1]):
        table.add(f"  {name}", f"{size} kB")


def cold(pw: Playwright, both: tuple[dict[str, Any], ...], profiles: dict[str, str], reps: int, table: Table) -> None:
    """Floor and Gemba by turns, so that a busy minute of the machine meets both."""
    for throttle in (4, 8):
        times: dict[str, list[float]] = {page["name"]: [] for page in both}
        with contextlib.ExitStack() as kept:
            used = {name: kept.enter_context(measure.copied(folder)) for name, folder in profiles.items()}
            for n in range(reps + 2):
                for page in both:
                    ms = measure.cold_once(pw, page, used[page["name"]], throttle)
                    if n > 1:  # the first two fill the browser's code cache, as two days of use do
                        times[page["name"]].append(ms)
        floor, mine = (statistics.median(times[page["name"]]) for page in both)
        table.add(
            f"cold start, network off, browser restarted, {throttle}x", f"{mine:.0f} ms / {floor:.0f} ms = {mine / floor:.2f}",
            "at most 1.25 times the floor", mine / floor <= 1.25,
        )  # fmt: skip


def taps(
    pw: Playwright, house: House, gemba: dict[str, Any], shift: team.Shift, profile: str, table: Table, quick: bool
) -> None:
    facts = measure.facts(pw, gemba, profile, AXE)
    table.add("axe violations on the scoring page", str(len(facts["axe"])), "0", not facts["axe"])
    for line in facts["axe"]:
        table.add(f"  {line}", "")
    small = facts["below_48"]
    table.add(
        "rating target", "{} x {} px".format(*facts["rating_px"]), "at least 60 px", min(facts["rating_px"]) >= 60
    )
    table.add("targets below 48 px", f"{len(small)} of {facts['targets']}", "0", not small)
    for each in small[:5]:
        table.add(f"  {each['what']}", f"{each['w']} x {each['h']} px")
    table.add("heap; processor, and at 4x", f"{facts['heap_MB']} MB; {facts['speed']}, {facts['speed_4x']}")
    saved = measure.durable(pw, gemba, profile, 3 if quick else 9)
    ms = saved["ms"]
    table.add(
        "tap to strict write complete, 4x", f"{ms['median']} ms (max {ms['max']})", "strict",
        saved["durability"] == ["strict"],
    )  # fmt: skip
    runs = [team.score_all(pw, gemba, shift, profile, send=False) for _ in range(0 if quick else TEAMS - 1)]
    done = team.score_all(pw, gemba, shift, profile, send=True)
    slowest = sorted(each.inp_p98_ms for each in [*runs, done])
    inp = statistics.median(slowest)
    table.add("taps for a team of twelve", str(done.taps), "at most 84", done.taps <= 84)
    table.add("page turns", str(done.turns), "at most 12", done.turns <= 12)
    table.add("scrolls", str(done.scrolls), "0", done.scrolls == 0)
    each = ", ".join(f"{ms:.0f}" for ms in slowest)
    table.add(f"INP p98 of a team, 4x: median of {len(slowest)}", f"{inp:.0f} ms ({each})", "under 100 ms", inp < 100)
    from bench.phone.klm import TEAM, seconds

    hand = sum(seconds(done.taps / TEAM, 0, done.decisions / TEAM, 0, 0.1)) * TEAM / 60
    table.add("least human time for the team (KLM)", f"{hand:.1f} min", "8 min per person before")
    sizes = sorted(done.finished_bytes)
    table.add(
        "a finished evaluation on the wire, before gzip", f"{statistics.median(sizes):.0f} B (max {sizes[-1]})",
        "at most 300 B", statistics.median(sizes) <= 300,
    )  # fmt: skip


def wires(house: House, table: Table) -> None:
    cycle = team.fresh_cycle(house)
    raters = team.raters_of_about(house, 40, cycle)
    got = wire.first_sync(house, raters[0].plant, [each.employee_no for each in raters], cycle)
    at_40 = got["gzip"] * 40 / max(got["people"], 1)
    table.add("idle sync: request", f"{got['idle_request']} B", "at most 100 B", got["idle_request"] <= 100)
    table.add("idle sync: answer", f"{got['idle_answer']} B", "at most 100 B", got["idle_answer"] <= 100)
    table.add(
        "first sync, scoring 40 people, gzip", f"{at_40:.0f} B ({got['people']} people, {got['raw']} raw)",
        "at most 4096 B", at_40 <= 4096,
    )  # fmt: skip


if __name__ == "__main__":
    sys.exit(main())
