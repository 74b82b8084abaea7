"""Names of the scopes in which phones hold what belongs to evaluations."""

import hashlib
from collections.abc import Iterable
from typing import Final
from uuid import UUID

from server.foundation.ids import short

RATE: Final = "rate"
OWN: Final = "own"
FACTS: Final = "facts"
LIB: Final = "lib"
"""First part of a scope's name; after the colon stands the person's short id."""


def rate_scope(rater: UUID) -> str:
    """What a rater's team needs for scoring."""
    return f"{RATE}:{short(rater)}"


def own_scope(person: UUID) -> str:
    """What a person may see of himself."""
    return f"{OWN}:{short(person)}"


def facts_scope(rater: UUID) -> str:
    """The trends behind the marks of a team."""
    return f"{FACTS}:{short(rater)}"


def part_of(cycles: Iterable[UUID]) -> str:
    """Names a set of delegated cycles in four characters: another set is another part."""
    text = b"".join(sorted(cycle.bytes for cycle in cycles))
    return hashlib.sha256(text).hexdigest()[:4]
