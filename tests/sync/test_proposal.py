"""What the floor says of its indicators, under random scripts: nothing said is lost, and the last word counts."""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sync.floor import Draft, Judged, Proposal, Proposed, Sway, Swayed, Verdict
from sync.merge import decide, fate_of
from sync.model import Decision, Facts, Fate, Held, Mutation, MutationId, Op, Reason, Receipt, Right

WORKER, LEAD = "emp", "lead"
DRAFT = Draft("换型时间", "", "min", "lower", 20, 35.5, "MES", "weekly", "job", "")


@dataclass
class Box:
    """The server's side of what one person says."""

    fields: dict[str, Held] = field(default_factory=dict)
    fates: dict[MutationId, Fate] = field(default_factory=dict)
    rights: frozenset[Right] = frozenset(Right)

    def push(self, edit: Mutation) -> Decision:
        facts = Facts(1, fields=self.fields, rights=self.rights)
        decision = decide(self.fields.get(edit.field, Held()), edit, facts, self.fates.get)
        self.fields[edit.field] = decision.held
        self.fates[edit.id] = fate_of(edit, decision)
        return decision

    def said(self, name: str) -> tuple[object, ...]:
        value = self.fields.get(name, Held()).value
        return value if isinstance(value, tuple) else ()


def propose(n: int, words: str, *, about: str = "", draft: Draft | None = None, device: str = "d1") -> Mutation:
    return Mutation(MutationId(device, WORKER, n), "r", "proposal", Op.APPEND, Proposal(about, words, draft))


def answer(n: int, said: str, *, about: str = "v1", device: str = "d1", words: str = "w") -> Mutation:
    return Mutation(MutationId(device, WORKER, n), "r", "influence", Op.APPEND, Sway(about, said, words))


def judge(n: int, said: str, base: MutationId, words: str = "w") -> Mutation:
    return Mutation(MutationId("d9", LEAD, n), "r", "verdict", Op.APPEND, Verdict(said, words), (base,))


acts = st.lists(st.tuples(st.sampled_from("pijdx"), st.integers(0, 2), st.integers(0, 3)), max_size=14)


@given(acts)
def test_nothing_that_was_said_is_ever_lost(script: list[tuple[str, int, int]]) -> None:
    box = Box()
    sent: list[tuple[Mutation, Decision]] = []
    proposals: list[MutationId] = []
    for n, (act, which, what) in enumerate(script, start=1):
        device = ("d1", "d2")[which % 2]
        match act:
            case "p":
                edit = propose(n, f"words {what}", about=f"v{which}", device=device)
            case "d":
                edit = propose(n, "", draft=DRAFT._replace(target=what), device=device)
            case "i":
                edit = answer(n, ("yes", "partly", "no")[which], about=f"v{what}", device=device)
            case "j" if proposals:
                edit = judge(n, "taken" if what else "declined", proposals[which % len(proposals)])
            case _:
                edit = judge(n, "taken", MutationId("d7", WORKER, 99))
        decision = box.push(edit)
        sent.append((edit, decision))
        if edit.field == "proposal" and decision.receipt is Receipt.APPLIED:
            proposals.append(edit.id)
    held = {one.version: one.proposal for one in box.said("proposal") if isinstance(one, Proposed)}
    assert [*held] == proposals
    for edit, decision in sent:
        if edit.field == "proposal":
            same = decision.held.value[-1].proposal if decision.receipt is Receipt.SAME else held[edit.id]  # type: ignore[index,union-attr]
            assert same == edit.value
        if edit.field == "verdict" and edit.base[0] not in held:
            assert decision.receipt is Receipt.HELD
    last: dict[str, Sway] = {e.value.about: e.value for e, _ in sent if isinstance(e.value, Sway)}
    assert {s.sway.about: s.sway for s in box.said("influence") if isinstance(s, Swayed)} == last
    verdicts = {one.proposal: one.verdict for one in box.said("verdict") if isinstance(one, Judged)}
    asked = {e.base[0]: e.value for e, d in sent if e.field == "verdict" and d.receipt is not Receipt.HELD}
    assert verdicts == asked


