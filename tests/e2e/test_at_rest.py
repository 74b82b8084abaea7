"""At rest: what lies on a phone is for its owner alone, and what waits there is sent all the same (faults 29 and 30)."""

import base64
import secrets
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.e2e import desk as hr_desk
from tests.e2e import hands
from tests.e2e.eye import examine
from tests.e2e.house import Knocker
from tests.e2e.people import NEIGHBOUR, SHIFT_A, first, numbered
from tests.e2e.phone import DESK, PATIENCE_MS, Phone, within
from tests.e2e.profile import found_in

PIN, WRONG = "271839", "604815"


def canary() -> str:
    """Letters that no compression shortens and no file holds by chance."""
    return "k" + base64.b32encode(secrets.token_bytes(15)).decode().rstrip("=").lower()


def at_the_desk(house: Any, phone: Any) -> Phone:
    hr: Phone = phone("hr", size=DESK)
    hands.sign_in(hr, first(house, "hr"), "board")
    return hr


def desk(house: Any) -> Knocker:
    hr = first(house, "hr")
    return Knocker(house).sign_in(hr.plant, hr.employee_no)


def device_of(house: Any, number: str) -> str:
    """The phone on which this person signed in last, as HR's desk lists it."""
    status, devices = desk(house).call("GET", "/api/devices")
    assert status == 200, devices
    return next(one["id"] for one in devices if any(user["employee_no"] == number for user in one["users"]))


def flag(house: Any, number: str, kind: str) -> None:
    """HR says of a phone that it is shared, or lost."""
    status, answer = desk(house).call("POST", f"/api/devices/{device_of(house, number)}/{kind}", {kind: True})
    assert status == 204, answer


def type_pin(phone: Phone, pin: str) -> None:
    phone.see("[data-pin]")
    for digit in pin:
        phone.page.locator(f'[data-key="{digit}"]').click()


def says(phone: Phone, words: str) -> None:
    """What the pad says of the last PIN."""
    expect(phone.page.locator("[data-says]")).to_contain_text(words, timeout=PATIENCE_MS)


def choose_pin(phone: Phone, pin: str) -> None:
    phone.see("[data-choose-pin]")
    type_pin(phone, pin)
    expect(phone.page.locator("[data-pin] .full")).to_have_count(0)
    type_pin(phone, pin)


def protect(phone: Phone, pin: str = PIN) -> None:
    """Puts a PIN in front, as the sheet of this phone offers it."""
    phone.open("#/phone")
    phone.see("[data-pin-page]").click()
    phone.ready("pin")
    choose_pin(phone, pin)
    phone.see("[data-on]").click()
    phone.ready("team")


def lock_now(phone: Phone) -> None:
    phone.open("#/pin")
    phone.see("[data-lock-now]").click()
    phone.see("[data-pin]")


def unlock(phone: Phone, pin: str = PIN) -> None:
    type_pin(phone, pin)
    phone.ready("team")


def write_canary(phone: Phone, place: int) -> str:
    """A comment on somebody's page that can be looked for, and is submitted by nobody."""
    hands.open_person(phone, place)
    key = next(line["key"] for line in hands.lines(phone) if line["mark"] is None)
    hands.give(phone, key, 2)
    hands.rested(phone)
    word = canary()
    hands.write_words(phone, f"{word} 换模快了")
    within(10, "the comment is in the outbox", lambda: phone.queued() >= 2)
    phone.open("#/team")
    phone.ready("team")
    return word


def stored_text(phone: Phone) -> str:
    """Every byte of every value in IndexedDB, read by a blank page of the same origin that runs none of our code."""
    page = phone.new_page()
    page.goto(phone.url + "icons/gear.svg")
    text = page.evaluate(READ_EVERY_BYTE)
    page.close()
    return str(text)


READ_EVERY_BYTE = """async () => {
  const wait = (r) => new Promise((ok, no) => { r.onsuccess = () => ok(r.result); r.onerror = () => no(r.error) });
  const seen = [];
  const tell = (value) => {
    if (value instanceof ArrayBuffer) value = new Uint8Array(value);
    if (ArrayBuffer.isView(value)) return seen.push(new TextDecoder('utf-8').decode(value), new TextDecoder('utf-16le').decode(value));
    if (value instanceof CryptoKey) return seen.push(`extractable:${value.extractable}`);
    if (value && typeof value === 'object') return Object.entries(value).forEach(([k, v]) => (seen.push(k), tell(v)));
    seen.push(String(value));
  };
  for (const { name } of await indexedDB.databases()) {
    seen.push(name);
    const db = await wait(indexedDB.open(name));
    for (const store of db.objectStoreNames) {
      const at = db.transaction(store).objectStore(store);
      tell(await wait(at.getAllKeys()));
      tell(await wait(db.transaction(store).objectStore(store).getAll()));
    }
    db.close();
  }
  for (const name of await caches.keys()) for (const request of await (await caches.open(name)).keys()) seen.push(request.url);
  for (const one of [localStorage, sessionStorage]) seen.push(JSON.stringify({ ...one }));
  return seen.join(' ');
}"""


