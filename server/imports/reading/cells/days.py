"""Days in the spellings of offices, machines and spreadsheets."""

import re
from datetime import date
from typing import Final

from server.imports.reading.cells.remarks import Remark, Unreadable, doubt
from server.imports.reading.cells.text import narrow
from server.imports.reading.formats import day_of
from server.imports.reading.vocabulary import OPEN_ENDED, VOCABULARY

YEARS: Final = (1900, 2199)
_ENDLESS_YEAR: Final = 9999
# Bare serials of 1954 to 2119: outside, a number is more likely a slip than a day.
_SERIALS: Final = range(20_000, 80_000)
_CENTURY_TURNS_AT: Final = 70

_TIME: Final = re.compile(r"(?<=\d)[ T]+\d{1,2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?(?: ?[AaPp][Mm])?Z?$")
_WRITTEN: Final = re.compile(
    rf"(\d{{2,4}}) ?{VOCABULARY['year']} ?(\d{{1,2}}) ?{VOCABULARY['month']} ?(\d{{1,2}}) ?{VOCABULARY['day']}?"
)
_YEAR_FIRST: Final = re.compile(r"(\d{4}) ?[-/.] ?(\d{1,2}) ?[-/.] ?(\d{1,2})")
_COMPACT: Final = re.compile(r"(\d{4})(\d{2})(\d{2})")
_YEAR_LAST: Final = re.compile(r"(\d{1,2}) ?([-/.]) ?(\d{1,2}) ?\2 ?(\d{4})")
_SHORT_YEAR: Final = re.compile(r"\d{1,2} ?([-/.]) ?\d{1,2} ?\1 ?\d{2}")
_NO_DAY: Final = re.compile(rf"\d{{4}} ?(?:[-/.]|{VOCABULARY['year']}) ?\d{{1,2}} ?(?:{VOCABULARY['month']})?")
_DAY_NAME: Final = re.compile(r"(\d{1,2})(?:st|nd|rd|th)?[- /.]*([A-Za-z]{3,9})\.?[- /.,]*(\d{4}|\d{2})")
_NAME_DAY: Final = re.compile(r"([A-Za-z]{3,9})\.? *(\d{1,2})(?:st|nd|rd|th)?[ ,]+(\d{4})")


def day(text: str, *, date_shift: int = 0, day_first: bool | None = None) -> tuple[date, Remark | None]:
    """Understand a day. `day_first`: what the rest of the column says of 03/04/2026, None where it says nothing."""
    written = _TIME.sub("", narrow(text))
    if found := _WRITTEN.fullmatch(written):
        if len(found[1]) != 4:
            raise Unreadable("date_short_year", text=text)
        return _real(text, *map(int, found.groups())), None
    if found := _YEAR_FIRST.fullmatch(written) or _COMPACT.fullmatch(written):
        return _real(text, *map(int, found.groups())), None
    if found := _YEAR_LAST.fullmatch(written):
        return _year_last(text, int(found[1]), int(found[3]), int(found[4]), day_first)
    if found := _DAY_NAME.fullmatch(written):
        return _named(text, int(found[1]), found[2], found[3])
    if found := _NAME_DAY.fullmatch(written):
        return _named(text, int(found[2]), found[1], found[3])
    if written.isascii() and written.isdecimal() and len(written) == 5 and int(written) + date_shift in _SERIALS:
        serial = day_of(int(written) + date_shift)
        if serial is not None:
            return serial, None
    if _SHORT_YEAR.fullmatch(written):
        raise Unreadable("date_short_year", text=text)
    if _NO_DAY.fullmatch(written):
        raise Unreadable("date_without_day", text=text)
    raise Unreadable("date_unknown", text=text)


def endless(text: str) -> bool:
    """Say whether a text means that there is no last day."""
    folded = narrow(text).casefold()
    return folded in OPEN_ENDED or folded.startswith(str(_ENDLESS_YEAR))


def order(text: str) -> bool | None:
    """Say whether a day is surely written before (True) or after (False) its month; None where it does not tell."""
    found = _YEAR_LAST.fullmatch(_TIME.sub("", narrow(text)))
    if found is None:
        return None
    first, second = int(found[1]), int(found[3])
    if first > 12 >= second:
        return True
    return False if second > 12 >= first else None


def month_named(name: str) -> int | None:
    """Return the number of a month by its English name or its first letters."""
    name = name.casefold()
    if name in VOCABULARY["month_names"]:
        return int(VOCABULARY["month_names"].index(name)) + 1
    name = "sep" if name == "sept" else name
    return int(VOCABULARY["months"].index(name)) + 1 if name in VOCABULARY["months"] else None


def full_year(written: str) -> int:
    """Return the year; one of two digits is of this century or the end of the last."""
    year = int(written)
    if len(written) == 4:
        return year
    return year + (1900 if year >= _CENTURY_TURNS_AT else 2000)


def _real(text: str, year: int, month: int, number: int) -> date:
    try:
        found = date(year, month, number)
    except ValueError:
        raise Unreadable("date_impossible", text=text) from None
    if not YEARS[0] <= year <= YEARS[1]:
        raise Unreadable("date_impossible", text=text)
    return found


def _year_last(text: str, first: int, second: int, year: int, day_first: bool | None) -> tuple[date, Remark | None]:
    if first > 12 or (second <= 12 and day_first):
        return _real(text, year, second, first), None
    found = _real(text, year, first, second)
    if second > 12 or first == second or day_first is False:
        return found, None
    return found, doubt("date_order", text=text, day=found.isoformat())


def _named(text: str, number: int, name: str, year: str) -> tuple[date, Remark | None]:
    month = month_named(name)
    if month is None:
        raise Unreadable("date_unknown", text=text)
    found = _real(text, full_year(year), month, number)
    return found, None if len(year) == 4 else doubt("date_century", text=text, day=found.isoformat())
