"""The way of a request and its answer, and everything that can befall them."""

from __future__ import annotations

from dataclasses import replace
from random import Random
from typing import TYPE_CHECKING

from tests.sim import reply
from tests.sim.reply import page
from tests.sim.script import STATUSES, TROUBLES

if TYPE_CHECKING:
    from tests.sim.world import InFlight, World


def travel(world: World, flight: InFlight, fate: str, random: Random) -> None:
    """One request on its way; `fate` says what becomes of it."""
    phone, tab, body = flight.phone, flight.tab, flight.asking.body
    if fate != "ok":
        world.note(fate)
    match fate:
        case "drop":
            world.finish(phone, tab, reply.OFFLINE)
        case "time out":
            world.now += 15_000
            world.finish(phone, tab, reply.TIMEOUT)
        case "answer lost":
            world.ask(phone, tab, body)
            world.now += 15_000
            world.finish(phone, tab, reply.TIMEOUT)
        case "cut":
            world.ask(phone, tab, body)
            world.finish(phone, tab, reply.CUT)
        case "duplicate":
            first = world.ask(phone, tab, body)
            second = world.ask(phone, tab, body)
            world.finish(phone, tab, second if random.random() < 0.5 else first)
        case "late duplicate":
            world.flights.append(replace(flight))
            world.finish(phone, tab, world.ask(phone, tab, body))
        case "delay":
            world.flights.append(flight)
        case "delay answer":
            flight.answer = world.ask(phone, tab, body) or reply.OFFLINE
            world.flights.append(flight)
        case "captive":
            world.finish(phone, tab, reply.CAPTIVE)
        case "page":
            status = random.choice(STATUSES)
            wait = float(random.choice([1, 30, 600])) if status in (429, 503) and random.random() < 0.7 else None
            if status >= 500 and random.random() < 0.5:
                world.ask(phone, tab, body)  # the proxy lost patience, the server did not
            world.finish(phone, tab, page(status, wait))
        case "old answer":
            world.finish(phone, tab, world.old_answers.get(phone.name, reply.CAPTIVE))
        case "worker":
            world.server.between = lambda: another(world, flight, random)
            world.finish(phone, tab, world.ask(phone, tab, body))
            world.server.between = None
        case "trouble":
            world.server.trouble = random.choice(TROUBLES)
            world.server.countdown = random.randrange(2 if world.server.trouble == "killed in mid-batch" else 25)
            world.finish(phone, tab, world.ask(phone, tab, body))
            world.server.trouble = None
        case _:
            answer = world.ask(phone, tab, body)
            if answer is not None:
                world.old_answers[phone.name] = answer
            world.finish(phone, tab, answer)


def another(world: World, flight: InFlight, random: Random) -> None:
    """Another worker takes in somebody else's request between the commit and the read of this one."""
    others = [phone for phone in world.phones if phone is not flight.phone and phone.tabs[0].asking is None]
    late = [one for one in world.flights if one.answer is None]
    if late and random.random() < 0.5:
        world.flights.remove(late[0])
        deliver(world, late[0])
    elif others:
        phone = random.choice(others)
        tab = phone.tabs[0]
        tab.poke(True)
        asking = world.begin(phone, tab)
        if asking is not None:
            world.finish(phone, tab, world.ask(phone, tab, asking.body))


def deliver(world: World, flight: InFlight) -> None:
    """What was late arrives: a request at the server, its answer at a tab that may not wait any more."""
    answer = flight.answer
    if answer is None:
        answer = world.ask(flight.phone, flight.tab, flight.asking.body)
    if flight.tab.asking is flight.asking:
        world.finish(flight.phone, flight.tab, answer)
