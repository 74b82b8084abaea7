"""Cases: how a true conflict opens, grows, is decided and opens again. Nothing ever leaves one."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from sync.base import Seen
from sync.model import (
    Candidate,
    Case,
    CaseChange,
    CaseState,
    Decision,
    Facts,
    Held,
    Lookup,
    Mutation,
    MutationId,
    Receipt,
    Step,
)

Plain = int | str | None


def plain(value: object) -> Plain:
    """A score or a text, an empty text being no text."""
    return value if isinstance(value, int | str) and value != "" else None


def mine(edit: Mutation, value: Plain, facts: Facts) -> Candidate:
    """The candidate that an edit becomes."""
    return Candidate(edit.id, value, edit.base, edit.device_time, facts.received_at)


def _current(held: Held, lookup: Lookup) -> Candidate:
    """The candidate that the held value becomes when somebody contradicts it."""
    assert held.version is not None, "a field that was never written contradicts nobody"
    fate = lookup(held.version.plain())
    return Candidate(held.version, plain(held.value), fate.base if fate else (), held.device_time, held.received_at)


def _added(case: Case, candidate: Candidate, seen: Iterable[MutationId | None]) -> Case:
    """The case with one candidate more, those its author had seen being superseded by it."""
    past = set(seen)
    before = (replace(one, superseded=True) if one.version in past else one for one in case.candidates)
    return replace(case, candidates=(*before, candidate))


def open_case(held: Held, candidate: Candidate, seen: Seen, field: str, facts: Facts, lookup: Lookup) -> Decision:
    """Two values, one base: the held one stays, provisional."""
    case = Case(facts.case_id, field, seen.version, plain(seen.value), (_current(held, lookup), candidate))
    return _conflict(held, case, CaseChange.OPENED)


def reopen(held: Held, case: Case, candidate: Candidate, lookup: Lookup) -> Decision:
    """An edit that had not seen the decision: the decision stands, provisional, beside it."""
    everybody = [one.version for one in case.candidates]
    decided = _added(case, _current(held, lookup), everybody) if held.version not in everybody else case
    again = replace(
        _added(decided, candidate, ()),
        state=CaseState.OPEN,
        chosen=None,
        resolution=None,
        reason="",
        decided_at=None,
    )
    return _conflict(held, again, CaseChange.REOPENED)


def join(held: Held, case: Case, candidate: Candidate, seen: Iterable[MutationId | None]) -> Decision:
    """One candidate more in an open case. When thereby nobody holds another value, the case is over."""
    joined = _added(case, candidate, seen)
    if any(one.value != candidate.value for one in joined.standing):
        return _conflict(held, joined, CaseChange.JOINED)
    if held.value == candidate.value:
        agreed = _closed(joined, chosen=held.version, at=candidate.received_at)
        after = replace(held, case=agreed)
        return Decision(
            Receipt.SAME,
            after,
            step=Step.RESOLVED,
            replaced=held.version,
            alias=held.version,
            case=agreed,
            case_change=CaseChange.AGREED,
        )
    agreed = _closed(joined, chosen=candidate.version, at=candidate.received_at)
    after = Held(candidate.value, candidate.version, agreed, candidate.device_time, candidate.received_at)
    return Decision(
        Receipt.APPLIED,
        after,
        step=Step.RESOLVED,
        replaced=held.version,
        case=agreed,
        case_change=CaseChange.AGREED,
    )


def decide_case(held: Held, case: Case, candidate: Candidate, chosen: MutationId | None, reason: str) -> Decision:
    """A person decided, having seen every candidate that stands (or all that they had not seen say the same).

    The candidates stay as they stood, so that the case goes on showing what there was to choose from.
    """
    closed = replace(
        _closed(case, chosen=chosen, at=candidate.received_at), resolution=candidate.version, reason=reason
    )
    after = Held(candidate.value, candidate.version, closed, candidate.device_time, candidate.received_at)
    return Decision(
        Receipt.APPLIED,
        after,
        step=Step.RESOLVED,
        replaced=held.version,
        case=closed,
        case_change=CaseChange.RESOLVED,
    )


def _closed(case: Case, chosen: MutationId | None, at: int) -> Case:
    return replace(case, state=CaseState.RESOLVED, chosen=chosen, resolution=None, decided_at=at)


def _conflict(held: Held, case: Case, change: CaseChange) -> Decision:
    return Decision(
        Receipt.CONFLICT,
        replace(held, case=case),
        step=Step.CONFLICT,
        replaced=held.version,
        case=case,
        case_change=change,
    )