@pytest.fixture
def shared(house, her) -> Phone:
    """A phone that HR marked as shared before anybody scored on it; its first user has chosen a PIN."""
    made = her
    flag(house, SHIFT_A, "shared")
    made.page.evaluate(
        "async () => { for (const { name } of await indexedDB.databases()) if (name !== 'gemba:device') indexedDB.deleteDatabase(name) }"
    )
    made.context.clear_cookies()
    made.page.close()
    made.page = made.new_page()
    made.open("#/sign-in")
    made.page.locator(f'[data-demo-person="{SHIFT_A}"]').first.click()
    choose_pin(made, PIN)
    made.ready("team")
    hands.ready_for_the_dead_spot(made)
    made.pocket()
    unlock(made)
    return made


def test_a_locked_phone_that_is_killed_holds_nothing_that_can_be_read(house, phone, shared):
    names = sorted(hands.team_names(house, numbered(house, SHIFT_A)))
    assert len(names) == 12
    shared.network_off()
    words = [write_canary(shared, place) for place in (0, 1)]
    waiting = shared.queued()
    lock_now(shared)
    text = stored_text(shared)
    assert [word for word in [*words, *names] if word in text] == []
    assert "extractable:true" not in text
    shared.kill()
    assert found_in(shared.profile, [*words, *names]) == {}
    shared.start()
    shared.open()
    assert shared.queued() == waiting
    for _ in range(3):
        type_pin(shared, WRONG)
        says(shared, "不对")
    assert shared.page.locator('[data-person="0"]').count() == 0
    unlock(shared)
    shared.network_on()
    hands.drained(shared)


def test_what_the_scan_finds_on_a_phone_that_is_open_to_read(house, phone, tmp_path):
    """The scan itself is tried: a word written in plain is found in the profile of a killed browser."""
    made = phone("plain")
    made.open("#/sign-in")
    word = canary()
    put = """(word) => new Promise((ok, no) => {
      const opening = indexedDB.open('scan', 1);
      opening.onupgradeneeded = () => opening.result.createObjectStore('s');
      opening.onsuccess = () => { const tx = opening.result.transaction('s', 'readwrite', { durability: 'strict' });
        tx.objectStore('s').put({ v: 0, p: { text: word + ' 换模' } }, 1); tx.oncomplete = () => ok(); tx.onerror = () => no(tx.error) };
    })"""
    made.page.evaluate(put, word)
    assert word in stored_text(made)
    made.kill()
    assert word in found_in(made.profile, [word])


def test_the_next_user_of_a_shared_phone_sees_only_how_much_waits(house, phone, shared):
    shared.network_off()
    word = write_canary(shared, 0)
    waiting = shared.queued()
    shared.network_on()
    shared.weather.become(503)
    hands.switch_user(shared)
    shared.weather.become("clear")
    mine = shared.page.locator(f'[data-known="{SHIFT_A}"]')
    expect(mine).to_contain_text(f"待送达 {waiting}")
    shared.page.reload()  # the doors were shut a moment ago
    shared.page.locator(f'[data-demo-person="{NEIGHBOUR}"]').first.click()
    choose_pin(shared, "918273")
    shared.ready("team")
    assert word not in shared.page.content()
    assert word not in stored_text(shared)
    assert shared.queued() >= waiting
    hands.switch_user(shared)
    mine.click()
    type_pin(shared, "918273")
    says(shared, "不对")
    unlock(shared)
    shared.page.wait_for_selector('[data-person="0"]')
    shared.open("#/sign-in")
    shared.page.locator(f'[data-demo-person="{SHIFT_A}"]').first.click()
    shared.ready("team")
    hands.drained(shared)


