"""What was agreed reaches the form, a value marks on a straight line, a correction tells both, and the sum says all of it."""

import json
import sqlite3
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.e2e import hands
from tests.e2e.eye import examine
from tests.e2e.ground import Grounds
from tests.e2e.house import House, Knocker
from tests.e2e.people import SHIFT_A, first, numbered, plants_day
from tests.e2e.phone import PATIENCE_MS, Phone
from tests.e2e.test_plant_values import Mes

WORKER = "10101"
WHY = "新机器到了，产量不再是主要的"
NEWS = "返工单重复计数"


@pytest.fixture
def house_folder(grounds: Grounds, tmp_path: Path) -> Path:
    """The demo plant, as if output had marked on a straight line from 90 to 100 % from the first: written into the file,
    so on SQLite wherever the other stories are played.
    """
    made = grounds.copy(grounds.demo("sqlite"), tmp_path / "house")
    with sqlite3.connect(made / "gemba.db") as held:
        whose = "indicator_id IN (SELECT id FROM indicator WHERE code = 'OUT')"
        held.execute(f"UPDATE indicator_version SET rule = 'line', bands = NULL WHERE {whose}")
        for one, lines in held.execute("SELECT id, lines FROM agreement").fetchall():
            drawn = [line | ({"rule": "line"} if line["code"] == "OUT" else {}) for line in json.loads(lines)]
            held.execute("UPDATE agreement SET lines = ? WHERE id = ?", (json.dumps(drawn), one))
    held.close()
    return made


def knock(house: House, role: str) -> Knocker:
    who = first(house, role)
    return Knocker(house).sign_in(who.plant, who.employee_no)


def test_agreed_weights_and_a_straight_line_from_the_agreement_to_the_employees_sum(house, phone):
    hr, admin = knock(house, "hr"), knock(house, "admin")
    until = (datetime.now(UTC) + timedelta(hours=2)).isoformat()
    assert hr.call("POST", "/api/agreements/window/open", {"until": until})[0] == 200
    her, his = phone("supervisor"), phone("worker")
    hands.sign_in(her, numbered(house, SHIFT_A), "team")
    she_changes_the_weights(her)
    hands.sign_in(his, numbered(house, WORKER), "my")
    he_agrees(his)

    mes = Mes(house.port, key_of(admin))
    day = plants_day().isoformat()  # the demo's own values end before today
    output: dict[str, Any] = {"employee_no": WORKER, "indicator": "OUT", "period_from": day, "period_to": day}
    sent = mes.send(output | {"value": 97}, output | {"indicator": "FPY", "value": 98.9})
    assert sent["counts"]["refused"] == 0, sent
    hr_opens_a_cycle(hr, day, until)

    her.open("#/team")
    her.page.reload()  # as after a break: she opens the app, and it asks what is new
    her.ready("team")
    mine = her.page.locator("[data-person]", has_text=numbered(house, WORKER).name_zh)
    expect(her.page.locator(".cycle")).to_contain_text("当天评估", timeout=PATIENCE_MS)
    hands.ready_for_the_dead_spot(her)
    mine.click()
    her.ready("score:")
    on_a_line(her, "3.4")
    expect(her.page.locator('[data-line="1"]')).to_contain_text("20%")
    expect(her.page.locator('[data-line="2"]')).to_contain_text("40%")
    her.shot("score-line-zh-light")

    corrected = mes.send(output | {"value": 95.6, "reason": NEWS})
    assert corrected["counts"]["corrected"] == 1, corrected
    her.page.reload()
    her.ready("score:")
    on_a_line(her, "3.12")
    her.network_off()
    she_reads_what_was_corrected(her)
    she_scores_what_is_left_and_submits(her)
    her.network_on()
    hands.drained(her)
    he_reads_the_sum(his)


def she_changes_the_weights(her: Phone) -> None:
    hands.ready_for_the_dead_spot(her)
    her.open("#/agree-team")
    her.ready("agree-team")
    her.page.locator(f'[data-agreement="{WORKER}"]').click()
    her.see("[data-adjust]").click()
    her.page.locator('[data-target="1"]').fill("80")
    expect(her.page.locator('[data-off-line="1"]')).to_be_visible()
    expect(her.page.locator("[data-adjust-save]")).to_be_disabled()
    examine(her, "a target that no line leads through")
    her.shot("adjust-off-line-zh-light")
    her.page.locator('[data-target="1"]').fill("100")
    her.page.locator('[data-weight-of="1"]').fill("20")
    her.page.locator('[data-weight-of="2"]').fill("40")
    her.page.locator("[data-adjust-why]").fill(WHY)
    her.see("[data-adjust-save]").click()
    hands.drained(her)
    expect(her.page.locator('[data-line="1"]')).to_have_attribute("data-weight", "20", timeout=PATIENCE_MS)


