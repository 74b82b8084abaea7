"""Rules that only a phone can break."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from typing import Any

from tests.sim import events, keeping, message, names, planner, taking, world
from tests.sim.bugs import Patch, bug
from tests.sim.disk import Crash, Disk, StorageFailed
from tests.sim.phone import Phone, Tab
from tests.sim.planner import Outcome
from tests.sim.shown import Shown


@bug("R5", "an edit that has been on the wire still takes a newer value")
def coalesced_after_send(patch: Patch) -> None:
    def replaceable(tab: Tab, wish: Any) -> Any:
        mine = [one for one in tab.entries.values() if one["record"] == wish["record"]]
        newest = max(mine, key=lambda one: int(one["n"]), default=None)
        if newest is None or newest["edit"]["op"] != "set" or newest["edit"]["field"] != wish["field"]:
            return None
        return newest if wish["op"] == "set" and wish["base"] == [tab.shown(newest["edit"])] else None

    patch(Tab, "replaceable", replaceable)
    patch(Tab, "frozen", lambda tab, entry: entry is None)


@bug("R5", "an own edit is named without its content: what another tab made of it counts as seen", seeds=400)
def names_say_no_content(patch: Patch) -> None:
    patch(names, "shown_as", lambda version, edit: version)


@bug("R5", "a newer value takes the place of what another tab has written there meanwhile", seeds=400)
def replaced_unseen(patch: Patch) -> None:
    def blind(stores: Any, named: list[str]) -> set[str]:
        return {name for name in honest(stores, named) if stores["outbox"].get(_number(name), {}).get("attempts", 1)}

    honest = names.other_than_shown
    patch(names, "other_than_shown", blind)


@bug("R5", "what another tab was told to be refused counts as seen in this one", seeds=1000)
def refused_by_hearsay(patch: Patch) -> None:
    def base_of(tab: Shown, record: str, name: str) -> list[str]:
        base, ledger = honest(tab, record, name), tab.phone.disk(tab.person).read()["ledger"].values()
        there = [one["n"] for one in ledger if one["edit"]["field"] == name and one.get("reason") == "cycle_closed"]
        heard = [tab.version(n) for n in sorted(there) if tab.version(n) not in base]
        return [*(base or [names.NOTHING]), *heard] if heard else base

    honest = Shown.base_of
    patch(Shown, "base_of", base_of)


def _number(name: str) -> int:
    return int(names.in_shown(name)[0].rpartition(".")[2])


def _drops(patch: Patch, judge: Any) -> None:
    def judged(tab: Tab, answer: Any, asking: Any) -> Outcome:
        if judge(answer):
            gone = set(asking.ns)

            def drop(stores: Any) -> None:
                stores["outbox"] = {n: one for n, one in stores["outbox"].items() if n not in gone}

            tab.disk.write(drop)
        return honest(tab, answer, asking)

    honest = Tab.judged
    patch(Tab, "judged", judged)


@bug("R6", "a 4xx deletes the edits that were sent")
def dropped_on_4xx(patch: Patch) -> None:
    _drops(patch, lambda answer: 400 <= answer.status < 500)


@bug("R21", "any 200 counts as delivered")
def captive_portal_believed(patch: Patch) -> None:
    _drops(patch, lambda answer: answer.status == 200)


@bug("R21", "the nonce of an answer is not looked at", seeds=2000)
def nonce_ignored(patch: Patch) -> None:
    def decode(body: Any, nonce: str, protocol: int) -> Any:
        return honest(body, body[1] if isinstance(body, list) else nonce, protocol)

    honest = message.decode
    patch(message, "decode", decode)
    patch(taking, "applies", lambda delta, scope: True)


@bug("R8", "the phone does not say how much waits")
def queue_not_told(patch: Patch) -> None:
    patch(Tab, "waiting", lambda tab: 0)


@bug("R11", "the base of an edit is the server's version, not the own unsent one")
def own_branch_ignored(patch: Patch) -> None:
    def append(tab: Tab, record: str, name: str, op: str, value: Any, base: list[str]) -> int:
        row = tab.all("evaluation").get(record)
        if op == "set" and row is not None:
            held = row["fields"].get(name, (None, None))[1]
            base = [held] if held else []
        return honest(tab, record, name, op, value, base)

    honest = Tab.append
    patch(Tab, "append", append)


@bug("R13", "a new version of the app empties the outbox when it upgrades the stores")
def upgrade_clears_outbox(patch: Patch) -> None:
    def renew(one: Phone) -> None:
        one.disk(one.person).write(lambda stores: stores["outbox"].clear())
        honest(one)

    honest = events.renew
    patch(events, "renew", renew)


@bug("R14", "the device keeps its id when the browser has cleared its numbers", seeds=1000)
def device_outlives_its_numbers(patch: Patch) -> None:
    patch(Phone, "renamed", lambda one: one.device)


@bug("R15", "the outbox is written with relaxed durability")
def relaxed_outbox(patch: Patch) -> None:
    patch(Tab, "keep", lambda tab, work: tab.disk.write(work, strict=False))


@bug("R15", '"saved" is shown before the transaction is complete')
def saved_too_early(patch: Patch) -> None:
    def append(tab: Tab, *wish: Any) -> int:
        try:
            return honest(tab, *wish)
        except Crash:
            tab.phone.world.oracle.saved(tab.version(tab.n + 1))
            raise

    honest = Tab.append
    patch(Tab, "append", append)


@bug("R16", "a dead handle's failure is taken for a success", seeds=400)
def dead_handle_swallowed(patch: Patch) -> None:
    def reopen(disk: Disk, work: Any, strict: bool) -> Any:
        return work({name: dict(store) for name, store in disk.live.items()})

    patch(Disk, "reopen", reopen)


@bug("R17", "when room runs out, old edits make room", seeds=1000)
def quota_eats_the_outbox(patch: Patch) -> None:
    def make_room(disk: Disk) -> None:
        disk.write(lambda stores: stores["outbox"].pop(min(stores["outbox"], default=0), None))

    patch(world, "make_room", make_room)


@bug("R17", "an answer that does not fit is thrown away with its receipts", seeds=1000)
def quota_loses_receipts(patch: Patch) -> None:
    def take(disk: Disk, answer: Any, asked: Any, now: float) -> Any:
        try:
            return disk.write(lambda stores: taking.write(stores, answer, asked, now, True)), False
        except StorageFailed:
            for n, _, _ in answer["receipts"]:
                disk.live["outbox"].pop(n, None)
            raise

    patch(taking, "take", take)


@bug("R18", "something else is awaited inside the transaction: it ends after the number, before the edit")
def transaction_ends_early(patch: Patch) -> None:
    def keep(tab: Tab, work: Any) -> None:
        def number_alone(stores: Any) -> None:
            after = {name: dict(store) for name, store in stores.items()}
            work(after)
            stores["meta"]["n"] = after["meta"]["n"]

        def rest(stores: Any) -> None:
            before = {**stores, "meta": {**stores["meta"], "n": tab.n}}
            work(before)
            stores["outbox"] = before["outbox"]

        tab.disk.write(number_alone)
        tab.disk.write(rest)

    patch(Tab, "keep", keep)


@bug("R19", "only Background Sync starts a round: no timer, no event, no save")
def background_sync_alone(patch: Patch) -> None:
    patch(Tab, "poke", lambda tab, hopeful: None)
    patch(Tab, "queue", lambda tab: [replace(one, state="update_needed") for one in queue(tab)])


queue = Tab.queue


@bug("R20", "a tab that was frozen keeps the lock, and the others wait for ever", seeds=1000)
def lock_for_ever(patch: Patch) -> None:
    def settle(one: world.World) -> None:
        locked = {each.name for each in one.phones if each.lock is not None and each.lock in each.tabs}
        drain = one._drain
        one._drain = lambda each: True if each.name in locked else drain(each)  # type: ignore[method-assign]
        honest(one)

    honest = world.World.settle
    patch(world.World, "settle", settle)
    patch(world.World, "lock_ends", lambda one, each: False)


@bug("R22", "the server's Retry-After is not kept", seeds=400)
def retry_after_ignored(patch: Patch) -> None:
    def ended(tab: Tab, outcome: Outcome) -> None:
        honest(tab, replace(outcome, retry_after_s=0) if outcome.was == "busy" else outcome)

    honest = Tab.ended
    patch(Tab, "ended", ended)


@bug("R22", "a told wait is taken for the end of the queue", seeds=400)
def busy_drops(patch: Patch) -> None:
    _drops(patch, lambda answer: answer.status in (429, 503))


@bug("R23", "the queue belongs to the phone, not to the person: whoever is signed in sends it", seeds=1000)
def one_queue_for_all(patch: Patch) -> None:
    def enter(one: Phone, person: str) -> None:
        before = one.disk(one.person)
        honest(one, person)
        if one.disk(person) is not before:
            moved = {n: entry for n, entry in before.live["outbox"].items() if n not in one.disk(person).live["outbox"]}
            highest = max([0, *moved])

            def take(stores: Any) -> None:
                stores["outbox"] |= moved
                stores["meta"]["n"] = max(stores["meta"].get("n", 0), highest)

            before.write(lambda stores: stores["outbox"].clear())
            one.disk(person).write(take)
            for tab in one.tabs:
                tab.hear()

    honest = Phone.enter
    patch(Phone, "enter", enter)


@bug("R23", "signing out throws unsent edits away", seeds=400)
def sign_out_wipes(patch: Patch) -> None:
    def sign_out(disk: Disk) -> None:
        honest(disk)
        disk.write(lambda stores: stores["outbox"].clear())

    honest = keeping.sign_out
    patch(keeping, "sign_out", sign_out)


@bug("R23", "an expired session empties the queue", seeds=200)
def expired_session_drops(patch: Patch) -> None:
    _drops(patch, lambda answer: answer.status == 401 and answer.ours)


@bug("pull f", "a conflict is shown as applied")
def wrong_status_shown(patch: Patch) -> None:
    def receipts(stores: Any, answer: Any, now: float) -> None:
        told = [
            (n, "applied" if result in ("conflict", "same") else result, about)
            for n, result, about in answer["receipts"]
        ]
        honest(stores, {**answer, "receipts": told}, now)

    honest = taking.write_receipts
    patch(taking, "write_receipts", receipts)


@bug("R3", "a wait that was reckoned while the clock stood ahead is kept after it was put right", seeds=6000)
def a_wrong_clock_stalls(patch: Patch) -> None:
    patch(planner, "must_wait", lambda until, now, longest=0: until > now)


@bug("R12", "the ledger's 30 days are reckoned by the phone's own clock of the moment", seeds=10_000)
def a_wrong_clock_forgets(patch: Patch) -> None:
    def forget(disk: Disk, now: int) -> None:
        before = now - keeping.LEDGER_MS
        with suppress(StorageFailed):
            disk.write(
                lambda stores: [
                    stores["ledger"].pop(n) for n, one in list(stores["ledger"].items())
                    if one["at"] < before and not one.get("parked") and not one.get("overlay")
                ] and None
            )  # fmt: skip

    patch(keeping, "forget_old", forget)
