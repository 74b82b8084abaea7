"""14: a merged text keeps every word that was typed; chips follow who saw what."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from tests.sim.checks.base import Violation, by_field, plain, value_after, wish_of

if TYPE_CHECKING:
    from tests.sim.oracle import Saved
    from tests.sim.world import World

WORD = re.compile(r"w\d+")


def words(text: Any) -> set[str]:
    """Words that were typed once in the whole world."""
    return set(WORD.findall(str(text or "")))


def a_merge_keeps_every_word(world: World) -> None:
    """14: what either side put in is there, what neither took out is there, nothing is there twice."""
    for (_, name), steps in by_field(world.books).items():
        if not name.startswith(("comment/", "reason/")):
            continue
        held: Any = None
        for step in steps:
            if step.message == "history_text_merged":
                _kept(world, name, step.version, held, step.params)
            held = value_after(step, held)


def _kept(world: World, name: str, version: str | None, held: Any, params: dict[str, Any]) -> None:
    wishes = world.oracle.wishes(plain(version) or "")
    if not wishes:
        return
    base = words(_built_on(world, wishes[-1]))
    typed, before, after = words(params["typed"]), words(held), words(params["value"])
    lost = ((typed - base) | (before - base) | (base & typed & before)) - after
    if lost:
        raise Violation(
            "14", f"{name}: {version} lost {sorted(lost)}: {held!r} and {params['typed']!r} became {params['value']!r}"
        )
    found = WORD.findall(str(params["value"]))
    if len(found) != len(after):
        raise Violation("14", f"{name}: a word stands twice in {params['value']!r}")


def _built_on(world: World, wish: Saved) -> Any:
    """What its author saw, or, where that was refused, what that one was built on: what was taken out there is out."""
    for _ in range(1000):
        logged = world.books.log.get(wish.seen[1] or "")
        before = wish_of(world, wish.seen[1]) if logged is not None and logged.receipt == "p" else None
        if before is None:
            break
        wish = before
    return wish.seen[0]


def chips_follow_who_saw_what(world: World) -> None:
    """14: each add stands until somebody takes away that very add."""
    adds: dict[tuple[str, str], dict[str, str]] = {}
    gone: set[str] = set()
    for one, logged in world.books.log.items():
        if not logged.field.startswith("chips/") or logged.receipt not in ("a", "m"):
            continue
        if logged.op == "add":
            adds.setdefault((logged.record, logged.field), {})[one] = logged.asked[0]
        else:
            gone.update(logged.base)
    for place, put in adds.items():
        expected = {version: tag for version, tag in put.items() if version not in gone}
        if world.books.tags.get(place, {}) != expected:
            raise Violation("14", f"{place[1]}: {world.books.tags.get(place, {})} stands, {expected} should")
