"""What an answer does to a phone: `pull.ts`, `receipts.ts` and `apply.ts`, line for line.

The rules (a) to (f) of docs/sync.md stand at their places.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from tests.sim.disk import Disk, StorageFailed, Stores
from tests.sim.planner import LONGEST_WAIT_MS

HELD_RETRY_MS = 300_000
NEVER_SYNCED = {"epoch": "", "access": "", "last_contact_at": None}
RESULTS = {
    "a": "applied", "s": "same", "m": "merged", "c": "conflict", "p": "parked",
    "h": "held", "r": "retry", "u": "update_needed", "i": "id_reused",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Scope:
    """A scope that the person may see, in the server's order; cursor 0: nothing held."""

    name: str
    place: int
    cursor: int


@dataclass(frozen=True, slots=True)
class Held:
    """What the phone says, or has, of the server's rows."""

    sync: dict[str, Any]
    scopes: tuple[Scope, ...]


@dataclass(slots=True)
class Pulled:
    """What an answer changes."""

    counts: bool
    new_epoch: bool
    scopes: tuple[Scope, ...]
    sync: dict[str, Any]
    again: bool
    complete_to: int
    changes: list[tuple[Any, ...]] = field(default_factory=list)


def held_in(stores: Stores) -> Held:
    """What the next request must say."""
    scopes = tuple(sorted(stores["scopes"].values(), key=lambda scope: scope.place))
    return Held(stores["meta"].get("sync", NEVER_SYNCED), scopes)


def pull(answer: dict[str, Any], asked: Held, held: Held, now: float) -> Pulled:
    """What to do with the rows of an answer. `asked`: what the request said; `held`: what is held by now."""
    if is_over(answer, asked, held):
        return Pulled(False, False, held.scopes, held.sync, True, complete_to(held.scopes))
    contact = {**held.sync, "epoch": answer["epoch"], "last_contact_at": now, "server_at": answer["now_ms"]}
    if held.sync["epoch"] not in ("", answer["epoch"]):
        return Pulled(True, True, (), {**contact, "access": ""}, True, 0, wiped_by_epoch(held))
    if answer["scopes"] is None and held.sync["access"] != asked.sync["access"]:
        return Pulled(True, False, held.scopes, contact, True, complete_to(held.scopes))
    changes, scopes = ([], held.scopes) if answer["scopes"] is None else renewed(answer["scopes"], held.scopes)
    sync = {**contact, "access": answer["access"]}
    if answer["scopes"] is not None and asked.sync["access"] != "" and not answer["deltas"]:
        return Pulled(True, False, scopes, sync, True, complete_to(scopes), changes)
    parts = {delta["scope"]: delta for delta in answer["deltas"]}
    asked_from = {scope.name: scope.cursor for scope in asked.scopes}
    after: list[Scope] = []
    for scope in scopes:
        delta = parts.get(scope.place)
        if delta is None:
            holds = scope.cursor >= asked_from.get(scope.name, 0)
            cursor = max(scope.cursor, answer["seq"]) if holds else scope.cursor
            after.append(Scope(scope.name, scope.place, cursor))
        elif applies(delta, scope):
            lay_delta(delta, scope, changes)
            after.append(Scope(scope.name, scope.place, delta["to"]))
        else:
            after.append(scope)
    again = any(delta["more"] for delta in answer["deltas"])
    return Pulled(True, False, tuple(after), sync, again, complete_to(after), changes)


def is_over(answer: dict[str, Any], asked: Held, held: Held) -> bool:
    """(f) Of an epoch that is over: nothing of it counts, receipts neither."""
    return held.sync["epoch"] != asked.sync["epoch"] and answer["epoch"] != held.sync["epoch"]


def wiped_by_epoch(held: Held) -> list[tuple[Any, ...]]:
    """(e) A new epoch wipes rows, never outbox or ledger."""
    return [("wipe", scope.name) for scope in held.scopes]


def applies(delta: dict[str, Any], scope: Scope) -> bool:
    """(a) not behind what is held; (b) only to a scope held at its `from` or later."""
    return delta["from"] <= scope.cursor <= delta["to"]


def lay_delta(delta: dict[str, Any], scope: Scope, changes: list[tuple[Any, ...]]) -> None:
    nothing_yet = delta["more"] and delta["to"] == delta["from"]
    if delta["from"] == 0 and not nothing_yet:
        changes.append(("wipe", scope.name))
    for kind, rows in delta["rows"].items():
        changes.extend(("put", scope.name, kind, row) for row in rows)
    changes.extend(("leave", scope.name, kind, one) for kind, one in delta["leaves"])


def renewed(names: list[str], held: tuple[Scope, ...]) -> tuple[list[tuple[Any, ...]], tuple[Scope, ...]]:
    """The new list: what is in both keeps its cursor, what was lost loses its rows."""
    cursors = {scope.name: scope.cursor for scope in held}
    lost: list[tuple[Any, ...]] = [("wipe", scope.name) for scope in held if scope.name not in names]
    return lost, tuple(Scope(name, place, cursors.get(name, 0)) for place, name in enumerate(names))


