"""Pull rules (a) to (f) switched off in the phone."""

from __future__ import annotations

from typing import Any

from tests.sim import taking
from tests.sim.bugs import Patch, bug
from tests.sim.disk import Disk
from tests.sim.taking import Scope


@bug("pull a", "a part behind what is held is applied", seeds=2000)
def stale_part_applied(patch: Patch) -> None:
    patch(taking, "applies", lambda delta, scope: True)


@bug("pull b", "a delta is applied to a scope that holds less than its beginning", seeds=4000)
def no_from_check(patch: Patch) -> None:
    patch(taking, "applies", lambda delta, scope: delta["to"] >= scope.cursor)


@bug("pull c", "cursors are saved before the rows, in a transaction of their own", seeds=1000)
def cursor_before_rows(patch: Patch) -> None:
    def take(disk: Disk, answer: Any, asked: Any, now: float) -> Any:
        def cursors(stores: Any) -> None:
            pulled = taking.pull(answer, asked, taking.held_in(stores), now)
            if pulled.counts and not pulled.new_epoch and answer["scopes"] is None:
                stores["scopes"] = {scope.name: scope for scope in pulled.scopes}

        before = disk.read()["scopes"]
        disk.write(cursors)
        disk.live = {**disk.live, "scopes": before}
        return honest(disk, answer, asked, now)

    honest = taking.take
    patch(taking, "take", take)


@bug("pull d", "a confirmed edit leaves the overlay before the rows hold it", seeds=400)
def overlay_leaves_early(patch: Patch) -> None:
    def lift(stores: Any, pulled: Any) -> None:
        for n, entry in list(stores["ledger"].items()):
            stores["ledger"][n] = {key: value for key, value in entry.items() if key != "overlay"}

    def write(stores: Any, answer: Any, asked: Any, now: float, rows: bool) -> Any:
        pulled = honest(stores, answer, asked, now, rows)
        lift(stores, pulled)
        return pulled

    honest = taking.write
    patch(taking, "write", write)


@bug("pull d", "a confirmed edit lies over the rows for ever")
def overlay_never_leaves(patch: Patch) -> None:
    patch(taking, "lift_overlay", lambda stores, pulled: None)


@bug("pull e", "rows and cursors are kept over a new epoch", seeds=1000)
def rows_kept_over_an_epoch(patch: Patch) -> None:
    def pull(answer: Any, asked: Any, held: Any, now: float) -> Any:
        pulled = honest(answer, asked, held, now)
        if pulled.new_epoch:
            kept = {**pulled.sync, "access": held.sync["access"]}
            return replace_pulled(pulled, held.scopes, kept)
        return pulled

    honest = taking.pull
    patch(taking, "pull", pull)
    patch(taking, "wiped_by_epoch", lambda held: [])


def replace_pulled(pulled: Any, scopes: Any, sync: Any) -> Any:
    pulled.scopes, pulled.sync, pulled.complete_to = scopes, sync, taking.complete_to(scopes)
    return pulled


@bug("pull f", "receipts of an epoch that is over count", seeds=6000)
def old_receipts_count(patch: Patch) -> None:
    def write(stores: Any, answer: Any, asked: Any, now: float, rows: bool) -> Any:
        if taking.is_over(answer, asked, taking.held_in(stores)):
            taking.write_receipts(stores, {**answer, "epoch": taking.held_in(stores).sync["epoch"]}, now)
        return honest(stores, answer, asked, now, rows)

    honest = taking.write
    patch(taking, "write", write)


@bug("R10", "rows of a lost scope stay on the phone")
def lost_scope_keeps_rows(patch: Patch) -> None:
    def renewed(names: list[str], held: tuple[Scope, ...]) -> Any:
        return [], honest(names, held)[1]

    honest = taking.renewed
    patch(taking, "renewed", renewed)


@bug("R10", "a lost scope takes its unsent edits with it", seeds=400)
def lost_scope_wipes_outbox(patch: Patch) -> None:
    def rows(stores: Any, pulled: Any) -> None:
        if any(change[0] == "wipe" for change in pulled.changes) and stores["scopes"]:
            lost = {key[2] for key in stores["rows"] if ("wipe", key[0]) in pulled.changes}
            if not pulled.new_epoch:
                stores["outbox"] = {n: one for n, one in stores["outbox"].items() if one["record"] not in lost}
        honest(stores, pulled)

    honest = taking.write_rows
    patch(taking, "write_rows", rows)


@bug("R12", "after a restore the ledger is not offered again")
def no_offer_again(patch: Patch) -> None:
    patch(taking, "offer_again", lambda stores, epoch: None)
