"""Submit, recall, answer, chips and comments, as the floor meets them."""

from __future__ import annotations

from dataclasses import replace

import pytest

from sync.model import Answer, Mutation, MutationId, Op, Reason, Recall, Receipt, Status, Submit
from tests.sync.world import Log, Phone


def filled() -> tuple[Log, Phone]:
    """Ann judged line 1 and left line 2 to its data (3)."""
    log, ann = Log(), Phone("d1", "ann")
    ann.set("score/1", 4)
    return log, ann


def reason_of(log: Log, phone: Phone) -> Reason | None:
    return log.decisions[MutationId(phone.device, phone.author, phone.n)].reason


def test_a_submit_sent_with_its_scores_in_one_push_is_applied() -> None:
    log, ann = filled()
    ann.submit()
    assert ann.sync(log) == [Receipt.APPLIED, Receipt.APPLIED]
    assert log.status is Status.SUBMITTED
    assert log.fields["status"].value == "submitted"


def test_a_submit_twice_is_the_same_submit() -> None:
    log, ann = filled()
    ann.submit()
    ann.sync(log)
    ann.submit()
    assert ann.sync(log) == [Receipt.SAME]


def test_an_evaluation_with_an_empty_line_cannot_be_submitted_and_the_line_is_named() -> None:
    log, ann = Log(), Phone("d1", "ann")
    ann.submit()
    ann.sync(log)
    decision = log.decisions[MutationId("d1", "ann", 1)]
    assert (decision.reason, decision.at) == (Reason.INCOMPLETE, ("score/1",))


def test_a_changed_mark_by_the_data_needs_a_reason_before_the_submit() -> None:
    log, ann = filled()
    ann.set("score/2", 5)
    ann.submit()
    ann.sync(log)
    assert reason_of(log, ann) is Reason.REASON_MISSING
    ann.set("reason/2", "He stood in at the press.")
    ann.submit()
    assert ann.sync(log)[-1] is Receipt.APPLIED


def test_a_mark_that_equals_the_data_needs_no_reason() -> None:
    log, ann = filled()
    ann.set("score/2", 3)
    ann.submit()
    assert ann.sync(log)[-1] is Receipt.APPLIED


def test_an_open_case_stops_the_submit() -> None:
    log, ann = filled()
    bo = Phone("d3", "bo")
    bo.set("score/1", 2)
    bo.sync(log)
    ann.submit()
    assert ann.send(log) == [Receipt.CONFLICT, Receipt.PARKED]
    assert reason_of(log, ann) is Reason.CASE_OPEN


@pytest.mark.parametrize("theirs", ["comment/1", "score/2", "reason/1"])
def test_a_submit_never_signs_what_its_author_had_not_seen(theirs: str) -> None:
    log, ann = filled()
    bo = Phone("d3", "bo")
    bo.set(theirs, 3 if theirs.startswith("score") else "Neat.")
    bo.sync(log)
    ann.submit()
    ann.sync(log)
    assert reason_of(log, ann) is Reason.SIGNED_OTHER
    ann.submit()
    assert ann.sync(log) == [Receipt.APPLIED]


def test_chips_that_a_submit_names_must_be_those_that_stand() -> None:
    log, ann = filled()
    bo = Phone("d3", "bo")
    mine = ann.edit("chips/1", Op.ADD, "q12", ())
    ann.sync(log)
    bo.edit("chips/1", Op.ADD, "q13", ())
    bo.sync(log)
    score = log.fields["score/1"].version
    assert score is not None
    ann.edit("status", Op.COMMAND, Submit((("score/1", (score,)), ("chips/1", (mine.id,)))), ())
    ann.sync(log)
    assert reason_of(log, ann) is Reason.SIGNED_OTHER
    ann.edit("status", Op.COMMAND, Submit((("score/1", (score,)),)), ())
    assert ann.sync(log) == [Receipt.APPLIED]


def test_a_submit_with_the_text_as_typed_does_not_sign_the_merged_one() -> None:
    log, ann = filled()
    bo = Phone("d3", "bo")
    ann.set("comment/1", "一。二。三。")
    ann.sync(log)
    bo.pull(log)
    bo.set("comment/1", "零。一。二。三。")
    bo.sync(log)
    ann.set("comment/1", "一。二。三。四。")
    ann.submit()
    assert ann.sync(log) == [Receipt.MERGED, Receipt.PARKED]
    assert reason_of(log, ann) is Reason.SIGNED_OTHER
    ann.submit()
    assert ann.sync(log) == [Receipt.APPLIED]


def test_after_a_merge_each_side_can_delete_the_others_words_once_it_has_seen_them() -> None:
    log, ann = Log(), Phone("d1", "ann")
    bo = Phone("d3", "bo")
    ann.set("comment/1", "一。二。")
    ann.sync(log)
    bo.pull(log)
    bo.set("comment/1", "零。一。二。")
    bo.sync(log)
    ann.set("comment/1", "一。二。三。")
    assert ann.sync(log) == [Receipt.MERGED]
    assert ann.view("comment/1").value == "零。一。二。三。"
    ann.set("comment/1", "一。二。三。")
    assert ann.sync(log) == [Receipt.APPLIED]


