"""A phone that cannot send: it says so, saves a sealed file, HR brings the file in, and the phone may still come."""

import json
import re
from pathlib import Path

from playwright.sync_api import expect

from tests.e2e import hands
from tests.e2e.people import SHIFT_A, first, numbered
from tests.e2e.phone import DESK, PATIENCE_MS, within
from tests.faults.handset import BATCH, Handset
from tests.faults.oracle import Oracle


def keeps_the_key(phone) -> bool:
    return any("proof" in json.dumps(value) for db in phone.storage().values() for value in db.get("meta", []))


def test_the_file_of_a_phone_that_cannot_send_is_brought_in_once_and_explained(house, phone, her, tmp_path: Path):
    boss = numbered(house, SHIFT_A)
    within(30, "the phone keeps what it seals with", lambda: keeps_the_key(her))
    her.network_off()
    here = hands.open_person(her, 0)
    key = next(line["key"] for line in hands.lines(her) if line["mark"] is None)
    hands.score_person(her, 0)
    hands.submit(her, 1)
    waiting = her.queued()

    her.open("#/phone")
    expect(her.see("[data-oldest]")).to_contain_text(re.compile("最早的一项 .*连不到服务器"), timeout=PATIENCE_MS)
    with her.page.expect_download() as downloading:
        her.see("[data-export]").click()
    file = tmp_path / downloading.value.suggested_filename
    downloading.value.save_as(file)
    expect(her.page.locator("[role=status]").last).to_contain_text("只有工厂的服务器打得开", timeout=PATIENCE_MS)
    assert file.suffix == ".gemba"
    head, sealed = file.read_text("utf-8").strip().split("\n")
    shown = json.loads(head)
    assert (shown["plant"], shown["employee_no"], shown["count"]) == (boss.plant, boss.employee_no, waiting)
    assert "score" not in head
    assert "submit" not in head
    assert re.fullmatch(r"[\w-]+\.[\w-]+\.[\w-]+", sealed)

    hr = phone("hr", size=DESK)
    hands.sign_in(hr, first(house, "hr"), "board")
    hr.see("[data-bring-in-open]").click()
    hr.page.locator("[data-bring-in-file]").set_input_files(file)
    expect(hr.see("[data-bring-in-head]")).to_contain_text(f"{boss.employee_no} 号员工")
    hr.shot("bring-in-zh-light")
    hr.see("[data-bring-in]").click()
    expect(hr.see("[data-brought-in]")).to_contain_text(f"{boss.name_zh}的 {waiting} 项收完了", timeout=PATIENCE_MS)
    tampered = tmp_path / "tampered.gemba"
    tampered.write_text(f"{head.replace(boss.employee_no, '99999')}\n{sealed}\n", "utf-8")
    hr.page.locator("[data-bring-in-file]").set_input_files(tampered)
    hr.see("[data-bring-in]").click()
    expect(hr.see("[role=alert]")).to_contain_text("这个文件被改过", timeout=PATIENCE_MS)

    her.network_on()
    hands.drained(her)
    hr.open(f"#/history/{hands.canonical_id(here)}/score/{key}")
    hr.ready("history")
    expect(hr.page.locator('[data-step="set"]')).to_have_count(1, timeout=PATIENCE_MS)
    step = hr.page.locator('[data-step="set"]').first
    expect(step).to_contain_text(boss.name_zh)
    expect(step.locator("[data-brought-in]")).to_contain_text("收文件收进来的")
    expect(step.locator("[data-seen]")).to_contain_text("写的时候这里是空的")
    hr.shot("history-brought-in-zh-light")


def test_what_a_cleared_phone_had_not_sent_is_named_to_its_user_and_to_hr(house, phone, tmp_path: Path):
    boss = numbered(house, SHIFT_A)
    old = Handset(house.port, boss.employee_no, Oracle(tmp_path / "oracle.jsonl"))
    old.sign_in()
    assert old.round()
    for _ in range(BATCH + 7):
        old.score_somebody()
    assert old.round()
    assert len(old.queue) == 7, "its site data go now, and these with them"

    her = phone("supervisor")
    hands.sign_in(her, boss, "team")
    left = her.see("[data-left-elsewhere]")
    expect(left).to_contain_text("还有 7 项没送", timeout=PATIENCE_MS)
    expect(left).to_contain_text("要重新评，也告诉人事")
    her.shot("left-elsewhere-zh-light")
    hands.drained(her)

    hr = phone("hr", size=DESK)
    hands.sign_in(hr, first(house, "hr"), "board")
    hr.open("#/phones")
    expect(hr.page.locator('[data-maybe-gone="7"]')).to_contain_text("可能丢了 7 项", timeout=PATIENCE_MS)
    hr.page.locator('[data-maybe-gone="7"]').click()
    expect(hr.see("[data-elsewhere]")).to_contain_text("请他重新评", timeout=PATIENCE_MS)
