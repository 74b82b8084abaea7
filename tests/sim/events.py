"""What befalls a phone or the plant between two taps."""

from __future__ import annotations

from random import Random
from typing import TYPE_CHECKING

from tests.sim import desk
from tests.sim.script import YEAR_MS

if TYPE_CHECKING:
    from tests.sim.phone import Phone
    from tests.sim.world import World


def happen(world: World, phone: Phone, what: str, random: Random) -> None:
    """One event of `script.EVENTS`."""
    match what:
        case "crash":
            world.note("browser killed")
            phone.crash()
        case "storm":
            phone.disk(phone.person).arm(random.choice(["crash_before", "crash_after"]), random.randrange(4))
        case "dead":
            phone.disk(phone.person).arm("dead", random.randrange(2))
        case "full":
            phone.disk(phone.person).arm("full", random.randrange(2))
        case "quota":
            disk = phone.disk(phone.person)
            disk.rows_max = None if disk.rows_max is not None else random.choice([0, 2, 5])
        case "evict":
            evict(world, phone)
        case "tabs":
            phone.open(2 if len(phone.tabs) == 1 else 1)
            world.note("two tabs")
        case "two tabs":
            phone.open(2)
        case "clock":
            phone.offset = random.choice([YEAR_MS, -YEAR_MS, -3_600_000, 0, 0, 90_000])
            for tab in phone.tabs:
                world.told.pop(tab, None)
            world.note("clock wrong or running backwards")
        case "wait":
            world.now += random.choice([1_000, 20_000, 60_000, 3_600_000])
        case "expire":
            phone.session = None
            world.note("token expired")
        case "login":
            if phone.session is None:
                phone.enter(phone.person)
        case "switch":
            switch(world, phone)
        case "upgrade":
            upgrade(world, phone)
        case _:
            at_the_plant(world, what, random)


def at_the_plant(world: World, what: str, random: Random) -> None:
    match what:
        case "delegate":
            desk.delegate(world)
        case "end delegation":
            desk.end_delegation(world)
        case "cycle":
            desk.turn_cycle(world, random)
        case "close":
            desk.turn_cycle(world, random, "closed")
        case "next cycle":
            desk.next_cycle(world)
        case "retire" if "delegate" in {person for _, person, _ in world.script.phones}:
            world.facts.retired.add("delegate")
            world.note("left the plant with edits unsent")
        case "backup":
            world.server.backup()
        case "restore":
            desk.restore(world, random)
        case "server restarts":
            world.note("server restarted")


def evict(world: World, phone: Phone) -> None:
    """The browser clears the site. What no server had is lost, and nobody could have kept it."""
    lost = {
        f"{phone.device}.{person}.{n}"
        for person, disk in phone.disks.items() for store in ("outbox", "ledger") for n in disk.durable[store]
    }  # fmt: skip
    world.oracle.evicted(lost)
    phone.evict()
    world.note("site data cleared")


def switch(world: World, phone: Phone) -> None:
    """Somebody else signs in on the same phone."""
    here, there = world.facts.ids["supervisor"], world.facts.ids["delegate"]
    if phone.person in (here, there):
        phone.enter(there if phone.person == here else here)
        world.note("another user on the phone")


def upgrade(world: World, phone: Phone) -> None:
    """The new version of the app starts over what the old one left on the disk."""
    disk = phone.disk(phone.person)
    before = set(disk.durable["outbox"])
    phone.app = "new"
    renew(phone)
    world.facts.upgrades.append((phone.name, before, set(disk.durable["outbox"])))
    if before:
        world.note("upgrade with a full outbox")


def renew(phone: Phone) -> None:
    """The stores are upgraded and the app starts: outbox and ledger are never touched."""
    phone.open(len(phone.tabs))
