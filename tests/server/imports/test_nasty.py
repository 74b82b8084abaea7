"""Files that are broken, lie or want to hurt: refused or flagged with their place, and never anything else."""

import io
import random
import re
import struct
import zipfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from server.imports.reading import Upload, limits, read
from server.imports.records import Place, Weight
from tests.server.imports.sheets_made import ANN, BO, PEOPLE, codes, csv, only, repacked, taken, xlsx

# Rare characters of names in GB18030 files lie here: kept.
PRIVATE = re.compile("[\ue000-\uf8ff]")
SHEET = "xl/worksheets/sheet1.xml"
GOOD = xlsx(PEOPLE, ANN, BO)
PLANT = Path(__file__).resolve().parents[2] / "plant"


def with_sheet(xml: bytes) -> bytes:
    return repacked(GOOD, lambda name, data: xml if name == SHEET else data)


def with_rows(rows: bytes, rest: bytes = b"") -> bytes:
    return with_sheet(b"<worksheet><sheetData>" + rows + b"</sheetData>" + rest + b"</worksheet>")


def zipped(**parts: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in parts.items():
            archive.writestr(name.replace("__", "/"), data)
    return out.getvalue()


def lying(content: bytes) -> bytes:
    """The directory says that the sheet is small."""
    at = content.index(b"PK\x01\x02")
    out = bytearray(content)
    while out[at : at + 4] == b"PK\x01\x02":
        lengths = struct.unpack("<HHH", out[at + 28 : at + 34])
        if out[at + 46 : at + 46 + lengths[0]] == SHEET.encode():
            out[at + 24 : at + 28] = struct.pack("<I", 1_000)
        at += 46 + sum(lengths)
    return bytes(out)


BOMB = b'<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]><worksheet><sheetData/></worksheet>'
OUTSIDE = b'<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/hostname">]><worksheet><sheetData/></worksheet>'
PADDING = b"<worksheet><sheetData>" + b" " * 220_000_000 + b"</sheetData></worksheet>"

REFUSED = {
    "empty": (b"", "file_empty"),
    "only white space": (b" \r\n\t\r\n", "file_empty"),
    "only a byte order mark": (b"\xef\xbb\xbf", "file_empty"),
    "only zeros": (b"\x00" * 500, "file_empty"),
    "too large": (b"a,b\n" * (limits.FILE_BYTES // 4 + 1), "file_too_large"),
    "old excel": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 600, "file_old_excel"),
    "with a password": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage".encode("utf-16-le"), "file_locked"),
    "a page": (b"\xef\xbb\xbf\r\n<html><table><tr><td>1</td></tr></table></html>", "file_is_a_page"),
    "a page in utf-16": ("\ufeff<!DOCTYPE html><table>".encode("utf-16-le"), "file_is_a_page"),
    "xml": (b'<?xml version="1.0"?><Workbook/>', "file_is_a_page"),
    "a picture": (b"\x89PNG\r\n\x1a\n" + b"\x00" * 64, "file_no_table"),
    "a document": (b"%PDF-1.7\n", "file_no_table"),
    "another archive": (zipped(word__document=b"<x/>"), "file_no_workbook"),
    "an empty archive": (zipped(), "file_no_workbook"),
    "half a workbook": (GOOD[: len(GOOD) // 2], "file_damaged"),
    "a flipped byte": (GOOD.replace(b"PK\x01\x02", b"PK\x01\x03", 1), "file_damaged"),
    "macros": (repacked(GOOD, lambda _, data: data, add={"xl/vbaProject.bin": b"x"}), "file_with_macros_or_binary"),
    "entities": (with_sheet(BOMB), "file_with_entities"),
    "a foreign file": (with_sheet(OUTSIDE), "file_with_entities"),
    "a bomb": (with_sheet(PADDING), "file_unpacks_too_large"),
    "a bomb that lies": (lying(with_sheet(PADDING)), "file_damaged"),
    "too many parts": (zipped(**{f"p{n}": b"" for n in range(limits.PARTS + 1)}), "file_unpacks_too_large"),
    "broken xml": (with_sheet(b"<worksheet><sheetData><row"), "file_damaged"),
    "deep xml": (with_sheet(b"<a>" * 100_000), "file_damaged"),
    "a shared text that is not there": (with_rows(b'<row r="1"><c r="A1" t="s"><v>99</v></c></row>'), "file_damaged"),
    "a column far out": (with_rows(b'<row r="1"><c r="XFD1"><v>1</v></c></row>'), "too_many_columns"),
    "columns backwards": (with_rows(b'<row r="1"><c r="B1"><v>1</v></c><c r="A1"><v>1</v></c></row>'), "file_damaged"),
    "no encoding": (b"\xe5\xb7\xff\xff,\x81\x20\xff\n" * 9, "file_encoding"),
    "utf-32": ("\ufeff工号,姓名".encode("utf-32-le"), "file_encoding"),
    "half a character": (b"\xef\xbb\xbf" + "工号".encode()[:-1], "file_encoding"),
    "a header alone": (csv(PEOPLE), "table_without_rows"),
    "a header and blanks": (csv(PEOPLE, ("", ""), ("", "")), "table_without_rows"),
    "prose": ("今天下午三点开会。\n请准时参加。\n".encode(), "table_unknown"),
    "an open quote": (csv(PEOPLE, ANN)[:-2] + b'\r\n"' + b"x\r\n" * 500 + b'"\r\n', "quote_open"),
    "an open quote at the end": (csv(PEOPLE, ANN) + b'010003,"Bo', "quote_open"),
    "too many rows": (csv(PEOPLE, *[ANN] * (limits.ROWS + 1)), "too_many_rows"),
    "too wide": (csv(PEOPLE, ["x"] * (limits.COLUMNS + 1)), "too_many_columns"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_a_file_that_cannot_be_taken_is_refused_in_words_and_nothing_of_it_is_read(name):
    content, code = REFUSED[name]
    records, reading = taken(content, "人员.xlsx")
    assert records == []
    assert code in codes(reading, Weight.ERROR), reading.findings
    assert all(finding.place.file == "人员.xlsx" for finding in reading.findings)


def test_a_bad_file_does_not_hide_a_good_one():
    reading = read([Upload("bad.xls", REFUSED["old excel"][0]), Upload("good.csv", csv(PEOPLE, ANN))])
    assert len(list(reading.records())) == 1
    assert only(reading, "file_old_excel").place.file == "bad.xls"


@pytest.mark.parametrize("kind", ["csv", "xlsx", "xlsx shared"])
def test_a_cell_of_a_megabyte_is_named_by_row_and_column(kind):
    row = (ANN[0], "甲" * 1_000_000, *ANN[2:])
    if kind == "csv":
        content, length = csv(PEOPLE, row, BO), "1000000"
    elif kind == "xlsx":
        cells = "".join(
            f'<c r="{column}1" t="inlineStr"><is><t>{text}</t></is></c>'
            for column, text in zip("ABCD", PEOPLE, strict=True)
        )
        long = "".join(
            f'<c r="{column}2" t="inlineStr"><is><t>{text}</t></is></c>'
            for column, text in zip("ABCD", row, strict=True)
        )
        good = "".join(
            f'<c r="{column}3" t="inlineStr"><is><t>{text}</t></is></c>'
            for column, text in zip("ABCD", BO, strict=True)
        )
        content, length = (
            with_rows(f'<row r="1">{cells}</row><row r="2">{long}</row><row r="3">{good}</row>'.encode()),
            "40000+",
        )
    else:
        long_name = xlsx(PEOPLE, (ANN[0], "STAND-IN", *ANN[2:]), BO)
        content = repacked(long_name, lambda name, data: data.replace(b"STAND-IN", ("甲" * 1_000_000).encode()))
        length = "40000+"
    records, reading = taken(content, "a." + kind[:4])
    assert [record.values["employee_no"] for record in records] == [BO[0]]
    found = only(reading, "cell_too_long")
    assert (found.place.row, found.place.column, found.params) == (2, "B", {"length": length, "longest": "200"})


def test_a_formula_is_taken_by_its_saved_result_and_told_and_without_one_it_is_an_error():
    content = xlsx(PEOPLE, (*ANN[:3], "=A1"), BO)
    records, reading = taken(content, "a.xlsx")
    assert [record.values["employee_no"] for record in records] == [BO[0]]
    assert only(reading, "formula_without_value").place.column == "D"
    saved = repacked(
        content,
        lambda _, data: (
            data.replace(b"<v></v>", b"<v>7</v>").replace(b"<v />", b"<v>7</v>").replace(b"<v/>", b"<v>7</v>")
        ),
    )
    records, reading = taken(saved, "a.xlsx")
    assert records[0].values["job"] == "7"
    assert only(reading, "formula_value").weight is Weight.DOUBT


def test_errors_markup_unseen_characters_and_calculations_are_told_by_cell():
    records, reading = taken(
        csv(
            (*PEOPLE, "手机"),
            ("010001", "#N/A", "HQ", "DIR", ""),
            ("010002", "<img src=x onerror=alert(1)>", "HQ", "DIR", ""),
            ("010003", "王\u202e明\x00", "HQ", "DIR", ""),
            ("010004", "=cmd|' /C calc'!A0", "HQ", "DIR", "1.39E+10"),
            ("010005", "@SUM(A1)", "HQ", "DIR", "+86 139"),
        )
    )
    told = [(f.code, f.place.row, f.place.column) for f in reading.findings]
    assert told == [
        ("cell_error", 2, "B"), ("cell_markup", 3, "B"), ("cell_unseen", 4, "B"), ("cell_formula_text", 5, "B"), ("cell_power", 5, "E"),
        ("cell_formula_text", 6, "B"),
    ]  # fmt: skip
    assert [r.values["name_zh"] for r in records] == ["<img src=x onerror=alert(1)>", "王明", "@SUM(A1)"]


def test_many_merged_blocks_and_false_ranges_cost_nothing():
    blocks = b"".join(b'<mergeCell ref="C2:C1048576"/>' for _ in range(limits.MERGES * 2))
    rows = with_rows(
        b'<row r="1"><c r="A1"><v>1</v></c></row>',
        b"<mergeCells>" + blocks + b'<mergeCell ref="ZZZ0:A99"/></mergeCells>',
    )
    records, _ = taken(rows, "a.xlsx")
    assert records == []


@settings(max_examples=400, deadline=None)
@given(st.binary(max_size=3_000))
def test_random_bytes_never_raise(content):
    for head in (b"", b"PK\x03\x04", b"\xff\xfe", "工号,姓名,部门,岗位\n".encode()):
        list(read([Upload("a.xlsx", head + content)]).records())


@settings(max_examples=300, deadline=None)
@given(st.text(alphabet=st.characters(codec="utf-8"), max_size=60), st.integers(0, 10))
def test_random_text_in_any_cell_never_raises_and_a_record_holds_nothing_unseen(text, column):
    header = ("工号", "指标", "期间", "实际值", "来源", "姓名", "部门", "岗位", "入职日期", "角色", "权重")
    row = ["1", "X", "2026-09", "1", "MES", "甲", "HQ", "DIR", "2026-01-01", "hr", "1"]
    row[column] = text
    for kind in (header, ("工号", "上级工号", "生效日期", "失效日期", "x", "y", "z", "u", "v", "w", "q")):
        for record in read([Upload("a.csv", csv(kind, row))]).records():
            for value in record.values.values():
                assert not isinstance(value, str) or PRIVATE.sub("", value).isprintable()


def test_broken_workbooks_never_raise():
    chance = random.Random(20261129)
    files = [GOOD, csv(PEOPLE, ANN, BO, encoding="gb18030"), (PLANT / "departments.csv").read_bytes()]
    plain = zipped(
        **{
            name.replace("/", "__"): zipfile.ZipFile(io.BytesIO(GOOD)).read(name)
            for name in zipfile.ZipFile(io.BytesIO(GOOD)).namelist()
        }
    )
    for _ in range(600):
        content = bytearray(chance.choice([*files, plain]))
        for _ in range(chance.randint(1, 12)):
            content[chance.randrange(len(content))] = chance.randrange(256)
        list(read([Upload("a.xlsx", bytes(content))]).records())


def test_workbooks_with_broken_parts_never_raise():
    chance = random.Random(5)

    def spoil(name: str, data: bytes) -> bytes:
        out = bytearray(data)
        for _ in range(chance.randint(0, 3)):
            at = chance.randrange(len(out))
            out[at : at + chance.randint(0, 6)] = bytes(
                chance.choice(b'<>/"=0A9x&; ') for _ in range(chance.randint(0, 6))
            )
        return bytes(out)

    for _ in range(400):
        list(read([Upload("a.xlsx", repacked(GOOD, spoil))]).records())


def test_names_of_files_sheets_and_columns_are_shown_without_what_cannot_be_seen():
    content = xlsx((*PEOPLE, "备\u202e注"), (*ANN, "x"), title="在\u202e职")
    _, reading = taken(content, "人\u202e员\n.xlsx")
    assert only(reading, "column_unread").place == Place("人员 .xlsx", "在职", 1, "E", "备注")


def test_a_workbook_that_unpacks_to_more_than_is_allowed_is_refused_though_it_packs_like_any(monkeypatch):
    monkeypatch.setattr(limits, "UNPACKED_BYTES", 2_000)
    records, reading = taken(GOOD, "a.xlsx")
    assert (records, codes(reading)) == ([], ["file_unpacks_too_large"])


def test_a_part_that_is_read_whole_is_small():
    noise = random.Random(1).randbytes(limits.SMALL_PART_BYTES // 2).hex().encode()
    content = repacked(GOOD, lambda name, data: data + b"<!--" + noise + b"-->" if name == "xl/workbook.xml" else data)
    records, reading = taken(content, "a.xlsx")
    assert (records, codes(reading)) == ([], ["file_unpacks_too_large"])
