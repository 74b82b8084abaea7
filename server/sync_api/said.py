"""What somebody says, as it comes on the wire: answers, voices, terms, and the floor's word on its indicators."""

import re
import unicodedata
from collections.abc import Callable
from typing import Any, Final

from sync.floor import SWAYS, VERDICTS, Draft
from sync.rules import NOTE_MAX
from sync.terms import KINDS

TERMS_MAX: Final = 99
DRAFT_CELLS: Final = len(Draft._fields)
CELL_MAX: Final = 200
"""Of any text of a draft; the core has the bound of each."""

_UNCLEAN = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")
"""Categories Cc and Cs, but for line break and tab."""


class Unreadable(Exception):
    """One mutation that means nothing to us; it is parked with `reason` and kept as it came."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def text_value(value: Any, most: int) -> str:
    """Text as it is stored: NFC, without control characters but the line break and the tab."""
    if value is None:
        return ""
    if not isinstance(value, str):
        raise Unreadable("bad_value")
    if len(value) > 4 * most:  # before NFC, which is not free
        raise Unreadable("too_long")
    text = unicodedata.normalize("NFC", value.replace("\r\n", "\n"))
    if len(text) > most:
        raise Unreadable("too_long")
    if _UNCLEAN.search(text):
        raise Unreadable("bad_text")
    return text


def _answer(value: Any) -> dict[str, str]:
    if not isinstance(value, list) or not 1 <= len(value) <= 2 or value[0] not in ("agree", "disagree"):
        raise Unreadable("bad_value")
    return {"answer": value[0], "note": text_value(value[1] if len(value) == 2 else None, NOTE_MAX)}


def _voice(value: Any) -> dict[str, str]:
    if not isinstance(value, list) or not 1 <= len(value) <= 2 or value[0] not in KINDS:
        raise Unreadable("bad_value")
    return {"voice": value[0], "words": text_value(value[1] if len(value) == 2 else None, NOTE_MAX)}


def terms(value: Any) -> dict[str, Any]:
    if not isinstance(value, list) or not 1 <= len(value) <= 2 or not isinstance(value[0], list):
        raise Unreadable("bad_value")
    lines = value[0]
    if len(lines) > TERMS_MAX or not all(isinstance(line, list) and len(line) == 3 for line in lines):
        raise Unreadable("bad_value")
    if not all(type(key) is int and type(weight) is int and _is_target(target) for key, target, weight in lines):
        raise Unreadable("bad_value")
    return {"lines": lines, "words": text_value(value[1] if len(value) == 2 else None, NOTE_MAX)}


def _is_target(value: Any) -> bool:
    return value is None or type(value) in (int, float)


def _proposal(value: Any) -> dict[str, Any]:
    if not isinstance(value, list) or not 1 <= len(value) <= 3:
        raise Unreadable("bad_value")
    words, about, draft = [*value, None, None][:3]
    return {
        "proposal": text_value(words, NOTE_MAX),
        "about": text_value(about, CELL_MAX),
        "draft": None if draft is None else _draft(draft),
    }


def _draft(value: Any) -> list[Any]:
    """The cells of `sync.floor.Draft`, in its order."""
    if not isinstance(value, list) or len(value) != DRAFT_CELLS:
        raise Unreadable("bad_value")
    cells = dict(zip(Draft._fields, value, strict=True))
    if not all(_is_target(cells[name]) for name in ("target", "threshold")):
        raise Unreadable("bad_value")
    return [cell if name in ("target", "threshold") else text_value(cell, CELL_MAX) for name, cell in cells.items()]


def _influence(value: Any) -> dict[str, str]:
    if not isinstance(value, list) or not 2 <= len(value) <= 3 or value[0] not in SWAYS:
        raise Unreadable("bad_value")
    words = text_value(value[2] if len(value) == 3 else None, NOTE_MAX)
    return {"influence": value[0], "about": text_value(value[1], CELL_MAX), "words": words}


def _verdict(value: Any) -> dict[str, str]:
    if not isinstance(value, list) or not 1 <= len(value) <= 2 or value[0] not in VERDICTS:
        raise Unreadable("bad_value")
    return {"verdict": value[0], "words": text_value(value[1] if len(value) == 2 else None, NOTE_MAX)}


SAID: Final[dict[str, tuple[str, Callable[[Any], Any]]]] = {
    "ans": ("answer", _answer),
    "voi": ("voice", _voice),
    "pro": ("proposal", _proposal),
    "inf": ("influence", _influence),
    "ver": ("verdict", _verdict),
}
"""Code -> the field that it is added to, and what reads its value."""
