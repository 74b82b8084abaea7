"""The body of POST /api/sync, protocol 1: positional JSON, described once, here.

`answers.py` writes the answer; the columns of its rows stand in `columns.py`.

Request  [1, device, epoch, nonce, access, cursors, push|0, queued, oldest_s, attempts?, error?, reads?, sent_ms?]
  push   [author, t0_ms, writers, [[record, [[n, dt_ms, code, value, base], ...]], ...]]
Answer   [1, nonce, epoch, access, seq, receipts, scopes|0, deltas, writers, now_ms]

Ids are 22 characters of base64url. A version on the wire is "w.n": w indexes the message's
`writers` ("device.author"; "device+digest.author" for a text that the server merged), n is the
mutation's number; in a push an integer n stands for the sender's own (device, author). The
canonical text elsewhere is "device.author.n".
The base of a set may be a list: what its author saw (0: nothing), then own edits of that field
that had been refused before their eyes. Trailing zeros and nulls of a mutation may be cut off. `attempts` and `error`
come only from a phone that is stuck: how often it tried to send its oldest edit, and what hindered it last. `reads`
says which kinds of rows the phone knows (`columns.READS`): a scope of others would be dropped, and its cursor kept.
`sent_ms`, with a push, is what the phone's clock said then. Whatever follows them is of a newer phone and is left unread.

`read_request` checks the ENVELOPE only; each mutation is loaded alone by `read_mutation`, so that
a bad one is parked with its reason and its neighbours are applied.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from server.sync_api import asked
from server.sync_api.asked import Unreadable
from server.sync_api.columns import FIELD_CODES, PROTOCOL

MUTATIONS_MAX: Final = 50
"""Most mutations in one push; a phone sends the rest in its next round."""
PARTS_LEAST: Final = 9
PARTS_MAX: Final = 32
CURSORS_MAX: Final = 200
WRITERS_MAX: Final = 200
BASES_MAX: Final = 64
SIGNS_MAX: Final = 400
N_MAX: Final = 2**53 - 1
TIME_MAX: Final = 2**63 - 1
"""A column's 64 bits. What a phone's clock says may be any whole number; beyond, it is cut to them."""

_ID = re.compile(r"[A-Za-z0-9_-]{22}")
_WRITER = re.compile(r"[A-Za-z0-9_-]{22}(\+[A-Za-z0-9_-]{0,6})?\.[A-Za-z0-9_-]{22}")
_TOKEN = re.compile(r"[A-Za-z0-9_-]{0,24}")
_VERSION = re.compile(r"(\d{1,4})\.(\d{1,16})")
_LINE_CODE = re.compile(r"([scrg])([1-9]\d?)")


class BadEnvelope(Exception):
    """The request cannot be taken apart at all. `pointer` is a JSON pointer to the fault."""

    def __init__(self, pointer: str) -> None:
        super().__init__(pointer)
        self.pointer = pointer


@dataclass(frozen=True, slots=True)
class RawMutation:
    """One mutation as it came: only its number and place in the envelope are known to be sound."""

    n: int
    record: str
    parts: list[Any]


@dataclass(frozen=True, slots=True)
class Push:
    """What a phone sends up. `writers` are the texts that "w.n" versions point to."""

    author: str
    t0_ms: int
    writers: list[str]
    mutations: list[RawMutation]


@dataclass(frozen=True, slots=True)
class Request:
    """One decoded request; `push` is None when the phone has nothing to send."""

    device: str
    epoch: str
    nonce: str
    access: str
    cursors: list[int]
    push: Push | None
    queued: int
    oldest_s: int
    attempts: int = 0
    error: str = ""
    reads: int = 0
    sent_ms: int | None = None


@dataclass(frozen=True, slots=True)
class WireMutation:
    """One mutation in canonical words.

    field: score/3, comment/3, reason/3, chips/3, status, answer, terms, voice, value, objection, proposal, influence,
    verdict. op: set, add, remove, command, append, resolve. base: versions that its author saw, canonical text, none for
    an empty field. value: set = score or text; add, remove = the tag; command = {"name", "signs": [[field, version]]},
    {"lines": [[key, target, weight]], "words"} or {"indicator", "first", ...}; append = what `asked.SAID` reads;
    resolve = {"case", "chosen", "value", "reason"}.
    """

    n: int
    record: str
    device_time_ms: int
    field: str
    op: str
    value: Any
    base: tuple[str, ...]
    also: tuple[str, ...] = ()
    """Of a set: own edits of that field that had been refused before its author's eyes."""


