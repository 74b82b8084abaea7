"""Where tables begin and end, what their columns are, and what a person can say about it."""

from datetime import date

import pytest

from server.imports.reading import Columns, Upload, read
from server.imports.reading.vocabulary import aliases
from server.imports.records import FIELDS, Kind, Place, Weight
from tests.server.imports.sheets_made import ANN, BO, PEOPLE, codes, csv, only, taken, xlsx


@pytest.mark.parametrize("kind", list(Kind))
def test_every_field_has_chinese_and_english_names(kind):
    names: dict[str, list[str]] = {}
    for label, (field, _) in aliases(kind).items():
        names.setdefault(field, []).append(label)
    for field in FIELDS[kind]:
        assert any(label.isascii() for label in names[field.name]), field
        assert any(not label.isascii() for label in names[field.name]), field


@pytest.mark.parametrize(
    ("header", "kind"),
    [
        (("员工编号", "姓名", "所属部门", "职务", "到岗时间"), Kind.PEOPLE),
        (("部门编码", "部门名称", "上级部门"), Kind.DEPARTMENTS),
        (("岗位编码", "岗位名称", "岗位类别"), Kind.JOBS),
        (("工号", "直接上级工号", "生效日期", "失效日期"), Kind.REPORTING),
        (("指标编码", "指标名称", "岗位类别", "权重", "数据来源", "方向", "目标值"), Kind.INDICATORS),
        (("工号", "指标编码", "月份", "实际值"), Kind.VALUES),
        (("分段", "评语", "英文"), Kind.CHIPS),
    ],
)
def test_what_a_table_is_about_is_told_by_its_header(header, kind):
    table = read([Upload("1.csv", csv(header, ["1"] * len(header)))]).tables[0]
    assert table.columns is not None
    assert table.columns.kind is kind
    assert len(table.columns.fields) == len(header)


def test_a_code_goes_before_a_name_and_what_is_not_read_is_told():
    records, reading = taken(csv((*PEOPLE, "部门编码", "血型"), (*ANN, "D01", "A")))
    assert records[0].values["department"] == "D01"
    assert only(reading, "column_twice").place.column == "C"
    assert only(reading, "column_unread").place == Place("人员.csv", "", 1, "F", "血型")


def test_a_column_that_only_ends_like_a_known_one_is_a_doubt():
    _, reading = taken(csv(("工号", "姓名", "部门", "岗位", "预计离职日期"), (*ANN, "2026-10-15")))
    found = only(reading, "column_guessed")
    assert (found.place.column, found.params["field"], found.weight) == ("E", "left_on", Weight.DOUBT)


def test_a_needed_column_that_is_missing_is_an_error():
    records, reading = taken(csv(("工号", "姓名", "部门"), ANN[:3]))
    assert records == []
    assert only(reading, "column_missing").params == {"field": "job"}


def test_a_person_can_say_what_the_columns_are_and_it_is_found_again_by_the_header():
    content = csv(("题目",), ("A", "B", "C", "D"), ANN)
    records, reading = taken(content, "x.csv")
    assert records == []
    assert only(reading, "table_unknown").weight is Weight.ERROR
    table = reading.tables[0]
    assert (table.columns, table.header.row, table.sample) == (None, 2, (ANN,))
    said = Columns(Kind.PEOPLE, {"A": "employee_no", "B": "name_zh", "C": "department", "D": "job"})
    again = csv(("another title",), ("",), ("A", "B", "C", "D"), BO)
    records, reading = taken(again, "y.csv", corrections={table.header.signature: said})
    assert [record.values["employee_no"] for record in records] == [BO[0]]
    assert reading.count(Weight.ERROR) == 0


def test_a_mapping_that_names_what_is_not_there_is_refused_not_followed():
    signature = read([Upload("x.csv", csv(PEOPLE, ANN))]).tables[0].header.signature
    for fields in (
        {"A": "salary"},
        {"A": "name_zh", "B": "name_zh"},
        {"ZZZZ": "name_zh"},
        {"": "name_zh"},
        {"1": "name_zh"},
    ):
        records, reading = taken(csv(PEOPLE, ANN), corrections={signature: Columns(Kind.PEOPLE, fields)})
        assert records == []
        assert codes(reading, Weight.ERROR) == ["mapping_unsound"], fields


