"""HR brings in a list of people as the office sent it: look, mend what is doubtful, bring in, take back."""

import io

import pytest
from openpyxl import Workbook
from playwright.sync_api import expect

from tests.e2e import hands
from tests.e2e.eye import DESK_LEAST, PHONE_LEAST, examine
from tests.e2e.people import first
from tests.e2e.phone import DESK, HAND, PATIENCE_MS, Phone

NEW = "88001"
HEADER = ("工号", "姓名", "所属部门", "岗位名称", "入职日期", "直接上级工号", "备用手机号码", "宿舍")


def workbook(*, hired: str) -> bytes:
    """The list as an office sends it: a title over two merged lines, Chinese headers, names in place of codes."""
    book = Workbook()
    sheet = book.active
    sheet.title = "新进人员"
    sheet.append(["华东精密机械 2026 年 11 月新进人员表"])
    sheet.append([])
    sheet.append(HEADER)
    sheet.append([NEW, "新来人", "机加工甲班", "操作工", hired, "10011", "13800000000", "3-201"])
    sheet.append(["合计", "1 人"])
    sheet.merge_cells("A1:H1")
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def begin(hr: Phone, content: bytes) -> None:
    """Choose the file and let it be read."""
    hr.page.locator("[data-import-files]").set_input_files(
        {"name": "新进人员.xlsx", "mimeType": "application/octet-stream", "buffer": content}
    )
    hr.see("[data-import-read]").click()
    stands(hr, "ready")


def stands(hr: Phone, state: str) -> None:
    expect(hr.page.locator(f'[data-import-state="{state}"]')).to_be_visible(timeout=PATIENCE_MS * 3)


@pytest.mark.parametrize(
    ("size", "locale", "scheme"), [(DESK, "zh-CN", "light"), (HAND, "en", "dark")], ids=["desk", "hand"]
)
def test_hr_brings_in_a_list_mends_it_and_takes_it_back(house, phone, size, locale, scheme):
    hr = phone("hr", size=size, locale=locale, scheme=scheme)
    least = PHONE_LEAST if size is HAND else DESK_LEAST
    tag = f"{locale[:2]}-{scheme}{'-360' if size is HAND else ''}"
    hands.sign_in(hr, first(house, "hr"), "board")
    hr.open("#/import")
    hr.ready("import")
    examine(hr, "choosing files", least)
    hr.shot(f"import-{tag}")

    begin(hr, workbook(hired="2026-02-30"))
    expect(hr.page.locator('[data-finding="date_impossible"]')).to_contain_text(
        "第 4 行 E 列" if locale == "zh-CN" else "row 4, column E"
    )
    expect(hr.page.locator("[data-import-apply]")).to_be_disabled()
    examine(hr, "a preview with an error", least)
    hr.shot(f"import-error-{tag}")

    hr.open("#/import")
    hr.ready("import")
    begin(hr, workbook(hired="03/11/2026"))
    expect(hr.page.locator('[data-finding="date_order"]')).to_be_visible()
    expect(hr.page.locator("[data-import-apply]")).to_be_enabled()
    it_is_a_guess_that_hr_corrects(hr, least, tag)
    expect(hr.page.locator('[data-count="people.new"]')).to_have_text("1")
    examine(hr, "a preview", least)
    hr.shot(f"import-preview-{tag}")

    hr.see("[data-import-apply]").click()
    stands(hr, "applied")
    hr.page.reload()
    stands(hr, "applied")
    assert NEW in numbers(hr)
    examine(hr, "brought in", least)
    hr.shot(f"import-done-{tag}")

    hr.see("[data-import-undo]").click()
    examine(hr, "taking back, asked", least)
    hr.see("[data-import-undo-yes]").click()
    stands(hr, "undone")
    assert NEW not in numbers(hr)
    hr.see("[data-import-all]").click()
    expect(hr.page.locator('[data-import][data-state="undone"]')).to_have_count(1, timeout=PATIENCE_MS)
    examine(hr, "earlier imports", least)
    hr.shot(f"import-list-{tag}")


def it_is_a_guess_that_hr_corrects(hr: Phone, least: int, tag: str) -> None:
    """A column that only ends like a known one was taken as the phone number: it is none."""
    column = hr.page.locator('[data-column="G"]')
    expect(column).to_have_value("phone")
    column.select_option("")
    button = hr.see("[data-import-reread]")
    button.scroll_into_view_if_needed()
    examine(hr, "the columns of a table", least)
    hr.shot(f"import-columns-{tag}")
    button.click()
    expect(hr.page.locator('[data-finding="column_guessed"]')).to_have_count(0, timeout=PATIENCE_MS)
    stands(hr, "ready")
    expect(hr.page.locator('[data-column="G"]')).to_have_value("")


def numbers(hr: Phone) -> list[str]:
    """Who is in the plant, as the server tells this person."""
    return list(
        hr.page.evaluate("async () => (await (await fetch('/api/people')).json()).map((one) => one.employee_no)")
    )