def he_agrees(his: Phone) -> None:
    his.see("[data-my-terms]").click()
    his.ready("agree")
    expect(his.page.locator('[data-line="1"]')).to_have_attribute("data-weight", "20", timeout=PATIENCE_MS)
    his.page.locator('[data-line="1"] summary').click()
    expect(his.page.locator('[data-line="1"]')).to_contain_text("按直线折算：90% 记 2 分，100% 记 4 分")
    examine(his, "a straight line in the terms")
    his.shot("agree-line-zh-light")
    his.see('[data-say="confirm"]').click()
    hands.drained(his)
    expect(his.page.locator('[data-said="confirm"]').last).to_have_attribute(
        "data-delivered", "true", timeout=PATIENCE_MS
    )


def key_of(admin: Knocker) -> str:
    end = (datetime.now(UTC) + timedelta(days=30)).isoformat()
    status, made = admin.call(
        "POST", "/api/values/keys", {"name": "MES", "source": "MES", "indicators": [], "expires_at": end}
    )
    assert status == 201, made
    return str(made["key"])


def hr_opens_a_cycle(hr: Knocker, day: str, until: str) -> None:
    people = hr.call("GET", "/api/people")[1]
    place = next(one["department_id"] for one in people if one["employee_no"] == WORKER)
    asked = {"name_zh": "当天评估", "name_en": "Evaluation of the day", "period_from": day, "period_to": day}
    status, cycle = hr.call("POST", "/api/cycles", asked | {"deadline_at": until, "department_ids": [place]})
    assert status == 201, cycle
    assert hr.call("POST", f"/api/cycles/{cycle['id']}/open")[0] == 200


def on_a_line(her: Phone, mark: str) -> None:
    row = her.page.locator('[data-line="1"]')
    expect(row).to_have_attribute("data-mark", mark, timeout=PATIENCE_MS)
    expect(row).to_contain_text("90%–100% 直线")
    row.click()
    expect(her.page.locator("[data-dock]")).to_contain_text("数据到")
    examine(her, "a mark on a straight line")


def she_reads_what_was_corrected(her: Phone) -> None:
    expect(her.page.locator('[data-line="1"]')).to_contain_text("数值更正过")
    her.shot("score-corrected-zh-light")
    her.see("[data-evidence]").click()
    sheet = her.page.locator("dialog[open]")
    told = sheet.locator("[data-correction]")
    expect(told).to_have_count(1)
    expect(told).to_contain_text("97 改为 95.6")
    expect(told).to_contain_text(NEWS)
    expect(sheet.locator("[data-on-line]")).to_contain_text("90% 记 2 分")
    expect(sheet.locator("[data-data-to]").first).to_be_visible()
    examine(her, "evidence of a corrected value")
    her.shot("evidence-corrected-zh-light")
    her.page.keyboard.press("Escape")
    expect(sheet).to_have_count(0)


def she_scores_what_is_left_and_submits(her: Phone) -> None:
    for line in hands.lines(her):
        if line["mark"] is None:
            hands.give(her, line["key"], 4)
    done = int(her.page.get_attribute("html", "data-done") or 0)
    hands.submit(her, done + 1)


def he_reads_the_sum(his: Phone) -> None:
    his.open("#/my")
    his.page.reload()
    his.ready("my")
    expect(his.page.locator("h1")).to_contain_text("当天评估", timeout=PATIENCE_MS)
    why = his.page.locator('[data-why="1"]')
    expect(why).to_have_attribute("data-mark", "3.12")
    expect(why).to_contain_text("3.12 × 20% = 0.624")
    expect(why.locator("[data-data-to]")).to_contain_text("数据到")
    his.see("[data-sum-open]").click()
    told = his.page.locator("[data-sum]")
    for words in ("90% 记 2 分", "→ 3.12", "权重按约定，原为 30%", "20% × 3.12", "= 0.624", "40% × "):
        expect(told).to_contain_text(words)
    examine(his, "the sum of agreed weights and a line")
    his.shot("my-line-zh-light")
