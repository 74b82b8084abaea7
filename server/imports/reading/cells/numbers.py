"""Numbers with their percent signs, thousands and units."""

import re
from decimal import Decimal
from typing import Final

from server.imports.reading.cells.remarks import Remark, Unreadable, note
from server.imports.reading.cells.text import narrow
from server.imports.reading.vocabulary import VOCABULARY, folded

# What a value is stored with.
_DIGITS_BEFORE: Final = 10
_PLACES: Final = Decimal("0.0001")
_PLAIN: Final = re.compile(r"[+-]?(?:\d{1,20}(?:\.\d{0,30})?|\.\d{1,30})(?:e[+-]?\d{1,2})?")
_THOUSANDS: Final = re.compile(r"[+-]?\d{1,3}(?:,\d{3})+(?:\.\d{0,30})?")
# Units that only name what is counted. Those that multiply (10,000 of something) are not dropped.
_UNITS: Final = tuple(sorted(map(folded, VOCABULARY["units"]), key=len, reverse=True))


def number(text: str) -> tuple[Decimal, Remark | None]:
    """Understand a number. 95% is 95: percentages are kept as people say them."""
    written = narrow(text).casefold().replace("\u2212", "-")
    written = written.removesuffix("%").rstrip()
    if not written[-1:].isdecimal():
        written = next((written.removesuffix(unit).rstrip() for unit in _UNITS if written.endswith(unit)), written)
    if _THOUSANDS.fullmatch(written):
        written = written.replace(",", "")
    if not written.isascii() or not _PLAIN.fullmatch(written):
        raise Unreadable("number_unknown", text=text)
    value = Decimal(written)
    if value.adjusted() >= _DIGITS_BEFORE:
        raise Unreadable("number_too_large", text=text)
    rounded = value.quantize(_PLACES)
    if rounded != value:
        return rounded, note("number_rounded", text=text, value=rounded)
    return value + 0, None
