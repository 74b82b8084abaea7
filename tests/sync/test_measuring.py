"""Values by hand and objections, under random scripts: nothing unseen is replaced, no word is lost."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sync import measuring
from sync.measures import SAID_MAX, Entry, Objection, Raised, Shown, Stands
from sync.measuring import after
from sync.merge import decide, fate_of
from sync.model import Decision, Facts, Fate, Held, Mutation, MutationId, Op, Reason, Receipt, Right

KEY = ("OUT", "2026-11-02")
LEAD, HIM = "lead", "emp"


@dataclass
class Desk:
    """The server's side of one person's values."""

    stands: Stands = field(default_factory=Stands)
    hindrance: Reason | None = None
    fields: dict[str, Held] = field(default_factory=dict)
    fates: dict[MutationId, Fate] = field(default_factory=dict)
    trace: list[tuple[Mutation, Stands, Decision]] = field(default_factory=list)

    def push(self, edit: Mutation) -> Decision:
        before = self.stands
        rights = frozenset({Right.DISPUTE} if edit.id.author == HIM else {Right.ENTER})
        facts = Facts(7, rights=rights, measured={KEY: before}, hindrance=self.hindrance)
        decision = decide(self.fields.get(edit.field, Held()), edit, facts, self.fates.get)
        self.fields[edit.field] = decision.held
        self.fates[edit.id] = fate_of(edit, decision)
        if decision.changed:
            self.stands = after(before, edit)
        self.trace.append((edit, before, decision))
        return decision


def enter(
    n: int, value: Shown, shown: Shown | None, *, device: str = "d1", base: int | None = None, reason: str = "r"
) -> Mutation:
    asked = Entry(*KEY, value, shown, reason)
    bases = (MutationId(device, LEAD, base),) if base else ()
    return Mutation(MutationId(device, LEAD, n), "p", "value", Op.COMMAND, asked, bases, 1)


def dispute(n: int, shown: Shown, words: str, *, device: str = "d3") -> Mutation:
    return Mutation(MutationId(device, HIM, n), "p", "objection", Op.APPEND, Objection(*KEY, shown, words), (), 1)


values = st.builds(Shown, st.sampled_from(("2026-11-08", "2026-11-09", "2026-11-10")), st.integers(1, 4).map(float))
acts = st.lists(
    st.tuples(
        st.sampled_from(("enter", "enter", "dispute", "pull", "elsewhere", "answer")),
        st.sampled_from(("d1", "d2")),
        values,
        st.sampled_from(("a", "b", "c d", "a\nb")),
        st.booleans(),
    ),
    max_size=30,
)
Script = list[tuple[str, str, Shown, str, bool]]


def play(script: Script) -> Desk:
    """Two phones of each, each seeing what it last pulled or wrote itself; another system and the desk beside them."""
    desk = Desk()
    seen: dict[str, Shown | None] = {"d1": None, "d2": None}
    for n, (act, device, value, words, why) in enumerate(script, start=1):
        if act == "pull":
            seen[device] = desk.stands.value
        elif act == "elsewhere":
            desk.stands = replace(desk.stands, value=value)
        elif act == "answer" and desk.stands.raised is not None:
            desk.stands = replace(desk.stands, raised=replace(desk.stands.raised, is_open=False))
        elif act == "enter":
            desk.push(enter(n, value, seen[device], device=device, reason="r" if why else ""))
            seen[device] = value
        elif act == "dispute" and (shown := seen[device]) is not None:
            desk.push(dispute(n, shown, words, device=device))
    return desk


@given(acts)
def test_a_value_only_replaces_one_that_its_author_had_seen(script: Script) -> None:
    for edit, before, decision in play(script).trace:
        if decision.receipt is Receipt.APPLIED and isinstance(edit.value, Entry):
            assert before.value == edit.value.shown
            went_back = before.value is not None and edit.value.value.last < before.value.last
            assert not went_back or edit.value.reason.strip(), "a period went back, and nobody says why"
            if before.value is not None and before.value.last == edit.value.value.last:
                assert edit.value.reason, "a correction without a word"


@given(acts)
def test_what_is_refused_changes_nothing_and_what_is_the_same_is_there(script: Script) -> None:
    for edit, before, decision in play(script).trace:
        assert decision.changed == (decision.receipt in (Receipt.APPLIED, Receipt.MERGED))
        if decision.receipt is Receipt.SAME and isinstance(edit.value, Entry):
            assert before.value == edit.value.value


@given(acts)
def test_every_word_against_a_value_reaches_the_desk_or_is_parked(script: Script) -> None:
    for edit, before, decision in play(script).trace:
        if not isinstance(edit.value, Objection):
            continue
        held = after(before, edit).raised if decision.changed else before.raised
        if decision.receipt is Receipt.PARKED:
            assert decision.reason in (Reason.VALUE_CHANGED, Reason.OBJECTION_ANSWERED)
            continue
        assert held is not None
        assert all(word in held.words.splitlines() for word in edit.value.words.splitlines())


@given(acts)
def test_an_objection_that_waits_is_never_replaced(script: Script) -> None:
    for edit, before, decision in play(script).trace:
        if decision.changed and isinstance(edit.value, Objection) and before.raised and before.raised.is_open:
            now = after(before, edit).raised
            assert now is not None
            assert (now.shown, now.words.startswith(before.raised.words)) == (before.raised.shown, True)


def test_two_who_entered_the_same_agree() -> None:
    desk = Desk()
    five = Shown("2026-11-08", 5.0)
    assert desk.push(enter(1, five, None)).receipt is Receipt.APPLIED
    assert desk.push(enter(1, five, None, device="d2")).receipt is Receipt.SAME
    assert desk.push(enter(2, Shown("2026-11-08", 6.0), five, device="d2", base=1)).receipt is Receipt.APPLIED


def test_an_entry_built_on_one_that_has_not_come_waits_for_it() -> None:
    desk = Desk()
    five, six = Shown("2026-11-08", 5.0), Shown("2026-11-08", 6.0)
    second = enter(2, six, five, base=1)
    assert desk.push(second).receipt is Receipt.HELD
    assert desk.push(enter(1, five, None)).receipt is Receipt.APPLIED
    assert desk.push(second).receipt is Receipt.APPLIED


def test_a_base_of_another_value_means_nothing() -> None:
    desk = Desk()
    first = enter(1, Shown("2026-11-08", 5.0), None)
    desk.push(replace(first, value=replace(first.value, indicator="FPY")))  # type: ignore[arg-type]
    assert desk.push(enter(2, Shown("2026-11-08", 6.0), None, base=1)).reason is Reason.INVALID


def test_a_source_that_lets_nothing_in_lets_in_what_stands_already() -> None:
    desk = Desk(Stands(Shown("2026-11-08", 5.0)), Reason.SOURCE_LOCKED)
    assert desk.push(enter(1, Shown("2026-11-08", 5.0), None)).receipt is Receipt.SAME
    assert desk.push(enter(2, Shown("2026-11-08", 6.0), Shown("2026-11-08", 5.0))).reason is Reason.SOURCE_LOCKED


def test_words_have_an_end() -> None:
    shown = Shown("2026-11-08", 5.0)
    desk = Desk(Stands(shown, Raised(shown, "w" * (SAID_MAX - 2), True)))
    assert desk.push(dispute(1, shown, "ab")).reason is Reason.OBJECTION_FULL
    assert desk.push(dispute(2, shown, "a")).receipt is Receipt.MERGED


PLANTED = {
    "": lambda monkeypatch: None,
    "everything was seen": lambda monkeypatch: monkeypatch.setattr(Shown, "__ne__", lambda self, other: False),
    "said is said": lambda monkeypatch: monkeypatch.setattr(measuring, "said", lambda before, words: True),
    "words are replaced": lambda monkeypatch: monkeypatch.setattr(measuring, "joined", lambda before, words: words),
    "nothing comes first": lambda monkeypatch: monkeypatch.setattr(
        measuring, "_first", lambda held, edit, lookup: None
    ),
}


@pytest.mark.parametrize("bug", PLANTED)
def test_each_rule_switched_off_is_noticed(bug: str, monkeypatch: pytest.MonkeyPatch) -> None:
    PLANTED[bug](monkeypatch)
    five, six = Shown("2026-11-08", 5.0), Shown("2026-11-08", 6.0)
    desk = Desk(Stands(five))
    noticed = desk.push(enter(1, six, Shown("2026-11-08", 4.0))).receipt is Receipt.APPLIED
    desk.stands = Stands(five, Raised(five, "one", True))
    noticed |= desk.push(dispute(1, five, "two")).receipt is Receipt.SAME
    raised = desk.stands.raised
    noticed |= raised is None or raised.words != "one\ntwo"
    noticed |= desk.push(enter(9, six, five, base=8)).receipt is not Receipt.HELD
    assert noticed == (bug != ""), bug
