"""Cases for both planners: python -m tests.sim.vectors writes tests/vectors/planner.json.

Fractions are sums of powers of two and times whole milliseconds, so that both languages reckon exactly.
"""

from __future__ import annotations

import json
from dataclasses import asdict, replace
from pathlib import Path
from random import Random
from typing import Any

from tests.sim.planner import (
    FRESH_LINE,
    Line,
    Outcome,
    Plan,
    QueueItem,
    Situation,
    backoff,
    batch,
    learn,
    plan,
    refreshed,
)

PATH = Path(__file__).parents[1] / "vectors" / "planner.json"
NOW = 1_000_000
STATES = ("queued", "queued", "sending", "retry_wait", "held", "update_needed", "set_aside")
NETS = ("unknown", "reached", "offline", "captive", "server_down")
ENDS = (
    "answered",
    "offline",
    "timeout",
    "captive",
    "server_down",
    "refused",
    "foreign",
    "needs_login",
    "update_needed",
)
ABOUT = (
    "Shared by tests/sim/planner.py and pwa/src/sync/planner.ts: what a phone does next, what a round's end teaches."
    " Written by `python -m tests.sim.vectors`."
)


def of_plan(said: Plan) -> dict[str, Any]:
    """As the client writes a plan."""
    return {"do": "wait", "until": said.until} if said.ns is None else {"do": "round", "ns": list(said.ns)}


def of_line(line: Line) -> dict[str, Any]:
    return asdict(line)


def outcome(given: dict[str, Any]) -> Outcome:
    """The client's shape of an outcome, read."""
    return Outcome(given["was"], given.get("retry_after_s"), tuple(given.get("ns", ())))


def _queue(random: Random) -> list[QueueItem]:
    most = random.choice((0, 1, 2, 3, 3, 5, 8, 8, 55))
    return [
        QueueItem(
            n,
            random.choice("ABC"),
            random.choice(STATES),
            random.choice((0, 0, 0, NOW, NOW + 1, NOW - 5, NOW + 9_000, NOW + 600_001)),
            random.choice((40, 40, 300, 4_000, 16_001)),
        )
        for n in range(1, most + 1)
    ]


def _line(random: Random) -> Line:
    return Line(
        random.choice(NETS),
        random.choice((0, 1, 2, 5, 19, 20, 40)),
        random.choice((0, 0, NOW, NOW + 1, NOW + 30_000, NOW + 10**9)),
        random.random() < 0.3,
        random.choice((1, 2, 3, 25, 50)),
        random.random() < 0.15,
        random.random() < 0.2,
        random.choice((None, None, "offline", "busy")),
    )


def _outcome(random: Random) -> dict[str, Any]:
    kind = random.randrange(3)
    if kind == 0:
        return {"was": "busy", "retry_after_s": random.choice((None, 0, 1, 30, 600))}
    if kind == 1:
        return {"was": "too_big", "ns": list(range(1, random.choice((0, 1, 2, 3, 7, 50)) + 1))}
    return {"was": random.choice(ENDS)}


def made() -> dict[str, Any]:
    """Every case, always the same ones."""
    random = Random(11)
    cases: dict[str, Any] = {"about": ABOUT, "plan": [], "batch": [], "learn": [], "backoff": [], "refreshed": []}
    for number in range(100):
        given = Situation(
            NOW, _queue(random), _line(random), random.random() < 0.7, random.random() < 0.3, random.random() < 0.2,
            random.choice((None, NOW - 1_000, NOW - 20_000, NOW - 19_999, NOW + 5_000, NOW + 10**9)),
        )  # fmt: skip
        cases["plan"].append({"name": f"plan {number}", "situation": asdict(given), "plan": of_plan(plan(given))})
    for name, front in (("waits", "sending"), ("is too old for the server", "update_needed")):
        queue = [QueueItem(8, "A", front, NOW + 300_000, 83), QueueItem(11, "A", "queued", 0, 50)]
        behind = Situation(NOW, queue, replace(FRESH_LINE, net="reached"), False, False, False, NOW)
        case = {"name": f"behind one that {name}", "situation": asdict(behind), "plan": of_plan(plan(behind))}
        cases["plan"].append(case)
    for number in range(80):
        items, limit = _queue(random), random.choice((1, 2, 5, 50, 80))
        ns = list(batch(items, NOW, limit))
        cases["batch"].append(
            {"name": f"batch {number}", "queue": [asdict(one) for one in items], "now": NOW, "limit": limit, "ns": ns}
        )
    for number in range(100):
        line, end, fraction = _line(random), _outcome(random), random.choice((0, 0.25, 0.5, 0.75, 0.984375))
        lesson = learn(line, outcome(end), NOW, fraction)
        cases["learn"].append(
            {
                "name": f"learn {number}", "line": of_line(line), "outcome": end, "now": NOW, "fraction": fraction,
                "after": of_line(lesson.line), "set_aside": lesson.set_aside,
            }
        )  # fmt: skip
    for failures in (0, 1, 4, 5, 20, 100):
        for fraction in (0, 0.5, 0.984375):
            for cap in (30_000, 300_000):
                ms = backoff(failures, fraction, cap)
                cases["backoff"].append({"failures": failures, "fraction": fraction, "cap": cap, "ms": ms})
    for line in (FRESH_LINE, *(_line(random) for _ in range(12))):
        for by in ("login", "event"):
            cases["refreshed"].append({"line": of_line(line), "by": by, "after": of_line(refreshed(line, by))})
    return json.loads(json.dumps(cases))  # type: ignore[no-any-return]


def text() -> str:
    """The file: one case a line."""
    parts = []
    for key, value in made().items():
        if isinstance(value, str):
            parts.append(f"{json.dumps(key)}: {json.dumps(value)}")
        else:
            lines = ",\n    ".join(json.dumps(case, separators=(",", ":")) for case in value)
            parts.append(f"{json.dumps(key)}: [\n    {lines}\n  ]")
    return "{\n  " + ",\n  ".join(parts) + "\n}\n"


if __name__ == "__main__":
    PATH.write_text(text(), "utf-8")