def test_before_it_has_seen_the_merge_a_further_edit_keeps_the_others_words() -> None:
    log, ann = Log(), Phone("d1", "ann")
    bo = Phone("d3", "bo")
    ann.set("comment/1", "一。二。")
    ann.sync(log)
    bo.pull(log)
    bo.set("comment/1", "零。一。二。")
    bo.sync(log)
    ann.set("comment/1", "一。二。三。")
    ann.set("comment/1", "一。二。三。四。")
    assert ann.send(log) == [Receipt.MERGED, Receipt.MERGED]
    assert log.fields["comment/1"].value == "零。一。二。三。四。"


def test_a_recall_opens_the_evaluation_and_edits_count_again() -> None:
    log, ann = filled()
    ann.submit()
    ann.sync(log)
    ann.edit("status", Op.COMMAND, Recall(), ())
    ann.set("score/1", 5)
    ann.submit()
    assert ann.sync(log) == [Receipt.APPLIED] * 3
    assert log.status is Status.SUBMITTED


def test_a_recall_of_what_was_never_submitted_is_parked() -> None:
    log, ann = filled()
    ann.edit("status", Op.COMMAND, Recall(), ())
    ann.sync(log)
    assert reason_of(log, ann) is Reason.NOT_SUBMITTED


def test_a_recall_meant_for_an_earlier_submit_does_not_touch_a_later_one() -> None:
    log, ann = filled()
    first = ann.submit()
    ann.sync(log)
    ann.edit("status", Op.COMMAND, Recall(), [first.id])
    ann.submit()
    ann.sync(log)
    late = Mutation(MutationId("d2", "ann", 1), "evaluation", "status", Op.COMMAND, Recall(), (first.id,))
    assert log.push(late) is Receipt.PARKED
    assert log.status is Status.SUBMITTED


def test_an_edit_that_arrives_after_the_submit_is_parked_and_kept() -> None:
    log, ann = filled()
    bo = Phone("d3", "bo")
    ann.submit()
    ann.sync(log)
    bo.set("score/2", 5)
    assert bo.send(log) == [Receipt.PARKED]
    assert log.edits[MutationId("d3", "bo", 1)].value == 5


def test_a_signed_version_that_never_arrived_holds_the_submit() -> None:
    log, ann = filled()
    ann.submit()
    assert ann.send(log, skip=1) == [Receipt.HELD]
    assert ann.sync(log) == [Receipt.APPLIED, Receipt.APPLIED]
    assert log.status is Status.SUBMITTED


def test_the_employee_acknowledges_the_result_that_was_seen_and_no_other() -> None:
    log, ann = filled()
    first = ann.submit()
    ann.sync(log)
    eva = Phone("d6", "eva")
    eva.edit("answer", Op.APPEND, Answer("disagree", "Seen, but I stood in twice."), [first.id])
    ann.edit("status", Op.COMMAND, Recall(), ())
    second = ann.submit()
    ann.sync(log)
    assert eva.send(log) == [Receipt.PARKED]
    assert reason_of(log, eva) is Reason.SIGNED_OTHER
    eva.edit("answer", Op.APPEND, Answer("agree", ""), [second.id])
    assert eva.send(log) == [Receipt.APPLIED]
    assert log.status is Status.ACKNOWLEDGED


def test_an_answer_is_added_to_and_never_replaced() -> None:
    log, ann = filled()
    shown = ann.submit()
    ann.sync(log)
    eva = Phone("d6", "eva")
    for kind in ("disagree", "agree", "agree"):
        eva.edit("answer", Op.APPEND, Answer(kind, ""), [shown.id])
    assert eva.send(log) == [Receipt.APPLIED, Receipt.APPLIED, Receipt.SAME]
    answers = log.fields["answer"].value
    assert isinstance(answers, tuple)
    assert [one[1].kind for one in answers] == ["disagree", "agree"]  # type: ignore[union-attr]


def test_a_chip_that_two_people_chose_stays_when_one_takes_away_their_own() -> None:
    log, ann, bo = Log(), Phone("d1", "ann"), Phone("d3", "bo")
    mine = ann.edit("chips/1", Op.ADD, "q12", ())
    bo.edit("chips/1", Op.ADD, "q12", ())
    ann.sync(log)
    ann.edit("chips/1", Op.REMOVE, "q12", [mine.id])
    bo.sync(log)
    assert ann.sync(log) == [Receipt.MERGED]
    assert log.fields["chips/1"].value == (("q12", MutationId("d3", "bo", 1)),)


def test_a_chip_taken_away_by_its_only_chooser_is_gone() -> None:
    log, ann = Log(), Phone("d1", "ann")
    mine = ann.edit("chips/1", Op.ADD, "q12", ())
    ann.edit("chips/1", Op.REMOVE, "q12", [mine.id])
    assert ann.sync(log) == [Receipt.APPLIED, Receipt.APPLIED]
    assert log.fields["chips/1"].value == ()


def test_a_command_that_is_no_command_is_invalid() -> None:
    log, ann = filled()
    ann.edit("status", Op.COMMAND, "explode", ())
    ann.edit("status", Op.SET, 1, ())
    assert ann.sync(log)[1:] == [Receipt.PARKED, Receipt.PARKED]


def test_a_submit_that_signs_a_field_of_another_name_signs_something_else() -> None:
    log, ann = filled()
    signed = ann.submit()
    assert isinstance(signed.value, Submit)
    (name, versions) = signed.value.signed[0]
    ann.outbox[-1] = replace(signed, value=Submit(((name, versions), ("comment/1", versions))))
    assert ann.send(log) == [Receipt.APPLIED, Receipt.PARKED]
