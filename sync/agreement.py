"""The terms somebody is measured by: how they are changed, and what is said about them.

The text that somebody has before their eyes is named by one version: that of the change that made it, none for the
terms as they were drawn up. Whoever speaks names it, so that a confirmation never slips under another text.
"""

from __future__ import annotations

from sync.base import Missing, follow
from sync.model import Decision, Facts, Held, Lookup, Mutation, Reason, Receipt, Said, Step
from sync.terms import CONFIRM, WEIGHTS_SUM, Terms, Voice, is_open, made_at, weights

TERMS = "terms"


def decide_terms(held: Held, edit: Mutation, asked: Terms, facts: Facts, lookup: Lookup) -> Decision:
    """Put new terms in the place of those that their author had seen, if a window was open when that was done."""
    seen = follow(edit.base[0] if edit.base else None, edit.record, TERMS, lookup)
    if isinstance(seen, Missing):
        return Decision(Receipt.HELD, held, missing=seen.version)
    if seen is None:
        return _parked(held, Reason.INVALID)
    if asked.lines == held.value:
        return Decision(Receipt.SAME, held, alias=held.version)
    if weights(asked.lines) != WEIGHTS_SUM:
        return _parked(held, Reason.WEIGHTS)
    if not is_open(facts.windows, made_at(edit.device_time, facts.received_at, facts.clock)):
        return _parked(held, Reason.WINDOW_CLOSED)
    if seen.version != held.version:
        return _parked(held, Reason.SIGNED_OTHER)
    after = Held(asked.lines, edit.id, None, edit.device_time, facts.received_at)
    late = not is_open(facts.windows, facts.received_at)
    return Decision(Receipt.APPLIED, after, step=Step.ADJUSTED, replaced=held.version, late=late)


def decide_voice(held: Held, edit: Mutation, asked: Voice, facts: Facts, lookup: Lookup) -> Decision:
    """Add what was said, beside the text it was said about. Nothing that was said ever replaces another."""
    seen = follow(edit.base[0] if edit.base else None, edit.record, TERMS, lookup)
    if isinstance(seen, Missing):
        return Decision(Receipt.HELD, held, missing=seen.version)
    if seen is None:
        return _parked(held, Reason.INVALID)
    terms = facts.fields.get(TERMS, Held())
    lines = terms.value if isinstance(terms.value, tuple) else ()
    if asked.kind == CONFIRM and seen.version == terms.version and weights(lines) != WEIGHTS_SUM:  # type: ignore[arg-type]
        return _parked(held, Reason.WEIGHTS)
    before: tuple[Said, ...] = held.value if isinstance(held.value, tuple) else ()  # type: ignore[assignment]
    said = Said(edit.id, asked, seen.version)
    if before and before[-1][1:] == said[1:] and before[-1].version.author == edit.id.author:
        return Decision(Receipt.SAME, held, alias=held.version)
    after = Held((*before, said), edit.id, None, edit.device_time, facts.received_at)
    return Decision(Receipt.APPLIED, after, step=Step.VOICED, replaced=held.version)


def _parked(held: Held, reason: Reason) -> Decision:
    return Decision(Receipt.PARKED, held, reason=reason)
