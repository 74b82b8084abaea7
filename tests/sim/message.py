"""A phone's bodies: `wire.ts`, as far as the simulated phones need it."""

from __future__ import annotations

import json
from typing import Any

from server.sync_api.columns import CANDIDATE_COLUMNS, COLUMNS, FIELD_CODES, PROTOCOL
from tests.sim.names import NOTHING
from tests.sim.taking import RESULTS, Held

CODES = {name: code for code, name in FIELD_CODES.items()}


class NotOurs(Exception):
    """No answer of our protocol to exactly this request."""


class Writers:
    def __init__(self, own: str) -> None:
        self.own, self.names = own, list[str]()

    def ref(self, version: str) -> int | str:
        if version == NOTHING:
            return 0
        writer, _, n = version.rpartition(".")
        if writer == self.own:
            return int(n)
        if writer not in self.names:
            self.names.append(writer)
        return f"{self.names.index(writer)}.{n}"


def code_of(name: str) -> str:
    """s3 of score/3."""
    head, _, key = name.partition("/")
    return CODES.get(head, head) + key


def field_of(code: str) -> str:
    """score/3 of s3."""
    return f"{FIELD_CODES[code[0]]}/{code[1:]}" if code[0] in FIELD_CODES else code


def encode(edit: dict[str, Any], t0: int, writers: Writers) -> list[Any]:
    """One mutation without what may be cut off at its end."""
    code, value = _code_and_value(edit, writers)
    refs = [writers.ref(one) for one in edit["base"]]
    cells = [edit["n"], edit["device_time_ms"] - t0, code, value, refs if len(refs) > 1 else (refs or [0])[0]]
    if cells[4] == 0:
        cells.pop()
        if value is None:
            cells.pop()
    return cells


def _code_and_value(edit: dict[str, Any], writers: Writers) -> tuple[str, Any]:
    value, name = edit["value"], edit["field"]
    match edit["op"]:
        case "command":
            signs = [[code_of(f), writers.ref(one)] for f, version in value["signs"] for one in version.split(",")]
            return f"!{value['name']}", signs or None
        case "append":
            return "ans", [value["answer"], value["note"]] if value["note"] else [value["answer"]]
        case "resolve":
            chosen = None if value["chosen"] is None else writers.ref(value["chosen"])
            return f"={code_of(name)}", [value["case"], chosen, value["value"], value["reason"]]
        case "add":
            return code_of(name), ["+", value]
        case "remove":
            return code_of(name), ["-", value]
        case _:
            return code_of(name), value


def request(
    device: str, author: str, nonce: str, held: Held, edits: list[dict[str, Any]], queued: int, oldest_s: int
) -> list[Any]:
    """The body of POST /api/sync."""
    sync = held.sync
    cursors = [scope.cursor for scope in held.scopes] if sync["access"] else []
    push: Any = 0
    if edits:
        writers = Writers(f"{device}.{author}")
        t0 = edits[0]["device_time_ms"]
        groups: dict[str, list[Any]] = {}
        for edit in edits:
            groups.setdefault(edit["record"], []).append(encode(edit, t0, writers))
        push = [author, t0, writers.names, [[record, cells] for record, cells in groups.items()]]
    return [PROTOCOL, device, sync["epoch"], nonce, sync["access"], cursors, push, queued, oldest_s]


def decode(body: Any, nonce: str, protocol: int = PROTOCOL) -> dict[str, Any]:
    """Raises NotOurs unless this is an answer of our protocol to exactly this request."""
    if not isinstance(body, list) or len(body) < 10 or body[0] != protocol or body[1] != nonce:
        raise NotOurs
    _, _, epoch, access, seq, receipts, scopes, deltas, writers, now_ms = body

    def version(ref: Any) -> str | None:
        if not isinstance(ref, str):
            return None
        w, _, n = ref.partition(".")
        return f"{writers[int(w)]}.{n}"

    return {
        "nonce": body[1],
        "epoch": epoch,
        "access": access,
        "seq": seq,
        "receipts": [(r[0], RESULTS[r[1]], _about(r, version)) for r in receipts],
        "scopes": scopes if isinstance(scopes, list) else None,
        "deltas": [
            {
                "scope": scope, "from": start, "to": end, "more": bool(more), "leaves": leaves,
                "rows": {kind: [_row(kind, cells, version) for cells in rows] for kind, rows in kinds.items()},
            }
            for scope, start, end, more, kinds, leaves in deltas
        ],
        "now_ms": now_ms,
    }  # fmt: skip


def _row(kind: str, cells: list[Any], version: Any) -> dict[str, Any]:
    columns = COLUMNS[kind]
    row = dict(zip(columns, [*cells, *[None] * (len(columns) - len(cells))], strict=True))
    if kind == "evaluation":
        flat = row["fields"] or []
        row["fields"] = {
            field_of(flat[at]): _field(flat[at], flat[at + 1], flat[at + 2], version) for at in range(0, len(flat), 3)
        }
    elif kind == "case":
        row["field"] = field_of(row["code"])
        row["chosen"] = version(row["chosen"])
        row["candidates"] = [_candidate(one, version) for one in row["candidates"] or []]
    elif kind == "result":
        row["version"] = version(row["version"])
    return row


def _about(receipt: list[Any], version: Any) -> Any:
    about = receipt[2] if len(receipt) > 2 else None
    return version(about) if receipt[1] in ("h", "s") else about


def _candidate(cells: list[Any], version: Any) -> list[Any]:
    at, base = CANDIDATE_COLUMNS.index("version"), CANDIDATE_COLUMNS.index("base_version")
    return [version(cell) if place in (at, base) else cell for place, cell in enumerate(cells)]


def _field(code: str, value: Any, ref: Any, version: Any) -> tuple[Any, str | None]:
    if not code.startswith("g"):
        return value, version(ref)
    tags: dict[str, str] = {}
    for tag, added in value:
        tags[tag] = ",".join([*([tags[tag]] if tag in tags else []), version(added)])
    return tags, None


def size_of(edit: dict[str, Any]) -> int:
    """Bytes in a request, rather too many than too few."""
    cells = [edit["n"], edit["field"], edit["value"], edit["base"]]
    return len(json.dumps(cells, ensure_ascii=False, separators=(",", ":")).encode()) + 16
