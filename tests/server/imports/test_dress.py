"""A table reads the same in whatever dress it comes: encoding, separator, title, order of columns, kind of file."""

import io
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import Workbook

from server.imports.reading.csv_file import DELIMITERS, Splitter
from server.imports.records import Kind
from tests.server.imports.sheets_made import csv, taken, xlsx

ENCODINGS = ("utf-8", "utf-8-sig", "gb18030", "utf-16", "utf-16-le", "utf-16-be")
HEADERS = {
    "employee_no": ("工号", "员工编号", "人员编码", "Employee No.", "* 工 号："),
    "name_zh": ("姓名", "员工姓名", "Name", "姓名（必填）"),
    "department": ("部门", "部门名称", "所属部门", "Department"),
    "job": ("岗位", "职务", "Job Title", "岗位\n名称"),
    "hired_on": ("入职日期", "到岗时间", "Hire Date", "入职日期（YYYY-MM-DD）"),
}
DATES = ("%Y-%m-%d", "%Y/%m/%d", "%Y.%m.%d", "%Y%m%d", "%Y年%m月%d日", "%d-%b-%Y")
names = st.text("王李张刘陈杨黄赵吴周伟芳娜敏静丽强磊洋艳勇军杰娟涛明超秀兰霞·", min_size=1, max_size=4).filter(
    lambda name: name.strip("·")
)
words = st.text('甲乙丙丁班车间ABC,;| "-', min_size=1, max_size=12).map(str.strip).filter(
    lambda text: text.strip('-"') and text[0] not in '"='
)  # fmt: skip
people = st.lists(
    st.tuples(
        st.integers(1, 99_999).map(lambda n: f"{n:06}"), names, words, words, st.dates(date(1970, 1, 1), date(2026, 11, 29))
    ),
    min_size=3, max_size=8, unique_by=lambda person: person[0],
)  # fmt: skip
titles = st.lists(st.sampled_from(("华东精密机械有限公司", "2026年11月 员工花名册", "")), max_size=3)


def expected(rows):
    return [
        {"employee_no": no, "name_zh": name, "department": " ".join(dept.split()), "job": " ".join(job.split()), "hired_on": hired}
        for no, name, dept, job, hired in rows
    ]  # fmt: skip


def table(rows, order, heads, form, above):
    fields = list(HEADERS)
    body = [(*row[:4], row[4].strftime(form)) for row in rows]
    header = [HEADERS[field][pick % len(HEADERS[field])] for field, pick in zip(fields, heads, strict=True)]
    return [[title] for title in above] + [[row[i] for i in order] for row in [header, *body]]


@settings(max_examples=120, deadline=None)
@given(
    rows=people,
    order=st.permutations(range(5)),
    heads=st.tuples(*[st.integers(0, 9)] * 5),
    form=st.sampled_from(DATES),
    above=titles,
    encoding=st.sampled_from(ENCODINGS),
    delimiter=st.sampled_from(DELIMITERS),
    end=st.sampled_from(("\n", "\r\n", "\r")),
)
def test_a_text_table_reads_the_same_in_any_dress(rows, order, heads, form, above, encoding, delimiter, end):
    content = csv(*table(rows, order, heads, form, above), delimiter=delimiter, encoding=encoding, end=end)
    records, reading = taken(content, "花名册.csv")
    assert [dict(record.values) for record in records] == expected(rows), reading.findings
    assert all(record.kind is Kind.PEOPLE for record in records)


@settings(max_examples=25, deadline=None)
@given(rows=people, order=st.permutations(range(5)), heads=st.tuples(*[st.integers(0, 9)] * 5), above=titles)
def test_a_workbook_reads_the_same_in_any_dress(rows, order, heads, above):
    records, reading = taken(xlsx(*table(rows, order, heads, "%Y-%m-%d", above)), "花名册.xlsx")
    assert [dict(record.values) for record in records] == expected(rows), reading.findings


def test_what_a_workbook_shows_is_what_is_read():
    """Numbers, days, months, percentages and zeros that only a format makes, counted from 1900 and from 1904."""
    for epoch in (date(1899, 12, 30), date(1904, 1, 1)):
        book = Workbook()
        book.epoch = __import__("datetime").datetime(epoch.year, epoch.month, epoch.day)
        sheet = book.active
        sheet.append(["工号", "指标", "期间", "实际值"])
        sheet.append([10015, "LEAD-OEE", date(2026, 9, 1), 0.8265])
        sheet["A2"].number_format = "000000"
        sheet["C2"].number_format = 'yyyy"年"m"月"'
        sheet["D2"].number_format = "0.00%"
        out = io.BytesIO()
        book.save(out)
        records, reading = taken(out.getvalue(), "数据.xlsx")
        assert reading.findings == ()
        values = records[0].values
        assert values["employee_no"] == "010015"
        assert values["period"].label == "2026-09"
        assert values["value"] == Decimal("82.65")


@pytest.mark.parametrize("epoch", [date(1899, 12, 30), date(1904, 1, 1)])
def test_days_of_a_workbook_are_those_its_owner_sees_formatted_or_not(epoch):
    book = Workbook()
    book.epoch = __import__("datetime").datetime(epoch.year, epoch.month, epoch.day)
    sheet = book.active
    sheet.append(["工号", "姓名", "部门", "岗位", "入职日期"])
    sheet.append(["010002", "杨金凤", "HQ", "DIR", date(2026, 10, 15)])
    sheet.append(["010004", "金佳怡", "HQ", "DIR", date(2026, 10, 15)])
    sheet["E3"].number_format = "General"
    out = io.BytesIO()
    book.save(out)
    records, _ = taken(out.getvalue(), "a.xlsx")
    assert [record.values["hired_on"] for record in records] == [date(2026, 10, 15)] * 2


@given(st.lists(st.lists(st.text('a,"\n;', max_size=5), min_size=2, max_size=4), min_size=1, max_size=4))
def test_cells_with_quotes_and_line_ends_are_cut_as_they_were_joined(rows):
    splitter = Splitter(",")
    lines = csv(*rows, end="\n").decode().removesuffix("\n").split("\n")
    assert [cells for line in lines if (cells := splitter.take(line)) is not None] == rows
