"""A phone as the server sees it: it speaks protocol 1 and remembers what it was told."""

import gzip
from dataclasses import dataclass, field
from typing import Any

import orjson

from server.foundation.ids import new_id, short
from server.sync_api.columns import COLUMNS


@dataclass
class Phone:
    """One installation with one signed-in person. `client` is a signed-in test client."""

    client: Any
    person: Any
    device: str = field(default_factory=lambda: short(new_id()))
    epoch: str = ""
    access: str = ""
    scopes: list[str] = field(default_factory=list)
    cursors: list[int] = field(default_factory=list)
    rows: dict[str, dict[str, dict[str, dict[str, Any]]]] = field(default_factory=dict)
    """scope -> kind -> id -> row by column name; versions stand as canonical text."""
    n: int = 0
    t0: int = 1_795_500_000_000
    rounds: int = 0
    last: Any = None

    @property
    def author(self) -> str:
        return short(self.person.id)

    @property
    def writer(self) -> str:
        return f"{self.device}.{self.author}"

    # ---- edits ---------------------------------------------------------------------------------

    def edit(self, record: str, code: str, value: Any = None, base: Any = 0) -> tuple[str, list[Any]]:
        """One mutation with the next number: (record, [n, dt, code, value, base])."""
        self.n += 1
        return record, [self.n, self.n * 1000, code, value, base]

    def version(self, n: int) -> str:
        return f"{self.writer}.{n}"

    # ---- rounds --------------------------------------------------------------------------------

    def body(
        self, *edits: tuple[str, list[Any]], writers: list[str] | None = None, queued: int | None = None
    ) -> list[Any]:
        """The request that these edits make; texts as bases become "w.n"."""
        names = list(writers or [])

        def refer(base: Any) -> Any:
            if isinstance(base, list):
                return [refer(one) for one in base]
            if isinstance(base, str) and base.count(".") == 2:
                name, _, n = base.rpartition(".")
                if name == self.writer:
                    return int(n)
                if name not in names:
                    names.append(name)
                return f"{names.index(name)}.{n}"
            return base

        groups: list[list[Any]] = []
        for record, (n, dt, code, value, base) in edits:
            if code.startswith("=") and isinstance(value, list) and len(value) > 1:
                value = [value[0], refer(value[1]), *value[2:]]
            if code == "!submit" and isinstance(value, list):
                value = [[one[0], refer(one[1])] if len(one) == 2 else one for one in value]
            mutation = [n, dt, code, value, refer(base)]
            while mutation[-1] in (0, None) and len(mutation) > 3 and not isinstance(mutation[-1], bool):
                mutation.pop()
            if groups and groups[-1][0] == record:
                groups[-1][1].append(mutation)
            else:
                groups.append([record, [mutation]])
        push = [self.author, self.t0, names, groups] if edits else 0
        self.rounds += 1
        count = len(edits) if queued is None else queued
        return [1, self.device, self.epoch, f"r{self.rounds}", self.access, self.cursors, push, count, 0]

    def post(self, body: Any, **headers: str) -> Any:
        """The raw response to a body."""
        return self.client.post("/api/sync", data=orjson.dumps(body), content_type="application/json", headers=headers)

    def push(self, *edits: tuple[str, list[Any]], **options: Any) -> dict[int, list[Any]]:
        """Send edits, take in the answer; receipts by number, versions as canonical text."""
        response = self.post(self.body(*edits, **options))
        assert response.status_code == 200, response.get_data(as_text=True)
        return self.take(response.get_json())

    def pull(self) -> None:
        """Ask until everything is held, as a phone does."""
        for _ in range(10):
            before = (self.access, self.epoch)
            self.push()
            told_anew = "" not in before and before != (self.access, self.epoch)
            if not told_anew and not any(delta[3] for delta in self.last[7]):
                break

    def take(self, answer: list[Any]) -> dict[int, list[Any]]:
        """Apply an answer as a phone does."""
        self.last = answer
        _, _, epoch, access, seq, receipts, scopes, deltas, writers, _ = answer
        if self.epoch not in ("", epoch):
            self.rows, self.cursors = {}, [0] * len(self.cursors)
        first = self.access == ""
        if scopes != 0:
            held = dict(zip(self.scopes, self.cursors, strict=False))
            self.rows = {name: rows for name, rows in self.rows.items() if name in scopes}
            self.scopes, self.cursors = scopes, [held.get(name, 0) for name in scopes]
        moved = self.access not in ("", access) or self.epoch not in ("", epoch)
        self.epoch, self.access = epoch, access
        told = {delta[0] for delta in deltas}
        for place, start, end, _more, puts, leaves in deltas:
            self._apply(self.scopes[place], start, puts, leaves, writers)
            self.cursors[place] = end
        if not moved and (not first or told):
            self.cursors = [seq if place not in told else c for place, c in enumerate(self.cursors)]

        def text(about: Any) -> Any:
            if isinstance(about, str) and about.count(".") == 1 and about.replace(".", "").isdigit():
                w, n = about.split(".")
                return f"{writers[int(w)]}.{n}"
            return about

        return {receipt[0]: [receipt[1], *map(text, receipt[2:])] for receipt in receipts}

    def _apply(self, scope: str, start: int, puts: Any, leaves: Any, writers: list[str]) -> None:
        kinds = self.rows.setdefault(scope, {})
        if start == 0:
            kinds.clear()
        for kind, rows in puts.items():
            for row in rows:
                padded = [*row, *[None] * (len(COLUMNS[kind]) - len(row))]
                named = dict(zip(COLUMNS[kind], padded, strict=True))
                if kind == "evaluation":
                    named["fields"] = fields_of(named["fields"], writers)
                if kind == "case":
                    for candidate in named["candidates"]:
                        candidate[0] = canonical(candidate[0], writers)
                if kind == "result":
                    named["version"] = canonical(named["version"], writers)
                kinds.setdefault(kind, {})[named["id"]] = named
        for kind, record in leaves:
            kinds.get(kind, {}).pop(record, None)

    # ---- what it shows -------------------------------------------------------------------------

    def all(self, kind: str) -> dict[str, dict[str, Any]]:
        """Every row of a kind that it holds, by id."""
        return {key: row for kinds in self.rows.values() for key, row in kinds.get(kind, {}).items()}

    def field(self, record: str, code: str) -> tuple[Any, str | None]:
        """Value and version that its row shows."""
        found: tuple[Any, str | None] = self.all("evaluation")[record]["fields"].get(code, (None, None))
        return found


def canonical(text: str | None, writers: list[str]) -> str | None:
    """Canonical text of "w.n"."""
    if text is None:
        return None
    w, n = text.split(".")
    return f"{writers[int(w)]}.{n}"


def fields_of(flat: list[Any], writers: list[str]) -> dict[str, tuple[Any, Any]]:
    """`fields` by code: (value, version); for chips ({tag: version}, None)."""
    found: dict[str, tuple[Any, Any]] = {}
    for place in range(0, len(flat or []), 3):
        code, value, version = flat[place : place + 3]
        if code.startswith("g"):
            value = {tag: canonical(v, writers) for tag, v in value}
        found[code] = (value, canonical(version, writers))
    return found


def size(body: Any) -> int:
    """Bytes of a JSON body as it goes over the wire, before gzip."""
    return len(orjson.dumps(body))


def zipped(data: bytes) -> int:
    """Bytes after gzip."""
    return len(gzip.compress(data, 6))
