"""One run: a server, its database, a network, phones, and three phases: calm, faults, faults stopped.

Nothing waits for a length of time: the nemesis waits for acknowledgements or attempts, the last phase for empty queues
within a bounded number of rounds.
"""

import os
import random
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from http.client import HTTPException
from pathlib import Path
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from tests.faults import judge
from tests.faults.handset import Handset, TurnedAway
from tests.faults.oracle import Oracle
from tests.faults.proxy import Proxy
from tests.faults.servers import Server

if TYPE_CHECKING:
    from tests.faults.databases import Postgres
    from tests.faults.scenario import Scenario

RATERS = ("10011", "10013", "10012")
CALM = 12
ROUNDS_MAX = 120
PATIENCE_S = 60 if os.environ.get("GEMBA_FAULTS") == "selftest" else 300
"""A bound on waiting for a state, for machines that have much else to do; no figure is taken from it. What a planted
bug keeps from coming is waited for as long, so there it is shorter."""
ANSWERS = 100


@dataclass(frozen=True)
class Outcome:
    """One line of the table."""

    fault: int
    database: str
    seed: int
    saved: int
    acknowledged: int
    lost: int
    doubled: int
    errors: int
    hands: int
    recovery_s: float


class Starved(Exception):
    """The machine was too busy for a verdict: neither sound nor a bug that was caught."""


