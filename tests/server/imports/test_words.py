"""Every finding can be said, in both languages, and says what it was given."""

import ast
import re
from pathlib import Path

import pytest

from server.foundation.locales import LANGUAGES, words
from server.imports import records
from server.imports.records import FIELDS, Finding, Place, Weight
from server.imports.wording import sentence
from server.indicators import arithmetic

ROOT = Path(__file__).resolve().parents[3]
SAYS = {"Refused", "Unreadable", "doubt", "note", "error", "Finding"}
CODE = re.compile(r"[a-z]+(?:_[a-z]+)+")


def spoken() -> set[str]:
    """Codes as the reading names them: what its makers of findings are given first, and what is chosen from."""
    found: set[str] = set()
    for path in (ROOT / "server/imports").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call) and node.args and _name_of(node.func) in SAYS:
                found |= {
                    n.value for n in ast.walk(node.args[0]) if isinstance(n, ast.Constant) and isinstance(n.value, str)
                }
            elif (
                isinstance(node, ast.Constant)
                and isinstance(node.value, str)
                and re.fullmatch(r"(row|column)_[a-z_]+|[a-z_]+_(unknown|ambiguous)", node.value)
            ):
                found.add(node.value)
    return {code for code in found if CODE.fullmatch(code)}


def _name_of(called: ast.expr) -> str:
    return called.id if isinstance(called, ast.Name) else called.attr if isinstance(called, ast.Attribute) else ""


def test_no_words_are_left_of_findings_that_nobody_makes():
    have = {key.removeprefix("finding_") for key in words("zh-CN") if key.startswith("finding_")}
    assert sorted(have - spoken()) == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_code_and_field_has_words(language):
    codes = spoken()
    assert len(codes) > 50, codes
    have = words(language)
    assert [code for code in sorted(codes) if f"finding_{code}" not in have] == []
    names = {field.name for fields in FIELDS.values() for field in fields}
    assert [name for name in sorted(names) if f"import_field_{name}" not in have] == []


def test_both_languages_fill_the_same_blanks():
    zh, en = words("zh-CN"), words("en")
    keys = [key for key in zh if key.startswith(("import_", "finding_"))]
    assert len(keys) > 80
    for key in keys:
        assert set(re.findall(r"\{\w+\}", zh[key])) == set(re.findall(r"\{\w+\}", en[key])), key


def test_a_finding_names_file_sheet_row_column_and_reason():
    finding = Finding(
        "date_impossible", Weight.ERROR, Place("人员.xlsx", "在职", 5, "E", "入职日期"), {"text": "2026-02-30"}
    )
    assert sentence(finding, "zh-CN") == "人员.xlsx，工作表“在职”，第 5 行 E 列（入职日期）：没有“2026-02-30”这一天。"
    assert (
        sentence(finding, "en")
        == '人员.xlsx, sheet "在职", row 5, column E (入职日期): There is no such day as 2026-02-30.'
    )
    whole = Finding("column_guessed", Weight.DOUBT, Place("a.csv"), {"header": "{field}", "field": "job"})
    assert sentence(whole, "en") == 'a.csv: "{field}" was taken as job. Check it.'


def test_a_file_may_say_every_frequency_that_the_library_knows() -> None:
    assert records.FREQUENCIES == arithmetic.FREQUENCIES
