"""The main job, end to end: a supervisor scores a team of twelve in a dead spot; HR and the employee see it.

One story, told in the order in which it happens; each chapter is one function and can fail by itself.
"""

import re
from dataclasses import dataclass

import pytest
from playwright.sync_api import expect
from tests.e2e.desk import board_counts, open_cycle_for

from tests.e2e import hands
from tests.e2e.people import first
from tests.e2e.phone import DESK, PATIENCE_MS, Phone, within

TEAM = 12


@dataclass
class World:
    """What the chapters hand on to each other."""

    hr: Phone
    her: Phone
    evaluations: list[str]


@pytest.mark.serial
def test_a_supervisor_scores_a_team_of_twelve_in_a_dead_spot_and_hr_and_the_employee_see_it(house, phone):
    hr_person, boss = first(house, "hr"), first(house, "supervisor")
    hr = phone("hr", size=DESK)
    hands.sign_in(hr, hr_person, "board")
    hr_opens_a_cycle(hr, boss)

    her = phone("supervisor")
    hands.sign_in(her, boss, "team")
    assert hands.counter(her) == f"0/{TEAM}"
    hr.open("#/board")
    assert board_counts(hr, boss) == (0, TEAM)

    the_network_goes_and_the_app_opens_cold(her)
    low_words = she_scores_half_and_is_killed_after_a_tap(her)
    hr_counts_only_what_was_received(hr, boss)
    her_login_ends_and_scoring_goes_on(house, her, boss)
    she_finishes_the_team(her)
    the_network_returns_and_everything_is_confirmed(her, hr, boss)
    the_employee_sees_the_own_result_and_answers(house, phone, low_words)


def hr_opens_a_cycle(hr: Phone, boss) -> None:
    opened = open_cycle_for(hr, boss)
    assert opened == TEAM, f"one evaluation per employee and rater, not {opened}"


def the_network_goes_and_the_app_opens_cold(her: Phone) -> None:
    within(
        30,
        "the shell lies in the cache",
        lambda: her.page.evaluate("async () => (await navigator.serviceWorker.ready).active?.state === 'activated'"),
    )
    her.network_off()
    her.restart_cold()
    her.ready("team")
    assert hands.counter(her) == f"0/{TEAM}", "cold and without network it is still her team"
    expect(her.page.locator("html")).to_have_attribute("lang", re.compile("^zh"))
    her.shot("team-zh-light")


def she_scores_half_and_is_killed_after_a_tap(her: Phone) -> str:
    """Three people; in the fourth the browser dies right after a tap. Returns the words of the first quick comment."""
    here = hands.open_person(her, 0)
    measured = [line for line in hands.lines(her) if line["by"] == "data"]
    assert measured, "measured indicators arrive scored by their rule"
    assert all(re.search(r"\d", line["text"]) for line in measured), "the rule stands in the row"
    expect(her.page.locator("[data-dock] [data-submit]")).to_have_count(0)
    her.shot("score-zh-light")
    words = ""
    for n in range(3):
        said = hands.score_person(her, n)
        words = words or said
        if n == 0:
            she_overrides_with_a_reason(her)
        hands.submit(her, n + 1)
        here = hands.next_person(her, here)
    key = next(line["key"] for line in hands.lines(her) if line["mark"] is None)
    hands.choose_line(her, key)
    hands.tap_mark(her, 4)
    expect(her.page.locator(f'[data-line="{key}"]')).to_have_attribute("data-mark", "4")
    her.restart_cold()
    her.open(f"#/score/{here}")
    her.ready(f"score:{here}")
    expect(her.page.locator(f'[data-line="{key}"]')).to_have_attribute("data-mark", "4")
    return words


def she_overrides_with_a_reason(her: Phone) -> None:
    """A mark by data is changed: the page asks for the reason before it can be submitted."""
    line = next(each for each in hands.lines(her) if each["by"] == "data" and each["mark"] != 5)
    hands.give(her, line["key"], line["mark"] + 1)
    expect(her.page.locator("[data-dock] [data-submit]")).to_have_count(0)
    her.shot("score-override-zh-light")
    hands.write_reason(her, "设备停了两天，不是他的原因")
    expect(her.page.locator("[data-dock] [data-submit]")).to_have_count(1)


def hr_counts_only_what_was_received(hr: Phone, boss) -> None:
    """Three are done on the phone; nothing has arrived, and the board says since when it has heard nothing."""
    hr.open("#/board")
    hr.ready("board")
    assert board_counts(hr, boss) == (0, TEAM)
    row = hr.page.locator(f'[data-rater]:has-text("{boss.name_zh}")').first
    expect(row).to_contain_text(re.compile(r"\d{1,2}:\d{2}"))
    hr.shot("board-zh-light")


def her_login_ends_and_scoring_goes_on(house, her: Phone, boss) -> None:
    """Her session is ended elsewhere. The network comes for a moment: nothing is lost, the page says to sign in again."""
    hands.end_other_sessions(house, boss)
    before = her.queued()
    assert before > 0
    her.network_on()
    expect(her.page.locator("[data-sync]").first).to_contain_text(re.compile("登录"), timeout=PATIENCE_MS * 2)
    assert her.queued() >= before, "an expired login never costs an edit"
    here = her.ready("score:").removeprefix("score:")
    hands.score_person(her, 3)
    hands.submit(her, 4)
    hands.next_person(her, here)
    her.network_off()


def she_finishes_the_team(her: Phone) -> None:
    for n in range(4, TEAM):
        here = her.ready("score:").removeprefix("score:")
        hands.score_person(her, n)
        hands.submit(her, n + 1)
        if n + 1 < TEAM:
            hands.next_person(her, here)
    her.shot("score-submitted-zh-light")
    her.open("#/team")
    her.ready("team")
    assert hands.counter(her) == f"{TEAM}/{TEAM}"
    her.open("#/phone")
    her.shot("phone-zh-light")
    her.open("#/team")
    her.ready("team")


def the_network_returns_and_everything_is_confirmed(her: Phone, hr: Phone, boss) -> None:
    """After signing in again the queue drains by itself; each item is confirmed by its receipt alone."""
    waiting = her.queued()
    assert waiting > TEAM
    assert her.page.locator('[data-person][data-state="delivered"]').count() == 0, "no tick without a receipt"
    her.network_on()
    hands.sign_in(her, boss, "team")
    hands.drained(her)
    expect(her.page.locator('[data-person][data-state="delivered"]')).to_have_count(TEAM, timeout=PATIENCE_MS)
    within(5, "HR's board shows 12/12 without a reload", lambda: board_counts(hr, boss) == (TEAM, TEAM))
    her.shot("team-delivered-zh-light")
    hr.shot("board-done-zh-light")


def the_employee_sees_the_own_result_and_answers(house, phone, low_words: str) -> None:
    worker = first(house, "employee")
    own = phone("employee")
    hands.sign_in(own, worker, "my")
    text = own.page.locator("main").inner_text()
    assert worker.name_zh in text or low_words
    own.shot("my-zh-light")
    own.network_off()
    own.restart_cold()
    own.ready("my")
    own.see('[data-answer="agree"]').click()
    within(10, "the answer lies on this phone", lambda: own.queued() == 1)
    own.network_on()
    hands.drained(own)
