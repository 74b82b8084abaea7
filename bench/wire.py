"""Bytes on the wire, from real requests: a finished evaluation, an idle sync, a first sync of what scoring 40 people needs."""

import gzip
import json
import secrets
import urllib.request
from typing import Any
from uuid import UUID

from server.foundation.ids import short
from server.sync_api.columns import COLUMNS
from tests.e2e.house import House, Knocker


def _exchange(knocker: Knocker, body: list[Any]) -> tuple[bytes, list[Any]]:
    """One POST /api/sync without compression. Returns the raw answer and the same as JSON."""
    raw = json.dumps(body, separators=(",", ":"), ensure_ascii=False).encode()
    request = urllib.request.Request(f"{knocker.house.url}/api/sync", data=raw, method="POST")
    request.add_header("Content-Type", "application/json")
    request.add_header("X-CSRF-TOKEN", knocker.csrf)
    request.add_header("Origin", knocker.house.url)
    request.add_header("Cookie", "; ".join(f"{k}={v}" for k, v in knocker.cookies.items()))
    with urllib.request.urlopen(request, timeout=30) as answer:
        data = answer.read()
    return data, json.loads(data)


class Device:
    """A phone that only pulls: first sync, then idle ones."""

    def __init__(self, knocker: Knocker) -> None:
        self.knocker = knocker
        self.device = secrets.token_urlsafe(16)
        self.epoch, self.access, self.cursors = "", "", []
        self.scopes: list[str] = []
        self.rows: dict[str, dict[str, list[Any]]] = {}

    def round(self) -> tuple[int, int]:
        """One round; bytes of request and answer before gzip."""
        body = [1, self.device, self.epoch, secrets.token_urlsafe(6), self.access, self.cursors, 0, 0, 0]
        raw, answer = _exchange(self.knocker, body)
        _, _, self.epoch, self.access, seq, _, scopes, deltas, *_ = answer
        if scopes:
            self.scopes, self.cursors = scopes, [0] * len(scopes)
        waiting = set()
        for index, start, to, more, kinds, *_ in deltas:
            if start == 0 and not more:
                self.rows[self.scopes[index]] = kinds
            self.cursors[index] = to
            if more:
                waiting.add(index)
        self.cursors = [c if i in waiting else max(c, seq) for i, c in enumerate(self.cursors)]
        self.more = bool(waiting)
        return len(json.dumps(body, separators=(",", ":"))), len(raw)


def keep_of(rows: dict[str, dict[str, Any]], cycle: str) -> None:
    """Drop the rows of other cycles."""
    at = {name: COLUMNS["evaluation"].index(name) for name in ("cycle_id", "form_id")}
    rows["evaluation"] = {key: row for key, row in rows["evaluation"].items() if row[at["cycle_id"]] == cycle}
    forms = {row[at["form_id"]] for row in rows["evaluation"].values()}
    rows["form"] = {key: row for key, row in rows["form"].items() if key in forms}
    rows["cycle"] = {key: row for key, row in rows["cycle"].items() if key == cycle}
    rows.pop("case", None)


def first_sync(house: House, plant: str, raters: list[str], cycle: str) -> dict[str, Any]:
    """What scoring everybody of these raters in that cycle needs: its rows of their `rate:` scopes, packed as one
    answer would be.

    A cycle or form that two of them share is counted once, as one phone would get it once.
    """
    rows: dict[str, dict[str, Any]] = {}
    rounds, idle = 0, (0, 0)
    for employee_no in raters:
        device = Device(Knocker(house).sign_in(plant, employee_no))
        device.round()
        rounds = 1
        while device.more:
            device.round()
            rounds += 1
        idle = device.round()
        for scope, kinds in device.rows.items():
            if scope.startswith("rate:"):
                for kind, each in kinds.items():
                    rows.setdefault(kind, {}).update({row[0]: row for row in each})
    keep_of(rows, short(UUID(cycle)))
    people = len(rows["evaluation"])
    packed = json.dumps(
        {kind: list(each.values()) for kind, each in rows.items()}, separators=(",", ":"), ensure_ascii=False
    ).encode()
    return {
        "people": people, "raw": len(packed), "gzip": len(gzip.compress(packed, 9)), "rounds": rounds,
        "idle_request": idle[0], "idle_answer": idle[1],
    }  # fmt: skip


def push_part(body: bytes) -> tuple[int, int]:
    """Bytes of the push in a request, and the number of evaluations it finishes."""
    request = json.loads(body)
    push = request[6]
    if not push:
        return 0, 0
    finished = sum(1 for _, edits in push[3] for edit in edits if edit[2] == "!submit")
    return len(json.dumps(push, separators=(",", ":"), ensure_ascii=False).encode()), finished