def complete_to(scopes: Any) -> int:
    """Every scope that holds records is complete up to here."""
    return min((scope.cursor for scope in scopes if scope.name.startswith(("rate:", "own:"))), default=0)


def take(disk: Disk, answer: dict[str, Any], asked: Held, now: float) -> tuple[Pulled, bool]:
    """Write an answer down in one strict transaction; with no room for rows the receipts alone."""
    try:
        return disk.write(lambda stores: write(stores, answer, asked, now, True)), False
    except StorageFailed as failed:
        if failed.why != "full":
            raise
        bare = {**answer, "deltas": [], "scopes": None}
        return disk.write(lambda stores: write(stores, bare, asked, now, False)), True


def write(stores: Stores, answer: dict[str, Any], asked: Held, now: float, rows: bool) -> Pulled:
    """(c) Receipts, rows, cursors and what they free: one transaction."""
    held = held_in(stores)
    pulled = pull(answer, asked, held, now)
    if not pulled.counts:
        return pulled
    write_receipts(stores, answer, now)
    if not rows:
        kept = {**held.sync, "last_contact_at": now}
        return Pulled(True, pulled.new_epoch, held.scopes, kept, False, complete_to(held.scopes))
    if pulled.new_epoch:
        offer_again(stores, answer["epoch"])
    write_rows(stores, pulled)
    stores["meta"]["sync"] = pulled.sync
    lift_overlay(stores, pulled)
    return pulled


def write_receipts(stores: Stores, answer: dict[str, Any], now: float) -> None:
    """Only a terminal receipt takes an edit out of the outbox, and then into the ledger."""
    for n, result, about in answer["receipts"]:
        edit = stores["outbox"].get(n)
        if edit is None:
            continue  # told before, perhaps in another tab
        if result in ("held", "retry", "update_needed"):
            never = result == "held" and never_comes(stores, about)
            after = {"state": "set_aside", "not_before": 0} if never else waiting(result, about, now)
            stores["outbox"][n] = {**edit, **after}
            continue
        entry = {
            "n": n, "record": edit["record"], "edit": edit["edit"], "result": result, "at": now,
            "seq": answer["seq"], "epoch": answer["epoch"], "server_at": answer["now_ms"],
        }  # fmt: skip
        if result in ("parked", "id_reused"):
            entry |= {"parked": True, "reason": about if result == "parked" else result}
        else:
            entry["overlay"] = True
        stores["ledger"][n] = entry
        del stores["outbox"][n]


def never_comes(stores: Stores, missing: str | None) -> bool:
    """Whether what a held edit was built on can reach no server from here: its author would wait, unaware."""
    writer, _, number = (missing or "").rpartition(".")
    if writer != stores["meta"]["writer"]:
        return False
    waits = stores["outbox"].get(int(number))
    if waits is not None:
        return bool(waits["state"] == "set_aside")
    return int(number) not in stores["ledger"]


def waiting(result: str, about: Any, now: float) -> dict[str, Any]:
    """The state of an edit that has no terminal receipt yet."""
    if result == "held":
        return {"state": "held", "not_before": now + HELD_RETRY_MS}
    if result == "retry":
        return {"state": "retry_wait", "not_before": now + min(LONGEST_WAIT_MS, (about or 1) * 1000)}
    return {"state": "update_needed", "not_before": 0}


def offer_again(stores: Stores, epoch: str) -> None:
    """The restored server may not have them; what it has it knows by their ids."""
    for n, entry in list(stores["ledger"].items()):
        if entry["epoch"] == epoch:
            continue
        stores["outbox"][n] = {
            "n": n, "record": entry["record"], "edit": entry["edit"], "state": "queued", "attempts": 1,
            "not_before": 0, "at": entry["at"],
        }  # fmt: skip
        del stores["ledger"][n]


def write_rows(stores: Stores, pulled: Pulled) -> None:
    rows = stores["rows"]
    for change in pulled.changes:
        match change:
            case ("wipe", scope):
                for key in [key for key in rows if key[0] == scope]:
                    del rows[key]
            case ("leave", scope, kind, one):
                rows.pop((scope, kind, one), None)
            case ("put", scope, kind, row):
                rows[(scope, kind, row["id"])] = row
    stores["scopes"] = {scope.name: scope for scope in pulled.scopes}


def lift_overlay(stores: Stores, pulled: Pulled) -> None:
    """(d) The rows have caught up with these edits."""
    for n, entry in list(stores["ledger"].items()):
        if entry.get("overlay") and entry["epoch"] == pulled.sync["epoch"] and entry["seq"] <= pulled.complete_to:
            stores["ledger"][n] = {key: value for key, value in entry.items() if key != "overlay"}
