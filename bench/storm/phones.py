"""Phones of the storm: HTTP/1.1 over asyncio, each with its own session, queue and connection.

They do what `pwa/src/sync/planner.ts` does: at most fifty edits or 16 kB in a request, Retry-After
and up to a quarter more when told to wait, full jitter when the line fails, fifteen seconds at most
for an answer. An edit leaves the queue by a receipt alone.
"""

import asyncio
import contextlib
import gzip
import random
import secrets
import time
from dataclasses import dataclass, field
from typing import Any, Final

import orjson

from bench.storm.plant import LINES, Handset

MOST_EDITS: Final = 50
MOST_BYTES: Final = 16_000
ANSWER_S: Final = 15
BACKOFF_FLOOR_S, BACKOFF_BASE_S, BACKOFF_CAP_S = 0.25, 1, 30
_SAID: Final = "换型后没有清扫机台，交接时说明了原因"
Edit = tuple[int, str, list[Any], int]


@dataclass
class Seen:
    """What one phone went through."""

    answers: list[tuple[float, int]] = field(default_factory=list)
    """(seconds, status); status 0: no answer."""
    receipts: dict[int, str] = field(default_factory=dict)
    told_to_wait: int = 0
    began_at: float = 0.0
    done_at: float = 0.0
    sent_bytes: int = 0


class Wire:
    """One connection that is opened again when the server closed it."""

    def __init__(self, host: str, port: int, headers: str) -> None:
        self._address = (host, port)
        self._headers = headers
        self.received_bytes = 0
        self._streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def post(self, path: str, body: bytes | None) -> tuple[int, dict[str, str], bytes]:
        """Without a body a GET. Raises OSError and asyncio.IncompleteReadError when the line fails."""
        used_before = self._streams is not None
        try:
            return await self._post(path, body)
        except (ConnectionError, asyncio.IncompleteReadError) as error:
            self.close()
            if not used_before or getattr(error, "partial", b""):
                raise
            return await self._post(path, body)  # the server closed it just then: as a browser does

    async def _post(self, path: str, body: bytes | None) -> tuple[int, dict[str, str], bytes]:
        if self._streams is not None and self._streams[0].at_eof():
            self.close()  # closed by the server while nobody asked: as a browser does, on a new one
        if self._streams is None:
            self._streams = await asyncio.open_connection(*self._address)
        reader, writer = self._streams
        method = "GET" if body is None else "POST"
        head = f"{method} {path} HTTP/1.1\r\n{self._headers}Content-Length: {len(body or b'')}\r\n\r\n"
        writer.write(head.encode() + (body or b""))
        raw = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
        headers = {k.lower(): v.strip() for k, _, v in (line.partition(":") for line in raw[1:] if line)}
        data = await reader.readexactly(int(headers.get("content-length", 0)))
        self.received_bytes += len(data)
        if headers.get("content-encoding") == "gzip":
            data = gzip.decompress(data)
        if headers.get("connection", "").lower() == "close":
            self.close()
        return int(raw[0].split(" ")[1]), headers, data

    def close(self) -> None:
        if self._streams is not None:
            self._streams[1].close()
            self._streams = None


