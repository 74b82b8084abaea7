"""Planted bugs: each switches one rule off, by name, while a seed runs. They live here and nowhere else.

`seeds` is how many seeds `make soak-selftest` allows until a checker must have noticed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

Patch = Callable[[Any, str, Any], None]
"""patch(owner, name, value): put back when the seed is over."""


@dataclass(frozen=True, slots=True)
class Bug:
    """One rule switched off."""

    name: str
    rule: str
    what: str
    seeds: int
    plant: Callable[[Patch], None]
    twice: bool = False
    """Seen only when a seed is played twice and compared."""


BUGS: dict[str, Bug] = {}


def bug(rule: str, what: str, seeds: int = 200, twice: bool = False) -> Callable[[Callable[[Patch], None]], Bug]:
    """Register a bug under its function's name."""

    def register(plant: Callable[[Patch], None]) -> Bug:
        made = Bug(plant.__name__, rule, what, seeds, plant, twice)
        assert made.name not in BUGS, made.name
        BUGS[made.name] = made
        return made

    return register


@contextmanager
def planted(name: str | None) -> Iterator[None]:
    """Switch a bug on for the time of a `with`; None: the honest product."""
    undo: list[tuple[Any, str, Any]] = []

    def patch(owner: Any, attribute: str, value: Any) -> None:
        undo.append((owner, attribute, owner.__dict__[attribute]))
        setattr(owner, attribute, value)

    try:
        if name is not None:
            BUGS[name].plant(patch)
        yield
    finally:
        for owner, attribute, value in reversed(undo):
            setattr(owner, attribute, value)


from tests.sim.bugs import in_core, in_phone, in_pull, in_server  # noqa: E402

__all__ = ["BUGS", "Bug", "in_core", "in_phone", "in_pull", "in_server", "planted"]
