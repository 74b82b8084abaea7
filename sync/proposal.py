"""Proposals from the floor, answers on influence, and verdicts: each is added, none takes another's place in silence."""

from __future__ import annotations

from sync.base import Missing, follow
from sync.floor import Judged, Proposal, Proposed, Sway, Swayed, Verdict
from sync.model import Decision, Facts, Held, Lookup, Mutation, Reason, Receipt, Step

PROPOSAL = "proposal"


def decide_proposal(held: Held, edit: Mutation, asked: Proposal, facts: Facts) -> Decision:
    """Add a proposal. The same words twice in a row are one: a thumb that tapped twice."""
    before: tuple[Proposed, ...] = held.value if isinstance(held.value, tuple) else ()  # type: ignore[assignment]
    if before and before[-1].proposal == asked:
        return Decision(Receipt.SAME, held, alias=before[-1].version)
    return _added(held, edit, (*before, Proposed(edit.id, asked)), facts)


def decide_influence(held: Held, edit: Mutation, asked: Sway, facts: Facts) -> Decision:
    """Add an answer; of several about one version the last that was written counts, also where an earlier one of the
    same phone comes after it.
    """
    before: tuple[Swayed, ...] = held.value if isinstance(held.value, tuple) else ()  # type: ignore[assignment]
    last = next((one for one in reversed(before) if one.sway.about == asked.about), None)
    if last is not None and (last.sway == asked or (last.version[:2] == edit.id[:2] and last.version.n > edit.id.n)):
        return Decision(Receipt.SAME, held, alias=last.version)
    kept = tuple(one for one in before if one.sway.about != asked.about)
    return _added(held, edit, (*kept, Swayed(edit.id, asked)), facts)


def decide_verdict(held: Held, edit: Mutation, asked: Verdict, facts: Facts, lookup: Lookup) -> Decision:
    """Answer the proposal that is named as the base. A second word on it stands beside the first, as the last one."""
    seen = follow(edit.base[0], edit.record, PROPOSAL, lookup)
    if isinstance(seen, Missing):
        return Decision(Receipt.HELD, held, missing=seen.version)
    proposals = facts.fields.get(PROPOSAL, Held()).value
    known: tuple[Proposed, ...] = proposals if isinstance(proposals, tuple) else ()  # type: ignore[assignment]
    if seen is None or all(one.version != seen.version for one in known):
        return Decision(Receipt.PARKED, held, reason=Reason.INVALID)
    before: tuple[Judged, ...] = held.value if isinstance(held.value, tuple) else ()  # type: ignore[assignment]
    last = next((one for one in reversed(before) if one.proposal == seen.version), None)
    if last is not None and last.verdict == asked and last.version.author == edit.id.author:
        return Decision(Receipt.SAME, held, alias=last.version)
    return _added(held, edit, (*before, Judged(edit.id, asked, seen.version)), facts)


def _added(
    held: Held, edit: Mutation, value: tuple[Proposed, ...] | tuple[Swayed, ...] | tuple[Judged, ...], facts: Facts
) -> Decision:
    after = Held(value, edit.id, None, edit.device_time, facts.received_at)
    return Decision(Receipt.APPLIED, after, step=Step.VOICED, replaced=held.version)
