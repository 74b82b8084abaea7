"""What an author had seen: the base of an edit, followed to a version that a field holds or has held."""

from __future__ import annotations

from dataclasses import dataclass

from sync.model import Lookup, MutationId, Receipt, Value, Version


@dataclass(frozen=True, slots=True)
class Seen:
    """The version an author had seen, what it said, and the case in which it is a candidate."""

    version: Version
    value: Value = None
    case_id: str | None = None
    exact: bool = True
    """False: what the author had before their eyes is not here, and this is what it was built on."""


@dataclass(frozen=True, slots=True)
class Missing:
    """The base never arrived, or itself waits: the edit is held until `version` is there."""

    version: MutationId


FARTHEST = 1000


def follow(base: Version, record: str, field: str, lookup: Lookup) -> Seen | Missing | None:
    """Follow `same` to the version it matched and `parked` to its own base.

    None means that no honest phone sends it: the base belongs to another field, or goes in a circle.
    The plain id of a merged edit means the text as its author typed it, the marked one that merged text.
    """
    version, exact = base, True
    for _ in range(FARTHEST):
        if version is None:
            return Seen(None, exact=exact)
        fate = lookup(version.plain())
        if fate is None:
            return Missing(version.plain())
        if (fate.record, fate.field) != (record, field):
            return None
        if version.is_merged and not (fate.receipt is Receipt.MERGED and version.names(fate.wrote)):
            # A restored server merged it with something else, or with nothing. Who saw the text that it was
            # merged into then had seen at least what was typed.
            version, exact = version.plain(), False
        match fate.receipt:
            case Receipt.APPLIED:
                return Seen(version, fate.wrote, exact=exact)
            case Receipt.MERGED:
                typed = fate.asked if isinstance(fate.asked, str) else None
                return Seen(version, fate.wrote if version.is_merged else typed, exact=exact)
            case Receipt.CONFLICT:
                return Seen(version, fate.wrote, fate.case_id, exact)
            case Receipt.SAME:
                version = fate.alias
            case Receipt.PARKED:
                version, exact = fate.base[0] if fate.base else None, False
            case Receipt.HELD:
                return Missing(fate.missing or fate.id)
            case _:
                return None
    return None


def descends(version: Version, from_version: Version, lookup: Lookup) -> bool:
    """Whether whoever wrote `version` had seen `from_version`, directly or through what they had seen."""
    wanted, ahead, been = from_version, [version], set[MutationId]()
    while ahead and len(been) < FARTHEST:
        one = ahead.pop()
        if one == wanted:
            return True
        if one is None or one in been:
            continue
        been.add(one)
        fate = lookup(one.plain())
        if fate is None:
            continue
        ahead.extend(fate.base)
        if fate.receipt is Receipt.SAME:
            ahead.append(fate.alias)
    return False
