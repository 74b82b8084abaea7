"""Terms and what is said of them, under random scripts: nothing said is lost, nothing unseen is replaced, no clock cheats."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sync import agreement, terms
from sync.merge import decide, fate_of
from sync.model import Decision, Facts, Fate, Held, Line, Mutation, MutationId, Op, Reason, Receipt, Right
from sync.terms import Clock, Terms, Voice, Window, is_open, made_at

LINES = (Line(1), Line(2))
DRAWN = ((1, 100, 60), (2, None, 40))
OPEN_FROM, SHUT_AT = 1_000_000, 2_000_000
WINDOW = Window(OPEN_FROM, SHUT_AT)
EMPLOYEE, LEAD = "emp", "lead"
KINDS = ("confirm", "object", "disagree")


@dataclass
class Desk:
    """The server's side of one agreement."""

    windows: tuple[Window, ...] = (WINDOW,)
    clock: Clock = field(default_factory=Clock)
    fields: dict[str, Held] = field(default_factory=lambda: {"terms": Held(DRAWN)})
    fates: dict[MutationId, Fate] = field(default_factory=dict)
    trace: list[tuple[Mutation, Held, Decision]] = field(default_factory=list)

    def push(self, edit: Mutation, at: int) -> Decision:
        before = self.fields.get(edit.field, Held())
        rights = {Right.AGREE} if edit.id.author == EMPLOYEE else {Right.REPLY, Right.ADJUST}
        facts = Facts(
            at, rights=frozenset(rights), lines=LINES, fields=self.fields, windows=self.windows, clock=self.clock
        )
        decision = decide(before, edit, facts, self.fates.get)
        self.fields[edit.field] = decision.held
        self.fates[edit.id] = fate_of(edit, decision)
        self.trace.append((edit, before, decision))
        return decision


def change(n: int, first: int, base: MutationId | None = None, *, device: str = "d1", at: int = 1_500_000) -> Mutation:
    """New weights: `first` for the first line."""
    asked = Terms(((1, 100, first), (2, None, 100 - first)), "")
    return Mutation(MutationId(device, LEAD, n), "r", "terms", Op.COMMAND, asked, (base,) if base else (), at)


def say(n: int, kind: str, base: MutationId | None = None) -> Mutation:
    author = LEAD if kind == "reply" else EMPLOYEE
    device = "d1" if author == LEAD else "d3"
    voice = Voice(kind, "" if kind == "confirm" else f"words {n}")
    return Mutation(MutationId(device, author, n), "r", "voice", Op.APPEND, voice, (base,) if base else (), 1_500_000)


acts = st.lists(
    st.tuples(
        st.sampled_from(("change", "say", "pull")),
        st.sampled_from(("d1", "d2")),
        st.integers(10, 90),
        st.sampled_from((*KINDS, "reply")),
        st.integers(0, 3_000_000),
        st.integers(0, 3_000_000),
    ),
    max_size=30,
)


def play(script: list[tuple[str, str, int, str, int, int]]) -> Desk:
    """Two phones of the supervisor and one of the employee, each seeing what it last pulled; times at random."""
    desk = Desk()
    seen: dict[str, MutationId | None] = {"d1": None, "d2": None, "d3": None}
    for n, (act, device, first, kind, made, later) in enumerate(script, start=1):
        standing = desk.fields["terms"].version
        if act == "pull":
            seen[device] = seen["d3"] = standing
        elif act == "change":
            desk.push(change(n, first, seen[device], device=device, at=made), made + later)
        else:
            desk.push(say(n, kind, seen["d1" if kind == "reply" else "d3"]), made + later)
    return desk


@given(acts)
def test_everything_said_stays_beside_the_text_that_was_on_the_screen(
    script: list[tuple[str, str, int, str, int, int]],
) -> None:
    desk = play(script)
    said = desk.fields.get("voice", Held()).value or ()
    kept = {one.version: one for one in said}  # type: ignore[union-attr]
    for edit, _, decision in desk.trace:
        if edit.field != "voice":
            continue
        assert decision.receipt in (Receipt.APPLIED, Receipt.SAME), "a word was refused"
        if decision.receipt is Receipt.APPLIED:
            entry = kept[edit.id]
            assert (entry.voice, entry.text) == (edit.value, edit.base[0] if edit.base else None)


@given(acts)
def test_terms_only_replace_terms_that_their_author_had_seen(script: list[tuple[str, str, int, str, int, int]]) -> None:
    for edit, before, decision in play(script).trace:
        if edit.field == "terms" and decision.receipt is Receipt.APPLIED:
            assert decision.replaced == before.version == (edit.base[0] if edit.base else None)
            assert terms.weights(edit.value.lines) == 100  # type: ignore[union-attr]


