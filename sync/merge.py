"""What becomes of an edit: `decide` is the only place where it is decided.

The order of the questions matters. Rights come before anything that could tell a stranger what is
there; a missing base comes before "is it equal?", else an edit could overtake the one it was built on;
"equal" comes before "already submitted", since an edit that changes nothing troubles nobody.
"""

from __future__ import annotations

from sync.agreement import decide_terms, decide_voice
from sync.base import Missing, Seen, descends, follow
from sync.cases import decide_case, join, mine, open_case, plain, reopen
from sync.commands import decide_append, decide_command
from sync.floor import Proposal, Sway, Verdict
from sync.measures import Entry, Objection
from sync.measuring import decide_entry, decide_objection
from sync.model import (
    Case,
    CycleState,
    Decision,
    Facts,
    Fate,
    Held,
    Lookup,
    Mutation,
    MutationId,
    Op,
    Reason,
    Receipt,
    Resolution,
    Status,
    Step,
    Tags,
)
from sync.proposal import decide_influence, decide_proposal, decide_verdict
from sync.rules import TAGS_MAX, TEXT_MAX, Rule, family, right_for, rule_of
from sync.shape import makes_sense
from sync.terms import Terms, Voice
from sync.text import merge3


def decide(held: Held, edit: Mutation, facts: Facts, lookup: Lookup) -> Decision:
    """Judge one edit against what its field holds. Every branch is a receipt; never raises on content.

    The caller holds the record's lock; it stores `held`, the history entry, the case and the status of
    the decision, and keeps the mutation with its fate (`fate_of`) for ever. When an edit that others
    wait for arrives, the caller judges those anew.
    """
    if (reason := _refusal(edit, facts)) is not None:
        return parked(held, reason)
    match edit.op:
        case Op.SET:
            return _set(held, edit, facts, lookup)
        case Op.RESOLVE:
            return _resolve(held, edit, facts, lookup)
        case Op.ADD:
            return _add(held, edit, facts)
        case Op.REMOVE:
            return _remove(held, edit, facts, lookup)
        case Op.COMMAND if isinstance(edit.value, Terms):
            return decide_terms(held, edit, edit.value, facts, lookup)
        case Op.COMMAND if isinstance(edit.value, Entry):
            return decide_entry(held, edit, edit.value, facts, lookup)
        case Op.COMMAND:
            return decide_command(held, edit, facts, lookup)
        case Op.APPEND if isinstance(edit.value, Voice):
            return decide_voice(held, edit, edit.value, facts, lookup)
        case Op.APPEND if isinstance(edit.value, Objection):
            return decide_objection(held, edit, edit.value, facts, lookup)
        case Op.APPEND if isinstance(edit.value, Proposal):
            return decide_proposal(held, edit, edit.value, facts)
        case Op.APPEND if isinstance(edit.value, Sway):
            return decide_influence(held, edit, edit.value, facts)
        case Op.APPEND if isinstance(edit.value, Verdict):
            return decide_verdict(held, edit, edit.value, facts, lookup)
        case Op.APPEND:
            return decide_append(held, edit, facts, lookup)


def again(fate: Fate, same_payload: bool) -> Receipt | None:
    """The receipt for a mutation whose id is already in the log; None: it was held, judge it again."""
    if not same_payload:
        return Receipt.ID_REUSED
    return None if fate.receipt is Receipt.HELD else fate.receipt


def fate_of(edit: Mutation, decision: Decision) -> Fate:
    """What the log keeps, so that this mutation can be somebody's base."""
    wrote = decision.held.value if decision.changed else None
    candidate = decision.case.candidate(edit.id) if decision.case else None
    return Fate(
        id=edit.id,
        record=edit.record,
        field=edit.field,
        receipt=decision.receipt,
        asked=edit.value,
        base=edit.base,
        wrote=candidate.value if candidate and not decision.changed else wrote,
        alias=decision.alias,
        case_id=decision.case.id if decision.case else None,
        missing=decision.missing,
    )


def parked(held: Held, reason: Reason) -> Decision:
    """Kept with its reason, without effect."""
    return Decision(Receipt.PARKED, held, reason=reason)


