"""An indicator's way from the floor into the library: core outputs agreed by both sides, a proposal without and with a
network, two answers on influence, what is missing in words, approval, the next version and how it differs, a goal."""

import datetime as dt
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
    expect(job.locator("ol li")).to_have_count(4, timeout=PATIENCE_MS)
    expect(job.locator("[data-agreed]")).to_have_count(0)


def agree(who: Phone, side: str) -> None:
    library(who, "outputs")
    job = who.page.locator('[data-job="OPR"]')
    job.locator(f'[data-agree="{side}"]').click()
    expect(job.locator(f'[data-agreed="{side}"]')).to_be_visible(timeout=PATIENCE_MS)


def propose(her: Phone, name: str) -> None:
    """Written in the dead spot and saved there; a killed browser keeps it, and it goes to HR by itself afterwards."""
    her.network_off()
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
    expect(page.locator('[data-findings="0"]')).to_be_visible()
    page.locator("[data-propose-why]").fill("换型一次停半小时")
    examine(her, "a proposal")
    her.shot("propose-zh-light")
    page.locator("[data-propose-send]").click()
    her.see("[data-sent]")
    expect(her.page.locator('[data-proposal="here"]')).to_contain_text(name)
    her.restart_cold()
    her.open("#/library/propose")
    her.ready("propose")
    expect(her.page.locator('[data-proposal="here"]')).to_contain_text(name)
    examine(her, "what was proposed")
    her.network_on()
    hands.drained(her)
    expect(her.page.locator('[data-proposal="waiting"]')).to_contain_text(name, timeout=PATIENCE_MS)


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
    hands.ready_for_the_dead_spot(her)
    her.context.close()  # a browser that is killed within half a minute of a sign-in forgets it
    her.start()
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
    answer(head, name, "head", "no", "换型由设备组安排")
    open_it(hr, name)
    expect(page.locator('[data-finding="influence_no"]')).to_be_visible(timeout=PATIENCE_MS)
    answer(head, name, "head", "partly", "模具由设备组准备")
    earlier = head.page.locator("[data-earlier='1']")
    earlier.locator("summary").click()
    expect(earlier).to_contain_text("换型由设备组安排")
    examine(head, "an answer that stands no longer", DESK_LEAST)
    head.shot("library-answers-zh-light")
    examine(her, "an indicator on a phone")
    open_it(hr, name)
    expect(page.locator('[data-findings="0"]')).to_be_visible(timeout=PATIENCE_MS)
    page.locator("[data-approve]").click()
    page.locator("[data-approve-it]").click()
    expect(page.locator('[data-opened][data-state="approved"]')).to_be_visible(timeout=PATIENCE_MS)
    her.open("#/library/propose")
    her.ready("propose")
    expect(her.page.locator('[data-proposal="approved"]')).to_contain_text(name, timeout=PATIENCE_MS)
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
    expect(page.locator('[data-goal="company"]:has-text("换型时间降到")')).to_be_visible(timeout=PATIENCE_MS)
    examine(hr, "the goal board", DESK_LEAST)


WHY = "三号机缺料停线时做不到"
WISH = "产量按 100% 定我达不到，先按开机时间算"
REPLY = "下周起按实际开机时间算"