def test_a_table_that_a_person_leaves_out_is_left_out():
    signature = read([Upload("x.csv", csv(PEOPLE, ANN))]).tables[0].header.signature
    records, reading = taken(csv(PEOPLE, ANN), corrections={signature: None})
    assert records == []
    assert reading.count(Weight.ERROR) == 0


def test_totals_signatures_blank_rows_and_a_second_header_are_left_out_and_told():
    content = csv(
        ("员工花名册",), PEOPLE, ANN, ("", "", "", ""), ("小计", "1 人", "", ""), PEOPLE, BO,
        ("合计", "", "", "2"), ("以上共 2 人",), ("制表人：张三", "", "审核：李四"), ("", "", ""), ("", ""),
    )  # fmt: skip
    records, reading = taken(content)
    assert [record.values["employee_no"] for record in records] == [ANN[0], BO[0]]
    assert [record.place.row for record in records] == [3, 7]
    assert codes(reading) == ["row_total", "row_header_again", "row_total", "row_total", "row_footer", "rows_blank"]
    assert [f.place.row for f in reading.findings] == [5, 6, 8, 9, 10, 0]
    assert {f.weight for f in reading.findings} == {Weight.NOTE}


def test_a_person_whose_name_is_like_a_total_stays():
    records, _ = taken(csv(PEOPLE, ("010002", "总计", "HQ", "DIR")))
    assert len(records) == 1


def test_an_error_names_file_row_column_and_header_and_keeps_only_its_row_out():
    records, reading = taken(csv(("名册",), (*PEOPLE, "入职日期"), (*ANN, "2026-02-30"), (*BO, "2025-08-04")))
    assert [record.values["employee_no"] for record in records] == [BO[0]]
    found = only(reading, "date_impossible")
    assert found.place == Place("人员.csv", "", 3, "E", "入职日期")
    assert found.params == {"text": "2026-02-30"}


def test_rows_are_counted_as_a_spreadsheet_counts_them():
    records, _ = taken(csv(PEOPLE, (ANN[0], "杨\n金凤", *ANN[2:]), BO))
    assert [(r.place.row, r.values["name_zh"]) for r in records] == [(2, "杨 金凤"), (3, "金佳怡")]


def test_one_telling_day_decides_for_its_column():
    rows = [(*ANN, "03/04/2026"), (*BO, "25/04/2026")]
    records, reading = taken(csv((*PEOPLE, "入职日期"), *rows))
    assert [r.values["hired_on"] for r in records] == [date(2026, 4, 3), date(2026, 4, 25)]
    assert reading.findings == ()
    _, reading = taken(csv((*PEOPLE, "入职日期"), *rows, ("010006", "钟海波", "HR", "HRBP", "04/25/2026")))
    assert codes(reading) == ["date_order"]


def test_no_end_is_no_end():
    header = ("工号", "上级工号", "生效日期", "失效日期")
    rows = [("1", "2", "2026-01-01", end) for end in ("", "至今", "9999-12-31", "-", "长期")]
    records, reading = taken(csv(header, *rows))
    assert [r.values["valid_to"] for r in records] == [None] * 5
    assert reading.count(Weight.ERROR) == 0


def test_numbers_that_lost_their_zeros_are_found_by_the_people_of_the_same_upload():
    lines = xlsx(("工号", "上级工号", "生效日期"), (10004, 10002, date(2026, 1, 1)))
    reading = read([Upload("people.csv", csv(PEOPLE, ANN, BO)), Upload("lines.xlsx", lines)])
    record = next(r for r in reading.records() if r.kind is Kind.REPORTING)
    assert (record.values["employee_no"], record.values["supervisor_no"]) == (BO[0], ANN[0])
    assert [(f.code, f.weight) for f in reading.findings] == [("employee_no_zeros", Weight.DOUBT)] * 2


