"""A phone as its owner has it: one browser with a disk for each person, tabs, a clock of its own.

Mirrors `outbox.ts`, `overlay.ts`, `round.ts` and `driver.ts`. A tab keeps in memory what the client
keeps in memory, so that two tabs know different things; everything that must outlive a crash is on disk.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from server.sync_api.columns import PROTOCOL
from tests.sim import keeping, message, names, taking
from tests.sim.disk import Disk, StorageFailed, Stores
from tests.sim.oracle import Look
from tests.sim.planner import FRESH_LINE, Outcome, QueueItem, Situation, learn, plan, refreshed
from tests.sim.reply import Reply, outcome_of
from tests.sim.shown import Edit, Shown

if TYPE_CHECKING:
    from tests.sim.world import World

LOCK_WAIT_MS = 20_000
TIME_LIMIT_MS = 15_000
MOST_RACES = 100
MOST_AGAIN = 100


class LostRace(Exception):
    """Another tab took the number, froze the edit, or gave it another content."""


class Phone:
    """One browser. `owner` is the index of its first person; a shared phone has more."""

    def __init__(self, world: World, name: str, person: str) -> None:
        self.world, self.name, self.person = world, name, person
        self.device = world.new_id()
        self.disks: dict[str, Disk] = {}
        self.tabs: list[Tab] = []
        self.offset = 0
        self.app = "new"
        self.aged = False
        """The server has learned a newer protocol since this phone first spoke to it."""
        self.session: str | None = person
        """Whose cookie the browser holds; None: the login has run out."""
        self.lock: Tab | None = None
        self.open(1)

    @property
    def now(self) -> int:
        """By this phone's own clock."""
        return self.world.now + self.offset

    @property
    def protocol(self) -> int:
        """What this build of the app speaks: an old one yesterday's, once the server has moved on."""
        return PROTOCOL - 1 if self.app == "old" and self.aged else PROTOCOL

    def disk(self, person: str) -> Disk:
        if person not in self.disks:
            made = self.disks[person] = Disk()
            made.hit = self.world.note
            self.name_disk(person)
        return self.disks[person]

    def name_disk(self, person: str) -> None:
        self.disks[person].live["meta"] |= {"device": self.device, "writer": f"{self.device}.{person}"}

    def open(self, tabs: int) -> None:
        """Start the app anew; what memory knew is gone."""
        self.lock = None
        self.tabs = []
        for _ in range(tabs):
            tab = Tab(self, self.person)
            self.tabs.append(tab)
            tab.start()

    def crash(self) -> None:
        """The browser dies and is started again."""
        for disk in self.disks.values():
            disk.died()
        self.open(1)

    def evict(self) -> None:
        """The browser throws the site's data away: a new phone to the server."""
        for disk in self.disks.values():
            disk.evicted()
        self.device = self.renamed()
        for person in self.disks:
            self.name_disk(person)
        self.session, self.app = None, "new"
        self.open(1)

    def renamed(self) -> str:
        """A device id that nobody had, since the numbers begin anew."""
        return self.world.new_id()

    def enter(self, person: str) -> None:
        """Sign in; the one before, if another, is signed out first."""
        with suppress(StorageFailed):  # a phone that is full must not lose the login
            if person != self.person:
                keeping.sign_out(self.disk(self.person))
        self.person, self.session = person, person
        with suppress(StorageFailed):
            self.disk(person).write(lambda stores: stores["meta"].pop("left", None))
        if any(tab.person != person for tab in self.tabs):
            self.open(1)
        for tab in self.tabs:
            tab.line = refreshed(tab.line, "login")
            tab.asked = True


class Asking:
    """A request on its way, and what the tab must remember to judge the answer."""

    def __init__(self, body: list[Any], nonce: str, held: taking.Held, ns: tuple[int, ...], at: int) -> None:
        self.body, self.nonce, self.held, self.ns, self.at = body, nonce, held, ns, at


