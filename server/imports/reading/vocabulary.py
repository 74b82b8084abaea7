"""The words that tables are written in, from the two data files beside this one: add a name there, not here."""

import json
import re
import unicodedata
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any, Final

from server.imports.records import FIELDS, Kind

_HERE: Final = Path(__file__).resolve().parent
_BRACKETS: Final = re.compile(r"[(\[\u3010].{0,60}?[)\]\u3011]")
_LOOSE: Final = re.compile(r"[\s_*:\-./'\"]+")


def _read(name: str) -> Any:
    return json.loads((_HERE / name).read_text(encoding="utf-8"))


VOCABULARY: Final[Mapping[str, Any]] = _read("vocabulary.json")


def folded(text: str) -> str:
    """Full-width as half-width, small letters, no spaces around."""
    return unicodedata.normalize("NFKC", text).casefold().strip()


def loosely(text: str) -> str:
    """Return the letters that make a label what it is: "* Employee-No:" and "employee_no" are one."""
    return _LOOSE.sub("", folded(text))


NOISE: Final = frozenset(map(loosely, VOCABULARY["header_noise"]))
EMPTY: Final = frozenset(map(folded, VOCABULARY["empty"]))
OPEN_ENDED: Final = frozenset(map(folded, VOCABULARY["open_ended"]))
TOTALS: Final = frozenset(map(loosely, VOCABULARY["totals"]))
FOOTERS: Final = frozenset(map(loosely, VOCABULARY["footers"]))


def labels(text: str) -> tuple[str, ...]:
    """Return the spellings to look a header up by: as it is, and without what stands in brackets."""
    whole = loosely(text)
    bare = loosely(_BRACKETS.sub("", folded(text)))
    for noise in NOISE:
        bare = bare.removesuffix(noise) if bare != noise else bare
    return (whole, bare) if bare and bare != whole else (whole,)


@cache
def aliases(kind: Kind) -> Mapping[str, tuple[str, int]]:
    """Return for every label of a kind its field and how good a name it is; 0 is the best."""
    named: Mapping[str, list[str]] = _read("aliases.json")[kind.value]
    found: dict[str, tuple[str, int]] = {}
    for field in FIELDS[kind]:
        for rank, label in enumerate([field.name, *named[field.name]]):
            found.setdefault(loosely(label), (field.name, rank))
    return found


@cache
def choices(field: str) -> Mapping[str, str]:
    """Return for every spelling of a choice the name that is stored."""
    found: dict[str, str] = {}
    for name, spellings in VOCABULARY["choices"][field].items():
        for spelling in [name, *spellings]:
            found[loosely(spelling) or folded(spelling)] = name
    return found


def chosen(field: str, text: str) -> str | None:
    """Return the choice that a text names, or None."""
    return choices(field).get(loosely(text) or folded(text))
