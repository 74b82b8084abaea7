"""The workload against Gemba as it ships: sessions, rights, validation, merge, history, durable commit.

One document is one evaluation: a mark and a comment on each of five items, ten mutations. A phone
sends at most fifty in a request, five documents, and each answer brings the rows that changed.
"""

import asyncio
import random
import time
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

from bench.peers.workload import CONFLICTS, CONNECTIONS, EACH, ITEMS, POLLS, STORM, each_in_turn, median, text
from bench.storm.phones import Phone
from bench.storm.plant import Handset, build
from bench.storm.served import Server
from server.sync_api.columns import COLUMNS

AT = {kind: {name: place for place, name in enumerate(columns)} for kind, columns in COLUMNS.items()}


class Rater(Phone):
    """A phone that knows what it wrote, and keeps the rows that it is sent."""

    def __init__(self, handset: Handset, port: int, chance: random.Random) -> None:
        super().__init__(handset, "127.0.0.1", port)
        self.chance = chance
        self.last: dict[tuple[str, str], tuple[int, Any]] = {}
        self.rows: dict[str, dict[str, list[Any]]] = {}

    def judge(self) -> None:
        """A mark and a comment on every item of every evaluation; the first comment is a long one."""
        for record in self.handset.evaluations:
            for item in range(1, ITEMS + 1):
                self.write(record, f"s{item}", self.chance.randint(1, 5))
                self.write(record, f"c{item}", text(self.chance, 100 if item == 1 else 20))

    def write(self, record: str, code: str, value: Any, base: int | str = 0) -> None:
        self.last[record, code] = self.edit(record, code, value, base), value

    def change(self, record: str, item: int, *, seen_by: "Rater | None" = None, by: int = 1) -> None:
        """Another mark and comment on one item, on top of what `seen_by` (or this phone) wrote."""
        author = seen_by or self
        for code, next_value in ((f"s{item}", None), (f"c{item}", text(self.chance, 20))):
            n, value = author.last[record, code]
            base: int | str = n if author is self else f"0.{n}"
            self.write(record, code, 1 + (value + by - 1) % 5 if next_value is None else next_value, base)

    def forget(self) -> None:
        """As newly installed."""
        self.handset.epoch, self.handset.access, self.cursors, self.rows = "", "", [], {}

    def take(self, answer: list[Any]) -> bool:
        _, _, self.handset.epoch, self.handset.access, _, _, scopes, deltas, _, _ = answer
        if scopes:
            self.cursors = [0] * len(scopes)
        for delta in deltas:
            for kind, rows in delta[4].items():
                self.rows.setdefault(kind, {}).update({row[0]: row for row in rows})
        return super().take(answer)

    def fields(self, record: str) -> dict[str, Any]:
        """What the row of an evaluation shows, by code."""
        flat = self.rows["evaluation"][record][AT["evaluation"]["fields"]] or []
        return {flat[place]: flat[place + 1] for place in range(0, len(flat), 3)}


async def measure(fresh: Callable[[], str], folder: Path, port: int, count: int) -> dict[str, Any]:
    """S1 to S6; `fresh` gives the URL of an empty database."""
    chance = random.Random(1)
    url = fresh()
    handsets = build(url, CONNECTIONS, team=count // CONNECTIONS, lines=ITEMS, devices=2, stand_in=True)
    server = Server(url, folder, port)
    server.start()
    try:
        phones = [Rater(one, server.port, chance) for one in handsets]
        found = await _workload(phones[:CONNECTIONS], phones[CONNECTIONS:])
    finally:
        server.stop()
    url = fresh()
    handsets = build(url, STORM, team=EACH, lines=ITEMS)
    server = Server(url, folder, port)
    server.start()
    try:
        found["storm s"] = await _storm([Rater(one, server.port, chance) for one in handsets])
    finally:
        server.stop()
    return found


async def _workload(raters: list[Rater], second: list[Rater]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    count = sum(len(one.handset.evaluations) for one in raters)
    for one in raters:
        one.judge()
    found["push docs/s"] = count / await each_in_turn([one.drain for one in raters], CONNECTIONS)
    for one in raters:
        for record in one.handset.evaluations:
            one.change(record, one.chance.randint(1, ITEMS))
    found["edits docs/s"] = count / await each_in_turn([one.drain for one in raters], CONNECTIONS)
    _all_applied(raters)

    for one in second:
        one.forget()
    began = time.perf_counter()
    for one in second:
        await one.drain()
    took_s = time.perf_counter() - began
    pulled = sum(len(one.rows["evaluation"]) for one in second)
    assert pulled == count + len(raters[0].handset.evaluations)  # the delegate's phone holds two teams
    found["full pull docs/s"] = pulled / took_s
    found["bytes per document pulled"] = sum(one.wire.received_bytes for one in second) / pulled

    writer, reader, took = raters[0], second[0], []
    for record in writer.handset.evaluations[:POLLS]:
        writer.change(record, 1)
        await writer.drain()
        reader.rows.clear()
        began = time.perf_counter()
        await reader.round()
        took.append(time.perf_counter() - began)
        assert list(reader.rows["evaluation"]) == [record]
    found["delta poll ms"] = median(took) * 1000
    return found | await _conflicts(writer, raters[1], reader)


def _all_applied(phones: list[Rater]) -> None:
    for one in phones:
        assert set(one.seen.receipts.values()) == {"a"}, set(one.seen.receipts.values())


async def _conflicts(mine: Rater, other: Rater, reader: Rater) -> dict[str, Any]:
    """The rater and a delegate edit the same evaluations without network, then both come online."""
    records = mine.handset.evaluations[:CONFLICTS]
    other.writers = [f"{mine.handset.device}.{mine.handset.person}"]
    for record in records:
        other.change(record, 3, seen_by=mine)
        mine.change(record, 2)
    await mine.drain()
    await other.drain()
    await reader.drain()
    both = sum(
        reader.fields(r)["s2"] == mine.last[r, "s2"][1] and reader.fields(r)["s3"] == other.last[r, "s3"][1]
        for r in records
    )
    for record in records:
        other.change(record, 4, seen_by=mine, by=2)
        mine.change(record, 4)
    await mine.drain()
    await other.drain()
    await mine.drain()  # its next poll
    await reader.drain()
    at = AT["case"]
    cases = {row[at["evaluation_id"]]: row for row in reader.rows.get("case", {}).values() if row[at["code"]] == "s4"}
    told = {row[at["evaluation_id"]] for row in mine.rows.get("case", {}).values() if row[at["code"]] == "s4"}
    wanted = {r: {mine.last[r, "s4"][1], other.last[r, "s4"][1]} for r in records}
    readable = sum(r in cases and wanted[r] <= {c[1] for c in cases[r][at["candidates"]]} for r in records)
    second_told = sum(other.seen.receipts[other.last[r, "s4"][0]] == "c" for r in records)
    return {
        "different items: both kept": both,
        "same item: both values readable": readable,
        "same item: both authors told": min(second_told, len(told & set(records))),
    }


async def _storm(phones: list[Rater]) -> float:
    for one in phones:
        one.judge()
    began = time.perf_counter()
    work: list[Coroutine[Any, Any, None]] = [one.drain() for one in phones]
    await asyncio.gather(*work)
    took = time.perf_counter() - began
    _all_applied(phones)
    return took
