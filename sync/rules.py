"""How two edits of the same field meet: the one table. docs/sync.md prints it; a test compares them."""

from __future__ import annotations

from enum import StrEnum
from functools import lru_cache

from sync.floor import Proposal, Sway, Verdict
from sync.measures import Entry, Objection
from sync.model import Asked, Op, Recall, Right
from sync.terms import REPLY, Terms, Voice

SCORE_MIN, SCORE_MAX = 1, 5
COMMENT_MAX = 2000
REASON_MAX = 2000
NOTE_MAX = 2000
TAG_MAX = 40
TAGS_MAX = 40
"""Adds that one line's chips may hold."""
ALSO_MAX = 2
"""Refused edits that a `set` may name beside its base: the newest ones."""
FIELDS_KEPT = 1024
"""Names of fields taken apart and remembered: a form has some forty lines, and each edit asks several times."""


class Rule(StrEnum):
    REGISTER = "register"
    TEXT = "text"
    TAGS = "tags"
    COMMANDS = "commands"
    APPEND = "append"


RULES: dict[str, Rule] = {
    "score": Rule.REGISTER,
    "comment": Rule.TEXT,
    "reason": Rule.TEXT,
    "chips": Rule.TAGS,
    "status": Rule.COMMANDS,
    "answer": Rule.APPEND,
    "terms": Rule.COMMANDS,
    "voice": Rule.APPEND,
    "value": Rule.COMMANDS,
    "objection": Rule.APPEND,
    "proposal": Rule.APPEND,
    "influence": Rule.APPEND,
    "verdict": Rule.APPEND,
}

OPS: dict[Rule, frozenset[Op]] = {
    Rule.REGISTER: frozenset({Op.SET, Op.RESOLVE}),
    Rule.TEXT: frozenset({Op.SET, Op.RESOLVE}),
    Rule.TAGS: frozenset({Op.ADD, Op.REMOVE}),
    Rule.COMMANDS: frozenset({Op.COMMAND}),
    Rule.APPEND: frozenset({Op.APPEND}),
}

TEXT_MAX: dict[str, int] = {"comment": COMMENT_MAX, "reason": REASON_MAX}

LINED = frozenset({"score", "comment", "reason", "chips"})
"""Families that have one field for each line of the form, as "score/3"."""

NEEDS: dict[Op, Right] = {
    Op.SET: Right.SCORE,
    Op.ADD: Right.SCORE,
    Op.REMOVE: Right.SCORE,
    Op.RESOLVE: Right.DECIDE,
    Op.APPEND: Right.ANSWER,
}
"""The right that an operation needs; a command needs the one of its own name."""


def right_for(op: Op, value: Asked) -> Right:
    """The right that an edit needs."""
    match value:
        case Recall():
            return Right.RECALL
        case Terms():
            return Right.ADJUST
        case Voice(kind=kind):
            return Right.REPLY if kind == REPLY else Right.AGREE
        case Entry():
            return Right.ENTER
        case Objection():
            return Right.DISPUTE
        case Proposal(draft=draft):
            return Right.SPEAK if draft is None else Right.PROPOSE
        case Sway():
            return Right.SPEAK
        case Verdict():
            return Right.REPLY
        case _:
            return NEEDS.get(op, Right.SUBMIT)


@lru_cache(FIELDS_KEPT)
def family(field: str) -> str:
    """score of score/3."""
    return field.partition("/")[0]


@lru_cache(FIELDS_KEPT)
def line_key(field: str) -> int | None:
    """3 of score/3; None for a field that belongs to no line, or whose key is no plain number."""
    head, slash, key = field.partition("/")
    if head not in LINED or not slash or not (key.isascii() and key.isdigit()) or key[0] == "0" or len(key) > 4:
        return None
    return int(key)


@lru_cache(FIELDS_KEPT)
def rule_of(field: str) -> Rule | None:
    """The rule of a canonical field name; None when there is no such field."""
    head, slash, _ = field.partition("/")
    rule = RULES.get(head)
    if rule is None:
        return None
    if head in LINED:
        return rule if line_key(field) is not None else None
    return None if slash else rule
