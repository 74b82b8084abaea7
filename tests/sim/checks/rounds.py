"""13, 16, 19 and the rules of a round: everything gets an answer, every answer is of one moment, and it ends."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.sim.checks.base import Violation

if TYPE_CHECKING:
    from tests.sim.phone import Phone
    from tests.sim.world import World


def every_edit_sent_gets_its_answer(world: World) -> None:
    """Guarantee 6: a poison edit delays no other: each edit of a push gets a receipt in the same answer."""
    for exchange in world.facts.exchanges:
        push = exchange["request"][6]
        sent = [cells[0] for _, group in push[3] for cells in group] if push else []
        told = [receipt[0] for receipt in exchange["answer"][5]]
        if sorted(sent) != sorted(told):
            raise Violation("G6", f"sent {sent}, receipts for {told}")


def an_answer_is_of_one_moment(world: World) -> None:
    """19: what the feed holds up to an answer's sequence is in it; what came later is not."""
    names: dict[str, list[str]] = world.memory.setdefault("scopes", {})
    for exchange in world.facts.exchanges:
        answer, feed = exchange["answer"], exchange["feed"]
        if answer[6] != 0:
            names[answer[3]] = answer[6]
        end = max((row[3] for row in feed), default=0)
        if answer[4] != end:
            raise Violation("19", f"an answer says {answer[4]}, the feed was at {end}")
        listed = names.get(answer[3], [])
        for place, start, to, more, puts, leaves in answer[7]:
            if place < len(listed) and not more:
                _whole(listed[place], start, to, puts, leaves, feed)


def _whole(scope: str, start: int, to: int, puts: Any, leaves: Any, feed: Any) -> None:
    if not scope.startswith("rate:"):
        return
    name = ":".join(scope.split(":")[:2])
    there = {(kind, row[0]) for kind, rows in puts.items() for row in rows} | {tuple(one) for one in leaves}
    for where, kind, record, seq, op in feed:
        due = where == name and start < seq <= to and kind in ("evaluation", "case")
        if due and (op == "put" or start > 0) and (kind, record) not in there and not (start == 0 and ":" in scope[5:]):
            raise Violation("19", f"{scope} {start}..{to} lacks {kind} {record} ({seq})")


def nobody_is_asked_too_early(world: World) -> None:
    """R22: who was told to wait waits."""
    for one in world.facts.rounds:
        if one["at"] < one["told"]:
            raise Violation("R22", f"asked {one['told'] - one['at']} ms before the server said")


def the_server_knows_what_waits(world: World) -> None:
    """R8: with each contact the phone says how much it still holds, and the one that was committed last counts."""
    last: dict[str, Any] = {}
    for exchange in sorted(world.facts.exchanges, key=lambda one: int(one["place"])):
        told, waits = exchange["request"][7], exchange["waits"]
        if waits is not None and told != waits:
            raise Violation("R8", f"{waits} edits waited, the phone said {told}")
        last[exchange["request"][1]] = exchange["request"]
    for device, request in last.items():
        push, told = request[6], request[7]
        if not push or any(one["request"][1] == device and not one["request"][6] for one in world.facts.exchanges):
            continue  # a contact without a push is noted after its read, and only where it says something new
        sent = sum(len(group) for _, group in push[3])
        kept = world.books.contacts.get((push[0], device))
        if kept is not None and kept != max(0, told - sent):
            raise Violation("R8", f"the phone said {told - sent} remain, the server notes {kept}")


def numbers_have_no_gap(world: World) -> None:
    """R18: an edit and its number are written together: 1..n are all somewhere, and none beyond."""
    for phone in world.phones:
        for person, disk in phone.disks.items():
            stores = disk.durable
            n, writer = stores["meta"].get("n", 0), f"{stores['meta'].get('device')}.{person}"
            there = set(stores["outbox"]) | set(stores["ledger"])
            missing = [one for one in range(1, n + 1) if one not in there and f"{writer}.{one}" not in world.books.log]
            if missing and not world.facts.restores:
                raise Violation("R18", f"{phone.name}: {missing} of 1..{n} are nowhere")
            if beyond := [one for one in there if one > n]:
                raise Violation("R18", f"{phone.name}: {beyond} beyond {n}")


def an_upgrade_leaves_the_outbox(world: World) -> None:
    """16: what the old version had not sent, the new one has."""
    for name, before, after in world.facts.upgrades:
        if before - after:
            raise Violation("16", f"the upgrade of {name} lost {before - after}")


def old_clients_are_heard(world: World) -> None:
    """16: what was typed on an old build arrives too."""
    for wish in world.oracle.promised():
        logged = world.books.log.get(wish.id)
        if wish.app == "old" and (logged is None or not logged.terminal) and not _waits_for_the_lost(world, wish.id):
            raise Violation("16", f"{wish.id} of an old app never arrived")


def the_queue_empties(world: World, phones: list[Phone] | None = None) -> None:
    """13: in bounded rounds once faults stop, without a hand; only what waits for lost work may wait on."""
    for phone in phones or world.phones:
        for person, disk in phone.disks.items():
            for n, entry in disk.durable["outbox"].items():
                one = f"{disk.durable['meta']['device']}.{person}.{n}"
                if not (entry["state"] in ("held", "set_aside") and _waits_for_the_lost(world, one)):
                    raise Violation("13", f"{one} ({entry['state']}) never left {phone.name}")


def _waits_for_the_lost(world: World, one: str) -> bool:
    logged = world.books.log.get(one)
    if logged is None or logged.receipt != "h" or logged.missing is None:
        return False
    return all(wish.evicted or not wish.shown for wish in world.oracle.wishes(logged.missing))
