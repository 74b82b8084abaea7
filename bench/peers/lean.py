"""The workload against the bare server."""

import asyncio
import contextlib
import os
import random
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
import uuid
from collections.abc import Iterator
from functools import partial
from typing import Any

import orjson

from bench.peers.workload import CONFLICTS, CONNECTIONS, EACH, POLLS, STORM, document, each_in_turn, edited, median
from bench.storm.phones import Wire
from bench.storm.served import ROOT

BATCH = 50


@contextlib.contextmanager
def served(dsn: str, port: int) -> Iterator[None]:
    """Two processes of eight threads."""
    command = [
        sys.executable, "-m", "gunicorn", "-k", "gthread", "-w", "2", "--threads", "8", "--backlog", "2048",
        "--keep-alive", "75", "--log-level", "warning", "-b", f"127.0.0.1:{port}", "bench.peers.lean_app:app",
    ]  # fmt: skip
    process = subprocess.Popen(command, cwd=ROOT, env={**os.environ, "LEAN_DSN": dsn}, start_new_session=True)
    try:
        until = time.monotonic() + 60
        while time.monotonic() < until:
            try:
                urllib.request.urlopen(f"http://127.0.0.1:{port}/pull", timeout=2).close()
                break
            except urllib.error.URLError:
                process.poll()
                time.sleep(0.1)
        yield
    finally:
        os.killpg(process.pid, signal.SIGTERM)
        process.wait(timeout=20)


def wire(port: int) -> Wire:
    return Wire(
        "127.0.0.1", port, f"Host: 127.0.0.1:{port}\r\nContent-Type: application/json\r\nAccept-Encoding: gzip\r\n"
    )


class Store:
    """A client that knows the revision of each document."""

    def __init__(self) -> None:
        self.revs: dict[str, int] = {}

    async def push(self, line: Wire, docs: list[dict[str, Any]]) -> dict[str, int]:
        body = orjson.dumps([{"base": self.revs.get(doc["id"], 0), "body": doc} for doc in docs])
        status, _, data = await line.post("/push", body)
        assert status == 200, data
        kept: dict[str, int] = orjson.loads(data)
        self.revs |= kept
        return kept


async def pull(line: Wire, since: str = "", owner: str = "") -> tuple[int, str]:
    """How many documents from this cursor on, and the next cursor."""
    count = 0
    while True:
        query = "&".join(f"{k}={v}" for k, v in (("since", since), ("owner", owner)) if v)
        _, _, data = await line.post(f"/pull?{query}", None)
        answer = orjson.loads(data)
        count, since = count + len(answer["docs"]), answer["cursor"]
        if len(answer["docs"]) < 1000:
            return count, since


async def measure(port: int, count: int) -> dict[str, Any]:
    """S1 to S6; the figures by name."""
    chance, store, found = random.Random(1), Store(), {}
    owners = [str(uuid.UUID(int=chance.getrandbits(128), version=4)) for _ in range(STORM)]
    docs = [document(chance, owners[n % 10]) for n in range(count)]
    lines = [wire(port) for _ in range(CONNECTIONS)]

    async def send(batch: list[dict[str, Any]]) -> None:
        line = lines.pop()
        await store.push(line, batch)
        lines.append(line)

    def batches(all_docs: list[dict[str, Any]]) -> list[Any]:
        return [partial(send, all_docs[n : n + BATCH]) for n in range(0, len(all_docs), BATCH)]

    found["push docs/s"] = count / await each_in_turn(batches(docs), CONNECTIONS)
    docs = [edited(chance, doc, chance.randrange(5)) for doc in docs]
    found["edits docs/s"] = count / await each_in_turn(batches(docs), CONNECTIONS)
    line = wire(port)
    began = time.perf_counter()
    pulled, cursor = await pull(line)
    found["full pull docs/s"] = pulled / (time.perf_counter() - began)
    found["bytes per document pulled"] = line.received_bytes / pulled
    assert pulled == count, (pulled, count)
    took = []
    for n in range(POLLS):
        docs[n] = edited(chance, docs[n], 0)
        await store.push(lines[0], [docs[n]])
        began = time.perf_counter()
        seen, cursor = await pull(line, cursor)
        took.append(time.perf_counter() - began)
        assert seen == 1
    found["delta poll ms"] = median(took) * 1000
    both = 0
    for n in range(0, CONFLICTS, BATCH):
        seen_by_both = dict(store.revs)
        await store.push(lines[0], [edited(chance, doc, 0) for doc in docs[n : n + BATCH]])
        store.revs = seen_by_both
        both += len(await store.push(lines[0], [edited(chance, doc, 1) for doc in docs[n : n + BATCH]]))
    found["different items: both kept"] = both
    _, cursor = await pull(line, cursor)

    async def client(owner: str, mine: list[dict[str, Any]]) -> None:
        own = wire(port)
        await store.push(own, mine)
        seen, _ = await pull(own, cursor, owner)
        assert seen <= EACH + count
        own.close()

    loads = [(owner, [document(chance, owner) for _ in range(EACH)]) for owner in owners]
    began = time.perf_counter()
    await asyncio.gather(*(client(*load) for load in loads))
    found["storm s"] = time.perf_counter() - began
    for each in (*lines, line):
        each.close()
    return found
