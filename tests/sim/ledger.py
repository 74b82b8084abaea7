"""What the server publishes, read from its tables as they lie there: the log, the histories, the cases, the feed.

Nothing of the product's code reads them here: a mistake in a query of the product must not hide itself.
"""

from __future__ import annotations

import json
import sqlite3
from base64 import urlsafe_b64encode
from dataclasses import dataclass, field
from functools import cache
from typing import Any
from uuid import UUID


@cache
def short(text: str) -> str:
    """22 characters of base64url for the 32 hex digits of a column."""
    return urlsafe_b64encode(UUID(text).bytes).rstrip(b"=").decode()


def _json(text: str | None) -> Any:
    return None if text is None else json.loads(text)


@dataclass(frozen=True, slots=True)
class Logged:
    """One row of the log."""

    id: str
    author: str
    record: str
    field: str
    op: str
    asked: Any
    said: list[str]
    """What its author had seen, as the phone said it."""
    receipt: str
    reason: str | None
    alias: str | None
    missing: str | None
    case: str | None
    session: str
    order: int

    @property
    def base(self) -> list[str]:
        """What it goes on from; a set may name own edits after it that had been refused."""
        return (
            [one for one in self.said if one != "0"]
            if self.op != "set"
            else [one for one in self.said[:1] if one != "0"]
        )

    @property
    def terminal(self) -> bool:
        return self.receipt not in ("h", "r", "u")


@dataclass(frozen=True, slots=True)
class Step:
    """One entry of a record's history."""

    record: str
    position: int
    field: str
    kind: str
    version: str | None
    replaced: str | None
    message: str
    params: dict[str, Any]
    author: str | None
    moved: bool
    """Whether the field has another version afterwards."""


@dataclass(frozen=True, slots=True)
class Candidate:
    version: str
    value: Any
    base: list[str]
    superseded: bool


@dataclass(slots=True)
class CaseRow:
    """A case with everything in it."""

    id: str
    record: str
    field: str
    state: str
    base: str | None
    base_value: Any
    chosen: str | None
    resolution: str | None
    candidates: list[Candidate] = field(default_factory=list)


@dataclass(slots=True)
class Books:
    """The server's tables at one moment."""

    log: dict[str, Logged]
    variants: dict[str, list[Any]]
    history: list[Step]
    cases: dict[str, CaseRow]
    feed: list[tuple[str, str, str, int, str]]
    seq: int
    epoch: str
    states: dict[str, str]
    """Evaluation -> open, submitted, acknowledged."""
    raters: dict[str, str]
    """Evaluation -> who judges in it."""
    results: list[dict[str, Any]]
    fields: dict[tuple[str, str], tuple[Any, str]]
    """(record, field) -> value and version of marks and words."""
    tags: dict[tuple[str, str], dict[str, str]]
    """(record, field) -> version -> tag of the chips that stand."""
    contacts: dict[tuple[str, str], int]


def read(raw: sqlite3.Connection) -> Books:
    """Everything, once."""
    log: dict[str, Logged] = {}
    rows = raw.execute(
        "SELECT device, author, n, record, field, op, asked, base, receipt, reason, alias, missing, case_id, session_id,"
        " rowid FROM mutation ORDER BY rowid"
    )
    for order, row in enumerate(rows):
        one = f"{short(row[0])}.{short(row[1])}.{row[2]}"
        log[one] = Logged(
            one, short(row[1]), row[3], row[4], row[5], _json(row[6]), _json(row[7]), row[8], row[9], row[10], row[11],
            None if row[12] is None else short(row[12]), row[13], order,
        )  # fmt: skip
    variants: dict[str, list[Any]] = {}
    for device, author, n, content in raw.execute("SELECT device, author, n, content FROM mutation_variant"):
        variants.setdefault(f"{short(device)}.{short(author)}.{n}", []).append(_json(content))
    history = [
        Step(
            short(r[0]), r[1], r[2], r[3], r[4], r[5], r[6], _json(r[7]), None if r[8] is None else short(r[8]),
            moved=r[3] != "conflict" and not (r[4] in log and log[r[4]].receipt == "s"),
        )
        for r in raw.execute(
            "SELECT record_id, position, field, kind, version, replaced, message, params, author FROM field_history"
            " ORDER BY record_id, position"
        )
    ]  # fmt: skip
    cases = {
        short(r[0]): CaseRow(short(r[0]), short(r[1]), r[2], r[3], r[4], _first(r[5]), r[6], r[7])
        for r in raw.execute(
            "SELECT id, evaluation_id, field, state, base_version, base_value, chosen, resolution FROM evaluation_case"
        )
    }
    for r in raw.execute("SELECT case_id, version, value, base, superseded FROM case_candidate ORDER BY position"):
        cases[short(r[0])].candidates.append(Candidate(r[1], _first(r[2]), _json(r[3]), bool(r[4])))
    fields: dict[tuple[str, str], tuple[Any, str]] = {
        (short(r[0]), f"score/{r[1]}"): (r[2], r[3])
        for r in raw.execute("SELECT evaluation_id, line, value, version FROM score")
    }
    for r in raw.execute("SELECT evaluation_id, kind, line, text, version FROM comment"):
        fields[(short(r[0]), f"{r[1]}/{r[2]}")] = (r[3], r[4])
    tags: dict[tuple[str, str], dict[str, str]] = {}
    for r in raw.execute("SELECT evaluation_id, line, version, tag FROM chip_tag ORDER BY position"):
        tags.setdefault((short(r[0]), f"chips/{r[1]}"), {})[r[2]] = r[3]
    return Books(
        log, variants, history, cases, read_feed(raw),
        seq=(raw.execute("SELECT n FROM tenant_seq").fetchone() or [0])[0],
        epoch=raw.execute("SELECT epoch FROM tenant").fetchone()[0],
        states={short(r[0]): r[1] for r in raw.execute("SELECT id, state FROM evaluation")},
        raters={short(r[0]): short(r[1]) for r in raw.execute("SELECT id, rater_id FROM evaluation")},
        results=[
            {"record": short(r[0]), "version": r[1], "scores": _json(r[2]), "comments": _json(r[3]), "state": r[4]}
            for r in raw.execute("SELECT evaluation_id, version, scores, comments, state FROM result ORDER BY number")
        ],
        fields=fields, tags=tags,
        contacts={
            (short(r[0]), short(r[1])): r[2]
            for r in raw.execute("SELECT person_id, device, queued_count FROM device_contact")
        },
    )  # fmt: skip


def read_feed(raw: sqlite3.Connection) -> list[tuple[str, str, str, int, str]]:
    """(scope, kind, record, sequence, put or leave), in order."""
    rows = raw.execute("SELECT scope, kind, record_id, seq, op FROM feed ORDER BY seq")
    return [(r[0], r[1], short(r[2]), r[3], r[4]) for r in rows]


def progress(raw: sqlite3.Connection) -> tuple[int, int]:
    """Moves when an edit arrives or a row changes; a mere contact leaves it."""
    row = raw.execute("SELECT (SELECT COALESCE(MAX(n), 0) FROM tenant_seq), (SELECT COUNT(*) FROM mutation)").fetchone()
    return row[0], row[1]


def _first(text: str | None) -> Any:
    boxed = _json(text)
    return boxed[0] if boxed else None