# ---- the envelope -------------------------------------------------------------------------------


def _text(value: Any, shape: re.Pattern[str], pointer: str) -> str:
    if not isinstance(value, str) or not shape.fullmatch(value):
        raise BadEnvelope(pointer)
    return value


def _whole(value: Any, pointer: str, low: int = 0, high: int = N_MAX) -> int:
    if type(value) is not int or not low <= value <= high:
        raise BadEnvelope(pointer)
    return value


def _list(value: Any, pointer: str, most: int) -> list[Any]:
    if not isinstance(value, list) or len(value) > most:
        raise BadEnvelope(pointer)
    return value


def read_request(body: Any) -> Request:
    """Take a parsed body apart. Raises BadEnvelope with the place of the fault."""
    parts = _list(body, "", PARTS_MAX)
    if len(parts) < PARTS_LEAST:
        raise BadEnvelope("")
    said = [*parts[PARTS_LEAST:], *(0, "", 0, None)[len(parts) - PARTS_LEAST :]]
    if type(parts[0]) is not int or parts[0] != PROTOCOL:
        raise BadEnvelope("/0")
    return Request(
        device=_text(parts[1], _ID, "/1"),
        epoch=_text(parts[2], _TOKEN, "/2"),
        nonce=_text(parts[3], _TOKEN, "/3"),
        access=_text(parts[4], _TOKEN, "/4"),
        cursors=_cursors(_list(parts[5], "/5", CURSORS_MAX)),
        push=None if type(parts[6]) is int and parts[6] == 0 else _read_push(parts[6]),
        queued=_whole(parts[7], "/7"),
        oldest_s=_whole(parts[8], "/8"),
        attempts=_whole(said[0], "/9"),
        error=_text(said[1], _TOKEN, "/10"),
        reads=_whole(said[2], "/11"),
        sent_ms=None if said[3] is None else _whole(said[3], "/12", -(2**64), 2**64),
    )


def _cursors(cells: list[Any]) -> list[int]:
    """-1 is the one before once more: at rest all scopes stand at one place."""
    cursors: list[int] = []
    for i, cell in enumerate(cells):
        again = type(cell) is int and cell == -1 and i > 0
        cursors.append(cursors[-1] if again else _whole(cell, f"/5/{i}"))
    return cursors


def _read_push(value: Any) -> Push:
    parts = _list(value, "/6", 4)
    if len(parts) != 4:
        raise BadEnvelope("/6")
    mutations: list[RawMutation] = []
    for i, group in enumerate(_list(parts[3], "/6/3", MUTATIONS_MAX)):
        pointer = f"/6/3/{i}"
        pair = _list(group, pointer, 2)
        if len(pair) != 2 or not isinstance(pair[0], str) or len(pair[0]) > 64:
            raise BadEnvelope(pointer)
        for j, one in enumerate(_list(pair[1], f"{pointer}/1", MUTATIONS_MAX)):
            raw = _list(one, f"{pointer}/1/{j}", 5)
            if not raw:
                raise BadEnvelope(f"{pointer}/1/{j}")
            n = _whole(raw[0], f"{pointer}/1/{j}/0", 1)
            mutations.append(RawMutation(n, pair[0], raw))
    if len(mutations) > MUTATIONS_MAX:
        raise BadEnvelope("/6/3")
    return Push(
        author=_text(parts[0], _ID, "/6/0"),
        t0_ms=_whole(parts[1], "/6/1", -(2**64), 2**64),
        writers=[_text(w, _WRITER, f"/6/2/{i}") for i, w in enumerate(_list(parts[2], "/6/2", WRITERS_MAX))],
        mutations=mutations,
    )


