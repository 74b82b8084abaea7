"""The network: an asyncio TCP proxy that draws a fate for each connection from a seed.

ok · slow · refuse · hang · late (held back until the test asks) · captive (200 and a page) · status (a reverse proxy's page) · lost (the answer vanishes after
the server had the request) · double (the request is sent a second time) · cut_request · cut_answer (at a random byte).
One connection carries one request, as the phones of these tests send them.
"""

import asyncio
import random
import threading
from collections import Counter
from collections.abc import Coroutine, Sequence
from contextlib import suppress
from typing import Any, TypeVar

PAGE = b"<!doctype html><title>Plant Wi-Fi</title><h1>Welcome, please log in</h1>"
PIECE = 800
Result = TypeVar("Result")


class Proxy:
    """Listens on `port`, passes on to `target`. `weather` is the list that fates are drawn from."""

    def __init__(self, target: int, seed: int) -> None:
        self.target, self.weather, self.page = target, ["ok"], 502
        self.drawn: Counter[str] = Counter()
        self._chance = random.Random(seed)
        self._delayed: list[bytes] = []
        self._loop = asyncio.new_event_loop()
        threading.Thread(target=self._loop.run_forever, daemon=True).start()
        self._server = self._do(asyncio.start_server(self._serve, "127.0.0.1", 0))
        self.port: int = self._server.sockets[0].getsockname()[1]

    def become(self, fates: Sequence[str]) -> None:
        """From the next connection on, draw from these."""
        self.weather = list(fates)

    def deliver_late(self) -> int:
        """Send every request again that was held back; returns how many these were."""
        late, self._delayed = self._delayed, []
        for data in late:
            self._do(self._send(data))
        return len(late)

    def close(self) -> None:
        self._do(self._end())
        self._loop.call_soon_threadsafe(self._loop.stop)

    def _do(self, work: Coroutine[Any, Any, Result]) -> Result:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(300)  # a bound: a busy machine answers late

    async def _end(self) -> None:
        self._server.close()
        for task in asyncio.all_tasks() - {asyncio.current_task()}:  # type: ignore[arg-type]
            task.cancel()

    async def _serve(self, near_in: asyncio.StreamReader, near: asyncio.StreamWriter) -> None:
        fate = self._chance.choice(self.weather)
        self.drawn[fate] += 1
        with suppress(OSError, asyncio.IncompleteReadError, asyncio.CancelledError):
            await self._suffer(fate, near_in, near)
        with suppress(OSError, RuntimeError):
            near.close()

    async def _suffer(self, fate: str, near_in: asyncio.StreamReader, near: asyncio.StreamWriter) -> None:
        if fate == "refuse":
            return
        data = await self._request(near_in)
        if fate == "hang":
            await near_in.read()  # until the phone gives up
        elif fate in ("captive", "status"):
            status = "200 OK" if fate == "captive" else f"{self.page} No"
            head = f"HTTP/1.1 {status}\r\nContent-Type: text/html\r\nContent-Length: {len(PAGE)}\r\n\r\n"
            near.write(head.encode() + PAGE)
        elif fate == "late":
            self._delayed.append(data)
        elif fate == "cut_request":
            await self._begin(data[: self._chance.randrange(len(data))])
        else:
            answer = await self._send(data, slowly=fate == "slow")
            if fate == "double":
                await self._send(data)
            if fate == "lost":
                return
            if fate == "cut_answer":
                answer = answer[: self._chance.randrange(len(answer) or 1)]
            near.write(answer)
        await near.drain()

    async def _request(self, near: asyncio.StreamReader) -> bytes:
        head = await near.readuntil(b"\r\n\r\n")
        length = next(
            (int(line[15:]) for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:")), 0
        )
        return head + await near.readexactly(length)

    async def _send(self, data: bytes, slowly: bool = False) -> bytes:
        """Put a request to the server; its whole answer, or what came of it."""
        far_in, far = await asyncio.open_connection("127.0.0.1", self.target)
        try:
            for start in range(0, len(data), PIECE):
                if slowly:
                    await asyncio.sleep(0.1)  # 8 kB a second: that is the fault itself, not a wait
                far.write(data[start : start + PIECE])
            await far.drain()
            return await far_in.read()
        finally:
            far.close()

    async def _begin(self, data: bytes) -> None:
        """Send the beginning of a request and hang up."""
        _, far = await asyncio.open_connection("127.0.0.1", self.target)
        far.write(data)
        await far.drain()
        far.close()
        await far.wait_closed()