def test_numbers_that_lost_their_zeros_are_found_by_those_of_the_plant():
    records, reading = taken(xlsx(PEOPLE, (10002, *ANN[1:])), "a.xlsx", employee_nos={"010002"})
    assert records[0].values["employee_no"] == "010002"
    assert only(reading, "employee_no_zeros").params == {"text": "10002", "number": "010002"}


def test_a_merged_department_is_that_of_every_row_it_covers():
    def dress(book):
        book.active.merge_cells("C2:C4")
        book.active.merge_cells("A1:A1")

    rows = [(f"01000{n}", "甲", "WS1" if n == 1 else None, "OPR") for n in range(1, 5)]
    rows[3] = ("010004", "丁", "WS2", "OPR")
    records, reading = taken(xlsx(PEOPLE, *rows, dress=dress), "a.xlsx")
    assert [r.values["department"] for r in records] == ["WS1", "WS1", "WS1", "WS2"]
    assert only(reading, "cell_merged").place.row == 3


def test_a_header_of_two_rows_is_one_header():
    def dress(book):
        for block in ("A1:F1", "A2:A3", "B2:B3", "C2:D2", "E2:E3", "F2:F3"):
            book.active.merge_cells(block)

    content = xlsx(
        ("员工花名册",), ("工号", "姓名", "工作信息", None, "入职日期", "手机"), (None, None, "部门", "岗位", None, None),
        (*ANN, "2012-01-29", 13900010002), dress=dress,
    )  # fmt: skip
    records, reading = taken(content, "a.xlsx")
    assert records[0].values == {
        "employee_no": "010002", "name_zh": "杨金凤", "department": "HQ", "job": "DIR", "hired_on": date(2012, 1, 29), "phone": "13900010002",
    }  # fmt: skip
    assert reading.findings == ()


def test_of_two_header_rows_that_tell_the_same_the_lower_is_the_header():
    def dress(book):
        for column in "ABCD":
            book.active.merge_cells(f"{column}1:{column}2")

    content = xlsx((*PEOPLE, "附加"), (None, None, None, None, "血型"), (*ANN, "A"), dress=dress)
    records, reading = taken(content, "a.xlsx")
    assert len(records) == 1
    assert only(reading, "column_unread").place == Place("a.xlsx", "Sheet1", 2, "E", "血型")
    assert codes(reading) == ["column_unread"]


def test_hidden_sheets_are_left_out_and_hidden_rows_and_columns_are_read_and_both_are_told():
    def dress(book):
        book.create_sheet("字典").append(["x", "y"])
        book["字典"].sheet_state = "hidden"
        book.active.row_dimensions[3].hidden = True
        book.active.column_dimensions["D"].hidden = True

    records, reading = taken(xlsx(PEOPLE, ANN, BO, title="在职", dress=dress), "a.xlsx")
    assert len(records) == 2
    assert only(reading, "sheet_hidden").place.sheet == "字典"
    assert only(reading, "rows_hidden").place == Place("a.xlsx", "在职", 3)
    assert only(reading, "columns_hidden").params == {"columns": "D"}


def test_a_sheet_of_notes_beside_a_table_is_left_out_and_told():
    def dress(book):
        book.create_sheet("填表说明").append(["请按模板填写"])

    records, reading = taken(xlsx(PEOPLE, ANN, dress=dress), "a.xlsx")
    assert len(records) == 1
    assert codes(reading) == ["sheet_unknown"]


def test_blank_formatted_rows_to_the_end_of_the_sheet_are_no_rows():
    def dress(book):
        for row in range(3, 3000):
            book.active.cell(row, 1).number_format = "0.00"

    records, reading = taken(xlsx(PEOPLE, ANN, dress=dress), "a.xlsx")
    assert len(records) == 1
    assert only(reading, "rows_blank").weight is Weight.NOTE


def test_more_findings_than_anybody_reads_are_counted_not_kept():
    rows = [(f"{n:06}", "甲", "HQ", "DIR", "2026-02-30") for n in range(2_500)]
    records, reading = taken(csv((*PEOPLE, "入职日期"), *rows))
    assert records == []
    assert reading.count(Weight.ERROR) == 2_500
    assert len(reading.findings) == 2_001
    assert reading.findings[-1].params == {"count": "500"}
