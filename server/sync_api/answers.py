"""The answer of POST /api/sync, written out; `wire.py` describes the form."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import orjson

from server.sync_api.columns import PROTOCOL


class Writers:
    """The `writers` list of one message, filled while its versions are written."""

    def __init__(self) -> None:
        self._index: dict[str, int] = {}

    def ref(self, version: str | None) -> str | None:
        """ "w.n" for the canonical text "device.author.n"; None stays None."""
        if version is None:
            return None
        writer, _, n = version.rpartition(".")
        return f"{self._index.setdefault(writer, len(self._index))}.{n}"

    def copy(self) -> "Writers":
        """A trial list: what it gains is dropped unless `become` takes it over."""
        made = Writers()
        made._index = dict(self._index)
        return made

    def become(self, other: "Writers") -> None:
        """Take over what a trial list gained."""
        self._index = other._index

    def names(self) -> list[str]:
        """The list to send, in order of first use."""
        return list(self._index)


@dataclass(slots=True)
class Delta:
    """What one scope gets: rows put and left from `start` (0 = all of it) up to `end`."""

    scope: int
    start: int
    end: int
    more: bool = False
    puts: dict[str, list[list[Any]]] = field(default_factory=dict)
    leaves: list[list[str]] = field(default_factory=list)


@dataclass(slots=True)
class Answer:
    """One answer; `scopes` None = the list that the phone holds is the current one."""

    nonce: str
    epoch: str
    access: str
    seq: int
    receipts: list[list[Any]]
    scopes: list[str] | None
    deltas: list[Delta]
    writers: Writers
    now_ms: int


def trim(row: Iterable[Any]) -> list[Any]:
    """A row without its trailing nulls."""
    cells = list(row)
    while cells and cells[-1] is None:
        cells.pop()
    return cells


def write_answer(answer: Answer) -> bytes:
    """The bytes of an answer, before gzip."""
    return orjson.dumps(
        [
            PROTOCOL,
            answer.nonce,
            answer.epoch,
            answer.access,
            answer.seq,
            answer.receipts,
            0 if answer.scopes is None else answer.scopes,
            [[d.scope, d.start, d.end, int(d.more), d.puts, d.leaves] for d in answer.deltas],
            answer.writers.names(),
            answer.now_ms,
        ]
    )