# ---- one mutation -------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Reader:
    """Loads the mutations of one push: knows whose own numbers and which writers are meant."""

    own: str
    writers: Sequence[str] = field(default=())
    t0_ms: int = 0

    def mutation(self, raw: RawMutation) -> WireMutation:
        """The mutation in canonical words. Raises Unreadable with a reason code."""
        parts = raw.parts + [None] * (5 - len(raw.parts))
        _, dt_ms, code, value, base = parts
        dt_ms = 0 if dt_ms is None else dt_ms
        if type(dt_ms) is not int:
            raise Unreadable("bad_time")
        if not _ID.fullmatch(raw.record):
            raise Unreadable("bad_record")
        if not isinstance(code, str) or len(code) > 16:
            raise Unreadable("unknown_field")
        name, op, read = self._reader(code, value)
        time_ms = max(-TIME_MAX - 1, min(self.t0_ms + dt_ms, TIME_MAX))
        base, *also = base if op == "set" and isinstance(base, list) and base else [base]
        return WireMutation(raw.n, raw.record, time_ms, name, op, read(value), self.versions(base), self.versions(also))

    def _reader(self, code: str, value: Any) -> tuple[str, str, Callable[[Any], Any]]:
        if code in ("!submit", "!recall"):
            command = code[1:]
            return "status", "command", lambda v: {"name": command, "signs": self._signs(v)}
        if code in asked.SAID:
            field, read = asked.SAID[code]
            return field, "append", read
        if code == "!terms":
            return "terms", "command", asked.terms
        if code == "!value":
            return "value", "command", asked.entry
        resolving = code.startswith("=")
        match = _LINE_CODE.fullmatch(code[1:] if resolving else code)
        if match is None or (resolving and match[1] == "g"):
            raise Unreadable("unknown_field")
        name = f"{FIELD_CODES[match[1]]}/{match[2]}"
        plain = asked.PLAIN.get(match[1], asked.comment)
        if resolving:
            return name, "resolve", lambda v: self._resolution(v, plain)
        if match[1] == "g":
            sign = value[0] if isinstance(value, list) and len(value) == 2 else None
            if sign not in ("+", "-"):
                raise Unreadable("bad_value")
            return name, "add" if sign == "+" else "remove", lambda v: asked.tag(v[1])
        return name, "set", plain

    def version(self, value: Any) -> str:
        """Canonical text of one version. Raises Unreadable."""
        if type(value) is int and 0 < value <= N_MAX:
            return f"{self.own}.{value}"
        match = _VERSION.fullmatch(value) if isinstance(value, str) else None
        if match is None or int(match[1]) >= len(self.writers):
            raise Unreadable("bad_base")
        return f"{self.writers[int(match[1])]}.{int(match[2])}"

    def versions(self, value: Any) -> tuple[str, ...]:
        """A base: nothing (0, null), one version, or a list of them."""
        if value is None or (type(value) is int and value == 0):
            return ()
        if not isinstance(value, list):
            return (self.version(value),)
        if len(value) > BASES_MAX:
            raise Unreadable("bad_base")
        return tuple(self.version(v) for v in value)

    def _signs(self, value: Any) -> list[list[str]]:
        if value is None or (type(value) is int and value == 0):
            return []
        if not isinstance(value, list) or len(value) > SIGNS_MAX:
            raise Unreadable("bad_value")
        signs: list[list[str]] = []
        for pair in value:
            if not isinstance(pair, list) or len(pair) != 2 or not isinstance(pair[0], str):
                raise Unreadable("bad_value")
            match = _LINE_CODE.fullmatch(pair[0])
            if match is None:
                raise Unreadable("unknown_field")
            signs.append([f"{FIELD_CODES[match[1]]}/{match[2]}", self.version(pair[1])])
        return signs

    def _resolution(self, value: Any, plain: Callable[[Any], Any]) -> dict[str, Any]:
        if not isinstance(value, list) or not 3 <= len(value) <= 4:
            raise Unreadable("bad_value")
        case, chosen, settled, reason = [*value, None][:4]
        if not isinstance(case, str) or not _ID.fullmatch(case):
            raise Unreadable("bad_record")
        return {
            "case": case,
            "chosen": None if chosen is None else self.version(chosen),
            "value": plain(settled),
            "reason": asked.reason(reason),
        }
