"""How the log keeps what was asked and what was written: plain JSON, one shape for each op.

A bare score or text stands in a list of one: SQLite gives a bare number in a JSON column back as a
number, not as JSON (tried).
"""

from typing import Any
from uuid import UUID

import orjson

from server.foundation.ids import unshort
from sync.floor import Draft, Proposal, Sway, Verdict
from sync.measures import Entry, Objection, Shown, number
from sync.model import (
    Answer,
    Asked,
    Base,
    MutationId,
    Op,
    Recall,
    Resolution,
    Submit,
    Value,
    Version,
)
from sync.terms import Terms, Voice


def asked_from_wire(op: Op, value: Any) -> Asked:
    """What `wire.Reader.mutation` gave, in the core's words."""
    if op is Op.COMMAND:
        if "lines" in value:
            return _terms(value)
        if "indicator" in value:
            return _entry(value)
        if value["name"] == "recall":
            return Recall()
        signed: dict[str, list[MutationId]] = {}
        for name, version in value["signs"]:
            signed.setdefault(name, []).append(MutationId.parse(version))
        return Submit(tuple((name, tuple(versions)) for name, versions in signed.items()))
    if op is Op.APPEND:
        return _said(value)
    if op is Op.RESOLVE:
        chosen = value["chosen"]
        return Resolution(
            value["case"],
            None if chosen is None else MutationId.parse(chosen),
            value["value"],
            value["reason"],
        )
    plain: int | str | None = value
    return plain


def _terms(kept: Any) -> Terms:
    return Terms(tuple((key, target, weight) for key, target, weight in kept["lines"]), kept["words"])


def _shown(kept: Any) -> Shown:
    return Shown(kept[0], number(kept[1]))


def _entry(kept: Any) -> Entry:
    shown = None if kept["shown"] is None else _shown(kept["shown"])
    return Entry(kept["indicator"], kept["first"], _shown(kept["value"]), shown, kept["reason"])


def _said(kept: Any) -> Answer | Voice | Objection | Proposal | Sway | Verdict:
    if "voice" in kept:
        return Voice(kept["voice"], kept["words"])
    if "indicator" in kept:
        return Objection(kept["indicator"], kept["first"], _shown(kept["shown"]), kept["words"])
    if "proposal" in kept:
        draft = kept["draft"]
        return Proposal(kept["about"], kept["proposal"], None if draft is None else Draft(*draft))
    if "influence" in kept:
        return Sway(kept["about"], kept["influence"], kept["words"])
    if "verdict" in kept:
        return Verdict(kept["verdict"], kept["words"])
    return Answer(kept["answer"], kept["note"])


def asked_to_json(asked: Asked) -> Any:
    """JSON of what a mutation asked for."""
    match asked:
        case Submit(signed):
            return {"submit": [[name, [str(v) for v in versions]] for name, versions in signed]}
        case Recall():
            return {"recall": True}
        case Answer(kind, note):
            return {"answer": kind, "note": note}
        case Voice(kind, words):
            return {"voice": kind, "words": words}
        case Proposal(about, words, draft):
            return {"proposal": words, "about": about, "draft": None if draft is None else list(draft)}
        case Sway(about, answer, words):
            return {"influence": answer, "about": about, "words": words}
        case Verdict(answer, words):
            return {"verdict": answer, "words": words}
        case Terms(lines, words):
            return {"lines": [list(line) for line in lines], "words": words}
        case Entry(indicator, first, entered, shown, reason):
            seen = None if shown is None else list(shown)
            return {"indicator": indicator, "first": first, "value": list(entered), "shown": seen, "reason": reason}
        case Objection(indicator, first, shown, words):
            return {"indicator": indicator, "first": first, "shown": list(shown), "words": words}
        case Resolution(case_id, chosen, value, reason):
            return {
                "case": case_id,
                "chosen": None if chosen is None else str(chosen),
                "value": value,
                "reason": reason,
            }
        case _:
            return boxed(asked)


def boxed(value: int | str | None) -> list[int | str | None]:
    """A score or a text as a JSON column keeps it."""
    return [value]


def unboxed(kept: Any) -> int | str | None:
    """The way back from `boxed`."""
    value: int | str | None = kept[0] if kept else None
    return value


def asked_from_json(op: Op, kept: Any) -> Asked:
    """The way back from `asked_to_json`."""
    if op is Op.COMMAND:
        if "lines" in kept:
            return _terms(kept)
        if "indicator" in kept:
            return _entry(kept)
        if "submit" not in kept:
            return Recall()
        return Submit(tuple((name, tuple(map(MutationId.parse, versions))) for name, versions in kept["submit"]))
    if op is Op.APPEND:
        return _said(kept)
    if op is Op.RESOLVE:
        return Resolution(kept["case"], version_of(kept["chosen"]), kept["value"], kept["reason"])
    return unboxed(kept)


def wrote_to_json(value: Value) -> Any:
    """JSON of what a register or text holds. Tags and answers are never somebody's base value."""
    return boxed(value) if isinstance(value, int | str) else None


def version_of(text: str | None) -> Version:
    """A version column read back."""
    return None if text is None else MutationId.parse(text)


def text_of(version: Version) -> str | None:
    """A version as it stands in a column."""
    return None if version is None else str(version)


NOTHING = "0"
"""In a base column: nothing was there to be seen, and refused edits follow."""


def seen_to_json(base: Base, also: Base) -> list[str]:
    """What an edit's author had seen, and after it the refused edits that they knew of."""
    return [*(map(str, base) if base or not also else [NOTHING]), *map(str, also)]


def seen_of(op: str, texts: list[str]) -> tuple[Base, Base]:
    """The way back from `seen_to_json`: only a set names refused ones."""
    first = 1 if op == Op.SET else len(texts)
    return base_of([text for text in texts[:first] if text != NOTHING]), base_of(texts[first:])


def base_of(texts: list[str]) -> Base:
    """A base column read back."""
    return tuple(MutationId.parse(text) for text in texts)


def key_of(version: MutationId) -> tuple[Any, Any, int] | None:
    """Primary key in the log: device, author, n; None when these can be no ids of ours."""
    plain = version.plain()
    try:
        return unshort(plain.device), unshort(plain.author), plain.n
    except ValueError:
        return None


def writer_key(device: str, author: str) -> dict[str, UUID]:
    """The same but for the number, by name; empty when these can be no ids of ours."""
    try:
        return {"device": unshort(device), "author": unshort(author)}
    except ValueError:
        return {}


def canonical(content: Any) -> bytes:
    """Bytes of any JSON content, the same for the same content: what the payload hash covers."""
    return orjson.dumps(content, option=orjson.OPT_SORT_KEYS)


def storable(content: Any) -> Any:
    """The same with each NUL made visible: PostgreSQL keeps none, neither in text nor in JSON, and
    the poison would be refused together with its neighbours."""
    return orjson.loads(orjson.dumps(content).replace(rb"\u0000", rb"\ufffd"))