@given(acts)
def test_terms_only_change_when_they_were_made_in_a_window(script: list[tuple[str, str, int, str, int, int]]) -> None:
    desk = play(script)
    for edit, before, decision in desk.trace:
        if edit.field != "terms":
            continue
        arrived = decision.held.received_at
        if decision.receipt is Receipt.APPLIED:
            assert is_open((WINDOW,), made_at(edit.device_time, arrived, desk.clock))
            assert decision.late == (not is_open((WINDOW,), arrived))
        else:
            assert decision.held == before, "what was parked changed something"


@given(st.integers(-(2**63), 2**63), st.integers(0, 2**50), st.integers(-(2**40), 2**40), st.integers(0, 2**50))
def test_no_clock_reaches_back_behind_what_the_server_knows(told: int, arrived: int, offset: int, since: int) -> None:
    at = made_at(told, arrived, Clock(offset, since))
    assert at <= arrived
    assert at >= min(arrived, max(since - terms.SLACK_MS, arrived - terms.LATE_MS))


@pytest.mark.parametrize(("late_by", "receipt"), [(0, "a"), (terms.LATE_MS, "a"), (terms.LATE_MS + 1, "p")])
def test_a_week_is_the_end(late_by: int, receipt: str) -> None:
    desk = Desk()
    assert desk.push(change(1, 50, at=1_500_000), 1_500_000 + late_by).receipt.value == receipt


def test_a_change_built_on_one_that_has_not_come_waits_for_it() -> None:
    desk = Desk()
    first = change(1, 50)
    second = change(2, 70, first.id)
    assert desk.push(second, 1_600_000).receipt is Receipt.HELD
    word = say(3, "confirm", first.id)
    assert desk.push(word, 1_600_000).receipt is Receipt.HELD
    assert desk.push(first, 1_600_000).receipt is Receipt.APPLIED
    assert desk.push(second, 1_600_000).receipt is Receipt.APPLIED
    assert desk.push(word, 1_600_000).receipt is Receipt.APPLIED


def test_terms_whose_weights_do_not_sum_are_not_confirmed() -> None:
    desk = Desk(fields={"terms": Held(((1, 100, 60), (2, None, 30)))})
    assert desk.push(say(1, "confirm"), 5).reason is Reason.WEIGHTS
    assert desk.push(say(2, "object"), 5).receipt is Receipt.APPLIED, "to object is always possible"


def test_who_goes_on_from_a_parked_change_of_their_own_stands_on_what_it_stood_on() -> None:
    desk = Desk()
    early = change(1, 50, at=500_000)
    assert desk.push(early, 600_000).reason is Reason.WINDOW_CLOSED
    assert desk.push(change(2, 70, early.id), 1_600_000).receipt is Receipt.APPLIED


PLANTED = {
    "windows are always open": (agreement, "is_open", lambda windows, at: True),
    "the phone is believed": (agreement, "made_at", lambda told, arrived, clock: told),
    "weights need no sum": (agreement, "weights", lambda lines: 100),
    "everything was seen": (agreement, "follow", None),
}


@pytest.mark.parametrize("bug", PLANTED)
def test_each_rule_switched_off_is_noticed(bug: str, monkeypatch: pytest.MonkeyPatch) -> None:
    where, name, put = PLANTED[bug]
    if put is None:
        real = agreement.follow

        def put(base, record, name, lookup):  # type: ignore[no-untyped-def]
            seen = real(base, record, name, lookup)
            return replace(seen, version=CURRENT[0]) if hasattr(seen, "version") else seen

    monkeypatch.setattr(where, name, put)
    desk = Desk(clock=Clock(0, 1_900_000))
    CURRENT[0] = None
    noticed = desk.push(change(1, 50, at=10), 600_000).receipt is Receipt.APPLIED
    noticed |= desk.push(change(2, 55, at=1_500_000), 2_500_000).receipt is Receipt.APPLIED
    good = desk.push(change(3, 60 - 1, at=1_950_000), 1_960_000)
    CURRENT[0] = desk.fields["terms"].version
    noticed |= (
        good.receipt is Receipt.APPLIED and desk.push(change(4, 70, at=1_950_000), 1_960_000).receipt is Receipt.APPLIED
    )
    lopsided = replace(change(5, 50, CURRENT[0], at=1_950_000), value=Terms(((1, 100, 5), (2, None, 5))))
    noticed |= desk.push(lopsided, 1_960_000).receipt is Receipt.APPLIED
    assert noticed, bug


CURRENT: list[MutationId | None] = [None]