def _refusal(edit: Mutation, facts: Facts) -> Reason | None:
    """What stops an edit before anybody looks at what the field holds."""
    if not facts.session_open:
        return Reason.SESSION_ENDED
    if right_for(edit.op, edit.value) not in facts.rights:
        return Reason.NOT_YOURS
    if not makes_sense(edit, facts):
        return Reason.INVALID
    # A result outlives its cycle: its owner may answer it after the close too.
    if facts.cycle in (CycleState.DRAFT, CycleState.CLOSED) and edit.op is not Op.APPEND:
        return Reason.CYCLE_CLOSED
    return None


def _set(held: Held, edit: Mutation, facts: Facts, lookup: Lookup) -> Decision:
    """A register or a text."""
    seen = follow(edit.base[0] if edit.base else None, edit.record, edit.field, lookup)
    if isinstance(seen, Missing):
        return Decision(Receipt.HELD, held, missing=seen.version)
    if seen is None:
        return parked(held, Reason.INVALID)
    before, seen = seen, _also_seen(held, edit, _after_agreement(held.case, seen), lookup)
    value, case = plain(edit.value), held.case
    own = case.candidate(seen.version) if case and case.is_open else None
    if value == held.value and (own is None or seen.version == held.version):
        return Decision(Receipt.SAME, held, alias=held.version)
    if own is not None and value == own.value:
        return Decision(Receipt.SAME, held, alias=own.version)
    if facts.status is not Status.OPEN:
        return parked(held, Reason.ALREADY_SUBMITTED)
    if seen.version != held.version and _went_on(held, edit):
        return Decision(Receipt.SAME, held, alias=seen.version)
    candidate = mine(edit, value, facts)
    if case is not None and case.is_open:
        return join(held, case, candidate, [before.version, seen.version, *edit.also])
    if seen.version == held.version:
        return _written(held, edit, candidate.value, edit.id, Step.SET, facts)
    if case is not None and not _saw_the_end(seen, held, case, lookup):
        return reopen(held, case, candidate, lookup)
    if rule_of(edit.field) is Rule.TEXT:
        merged = merge3(str(seen.value or ""), str(value or ""), str(held.value or ""))
        if merged is not None and len(merged) <= TEXT_MAX[family(edit.field)]:
            return _written(held, edit, plain(merged), edit.id.merged(merged), Step.MERGED, facts)
    return open_case(held, candidate, seen, edit.field, facts, lookup)


def _also_seen(held: Held, edit: Mutation, seen: Seen, lookup: Lookup) -> Seen:
    """What stands, where it is an own edit that had been refused before its author's eyes: a restored server took it.

    Its own version alone: a text merged of it and another's they have not seen.
    """
    for one in edit.also:
        found = follow(one, edit.record, edit.field, lookup)
        if isinstance(found, Seen) and found.exact and found.version == held.version:
            return found
    return seen


def _went_on(held: Held, edit: Mutation) -> bool:
    """Whether what stands was written later on the very phone this edit comes from: its author had seen it.

    A phone offers again what a restored server lacks, and what it had not sent yet may be there first.
    The edit stands for its own base then, not for what its author wrote later: others may have gone on from it.
    """
    standing = held.case.standing if held.case is not None and held.case.is_open else ()
    versions = [held.version, *(one.version for one in standing)]
    return any(one is not None and one.plain()[:2] == edit.id[:2] and one.n > edit.id.n for one in versions)


def _written(
    held: Held, edit: Mutation, value: int | str | None, version: MutationId, step: Step, facts: Facts
) -> Decision:
    after = Held(value, version, held.case, edit.device_time, facts.received_at)
    receipt = Receipt.MERGED if step is Step.MERGED else Receipt.APPLIED
    return Decision(receipt, after, step=step, replaced=held.version)


def _after_agreement(case: Case | None, seen: Seen) -> Seen:
    """Who had seen one of the values that agreed had seen the one that stands for them."""
    if case is None or case.is_open or case.resolution is not None:
        return seen
    agreed = case.candidate(seen.version)
    return seen if agreed is None or agreed.superseded else Seen(case.chosen, seen.value)