class Tab(Shown):
    """One open page of one person."""

    def __init__(self, phone: Phone, person: str) -> None:
        super().__init__(phone, person)
        self.disk = phone.disk(person)
        self.line = FRESH_LINE
        self.asked, self.unfinished, self.again = True, False, 0
        self.last_round_at: int | None = None
        self.asking: Asking | None = None
        self.n = 0

    # ---- memory --------------------------------------------------------------------------------

    def start(self) -> None:
        self.hear()
        with suppress(StorageFailed):
            for n, entry in list(self.entries.items()):
                if entry["state"] in ("update_needed", "set_aside"):
                    self._change(n, state="queued")
        with suppress(StorageFailed):
            keeping.forget_old(self.disk, self.phone.now)

    def hear(self) -> None:
        """Take what the disk says in place of what memory says."""
        stores = self.disk.read()
        self.entries, self.n = dict(stores["outbox"]), stores["meta"].get("n", 0)
        self.confirmed = [one["edit"] for one in stores["ledger"].values() if one.get("overlay")]
        self.refused = [
            one["edit"] for one in stores["ledger"].values() if one.get("parked") and one["result"] == "parked"
        ]
        self.rows = stores["rows"]

    # ---- saving --------------------------------------------------------------------------------

    def append(self, record: str, name: str, op: str, value: Any, base: list[str]) -> int:
        """Returns n when the edit is on disk, not before. Raises StorageFailed."""
        wish = {"record": record, "field": name, "op": op, "value": value, "base": base}
        look = self.phone.world.oracle.looks(self, record, name)
        unseen: set[str] = set()
        for _ in range(MOST_RACES):
            try:
                return self._write(wish, look, unseen)
            except LostRace:
                self.phone.world.note("lost race")
                self.hear()
        raise StorageFailed("failed")

    def _write(self, wish: Edit, look: Look, unseen: set[str]) -> int:
        at = self.phone.now
        before = self.replaceable(wish)
        n = self.n + 1 if before is None else before["n"]
        named: list[str] = []

        def meant(name: str) -> list[str]:
            named.append(name)
            version, _, under = names.in_shown(name)
            return under if name in unseen else [version]

        said = names.renamed(wish, meant)
        base = said["base"] if before is None else before["edit"]["base"]
        edit = {**said, "n": n, "base": base, "device_time_ms": at, "writing": self.disk.writing()}
        entry = {
            "n": n, "record": wish["record"], "edit": edit, "state": "queued", "attempts": 0, "not_before": 0,
            "at": at if before is None else before["at"],
        }  # fmt: skip
        expected = self.n
        self.phone.world.oracle.saving(self, edit, before is not None, look)

        def work(stores: Stores) -> None:
            if stores["meta"].get("n", 0) != expected:
                raise LostRace
            if new := names.other_than_shown(stores, named) - unseen:
                unseen.update(new)
                raise LostRace
            if before is None:
                if n in stores["outbox"]:
                    raise LostRace
                stores["meta"]["n"] = n
            elif self.frozen(stores["outbox"].get(n)):
                raise LostRace
            stores["outbox"][n] = entry

        try:
            self.keep(work)
        except (LostRace, StorageFailed):
            self.phone.world.oracle.refused(self.version(n))
            raise
        self.entries[n] = entry
        self.n = max(self.n, n)
        return n

    def keep(self, work: Any) -> None:
        """The strict transaction of a save."""
        self.disk.write(work)

    def frozen(self, entry: Edit | None) -> bool:
        """It has once been on the wire, or is there no more."""
        return entry is None or entry["attempts"] > 0

    def replaceable(self, wish: Edit) -> Edit | None:
        """The edit whose place this one may take: unsent, the same field, the record's newest, seen by its author."""
        if wish["op"] != "set":
            return None
        mine = [one for one in self.entries.values() if one["record"] == wish["record"]]
        newest = max(mine, key=lambda one: int(one["n"]), default=None)
        if newest is None or self.frozen(newest) or newest["state"] != "queued":
            return None
        if newest["edit"]["op"] != "set" or newest["edit"]["field"] != wish["field"]:
            return None
        return newest if wish["base"] == [self.shown(newest["edit"])] else None

    def _change(self, n: int, **change: Any) -> None:
        def work(stores: Stores) -> None:
            if n in stores["outbox"]:
                stores["outbox"][n] = {**stores["outbox"][n], **change}

        self.disk.write(work)
        if n in self.entries:
            self.entries[n] = {**self.entries[n], **change}

    # ---- rounds --------------------------------------------------------------------------------

    def queue(self) -> list[QueueItem]:
        items = sorted(self.entries.values(), key=lambda one: int(one["n"]))
        return [QueueItem(e["n"], e["record"], e["state"], e["not_before"], message.size_of(e["edit"])) for e in items]

    def poke(self, hopeful: bool) -> None:
        self.asked = True
        if hopeful:
            self.line = refreshed(self.line, "event")

    def begin(self, visible: bool = True) -> Asking | None:
        """Ask the planner; freeze what goes and give the request, or None when nothing is to be done."""
        said = plan(
            Situation(self.phone.now, self.queue(), self.line, visible, self.asked, self.unfinished, self.last_round_at)
        )
        if said.ns is None:
            return None
        self.asked = False
        try:
            edits = self.freeze(said.ns)
        except StorageFailed:
            self.ended(Outcome("refused"))
            return None
        held = taking.held_in(self.disk.read())
        nonce = self.phone.world.token()
        oldest = min([self.phone.now, *(one["at"] for one in self.entries.values())])
        body = message.request(
            self.phone.device, self.person, nonce, held, edits, self.waiting(), (self.phone.now - oldest) // 1000
        )
        body[0] = self.phone.protocol
        sent = tuple(edit["n"] for edit in edits)
        self.asking = Asking(body, nonce, held, sent, self.phone.world.now)
        return self.asking

    def waiting(self) -> int:
        """What the phone tells of its queue with each contact."""
        return len(self.entries)

    def freeze(self, ns: tuple[int, ...]) -> list[Edit]:
        """Mark edits as on the wire before they are; give those still here, with their last content."""

        def work(stores: Stores) -> list[Edit]:
            found = []
            for n in ns:
                if n in stores["outbox"]:
                    held = stores["outbox"][n]
                    stores["outbox"][n] = {
                        **held,
                        "state": "sending",
                        "attempts": held["attempts"] + 1,
                        "not_before": 0,
                    }
                    found.append(stores["outbox"][n])
            return found

        frozen: list[Edit] = self.disk.write(work) if ns else []
        self.entries |= {one["n"]: one for one in frozen}
        return [one["edit"] for one in frozen]

    def finish(self, reply: Reply) -> None:
        """The round's end: believe the answer only when it is ours, write it down, learn."""
        asking, self.asking = self.asking, None
        assert asking is not None
        ours = self.ours(reply, asking)
        outcome = Outcome("answered") if ours is not None else self.judged(reply, asking)
        pulled = None
        if ours is not None:
            self.phone.aged = True
            try:
                pulled, _full = taking.take(self.disk, ours, asking.held, self.phone.now)
            except StorageFailed:
                outcome = Outcome("refused")
        self.again = self.again + 1 if pulled is not None and pulled.again else 0
        self.ended(outcome)

    def ours(self, reply: Reply, asking: Asking) -> dict[str, Any] | None:
        """The answer, when it is one of ours to exactly this request."""
        if reply.status != 200:
            return None
        try:
            return message.decode(reply.body, asking.nonce, asking.body[0])
        except (message.NotOurs, TypeError, LookupError, ValueError):
            return None

    def judged(self, reply: Reply, asking: Asking) -> Outcome:
        """Every end that is not an answer of ours. None of them deletes anything."""
        return outcome_of(reply, asking.ns)

    def ended(self, outcome: Outcome) -> None:
        lesson = learn(self.line, outcome, self.phone.now, self.phone.world.chance.random())
        self.line = lesson.line
        self.last_round_at = self.phone.now
        self.unfinished = 0 < self.again < MOST_AGAIN
        if lesson.set_aside is not None:
            self._change(lesson.set_aside, state="set_aside")
        self.hear()

    def renewed(self) -> None:
        """The login is back."""
        self.line = replace(refreshed(self.line, "login"))
        self.asked = True
