"""Random interleavings as plain data: Hypothesis draws and shrinks them, planted bugs are run over them by seed."""

from __future__ import annotations

import random
from collections.abc import Sequence
from typing import NamedTuple

from sync.model import Held, Op, Recall, Status
from tests.sync.world import Decide, Log, Phone

SCORES: tuple[int | None, ...] = (1, 2, 3, 4, 5, None)
SCORE_FIELDS = ("score/1", "score/2")
ACTIONS = (
    "score", "score", "score", "comment", "comment", "tag", "untag", "resolve", "resolve",
    "send", "send", "send", "lost", "some", "ahead", "pull", "pull", "submit", "submit", "recall", "repeat",
)  # fmt: skip


class Act(NamedTuple):
    """Who does what; `pick` and `choice` are read as each action needs them."""

    action: str
    phone: int
    pick: int
    choice: int


def random_script(seed: int, length: int = 40) -> list[Act]:
    chance = random.Random(seed)
    return [
        Act(chance.choice(ACTIONS), chance.randrange(4), chance.randrange(12), chance.randrange(12))
        for _ in range(length)
    ]


class Play:
    """Runs a script. Words typed into comments are new each time, so that a lost one is seen."""

    def __init__(self, decide: Decide | None = None) -> None:
        self.log = Log(decide=decide) if decide else Log()
        self.phones = [Phone("d1", "ann"), Phone("d2", "ann"), Phone("d3", "bo"), Phone("d4", "carla")]
        self.words: dict[str, str] = {}
        """Word -> "typed", or "deleted" once somebody who saw it took it out."""
        self.sizes: dict[str, int] = {}

    def run(self, script: Sequence[Act]) -> Play:
        for act in script:
            getattr(self, f"_{act.action}")(self.phones[act.phone], act.pick, act.choice)
        return self

    def settle(self) -> Play:
        """Faults stopped: everybody sends and pulls until nothing moves."""
        for _ in range(3):
            for phone in self.phones:
                phone.sync(self.log)
        return self

    def _score(self, phone: Phone, pick: int, choice: int) -> None:
        if phone.seen_status() is Status.OPEN:
            phone.set(SCORE_FIELDS[pick % 2], SCORES[choice % 6])

    def _comment(self, phone: Phone, pick: int, choice: int) -> None:
        if phone.seen_status() is not Status.OPEN:
            return
        seen = phone.view("comment/1").value
        words = str(seen or "").split()
        if choice < 3 and words:
            gone = words.pop(pick % len(words))
            self.words[gone] = "deleted"
        else:
            word = f"{phone.author}{phone.device}x{phone.n}."
            self.words[word] = "typed"
            words.insert(pick % (len(words) + 1), word)
        phone.set("comment/1", " ".join(words))

    def _tag(self, phone: Phone, pick: int, choice: int) -> None:
        if phone.seen_status() is Status.OPEN:
            phone.edit("chips/1", Op.ADD, f"q{pick % 3}", ())

    def _untag(self, phone: Phone, pick: int, choice: int) -> None:
        tags = phone.view("chips/1").value
        saw = [version for tag, version in tags if tag == f"q{pick % 3}"] if isinstance(tags, tuple) else []
        if saw and phone.seen_status() is Status.OPEN:
            phone.edit("chips/1", Op.REMOVE, f"q{pick % 3}", saw)  # type: ignore[arg-type]

    def _resolve(self, phone: Phone, pick: int, choice: int) -> None:
        open_cases = [held.case for held in phone.rows.values() if held.case and held.case.is_open]
        if not open_cases or phone.seen_status() is not Status.OPEN:
            return
        case = open_cases[pick % len(open_cases)]
        if any(edit.field == case.field for edit in phone.own):
            return
        chosen = case.standing[choice % len(case.standing)]
        phone.resolve(case, chosen.version)

    def _send(self, phone: Phone, pick: int, choice: int) -> None:
        phone.send(self.log)

    def _lost(self, phone: Phone, pick: int, choice: int) -> None:
        phone.send(self.log, answered=False)

    def _some(self, phone: Phone, pick: int, choice: int) -> None:
        phone.send(self.log, count=1 + pick % 3, answered=choice % 2 == 0)

    def _ahead(self, phone: Phone, pick: int, choice: int) -> None:
        phone.send(self.log, skip=1)

    def _pull(self, phone: Phone, pick: int, choice: int) -> None:
        phone.pull(self.log)

    def _submit(self, phone: Phone, pick: int, choice: int) -> None:
        """Fill in what the guard asks for, then submit."""
        if phone.seen_status() is not Status.OPEN:
            return
        if phone.view("score/1").value is None:
            phone.set("score/1", SCORES[choice % 5])
        if not phone.view("reason/2").value:
            phone.set("reason/2", "why.")
        phone.submit()

    def _recall(self, phone: Phone, pick: int, choice: int) -> None:
        if phone.seen_status() is not Status.OPEN:
            phone.edit("status", Op.COMMAND, Recall(), ())

    def _repeat(self, phone: Phone, pick: int, choice: int) -> None:
        if self.log.arrived:
            self.log.push(self.log.arrived[(pick * 12 + choice) % len(self.log.arrived)])

    def held(self, name: str) -> Held:
        return self.log.fields.get(name, Held())
