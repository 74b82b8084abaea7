"""3, 4, 15: effects happen once, nothing is overwritten unseen, and log and history say the same."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.sim.checks.base import EFFECT, LINED, Violation, by_field, plain, same, stands_for, value_after

if TYPE_CHECKING:
    from tests.sim.ledger import Step
    from tests.sim.world import World


def each_edit_takes_effect_once(world: World) -> None:
    """3: one step of history for an id."""
    been: set[str] = set()
    for step in world.books.history:
        one = plain(step.version)
        if one is None:
            continue
        if one in been:
            raise Violation("3", f"{step.field}: {one} took effect twice")
        been.add(one)


def log_and_history_agree(world: World) -> None:
    """15: an edit's receipt and its effect come together or not at all."""
    steps = {plain(step.version): step for step in world.books.history if step.version}
    for one, logged in world.books.log.items():
        step = steps.get(one)
        if logged.receipt in EFFECT and step is None:
            raise Violation("15", f"{one} is logged as '{logged.receipt}' and has no effect")
        if logged.receipt in ("p", "h", "i") and step is not None:
            raise Violation("15", f"{one} is logged as '{logged.receipt}' and has an effect")
    for lone in steps.keys() - world.books.log.keys():
        raise Violation("15", f"{lone} has an effect and is not in the log")


def each_step_names_what_it_replaced(world: World) -> None:
    """4: the replaced version is that of the step before, and a plain write replaces only what was seen."""
    for (_, name), steps in by_field(world.books).items():
        version, value = None, None
        for step in steps:
            if name not in ("status", "answer") and step.replaced != version:
                raise Violation("4", f"{name}: {step.version} replaced {step.replaced}, but {version} stood there")
            if step.kind == "set" and name.startswith(LINED):
                _seen(world, name, step, value)
            value = value_after(step, value)
            version = step.version if step.moved else version


def _seen(world: World, name: str, step: Step, value: Any) -> None:
    wishes = world.oracle.wishes(plain(step.version) or "")
    values = {one for wish in wishes for one in wish.values}
    if world.facts.restores > 0:
        values |= _typed_into_what_was_seen(world, step) | _under_what_is_refused_now(world, step)
    if wishes and not any(same(value, one) for one in values):
        raise Violation(
            "4", f"{name}: {step.version} overwrote {value!r} unseen; its author saw {sorted(map(str, values))}"
        )


def _typed_into_what_was_seen(world: World, step: Step) -> set[Any]:
    """Who saw a merged text had seen what was typed into it: of one that a restored server has not, just that may stand there."""
    there = {one.version for one in world.books.history}
    gone = [one for one in _base_of(world, step.version) if "+" in one and one not in there]
    typed = [one for one in map(plain, gone) if one is not None and stands_for(world.books, one) == step.replaced]
    return {one.asked[0] for one in map(world.books.log.get, typed) if one is not None and one.op == "set"}


def _under_what_is_refused_now(world: World, step: Step) -> set[Any]:
    """What its author saw had stood, and is refused since a restore, the rights having ended: what that one's author saw."""
    found: set[Any] = set()
    ahead = _base_of(world, step.version)
    while ahead:
        one = plain(ahead.pop()) or ""
        logged = world.books.log.get(one)
        if logged is not None and logged.receipt == "p" and one in world.facts.had_effect:
            found |= {value for wish in world.oracle.wishes(one) for value in wish.values}
            ahead += logged.base
    return found


def _base_of(world: World, version: str | None) -> list[str]:
    logged = world.books.log.get(plain(version) or "")
    return list(logged.base) if logged else []


def the_fields_hold_what_the_history_says(world: World) -> None:
    """15: the last step of a field is what it holds."""
    steps_of = by_field(world.books)
    for (record, name), (value, version) in world.books.fields.items():
        steps = steps_of.get((record, name), [])
        last: Any = None
        at: str | None = None
        for step in steps:
            last, at = value_after(step, last), step.version if step.moved else at
        if at != version or not same(last, value):
            raise Violation("15", f"{name} holds {value!r} ({version}), its history ends with {last!r} ({at})")
