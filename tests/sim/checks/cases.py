"""5, 6, 7: what a conflict keeps, that a decision stands, and that nobody gets one without need."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.sim.checks.base import LINED, Violation, by_field, plain, same, stands_for, value_after, wish_of

if TYPE_CHECKING:
    from tests.sim.ledger import Step
    from tests.sim.oracle import Saved
    from tests.sim.world import World


def each_conflict_keeps_both_sides(world: World) -> None:
    """5: a case with base and all candidates; no candidate ever leaves it."""
    had: dict[str, set[str]] = world.memory.setdefault("candidates", {})
    for one, logged in world.books.log.items():
        if logged.receipt != "c":
            continue
        case = world.books.cases.get(logged.case or "")
        if case is None:
            raise Violation("5", f"{one} is in conflict, and there is no case")
        mine = [candidate for candidate in case.candidates if candidate.version == one]
        if not mine:
            raise Violation("5", f"{one} is not in its case")
        if logged.op == "set" and not same(mine[0].value, logged.asked[0]):
            raise Violation("5", f"{one}: asked for {logged.asked[0]!r}, the case says {mine[0].value!r}")
    for case in world.books.cases.values():
        now = {candidate.version for candidate in case.candidates}
        if len(now) < 2:
            raise Violation("5", f"the case of {case.field} has one side")
        if gone := had.get(case.id, set()) - now:
            raise Violation("5", f"the case of {case.field} lost {gone}")
        had[case.id] = now
        base = world.books.log.get(stands_for(world.books, case.base) or "")
        if base is not None and base.op == "set" and not same(case.base_value, base.asked[0]):
            raise Violation(
                "5", f"the case of {case.field} says {case.base_value!r} was the base, not {base.asked[0]!r}"
            )


def a_decision_stands(world: World) -> None:
    """6: after a decision only those write who had seen it."""
    for (_, name), steps in by_field(world.books).items():
        if not name.startswith(LINED):
            continue
        decided: tuple[int, Any] | None = None
        value: Any = None
        for place, step in enumerate(steps):
            after = value_after(step, value)
            if decided is not None and step.moved and step.message != "history_case_agreed":
                _had_seen(world, steps, place, decided, after)
            if step.message == "history_case_decided":
                decided = (place, after)
            elif step.moved:
                decided = None
            value = after


def _had_seen(world: World, steps: list[Step], place: int, decided: tuple[int, Any], after: Any) -> None:
    step = steps[place]
    wish = wish_of(world, step.version)
    if wish is None or same(after, decided[1]):
        return
    since = {one.version for one in steps[decided[0] : place] if one.version}
    known = {stands_for(world.books, one) for one in (*wish.known, *wish.base)}
    if not since & known:
        raise Violation("6", f"{step.field}: the decision for {decided[1]!r} was overridden unseen by {step.version}")


def no_conflict_without_need(world: World) -> None:
    """7: one phone alone never disagrees with itself, nor does who saw what stands."""
    for (_, name), steps in by_field(world.books).items():
        if not name.startswith(LINED):
            continue
        for step in steps:
            if step.message != "history_case_opened":
                continue
            wish = wish_of(world, step.version)
            if wish is None or wish.op != "set":
                continue
            if (
                wish.tabs == 1
                and plain(step.replaced) is not None
                and _writer(step.replaced) == _writer(step.version)
                and _alone(steps)
            ):
                raise Violation("7", f"{name}: {step.version} conflicts with what the same phone wrote")
            if _seen_as_it_is(world, wish) and stands_for(world.books, wish.seen[1]) == step.replaced:
                raise Violation(
                    "7", f"{name}: the author of {step.version} had seen {step.replaced}, and got a conflict"
                )


def _seen_as_it_is(world: World, wish: Saved) -> bool:
    """Whether what its author saw under that version is what it holds: another tab may have written on before it was sent."""
    seen = wish_of(world, wish.seen[1])
    return wish.seen[1] is not None and (seen is None or seen.op != "set" or same(seen.value, wish.seen[0]))


def _alone(steps: list[Step]) -> bool:
    return len({_writer(step.version) for step in steps}) == 1


def _writer(version: str | None) -> str:
    return (plain(version) or "").rpartition(".")[0]
