"""One seed, played: phones, people, the wire and the server, and the checks after every step.

Everything that happens is drawn from the script; time moves only when a step says so. After the script
comes the quiet: faults stop, nobody types, and within a bounded number of rounds all must be well.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from random import Random
from typing import Any

from server.foundation.ids import short
from tests.sim import desk, events, ledger, reply, wire
from tests.sim.checks import CHECKS, FINAL_CHECKS, Violation
from tests.sim.checks.rounds import the_queue_empties
from tests.sim.disk import Crash, StorageFailed
from tests.sim.hands import wishes
from tests.sim.keeping import make_room
from tests.sim.oracle import Oracle
from tests.sim.phone import Asking, Phone, Tab
from tests.sim.reply import Reply, problem
from tests.sim.script import Script
from tests.sim.server import START_MS, Server

ROUNDS_MAX = 60
"""Rounds of the quiet, for each phone, before "it never ends" is said."""
ROUND_MS = 310_000


@dataclass
class Facts:
    """What really happened, as somebody in the plant would tell it; the checks judge by this."""

    first_cycle: str
    ids: dict[str, str]
    """Name -> the person's id on the wire."""
    delegates: set[str] = field(default_factory=set)
    were_delegates: set[str] = field(default_factory=set)
    cycle: str = "open"
    cycles: int = 1
    cycle_was: set[str] = field(default_factory=lambda: {"open"})
    retired: set[str] = field(default_factory=set)
    restores: int = 0
    had_effect: set[str] = field(default_factory=set)
    """Edits that a database had taken which was put back since."""
    quiet: bool = False
    upgrades: list[tuple[str, set[int], set[int]]] = field(default_factory=list)
    """(phone, numbers in the outbox before, after)"""
    exchanges: list[dict[str, Any]] = field(default_factory=list)
    """Answers of this step: request, answer, the feed at that moment, the queue that the phone really had."""
    rounds: list[dict[str, Any]] = field(default_factory=list)
    """Rounds of this step: what the phone was told last, and when it asked again."""


@dataclass
class InFlight:
    """A request that has not arrived, or an answer that has not."""

    phone: Phone
    tab: Tab
    asking: Asking
    answer: Reply | None = None


