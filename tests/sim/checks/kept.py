"""1, 2, 18: what was shown as saved is somewhere, and is what was shown."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.sim.checks.base import Violation, asked_of

if TYPE_CHECKING:
    from tests.sim.oracle import Saved
    from tests.sim.world import World


def promised_edits_are_somewhere(world: World) -> None:
    """1: in the server's log with a terminal result, or in that phone's outbox; after a restore of which
    the phone has not yet heard, in its ledger."""
    log, epoch = world.books.log, world.books.epoch
    for wish in world.oracle.promised():
        logged = log.get(wish.id)
        if logged is not None and logged.terminal:
            continue
        disk = disk_of(world, wish)
        if disk is not None and wish.n in disk["outbox"]:
            continue
        unheard = disk is not None and disk["meta"].get("sync", {}).get("epoch") != epoch
        if unheard and disk is not None and wish.n in disk["ledger"]:
            continue
        number = "18" if world.facts.restores else "1"
        raise Violation(number, f"{wish.field} {wish.value!r} ({wish.id}) of {wish.phone} is gone")


def the_server_holds_what_was_saved(world: World) -> None:
    """2: exactly the value last shown under that id; a wish that came after it may be there, none before."""
    for one, logged in world.books.log.items():
        wishes = world.oracle.wishes(one)
        if not wishes:
            raise Violation("2", f"the log holds {one}, which nobody typed")
        last = max((at for at, wish in enumerate(wishes) if wish.shown), default=0)
        if not any(_is(logged, wish) for wish in wishes[last:]):
            raise Violation("2", f"{one}: saved {wishes[last].value!r}, the log says {logged.asked!r}")
        if one in world.books.variants:
            raise Violation("2", f"{one}: other content under the same id, {world.books.variants[one]!r}")


def nothing_unseen_is_replaced_on_the_phone(world: World) -> None:
    """4: a newer value takes the place of an unsent one only if its author had that one before their eyes."""
    for wish in world.oracle.promised():
        if wish.blind:
            raise Violation("4", f"{wish.field} {wish.value!r} took the place of one unseen, under {wish.id}")


def _is(logged: Any, wish: Saved) -> bool:
    if (logged.record, logged.field) != (wish.record, wish.field) or logged.said != wish.base:
        return False
    asked = asked_of(wish.value, wish.op)
    said = logged.asked
    if wish.op == "set" and asked == [""]:
        asked = [None] if said == [None] else [""]
    return bool(said == asked) or (wish.op == "set" and wish.value is None and said in ([""], [None]))


def disk_of(world: World, wish: Saved) -> Any:
    """The stored state of the phone on which it was typed, unless that is another phone by now."""
    for phone in world.phones:
        if phone.name == wish.phone and wish.id.startswith(f"{phone.device}."):
            return phone.disks[wish.person].durable
    return None
