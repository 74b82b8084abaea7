"""What a phone does with what it keeps: `keeping.ts`, and the sign-out of `people-store.ts`."""

from __future__ import annotations

from dataclasses import replace

from tests.sim.disk import Disk, Stores

LEDGER_MS = 30 * 24 * 3_600_000


def sign_out(disk: Disk) -> None:
    """Rows go, edits stay; the epoch stays, for it tells whether the ledger must be offered again."""

    def leave(stores: Stores) -> None:
        stores["meta"]["left"] = True
        stores["rows"], stores["scopes"] = {}, {}
        if "sync" in stores["meta"]:
            stores["meta"]["sync"] = {**stores["meta"]["sync"], "access": ""}

    disk.write(leave)


def make_room(disk: Disk) -> None:
    """Room for an edit: what comes later anyway goes first; it is pulled again when there is room."""

    def work(stores: Stores) -> None:
        for name, scope in list(stores["scopes"].items()):
            if not name.startswith(("rate:", "own:")):
                for key in [key for key in stores["rows"] if key[0] == name]:
                    del stores["rows"][key]
                stores["scopes"][name] = replace(scope, cursor=0)

    disk.write(work)


def forget_old(disk: Disk, now: int) -> None:
    """The ledger's memory ends after 30 days of the server's time, but for what its author has not seen to.

    Not of the phone's: one start under a clock a year ahead would forget what a restored server lacks.
    """

    def work(stores: Stores) -> None:
        before = stores["meta"].get("sync", {}).get("server_at", 0) - LEDGER_MS
        for n, entry in list(stores["ledger"].items()):
            if entry["server_at"] < before and not entry.get("parked") and not entry.get("overlay"):
                del stores["ledger"][n]

    disk.write(work)
