"""8, 11, 12: what a phone shows."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from tests.sim.checks.base import LINED, Violation, by_field, plain, rank

if TYPE_CHECKING:
    from tests.sim.phone import Phone, Tab
    from tests.sim.world import World

LETTERS = {"applied": "a", "same": "s", "merged": "m", "conflict": "c", "parked": "p", "id_reused": "i"}


def epoch_of(stores: Any) -> str:
    """The epoch of which this phone last heard."""
    return str(stores["meta"].get("sync", {}).get("epoch", ""))


def what_i_wrote_is_what_i_see(world: World) -> None:
    """11: read-your-writes: an own edit is shown from the tap until something newer than its effect is."""
    steps_of = by_field(world.books)
    for phone in world.phones:
        if len(phone.tabs) != 1:
            continue  # two tabs learn of each other's edits a moment later
        tab = phone.tabs[0]
        stores = tab.disk.durable
        newest: dict[tuple[str, str], dict[str, Any]] = {}
        for entry in sorted([*stores["outbox"].values(), *stores["ledger"].values()], key=lambda one: int(one["n"])):
            edit = entry["edit"]
            if (
                edit["op"] == "set"
                and entry.get("state") != "set_aside"
                and entry.get("result") not in ("parked", "id_reused")
            ):
                newest[edit["record"], edit["field"]] = entry
        for (record, name), entry in newest.items():
            if record in tab.all("evaluation"):
                _shown(world, tab, steps_of.get((record, name), []), name, entry)


def _shown(world: World, tab: Tab, steps: list[Any], name: str, entry: dict[str, Any]) -> None:
    value, version = tab.view(entry["record"]).get(name, (None, None))
    own = tab.version(entry["n"])
    if version == own:
        return
    if "state" in entry:
        if not _later_act(tab, entry):
            raise Violation("11", f"{name}: {entry['edit']['value']!r} waits on the phone, which shows {value!r}")
        return
    if (
        entry["epoch"] != world.books.epoch
        or epoch_of(tab.disk.durable) != entry["epoch"]
        or entry["result"] == "conflict"
    ):
        return
    logged = world.books.log.get(own)
    merged = next((step.version for step in steps if plain(step.version) == own), own)
    effect = {"merged": merged, "same": logged.alias if logged else None}.get(entry["result"], own)
    if rank(steps, effect) > 0 and 0 <= rank(steps, version) < rank(steps, effect):
        raise Violation("11", f"{name}: {own} was confirmed, the phone shows {value!r} ({version}) from before it")


def _later_act(tab: Tab, entry: dict[str, Any]) -> bool:
    """A decision made later on the same field lies over it."""
    return any(
        one["op"] == "resolve" and one["field"] == entry["edit"]["field"] and one["n"] > entry["n"] for one in tab.own()
    )


def rows_never_go_back(world: World) -> None:
    """11: monotone reads, for each row on a phone's disk, within an epoch."""
    steps_of = by_field(world.books)
    been: dict[Any, int] = world.memory.setdefault("rows", {})
    for phone in world.phones:
        for person, disk in phone.disks.items():
            if epoch_of(disk.durable) != world.books.epoch:
                continue
            for (scope, kind, record), row in disk.durable["rows"].items():
                if kind != "evaluation":
                    continue
                for name, (_, version) in row["fields"].items():
                    if not name.startswith(LINED):
                        continue
                    key = (phone.device, person, scope, record, name)
                    now = rank(steps_of.get((record, name), []), version)
                    if now < been.get(key, 0):
                        raise Violation("11", f"{name}: {phone.name} went back to {version}")
                    been[key] = now


def the_status_shown_is_the_servers(world: World) -> None:
    """12: confirmed, merged, parked ... on the phone is what the log says."""
    books = world.books
    for phone in world.phones:
        for person, disk in phone.disks.items():
            for n, entry in disk.durable["ledger"].items():
                if entry["epoch"] != books.epoch:
                    continue
                logged = books.log.get(f"{disk.durable['meta']['device']}.{person}.{n}")
                letter = LETTERS[entry["result"]]
                if logged is None or (logged.receipt != letter and letter != "i"):
                    there = None if logged is None else logged.receipt
                    raise Violation("12", f"{phone.name} shows {n} as {entry['result']}, the log says {there}")
                if letter == "p" and entry.get("reason") != logged.reason:
                    raise Violation("12", f"{phone.name} says {entry.get('reason')}, the log {logged.reason}")


def phones_hold_what_the_server_holds(world: World) -> None:
    """8: after quiet, byte for byte what a new phone of that person would get, and nothing over it."""
    for phone in world.phones:
        disk = phone.disks[phone.person]
        fresh = _fresh(world, phone)
        mine = _text(disk.durable["rows"])
        if mine != fresh:
            differ = [key for key in {*mine, *fresh} if mine.get(key) != fresh.get(key)]
            raise Violation(
                "8", f"{phone.name} differs in {differ[:3]}: {mine.get(differ[0])} for {fresh.get(differ[0])}"
            )
        laid = [n for n, one in disk.durable["ledger"].items() if one.get("overlay")]
        if laid and disk.durable["scopes"]:
            raise Violation("8", f"{phone.name}: {laid} still lie over rows that hold them")


def each_case_is_where_its_evaluation_is(world: World) -> None:
    """8: a phone that shows an evaluation shows its cases. A new phone hears by the same feed, so that what never came
    into it is missing on both: this asks the tables."""
    for phone in world.phones:
        rows = phone.disks[phone.person].durable["rows"]
        for scope, kind, record in rows:
            if kind != "evaluation":
                continue
            wanted = {case.id for case in world.books.cases.values() if case.record == record}
            if lacking := sorted(one for one in wanted if (scope, "case", one) not in rows):
                raise Violation("8", f"{phone.name} shows {record} in {scope} without its cases {lacking}")


def _fresh(world: World, phone: Phone) -> dict[str, str]:
    other = type(phone)(world, "fresh", phone.person)
    for _ in range(20):
        (tab,) = other.tabs
        tab.poke(True)
        asking = tab.begin()
        if asking is None:
            break
        answer = world.ask(other, tab, asking.body)
        if answer is not None:
            tab.finish(answer)
        if not tab.unfinished:
            break
    return _text(other.disks[phone.person].durable["rows"])


def _text(rows: dict[Any, Any]) -> dict[str, str]:
    return {" ".join(key): json.dumps(row, sort_keys=True, default=str) for key, row in rows.items()}
