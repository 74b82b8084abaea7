"""What a mutation asks for, as the wire has it, in canonical words: one function for each kind.

Each takes the cell as it came and raises Unreadable with a reason code.
"""

import re
import unicodedata
from collections.abc import Callable
from datetime import date
from typing import Any, Final

from sync.floor import SWAYS, VERDICTS, Draft
from sync.measures import CODE_MAX, WHY_MAX
from sync.rules import COMMENT_MAX, NOTE_MAX, REASON_MAX, SCORE_MAX, SCORE_MIN, TAG_MAX
from sync.terms import KINDS

TERMS_MAX: Final = 99
DRAFT_CELLS: Final = len(Draft._fields)
CELL_MAX: Final = 200
"""Of any text of a draft; the core has the bound of each."""

_TAG = re.compile(rf"[A-Za-z0-9_.:-]{{1,{TAG_MAX}}}")
_UNCLEAN = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")
"""Categories Cc and Cs, but for line break and tab."""


class Unreadable(Exception):
    """One mutation that means nothing to us; it is parked with `reason` and kept as it came."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def score(value: Any) -> int | None:
    """A mark, or None for "back to what the data say"."""
    if value is None:
        return None
    if type(value) is not int or not SCORE_MIN <= value <= SCORE_MAX:
        raise Unreadable("bad_value")
    return value


def _text_value(value: Any, most: int) -> str:
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


def comment(value: Any) -> str:
    """A comment; none is empty."""
    return _text_value(value, COMMENT_MAX)


def reason(value: Any) -> str:
    """A reason; none is empty."""
    return _text_value(value, REASON_MAX)


PLAIN: Final[dict[str, Callable[[Any], Any]]] = {"s": score, "c": comment, "r": reason}


def tag(value: Any) -> str:
    """The name of a quick comment."""
    if not isinstance(value, str) or not _TAG.fullmatch(value):
        raise Unreadable("bad_value")
    return value


def answer(value: Any) -> dict[str, str]:
    """[agree or disagree, note?]"""
    if not isinstance(value, list) or not 1 <= len(value) <= 2 or value[0] not in ("agree", "disagree"):
        raise Unreadable("bad_value")
    return {"answer": value[0], "note": _text_value(value[1] if len(value) == 2 else None, NOTE_MAX)}


def voice(value: Any) -> dict[str, str]:
    """[kind, words?]"""
    if not isinstance(value, list) or not 1 <= len(value) <= 2 or value[0] not in KINDS:
        raise Unreadable("bad_value")
    return {"voice": value[0], "words": _text_value(value[1] if len(value) == 2 else None, NOTE_MAX)}


def terms(value: Any) -> dict[str, Any]:
    """[[[key, target, weight], ...], words?]"""
    if not isinstance(value, list) or not 1 <= len(value) <= 2 or not isinstance(value[0], list):
        raise Unreadable("bad_value")
    lines = value[0]
    if len(lines) > TERMS_MAX or not all(isinstance(line, list) and len(line) == 3 for line in lines):
        raise Unreadable("bad_value")
    if not all(type(key) is int and type(weight) is int and _is_target(target) for key, target, weight in lines):
        raise Unreadable("bad_value")
    return {"lines": lines, "words": _text_value(value[1] if len(value) == 2 else None, NOTE_MAX)}


def _is_target(value: Any) -> bool:
    return value is None or type(value) in (int, float)


def entry(value: Any) -> dict[str, Any]:
    """[indicator, first day, last day, number, shown: [last day, number] or 0, reason]"""
    if not isinstance(value, list) or not 5 <= len(value) <= 6:
        raise Unreadable("bad_value")
    indicator, first, last, number, shown, reason = [*value, None][:6]
    return {
        **_named(indicator, first),
        "value": _shown([last, number]),
        "shown": None if type(shown) is int and shown == 0 else _shown(shown),
        "reason": _text_value(reason, WHY_MAX),
    }


def objection(value: Any) -> dict[str, Any]:
    """[indicator, first day, shown: [last day, number], words]"""
    if not isinstance(value, list) or len(value) != 4:
        raise Unreadable("bad_value")
    indicator, first, shown, words = value
    return {**_named(indicator, first), "shown": _shown(shown), "words": _text_value(words, WHY_MAX)}


def _named(indicator: Any, first: Any) -> dict[str, str]:
    if not isinstance(indicator, str) or not indicator:
        raise Unreadable("bad_value")
    return {"indicator": _text_value(indicator, CODE_MAX), "first": _day(first)}


def _shown(value: Any) -> list[Any]:
    if not isinstance(value, list) or len(value) != 2 or not _is_target(value[1]) or value[1] is None:
        raise Unreadable("bad_value")
    return [_day(value[0]), value[1]]


def _day(value: Any) -> str:
    try:
        return date.fromisoformat(value).isoformat()
    except (TypeError, ValueError) as error:
        raise Unreadable("bad_value") from error


def _proposal(value: Any) -> dict[str, Any]:
    if not isinstance(value, list) or not 1 <= len(value) <= 3:
        raise Unreadable("bad_value")
    words, about, draft = [*value, None, None][:3]
    return {
        "proposal": _text_value(words, NOTE_MAX),
        "about": _text_value(about, CELL_MAX),
        "draft": None if draft is None else _draft(draft),
    }


def _draft(value: Any) -> list[Any]:
    """The cells of `sync.floor.Draft`, in its order."""
    if not isinstance(value, list) or len(value) != DRAFT_CELLS:
        raise Unreadable("bad_value")
    cells = dict(zip(Draft._fields, value, strict=True))
    if not all(_is_target(cells[name]) for name in ("target", "threshold")):
        raise Unreadable("bad_value")
    return [cell if name in ("target", "threshold") else _text_value(cell, CELL_MAX) for name, cell in cells.items()]


def _influence(value: Any) -> dict[str, str]:
    if not isinstance(value, list) or not 2 <= len(value) <= 3 or value[0] not in SWAYS:
        raise Unreadable("bad_value")
    words = _text_value(value[2] if len(value) == 3 else None, NOTE_MAX)
    return {"influence": value[0], "about": _text_value(value[1], CELL_MAX), "words": words}


def _verdict(value: Any) -> dict[str, str]:
    if not isinstance(value, list) or not 1 <= len(value) <= 2 or value[0] not in VERDICTS:
        raise Unreadable("bad_value")
    return {"verdict": value[0], "words": _text_value(value[1] if len(value) == 2 else None, NOTE_MAX)}


SAID: Final[dict[str, tuple[str, Callable[[Any], Any]]]] = {
    "ans": ("answer", answer),
    "voi": ("voice", voice),
    "obj": ("objection", objection),
    "pro": ("proposal", _proposal),
    "inf": ("influence", _influence),
    "ver": ("verdict", _verdict),
}
"""Code -> the field that it is added to, and what reads its value."""
