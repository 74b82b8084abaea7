"""Counted by hand and disputed, both with no network: saved at once, delivered by itself, never over another's value."""

from datetime import date

from playwright.sync_api import Locator, expect

from tests.e2e import eye, hands
from tests.e2e.people import SHIFT_A, first, numbered
from tests.e2e.phone import DESK, PATIENCE_MS, Phone

WORKER = "10101"
WHY = "那三天是工伤假，不该扣"
ANSWER = "核对过，按考勤记录不变"


def test_a_value_typed_and_one_disputed_in_a_dead_spot_meet_their_answers(house, phone):
    hr, her, his = phone("hr", size=DESK), phone("supervisor"), phone("worker")
    hands.sign_in(hr, first(house, "hr"), "board")
    hr_says_that_output_is_counted_by_hand(hr)
    for page, who, where in ((her, SHIFT_A, "team"), (his, WORKER, "my")):
        hands.sign_in(page, numbered(house, who), where)
        hands.ready_for_the_dead_spot(page)
        page.context.close()  # a browser that is killed within half a minute of a sign-in forgets it
        page.start()
        page.open(f"#/{where}")
        page.ready(where)
        page.wait("() => navigator.serviceWorker.controller !== null")
        progress(page)
        page.network_off()

    she_types_a_value_and_a_killed_phone_keeps_it(her)
    he_objects_and_a_killed_phone_keeps_it(his)
    for page in (her, his):
        page.network_on()
        hands.drained(page)
    expect(card(her).locator('[data-entered="there"]')).to_be_visible(timeout=PATIENCE_MS)
    progress(his)
    mine = his.page.locator('[data-own-series="OUT"]')
    expect(mine.locator('[data-entered="there"]')).to_contain_text("骆春燕", timeout=PATIENCE_MS)
    expect(mine).to_contain_text("101.3")
    expect(his.page.locator('[data-objection="open"]')).to_contain_text("最晚", timeout=PATIENCE_MS)

    hr_answers(hr)
    progress(his)
    expect(his.page.locator('[data-objection="stands"]')).to_contain_text(ANSWER, timeout=PATIENCE_MS)
    eye.examine(his, "an answered objection")
    his.shot("progress-answered-zh-light")


def test_two_phones_of_one_period_show_their_author_both_and_one_tap_goes_on(house, phone):
    hr, her, other = phone("hr", size=DESK), phone("supervisor"), phone("tablet", locale="en", scheme="dark")
    hands.sign_in(hr, first(house, "hr"), "board")
    hr_says_that_output_is_counted_by_hand(hr)
    for page in (her, other):
        hands.sign_in(page, numbered(house, SHIFT_A), "team")
        hands.ready_for_the_dead_spot(page)
        by_hand(page)
        page.network_off()
        types(page, "99.5" if page is her else "97.25")
        expect(card(page).locator('[data-entered="here"]')).to_be_visible()
    her.network_on()
    hands.drained(her)
    expect(card(her).locator('[data-entered="there"]')).to_be_visible(timeout=PATIENCE_MS)
    other.network_on()
    hands.drained(other)
    aside = other.page.locator('[data-aside="value_changed"]')
    expect(aside).to_contain_text("97.25", timeout=PATIENCE_MS)
    expect(aside).to_contain_text("99.5")
    eye.examine(other, "a value put aside, in English at night")
    other.shot("by-hand-aside-en-dark")
    aside.locator("[data-aside-again]").click()
    expect(other.page.locator("[data-entry-value]")).to_have_value("97.25")
    expect(other.page.locator("[data-entry-save]")).to_be_disabled()
    other.page.locator("[data-entry-reason]").fill("One shift was counted twice")
    eye.examine(other, "correcting, in English at night")
    other.shot("by-hand-correct-en-dark")
    other.see("[data-entry-save]").click()
    hands.drained(other)
    expect(aside).to_have_count(0, timeout=PATIENCE_MS)
    her.page.reload()
    her.ready("progress")
    by_hand(her)
    expect(card(her).locator("[data-change]")).to_contain_text("One shift was counted twice", timeout=PATIENCE_MS)


def progress(page: Phone) -> None:
    page.open("#/my")
    page.open("#/progress")
    page.ready("progress")


def by_hand(page: Phone) -> None:
    page.open("#/progress")
    page.ready("progress")
    page.see('[data-part="hand"]').click()
    expect(card(page)).to_be_visible(timeout=PATIENCE_MS)


def card(page: Phone) -> Locator:
    return page.page.locator(f'[data-hand-of="{WORKER}"] [data-hand-series="OUT"]')


def hr_says_that_output_is_counted_by_hand(hr: Phone) -> None:
    hr.open("#/values")
    hr.ready("values")
    hr.see('[data-set-source="MES"]').click()
    hr.see("[data-source-kind]").select_option("hand")
    hr.see("[data-source-save]").click()
    expect(hr.page.locator("[data-source-kind]")).to_have_count(0, timeout=PATIENCE_MS)


def types(page: Phone, value: str) -> None:
    """A value of today alone, whatever day of the week it is."""
    today = date.today().isoformat()
    card(page).locator('[data-enter="OUT"]').click()
    page.see("[data-entry-from]").fill(today)
    page.see("[data-entry-to]").fill(today)
    page.see("[data-entry-value]").fill(value)
    page.see("[data-entry-save]").click()


def she_types_a_value_and_a_killed_phone_keeps_it(her: Phone) -> None:
    by_hand(her)
    card(her).locator('[data-enter="OUT"]').click()
    expect(her.page.locator("[data-entry-save]")).to_be_disabled()
    today = date.today().isoformat()
    her.see("[data-entry-from]").fill(today)
    her.see("[data-entry-to]").fill(today)
    her.see("[data-entry-value]").fill("101.3")
    eye.examine(her, "entering a value")
    her.shot("by-hand-entry-zh-light")
    her.see("[data-entry-save]").click()
    expect(card(her).locator('[data-entered="here"]')).to_be_visible()
    her.restart_cold()
    by_hand(her)
    expect(card(her).locator('[data-entered="here"]')).to_be_visible()
    expect(card(her)).to_contain_text("101.3")
    eye.examine(her, "values by hand")
    her.shot("by-hand-team-zh-light")


def he_objects_and_a_killed_phone_keeps_it(his: Phone) -> None:
    progress(his)
    his.see('[data-object="ATT"]').click()
    expect(his.page.locator("[data-object-send]")).to_be_disabled()
    his.see("[data-object-reason]").fill(WHY)
    his.see("[data-object-send]").click()
    expect(his.page.locator('[data-objection="here"]')).to_contain_text(WHY)
    his.restart_cold()
    progress(his)
    expect(his.page.locator('[data-objection="here"]')).to_contain_text(WHY)
    eye.examine(his, "an objection on this phone only")
    his.shot("progress-objecting-zh-light")


def hr_answers(hr: Phone) -> None:
    hr.open("#/board")
    hr.open("#/values")
    waiting = hr.see(f'[data-objection-of="{WORKER}"]')
    expect(waiting).to_contain_text(WHY, timeout=PATIENCE_MS)
    waiting.locator("[data-answer-objection]").click()
    hr.see("[data-answer-words]").fill(ANSWER)
    hr.see("[data-answer-send]").click()
    expect(hr.see('[data-answered="stands"]')).to_contain_text(ANSWER, timeout=PATIENCE_MS)
