"""What a worker is measured by: argued about with no network, answered, changed only while the window is open."""

from playwright.sync_api import expect

from tests.e2e import hands
from tests.e2e.eye import examine
from tests.e2e.people import SHIFT_A, first, numbered
from tests.e2e.phone import DESK, PATIENCE_MS, Phone

WORKER = "10101"
WHY = "三号机旧，产量按 100% 定我达不到"
ANSWER = "修好前先看合格率，权重我来调"


def test_a_worker_objects_in_a_dead_spot_and_the_terms_change_when_the_window_opens(house, phone):
    his, her, hr = phone("worker"), phone("supervisor"), phone("hr", size=DESK)
    hands.sign_in(his, numbered(house, WORKER), "my")
    hands.ready_for_the_dead_spot(his)
    his.context.close()  # a browser that is killed within half a minute of a sign-in forgets it
    his.start()
    his.open("#/my")
    his.ready("my")
    he_objects_with_no_network_and_a_killed_phone_keeps_it(his)
    his.network_on()
    delivered(his, "object")

    hands.sign_in(her, numbered(house, SHIFT_A), "team")
    hands.ready_for_the_dead_spot(her)
    she_answers_from_the_dead_spot(her)
    her.network_on()
    delivered(her, "reply")
    outside_the_window_her_change_is_kept(her)

    hands.sign_in(hr, first(house, "hr"), "board")
    hr_opens_the_window(hr)
    she_is_offered_her_change_again_and_puts_it_in(her)

    he_is_asked_again_and_agrees(his)
    expect(her.page.locator(".bar [data-stand]")).to_have_attribute("data-stand", "agreed", timeout=PATIENCE_MS)
    hr.open("#/agreements")
    hr.page.reload()
    hr.ready("agreements")
    expect(hr.page.locator('[data-department="机加工甲班"] td').first).not_to_have_text("0")
    hr.see('[data-department="机加工甲班"] [data-see="agreed"]').click()
    expect(hr.page.locator(f'[data-listed="agreed"] + ul [data-listed-of="{WORKER}"]')).to_be_visible(
        timeout=PATIENCE_MS
    )
    examine(hr, "agreements", least=32)
    hr.shot("agreements-zh-light")


def test_a_change_that_was_refused_is_there_with_its_text_and_goes_in_again(house, phone):
    one, other, hr = phone("supervisor"), phone("tablet"), phone("hr", size=DESK)
    hands.sign_in(hr, first(house, "hr"), "board")
    hr_opens_the_window(hr)
    for her in (one, other):
        hands.sign_in(her, numbered(house, SHIFT_A), "team")
        hands.ready_for_the_dead_spot(her)
    other.network_off()
    she_changes(one, "20", "40")
    delivered(one, "change")
    she_changes(other, "25", "35")  # of the text that she had in the dead spot
    other.network_on()
    hands.drained(other)
    parked = other.page.locator('[data-parked="signed_other"]')
    expect(parked.locator("[data-parked-text]")).to_contain_text(ANSWER, timeout=PATIENCE_MS)
    expect(parked.locator("[data-parked-text] li").first).to_contain_text("25")
    examine(other, "refused")
    other.shot("agree-refused-zh-light")
    other.see("[data-parked-again]").click()
    expect(other.page.locator('[data-weight-of="1"]')).to_have_value("25")
    expect(other.page.locator("[data-adjust-why]")).to_have_value(ANSWER)
    other.see("[data-adjust-save]").click()
    expect(parked).to_have_count(0)
    hands.drained(other)
    expect(other.page.locator('[data-line="1"]')).to_have_attribute("data-weight", "25")
    expect(other.page.locator("[data-parked]")).to_have_count(0)


def she_changes(her: Phone, one: str, two: str) -> None:
    her.open("#/agree-team")
    her.ready("agree-team")
    her.page.locator(f'[data-agreement="{WORKER}"]').click()
    her.see("[data-adjust]").click()
    her.page.locator('[data-weight-of="1"]').fill(one)
    her.page.locator('[data-weight-of="2"]').fill(two)
    her.page.locator("[data-adjust-why]").fill(ANSWER)
    her.see("[data-adjust-save]").click()


def delivered(page: Phone, kind: str) -> None:
    hands.drained(page)
    said = page.page.locator(f'[data-said="{kind}"]').last
    expect(said).to_have_attribute("data-delivered", "true", timeout=PATIENCE_MS)


