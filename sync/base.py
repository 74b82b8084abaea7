"""What an author had seen: the base of an edit, followed to a version that the server knows."""

from __future__ import annotations

from dataclasses import dataclass

from sync.model import Lookup, Mutation, MutationId, Value, Version


@dataclass(frozen=True, slots=True)
class Seen:
    """The version an author had seen, what it said, and the case it is a candidate of."""

    version: Version
    value: Value = None
    case_id: str | None = None


@dataclass(frozen=True, slots=True)
class Missing:
    """The base never arrived (yet): the edit waits for `version`."""

    version: MutationId


def resolve(edit: Mutation, lookup: Lookup) -> Seen | Missing | None:
    """Follow the one base of `edit`; None when it points at another field or in a circle."""
    raise NotImplementedError