def _saw_the_end(seen: Seen, held: Held, case: Case, lookup: Lookup) -> bool:
    """Whether the author knew how the field's last case ended."""
    return descends(seen.version, case.resolution or case.chosen, lookup)


def _resolve(held: Held, edit: Mutation, facts: Facts, lookup: Lookup) -> Decision:
    """A person's decision; it counts as a decision only of what that person had seen."""
    case, asked = held.case, edit.value
    if not isinstance(asked, Resolution) or case is None or case.id != asked.case_id:
        return parked(held, Reason.INVALID)
    saw: list[MutationId] = []
    for one in edit.base:
        seen = follow(one, edit.record, edit.field, lookup)
        if isinstance(seen, Missing):
            return Decision(Receipt.HELD, held, missing=seen.version)
        if seen is None:
            return parked(held, Reason.INVALID)
        if seen.version is not None:
            saw.append(seen.version)
    value = plain(asked.value)
    if asked.chosen is not None:
        chosen = case.candidate(asked.chosen)
        if chosen is None:
            return parked(held, Reason.INVALID)
        value = chosen.value
    if not asked.reason.strip() and _needs_reason(edit, asked):
        return parked(held, Reason.REASON_MISSING)
    if not case.is_open and value == held.value:
        return Decision(Receipt.SAME, held, alias=held.version)
    if facts.status is not Status.OPEN:
        return parked(held, Reason.ALREADY_SUBMITTED)
    candidate = mine(edit, value, facts)
    if not case.is_open and held.version not in saw:
        return reopen(held, case, candidate, lookup)
    unseen = [one for one in case.standing if one.version not in saw] if case.is_open else []
    if any(one.value != value for one in unseen):
        return join(held, case, candidate, saw)
    return decide_case(held, case, candidate, asked.chosen, asked.reason)


def _needs_reason(edit: Mutation, asked: Resolution) -> bool:
    """Who prefers a value of their own says why. A text written anew from both drops nobody's words."""
    if asked.chosen is not None:
        return asked.chosen.author == edit.id.author
    return rule_of(edit.field) is Rule.REGISTER


def _tags(held: Held) -> Tags:
    return held.value if isinstance(held.value, tuple) else ()  # type: ignore[return-value]


def _add(held: Held, edit: Mutation, facts: Facts) -> Decision:
    """Each add stands by itself, so that a removal takes away only the adds that its author had seen."""
    if facts.status is not Status.OPEN:
        return parked(held, Reason.ALREADY_SUBMITTED)
    tags = _tags(held)
    if len(tags) >= TAGS_MAX:
        return parked(held, Reason.INVALID)
    after = Held((*tags, (str(edit.value), edit.id)), edit.id, None, edit.device_time, facts.received_at)
    return Decision(Receipt.APPLIED, after, step=Step.SET, replaced=held.version)


def _remove(held: Held, edit: Mutation, facts: Facts, lookup: Lookup) -> Decision:
    """Takes away the adds that the author had seen; adds they had not seen win."""
    saw: set[MutationId | None] = set()
    for one in edit.base:
        seen = follow(one, edit.record, edit.field, lookup)
        if isinstance(seen, Missing):
            return Decision(Receipt.HELD, held, missing=seen.version)
        if seen is None:
            return parked(held, Reason.INVALID)
        saw.add(seen.version)
    tags = _tags(held)
    left = tuple(one for one in tags if one[0] != edit.value or one[1] not in saw)
    if left == tags:
        return Decision(Receipt.SAME, held, alias=held.version)
    if facts.status is not Status.OPEN:
        return parked(held, Reason.ALREADY_SUBMITTED)
    stays = any(tag == edit.value for tag, _ in left)
    after = Held(left, edit.id, None, edit.device_time, facts.received_at)
    return Decision(
        Receipt.MERGED if stays else Receipt.APPLIED,
        after,
        step=Step.MERGED if stays else Step.SET,
        replaced=held.version,
    )
