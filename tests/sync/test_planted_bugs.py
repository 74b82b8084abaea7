"""Each rule is switched off once, and the checks must notice: a check that cannot fail proves nothing."""

from __future__ import annotations

from dataclasses import replace

import pytest

from sync import base, cases, merge
from sync.base import Seen
from sync.model import Decision, Facts, Held, Lookup, Mutation, Op, Receipt, Resolution, Step
from tests.sync.checks import check_all
from tests.sync.script import Play, random_script
from tests.sync.world import Decide, Log, Phone

SEEDS = range(150)


def last_writer_wins(held: Held, edit: Mutation, facts: Facts, lookup: Lookup) -> Decision:
    if edit.op is Op.SET:
        after = Held(edit.value or None, edit.id, held.case)  # type: ignore[arg-type]
        return Decision(Receipt.APPLIED, after, step=Step.SET, replaced=held.version)
    return merge.decide(held, edit, facts, lookup)


def the_loser_is_dropped(held: Held, edit: Mutation, facts: Facts, lookup: Lookup) -> Decision:
    decision = merge.decide(held, edit, facts, lookup)
    return Decision(Receipt.CONFLICT, held) if decision.receipt is Receipt.CONFLICT else decision


def an_open_case_can_be_signed(held: Held, edit: Mutation, facts: Facts, lookup: Lookup) -> Decision:
    if edit.op is Op.COMMAND:
        closed = {name: replace(one, case=None) for name, one in facts.fields.items()}
        facts = replace(facts, fields=closed)
    return merge.decide(held, edit, facts, lookup)


def a_submitted_record_can_be_edited(held: Held, edit: Mutation, facts: Facts, lookup: Lookup) -> Decision:
    if edit.op is not Op.COMMAND:
        facts = replace(facts, status=type(facts.status).OPEN)
    return merge.decide(held, edit, facts, lookup)


def a_removal_takes_all(held: Held, edit: Mutation, facts: Facts, lookup: Lookup) -> Decision:
    if edit.op is Op.REMOVE and isinstance(held.value, tuple):
        left = tuple(one for one in held.value if one[0] != edit.value)
        return Decision(Receipt.APPLIED, Held(left, edit.id), step=Step.SET, replaced=held.version)  # type: ignore[arg-type]
    return merge.decide(held, edit, facts, lookup)


def a_decision_overrides_what_it_had_not_seen(held: Held, edit: Mutation, facts: Facts, lookup: Lookup) -> Decision:
    if edit.op is Op.RESOLVE and isinstance(edit.value, Resolution) and held.case:
        case = held.case
        kept = replace(case, candidates=tuple(one for one in case.candidates if one.version in edit.base))
        return merge.decide(replace(held, case=kept), edit, facts, lookup)
    return merge.decide(held, edit, facts, lookup)


@pytest.mark.parametrize(
    "planted",
    [
        last_writer_wins,
        the_loser_is_dropped,
        an_open_case_can_be_signed,
        a_submitted_record_can_be_edited,
        a_removal_takes_all,
        a_decision_overrides_what_it_had_not_seen,
    ],
)
def test_a_wrong_decision_is_caught(planted: Decide) -> None:
    assert caught(planted) > 0


def test_without_the_mark_of_a_merged_text_words_are_lost(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(type(random_edit().id), "merged", lambda self, text: self)
    assert caught() > 0


def test_when_same_is_not_followed_an_agreement_becomes_a_conflict(monkeypatch: pytest.MonkeyPatch) -> None:
    honest = base.follow

    def blind(version, record, field, lookup):  # type: ignore[no-untyped-def]
        seen = honest(version, record, field, lookup)
        fate = lookup(version.plain()) if version else None
        return Seen(version, fate.wrote) if fate and fate.receipt is Receipt.SAME else seen

    monkeypatch.setattr(merge, "follow", blind)
    assert receipts_of_two_who_gave_the_same() == [Receipt.SAME, Receipt.CONFLICT]


def test_when_a_late_edit_ignores_the_decision_it_is_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(merge, "_saw_the_end", lambda *_: True)
    monkeypatch.setattr(merge, "open_case", lambda held, candidate, seen, field, facts, lookup: Decision(
        Receipt.APPLIED, Held(candidate.value, candidate.version, held.case), step=Step.SET, replaced=held.version
    ))  # fmt: skip
    assert caught() > 0


def test_a_case_that_forgets_its_first_candidate_is_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    honest = cases._added

    def forgetful(case, one, seen):  # type: ignore[no-untyped-def]
        whole = honest(case, one, seen)
        return replace(whole, candidates=whole.candidates[1:])

    monkeypatch.setattr(cases, "_added", forgetful)
    assert caught() > 0


def test_a_text_merge_that_drops_a_side_is_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(merge, "merge3", lambda ground, mine, theirs: mine)
    assert caught() > 0


def test_the_honest_core_passes_the_very_scripts_that_catch_the_others() -> None:
    assert caught() == 0
    assert receipts_of_two_who_gave_the_same() == [Receipt.SAME, Receipt.APPLIED]


def caught(decide: Decide | None = None) -> int:
    """Scripts on which a check fails."""
    found = 0
    for seed in SEEDS:
        try:
            check_all(Play(decide).run(random_script(seed, 60)).settle())
        except AssertionError:
            found += 1
    return found


def receipts_of_two_who_gave_the_same() -> list[Receipt]:
    """Bo gave 4; Ann, offline, gives 4 and then 5."""
    log, ann, bo = Log(), Phone("d1", "ann"), Phone("d3", "bo")
    bo.set("score/1", 4)
    bo.sync(log)
    ann.set("score/1", 4)
    ann.set("score/1", 5)
    return ann.sync(log)


def random_edit() -> Mutation:
    play = Play()
    return play.phones[0].set("score/1", 3)
