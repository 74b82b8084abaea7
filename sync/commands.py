"""Submit, recall and answer: commands with guards, and what they change."""

from __future__ import annotations

from collections.abc import Iterator

from sync.base import Missing, follow
from sync.model import (
    Answer,
    Answers,
    Decision,
    Facts,
    Held,
    Line,
    Lookup,
    Mutation,
    MutationId,
    Reason,
    Recall,
    Receipt,
    Status,
    Step,
    Submit,
    Version,
)
from sync.rules import LINED, Rule, family, rule_of


def decide_command(held: Held, edit: Mutation, facts: Facts, lookup: Lookup) -> Decision:
    """Move the evaluation from one status to another, or say what stands in the way.

    A base, when given, is the status version that the author had seen; a command meant for an
    earlier submit never acts on a later one.
    """
    seen: Version = held.version
    if edit.base:
        found = follow(edit.base[0], edit.record, edit.field, lookup)
        if isinstance(found, Missing):
            return Decision(Receipt.HELD, held, missing=found.version)
        if found is None:
            return _parked(held, Reason.INVALID)
        seen = found.version
    if isinstance(edit.value, Recall):
        return _recall(held, edit, facts, lookup, current=seen == held.version)
    if isinstance(edit.value, Submit):
        return _submit(held, edit, edit.value, facts, lookup, current=seen == held.version)
    return _parked(held, Reason.INVALID)


def _submit(held: Held, edit: Mutation, asked: Submit, facts: Facts, lookup: Lookup, current: bool) -> Decision:
    """Freeze the result, if what the author signed is what stands."""
    signed: dict[str, set[Version]] = {}
    for name, versions in asked.signed:
        for version in versions:
            seen = follow(version, edit.record, name, lookup)
            if isinstance(seen, Missing):
                return Decision(Receipt.HELD, held, missing=seen.version)
            if seen is None:
                return _parked(held, Reason.INVALID)
            # Who read something that is not here signs nothing that is.
            signed.setdefault(name, set()).add(seen.version if seen.exact else version)
    other = tuple(_signed_other(signed, asked, facts))
    if facts.status is not Status.OPEN:
        if other:
            return _parked(held, Reason.ALREADY_SUBMITTED)
        return Decision(Receipt.SAME, held, alias=held.version)
    if open_cases := tuple(name for name in _in_order(facts) if facts.fields[name].in_case):
        return _parked(held, Reason.CASE_OPEN, open_cases)
    if other or not current:
        return _parked(held, Reason.SIGNED_OTHER, other)
    if empty := tuple(f"score/{line.key}" for line in facts.lines if _mark(line, facts) is None):
        return _parked(held, Reason.INCOMPLETE, empty)
    if silent := tuple(f"reason/{line.key}" for line in facts.lines if _owes_reason(line, facts)):
        return _parked(held, Reason.REASON_MISSING, silent)
    return _moved(held, edit, facts, Status.SUBMITTED, Step.SUBMITTED)


def _recall(held: Held, edit: Mutation, facts: Facts, lookup: Lookup, current: bool) -> Decision:
    """Open a submitted evaluation again."""
    if facts.status is Status.OPEN:
        fate = lookup(held.version) if held.version else None
        if fate is not None and isinstance(fate.asked, Recall):
            return Decision(Receipt.SAME, held, alias=held.version)
        return _parked(held, Reason.NOT_SUBMITTED)
    if not current:
        return _parked(held, Reason.SIGNED_OTHER)
    return _moved(held, edit, facts, Status.OPEN, Step.RECALLED)


def decide_append(held: Held, edit: Mutation, facts: Facts, lookup: Lookup) -> Decision:
    """The employee's answer to the result that they had seen; both kinds acknowledge it."""
    if facts.status is Status.OPEN:
        return _parked(held, Reason.NOT_SUBMITTED)
    seen = follow(edit.base[0], edit.record, "status", lookup)
    if isinstance(seen, Missing):
        return Decision(Receipt.HELD, held, missing=seen.version)
    if seen is None or not isinstance(edit.value, Answer):
        return _parked(held, Reason.INVALID)
    if seen.version != facts.result:
        return _parked(held, Reason.SIGNED_OTHER)
    before: Answers = held.value if isinstance(held.value, tuple) else ()  # type: ignore[assignment]
    if before and facts.status is Status.ACKNOWLEDGED and before[-1][1] == edit.value:
        return Decision(Receipt.SAME, held, alias=held.version)
    after = Held((*before, (edit.id, edit.value)), edit.id, None, edit.device_time, facts.received_at)
    status = Status.ACKNOWLEDGED if facts.status is Status.SUBMITTED else None
    return Decision(Receipt.APPLIED, after, step=Step.ANSWERED, replaced=held.version, status=status)


def _moved(held: Held, edit: Mutation, facts: Facts, status: Status, step: Step) -> Decision:
    after = Held(status.value, edit.id, None, edit.device_time, facts.received_at)
    return Decision(Receipt.APPLIED, after, step=step, replaced=held.version, status=status)


def _parked(held: Held, reason: Reason, at: tuple[str, ...] = ()) -> Decision:
    return Decision(Receipt.PARKED, held, reason=reason, at=at)


def _in_order(facts: Facts) -> Iterator[str]:
    """The fields of the record that belong to a line, as the form has them."""
    for line in facts.lines:
        for head in ("score", "comment", "reason", "chips"):
            if (name := f"{head}/{line.key}") in facts.fields:
                yield name


def _standing(name: str, held: Held) -> set[MutationId]:
    """The versions that sign a field: of chips each add that stands, else the one that wrote it."""
    if rule_of(name) is Rule.TAGS:
        return {version for _, version in held.value} if isinstance(held.value, tuple) else set()  # type: ignore[misc]
    return {held.version} if held.version else set()


def _signed_other(signed: dict[str, set[Version]], asked: Submit, facts: Facts) -> Iterator[str]:
    """Fields whose signed version is not the one that stands, or that were written and not signed.

    Chips may be left unsigned: a phone that names none signs the marks and the words, not the shorthand.
    """
    for name in _in_order(facts):
        if rule_of(name) is Rule.TAGS and name not in signed:
            continue
        if signed.get(name, set()) - {None} != _standing(name, facts.fields[name]):
            yield name
    for name, versions in signed.items():
        if versions != {None} and (family(name) not in LINED or name not in facts.fields):
            yield name


def _mark(line: Line, facts: Facts) -> int | float | None:
    """What counts for a line: the score, else the mark by the data."""
    score = facts.fields.get(f"score/{line.key}", Held()).value
    return score if isinstance(score, int) else line.rule_mark


def _owes_reason(line: Line, facts: Facts) -> bool:
    """Whether a mark by the data was changed without a word."""
    if line.rule_mark is None or _mark(line, facts) == line.rule_mark:
        return False
    said = facts.fields.get(f"reason/{line.key}", Held()).value
    return not (isinstance(said, str) and said.strip())
