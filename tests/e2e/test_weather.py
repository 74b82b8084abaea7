"""Bad weather: each kind says in plain words what is so, and loses nothing. The network is cut by a proxy, not by a mock."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.e2e import hands
from tests.e2e.house import Knocker
from tests.e2e.people import SHIFT_A, numbered
from tests.e2e.phone import PATIENCE_MS, Phone, within


def score_one(her: Phone) -> str:
    """Scores and submits the first person. Returns the evaluation's id."""
    here = hands.open_person(her, 0)
    hands.score_person(her, 0)
    hands.submit(her, 1)
    return here


def says(her: Phone, words: str) -> None:
    expect(her.page.locator("[data-sync]").first).to_contain_text(re.compile(words), timeout=PATIENCE_MS * 2)


def test_a_captive_portals_page_is_believed_nowhere(her):
    her.weather.become("captive")
    score_one(her)
    her.open("#/team")
    says(her, "登录")
    waiting = her.queued()
    assert waiting > 0, "200 OK of a portal is no receipt"
    her.restart_cold()
    her.ready("team")
    assert her.queued() == waiting
    assert "Welcome" not in her.page.content(), "no portal page in the shell"
    her.network_on()
    hands.drained(her)


@pytest.mark.parametrize("status", [500, 503, 429, 502])
def test_an_error_page_of_the_server_deletes_nothing(her, status):
    her.weather.become(status)
    score_one(her)
    her.open("#/team")
    says(her, "服务器|没应|待送达")
    waiting = her.queued()
    assert waiting > 0
    her.network_on()
    hands.drained(her, seconds=120)


def test_an_answer_lost_after_the_server_had_the_request_counts_once(house, her):
    her.network_off()
    here = score_one(her)
    her.weather.become("lost")
    her.context.set_offline(False)
    her.offline = False
    within(60, "the server's answer was lost at least once", lambda: her.weather.lost > 0)
    assert her.queued() > 0, "without an answer nothing is delivered"
    her.network_on()
    hands.drained(her)
    boss = numbered(house, SHIFT_A)
    knocker = Knocker(house).sign_in(boss.plant, boss.employee_no)
    record = hands.canonical_id(here)
    status, steps = knocker.call("GET", f"/api/evaluations/{record}/history?field=status")
    assert status == 200, steps
    assert sum(step["kind"] == "submitted" for step in steps) == 1


def test_a_slow_network_delivers_in_the_end(her):
    her.network_off()
    score_one(her)
    her.weather.become("slow")
    her.offline = False
    her.context.set_offline(False)
    hands.drained(her, seconds=90)


FULL_DISK = """() => {
  const store = IDBObjectStore.prototype, kept = { add: store.add, put: store.put };
  const refuse = () => { throw new DOMException('full', 'QuotaExceededError') };
  Object.assign(store, { add: refuse, put: refuse });
  window.room = () => Object.assign(store, kept);
}"""


def test_a_full_phone_never_shows_a_mark_that_is_not_on_the_disk(her):
    hands.open_person(her, 0)
    key = next(line["key"] for line in hands.lines(her) if line["mark"] is None)
    # A quota of 0 still lets a small record through in Chromium, so the refusal itself is switched on and off.
    her.page.evaluate(FULL_DISK)
    hands.choose_line(her, key)
    hands.tap_mark(her, 3)
    says(her, "没存上|满")
    expect(her.page.locator(f'[data-line="{key}"]')).to_have_attribute("data-mark", "")
    her.page.evaluate("() => window.room()")
    her.page.locator("[data-sync]").first.click()
    expect(her.page.locator(f'[data-line="{key}"]')).to_have_attribute("data-mark", "3")


def test_a_window_that_cannot_store_anything_says_so(house, phone):
    made = phone("private")
    made.context.add_init_script(
        "IDBFactory.prototype.open = function () { throw new DOMException('denied', 'SecurityError') }"
    )
    made.page.close()
    made.page = made.new_page()
    made.open()
    expect(made.page.locator("body")).to_contain_text(re.compile("存不住|存不了|普通窗口"), timeout=PATIENCE_MS)


def test_two_tabs_of_one_person_lose_nothing_and_agree(her):
    her.network_off()
    here = hands.open_person(her, 0)
    keys = [line["key"] for line in hands.lines(her) if line["mark"] is None]
    first_tab = her.page
    second_tab = her.page = her.new_page()
    her.open(f"#/score/{here}")
    her.ready(f"score:{here}")
    hands.give(her, keys[0], 4)
    her.page = first_tab
    hands.give(her, keys[1], 3)
    for tab in (first_tab, second_tab):
        expect(tab.locator(f'[data-line="{keys[0]}"]')).to_have_attribute("data-mark", "4", timeout=PATIENCE_MS)
        expect(tab.locator(f'[data-line="{keys[1]}"]')).to_have_attribute("data-mark", "3", timeout=PATIENCE_MS)
    her.network_on()
    hands.drained(her)


def test_a_new_version_waits_for_consent_and_keeps_unsent_work(her, dist: Path):
    her.weather.become(503)
    score_one(her)
    her.open("#/team")
    waiting = her.queued()
    her.weather.become("clear")
    worker = dist / "sw.js"
    worker.write_text(worker.read_text("utf-8") + "\n// a later build\n", "utf-8")
    her.page.evaluate("async () => (await navigator.serviceWorker.getRegistration()).update()")
    offer = her.see("[data-update]")
    assert her.page.evaluate("async () => Boolean((await navigator.serviceWorker.getRegistration()).waiting)"), (
        "it waits"
    )
    with her.page.expect_navigation():  # consent given: the page comes again under the new worker
        offer.click()
    her.ready("team")
    assert not her.page.evaluate("async () => Boolean((await navigator.serviceWorker.getRegistration()).waiting)")
    assert waiting > 0
    hands.drained(her)


def test_a_part_that_neither_the_cache_nor_the_server_has_says_so_and_can_be_asked_for_again(her):
    """The browser may throw the cache away, and a newer app may have taken the place of this one's files."""
    her.page.evaluate("caches.keys().then((all) => Promise.all(all.map((name) => caches.delete(name))))")
    her.cdp().send("Network.clearBrowserCache")
    her.network_off()
    her.see("[data-menu]").click()
    expect(her.page.locator("[role=alert][data-missing]")).to_contain_text("你存过的都在", timeout=PATIENCE_MS)
    her.network_on()
    her.see("[data-again]").click()
    her.see("dialog[open] [data-switch-user]")
    her.network_off()
    her.open("#/my")
    expect(her.page.locator("main[data-missing]")).to_contain_text("有网时再打开一次", timeout=PATIENCE_MS)
    her.network_on()
    her.see("[data-again]").click()
    her.ready("my")
