"""What differs between two versions of an indicator, field by field, so that a person can read it. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

FIELDS: Final = (
    "name_zh", "name_en", "short_zh", "short_en", "unit", "direction", "target", "threshold", "source", "frequency",
    "rule",
)  # fmt: skip


@dataclass(frozen=True)
class Change:
    """One field: what it said and what it says. `mark` 1..5: of a band or an anchor. None: nothing stood there."""

    field: str
    mark: int | None
    old: Any
    new: Any


def changes(old: Mapping[str, Any], new: Mapping[str, Any]) -> list[Change]:
    """Every field that differs, in the order of the editor."""
    found = [Change(name, None, old[name], new[name]) for name in FIELDS if old[name] != new[name]]
    for place in range(max(len(old["bands"] or ()), len(new["bands"] or ()))):
        before, after = _at(old["bands"], place), _at(new["bands"], place)
        if before != after:
            found.append(Change("band", place + 2, before, after))
    for place in range(max(len(old["anchors"] or ()), len(new["anchors"] or ()))):
        for side, name in enumerate(("anchor_zh", "anchor_en")):
            before, after = _word(old["anchors"], place, side), _word(new["anchors"], place, side)
            if before != after:
                found.append(Change(name, place + 1, before, after))
    return found


def _at(held: Sequence[Any] | None, place: int) -> Any:
    return held[place] if held and place < len(held) else None


def _word(held: Sequence[Sequence[str]] | None, place: int, side: int) -> str | None:
    pair = _at(held, place)
    return None if pair is None else pair[side]