class World:
    """Phones act in threads of their own; the test is the nemesis."""

    cluster: "Postgres"
    short = False
    """In `make test`: as few repetitions as prove it."""

    def __init__(self, scenario: "Scenario", server: Server, folder: Path, seed: int, bug: str = "") -> None:
        self.scenario, self.server, self.seed = scenario, server, seed
        self.chance = random.Random(seed)
        self.oracle = Oracle(folder / "oracle.jsonl")
        self.proxy = Proxy(server.port, seed)
        self.phones = [self.phone(who, bug) for who in RATERS]
        self.bug = bug
        self.usual = "as"
        self.converges = True
        self.recovery_s = 0.0
        self.hands = 0
        self.cleared = 0
        """Edits that no phone holds any more because somebody emptied it: no promise covers them."""
        self._hurt_at: float | None = None
        self._acting = threading.Event()
        self._attempted = threading.Condition()
        self._crashes: list[BaseException] = []
        self._threads: list[threading.Thread] = []

    def phone(self, who: str, bug: str = "") -> Handset:
        """A new phone of somebody, behind the proxy."""
        return Handset(self.proxy.port, who, self.oracle, self.seed, bug=bug)

    # ---- phases --------------------------------------------------------------------------------

    @contextmanager
    def acting(self) -> Iterator[None]:
        """Calm first; inside, phones go on acting while faults happen; afterwards they drain."""
        for phone in self.phones:
            self.at_last(lambda phone=phone: self.signed_in(phone))  # type: ignore[misc]
            while not phone.records():
                self.at_last(phone.round)
        self._acting.set()
        self._threads = [threading.Thread(target=self._act, args=(phone,)) for phone in self.phones]
        for thread in self._threads:
            thread.start()
        try:
            self.acknowledged(CALM)
            yield
        finally:
            self._acting.clear()
            for thread in self._threads:
                thread.join()
        assert not self._crashes, self._crashes
        self.drain()

    def _act(self, phone: Handset) -> None:
        try:
            while self._acting.is_set():
                if len(phone.queue) < 60:
                    for _ in range(phone.chance.randint(1, 4)):
                        phone.score_somebody()
                self.turn(phone)
        except BaseException as crash:
            self._crashes.append(crash)

    def at_last(self, attempt: Callable[[], bool]) -> None:
        """Do what a person would do whom a crowded server turns away: try again. A bug (500) is not waited for."""
        until = time.monotonic() + PATIENCE_S
        while not attempt():
            self._sound()
            assert time.monotonic() < until, f"never served, and nothing is wrong: {self._state()}"
            threading.Event().wait(self.chance.uniform(0, 0.1))

    def signed_in(self, phone: Handset) -> bool:
        """Try to sign in; False when the server had no room."""
        with suppress(OSError, HTTPException, TurnedAway):
            phone.sign_in()
            return True
        return False

    def _sound(self) -> None:
        assert not self._crashes, self._crashes
        assert not self.statuses[500], f"seed {self.seed}: {self.statuses[500]} times HTTP 500: {self._state()}"

    def turn(self, phone: Handset) -> bool:
        """One round of a phone; a failed one is followed by a short pause of random length, as on a phone."""
        if phone.needs_login:
            with suppress(Exception):
                phone.sign_in()
        good = phone.round()
        with self._attempted:
            if good and self._hurt_at is not None:
                self.recovery_s = max(self.recovery_s, time.monotonic() - self._hurt_at)
                self._hurt_at = None
            self._attempted.notify_all()
        if not good:
            threading.Event().wait(phone.chance.uniform(0, 0.1))
        return good

    def drain(self, weather: Sequence[str] = ("ok",)) -> None:
        """Faults have stopped: within a bounded number of rounds every queue is empty, by itself.

        Rounds without an answer count too, but not before a crowded machine had its time to answer one.
        """
        self.proxy.become(weather)
        for phone in self.phones:
            left, until = ROUNDS_MAX, time.monotonic() + PATIENCE_S / 2
            while left > 0:
                good = self.turn(phone)
                if good and not phone.queue:
                    break
                left -= good or time.monotonic() > until
            waiting = [(phone.version(edit), edit, phone.told.get(edit.n)) for edit in phone.queue]
            assert not waiting, f"{phone.employee_no} still holds {len(waiting)} edits: {phone.statuses} {waiting[:5]}"

    # ---- what the nemesis waits for ---------------------------------------------------------------

    def acknowledged(self, more: int) -> None:
        """Wait until so many more edits are acknowledged."""
        wanted, gave_up = len(self.oracle.receipts) + more, self._patience()
        while not self.oracle.wait(wanted, 1):
            self._sound()
            assert not gave_up(), f"no {more} more acknowledgements: {self._state()}"

    def attempted(self, more: int) -> None:
        """Wait until phones have tried so many more times, in vain or not."""
        start = self.attempts
        self.until(f"{more} attempts", lambda: self.attempts >= start + more)

    def until(self, what: str, check: Callable[[], bool]) -> None:
        """Wait for a state that phones' rounds bring about."""
        gave_up = self._patience()
        with self._attempted:
            while not self._attempted.wait_for(check, 1):
                self._sound()
                assert not gave_up(), f"never: {what}; {self._state()}"

    def _patience(self) -> Callable[[], bool]:
        """Says when to give up waiting: after a time, if the server has answered often meanwhile; later, if it lives at
        all. Raises Starved when it had no processor to live on: that says nothing about it."""
        start, answered = time.monotonic(), self.statuses.total()

        def gave_up() -> bool:
            waited = (time.monotonic() - start) / PATIENCE_S
            if waited > 6:
                raise Starved(self._state())
            often = self.statuses.total() - answered >= ANSWERS
            return waited > 1 and (often or (waited > 3 and self.server.ask("/healthz") == 200))

        return gave_up

    @property
    def attempts(self) -> int:
        return sum(phone.attempts for phone in self.phones)

    def hurt(self) -> None:
        """The server is down from now on: what comes until the next believed answer is its recovery."""
        with self._attempted:
            self._hurt_at = time.monotonic()

    def _state(self) -> str:
        return f"{self.statuses} {dict(self.proxy.drawn)}\n{self.server.tail()}"

    @property
    def statuses(self) -> Counter[int]:
        return sum((phone.statuses for phone in self.phones), Counter())

    def sql(self, statement: str) -> None:
        """Change something behind everybody's back."""
        engine = sa.create_engine(self.server.judges_url)
        try:
            with engine.begin() as connection:
                connection.exec_driver_sql(statement)
        finally:
            engine.dispose()

    def ask(self, query: str) -> Sequence[Any]:
        """Rows of the database as they are now."""
        engine = sa.create_engine(self.server.judges_url)
        try:
            with engine.connect() as connection:
                return connection.exec_driver_sql(query).fetchall()
        finally:
            engine.dispose()

    def one_case_for_each_conflict(self) -> None:
        """Every edit that was told of a conflict stands in an existing case, with the others of it."""
        told = sum(letter == "c" for letter in self.oracle.receipts.values())
        rows = self.ask("SELECT count(*), count(DISTINCT case_id) FROM mutation WHERE receipt = 'c'")
        cases = self.ask("SELECT count(*) FROM evaluation_case")[0][0]
        assert told > 0, "two phones that do not see each other do conflict"
        assert rows[0][0] == told
        assert rows[0][1] <= cases

    def clear(self, phone: Handset) -> None:
        """The phone's site data go, and its unsent edits with them; its person goes on with an empty one."""
        self.cleared += len(phone.queue)
        for edit in phone.queue:
            self.oracle.saved.pop(phone.version(edit))
        place = self.phones.index(phone)
        self.phones[place] = self.phone(phone.employee_no, self.bug)

    # ---- the end ----------------------------------------------------------------------------------

    def verdict(self) -> Outcome:
        """Check everything; the line for the table. Raises AssertionError with what is wrong."""
        found = judge.look(self.server.judges_url, self.oracle, self.phones, usual=self.usual)
        for phone in self.phones if self.converges else ():
            fresh = Handset(self.server.port, phone.employee_no, self.oracle)
            self.at_last(lambda fresh=fresh: self.signed_in(fresh))  # type: ignore[misc]
            for one in (phone, fresh):
                for _ in range(3):
                    self.at_last(one.round)
            found.wrong += judge.converge([phone], fresh)
        complaints = [line for phone in self.phones for line in phone.complaints]
        found.wrong += complaints + self.server.complaints()
        errors = self.statuses[500]
        wrong = found.faults()
        assert not wrong, f"seed {self.seed}: {len(wrong)} faults: " + "\n".join(wrong[:12])
        assert errors == 0, f"seed {self.seed}: {errors} times HTTP 500"
        return Outcome(
            self.scenario.fault, self.server.kind, self.seed, found.saved, found.acknowledged, len(found.lost),
            len(found.doubled), errors, self.hands, round(self.recovery_s, 2),
        )  # fmt: skip

    def close(self) -> None:
        self._acting.clear()
        self.proxy.close()
        self.oracle.close()
