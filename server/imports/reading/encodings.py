"""Which of the four encodings that offices send a text has.

A strict try-order, not a guesser: UTF-8 refuses nearly every GB18030 text, so its success proves it; GB18030 then takes
what is left. Guessers call short Chinese tables Big5, Johab or Shift JIS, which this trade does not send.
"""

import codecs
import unicodedata
from typing import Final

from server.imports.reading.refused import Refused

_HEAD_BYTES: Final = 8_192
_STEP_BYTES: Final = 1 << 20
# UTF-16 of a table: separators, digits and line ends have a zero on one side, and always on the same.
_ZEROS_AT_LEAST: Final = 0.02
_SAME_SIDE: Final = 0.95


def encoding_of(content: bytes) -> str:
    """Return the codec's name, or raise Refused where no encoding reads all of it."""
    for mark, name in (
        (codecs.BOM_UTF8, "utf-8-sig"),
        (codecs.BOM_UTF32_LE, ""),
        (codecs.BOM_UTF16_LE, "utf-16"),
        (codecs.BOM_UTF16_BE, "utf-16"),
    ):
        if content.startswith(mark):
            if name and reads(content, name):
                return name
            raise Refused("file_encoding")
    for guess in (_wide(content), "utf-8", "gb18030"):
        if guess and reads(content, guess):
            return guess
    raise Refused("file_encoding")


def reads(content: bytes, name: str) -> bool:
    """Say whether every byte belongs to a character, without holding the text."""
    decoder = codecs.getincrementaldecoder(name)(errors="strict")
    view = memoryview(content)
    try:
        for start in range(0, len(content), _STEP_BYTES):
            decoder.decode(view[start : start + _STEP_BYTES])
        decoder.decode(b"", final=True)
    except UnicodeError:
        return False
    return True


def _wide(content: bytes) -> str | None:
    """UTF-16 without a mark, told by where its zeros are; a stray NUL in other text is not enough."""
    head = content[:_HEAD_BYTES]
    if len(content) % 2 or not head:
        return None
    low, high = head[0::2].count(0), head[1::2].count(0)
    zeros = low + high
    if zeros < len(head) * _ZEROS_AT_LEAST or max(low, high) < zeros * _SAME_SIDE:
        return None
    name = "utf-16-le" if high > low else "utf-16-be"
    text = head.decode(name, errors="replace")
    odd = sum(unicodedata.category(c) in ("Cc", "Cn", "Cs") and c not in "\t\r\n" for c in text)
    return name if odd * 20 <= len(text) else None
