"""Words the server itself writes: titles of problems. Screens have theirs in pwa/messages."""

import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Final, Literal

Language = Literal["zh-CN", "en"]
LANGUAGES: Final[tuple[Language, ...]] = ("zh-CN", "en")
_HERE = Path(__file__).resolve().parent


@cache
def words(language: Language) -> Mapping[str, str]:
    """Return every message of one language by key."""
    found: dict[str, str] = json.loads((_HERE / f"{language}.json").read_text(encoding="utf-8"))
    return found


def say(key: str, language: Language, params: Mapping[str, object]) -> str:
    """Return a message with `{name}` filled from params; the key itself where it has no words."""
    text = words(language).get(key, key)
    for name, value in params.items():
        text = text.replace("{" + name + "}", str(value))
    return text
