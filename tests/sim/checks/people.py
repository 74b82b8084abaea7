"""9, 17, and what may be said no to: who may see and do what, by what really happened in the plant."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

from tests.sim.checks.base import EFFECT, Violation, wish_of
from tests.sim.oracle import POISON

if TYPE_CHECKING:
    from tests.sim.ledger import Logged
    from tests.sim.world import World


def no_row_outside_its_scopes(world: World) -> None:
    """9: each row lies in a scope that the phone still has; nobody holds their own evaluation."""
    for phone in world.phones:
        for person, disk in phone.disks.items():
            stores = disk.durable
            for scope, kind, record in stores["rows"]:
                if scope not in stores["scopes"]:
                    raise Violation("9", f"{phone.name} holds {kind} {record} of {scope}, which is not its any more")
                if scope.startswith("rate:") and world.person(person) == "worker":
                    raise Violation("9", f"a worker's phone holds {kind} {record}")


def after_quiet_only_what_is_ones_own(world: World) -> None:
    """9: by the rights of now, as the plant knows them."""
    for phone in world.phones:
        name, stores = world.person(phone.person), phone.disks[phone.person].durable
        lead = world.facts.ids["supervisor"]
        for scope in {key[0] for key in stores["rows"]} | set(stores["scopes"]):
            _, _, owner = scope.partition(":")
            if name in world.facts.retired:
                raise Violation("9", f"{name} has left, and holds {scope}")
            if owner.startswith(lead) and name == "delegate" and name not in world.facts.delegates:
                raise Violation("9", f"the delegation is over, and {phone.name} holds {scope}")


def what_was_put_away_is_gone(world: World) -> None:
    """9: when the next cycle has begun, no phone of a rater holds evaluations of the closed one."""
    if world.facts.cycles == 1 or world.facts.cycle != "closed":
        return
    for phone in world.phones:
        for (scope, kind, record), row in phone.disks[phone.person].durable["rows"].items():
            if kind == "evaluation" and row["cycle_id"] == world.facts.first_cycle:
                raise Violation("9", f"{phone.name} still holds {record} of the closed cycle, by {scope}")


def only_who_may_has_an_effect(world: World) -> None:
    """9: rights are those of the moment in which the edit arrived."""
    been: dict[str, str] = world.memory.setdefault("receipts", {})
    for one, logged in world.books.log.items():
        before = been.get(one)
        if before == logged.receipt:
            continue
        been[one] = logged.receipt
        name = world.person(logged.author)
        may = _judges(world, logged) or logged.op == "append"
        if world.books.raters.get(logged.record) == world.facts.ids["supervisor"]:
            may = may or name in world.facts.delegates
        open_ = world.facts.cycles > 1 or world.facts.cycle in ("open", "closing") or logged.op == "append"
        # Held: it came, and was let in, before its author left; what it waited for came after.
        left = name in world.facts.retired and before != "h"
        if logged.receipt in EFFECT and not (may and open_ and not left):
            raise Violation("9", f"{logged.field} of {name} took effect: no right, or cycle {world.facts.cycle}")


def each_no_has_its_reason(world: World) -> None:
    """A valid edit of somebody who may is never refused: not for its clock, not for its neighbours."""
    for one, logged in world.books.log.items():
        if logged.receipt == "p" and not _explained(world, one, logged):
            raise Violation("reason", f"{one} of {world.person(logged.author)} was parked: {logged.reason}")


def _explained(world: World, one: str, logged: Logged) -> bool:
    facts, name, wish = world.facts, world.person(logged.author), wish_of(world, one)
    match logged.reason:
        case "not_yours":
            return not _judges(world, logged) or (logged.op == "resolve" and facts.restores > 0)
        case "no_such_record":
            return not _judges(world, logged)
        case "session_ended":
            return name in facts.retired
        case "cycle_closed":
            return "closed" in facts.cycle_was
        case "invalid":
            # The newest wish under its id may have died with its browser, and the poison before it was sent.
            return wish is None or POISON in str(logged.asked) or logged.op == "resolve"
        case _:
            return logged.reason is not None


def _judges(world: World, logged: Logged) -> bool:
    return world.books.raters.get(logged.record) == logged.author


def an_edit_is_its_typists(world: World) -> None:
    """17: the author in the log is who typed it, and who was signed in when it was sent."""
    for one, logged in world.books.log.items():
        wish = wish_of(world, one)
        sent_by = world.server.sessions.get(UUID(logged.session))
        if wish is not None and wish.person != logged.author:
            raise Violation("17", f"{one} was typed by {world.person(wish.person)}")
        if sent_by is not None and world.facts.ids[sent_by] != logged.author:
            raise Violation("17", f"{one} of {world.person(logged.author)} was sent by {sent_by}")
