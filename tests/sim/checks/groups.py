"""15: a submit freezes exactly what it signs, all of it or nothing, and nothing moves under it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.sim.checks.base import LINED, Violation, same, stands_for, value_after, wish_of

if TYPE_CHECKING:
    from tests.sim.world import World


def a_submit_freezes_what_it_signs(world: World) -> None:
    """Replays each record's history: versions and values at each submit, and no step while it stands."""
    results = {one["version"]: one for one in world.books.results}
    submitted: dict[str, bool] = {}
    fields: dict[str, dict[str, tuple[Any, str | None]]] = {}
    for step in world.books.history:
        held = fields.setdefault(step.record, {})
        if step.kind == "submitted":
            _signed(world, step.version or "", held)
            _read(world, step.version, held)
            _frozen(results.get(step.version or ""), held, step.version or "")
            submitted[step.record] = True
        elif step.kind == "recalled":
            submitted[step.record] = False
        elif step.kind != "rule" and step.field.startswith(LINED):
            if submitted.get(step.record) and step.moved:
                raise Violation("15", f"{step.field} moved under a submit, by {step.version}")
            value, version = held.get(step.field, (None, None))
            held[step.field] = (value_after(step, value), step.version if step.moved else version)


def _signed(world: World, one: str, held: dict[str, tuple[Any, str | None]]) -> None:
    logged = world.books.log.get(one)
    if logged is None:
        return
    signed = {
        name: {stands_for(world.books, version) for version in versions} - {None}
        for name, versions in logged.asked["submit"] if name.startswith(LINED)
    }  # fmt: skip
    stood = {name: {version} for name, (_, version) in held.items() if version}
    agreed = {name for name in signed.keys() | stood.keys() if signed.get(name, set()) != stood.get(name, set())}
    for case in world.books.cases.values():
        # Whose value came to be agreed upon had seen the one that stands for both.
        if case.record == logged.record and case.resolution is None and case.state == "resolved":
            agreed.discard(case.field)
    if agreed:
        raise Violation("15", f"{one} signed {signed}, but {stood} stood there")


def _read(world: World, one: str | None, held: dict[str, tuple[Any, str | None]]) -> None:
    wish = wish_of(world, one)
    for name, (value, _) in held.items():
        if wish is not None and not same(value, wish.screen.get(name)):
            raise Violation("15", f"{one} signed {name} {value!r}; its author had read {wish.screen.get(name)!r}")


def _frozen(result: dict[str, Any] | None, held: dict[str, tuple[Any, str | None]], one: str) -> None:
    if result is None:
        raise Violation("15", f"the submit {one} froze no result")
    for place, (score, comment) in enumerate(zip(result["scores"], result["comments"], strict=True), start=1):
        if score != held.get(f"score/{place}", (None, None))[0]:
            raise Violation("15", f"the result of {one} says {score} for line {place}")
        if (comment or None) != (held.get(f"comment/{place}", (None, None))[0] or None):
            raise Violation("15", f"the result of {one} says {comment!r} on line {place}")
