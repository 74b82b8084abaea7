"""What a screen promises is on another screen: the answer on the rater's, the case behind its sign, the reason in the history."""

import re

from playwright.sync_api import expect

from tests.e2e import hands
from tests.e2e.eye import examine
from tests.e2e.people import SHIFT_A, first, numbered
from tests.e2e.phone import PATIENCE_MS, Phone

NOTE = "第二条与事实不符，那天我在支援乙班"
REASON = "按检查记录"


def test_a_newcomer_reads_what_this_is(house, phone):
    for locale, words in (("zh-CN", "现场绩效"), ("en", "Gemba")):
        page = phone(f"newcomer-{locale}", locale=locale)
        page.open("#/sign-in")
        page.ready("sign-in")
        expect(page.page.locator("[data-product]")).to_contain_text(words)
        examine(page, "sign-in")
        page.shot(f"sign-in-product-{locale[:2]}")


def test_the_supervisor_reads_what_the_employee_answered(house, phone, her):
    evaluation = hands.open_person(her, 0)
    name = hands.name_here(her)
    a_comment_sheet_can_be_left_without_a_word(her)
    hands.score_person(her, 0)
    hands.submit(her, 1)
    hands.drained(her)
    own = phone("employee")
    hands.sign_in(own, first(house, "employee", name_zh=name), "my")
    own.see('[data-answer="disagree"]').click()
    own.page.locator("[data-answer-note]").fill(NOTE)
    own.see("[data-answer-send]").click()
    hands.drained(own)
    own.see("[data-how]").click()
    own.ready("history")
    expect(own.page.locator("[data-step]").first).to_be_visible()

    her.open("#/team")
    her.ready("team")
    her.pocket()
    her.ready("team")
    row = her.page.locator(f'a[href="#/score/{evaluation}"]')
    expect(row.locator("[data-delivery]")).to_have_text("不同意", timeout=PATIENCE_MS)
    examine(her, "team, answered")
    her.shot("team-answered-zh-light")
    row.click()
    her.ready(f"score:{evaluation}")
    answer = her.see('[data-answered="disagree"]')
    expect(answer).to_contain_text(NOTE)
    expect(answer).to_contain_text(re.compile(rf"{name}看过，不同意，\d\d-\d\d \d{{1,2}}:\d\d"))
    examine(her, "score, answered")
    her.shot("score-answered-zh-light")


def a_comment_sheet_can_be_left_without_a_word(her: Phone) -> None:
    key = next(line["key"] for line in hands.lines(her) if line["mark"] is None)
    hands.give(her, key, 2)
    her.see("[data-pencil]").click()
    her.see("dialog[open] textarea")
    examine(her, "comment sheet")
    her.see("[data-leave]").click()
    expect(her.page.locator("dialog[open]")).to_have_count(0)
    her.see("[data-undo]").click()
    expect(her.page.locator(f'[data-line="{key}"]')).to_have_attribute("data-mark", "")


def test_one_person_on_two_phones_finds_the_case_by_its_sign_and_is_told_of_no_second_person(house, phone, her):
    one, two = her, phone("two")
    hands.sign_in(two, numbered(house, SHIFT_A), "team")
    hands.ready_for_the_dead_spot(two)
    evaluation = hands.open_person(one, 0)
    two.open(f"#/score/{evaluation}")
    two.ready(f"score:{evaluation}")
    key = next(line["key"] for line in hands.lines(one) if line["mark"] is None)
    one.network_off()
    two.network_off()
    hands.give(one, key, 4)
    hands.give(two, key, 2)
    one.network_on()
    hands.drained(one)
    two.network_on()
    hands.drained(two)

    sign = two.page.locator(f'li:has([data-line="{key}"]) [data-case]')
    expect(sign).to_be_visible(timeout=PATIENCE_MS)
    examine(two, "score, disputed")
    two.shot("score-two-phones-zh-light")
    two.open("#/team")
    two.ready("team")
    assert hands.counter(two).startswith("0/"), "marked twice is not finished"
    expect(two.page.locator(".ring path.delivered")).to_have_count(0)
    expect(two.page.locator(".ring path.half")).to_have_count(1)
    row = two.page.locator('[data-state="case"]')
    expect(row).to_contain_text("两台手机不同")
    examine(two, "team, disputed")
    two.shot("team-two-phones-zh-light")
    two.page.locator("[data-case]").first.click()
    two.ready("case:")
    said = two.text(".phone")
    assert "你在两台手机上各打了一次" in said
    assert not re.search("两个?人", said), said
    examine(two, "case of one person")
    two.shot("case-two-phones-zh-light")

    two.page.locator("label[data-candidate]").first.click()
    two.page.locator("[data-case-quick]", has_text=REASON).click()
    two.see("[data-case-send]").click()
    two.ready("team")
    hands.drained(two)
    two.open(f"#/score/{evaluation}")
    two.ready(f"score:{evaluation}")
    expect(two.page.locator("[data-case]")).to_have_count(0)
    two.see("[data-evidence]").click()
    expect(two.see("[data-decided]")).to_contain_text(REASON)
    examine(two, "evidence, decided")
    two.shot("evidence-decided-zh-light")


def test_an_empty_history_promises_no_steps(her):
    evaluation = hands.open_person(her, 0)
    key = next(line["key"] for line in hands.lines(her) if line["mark"] is None)
    her.open(f"#/history/{evaluation}/score/{key}")
    her.ready("history")
    expect(her.page.locator("main")).to_contain_text("还没有动过")
    assert "每一步" not in her.text(".phone")
