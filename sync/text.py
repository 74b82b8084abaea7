"""Three-way merge of a text: by word, and by clause where words have no spaces between them.

Two changes are kept together only when an unchanged word or mark stands between them. Changes that
touch are left to a person: "is good" made "is not good" here and "is bad" there must never become
"is not bad", and of two characters changed in one Chinese clause nobody can say what they mean together.
"""

from __future__ import annotations

import re
from difflib import SequenceMatcher
from typing import NamedTuple

MARKS = "。！？；，、：,.!?;:\n"
SENTENCE_ENDS = "。！？；!?;\n"
_WIDE = (
    "\u2e80-\u2fdf\u3005-\u3007\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af\uf900-\ufaff\U00020000-\U0003ffff"
)
_TOKEN = re.compile(f"[{_WIDE}]+|[^\\W{_WIDE}]+(?:[.,][0-9]+)*|\\s|.", re.DOTALL)
_SENTENCE = re.compile(f"[^{SENTENCE_ENDS}.]*(?:[{SENTENCE_ENDS}.]+\\s*|$)")


class Change(NamedTuple):
    """Base tokens start..end become `put`."""

    start: int
    end: int
    put: tuple[str, ...]


def tokens(text: str) -> list[str]:
    """Words, clauses of a script without spaces, single marks and single blanks; joined they are the text."""
    return _TOKEN.findall(text)


def _changes(base: list[str], other: list[str]) -> list[Change]:
    """Maximal changes: an unchanged blank between two of them belongs to the change."""
    found: list[Change] = []
    for tag, start, end, from_, to in SequenceMatcher(None, base, other, autojunk=False).get_opcodes():
        if tag == "equal":
            continue
        put = tuple(other[from_:to])
        if found and all(one.isspace() for one in base[found[-1].end : start]):
            last = found.pop()
            put = (*last.put, *base[last.end : start], *put)
            start = last.start
        found.append(Change(start, end, put))
    return found


def _touch(one: Change, other: Change, base: list[str]) -> bool:
    """Whether no unchanged word or mark stands between two changes."""
    first, second = sorted((one, other), key=lambda change: (change.start, change.end))
    return first.end > second.start or all(token.isspace() for token in base[first.end : second.start])


def merge3(base: str, mine: str, theirs: str) -> str | None:
    """Both changes in one text, every inserted word kept; None when they meet in one place.

    The same change on both sides counts once.
    """
    if mine == theirs or theirs == base:
        return mine
    if mine == base:
        return theirs
    ground = tokens(base)
    here, there = _changes(ground, tokens(mine)), _changes(ground, tokens(theirs))
    for one in here:
        if any(_touch(one, other, ground) for other in there if other != one):
            return None
    merged, at = [], 0
    for change in sorted({*here, *there}):
        merged += ground[at : change.start]
        merged += change.put
        at = change.end
    return "".join(merged + ground[at:])


def sentences(text: str) -> list[str]:
    """The text cut after its sentence marks, blanks trimmed, nothing empty. A point inside a number does not cut."""
    parts: list[str] = []
    for piece in re.findall(_SENTENCE, text):
        if parts and parts[-1][-1] == "." and parts[-1][-2:-1].isdigit() and piece[:1].isdigit():
            parts[-1] += piece.rstrip()
        elif piece.strip():
            parts.append(piece.strip())
    return parts


def keep_both(first: str, second: str) -> str:
    """The text offered in a case: the first, then each sentence of the second that the first lacks."""
    if not second.strip() or second in first:
        return first
    if not first.strip() or first in second:
        return second
    had = set(sentences(first))
    more = [one for one in sentences(second) if one not in had]
    return "\n".join([first.rstrip(), *(["".join(_spaced(more))] if more else [])])


def _spaced(parts: list[str]) -> list[str]:
    """A blank between sentences that do not end in a full-width mark."""
    return [
        part if number == 0 or parts[number - 1][-1] in "。！？；" else f" {part}" for number, part in enumerate(parts)
    ]