@given(acts)
def test_each_edit_offered_again_after_a_restore_changes_nothing(script: list[tuple[str, int, int]]) -> None:
    box = Box()
    edits = [
        answer(n, ("yes", "partly", "no")[which], about=f"v{what}") for n, (_, which, what) in enumerate(script, 1)
    ]
    for edit in edits:
        box.push(edit)
    before = {one.sway.about: one.sway for one in box.said("influence") if isinstance(one, Swayed)}
    for edit in edits:
        box.push(edit)
    assert {one.sway.about: one.sway for one in box.said("influence") if isinstance(one, Swayed)} == before


def test_a_proposal_tapped_twice_is_one() -> None:
    box = Box()
    assert box.push(propose(1, "too high", about="v1")).receipt is Receipt.APPLIED
    assert box.push(propose(2, "too high", about="v1")).receipt is Receipt.SAME
    assert box.push(propose(3, "too high", about="v2")).receipt is Receipt.APPLIED
    # and a verdict on the second tap is one on the first
    assert box.push(judge(1, "taken", MutationId("d1", WORKER, 2))).receipt is Receipt.APPLIED
    assert box.said("verdict")[-1].proposal == MutationId("d1", WORKER, 1)  # type: ignore[attr-defined]


def test_a_verdict_waits_for_its_proposal() -> None:
    box = Box()
    verdict = judge(1, "taken", MutationId("d1", WORKER, 1))
    assert box.push(verdict).receipt is Receipt.HELD
    box.push(propose(1, "too high"))
    assert box.push(verdict).receipt is Receipt.APPLIED


def test_a_verdict_on_what_was_parked_is_none() -> None:
    box = Box(rights=frozenset({Right.REPLY}))
    assert box.push(propose(1, "too high")).reason is Reason.NOT_YOURS
    assert box.push(judge(1, "taken", MutationId("d1", WORKER, 1))).reason is Reason.INVALID


@pytest.mark.parametrize(
    ("asked", "right"),
    [
        (propose(1, "w"), Right.SPEAK),
        (propose(1, "", draft=DRAFT), Right.PROPOSE),
        (answer(1, "yes"), Right.SPEAK),
    ],
)
def test_each_thing_said_needs_its_right(asked: Mutation, right: Right) -> None:
    assert Box(rights=frozenset({right})).push(asked).receipt is Receipt.APPLIED
    assert Box(rights=frozenset(Right) - {right}).push(asked).reason is Reason.NOT_YOURS


@pytest.mark.parametrize(
    "edit",
    [
        propose(1, " "),
        propose(1, "x" * 2001),
        propose(1, "nul \x00"),
        propose(1, "w", about="x" * 23),
        propose(1, "w", about="v1", draft=DRAFT),
        propose(1, "", draft=DRAFT._replace(name_zh=" ")),
        propose(1, "", draft=DRAFT._replace(direction="up")),
        propose(1, "", draft=DRAFT._replace(target=10**12)),
        propose(1, "", draft=DRAFT._replace(unit="x" * 21)),
        answer(1, "maybe"),
        answer(1, "no", words=" "),
        answer(1, "yes", about=""),
        judge(1, "declined", MutationId("d1", WORKER, 1), ""),
        judge(1, "later", MutationId("d1", WORKER, 1)),
        Mutation(MutationId("d1", WORKER, 5), "r", "proposal", Op.APPEND, Proposal("", "w"), (MutationId("d1", WORKER, 1),)),
        Mutation(MutationId("d9", LEAD, 5), "r", "verdict", Op.APPEND, Verdict("taken")),
        Mutation(MutationId("d1", WORKER, 5), "r", "influence", Op.APPEND, Proposal("", "w")),
    ],
)  # fmt: skip
def test_what_means_nothing_is_parked(edit: Mutation) -> None:
    assert Box().push(edit).reason is Reason.INVALID
