"""The main job, end to end: a supervisor scores a team of twelve in a dead spot; HR and the employee see it.

One story, told in the order in which it happens; each chapter is a function that can fail by itself.
"""

import re

from playwright.sync_api import expect

from tests.e2e import desk, hands
from tests.e2e.house import House
from tests.e2e.people import SHIFT_A, Somebody, first, numbered
from tests.e2e.phone import DESK, PATIENCE_MS, Phone, within

TEAM = 12
DEPARTMENT = "MA"


def test_a_supervisor_scores_a_team_of_twelve_in_a_dead_spot_and_hr_and_the_employee_see_it(house, phone):
    boss = numbered(house, SHIFT_A)
    hr = phone("hr", size=DESK)
    hands.sign_in(hr, first(house, "hr"), "board")
    hr_opens_a_cycle_and_the_board_stands_at_nothing(hr, boss)

    her = phone("supervisor")
    hands.sign_in(her, boss, "team")
    hands.ready_for_the_dead_spot(her)
    her.pocket()
    the_network_goes_and_the_app_opens_cold(her)
    said = she_scores_three_and_is_killed_after_a_tap(her)
    hr_counts_only_what_was_received(hr, boss)
    her_login_ends_and_scoring_goes_on(house, her, boss)
    she_finishes_the_team(her)
    the_network_returns_and_everything_is_confirmed(her, hr, boss)
    the_employee_sees_the_own_result_and_answers_offline(house, phone, said)


def hr_opens_a_cycle_and_the_board_stands_at_nothing(hr: Phone, boss: Somebody) -> None:
    cycle = desk.open_cycle_for(hr, DEPARTMENT)
    assert desk.evaluations_of(hr, cycle) == TEAM, "one evaluation per employee and rater"
    hr.shot("cycles-zh-light")
    desk.look_at(hr, cycle)
    assert desk.board_counts(hr, boss) == (0, TEAM)


def the_network_goes_and_the_app_opens_cold(her: Phone) -> None:
    her.ready("team")
    her.network_off()
    her.restart_cold()
    her.ready("team")
    assert hands.counter(her) == f"0/{TEAM}", "cold and without network it is still her team"
    expect(her.page.locator("html")).to_have_attribute("lang", re.compile("^zh"))


def she_scores_three_and_is_killed_after_a_tap(her: Phone) -> tuple[str, str]:
    """Three people; in the fourth the browser dies right after a tap. Returns the first one's name and quick comment."""
    here = hands.open_person(her, 0)
    name = hands.name_here(her)
    measured = [line for line in hands.lines(her) if line["by"] == "data"]
    assert measured, "measured indicators arrive scored by their rule"
    assert all(re.search(r"记 \d 分", line["text"]) for line in measured), "the rule stands in the row"
    assert her.page.locator("[data-submit]").count() == 0, "nothing to submit before the judgement"
    said = ""
    for n in range(3):
        words = hands.score_person(her, n)
        if n == 0:
            said = words
            she_changes_a_mark_by_data_and_must_say_why(her)
        hands.submit(her, n + 1)
        here = hands.next_person(her, here)
    key = next(line["key"] for line in hands.lines(her) if line["mark"] is None)
    hands.give(her, key, 4)
    her.restart_cold()
    her.ready("team")
    her.open(f"#/score/{here}")
    her.ready(f"score:{here}")
    expect(her.page.locator(f'[data-line="{key}"]')).to_have_attribute("data-mark", "4")
    return name, said


def she_changes_a_mark_by_data_and_must_say_why(her: Phone) -> None:
    line = next(each for each in hands.lines(her) if each["by"] == "data" and each["mark"] < 5)
    hands.give(her, line["key"], line["mark"] + 1)
    expect(her.page.locator("[data-submit]")).to_have_count(0)
    her.shot("score-override-zh-light")
    hands.write_words(her, "设备停了两天，不是他的原因")
    expect(her.page.locator("[data-submit]")).to_have_count(1)