class World:
    """Plays one script."""

    def __init__(self, script: Script) -> None:
        self.script, self.now = script, START_MS
        self.chance = Random(script.seed ^ 0x5EED)
        self.faults: Counter[str] = Counter()
        self.oracle = Oracle()
        self.flights: list[InFlight] = []
        self.old_answers: dict[str, Reply] = {}
        self.told: dict[Tab, float] = {}
        """Until when the server told a tab to wait."""
        self.waits: dict[str, int] = {}
        """Nonce -> how many edits really waited when the phone asked."""
        self.server = Server(self.chance, self.note)
        self.server.on_answer = self._answered
        self.facts = Facts(
            short(self.server.plant.cycle_id), {name: short(one) for name, one in self.server.plant.people.items()}
        )
        self._people = {one: name for name, one in self.facts.ids.items()}
        self._books: ledger.Books | None = None
        self._read_at = -1
        self.memory: dict[str, Any] = {}
        """What a check remembers from one step to the next, by its name."""
        if script.delegated:
            desk.delegate(self)
        self.server.backup()
        self.phones = []
        for name, person, app in script.phones:
            phone = Phone(self, name, self.facts.ids[person])
            phone.app = app
            self.phones.append(phone)

    # ---- what phones ask of the world ------------------------------------------------------------

    def note(self, fault: str) -> None:
        """A fault happened: counted where it bites, not where it is wished for."""
        self.faults[fault] += 1

    def new_id(self) -> str:
        return short(desk.uuid_of(self.chance))

    def token(self) -> str:
        return "".join(self.chance.choices("abcdefghjkmnpqrstvwxyz", k=6))

    def person(self, one: str) -> str:
        """supervisor for the id on the wire."""
        return self._people[one]

    @property
    def books(self) -> ledger.Books:
        """The server's tables as they are now."""
        if self._books is None or self._read_at != self.server.commits:
            self._books = ledger.read(self.server.plant.raw)
            self._read_at = self.server.commits
        return self._books

    def ask(self, phone: Phone, tab: Tab, body: list[Any]) -> Reply | None:
        """The request reaches the server; None: the server died over it."""
        self.server.plant.clock.ms = self.now
        if phone.session != tab.person:
            return problem(401, "auth_required")
        person = self.person(tab.person)
        answer = self.server.exchange(body, person, person in self.facts.retired, phone.app)
        if answer is None:
            self.note("server killed")
        return answer

    def _answered(self, body: list[Any], answer: Any, place: int) -> None:
        feed, waits = ledger.read_feed(self.server.plant.raw), self.waits.get(body[3])
        self.facts.exchanges.append({"request": body, "answer": answer, "feed": feed, "waits": waits, "place": place})

    # ---- steps -----------------------------------------------------------------------------------

    def run(self) -> World:
        """Play it all. Raises Violation."""
        try:
            for number, step in enumerate(self.script.steps):
                self.oracle.step = number
                self.now += self.chance.randint(200, 4_000)
                self.step(step)
                self.check(CHECKS)
            self.settle()
            self.oracle.step = len(self.script.steps)
            self.check(CHECKS)
            self.check(FINAL_CHECKS)
            # Worlds share one database: what this one came to is read before another begins.
            assert self.books.epoch
        except Violation as found:
            found.step = self.oracle.step
            raise
        finally:
            self.server.close()
        return self

    def check(self, checks: Any) -> None:
        found: list[Violation] = []
        for check in checks:
            try:
                check(self)
            except Violation as one:
                found.append(one)
        if found:
            found[0].also = tuple(one.check for one in found)
            raise found[0]
        self.facts.exchanges.clear()
        self.facts.rounds.clear()

    def step(self, step: list[Any]) -> None:
        match step:
            case ["edit", at, tab, kind, dice]:
                self.edit(self.phones[at], tab, kind, dice)
            case ["sync", at, tab, fate, hopeful, dice]:
                self.sync(self.phones[at], tab, fate, hopeful, dice)
            case ["deliver", dice] if self.flights:
                wire.deliver(self, self.flights.pop(dice % len(self.flights)))
            case ["event", at, what, dice]:
                self.alive(self.phones[at], lambda: events.happen(self, self.phones[at], what, Random(dice)))

    def alive(self, phone: Phone, work: Any) -> Any:
        """Do something on a phone; if its browser dies over it, start it again."""
        try:
            return work()
        except Crash:
            self.note("browser killed")
            phone.crash()
            return None

    def edit(self, phone: Phone, number: int, kind: str, dice: int) -> None:
        tab = phone.tabs[number % len(phone.tabs)]
        for wish in wishes(tab, self.oracle, kind, dice):
            if tab in phone.tabs:  # else the browser died over the one before
                self.save(phone, tab, *wish)
        if kind == "finish" and tab in phone.tabs:
            for wish in wishes(tab, self.oracle, "submit", dice):
                self.save(phone, tab, *wish)

    def save(self, phone: Phone, tab: Tab, *wish: Any) -> None:
        """A person taps; "saved" is shown when the phone says so."""

        def saving() -> None:
            try:
                n = tab.append(*wish)
            except StorageFailed as failed:
                if failed.why != "full":
                    return
                make_room(tab.disk)
                try:
                    n = tab.append(*wish)
                except StorageFailed:
                    return
            self.oracle.saved(tab.version(n))

        self.alive(phone, saving)

    def sync(self, phone: Phone, number: int, fate: str, hopeful: bool, dice: int) -> None:
        """A round of one tab, and what becomes of it on the way."""
        tab = phone.tabs[number % len(phone.tabs)]
        if tab.asking is not None:
            self.now += 15_000
            self.note("time out")
            self.finish(phone, tab, reply.TIMEOUT)
            if tab not in phone.tabs:
                return
        if phone.lock is not None and phone.lock is not tab and phone.lock in phone.tabs:
            if not self.lock_ends(phone):
                return
            self.note("two rounds at once")
        tab.hear() if dice % 3 else None
        tab.poke(hopeful)
        asking = self.begin(phone, tab)
        if asking is None:
            return
        phone.lock = tab
        if len(phone.tabs) == 1:
            self.waits[asking.nonce] = len(tab.disk.durable["outbox"])
        wire.travel(self, InFlight(phone, tab, asking), fate, Random(dice))

    def begin(self, phone: Phone, tab: Tab) -> Asking | None:
        """Let the planner speak; None when it says to wait."""
        asking: Asking | None = self.alive(phone, tab.begin)
        if asking is not None:
            self.facts.rounds.append({"at": self.now, "told": self.told.get(tab, 0)})
        return asking

    def lock_ends(self, phone: Phone) -> bool:
        """A frozen tab may hold the lock for ever: after twenty seconds the round runs all the same."""
        self.now += 20_000
        return True

    def finish(self, phone: Phone, tab: Tab, answer: Reply | None) -> None:
        """The round ends for the phone. None: the line was cut."""
        if phone.lock is tab:
            phone.lock = None
        if tab in phone.tabs and tab.asking is not None:
            if answer is not None and answer.status in (429, 503) and answer.retry_after_s is not None:
                self.told[tab] = self.now + answer.retry_after_s * 1000
            self.alive(phone, lambda: tab.finish(answer or reply.OFFLINE))

    # ---- the quiet -------------------------------------------------------------------------------

    def settle(self) -> None:
        """Faults stop; nobody touches anything but the login. Raises Violation when it never ends."""
        self.facts.quiet = True
        self.flights.clear()
        self.server.trouble = None
        for phone in self.phones:
            for disk in phone.disks.values():
                disk.storm, disk.rows_max = None, None
            self.now += ROUND_MS
            for tab in phone.tabs:
                if tab.asking is not None:
                    self.finish(phone, tab, reply.OFFLINE)
            phone.open(len(phone.tabs))
        self._calm()
        for phone in self.phones:
            if phone.app == "old":
                # Its own queue, while it is old. Another's may wait for what this one offers again to a restored
                # server, of which it hears when its owner says yes to the new version: an old one gets no rows.
                the_queue_empties(self, [phone])
                phone.app = "new"
                phone.open(len(phone.tabs))
        self._calm()
        for phone in self.phones:
            for tab in phone.tabs:
                tab.hear()

    def _calm(self) -> None:
        for number in range(ROUNDS_MAX):
            if not [phone for phone in self.phones if not self._calm_round(phone)] and number > 1:
                return

    def _calm_round(self, phone: Phone) -> bool:
        """One round for everybody who has edits on this phone. Returns whether nothing is left to do."""
        calm = True
        for person in sorted(phone.disks, key=lambda one: one == phone.person):
            home = phone.person
            if person != phone.person:
                stores = phone.disks[person].live
                heard = stores["meta"].get("sync", {}).get("epoch", "") in ("", self.books.epoch)
                if not stores["outbox"] and heard:
                    continue
                phone.enter(person)
            if phone.session is None:
                phone.enter(person)
            calm = self._drain(phone) and calm
            if home != phone.person:
                phone.enter(home)
                self._drain(phone)
        return calm

    def _drain(self, phone: Phone) -> bool:
        self.now += ROUND_MS
        before = ledger.progress(self.server.plant.raw)
        for tab in list(phone.tabs):
            tab.poke(True)
            tab.hear()
            asking = self.begin(phone, tab)
            if asking is not None:
                self.finish(phone, tab, self.ask(phone, tab, asking.body))
        tab = phone.tabs[0]
        rest = [one for one in tab.entries.values() if one["state"] not in ("held", "set_aside")]
        return not rest and not tab.unfinished and not tab.asking and before == ledger.progress(self.server.plant.raw)
