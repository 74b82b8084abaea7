"""What an edit calls that which its author had seen: `versions.ts`, and the look at the disk of `outbox.ts`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tests.sim.disk import Stores

SHOWN = "~"
NOTHING = "0"
"""Base of an edit whose author saw nothing there but that others of theirs had been refused."""
Edit = dict[str, Any]


def shown_as(version: str, edit: Edit) -> str:
    """An own edit with the content that it has on the screen, and what its author has seen should it have another."""
    return SHOWN.join([version, str(edit["writing"]), *edit["base"]])


def in_shown(name: str) -> tuple[str, str, list[str]]:
    """Version, which content (empty: another's, or as the server has it), base."""
    version, *rest = name.split(SHOWN)
    return version, rest[0] if rest else "", rest[1:]


def renamed(wish: Edit, to: Callable[[str], list[str]]) -> Edit:
    """What a wish says that its author had seen, under other names."""
    value = wish["value"]
    if isinstance(value, dict) and "signs" in value:
        value = {**value, "signs": [[name, one] for name, version in value["signs"] for one in to(version)]}
    return {**wish, "base": [one for version in wish["base"] for one in to(version)], "value": value}


def other_than_shown(stores: Stores, named: list[str]) -> set[str]:
    """Names of own edits that hold another content by now."""
    found = set()
    for name in named:
        version, writing, _ = in_shown(name)
        n = int(version.rpartition(".")[2]) if writing else 0
        held = stores["outbox"].get(n) or stores["ledger"].get(n)
        if held is not None and str(held["edit"]["writing"]) != writing:
            found.add(name)
    return found


def is_later(held: str | None, version: str) -> bool:
    """Whether what is held was written by the same person on the same phone after that edit."""
    if held is None or SHOWN in held:
        return False
    device, author, n = held.split(".")
    own_device, own_author, own = version.split(".")
    return (device.partition("+")[0], author) == (own_device, own_author) and int(n) > int(own)
