"""A phone without a browser: protocol 1 over real HTTP, a queue, and a ledger of what was acknowledged.

It does what `pwa/src/sync/` does with an answer, by the same rules (docs/sync.md): only a receipt in an answer with our
content type, protocol number and nonce changes an edit; what was once on the wire is frozen; a new epoch wipes rows
and offers the ledger again.
"""

import http.client
import random
from collections import Counter
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import orjson

from tests.faults.oracle import Oracle
from tests.server.sync_api.phones import Phone as Wire

TERMINAL = "asmcpi"
MAY_SCORE = 1
BATCH = 50


class TurnedAway(Exception):
    """The server has too much to do, and says so (429, 503)."""


@dataclass(frozen=True)
class Edit:
    """One saved edit, as it goes over the wire: (record, [n, dt, code, value, base])."""

    record: str
    parts: tuple[Any, ...]

    @property
    def n(self) -> int:
        return int(self.parts[0])

    @property
    def code(self) -> str:
        return str(self.parts[2])


@dataclass
class Person:
    """Who is signed in, as the wire phone wants to know."""

    id: Any
    employee_no: str


@dataclass
class Handset:
    """One person's phone. `port` is the proxy's or the server's."""

    port: int
    employee_no: str
    oracle: Oracle
    seed: int = 0
    timeout_s: float = 15
    bug: str = ""
    statuses: Counter[int] = field(default_factory=Counter)
    complaints: list[str] = field(default_factory=list)
    queue: list[Edit] = field(default_factory=list)
    ledger: dict[int, tuple[Edit, str, str]] = field(default_factory=dict)
    """n -> edit, receipt, epoch of the receipt."""
    attempts: int = 0
    needs_login: bool = False

    def __post_init__(self) -> None:
        self.chance = random.Random(f"{self.seed} {self.employee_no}")
        self.cookies: dict[str, str] = {}
        self.csrf = ""
        self.wire = Wire(None, Person(None, self.employee_no))
        self.sent: set[int] = set()
        self.batch = BATCH
        self.narrow = 0
        """Work on so many fields only; 0: on all."""
        self.targets: list[tuple[str, str]] = []
        self.told: dict[int, list[Any]] = {}
        """n -> the last receipt, terminal or not."""
        self.own: dict[tuple[str, str], Edit] = {}

    # ---- HTTP ----------------------------------------------------------------------------------

    def call(self, method: str, path: str, body: Any = None) -> tuple[int, dict[str, str], bytes]:
        """One request on a connection of its own. Raises OSError or HTTPException when nothing sound came back."""
        data = b"" if body is None else orjson.dumps(body)
        headers = {"Connection": "close", "Origin": f"http://127.0.0.1:{self.port}"}
        if body is not None:
            headers["Content-Type"] = "application/json"
        if self.cookies:
            headers["Cookie"] = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        if self.csrf:
            headers["X-CSRF-TOKEN"] = self.csrf
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=self.timeout_s)
        try:
            connection.request(method, path, data, headers)
            answer = connection.getresponse()
            content = answer.read()
            for line in answer.headers.get_all("Set-Cookie") or []:
                name, _, value = line.split(";", 1)[0].partition("=")
                self.cookies[name] = value
            return answer.status, {k.lower(): v for k, v in answer.headers.items()}, content
        finally:
            connection.close()

    def sign_in(self) -> None:
        """Sign in as one of the demo's people, with this phone's own device number."""
        body = {
            "plant": "demo", "employee_no": self.employee_no, "device": self.wire.device, "device_label": "handset",
        }  # fmt: skip
        status, _, content = self.call("POST", "/api/auth/demo", body)
        if status in (429, 503):
            raise TurnedAway(status)
        assert status == 200, (status, content[:300])
        told = orjson.loads(content)
        self.csrf, self.needs_login = told["csrf"], False
        self.wire.person.id = UUID(told["user"]["person_id"])

    def read(self, path: str) -> Any:
        """What a plain route answers."""
        status, _, content = self.call("GET", path)
        assert status == 200, (path, status, content[:300])
        return orjson.loads(content)

    # ---- editing -------------------------------------------------------------------------------

    def records(self) -> list[str]:
        """Evaluations that this person may score now."""
        return sorted(key for key, row in self.wire.all("evaluation").items() if (row["may"] or 0) & MAY_SCORE)

    def save(self, record: str, code: str, value: Any) -> Edit:
        """Save an edit: once the oracle has it on disk, it counts as shown. Its base is what this phone shows."""
        base = 0 if code.startswith("g") else self.seen(record, code)
        _, parts = self.wire.edit(record, code, value, base)
        edit = Edit(record, tuple(parts))
        if not code.startswith("g"):
            self.own[record, code] = edit
        self.queue.append(edit)
        self.oracle.save(self.version(edit), record, code, value)
        return edit

    def seen(self, record: str, code: str) -> Any:
        """The version that the person sees: the own newest edit until rows hold it, else the row's."""
        if (record, code) in self.own:
            return self.version(self.own[record, code])
        return self.wire.field(record, code)[1] or 0

    def score_somebody(self) -> Edit:
        """Give one mark by hand, drawn from the seed; where nothing may be scored any more, go on as before."""
        lines = {key: [line[0] for line in form["lines"]] for key, form in self.wire.all("form").items()}
        rows = self.wire.all("evaluation")
        now = [(one, f"s{line}") for one in self.records() for line in lines.get(rows[one]["form_id"], ())]
        self.targets = now or self.targets
        record, code = self.chance.choice(self.targets[: self.narrow or None])
        marks = [mark for mark in range(1, 6) if mark != self.shown(record, code)]  # a tap on the same mark is no edit
        return self.save(record, code, self.chance.choice(marks))

    def shown(self, record: str, code: str) -> Any:
        """The mark that the person sees."""
        if (record, code) in self.own:
            return self.own[record, code].parts[3]
        return self.wire.field(record, code)[0] if record in self.wire.all("evaluation") else None

    def comment_somebody(self, length: int) -> Edit:
        """Write a comment of so many characters."""
        text = "".join(self.chance.choice("abcdefghij ") for _ in range(length)).strip() or "-"
        return self.save(self.chance.choice(self.records()), "c1", text)

    def version(self, edit: Edit) -> str:
        return self.wire.version(edit.n)

    # ---- a round -------------------------------------------------------------------------------

    def round(self) -> bool:
        """Push what waits and pull; True when an answer was believed."""
        batch = self.queue[: self.batch]
        body = self.wire.body(*[(edit.record, list(edit.parts)) for edit in batch], queued=len(self.queue))
        self.sent |= {edit.n for edit in batch}
        self.attempts += 1
        try:
            status, headers, content = self.call("POST", "/api/sync", body)
        except (OSError, http.client.HTTPException) as silence:
            if isinstance(silence, TimeoutError) and self.bug != "never_halves":
                self.batch = max(1, self.batch // 2)
            if self.bug == "drops_on_silence":
                self.queue = self.queue[len(batch) :]
            return False
        self.statuses[status] += 1
        if status != 200:
            self._refused(status, headers, content, batch)
            return False
        try:
            answer = orjson.loads(content)
        except ValueError:
            answer = None
        ours = headers.get("content-type", "").startswith("application/json")
        if self.bug == "believes_any_200" and not (ours and isinstance(answer, list)):
            self._settle({edit.n: ["a"] for edit in batch}, self.wire.epoch)
            return True
        if not (ours and isinstance(answer, list) and answer[:2] == [1, body[3]]):
            return False
        self.batch = min(BATCH, self.batch * 2)
        self._take(answer)
        return True

    def _refused(self, status: int, headers: dict[str, str], content: bytes, batch: list[Edit]) -> None:
        ours = headers.get("content-type", "").startswith("application/problem+json")
        if ours and status in (429, 503) and not headers.get("retry-after", "").isdigit():
            self.complaints.append(f"{status} without Retry-After")
        if ours and status not in (401, 429, 503):
            self.complaints.append(f"{status} {content[:200]!r}")
        if ours and status == 401:
            self.needs_login = True
        if self.bug == "drops_on_refusal":
            self.queue = [edit for edit in self.queue if edit not in batch]

    def _take(self, answer: list[Any]) -> None:
        before, access = self.wire.epoch, self.wire.access
        receipts = self.wire.take(answer)
        if before not in ("", self.wire.epoch) and self.bug != "no_offer":
            self._offer_again()
        self._settle(receipts, self.wire.epoch)
        moved = (before, access) != (self.wire.epoch, self.wire.access)
        if moved or any(delta[3] for delta in answer[7]):
            return
        waiting = {(edit.record, edit.code) for edit in self.queue}
        self.own = {key: edit for key, edit in self.own.items() if key in waiting}  # the rows hold the others by now

    def _offer_again(self) -> None:
        old = [edit for edit, _, epoch in self.ledger.values() if epoch != self.wire.epoch]
        for edit in old:
            del self.ledger[edit.n]
        self.queue = sorted([*old, *self.queue], key=lambda edit: edit.n)
        for edit in self.queue:  # the person goes on seeing what they typed
            if not edit.code.startswith("g"):
                self.own[edit.record, edit.code] = edit

    def _settle(self, receipts: dict[int, list[Any]], epoch: str) -> None:
        waiting = {edit.n: edit for edit in self.queue}
        for n, (letter, *about) in receipts.items():
            if n in waiting:
                self.told[n] = [letter, *about]
            if letter in TERMINAL and n in waiting:
                self.ledger[n] = (waiting.pop(n), letter, epoch)
                self.oracle.acknowledge(self.wire.version(n), letter)
        self.queue = list(waiting.values())