def he_objects_with_no_network_and_a_killed_phone_keeps_it(his: Phone) -> None:
    his.network_off()
    his.see("[data-my-terms]").click()
    his.ready("agree")
    expect(his.page.locator("[data-line]")).to_have_count(5)
    expect(his.page.locator("[data-sum]")).to_have_attribute("data-sum", "100")
    examine(his, "agree")
    his.shot("agree-zh-light")
    his.see('[data-say="object"]').click()
    expect(his.page.locator("[data-words-send]")).to_be_disabled()
    his.page.locator("[data-words]").fill(WHY)
    examine(his, "objecting")
    his.see("[data-words-send]").click()
    said = his.page.locator('[data-said="object"]')
    expect(said).to_contain_text(WHY)
    expect(said).to_have_attribute("data-delivered", "false")
    his.restart_cold()
    his.open("#/agree")
    his.ready("agree")
    expect(his.page.locator('[data-said="object"]')).to_contain_text(WHY)


def she_answers_from_the_dead_spot(her: Phone) -> None:
    her.network_off()
    her.open("#/agree-team")
    her.ready("agree-team")
    row = her.page.locator(f'[data-agreement="{WORKER}"]')
    expect(row).to_have_attribute("data-stand", "objected")
    expect(her.page.locator("[data-window]")).to_have_attribute("data-window", "shut")
    examine(her, "agree-team")
    her.shot("agree-team-zh-light")
    row.click()
    expect(her.page.locator('[data-said="object"]')).to_contain_text(WHY)
    her.see("[data-reply]").click()
    her.page.locator("[data-words]").fill(ANSWER)
    her.see("[data-words-send]").click()
    expect(her.page.locator('[data-said="reply"]')).to_have_attribute("data-delivered", "false")


def outside_the_window_her_change_is_kept(her: Phone) -> None:
    her.see("[data-adjust]").click()
    expect(her.page.locator("[data-shut]")).to_be_visible()
    her.page.locator('[data-weight-of="1"]').fill("20")
    expect(her.page.locator("[data-adjust-sum]")).to_have_attribute("data-adjust-sum", "90")
    expect(her.page.locator("[data-adjust-save]")).to_be_disabled()
    her.page.locator('[data-weight-of="2"]').fill("40")
    her.page.locator("[data-adjust-why]").fill(ANSWER)
    examine(her, "adjusting")
    her.shot("adjust-zh-light")
    her.see("[data-adjust-save]").click()
    hands.drained(her)
    expect(her.page.locator("[data-kept-drop]")).to_be_visible(timeout=PATIENCE_MS)
    expect(her.page.locator("[data-kept]")).to_have_attribute("data-kept", "shut")
    expect(her.page.locator("[data-kept-put]")).to_have_count(0)
    expect(her.page.locator('[data-line="1"]')).to_have_attribute("data-weight", "30")


def hr_opens_the_window(hr: Phone) -> None:
    hr.open("#/agreements")
    hr.ready("agreements")
    expect(hr.page.locator("section[data-window]")).to_have_attribute("data-window", "shut")
    hr.see("[data-open]").click()
    expect(hr.page.locator("section[data-window]")).to_have_attribute("data-window", "open", timeout=PATIENCE_MS)


def she_is_offered_her_change_again_and_puts_it_in(her: Phone) -> None:
    her.page.reload()
    her.ready("agree-team")
    expect(her.page.locator("[data-kept]")).to_have_attribute("data-kept", "open", timeout=PATIENCE_MS)
    examine(her, "kept")
    her.shot("agree-kept-zh-light")
    her.see("[data-kept-put]").click()
    delivered(her, "change")
    expect(her.page.locator('[data-line="1"]')).to_have_attribute("data-weight", "20")
    expect(her.page.locator("[data-kept]")).to_have_count(0, timeout=PATIENCE_MS)
    expect(her.page.locator("[data-parked]")).to_have_count(0)


def he_is_asked_again_and_agrees(his: Phone) -> None:
    his.page.reload()
    his.ready("agree")
    expect(his.page.locator("[data-again]")).to_be_visible(timeout=PATIENCE_MS)
    expect(his.page.locator('[data-was="1"]')).to_be_visible()
    his.see('[data-say="confirm"]').click()
    delivered(his, "confirm")
    expect(his.page.locator("[data-again]")).to_have_count(0)
    examine(his, "agreed")
    his.shot("agree-exchange-zh-light")