def test_a_worker_says_in_a_dead_spot_what_his_job_can_influence_and_is_answered(house, phone):
    his, her, hr = phone("worker"), phone("supervisor"), phone("hr", size=DESK)
    hands.sign_in(his, numbered(house, "10101"), "my")
    hands.ready_for_the_dead_spot(his)
    his.context.close()  # a browser that is killed within half a minute of a sign-in forgets it
    his.start()
    his.open("#/my")
    his.ready("my")
    his.network_off()
    his.see("[data-my-indicators]").click()
    his.ready("mine")
    expect(his.page.locator("[data-mine]")).to_have_count(5)
    expect(his.page.locator('[data-mine="OUT"]')).to_contain_text("按计划交出的件")
    expect(his.page.locator('[data-mine="ATT"] [data-orphan]')).to_be_visible()
    his.page.locator('[data-mine="OUT"] [data-sway="partly"]').click()
    expect(his.page.locator("[data-words-send]")).to_be_disabled()
    his.page.locator("[data-words]").fill(WHY)
    examine(his, "why the job cannot")
    his.see("[data-words-send]").click()
    his.page.locator('[data-mine="OUT"] [data-suggest]').click()
    his.page.locator("[data-words]").fill(WISH)
    his.see("[data-words-send]").click()
    expect(his.page.locator('[data-proposal="here"]')).to_contain_text(WISH)
    his.restart_cold()
    his.open("#/library/mine")
    his.ready("mine")
    expect(his.page.locator('[data-proposal="here"]')).to_contain_text(WISH)
    expect(his.page.locator('[data-mine="OUT"] [data-said="here"]')).to_be_visible()
    his.page.locator('[data-mine="FIVE-S"] summary').click()
    examine(his, "my indicators")
    his.shot("my-indicators-zh-light")
    his.network_on()
    hands.drained(his)
    expect(his.page.locator('[data-proposal="waiting"]')).to_contain_text(WISH, timeout=PATIENCE_MS)

    hands.sign_in(her, numbered(house, SHIFT_A), "team")
    hands.ready_for_the_dead_spot(her)
    her.network_off()
    her.open("#/library/team")
    her.ready("team-words")
    expect(her.page.locator('[data-proposal="waiting"]')).to_contain_text(WISH)
    examine(her, "what the team proposes")
    her.see("[data-take]").click()
    her.page.locator("[data-words]").fill(REPLY)
    her.see("[data-words-send]").click()
    expect(her.page.locator('[data-proposal="taken"]')).to_contain_text(REPLY)
    her.shot("team-words-zh-light")
    her.network_on()
    hands.drained(her)
    his.page.reload()
    his.ready("mine")
    expect(his.page.locator('[data-proposal="taken"]')).to_contain_text(REPLY, timeout=PATIENCE_MS)

    hands.sign_in(hr, first(house, "hr"), "board")
    library(hr, "words")
    expect(hr.page.locator('[data-word="taken"]')).to_contain_text(REPLY, timeout=PATIENCE_MS)
    examine(hr, "from the floor", DESK_LEAST)
    hr.shot("library-floor-zh-light")
    open_it(hr, "产量达成率")
    expect(hr.page.locator("[data-own-answers]")).to_have_attribute("data-own-answers", "1")


def test_hr_sees_whom_a_set_is_about_before_it_begins_and_before_it_ends(house, phone):
    hr = phone("hr", size=DESK)
    hands.sign_in(hr, first(house, "hr"), "board")
    library(hr, "sets")
    page = hr.page
    page.locator('[data-set="operator"] [data-set-edit]').click()
    page.locator("[data-set-place]").select_option(label="机加工甲班")
    day = dt.datetime.now(dt.UTC).date() + dt.timedelta(days=5)  # has begun nowhere on earth
    page.locator("[data-set-from]").fill(day.isoformat())
    page.locator("[data-set-save]").click()
    expect(page.locator("[data-affected]")).to_have_attribute("data-affected", "12", timeout=PATIENCE_MS)
    examine(hr, "whom a new set is about", DESK_LEAST)
    hr.shot("library-set-ahead-zh-light")
    page.locator("[data-set-save]").click()
    made = page.locator("[data-set]:has([data-set-end])")
    expect(made).to_have_count(1, timeout=PATIENCE_MS)
    made.locator("[data-set-end]").click()
    page.locator("[data-set-end-it]").click()
    expect(page.locator("[data-affected]")).to_have_attribute("data-affected", "12", timeout=PATIENCE_MS)
    page.locator("[data-set-end-it]").click()
    expect(page.locator("[data-ending]")).to_have_count(0, timeout=PATIENCE_MS)
    made.locator("[data-set-end]").click()
    examine(hr, "a set that has not begun", DESK_LEAST)
    hr.shot("library-set-take-back-zh-light")
    page.locator("[data-set-remove]").click()
    expect(page.locator("[data-ending]")).to_have_count(0, timeout=PATIENCE_MS)
    expect(made).to_have_count(0, timeout=PATIENCE_MS)


def test_hrs_partner_reads_the_board_and_the_values_of_his_area_and_nothing_else(house, phone):
    for size in (DESK, {"width": 360, "height": 740}):
        he = phone(f"partner-{size['width']}", size=size)
        hands.sign_in(he, first(house, "hrbp"), "board")
        expect(he.page.locator("[data-board]")).to_be_visible(timeout=PATIENCE_MS)
        expect(he.page.locator("[data-bring-in-open]")).to_have_count(0)
        places = he.page.locator("nav a").evaluate_all("all => all.map((a) => a.getAttribute('href'))")
        assert places == ["#/board", "#/library", "#/values", "#/my"]
        he.open("#/values")
        he.ready("values")
        expect(he.page.locator("[data-of]")).to_have_count(
            25
        )  # the machining workshop: its head, two shifts, their leads
        he.page.locator('[data-of="10101"]').click()
        expect(he.page.locator('[data-values="10101"]')).to_contain_text("产量达成率", timeout=PATIENCE_MS)
        examine(he, "values of an area", DESK_LEAST if size is DESK else 48)
        he.shot(f"values-area-zh-light-{size['width']}")
