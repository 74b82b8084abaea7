"""Scores, bases and cases: what a person is asked, and what nobody may undo unseen."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sync.merge import decide
from sync.model import (
    CaseChange,
    CycleState,
    Facts,
    Held,
    Line,
    Mutation,
    MutationId,
    Op,
    Reason,
    Receipt,
    Resolution,
    Right,
    Status,
    Version,
)
from tests.sync.world import RECORD, Log, Phone

scores = st.sampled_from([1, 2, 3, 4, 5, None])
FACTS = Facts(lines=(Line(1),))
OTHER = MutationId("d9", "carla", 1)
BO = MutationId("d3", "bo", 7)


def edit(value: int | None, base: Version, n: int = 3) -> Mutation:
    return Mutation(MutationId("d1", "ann", n), RECORD, "score/1", Op.SET, value, (base,) if base else ())


def test_an_older_edit_of_the_same_phone_that_is_offered_again_is_no_conflict() -> None:
    """After a restore: the newer one, unsent at the time, was there first."""
    newer = decide(Held(), edit(1, None, n=2), FACTS, {}.get)
    late = decide(newer.held, edit(None, None, n=1), FACTS, {}.get)
    assert (late.receipt, late.held, late.alias) == (Receipt.SAME, newer.held, None)
    from_another = decide(newer.held, replace(edit(None, None), id=BO), FACTS, {}.get)
    assert from_another.receipt is Receipt.CONFLICT


def two_scores(mine: int | None = 4, theirs: int | None = 2) -> tuple[Log, Phone, Phone]:
    """Bo's score is held, Ann's came second; both started from nothing. Both have pulled."""
    log, ann, bo = Log(), Phone("d1", "ann"), Phone("d3", "bo")
    bo.set("score/1", theirs)
    ann.set("score/1", mine)
    bo.sync(log)
    ann.sync(log)
    bo.pull(log)
    return log, ann, bo


@given(held=scores, mine=scores)
def test_a_late_score_never_replaces_one_its_author_had_not_seen(held: int | None, mine: int | None) -> None:
    log = Log()
    bo, ann = Phone("d3", "bo"), Phone("d1", "ann")
    bo.set("score/1", held)
    bo.sync(log)
    before = log.fields["score/1"]
    ann.set("score/1", mine)
    ann.send(log)
    after = log.fields["score/1"]
    assert (after.value, after.version) == (before.value, before.version) or before.version is None


@given(held=scores, mine=scores)
def test_equal_is_same_whatever_the_base(held: int | None, mine: int | None) -> None:
    log = Log()
    bo, ann = Phone("d3", "bo"), Phone("d1", "ann")
    bo.set("score/1", held)
    bo.sync(log)
    ann.set("score/1", held)
    assert ann.send(log) == [Receipt.SAME]


@given(first=scores, second=scores)
def test_a_score_given_on_top_of_what_is_held_is_applied(first: int | None, second: int | None) -> None:
    log, ann, bo = Log(), Phone("d1", "ann"), Phone("d3", "bo")
    bo.set("score/1", first)
    bo.sync(log)
    ann.pull(log)
    ann.set("score/1", second)
    assert ann.send(log) == [Receipt.SAME if first == second else Receipt.APPLIED]
    assert log.fields["score/1"].value == second


def test_a_score_can_go_back_to_what_the_data_say() -> None:
    log, ann = Log(), Phone("d1", "ann")
    ann.set("score/2", 5)
    ann.set("score/2", None)
    assert ann.sync(log) == [Receipt.APPLIED, Receipt.APPLIED]
    assert log.fields["score/2"].value is None


def test_a_case_holds_the_base_and_both_sides_and_the_first_value_stands_meanwhile() -> None:
    log, _ann, _bo = two_scores()
    held = log.fields["score/1"]
    assert held.case is not None
    assert held.value == 2
    assert held.case.base is None
    assert [(one.version.author, one.value) for one in held.case.candidates] == [("bo", 2), ("ann", 4)]


def test_a_further_edit_of_one_side_joins_the_case_and_takes_that_sides_place() -> None:
    log, _ann, _bo = two_scores()
    late = Phone("d1", "ann", n=5)
    late.rows, late.own = {}, []
    ann_again = Mutation(MutationId("d1", "ann", 2), RECORD, "score/1", Op.SET, 5, (MutationId("d1", "ann", 1),))
    assert log.push(ann_again) is Receipt.CONFLICT
    case = log.fields["score/1"].case
    assert case is not None
    assert [(one.version.author, one.value) for one in case.standing] == [("bo", 2), ("ann", 5)]
    assert len(case.candidates) == 3
    assert log.fields["score/1"].value == 2


def test_a_case_ends_by_itself_when_nobody_holds_another_value() -> None:
    log, _ann, _bo = two_scores()
    again = Mutation(MutationId("d1", "ann", 2), RECORD, "score/1", Op.SET, 2, (MutationId("d1", "ann", 1),))
    assert log.push(again) is Receipt.SAME
    assert not log.fields["score/1"].in_case
    # and who goes on from the agreed value meets no conflict, on either side
    more = Mutation(MutationId("d1", "ann", 3), RECORD, "score/1", Op.SET, 3, (MutationId("d1", "ann", 2),))
    assert log.push(more) is Receipt.APPLIED


def test_a_person_decides_and_the_chosen_value_stands_with_its_reason() -> None:
    log, _ann, _bo = two_scores()
    case = log.fields["score/1"].case
    assert case is not None
    carla = Phone("d4", "carla")
    carla.pull(log)
    carla.resolve(case, MutationId("d1", "ann", 1))
    assert carla.sync(log) == [Receipt.APPLIED]
    held = log.fields["score/1"]
    assert held.value == 4
    assert held.case is not None
    assert not held.case.is_open
    assert held.case.reason == "because"
    assert held.case.chosen == MutationId("d1", "ann", 1)


def test_an_edit_made_without_having_seen_the_decision_reopens_the_case_and_does_not_override_it() -> None:
    log, _ann, bo = two_scores()
    case = log.fields["score/1"].case
    assert case is not None
    bo.set("score/1", 1)
    carla = Phone("d4", "carla")
    carla.pull(log)
    carla.resolve(case, MutationId("d1", "ann", 1))
    carla.sync(log)
    assert bo.send(log) == [Receipt.CONFLICT]
    held = log.fields["score/1"]
    assert held.value == 4
    assert held.case is not None
    assert held.case.id == case.id
    assert [(one.version.author, one.value) for one in held.case.standing] == [("carla", 4), ("bo", 1)]


def test_a_decision_that_had_not_seen_every_candidate_is_one_candidate_more() -> None:
    log, _ann, _bo = two_scores()
    case = log.fields["score/1"].case
    assert case is not None
    carla, dan = Phone("d4", "carla"), Phone("d5", "dan")
    carla.pull(log)
    carla.resolve(case, MutationId("d1", "ann", 1))
    dan.set("score/1", 5)
    assert dan.send(log) == [Receipt.CONFLICT]
    assert carla.send(log) == [Receipt.CONFLICT]
    held = log.fields["score/1"]
    assert held.in_case
    assert held.case is not None
    assert [(one.version.author, one.value) for one in held.case.standing] == [("dan", 5), ("carla", 4)]


def test_two_decisions_that_had_not_seen_each_other_go_back_to_a_person() -> None:
    log, ann, bo = two_scores()
    case = log.fields["score/1"].case
    assert case is not None
    ann.resolve(case, MutationId("d3", "bo", 1))
    bo.resolve(case, MutationId("d1", "ann", 1))
    assert ann.send(log) == [Receipt.APPLIED]
    assert bo.send(log) == [Receipt.CONFLICT]
    assert log.fields["score/1"].value == 2
    assert log.decisions[MutationId("d3", "bo", 2)].case_change is CaseChange.REOPENED


@pytest.mark.parametrize(("chooser", "owed"), [("ann", True), ("bo", False)])
def test_who_chooses_their_own_value_gives_a_reason(chooser: str, owed: bool) -> None:
    log, ann, bo = two_scores()
    case = log.fields["score/1"].case
    assert case is not None
    phone = ann if chooser == "ann" else bo
    asked = Resolution(case.id, MutationId("d1", "ann", 1), None, "  ")
    phone.edit("score/1", Op.RESOLVE, asked, [one.version for one in case.standing])
    assert phone.send(log) == [Receipt.PARKED if owed else Receipt.APPLIED]


def test_a_decision_may_be_a_value_of_its_own_with_a_reason() -> None:
    log, ann, _bo = two_scores()
    case = log.fields["score/1"].case
    assert case is not None
    ann.resolve(case, None, 3)
    assert ann.send(log) == [Receipt.APPLIED]
    assert log.fields["score/1"].value == 3


def test_an_edit_whose_base_never_arrived_is_held_until_it_does() -> None:
    log, ann = Log(), Phone("d1", "ann")
    ann.set("score/1", 3)
    ann.set("score/1", 4)
    assert ann.send(log, skip=1) == [Receipt.HELD]
    assert log.fields["score/1"] == Held()
    assert log.push(ann.outbox[0]) is Receipt.APPLIED
    assert log.fields["score/1"].value == 4
    assert ann.sync(log) == [Receipt.APPLIED, Receipt.APPLIED]


def test_a_base_that_was_parked_counts_as_its_own_base() -> None:
    log, ann, bo = Log(), Phone("d1", "ann"), Phone("d3", "bo")
    bo.set("score/1", 2)
    bo.sync(log)
    ann.pull(log)
    log.status = Status.SUBMITTED
    ann.set("score/1", 5)
    assert ann.send(log) == [Receipt.PARKED]
    log.status = Status.OPEN
    ann.set("score/1", 4)
    assert ann.send(log) == [Receipt.APPLIED]


def test_a_base_of_another_field_or_of_the_future_is_invalid() -> None:
    log, ann = Log(), Phone("d1", "ann")
    first = ann.set("score/1", 2)
    ann.send(log)
    ann.edit("score/2", Op.SET, 3, [first.id])
    ann.edit("score/1", Op.SET, 3, [MutationId("d1", "ann", 99)])
    assert ann.send(log) == [Receipt.PARKED, Receipt.PARKED]
    assert {log.decisions[one.id].reason for one in list(log.edits.values())[1:]} == {Reason.INVALID}


def test_an_id_used_again_for_something_else_is_said_and_changes_nothing() -> None:
    log, ann = Log(), Phone("d1", "ann")
    first = ann.set("score/1", 2)
    ann.send(log)
    assert log.push(replace(first, value=5)) is Receipt.ID_REUSED
    assert log.fields["score/1"].value == 2


@pytest.mark.parametrize(
    ("facts", "reason"),
    [
        (replace(FACTS, cycle=CycleState.CLOSED), Reason.CYCLE_CLOSED),
        (replace(FACTS, cycle=CycleState.DRAFT), Reason.CYCLE_CLOSED),
        (replace(FACTS, status=Status.SUBMITTED), Reason.ALREADY_SUBMITTED),
        (replace(FACTS, status=Status.ACKNOWLEDGED), Reason.ALREADY_SUBMITTED),
        (replace(FACTS, rights=frozenset({Right.ANSWER})), Reason.NOT_YOURS),
        (replace(FACTS, session_open=False), Reason.SESSION_ENDED),
        (replace(FACTS, lines=()), Reason.INVALID),
    ],
)
def test_what_cannot_be_accepted_is_parked_with_its_reason_and_changes_nothing(facts: Facts, reason: Reason) -> None:
    held = Held(2, BO)
    decision = decide(held, edit(4, None), facts, lambda _: None)
    assert (decision.receipt, decision.reason, decision.held) == (Receipt.PARKED, reason, held)


def test_while_a_cycle_is_closing_a_late_edit_is_still_accepted() -> None:
    decision = decide(Held(), edit(4, None), replace(FACTS, cycle=CycleState.CLOSING), lambda _: None)
    assert decision.receipt is Receipt.APPLIED


@pytest.mark.parametrize("value", [0, 6, -1, 2**63, True, "4", 3.5, [], {}])
def test_a_score_off_the_scale_is_parked_as_invalid(value: object) -> None:
    decision = decide(Held(), edit(value, None), FACTS, lambda _: None)  # type: ignore[arg-type]
    assert (decision.receipt, decision.reason) == (Receipt.PARKED, Reason.INVALID)


@pytest.mark.parametrize("text", ["\x00", "a\ud800b", "\x1b[0m", "x" * 2001, "\x7f"])
def test_a_comment_with_unprintable_marks_or_no_end_is_parked_as_invalid(text: str) -> None:
    comment = replace(edit(1, None), field="comment/1", value=text)
    assert decide(Held(), comment, FACTS, lambda _: None).reason is Reason.INVALID


@pytest.mark.parametrize(
    "name", ["score", "score/", "score/0", "score/01", "score/x", "score/１", "status/1", "salary/1", ""]
)
def test_a_field_that_does_not_exist_is_invalid(name: str) -> None:
    assert decide(Held(), replace(edit(1, None), field=name), FACTS, lambda _: None).reason is Reason.INVALID


def test_a_stranger_learns_nothing_from_the_receipt() -> None:
    """Equal or not, open or submitted: somebody without the right gets the same answer."""
    nobody = replace(FACTS, rights=frozenset())
    answers = {
        decide(held, edit(4, None), replace(nobody, status=status), lambda _: None).reason
        for held in (Held(), Held(4, OTHER), Held(2, OTHER))
        for status in Status
    }
    assert answers == {Reason.NOT_YOURS}
