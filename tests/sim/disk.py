"""A phone's disk: IndexedDB with transactions, and every way in which it fails.

A transaction is all or nothing. A strict one is on disk when `write` returns; what a relaxed one wrote
is lost with a crash, unless a strict one followed. `storm` is what goes wrong in the next write:
    crash_before  the browser dies before the commit      crash_after  after it, before anybody heard
    quota         no room for rows; a small edit still fits unless `full`
    dead          the handle is dead: opened again and tried once more
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

T = TypeVar("T")
Stores = dict[str, dict[Any, Any]]
STORES = ("meta", "rows", "scopes", "outbox", "ledger")


class Crash(BaseException):
    """The browser died; nobody in it learns anything more."""


class StorageFailed(Exception):
    """`why`: full, or failed."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


class DeadHandle(Exception):
    """The handle died in a background tab; the data did not."""


class Disk:
    """One person's database on one phone. Entries are values: replaced whole, never changed."""

    def __init__(self) -> None:
        self.live: Stores = {name: {} for name in STORES}
        self.durable: Stores = self.live
        self.storm: str | None = None
        self.storm_in = 0
        self.rows_max: int | None = None
        """Rows that fit; None: any number."""
        self.hit: Callable[[str], None] = lambda _: None
        self.writings = 0
        """How many contents were sealed here: what an iv is to the client."""

    def writing(self) -> int:
        """Tells one content of an edit from the next, whatever becomes of it."""
        self.writings += 1
        return self.writings

    def arm(self, storm: str, after: int = 0) -> None:
        """Let the write after `after` others fail."""
        self.storm, self.storm_in = storm, after

    def read(self) -> Stores:
        """Everything, as one read-only transaction sees it."""
        return self.live

    def write(self, work: Callable[[Stores], T], strict: bool = True) -> T:
        """Run `work` in one transaction. Raises StorageFailed, Crash."""
        storm = self._storm()
        if storm == "dead":
            try:
                raise DeadHandle
            except DeadHandle:
                return self.reopen(work, strict)
        return self._transact(work, strict, storm)

    def reopen(self, work: Callable[[Stores], T], strict: bool) -> T:
        """A dead handle is dropped, opened again, and the work done anew."""
        return self._transact(work, strict, None)

    def _storm(self) -> str | None:
        if self.storm is None:
            return None
        if self.storm_in > 0:
            self.storm_in -= 1
            return None
        storm, self.storm = self.storm, None
        self.hit(storm)
        return storm

    def _transact(self, work: Callable[[Stores], T], strict: bool, storm: str | None) -> T:
        after = {name: dict(store) for name, store in self.live.items()}
        result = work(after)
        if storm == "crash_before":
            raise Crash
        if self.rows_max is not None and len(after["rows"]) > max(self.rows_max, len(self.live["rows"])):
            self.hit("quota")
            raise StorageFailed("full")
        if storm == "full":
            raise StorageFailed("full")
        self.live = after
        if strict:
            self.durable = after
        if storm == "crash_after":
            raise Crash
        return result

    def died(self) -> None:
        """What was not on disk is gone."""
        self.live = self.durable

    def evicted(self) -> None:
        """The browser took the site's data away."""
        self.live = self.durable = {name: {} for name in STORES}
