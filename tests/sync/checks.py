"""What must hold after any script. Each check says in its message what was broken."""

from __future__ import annotations

from collections import Counter

from sync.model import CaseChange, CaseState, Held, MutationId, Op, Recall, Receipt, Status, Step
from sync.rules import Rule, rule_of
from tests.sync.script import SCORES, Play
from tests.sync.world import Entry


def each_entry_starts_from_the_one_before(play: Play) -> None:
    last: dict[str, object] = {}
    for entry in play.log.trace:
        name = entry.edit.field
        if entry.decision.step is None:
            assert entry.before.version == entry.decision.held.version, f"{name} moved without a history entry"
            continue
        assert entry.decision.replaced == last.get(name), f"{name}: a history entry skips its predecessor"
        if entry.decision.changed:
            last[name] = entry.decision.held.version


def each_edit_takes_effect_once(play: Play) -> None:
    effects = Counter(entry.edit.id for entry in play.log.trace if entry.decision.changed)
    assert all(count == 1 for count in effects.values()), f"an edit took effect twice: {effects.most_common(1)}"


def nothing_unseen_is_overwritten(play: Play) -> None:
    """A plain write replaces only a value that its author had had before their eyes."""
    saw = {mutation: values for phone in play.phones for mutation, values in phone.saw.items()}
    for entry in play.log.trace:
        decision, edit = entry.decision, entry.edit
        if edit.op is not Op.SET or decision.step is not Step.SET or decision.case_change is CaseChange.AGREED:
            continue
        seen = {value or None for value in saw[edit.id]}
        assert (entry.before.value or None) in seen, f"{edit.field}: {entry.before.value!r} was overwritten unseen"


def no_decision_is_undone_by_who_had_not_seen_it(play: Play) -> None:
    """After a decision only those write who had pulled it, or are its author."""
    pulled = {mutation: values for phone in play.phones for mutation, values in phone.saw.items()}
    decided: dict[str, Entry] = {}
    for entry in play.log.trace:
        decision, edit = entry.decision, entry.edit
        before = decided.get(edit.field)
        if before is not None and decision.changed and decision.case_change is not CaseChange.AGREED:
            value = before.decision.held.value or None
            saw = value in {one or None for one in pulled[edit.id]} or edit.id[:2] == before.edit.id[:2]
            assert saw or edit.op is Op.RESOLVE, f"{edit.field}: a decision was overridden by {edit.id}"
        if decision.case_change is CaseChange.RESOLVED:
            decided[edit.field] = entry
        elif decision.changed:
            decided.pop(edit.field, None)


def each_conflict_has_its_case(play: Play) -> None:
    for mutation, decision in play.log.decisions.items():
        if decision.receipt is Receipt.CONFLICT:
            assert decision.case is not None, "a conflict without a case"
            case = play.log.cases[decision.case.id]
            mine = case.candidate(mutation)
            assert mine is not None, f"{mutation} was dropped from its case"
            assert len(case.candidates) >= 2, "a case with one side"
            held = [entry.before.version for entry in play.log.trace if entry.edit.id == mutation][-1]
            assert case.candidate(held) or case.resolution == held, f"the held side {held} is not in the case"


def a_case_loses_nothing(play: Play) -> None:
    had: dict[str, set[MutationId]] = {}
    for entry in play.log.trace:
        if entry.decision.case is not None:
            now = {one.version for one in entry.decision.case.candidates}
            assert had.get(entry.decision.case.id, set()) <= now, "a candidate left its case"
            had[entry.decision.case.id] = now


def a_provisional_value_stands(play: Play) -> None:
    for entry in play.log.trace:
        if entry.before.in_case and entry.decision.held.in_case:
            assert entry.before.version == entry.decision.held.version, "an open case moved its value"


def an_open_case_holds_two_opinions(play: Play) -> None:
    for name, held in play.log.fields.items():
        if held.in_case and held.case is not None:
            assert len({one.value for one in held.case.standing}) > 1, f"{name}: a case without a conflict"


def no_typed_word_is_gone(play: Play) -> None:
    """Each word is in the text, in a candidate, in a parked edit, or was deleted or decided away by a person."""
    there = str(play.held("comment/1").value or "").split()
    kept: set[str] = set(there)
    for case in play.log.cases.values():
        if case.field == "comment/1":
            kept.update(*(str(one.value or "").split() for one in case.candidates))
    for mutation, fate in play.log.fates.items():
        if fate.receipt in (Receipt.PARKED, Receipt.HELD):
            kept.update(str(play.log.edits[mutation].value).split())
    kept.update(*(str(edit.value).split() for phone in play.phones for edit in phone.outbox))
    for word, state in play.words.items():
        assert state == "deleted" or word in kept, f"{word} was lost"
    assert len(set(there)) == len(there), "a word was doubled"


def chips_follow_who_saw_what(play: Play) -> None:
    """Each add stands until somebody takes away that very add."""
    adds: dict[MutationId, object] = {}
    gone: set[MutationId] = set()
    for mutation, fate in play.log.fates.items():
        edit = play.log.edits[mutation]
        if rule_of(edit.field) is Rule.TAGS and fate.receipt in (Receipt.APPLIED, Receipt.MERGED):
            if edit.op is Op.ADD:
                adds[mutation] = edit.value
            else:
                gone.update(edit.base)
    tags = play.held("chips/1").value
    now = {version: tag for tag, version in tags} if isinstance(tags, tuple) else {}
    assert now == {version: tag for version, tag in adds.items() if version not in gone}, "an unseen add was removed"


def no_submit_signs_what_is_not_there(play: Play) -> None:
    """At each submit the fields hold the signed versions, and no case is open."""
    fields: dict[str, Held] = {}
    for entry in play.log.trace:
        if entry.decision.step is Step.SUBMITTED:
            assert not any(held.in_case for held in fields.values()), "submitted over an open case"
            assert not isinstance(entry.edit.value, Recall)
        if entry.decision.changed and entry.edit.field != "status":
            assert play_status(play, entry) is Status.OPEN, "an edit changed a submitted evaluation"
        fields[entry.edit.field] = entry.decision.held


def play_status(play: Play, until: Entry) -> Status:
    status = Status.OPEN
    for entry in play.log.trace:
        if entry is until:
            return status
        status = entry.decision.status or status
    return status


def only_values_that_somebody_gave(play: Play) -> None:
    for name in ("score/1", "score/2"):
        assert play.held(name).value in SCORES, "a score nobody gave"
        case = play.held(name).case
        assert case is None or case.state in CaseState


CHECKS = (
    each_entry_starts_from_the_one_before,
    each_edit_takes_effect_once,
    nothing_unseen_is_overwritten,
    no_decision_is_undone_by_who_had_not_seen_it,
    each_conflict_has_its_case,
    a_case_loses_nothing,
    a_provisional_value_stands,
    an_open_case_holds_two_opinions,
    no_typed_word_is_gone,
    chips_follow_who_saw_what,
    no_submit_signs_what_is_not_there,
    only_values_that_somebody_gave,
)


def check_all(play: Play) -> None:
    for check in CHECKS:
        check(play)
