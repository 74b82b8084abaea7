"""The SMART check of a draft: what is missing, as codes with params that screens put into words.

Pure, and the same on the desk: tests/vectors/smart.json bind this and pwa/src/indicators/smart.ts.
"""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from importlib.resources import files
from typing import Any, Final

from server.indicators.arithmetic import FREQUENCIES
from server.indicators.library_models import LINES_MAX, LINES_MIN
from server.indicators.models import RATING, Scale

MARKS: Final = 5
_WORDS: Final[dict[str, list[str]]] = json.loads(
    files("server.indicators").joinpath("vague.json").read_text(encoding="utf-8")
)
"""`zh` and `en`: words that two people read differently. `range`: words that may stand among numbers alone."""
_MARKS: Final = r"[0-9\s.,:%\u2030<>\u2264\u2265=~\uff5e\-\u2013\u2014+/()\uff08\uff09\uff0c\u3002]*"
_NUMBERS_ALONE: Final = re.compile(rf"{_MARKS}[0-9]{_MARKS}")


@dataclass(frozen=True)
class Finding:
    """One thing that is missing or does not fit."""

    code: str
    params: Mapping[str, Any] = field(default_factory=dict)


def check(draft: Mapping[str, Any]) -> list[Finding]:
    """What one version still lacks, in the order of the editor. Empty: it may be proposed."""
    judged = draft.get("source") == RATING
    return [
        *_names(draft),
        *_sources(draft),
        *(_anchors(draft) if judged else _measured(draft)),
        *_vague(draft, judged=judged),
    ]


def check_set(lines: Sequence[tuple[str, int]]) -> list[Finding]:
    """What a set of (indicator code, weight) lacks: 3 to 5 lines, each once, weights that sum to 100."""
    found: list[Finding] = []
    if len(lines) < LINES_MIN:
        found.append(Finding("set_too_few", {"count": len(lines), "min": LINES_MIN}))
    if len(lines) > LINES_MAX:
        found.append(Finding("set_too_many", {"count": len(lines), "max": LINES_MAX}))
    codes = [code for code, _ in lines]
    found += [Finding("set_twice", {"code": code}) for code in sorted({one for one in codes if codes.count(one) > 1})]
    total = sum(weight for _, weight in lines)
    if total != 100:
        found.append(Finding("set_weights", {"sum": total, "gap": abs(100 - total)}))
    return found


def _names(draft: Mapping[str, Any]) -> Iterator[Finding]:
    for name in ("name_zh", "name_en", "short_zh", "short_en"):
        if not draft.get(name):
            yield Finding("no_name", {"field": name})


def _sources(draft: Mapping[str, Any]) -> Iterator[Finding]:
    if not draft.get("source"):
        yield Finding("no_source")
    if draft.get("frequency") not in FREQUENCIES:
        yield Finding("no_frequency")


def _measured(draft: Mapping[str, Any]) -> Iterator[Finding]:
    if not draft.get("unit"):
        yield Finding("no_unit")
    target, threshold, higher = draft.get("target"), draft.get("threshold"), draft.get("direction") != "lower"
    if target is None:
        yield Finding("no_target")
    if threshold is None:
        yield Finding("no_threshold")
    if target is not None and threshold is not None:
        if target == threshold:
            yield Finding("target_is_threshold", {"value": plain(target)})
        elif (threshold > target) == higher:
            params = {"direction": "higher" if higher else "lower"}
            yield Finding("threshold_side", params | {"target": plain(target), "threshold": plain(threshold)})
    if draft.get("rule") != Scale.LINE:
        yield from _bands(draft.get("bands"), higher=higher)
    for mark, (zh, en) in enumerate(draft.get("anchors") or [], start=1):
        if not all(_numbers_alone(words, str(draft.get("unit") or "")) for words in (zh, en)):
            yield Finding("anchor_not_numbers", {"mark": mark})


def _bands(bands: Sequence[Any] | None, *, higher: bool) -> Iterator[Finding]:
    held = list(bands or [])
    if len(held) != MARKS - 1 or any(one is None for one in held):
        yield Finding("no_bands", {"count": len([one for one in held if one is not None]), "need": MARKS - 1})
        return
    for place in range(1, MARKS - 1):
        before, here = held[place - 1], held[place]
        if before == here or (here < before) == higher:
            yield Finding("bands_order", {"mark": place + 2, "value": plain(here), "before": plain(before)})


def _anchors(draft: Mapping[str, Any]) -> Iterator[Finding]:
    held = [tuple(one) for one in draft.get("anchors") or []]
    for mark in range(1, MARKS + 1):
        zh, en = held[mark - 1] if mark <= len(held) else ("", "")
        if not zh or not en:
            yield Finding("no_anchor", {"mark": mark, "language": "zh" if not zh else "en"})
    for mark in range(2, len(held) + 1):
        for other in range(1, mark):
            if any(held[mark - 1][one] and held[mark - 1][one] == held[other - 1][one] for one in (0, 1)):
                yield Finding("anchors_equal", {"first": other, "second": mark})


def _vague(draft: Mapping[str, Any], *, judged: bool) -> Iterator[Finding]:
    """A word that two people read differently, where no number makes it exact. What is measured may be called by one."""
    texts = [(0, words) for words in (draft.get("name_zh"), draft.get("name_en")) if judged and words]
    texts += [(mark, words) for mark, pair in enumerate(draft.get("anchors") or [], start=1) for words in pair if words]
    for mark, words in texts:
        if not re.search(r"[0-9]", words):
            yield from (Finding("vague", {"word": word, "mark": mark}) for word in _vague_words(words))


def _vague_words(words: str) -> list[str]:
    low = words.lower()
    found = [word for word in _WORDS["zh"] if word in words]
    return found + [word for word in _WORDS["en"] if re.search(rf"\b{word}\b", low, re.ASCII)]


def _numbers_alone(words: str, unit: str) -> bool:
    rest = words.replace(unit, " ") if unit else words
    for word in _WORDS["range"]:
        rest = re.sub(rf"\b{word}\b" if word.isascii() else word, " ", rest)
    return _NUMBERS_ALONE.fullmatch(rest) is not None


def plain(value: Decimal | float | int) -> int | float:
    """A number as it stands in a sentence: 95, not 95.0."""
    return int(value) if value == int(value) else float(value)
