"""A small world round the core: phones that forget nothing, a log, and a network that loses answers.

Nothing here decides anything: a phone overlays its own edits on what it pulled, the log asks
`decide`. `tests/sync/checks.py` judges what came of it.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace

from sync.merge import again, decide, fate_of
from sync.model import (
    Asked,
    Case,
    Decision,
    Facts,
    Fate,
    Held,
    Line,
    Lookup,
    Mutation,
    MutationId,
    Op,
    Recall,
    Receipt,
    Resolution,
    Right,
    Status,
    Submit,
)
from sync.rules import Rule, rule_of

RECORD = "evaluation"
LINES = (Line(1), Line(2, rule_mark=3))
Decide = Callable[[Held, Mutation, Facts, Lookup], Decision]


@dataclass(frozen=True)
class Entry:
    """One line of a field's history."""

    edit: Mutation
    before: Held
    decision: Decision


@dataclass
class Log:
    """The server's side of one record."""

    decide: Decide = decide
    lines: tuple[Line, ...] = LINES
    rights: frozenset[Right] = frozenset(Right)
    fields: dict[str, Held] = field(default_factory=dict)
    fates: dict[MutationId, Fate] = field(default_factory=dict)
    edits: dict[MutationId, Mutation] = field(default_factory=dict)
    decisions: dict[MutationId, Decision] = field(default_factory=dict)
    status: Status = Status.OPEN
    result: MutationId | None = None
    trace: list[Entry] = field(default_factory=list)
    arrived: list[Mutation] = field(default_factory=list)
    cases: dict[str, Case] = field(default_factory=dict)
    _ids: Iterator[int] = field(default_factory=lambda: itertools.count(1))

    def push(self, edit: Mutation) -> Receipt:
        """Judge one mutation, or repeat what was said of it; then those that waited for it."""
        self.arrived.append(edit)
        known = self.fates.get(edit.id)
        if known is not None and (said := again(known, self.edits[edit.id] == edit)) is not None:
            return said
        receipt = self._judge(edit)
        for other in [fate.id for fate in self.fates.values() if fate.missing == edit.id]:
            if self.fates[other].receipt is Receipt.HELD:
                self._judge(self.edits[other])
        return receipt

    def _judge(self, edit: Mutation) -> Receipt:
        before = self.fields.get(edit.field, Held())
        facts = Facts(
            received_at=len(self.trace) + 1,
            case_id=f"case-{next(self._ids)}",
            status=self.status,
            rights=self.rights,
            lines=self.lines,
            fields=self.fields,
            result=self.result,
        )
        decision = self.decide(before, edit, facts, self.fates.get)
        self.fields[edit.field] = decision.held
        self.edits[edit.id], self.decisions[edit.id] = edit, decision
        self.fates[edit.id] = fate_of(edit, decision)
        if decision.case is not None:
            self.cases[decision.case.id] = decision.case
        if decision.status is not None:
            self.status = decision.status
            self.result = edit.id if decision.status is Status.SUBMITTED else self.result
        self.trace.append(Entry(edit, before, decision))
        return decision.receipt

    def history(self, name: str) -> list[Entry]:
        """Entries of a field that changed it."""
        return [one for one in self.trace if one.edit.field == name and one.decision.changed]


@dataclass
class Phone:
    """One device of one person: what it pulled, its own edits over that, and those still to be sent."""

    device: str
    author: str
    n: int = 0
    rows: dict[str, Held] = field(default_factory=dict)
    status: Status = Status.OPEN
    own: list[Mutation] = field(default_factory=list)
    outbox: list[Mutation] = field(default_factory=list)
    saw: dict[MutationId, tuple[object, ...]] = field(default_factory=dict)
    """For the checks: every value of the field that stood on the screen, or under it, at an edit."""

    def view(self, name: str) -> Held:
        """What the person sees: the row under their own edits that it does not yet hold."""
        return list(self._layers(name))[-1]

    def _layers(self, name: str) -> Iterator[Held]:
        """The row, then the row under each own edit more."""
        held = self.rows.get(name, Held())
        yield held
        for edit in self.own:
            if edit.field == name:
                held = _over(held, edit)
                yield held

    def seen_status(self) -> Status:
        status = self.status
        for edit in self.own:
            if edit.op is Op.COMMAND:
                status = Status.OPEN if isinstance(edit.value, Recall) else Status.SUBMITTED
        return status

    def edit(self, name: str, op: Op, value: Asked, base: Iterable[MutationId] | None = None) -> Mutation:
        """Save an edit on this phone; its base is what the screen shows."""
        self.n += 1
        seen = self.view(name)
        bases = tuple(base) if base is not None else ((seen.version,) if seen.version else ())
        made = Mutation(MutationId(self.device, self.author, self.n), RECORD, name, op, value, bases, self.n)
        self.saw[made.id] = tuple(held.value for held in self._layers(name))
        self.own.append(made)
        self.outbox.append(made)
        return made

    def set(self, name: str, value: int | str | None) -> Mutation:
        return self.edit(name, Op.SET, value)

    def submit(self) -> Mutation:
        names = sorted({*self.rows, *(one.field for one in self.own)} - {"status", "answer"})
        signed: list[tuple[str, tuple[MutationId, ...]]] = []
        for name in names:
            held = self.view(name)
            if rule_of(name) is Rule.TAGS and isinstance(held.value, tuple):
                signed.append((name, tuple(version for _, version in held.value if isinstance(version, MutationId))))
            elif held.version is not None:
                signed.append((name, (held.version,)))
        return self.edit("status", Op.COMMAND, Submit(tuple(signed)), ())

    def resolve(self, case: Case, chosen: MutationId | None, value: int | str | None = None) -> Mutation:
        """Decide a case as the row shows it."""
        asked = Resolution(case.id, chosen, value, "because")
        return self.edit(case.field, Op.RESOLVE, asked, [one.version for one in case.standing])

    def send(self, log: Log, count: int | None = None, answered: bool = True, skip: int = 0) -> list[Receipt]:
        """Push the first edits of the outbox. Without an answer all of them stay and will be sent again."""
        batch = self.outbox[skip : None if count is None else skip + count]
        receipts = [log.push(edit) for edit in batch]
        if answered:
            done = {edit.id for edit, said in zip(batch, receipts, strict=True) if said is not Receipt.HELD}
            self.outbox = [edit for edit in self.outbox if edit.id not in done]
        return receipts

    def pull(self, log: Log) -> None:
        """Take the rows; own edits that have their receipt leave the overlay, the others stay over it."""
        self.rows, self.status = dict(log.fields), log.status
        waiting = {edit.id for edit in self.outbox}
        self.own = [edit for edit in self.own if edit.id in waiting]

    def sync(self, log: Log) -> list[Receipt]:
        receipts = self.send(log)
        self.pull(log)
        return receipts


def _over(held: Held, edit: Mutation) -> Held:
    """One own edit over what is shown."""
    tags = held.value if isinstance(held.value, tuple) else ()
    if edit.op is Op.ADD:
        return Held((*tags, (edit.value, edit.id)), edit.id)
    if edit.op is Op.REMOVE:
        left = tuple(one for one in tags if one[0] != edit.value or one[1] not in edit.base)
        return Held(left, edit.id)  # type: ignore[arg-type]
    if isinstance(edit.value, Resolution):
        chosen = held.case.candidate(edit.value.chosen) if held.case else None
        return Held(chosen.value if chosen else edit.value.value, edit.id)
    if isinstance(edit.value, Submit | Recall):
        return Held(None, edit.id)
    return replace(held, value=edit.value, version=edit.id, case=None)  # type: ignore[arg-type]
