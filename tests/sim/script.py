"""A seed's script: who has which phone, and what happens in which order. Plain lists, so that a failing one can
be cut down and kept. What a step needs of chance it carries itself: cutting one leaves the others as they are."""

from __future__ import annotations

from dataclasses import dataclass, field
from random import Random
from typing import Any

YEAR_MS = 365 * 24 * 3_600_000
STATUSES = (302, 400, 401, 403, 404, 413, 422, 429, 500, 502, 503, 504, 511)
TROUBLES = (
    "killed before commit", "killed after commit", "killed in mid-batch", "SQLITE_BUSY", "40P01", "40001",
    "busy for long", "SQLITE_FULL",
)  # fmt: skip
FATES = (
    ("ok", 50), ("drop", 4), ("time out", 3), ("answer lost", 6), ("cut", 3), ("duplicate", 4), ("late duplicate", 4),
    ("delay", 7), ("delay answer", 6), ("captive", 3), ("page", 4), ("old answer", 2), ("worker", 6), ("trouble", 9),
)  # fmt: skip
EDITS = (
    ("score", 30), ("comment", 26), ("finish", 9), ("submit", 6), ("recall", 5), ("chip", 8), ("unchip", 5),
    ("resolve", 10), ("reason", 4), ("answer", 4), ("poison", 1),
)  # fmt: skip
EVENTS = (
    ("crash", 16), ("storm", 16), ("evict", 3), ("quota", 5), ("full", 3), ("dead", 5), ("tabs", 10), ("clock", 8),
    ("wait", 8), ("delegate", 5), ("end delegation", 6), ("cycle", 4), ("next cycle", 2), ("retire", 1), ("backup", 7),
    ("restore", 6), ("expire", 8), ("login", 8), ("switch", 5), ("upgrade", 4), ("server restarts", 3),
)  # fmt: skip


@dataclass
class Script:
    """What one seed stands for."""

    seed: int
    phones: list[tuple[str, str, str]]
    """(name, person, build of the app)"""
    delegated: bool
    steps: list[list[Any]] = field(default_factory=list)


def draw(random: Random, choices: tuple[tuple[str, int], ...]) -> str:
    names, weights = zip(*choices, strict=True)
    return str(random.choices(names, weights)[0])


def script_of(seed: int, focus: tuple[str, ...] = ()) -> Script:
    """Most seeds have two phones on one team; a third of the time somebody is alone."""
    random = Random(seed)
    phones = [("p0", "supervisor")]
    second = random.random()
    if second < 0.50:
        phones.append(("p1", "delegate"))
    elif second < 0.72:
        phones.append(("p1", "supervisor"))
    if random.random() < 0.25:
        phones.append(("p2", random.choice(["worker", "supervisor", "delegate"])))
    named = [(name, person, "old" if random.random() < 0.15 else "new") for name, person in phones]
    script = Script(seed, named, delegated=any(person == "delegate" for _, person in phones) and random.random() < 0.9)
    script.steps = [["sync", at, 0, "ok", True, 0] for at in range(len(phones))]
    if random.random() < 0.6:
        # Something to disagree about: a text and a mark that all have seen.
        for kind in ("text", "score"):
            script.steps.append(["edit", 0, 0, kind, random.getrandbits(30)])
        script.steps += [["sync", at, 0, "ok", True, 0] for at in range(len(phones))]
    swarm = Swarm(random, focus)
    for _ in range(random.randint(16, 44)):
        script.steps.append(_step(random, len(phones), swarm))
    return script


class Swarm:
    """Each seed leaves some kinds out and has much of others: rare meetings of two faults become frequent
    in some seeds, where an even mixture would hardly ever show them."""

    def __init__(self, random: Random, focus: tuple[str, ...]) -> None:
        def some(choices: tuple[tuple[str, int], ...], *always: str) -> tuple[tuple[str, int], ...]:
            turned = tuple((n, w * (8 if n in focus else random.choice((0, 1, 1, 6)))) for n, w in choices)
            kept = tuple((name, weight or (1 if name in always else 0)) for name, weight in turned)
            return kept if any(weight for _, weight in kept) else choices

        self.fates = (("ok", 40), *some(FATES[1:]))
        self.edits, self.events = some(EDITS, "score", "comment"), some(EVENTS)
        self.busy = random.choice((0.35, 0.46, 0.6))


def _step(random: Random, phones: int, swarm: Swarm) -> list[Any]:
    at, tab, dice = random.randrange(phones), random.randrange(2), random.getrandbits(30)
    what = random.random()
    if what < swarm.busy:
        return ["edit", at, tab, draw(random, swarm.edits), dice]
    if what < swarm.busy + 0.26:
        return ["sync", at, tab, draw(random, swarm.fates), random.random() < 0.75, dice]
    if what < swarm.busy + 0.31:
        return ["deliver", dice]
    return ["event", at, draw(random, swarm.events), dice]
