"""What happens in the plant: rights, cycles, backups. Each act keeps the facts that the checks judge by."""

from __future__ import annotations

from random import Random
from typing import TYPE_CHECKING
from uuid import UUID

if TYPE_CHECKING:
    from tests.sim.world import World


def uuid_of(random: Random) -> UUID:
    """An id of 128 bits from the seed."""
    return UUID(int=random.getrandbits(128))


def delegate(world: World) -> None:
    """Her team is opened to the delegate."""
    world.server.plant.clock.ms = world.now
    if "delegate" in world.facts.delegates:
        return
    world.server.delegate("delegate")
    world.facts.delegates.add("delegate")
    world.facts.were_delegates.add("delegate")
    world.note("rights given")


def end_delegation(world: World) -> None:
    """What he still sends is parked."""
    world.server.plant.clock.ms = world.now
    if "delegate" not in world.facts.delegates:
        return
    world.server.end_delegation("delegate")
    world.facts.delegates.discard("delegate")
    world.note("rights ended in flight")


def turn_cycle(world: World, random: Random, to: str | None = None) -> None:
    """Closing, closed, or open again."""
    if world.facts.cycles > 1:
        return  # the first one is put away, and stays so
    world.server.plant.clock.ms = world.now
    others = [one for one in ("open", "closing", "closing", "closed") if one != world.facts.cycle]
    state = to or random.choice(others)
    world.server.set_cycle(state)
    world.facts.cycle = state
    world.facts.cycle_was.add(state)
    world.note(f"cycle {state} in flight")


def next_cycle(world: World) -> None:
    """The next cycle puts a closed one away: its rows leave the phones."""
    world.server.plant.clock.ms = world.now
    if world.facts.cycle != "closed" or world.facts.cycles > 1:
        return
    world.server.next_cycle()
    world.facts.cycles += 1
    world.note("rows leave the phones")


def restore(world: World, random: Random) -> None:
    """An older copy of the database, with the rights and cycles of then and the sessions of now."""
    world.facts.had_effect |= {one for one, logged in world.books.log.items() if logged.receipt in "amc"}
    world.server.restore(random.randrange(len(world.server.backups)))
    now = world.server.plant.clock.now().replace(tzinfo=None).isoformat(sep=" ")
    raw = world.server.plant.raw
    open_now = raw.execute("SELECT COUNT(*) FROM delegation WHERE valid_to IS NULL OR valid_to > ?", (now,)).fetchone()
    world.facts.delegates = {"delegate"} if open_now[0] else set()
    world.facts.cycle = raw.execute("SELECT state FROM cycle ORDER BY opened_at LIMIT 1").fetchone()[0]
    world.facts.cycles = raw.execute("SELECT COUNT(*) FROM cycle").fetchone()[0]
    world.facts.restores += 1
    world.memory.clear()
    world.memory["receipts"] = {one: logged.receipt for one, logged in world.books.log.items()}
    world.note("restored from a backup")
