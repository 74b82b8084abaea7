"""What people do on the screens, one function for each thing; each waits for what the screen then says."""

import re
from typing import Any

from playwright.sync_api import expect

from tests.e2e.house import House, Knocker
from tests.e2e.people import Somebody, first
from tests.e2e.phone import PATIENCE_MS, Phone, within

LINES = """() => [...document.querySelectorAll('[data-line]')].map((e) => ({
  key: e.dataset.line, mark: Number(e.dataset.mark) || null, by: e.dataset.by, text: e.innerText.replace(/\\s+/g, ' ') }))"""


def sign_in(phone: Phone, who: Somebody, then: str) -> None:
    """One tap in the demo; `then` is the screen that must come."""
    phone.open("#/sign-in")
    phone.page.locator(f'[data-demo-person="{who.employee_no}"]').first.click()
    phone.ready(then)
    if then == "team":
        phone.page.wait_for_selector('[data-person="0"]')


def counter(phone: Phone) -> str:
    """The team page's count as n/12."""
    return re.sub(r"\s", "", phone.page.locator("[data-counter]").first.inner_text())


def lines(phone: Phone) -> list[dict[str, Any]]:
    return list(phone.page.evaluate(LINES))


def open_person(phone: Phone, place: int) -> str:
    """Taps the person at that place of the team page. Returns the evaluation's id on this phone."""
    phone.page.locator(f'[data-person="{place}"]').first.click()
    return phone.ready("score:").removeprefix("score:")


def rested(phone: Phone) -> None:
    """The keys are deaf for 400 ms after a mark that flows on."""
    phone.wait("() => !document.querySelector('[data-dock] .rest')")


def choose_line(phone: Phone, key: str) -> None:
    row = phone.page.locator(f'[data-line="{key}"]')
    if row.get_attribute("aria-current") != "true":
        row.click()
    expect(row).to_have_attribute("aria-current", "true")


def tap_mark(phone: Phone, value: int) -> None:
    rested(phone)
    phone.page.locator(f'[data-dock] label:has(input[name="rating"][value="{value}"])').click()


def give(phone: Phone, key: str, value: int) -> None:
    """One mark on one line; returns when the page says that it is on the disk."""
    choose_line(phone, key)
    tap_mark(phone, value)
    expect(phone.page.locator(f'[data-line="{key}"]')).to_have_attribute("data-mark", str(value), timeout=PATIENCE_MS)


def quick_comment(phone: Phone) -> str:
    """Chooses the first quick comment that states a fact. Returns its words."""
    rested(phone)
    chip = phone.page.locator("[data-dock] [data-chip]:not([data-blank])").first
    words = chip.inner_text().strip()
    chip.click()
    return words


def score_person(phone: Phone, seed: int) -> str:
    """Scores what people must judge, one 2 with its quick comment among them. Returns the words of that comment."""
    open_keys = [line["key"] for line in lines(phone) if line["mark"] is None]
    said = ""
    for n, key in enumerate(open_keys):
        low = n == seed % len(open_keys)
        give(phone, key, 2 if low else 3 + (seed + n) % 2)
        if low:
            said = quick_comment(phone)
    return said


def submit(phone: Phone, done: int) -> None:
    """提交; `done` is how many evaluations this phone has then submitted."""
    rested(phone)
    phone.see("[data-submit]").click()
    phone.page.wait_for_selector(f'html[data-done="{done}"]', state="attached")


def next_person(phone: Phone, was: str) -> str:
    """After a submit the next person comes by itself. Returns the evaluation's id."""
    phone.wait(
        "(was) => { const r = document.documentElement.dataset.ready || ''; return r.startsWith('score:') && r !== was }",
        f"score:{was}",
    )
    return (phone.page.get_attribute("html", "data-ready") or "").removeprefix("score:")


def drained(phone: Phone, seconds: float = 60) -> None:
    """Waits until nothing on this phone waits for a receipt; nobody touches anything."""
    within(seconds, f"the outbox is empty, it holds {phone.queued()}", lambda: phone.queued() == 0)


def ready_for_the_dead_spot(phone: Phone) -> None:
    """Waits until the shell is cached and every scope has arrived: from then on the phone needs no network."""

    def whole() -> bool:
        scopes = [scope for db in phone.storage().values() for scope in db.get("scopes", [])]
        return len(scopes) > 1 and all(scope["cursor"] > 0 for scope in scopes)

    within(30, "every scope has arrived", whole)
    phone.wait("async () => (await navigator.serviceWorker.ready).active?.state === 'activated'")


def canonical_id(short: str) -> str:
    """The canonical text of an id that the wire shortens to 22 characters of base64url."""
    import base64
    import uuid

    return str(uuid.UUID(bytes=base64.urlsafe_b64decode(short + "==")))


def team_names(house: House, boss: Somebody) -> set[str]:
    """The Chinese names of everybody whom this supervisor rates, as HR's API knows them."""
    hr = first(house, "hr")
    desk = Knocker(house).sign_in(hr.plant, hr.employee_no)
    people = desk.call("GET", "/api/people")[1]
    mine = next(each["id"] for each in people if each["employee_no"] == boss.employee_no)
    return {each["name_zh"] for each in people if each["supervisor_id"] == mine}


def end_other_sessions(house: House, who: Somebody) -> None:
    """The same person ends every session but the one of this call, from another machine."""
    desk = Knocker(house).sign_in(who.plant, who.employee_no)
    status, sessions = desk.call("GET", "/api/auth/sessions")
    assert status == 200, sessions
    for each in sessions:
        if not each.get("current"):
            assert desk.call("DELETE", f"/api/auth/sessions/{each['id']}")[0] < 300


def name_here(phone: Phone) -> str:
    """The name at the head of the scoring page, without the job."""
    return phone.page.locator("h1").first.evaluate("(h) => h.firstChild.textContent.trim()")


def write_words(phone: Phone, words: str) -> None:
    """Own words on the open line: the reason of a changed mark, or a comment."""
    phone.see("[data-pencil]").click()
    phone.page.locator("dialog textarea").fill(words)
    phone.page.locator("dialog [data-save]").click()
    expect(phone.page.locator("dialog[open]")).to_have_count(0)


def switch_user(phone: Phone) -> None:
    """Back to the sign-in page from the team's menu; nothing of the one who leaves is forgotten."""
    phone.open("#/team")
    phone.ready("team")
    phone.see("[data-menu]").click()
    phone.see("[data-switch-user]").click()
    phone.ready("sign-in")
