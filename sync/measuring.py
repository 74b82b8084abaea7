"""What becomes of a value that somebody enters by hand, and of an objection to one.

A value is only put in the place of one that its author had seen, whoever brought that: another phone, a file, another
system. What two phones say against one value goes to its source together.
"""

from __future__ import annotations

from sync.base import Missing, follow
from sync.measures import NOTHING, SAID_MAX, Entry, Objection, Raised, Stands
from sync.model import Decision, Facts, Held, Lookup, Mutation, Reason, Receipt, Step


def decide_entry(held: Held, edit: Mutation, asked: Entry, facts: Facts, lookup: Lookup) -> Decision:
    """Take a value in, if what stands there is what its author had before their eyes.

    A base is an own entry of the same value that had not been delivered yet: it comes first.
    """
    if (waits := _first(held, edit, lookup)) is not None:
        return waits
    stands = facts.measured.get(asked.key, NOTHING).value
    if stands == asked.value:
        return Decision(Receipt.SAME, held)
    if facts.hindrance is not None:
        return _parked(held, facts.hindrance)
    if stands != asked.shown:
        return _parked(held, Reason.VALUE_CHANGED)
    if stands is not None and asked.value.last <= stands.last and not asked.reason.strip():
        shorter = asked.value.last < stands.last
        return _parked(held, Reason.VALUE_SHORTER if shorter else Reason.VALUE_REASON)
    return _done(held, edit, facts, Receipt.APPLIED, Step.ENTERED)


def decide_objection(held: Held, edit: Mutation, asked: Objection, facts: Facts, lookup: Lookup) -> Decision:
    """Raise an objection to the value that was on the screen, or add its words to the one that waits already."""
    if (waits := _first(held, edit, lookup)) is not None:
        return waits
    stands = facts.measured.get(asked.key, NOTHING)
    before = stands.raised
    if before is not None and before.shown == asked.shown and said(before, asked.words):
        return Decision(Receipt.SAME, held)
    if before is not None and before.is_open:
        if len(joined(before, asked.words)) > SAID_MAX:
            return _parked(held, Reason.OBJECTION_FULL)
        return _done(held, edit, facts, Receipt.MERGED, Step.OBJECTED)
    if stands.value != asked.shown:
        return _parked(held, Reason.VALUE_CHANGED)
    if before is not None and before.shown == asked.shown:
        return _parked(held, Reason.OBJECTION_ANSWERED)
    return _done(held, edit, facts, Receipt.APPLIED, Step.OBJECTED)


def after(stands: Stands, edit: Mutation) -> Stands:
    """What is known once this edit was taken."""
    match edit.value:
        case Entry(value=value):
            return Stands(value, stands.raised)
        case Objection(shown=shown, words=words):
            before = stands.raised
            if before is not None and before.is_open:
                return Stands(stands.value, Raised(before.shown, joined(before, words), True))
            return Stands(stands.value, Raised(shown, words.strip(), True))
        case _:
            return stands


def said(before: Raised, words: str) -> bool:
    """Whether an objection says this already."""
    return f"\n{words.strip()}\n" in f"\n{before.words}\n"


def joined(before: Raised, words: str) -> str:
    """The words of an objection with more of them."""
    return f"{before.words}\n{words.strip()}"


def _first(held: Held, edit: Mutation, lookup: Lookup) -> Decision | None:
    """What was built on an edit that has not arrived waits for it; of another value it means nothing."""
    if not edit.base:
        return None
    seen = follow(edit.base[0], edit.record, edit.field, lookup)
    if isinstance(seen, Missing):
        return Decision(Receipt.HELD, held, missing=seen.version)
    fate = lookup(edit.base[0].plain())
    if seen is None or fate is None or _key(fate.asked) != _key(edit.value):
        return _parked(held, Reason.INVALID)
    return None


def _key(asked: object) -> tuple[str, str] | None:
    return asked.key if isinstance(asked, Entry | Objection) else None


def _done(held: Held, edit: Mutation, facts: Facts, receipt: Receipt, step: Step) -> Decision:
    now = Held(None, edit.id, None, edit.device_time, facts.received_at)
    return Decision(receipt, now, step=step, replaced=held.version)


def _parked(held: Held, reason: Reason) -> Decision:
    return Decision(Receipt.PARKED, held, reason=reason)
