"""One cell at a time: what it means, what is doubtful, what is wrong."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.imports.reading.cells.days import day
from server.imports.reading.cells.employee_numbers import Numbers, Widths, plain
from server.imports.reading.cells.numbers import number
from server.imports.reading.cells.periods import period
from server.imports.reading.cells.remarks import Unreadable
from server.imports.reading.cells.text import cleaned
from server.imports.reading.formats import PLAIN, Shown, day_of, format_of, shown
from server.imports.reading.vocabulary import chosen

THE_DAY = date(2026, 10, 15)


@pytest.mark.parametrize(
    "text",
    [
        "2026-10-15", "2026/10/15", "2026.10.15", "20261015", "2026年10月15日", "2026年10月15号", "15-Oct-2026", "15 October 2026",
        "Oct 15, 2026", "15/10/2026", "10/15/2026", "46310", "２０２６－１０－１５", "2026-10-15 00:00:00", "2026-10-15T08:30:00Z",
        "2026 年 10 月 15 日", "2026-10-15 8:30",
    ],
)  # fmt: skip
def test_one_day_in_many_spellings(text):
    assert day(text) == (THE_DAY, None)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("2026-02-30", "date_impossible"), ("31/04/2026", "date_impossible"), ("2026-13-01", "date_impossible"),
        ("0026-10-15", "date_impossible"), ("26/10/15", "date_short_year"), ("26年10月15日", "date_short_year"),
        ("2026-10", "date_without_day"), ("2026年10月", "date_without_day"), ("明天", "date_unknown"), ("15-Okt-2026", "date_unknown"),
        ("99999", "date_unknown"), ("12", "date_unknown"), ("2026-10-15-01", "date_unknown"), ("٢٠٢٦-10-15", None),
    ],
)  # fmt: skip
def test_what_is_no_day_is_said_so(text, code):
    if code is None:  # digits of other scripts are digits
        assert day(text)[0] == THE_DAY
        return
    with pytest.raises(Unreadable) as wrong:
        day(text)
    assert wrong.value.remark.code == code


def test_a_day_that_could_be_either_way_round_is_a_doubt_unless_the_column_tells():
    found, remark = day("03/04/2026")
    assert (found, remark.code, remark.params["day"]) == (date(2026, 3, 4), "date_order", "2026-03-04")
    assert day("03/04/2026", day_first=True) == (date(2026, 4, 3), None)
    assert day("03/04/2026", day_first=False) == (date(2026, 3, 4), None)
    assert day("04/04/2026")[1] is None
    assert day("15-Oct-26")[1].code == "date_century"


@given(st.dates(date(1900, 3, 1), date(2199, 12, 31)))
def test_every_day_is_read_back_from_every_spelling(wanted):
    for form in ("%Y-%m-%d", "%Y/%m/%d", "%Y.%m.%d", "%Y%m%d", "%Y年%m月%d日", "%d-%b-%Y", "%d %B %Y"):
        assert day(wanted.strftime(form)) == (wanted, None)
    assert day_of((wanted - date(1899, 12, 30)).days) == wanted


def test_the_day_that_excel_invented_is_none():
    assert day_of(59) == date(1900, 2, 28)
    assert day_of(60) is None
    assert day_of(61) == date(1900, 3, 1)
    assert day_of(1) == date(1900, 1, 1)


@pytest.mark.parametrize(
    ("text", "label", "first", "last"),
    [
        *[(t, "2026-W36", date(2026, 8, 31), date(2026, 9, 6)) for t in ("2026-W36", "2026W36", "2026年36周", "2026年第36周", "2026-36周", "W36 2026", "2026 week 36", "2026-08-31..2026-09-06")],
        *[(t, "2026-09", date(2026, 9, 1), date(2026, 9, 30)) for t in ("2026-09", "2026年9月", "2026年09月份", "202609", "2026/9", "2026.9", "Sep 2026", "September-2026", "2026/9/1-2026/9/30", "2026年9月1日至9月30日".replace("至9", "至2026年9"))],
        *[(t, "2026-Q3", date(2026, 7, 1), date(2026, 9, 30)) for t in ("2026-Q3", "2026Q3", "2026年第三季度", "2026年3季度", "2026年第3季", "Q3 2026", "2026-07-01~2026-09-30")],
        ("2026年下半年", "2026-H2", date(2026, 7, 1), date(2026, 12, 31)),
        ("2026-H1", "2026-H1", date(2026, 1, 1), date(2026, 6, 30)),
        ("2026年", "2026", date(2026, 1, 1), date(2026, 12, 31)),
        ("2026-12", "2026-12", date(2026, 12, 1), date(2026, 12, 31)),
        ("2024-02", "2024-02", date(2024, 2, 1), date(2024, 2, 29)),
        ("2026-09-07至2026-09-20", "2026-09-07..2026-09-20", date(2026, 9, 7), date(2026, 9, 20)),
        ("20260907-20260920", "2026-09-07..2026-09-20", date(2026, 9, 7), date(2026, 9, 20)),
    ],
)  # fmt: skip
def test_periods(text, label, first, last):
    found, remark = period(text)
    assert ((found.label, found.first, found.last), remark) == ((label, first, last), None)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("2026-W54", "period_impossible"), ("2025-W53", "period_impossible"), ("2026-13", "period_impossible"), ("2026-00", "period_impossible"),
        ("202613", "period_impossible"), ("2026-09-30..2026-09-01", "period_backwards"), ("2026-09-15", "period_one_day"),
        ("第36周", "period_unknown"), ("2026-Q5", "period_unknown"), ("0000", "period_impossible"), ("-" * 200, "period_unknown"),
    ],
)  # fmt: skip
def test_what_is_no_period_is_said_so(text, code):
    with pytest.raises(Unreadable) as wrong:
        period(text)
    assert wrong.value.remark.code == code


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("82.65", "82.65"), ("82.65%", "82.65"), ("９８．５％", "98.5"), ("1,234", "1234"), ("1，234，567.5", "1234567.5"), ("-3", "-3"),
        ("95分", "95"), ("12 件", "12"), ("0", "0"), (".5", "0.5"), ("1.2E+3", "1200"), ("−4", "-4"), ("150ppm", "150"),
    ],
)  # fmt: skip
def test_numbers(text, value):
    assert number(text) == (Decimal(value), None)


@pytest.mark.parametrize(
    "text",
    ["1,23", "1.234,5", "3万", "约95", "95左右", "NaN", "inf", "1e999", "1e99", "0x10", "--5", "=1+1", "12-15", "一百"],
)
def test_what_is_no_number_is_said_so(text):
    with pytest.raises(Unreadable):
        number(text)


def test_a_number_is_rounded_to_what_is_stored_and_told():
    value, remark = number("3.14159265")
    assert (value, remark.code) == (Decimal("3.1416"), "number_rounded")


@pytest.mark.parametrize(
    ("field", "text", "name"),
    [
        ("direction", "越高越好", "higher"), ("direction", "高", "higher"), ("direction", "↓", "lower"), ("direction", "Lower is better", "lower"),
        ("direction", "+", "higher"), ("frequency", "每周", "weekly"), ("frequency", "双周", "biweekly"), ("frequency", "季度", "quarterly"),
        ("role", "班组长", "supervisor"), ("role", "HR", "hr"), ("band", "低", "low"), ("role", "老板", None),
    ],
)  # fmt: skip
def test_choices(field, text, name):
    assert chosen(field, text) == name


def widths(*numbers):
    found = Widths()
    for written in numbers:
        found.add(written)
    return found


def test_lost_zeros_come_back_where_one_known_number_fits():
    numbers = Numbers({"010015", "010016", "A-7"})
    assert numbers.restored("010015", Widths()) == ("010015", None)
    found, remark = numbers.restored("10015", Widths())
    assert (found, remark.code) == ("010015", "employee_no_zeros")
    assert numbers.restored("a-7", Widths()) == ("A-7", None)
    assert numbers.restored("10099", Widths()) == ("10099", None)


def test_lost_zeros_that_could_be_two_people_are_an_error():
    with pytest.raises(Unreadable) as wrong:
        Numbers({"010015", "0010015"}).restored("10015", Widths())
    assert wrong.value.remark.code == "employee_no_unclear"


def test_lost_zeros_come_back_where_the_rest_of_the_column_has_them():
    assert Numbers(()).restored("10004", widths("010002", "010003", "10004"))[0] == "010004"
    assert Numbers(()).restored("10004", widths("110002", "110003", "110005", "10004"))[0] == "010004"
    assert Numbers(()).restored("9", widths("9", "10", "11", "100"))[0] == "9"
    assert Numbers(()).restored("7", widths("7", "8", "9"))[0] == "7"


@pytest.mark.parametrize(
    ("text", "found"),
    [("10015.0", "10015"), ("０１００１５", "010015"), (" 01 0015 ", "010015"), ("'010015", "010015"), ("e10", "e10")],
)
def test_employee_numbers_are_what_is_left_without_their_dress(text, found):
    assert plain(text) == found


@pytest.mark.parametrize("text", ["1.39E+10", "1E+05", "张三", "10 015!", "<b>1</b>", "-", "1" * 99])
def test_what_is_no_employee_number_is_said_so(text):
    with pytest.raises(Unreadable):
        plain(text)


def test_what_cannot_be_seen_is_taken_out_and_told():
    text, remarks = cleaned("王\u200b小\u202e明\x00", 200)
    assert text == "王小明"
    assert remarks[0].code == "cell_unseen"
    assert remarks[0].params["characters"] == "U+0000, U+200B, U+202E"


def test_text_stays_text():
    assert cleaned("=1+1", 200)[0] == "=1+1"
    assert cleaned("+86 139", 200) == ("+86 139", [])
    assert cleaned('="010015"', 200) == ("010015", [])
    assert cleaned("甲，乙（丙）", 200) == ("甲，乙（丙）", [])
    assert cleaned(" 甲\n 乙\u3000丙 ", 200) == ("甲 乙 丙", [])
    text, remarks = cleaned("<script>alert(1)</script>", 200)
    assert (text, remarks[0].code) == ("<script>alert(1)</script>", "cell_markup")
    assert cleaned("a < b", 200)[1] == []


@pytest.mark.parametrize(
    ("number_id", "code", "kind"),
    [
        (14, None, Shown.DAY), (57, None, Shown.MONTH), (164, 'yyyy"年"m"月"d"日"', Shown.DAY), (164, "[$-804]yyyy\\-mm", Shown.MONTH),
        (164, "0.0%", Shown.PERCENT), (164, "000000", Shown.ZEROS), (164, '"day" 0', Shown.PLAIN), (164, "h:mm", Shown.PLAIN),
        (164, "#,##0.00;[Red]-#,##0.00", Shown.PLAIN), (0, None, Shown.PLAIN), (164, "General", Shown.PLAIN), (164, "0.00E+00", Shown.PLAIN),
    ],
)  # fmt: skip
def test_formats(number_id, code, kind):
    assert format_of(number_id, code).shown is kind


@pytest.mark.parametrize(
    ("raw", "text"), [("10015.0", "10015"), ("0.82650000000000001", "0.8265"), ("1.390001E10", "13900010000"), ("1e400", "1e400"), ("nan", "nan"), ("0.30000000000000004", "0.3")]
)  # fmt: skip
def test_a_bare_number_is_shown_as_spreadsheets_show_it(raw, text):
    assert shown(raw, PLAIN, 0)[0] == text
