"""What becomes of an edit: `decide` is the only place where it is decided."""

from __future__ import annotations

from sync.model import Decision, Facts, Fate, Held, Lookup, Mutation, Receipt


def decide(held: Held, edit: Mutation, facts: Facts, lookup: Lookup) -> Decision:
    """Judge one edit against what its field holds. Every branch is a receipt; never raises on content.

    The caller holds the record's lock, stores `held`, the history entry and the case of the
    decision, and keeps the mutation with its receipt for ever.
    """
    raise NotImplementedError


def again(fate: Fate, same_payload: bool) -> Receipt | None:
    """The receipt for a mutation whose id is already in the log; None: judge it (again), it was held."""
    if not same_payload:
        return Receipt.ID_REUSED
    return None if fate.receipt is Receipt.HELD else fate.receipt
