"""Words the server itself writes: titles of problems. Screens have theirs in pwa/messages.

A room adds its own titles in `server/<room>/locales/{zh-CN,en}.json`.
"""

import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Final, Literal

Language = Literal["zh-CN", "en"]
LANGUAGES: Final[tuple[Language, ...]] = ("zh-CN", "en")
_SERVER = Path(__file__).resolve().parents[2]


@cache
def words(language: Language) -> Mapping[str, str]:
    """Return every message of one language by key. Raises ValueError for a key that is doubled."""
    found: dict[str, str] = {}
    for path in sorted(_SERVER.glob(f"*/locales/{language}.json")):
        part: dict[str, str] = json.loads(path.read_text(encoding="utf-8"))
        if doubled := found.keys() & part.keys():
            raise ValueError(f"{path}: {sorted(doubled)} is said elsewhere")
        found |= part
    return found


def say(key: str, language: Language, params: Mapping[str, object]) -> str:
    """Return a message with `{name}` filled from params; the key itself where it has no words."""
    text = words(language).get(key, key)
    for name, value in params.items():
        text = text.replace("{" + name + "}", str(value))
    return text