class Phone:
    """One rater's phone with twelve finished evaluations in its queue."""

    def __init__(self, handset: Handset, host: str, port: int) -> None:
        self.handset = handset
        self.seen = Seen()
        self.queue: list[Edit] = []
        self.cursors = list(handset.cursors)
        self.writers: list[str] = []
        """Whose versions bases of the form "w.n" name."""
        self._n = 0
        self._failures = 0
        self._chance = random.Random(handset.device)
        self._t0_ms = int(time.time() * 1000) - 3_600_000
        self.wire = Wire(
            host,
            port,
            f"Host: {host}:{port}\r\nContent-Type: application/json\r\nAccept-Encoding: gzip\r\n"
            f"Cookie: {handset.cookie}\r\nX-CSRF-TOKEN: {handset.csrf}\r\n",
        )

    def score(self) -> None:
        """Judge everybody: five marks, one comment, submit."""
        for record in self.handset.evaluations:
            said = self._chance.randint(1, LINES)
            signed = []
            for line in range(1, LINES + 1):
                signed.append([f"s{line}", self.edit(record, f"s{line}", self._chance.randint(2, 5))])
            signed.append([f"c{said}", self.edit(record, f"c{said}", _SAID)])
            self.edit(record, "!submit", signed)

    def edit(self, record: str, code: str, value: Any, base: int | str = 0) -> int:
        """Put one edit into the queue; its number."""
        self._n += 1
        n = self._n
        mutation = [n, n * 50, code, value, *([base] if base else [])]
        self.queue.append((n, record, mutation, len(orjson.dumps(mutation)) + 30))
        return n

    def _batch(self) -> list[Edit]:
        batch: list[Edit] = []
        size = 0
        for edit in self.queue:
            if len(batch) >= MOST_EDITS or (batch and size + edit[3] > MOST_BYTES):
                break
            batch.append(edit)
            size += edit[3]
        return batch

    def _body(self, batch: list[Edit], nonce: str) -> bytes:
        groups: list[list[Any]] = []
        for _, record, mutation, _ in batch:
            if not groups or groups[-1][0] != record:
                groups.append([record, []])
            groups[-1][1].append(mutation)
        push = [self.handset.person, self._t0_ms, self.writers, groups] if groups else 0
        h = self.handset
        return orjson.dumps([1, h.device, h.epoch, nonce, h.access, self.cursors, push, len(self.queue), 3600])

    async def drain(self) -> None:
        """Come online and go on until the queue is empty and everything is pulled."""
        self.seen.began_at = time.perf_counter()
        more = True
        while self.queue or more:
            wait_s, more = await self.round()
            if wait_s:
                await asyncio.sleep(wait_s)
        self.seen.done_at = time.perf_counter()
        self.wire.close()

    async def round(self) -> tuple[float, bool]:
        """One request. Seconds to wait before the next, and whether there must be one."""
        nonce = secrets.token_urlsafe(6)
        body = self._body(self._batch(), nonce)
        began = time.perf_counter()
        try:
            async with asyncio.timeout(ANSWER_S):
                status, headers, data = await self.wire.post("/api/sync", body)
        except (OSError, asyncio.IncompleteReadError, TimeoutError):
            self.wire.close()
            self.seen.answers.append((time.perf_counter() - began, 0))
            return self._back_off(), True
        self.seen.answers.append((time.perf_counter() - began, status))
        self.seen.sent_bytes += len(body)
        if status in (429, 503) and "retry-after" in headers:
            self.seen.told_to_wait += 1
            return int(headers["retry-after"]) * (1 + self._chance.random() / 4), True
        answer = None
        if status == 200:
            with contextlib.suppress(ValueError):
                answer = orjson.loads(data)
        if answer is None or answer[1] != nonce:
            return self._back_off(), True
        self._failures = 0
        return 0.0, self.take(answer)

    def take(self, answer: list[Any]) -> bool:
        _, _, _, _, seq, receipts, _, deltas, _, _ = answer
        self.seen.receipts |= {one[0]: one[1] for one in receipts if one[1] != "r"}
        self.queue = [edit for edit in self.queue if edit[0] not in self.seen.receipts]
        told = {delta[0]: delta for delta in deltas}
        self.cursors = [told[p][2] if p in told else seq for p, _ in enumerate(self.cursors)]
        return any(delta[3] for delta in deltas)

    def _back_off(self) -> float:
        ceiling = min(BACKOFF_CAP_S, BACKOFF_BASE_S * 2 ** min(self._failures, 20))
        self._failures += 1
        return BACKOFF_FLOOR_S + self._chance.random() * ceiling


async def storm(phones: list[Phone], within_s: float) -> None:
    """All of them come online within so many seconds, by chance."""

    async def one(phone: Phone) -> None:
        await asyncio.sleep(random.random() * within_s)
        await phone.drain()

    await asyncio.gather(*(one(phone) for phone in phones))