def test_a_pin_that_is_guessed_at_costs_time_then_a_login_and_never_an_edit(her):
    her.network_off()
    write_canary(her, 0)
    waiting = her.queued()
    protect(her)
    lock_now(her)
    for guess in range(5):
        type_pin(her, f"60481{guess}")
        says(her, "秒后" if guess == 4 else "不对")
    type_pin(her, PIN)
    says(her, "秒后")
    examine(her, "waiting after wrong PINs")
    her.restart_cold()
    type_pin(her, WRONG)
    says(her, "秒后")
    her.network_on()
    her.page.reload()  # the sign-in page asks for its doors anew
    her.see("[data-forgot]").click()
    her.page.locator(f'[data-demo-person="{SHIFT_A}"]').first.click()
    choose_pin(her, "918273")
    her.ready("team")
    assert waiting > 0
    hands.drained(her)
    lock_now(her)
    unlock(her, "918273")


def test_the_phones_own_key_opens_without_a_network(house, phone):
    her = phone("platform")
    cdp = her.cdp()
    cdp.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2", "ctap2Version": "ctap2_1", "transport": "internal", "hasResidentKey": True,
        "hasUserVerification": True, "isUserVerified": True, "hasPrf": True, "automaticPresenceSimulation": True,
    }  # fmt: skip
    cdp.send("WebAuthn.addVirtualAuthenticator", {"options": options})
    her.page.goto(f"http://localhost:{her.weather.port}/#/sign-in")
    her.page.locator(f'[data-demo-person="{SHIFT_A}"]').first.click()
    her.ready("team")
    hands.ready_for_the_dead_spot(her)
    her.page.evaluate("() => { location.hash = '#/pin' }")
    her.see("[data-own-key]").check()
    choose_pin(her, PIN)
    expect(her.page.locator("[data-says-pin]")).to_contain_text("密码定好了", timeout=PATIENCE_MS)
    her.see("[data-on]").click()
    her.network_off()
    her.page.evaluate("() => { location.hash = '#/pin' }")
    her.see("[data-lock-now]").click()
    her.see("[data-platform]").click()
    her.ready("team")
    her.page.wait_for_selector('[data-person="0"]')


def test_a_lost_phone_hands_in_and_keeps_nothing(house, phone, her):
    her.network_off()
    word = write_canary(her, 0)
    protect(her)
    lock_now(her)
    waiting = her.queued()
    hr = at_the_desk(house, phone)
    hr_desk.handset_from_the_board(hr, numbered(house, SHIFT_A))
    hr.see("[data-lose]").click()
    expect(hr.page.locator(".ask")).to_contain_text("什么也不留")
    hr.page.locator(".ask .btn-quiet").click()
    assert hr.page.locator("[data-lost-at]").count() == 0, "it is asked once more before anything is done"
    hr_desk.report_lost(hr)
    her.network_on()
    her.open("#/team")
    her.page.reload()
    her.see("[data-lost]")
    within(20, "rows are gone without a PIN", lambda: rows(her) == 0)
    assert her.queued() == waiting
    assert word not in stored_text(her)
    type_pin(her, PIN)
    within(40, "everything was handed in, and the database is gone", lambda: len(her.storage()) == 1)
    assert parked(house) >= waiting
    hr.see("[data-find]").click()
    expect(hr.page.locator("[data-lose]")).to_be_visible(timeout=PATIENCE_MS)
    hands.sign_in(her, numbered(house, SHIFT_A), "team")
    her.page.wait_for_selector('[data-person="0"]')


def rows(phone: Phone) -> int:
    return sum(len(db.get("rows", [])) for db in phone.storage().values())


def parked(house: Any) -> int:
    hr = desk(house)
    cycle = next(each["id"] for each in hr.call("GET", "/api/cycles")[1] if each["state"] == "open")
    status, board = hr.call("GET", f"/api/completion/board?cycle_id={cycle}")
    assert status == 200, board
    return len(board["parked"])


def test_hrs_code_hands_in_what_lies_behind_a_forgotten_pin(house, phone, her):
    her.network_off()
    write_canary(her, 0)
    protect(her)
    lock_now(her)
    her.context.clear_cookies()
    hr = at_the_desk(house, phone)
    hr_desk.handset(hr, device_of(house, SHIFT_A))
    hr_desk.report_lost(hr)
    code = hr_desk.hand_in_code(hr, SHIFT_A)
    her.network_on()
    her.page.reload()
    her.see("[data-lost]")
    her.see("[data-forgot]").click()
    her.page.locator("[data-drain] input").fill(code)
    her.page.locator("[data-drain] button").click()
    within(40, "everything was handed in, and the database is gone", lambda: len(her.storage()) == 1)
    assert parked(house) >= 2
