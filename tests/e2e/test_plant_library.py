"""An indicator's way from the floor into the library: core outputs agreed by both sides, a proposal without and with a
network, two answers on influence, what is missing in words, approval, the next version and how it differs, a goal."""

import re

from playwright.sync_api import expect

from tests.e2e import hands
from tests.e2e.eye import DESK_LEAST, examine
from tests.e2e.people import SHIFT_A, first, numbered
from tests.e2e.phone import DESK, PATIENCE_MS, Phone

HEAD = "10005"  # head of the machining workshop
OUTPUTS = (("按时交出的件", "Parts on time"), ("合格的件", "Good parts"), ("安全的工位", "A safe workplace"))


def library(who: Phone, view: str = "") -> None:
    who.open(f"#/library/{view}")
    who.ready("library")


def write_outputs(hr: Phone) -> None:
    library(hr, "outputs")
    job = hr.page.locator('[data-job="OPR"]')
    job.locator("[data-outputs-edit]").click()
    for n, (zh, en) in enumerate(OUTPUTS, start=1):
        job.locator(f'[data-output-zh="{n}"]').fill(zh)
        job.locator(f'[data-output-en="{n}"]').fill(en)
    job.locator("[data-outputs-save]").click()
    expect(job.locator("ol li")).to_have_count(3, timeout=PATIENCE_MS)


def agree(who: Phone, side: str) -> None:
    library(who, "outputs")
    job = who.page.locator('[data-job="OPR"]')
    job.locator(f'[data-agree="{side}"]').click()
    expect(job.locator(f'[data-agreed="{side}"]')).to_be_visible(timeout=PATIENCE_MS)


def propose(her: Phone, name: str) -> None:
    """Written in the dead spot, where handing in is refused in plain words; handed in once there is a network."""
    her.see("[data-menu]").click()
    her.see("[data-menu-propose]").click()
    her.ready("propose")
    page = her.page
    page.locator("[data-propose-name]").fill(name)
    page.locator("[data-propose-job]").select_option(label="操作工")
    page.locator("[data-propose-output]").select_option(label=OUTPUTS[0][0])
    page.locator("[data-propose-source]").fill("MES")
    page.locator("[data-propose-unit]").fill("min")
    page.locator("[data-propose-way]").select_option("lower")
    page.locator("[data-propose-every]").select_option("weekly")
    page.locator("[data-propose-target]").fill("20")
    page.locator("[data-propose-threshold]").fill("20")
    expect(page.locator('[data-finding="target_is_threshold"]')).to_be_visible()
    page.locator("[data-propose-threshold]").fill("35")
    expect(page.locator('[data-finding="target_is_threshold"]')).to_have_count(0)
    page.locator("[data-propose-why]").fill("换型一次停半小时")
    examine(her, "a proposal")
    her.shot("propose-zh-light")
    her.network_off()
    her.see("[data-offline]")
    page.locator("[data-propose-send]").click()
    expect(page.locator("[data-sent]")).to_have_count(0)
    her.open("#/team")
    her.ready("team")
    her.network_on()
    her.open("#/library/propose")
    her.ready("propose")
    expect(page.locator("[data-propose-name]")).to_have_value(name)
    page.locator("[data-propose-send]").click()
    her.see("[data-sent]")


def open_it(who: Phone, name: str) -> None:
    library(who)
    who.page.locator(f'[data-indicator]:has-text("{name}")').first.click()
    who.see("[data-opened]")


def answer(who: Phone, name: str, side: str, said: str, words: str = "") -> None:
    open_it(who, name)
    form = who.page.locator(f'[data-ask="{side}"]')
    form.locator(f'label:has([data-say="{said}"])').click()
    if words:
        form.locator("[data-say-words]").fill(words)
    form.locator("[data-say-it]").click()
    expect(who.page.locator(f'[data-influence="{side}"][data-answer="{said}"]')).to_be_visible(timeout=PATIENCE_MS)


def test_a_proposal_from_the_floor_becomes_an_indicator_that_both_sides_stand_by(house, phone):
    name = "换型时间"
    hr = phone("hr", size=DESK)
    hands.sign_in(hr, first(house, "hr"), "board")
    write_outputs(hr)
    her, head = phone("supervisor"), phone("head", size=DESK)
    hands.sign_in(her, numbered(house, SHIFT_A), "team")
    agree(her, "supervisor")
    hands.sign_in(head, numbered(house, HEAD), "team")
    agree(head, "head")
    her.open("#/team")
    her.ready("team")
    propose(her, name)
    open_it(hr, name)
    page = hr.page
    page.locator("[data-approve]").click()
    page.locator("[data-approve-it]").click()
    for code in ("no_bands", "influence_missing"):
        expect(page.locator(f'[data-finding="{code}"]').first).to_be_visible(timeout=PATIENCE_MS)
    expect(page.locator('[data-opened][data-state="proposed"]')).to_be_visible()
    examine(hr, "a proposal at the desk", DESK_LEAST)
    hr.shot("library-proposal-zh-light")
    page.locator("[data-edit]").click()
    page.locator("[data-name-en]").fill("Changeover time")
    page.locator("[data-short-en]").fill("Changeover")
    for mark, value in zip((2, 3, 4, 5), ("35", "28", "28", "15"), strict=True):
        page.locator(f'[data-band="{mark}"]').fill(value)
    expect(page.locator('[data-finding="bands_order"]')).to_be_visible()
    page.locator('[data-band="4"]').fill("20")
    expect(page.locator('[data-findings="0"]')).to_be_visible()
    page.locator("[data-save]").click()
    answer(her, name, "supervisor", "yes")
    answer(head, name, "head", "partly", "模具由设备组准备")
    examine(her, "an indicator on a phone")
    open_it(hr, name)
    expect(page.locator('[data-findings="0"]')).to_be_visible(timeout=PATIENCE_MS)
    page.locator("[data-approve]").click()
    page.locator("[data-approve-it]").click()
    expect(page.locator('[data-opened][data-state="approved"]')).to_be_visible(timeout=PATIENCE_MS)
    page.locator("[data-next]").click()
    page.locator("[data-why]").fill("新模具到了")
    page.locator("[data-why-save]").click()
    expect(page.locator('[data-version="2"]')).to_be_visible(timeout=PATIENCE_MS)
    page.locator("[data-edit]").click()
    page.locator("[data-target]").fill("18")
    page.locator("[data-save]").click()
    change = page.locator('[data-change="target"]')
    expect(change).to_have_text(re.compile(r"20\s*18"), timeout=PATIENCE_MS)
    hr.shot("library-difference-zh-light")
    library(hr)
    expect(page.locator('[data-indicator="ATT"] [data-orphan]')).to_be_visible()
    page.locator("[data-filter-orphans]").check()
    expect(page.locator(f'[data-indicator]:has-text("{name}")')).to_have_count(0)
    examine(hr, "the library", DESK_LEAST)
    hr.shot("library-zh-light")
    library(hr, "sets")
    expect(page.locator('[data-set="operator"]')).to_be_visible(timeout=PATIENCE_MS)
    examine(hr, "the sets", DESK_LEAST)
    library(hr, "goals")
    page.locator("[data-goal-new]").click()
    page.locator("[data-goal-owner]").select_option(index=1)
    page.locator("[data-goal-zh]").fill("换型时间降到 20 分钟")
    page.locator("[data-goal-words]").fill("每台每周平均")
    page.locator("[data-goal-number]").fill("20")
    page.locator("[data-goal-save]").click()
    expect(page.locator('[data-goal="company"]')).to_be_visible(timeout=PATIENCE_MS)
    examine(hr, "the goal board", DESK_LEAST)
