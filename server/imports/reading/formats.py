"""What a number format makes of a number: its owner sees 2026-10-15, 95% or 010015 and means just that."""

import re
from datetime import date, timedelta
from decimal import Decimal, InvalidOperation
from enum import Enum
from typing import Final, NamedTuple


class Shown(Enum):
    """How a cell shows its number."""

    PLAIN = "plain"
    DAY = "day"
    MONTH = "month"
    PERCENT = "percent"
    ZEROS = "zeros"


class Format(NamedTuple):
    """A format, and how many digits it fills up with zeros."""

    shown: Shown
    width: int = 0


PLAIN: Final = Format(Shown.PLAIN)
_DAY: Final = Format(Shown.DAY)
_MONTH: Final = Format(Shown.MONTH)
_PERCENT: Final = Format(Shown.PERCENT)
# The numbers that stand for formats without spelling them, with those of Chinese editions.
_KNOWN: Final = {
    9: _PERCENT, 10: _PERCENT, 14: _DAY, 15: _DAY, 16: _DAY, 17: _MONTH, 22: _DAY, 27: _MONTH, 28: _DAY, 29: _DAY,
    30: _DAY, 31: _DAY, 36: _MONTH, 50: _MONTH, 51: _DAY, 52: _MONTH, 53: _DAY, 54: _DAY, 57: _MONTH, 58: _DAY,
}  # fmt: skip
_NOT_SHOWN: Final = re.compile(r'"[^"]*"|\\.|_.|\*.|\[[^\]]*\]')
_DAYS_FROM: Final = date(1899, 12, 30)
# Excel believes that 1900 was a leap year: its days before March 1900 are one off, and one never was.
_LEAP_DAY_OF_1900: Final = 60
_LAST_SERIAL: Final = 2_958_465


def format_of(number: int, code: str | None) -> Format:
    """Understand a format by its spelling, or by its number where it is one of those everybody knows."""
    if code is None:
        return _KNOWN.get(number, PLAIN)
    first = _NOT_SHOWN.sub("", code[:200].split(";")[0]).casefold().strip()
    if "%" in first:
        return _PERCENT
    if "y" in first or "d" in first or "e" in first.replace("general", "").replace("e+", "").replace("e-", ""):
        return _DAY if "d" in first else _MONTH if "m" in first else PLAIN
    if len(first) > 1 and set(first) == {"0"}:
        return Format(Shown.ZEROS, len(first))
    return PLAIN


def day_of(serial: int) -> date | None:
    """Return the day that a spreadsheet counts as `serial`, or None where there is no such day."""
    if serial == _LEAP_DAY_OF_1900 or not 0 < serial <= _LAST_SERIAL:
        return None
    return _DAYS_FROM + timedelta(days=serial + (serial < _LEAP_DAY_OF_1900))


def shown(raw: str, form: Format, date_shift: int) -> tuple[str, bool]:
    """Return the number as its owner sees it, and whether it is still a bare number."""
    try:
        value = float(raw)
        number = Decimal(format(value, ".15g"))
    except (ValueError, InvalidOperation, OverflowError):
        return raw, False
    if not number.is_finite():
        return raw, False
    if form.shown is Shown.PERCENT:
        return f"{plainly(number * 100)}%", False
    if form.shown in (Shown.DAY, Shown.MONTH):
        day = day_of(int(number) + date_shift) if abs(number) < 10**7 else None
        if day is not None:
            return day.isoformat()[: 10 if form.shown is Shown.DAY else 7], False
    elif form.shown is Shown.ZEROS and number == int(number) and 0 <= number < 10**15:
        return str(int(number)).zfill(form.width), False
    return plainly(number), True


def plainly(number: Decimal) -> str:
    """Write a number without exponent and without zeros that say nothing."""
    if abs(number.adjusted()) > 30:
        return str(number)
    text = format(number, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text
