"""Characters that cannot be seen but change what is: NUL, marks that turn the direction of writing, joiners."""

import unicodedata
from typing import Final

_UNSEEN: Final = ("Cc", "Cf", "Cs", "Cn")
# The private planes hold nothing. The private area below them does: rare characters of names in GB18030 files.
_PRIVATE: Final = "\U000f0000"
_SPACE_LIKE: Final = "\t\r\n\x0b\x0c\x85"


def seen(raw: str) -> tuple[str, set[str]]:
    """Return the text without them, and which they were."""
    if raw.isprintable() and raw.isascii():
        return raw, set()
    unseen = {c for c in set(raw) if c not in _SPACE_LIKE and (unicodedata.category(c) in _UNSEEN or c >= _PRIVATE)}
    return (raw if not unseen else "".join(c for c in raw if c not in unseen)), unseen
