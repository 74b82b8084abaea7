"""Submit, recall and answer: commands with guards, and what they change."""

from __future__ import annotations

from sync.model import Decision, Facts, Held, Lookup, Mutation


def decide_command(held: Held, edit: Mutation, facts: Facts, lookup: Lookup) -> Decision:
    raise NotImplementedError


def decide_append(held: Held, edit: Mutation, facts: Facts, lookup: Lookup) -> Decision:
    raise NotImplementedError
