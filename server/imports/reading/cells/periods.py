"""The days that a value is about: a week, a month, a quarter, half a year, a year, or from one day to another."""

import re
from datetime import date, timedelta
from typing import Final

from server.imports.reading.cells.days import YEARS, day, full_year, month_named
from server.imports.reading.cells.remarks import Remark, Unreadable, doubt
from server.imports.reading.cells.text import narrow
from server.imports.reading.vocabulary import VOCABULARY
from server.imports.records import Period

_WORDS: Final = VOCABULARY
_BETWEEN: Final = rf" ?(?:{_WORDS['year']}|[-/. ])? ?{_WORDS['nth']} ?"
_NUMERALS: Final = str.maketrans(_WORDS["numerals"])
_WEEK: Final = re.compile(rf"(\d{{4}}){_BETWEEN}(?:w(?:eek|k)? ?(\d{{1,2}})|(\d{{1,2}}) ?{_WORDS['week']})")
_WEEK_FIRST: Final = re.compile(r"w(?:eek|k)? ?(\d{1,2})[-/., ]+(\d{4})")
_QUARTER: Final = re.compile(rf"(\d{{4}}){_BETWEEN}(?:q ?([1-4])|([1-4]) ?(?:{_WORDS['quarter']}))")
_QUARTER_FIRST: Final = re.compile(r"q ?([1-4])[-/., ]+(\d{4})")
_MONTH: Final = re.compile(rf"(\d{{4}}) ?(?:{_WORDS['year']}|[-/.]) ?(\d{{1,2}}) ?(?:{_WORDS['month']})?")
_MONTH_COMPACT: Final = re.compile(r"(\d{4})(\d{2})")
_MONTH_NAMED: Final = re.compile(r"([a-z]{3,9})\.?[-/., ]*(\d{4}|\d{2})")
_HALF: Final = re.compile(
    rf"(\d{{4}}) ?(?:{_WORDS['year']}|[-/])? ?(?:h([12])|({_WORDS['first_half']})|({_WORDS['second_half']}))"
)
_YEAR: Final = re.compile(rf"(\d{{4}}) ?{_WORDS['year']}?")
_JOINTS_MOST: Final = 8


def period(text: str) -> tuple[Period, Remark | None]:
    """Understand a period; its label is always spelt the same way."""
    written = narrow(text).casefold()
    if found := _WEEK.fullmatch(written):
        return _week(text, int(found[1]), int(found[2] or found[3])), None
    if found := _WEEK_FIRST.fullmatch(written):
        return _week(text, int(found[2]), int(found[1])), None
    if found := _MONTH.fullmatch(written) or _MONTH_COMPACT.fullmatch(written):
        return _months(text, int(found[1]), int(found[2]), 1), None
    numbered = written.translate(_NUMERALS)
    if found := _QUARTER.fullmatch(numbered):
        return _quarter(text, int(found[1]), int(found[2] or found[3])), None
    if found := _QUARTER_FIRST.fullmatch(numbered):
        return _quarter(text, int(found[2]), int(found[1])), None
    if found := _HALF.fullmatch(written):
        second = found[2] == "2" or found[4] is not None
        return _months(text, int(found[1]), 7 if second else 1, 6), None
    if found := _YEAR.fullmatch(written):
        return _months(text, int(found[1]), 1, 12), None
    if (found := _MONTH_NAMED.fullmatch(written)) and (month := month_named(found[1])):
        read = _months(text, full_year(found[2]), month, 1)
        return read, None if len(found[2]) == 4 else doubt("date_century", text=text, day=read.label)
    return _from_to(text, written), None


def _week(text: str, year: int, week: int) -> Period:
    try:
        first = date.fromisocalendar(_within(text, year), week, 1)
    except ValueError:
        raise Unreadable("period_impossible", text=text) from None
    return Period(f"{year}-W{week:02}", first, first + timedelta(days=6))


def _quarter(text: str, year: int, number: int) -> Period:
    return _months(text, year, number * 3 - 2, 3)


def _months(text: str, year: int, month: int, count: int) -> Period:
    if not 1 <= month <= 12:
        raise Unreadable("period_impossible", text=text)
    first = date(_within(text, year), month, 1)
    after = month + count
    last = date(year + (after > 12), after - 12 if after > 12 else after, 1) - timedelta(days=1)
    return Period(_label(first, count), first, last)


def _label(first: date, months: int) -> str:
    match months:
        case 1:
            return f"{first.year}-{first.month:02}"
        case 3:
            return f"{first.year}-Q{first.month // 3 + 1}"
        case 6:
            return f"{first.year}-H{first.month // 6 + 1}"
        case _:
            return str(first.year)


def _within(text: str, year: int) -> int:
    if not YEARS[0] <= year <= YEARS[1]:
        raise Unreadable("period_impossible", text=text)
    return year


def _from_to(text: str, written: str) -> Period:
    """Two days with a joint between them; a hyphen may also be part of the days, so each joint is tried."""
    tried = 0
    for joint in _WORDS["from_to"]:
        at = written.find(joint)
        while at >= 0 and tried < _JOINTS_MOST:
            tried += 1
            ends = _day(written[:at]), _day(written[at + len(joint) :])
            if ends[0] and ends[1]:
                return _spanned(text, ends[0], ends[1])
            at = written.find(joint, at + 1)
    if _day(written):
        raise Unreadable("period_one_day", text=text)
    raise Unreadable("period_unknown", text=text)


def _day(text: str) -> date | None:
    try:
        found, remark = day(text)
    except Unreadable:
        return None
    return found if remark is None else None


def _spanned(text: str, first: date, last: date) -> Period:
    if last < first:
        raise Unreadable("period_backwards", text=text)
    if first.weekday() == 0 and (last - first).days == 6:
        iso = first.isocalendar()
        return _week(text, iso.year, iso.week)
    if first.day == 1:
        for count in (1, 3, 6, 12):
            if (first.month - 1) % count == 0 and (whole := _months(text, first.year, first.month, count)).last == last:
                return whole
    return Period(f"{first.isoformat()}..{last.isoformat()}", first, last)