def hr_counts_only_what_was_received(hr: Phone, boss: Somebody) -> None:
    """Three are done on the phone; nothing has arrived, and the board says since when it has heard nothing."""
    assert desk.board_counts(hr, boss) == (0, TEAM)
    assert re.search(r"\d{1,2}:\d{2}", desk.says_about(hr, boss)), "the board says since when"
    hr.shot("board-zh-light")


def her_login_ends_and_scoring_goes_on(house: House, her: Phone, boss: Somebody) -> None:
    """Her session is ended elsewhere. The network comes for a moment: the page says to sign in again, nothing is lost."""
    hands.end_other_sessions(house, boss)
    before = her.queued()
    assert before > 0
    her.network_on()
    expect(her.page.locator("[data-sync]").first).to_contain_text("要重新登录", timeout=PATIENCE_MS * 2)
    assert her.queued() == before, "an expired login costs no edit"
    here = her.ready("score:").removeprefix("score:")
    hands.score_person(her, 3)
    hands.submit(her, 4)
    assert her.queued() > before, "and scoring goes on"
    hands.next_person(her, here)
    her.network_off()


def she_finishes_the_team(her: Phone) -> None:
    for n in range(4, TEAM):
        here = her.ready("score:").removeprefix("score:")
        hands.score_person(her, n)
        hands.submit(her, n + 1)
        if n + 1 < TEAM:
            hands.next_person(her, here)
    her.open("#/team")
    her.ready("team")
    assert hands.counter(her) == f"{TEAM}/{TEAM}"
    assert her.page.locator('[data-person][data-state="delivered"]').count() == 0, "no tick without a receipt"
    assert her.page.locator('[data-person][data-state="done_here"]').count() == TEAM
    her.shot("team-done-here-zh-light")
    her.open("#/phone")
    her.see("dialog[open]")
    her.shot("phone-zh-light")


def the_network_returns_and_everything_is_confirmed(her: Phone, hr: Phone, boss: Somebody) -> None:
    """After signing in again the queue drains by itself; each item is confirmed by its receipt alone."""
    assert her.queued() > TEAM
    her.network_on()
    hands.sign_in(her, boss, "team")
    hands.drained(her)
    within(5, "HR's board shows 12/12 without a reload", lambda: desk.board_counts(hr, boss) == (TEAM, TEAM))
    expect(her.page.locator('[data-person][data-state="delivered"]')).to_have_count(TEAM, timeout=PATIENCE_MS)
    her.shot("team-delivered-zh-light")
    hr.shot("board-done-zh-light")


def the_employee_sees_the_own_result_and_answers_offline(house: House, phone, said: tuple[str, str]) -> None:
    name, words = said
    own = phone("employee")
    hands.sign_in(own, first(house, "employee", name_zh=name), "my")
    own.see("[data-answer]")
    shown = own.page.locator("main").inner_text()
    assert words in shown, "the quick comment that was given"
    assert "设备停了两天" in shown, "the reason of the changed mark"
    assert own.page.locator("[data-why]").count() >= 3, "a reason for every mark"
    own.shot("my-reason-zh-light")
    hands.ready_for_the_dead_spot(own)
    own.pocket()
    own.ready("my")
    own.network_off()
    own.restart_cold()
    own.ready("my")
    own.see("[data-sum-open]").click()
    expect(own.page.locator("[data-sum] h3")).to_have_count(own.page.locator("[data-why]").count())
    overall = own.page.locator(".big b").inner_text()
    assert own.see("[data-sum] .whole p:last-child b").inner_text().split()[-1] == overall, (
        "the sum says what the head says"
    )
    own.see('[data-answer="agree"]').click()
    within(10, "the answer lies on this phone", lambda: own.queued() == 1)
    own.network_on()
    hands.drained(own)
    expect(own.page.locator('[data-answered="agree"]')).to_be_visible()
