"""Letters as they came: what cannot be seen is taken out and told, what looks like code stays text."""

import re
import unicodedata
from typing import Final

from server.imports.reading import limits
from server.imports.reading.cells.remarks import Remark, Unreadable, doubt
from server.imports.reading.cells.unseen import seen

_SPACES: Final = re.compile(r"[\s\u00a0\u2000-\u200a\u3000]+")
_MARKUP: Final = re.compile(r"<[A-Za-z/!?][^<>]{0,200}>|&#?\w{2,8};")
# How exports keep a spreadsheet from making a number of a text.
_AS_TEXT: Final = re.compile(r'="([^"]*)"')
_NAMED: Final = 3


def cleaned(raw: str, longest: int) -> tuple[str, list[Remark]]:
    """Return the text without what cannot be seen, its spaces made one; or raise where it is longer than its field."""
    if len(raw) > limits.CELL_CHARACTERS:
        raise Unreadable("cell_too_long", length=_length(raw), longest=longest)
    remarks: list[Remark] = []
    raw, unseen = seen(raw)
    if unseen:
        named = ", ".join(f"U+{ord(character):04X}" for character in sorted(unseen)[:_NAMED])
        remarks.append(doubt("cell_unseen", characters=named))
    if (found := _AS_TEXT.fullmatch(raw.strip())) is not None:
        raw = found[1]
    text = _SPACES.sub(" ", unicodedata.normalize("NFC", raw)).strip()
    if len(text) > longest:
        raise Unreadable("cell_too_long", length=len(text), longest=longest)
    if _MARKUP.search(text):
        remarks.append(doubt("cell_markup", text=text))
    elif text.startswith(("=", "@", "\uff1d", "\uff20")) and len(text) > 1:
        remarks.append(doubt("cell_formula_text", text=text))
    return text, remarks


def _length(raw: str) -> str:
    return f"{limits.CELL_KEPT}+" if len(raw) == limits.CELL_KEPT else str(len(raw))


def narrow(text: str) -> str:
    """Full-width letters, digits and marks as half-width."""
    return unicodedata.normalize("NFKC", text).strip()
