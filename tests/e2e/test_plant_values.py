"""Values from another system: a key, a flagged jump, a correction, an objection and its answer, progress on two phones."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from datetime import date, timedelta
from typing import Any

from playwright.sync_api import expect

from server.demo import facts
from tests.e2e import eye, hands
from tests.e2e.people import first, numbered, plants_day
from tests.e2e.phone import DESK, PATIENCE_MS, Phone

WORKER = "10101"


class Mes:
    """The plant's MES: it knows an address and a key, and no cookie."""

    def __init__(self, port: int, key: str) -> None:
        self._url, self._key, self._n = f"http://127.0.0.1:{port}/api/values", key, 0

    def send(self, *rows: dict[str, Any]) -> dict[str, Any]:
        self._n += 1
        headers = {
            "Authorization": f"Bearer {self._key}",
            "Idempotency-Key": f"story-{self._n:04}",
            "Content-Type": "application/json",
        }
        asked = urllib.request.Request(self._url, json.dumps({"rows": list(rows)}).encode(), headers)
        with urllib.request.urlopen(asked, timeout=30) as answer:
            return json.load(answer)  # type: ignore[no-any-return]


def a_day_of_the_cycle() -> date:
    """The last day that is past, lies in the month of the open cycle, and begins no week: the demo's weeks have their
    values already."""
    today = plants_day()
    day = min(today - timedelta(days=today.weekday() + 1), facts.month_end(facts.running_month(today)))
    return day - timedelta(days=day.weekday() == 0)


def own_page(phone: Phone) -> None:
    phone.open("#/my")
    phone.open("#/progress")
    phone.ready("progress")


def test_a_value_on_its_way_from_the_machine_to_the_answer_of_an_objection(house, phone, her):
    worker = numbered(house, WORKER)
    admin = phone("admin", size=DESK)
    hands.sign_in(admin, first(house, "admin"), "my")
    admin.open("#/keys")
    admin.ready("keys")
    admin.see("[data-key-name]").fill("MES")
    admin.see("[data-key-source]").fill("MES")
    admin.see("[data-key-make]").click()
    key = admin.see("[data-key]").inner_text().strip()
    assert key.startswith("gmb_")
    eye.examine(admin, "keys", eye.DESK_LEAST)

    hr = phone("hr", size=DESK)
    hands.sign_in(hr, first(house, "hr"), "board")
    hr.open("#/values")
    hr.ready("values")
    sources = hr.page.locator("[data-source]")
    expect(sources.first).to_be_visible(timeout=PATIENCE_MS)
    hr.see('[data-set-source="MES"]').click()
    hr.see("[data-source-owner]").fill(first(house, "hr").employee_no)
    hr.see("[data-source-save]").click()
    expect(hr.see('[data-source="MES"]')).to_contain_text(f"负责人：{first(house, 'hr').name_zh}", timeout=PATIENCE_MS)

    hr.see('[data-set-source="MES"]').click()
    hr.see("[data-source-changes] summary").click()
    expect(hr.see("[data-source-changes]")).to_contain_text(first(house, "hr").employee_no)
    eye.examine(hr, "a source's history", eye.DESK_LEAST)
    hr.shot("values-source-zh-light")
    hr.page.keyboard.press("Escape")

    mes = Mes(house.port, key)
    day = a_day_of_the_cycle().isoformat()
    row = {
        "employee_no": WORKER,
        "indicator": "OUT",
        "period_from": day,
        "period_to": day,
        "value": 9500,
    }
    told = mes.send(row)["rows"][0]
    assert (told["fate"], told["flags"]) == ("new", ["jump"])
    hr.open("#/board")
    hr.open("#/values")
    expect(hr.see('[data-flag="jump"]')).to_contain_text(worker.name_zh)
    eye.examine(hr, "values", eye.DESK_LEAST)
    hr.shot("values-desk-zh-light")
    assert mes.send(row | {"value": 95.0})["rows"][0]["code"] == "reason_missing"
    assert mes.send(row | {"value": 95.0, "reason": "小数点错位"})["rows"][0]["fate"] == "corrected"

    his = phone("worker")
    hands.sign_in(his, worker, "my")
    own_page(his)
    series = his.see('[data-own-series="OUT"]')
    expect(series).to_contain_text("小数点错位", timeout=PATIENCE_MS)
    expect(series.locator("[data-data-to]")).to_be_visible()
    expect(his.see("[data-leave]")).to_contain_text("工伤从不降低")
    eye.examine(his, "own progress")
    his.shot("progress-own-zh-light")
    his.see('[data-object="OUT"]').click()
    his.see("[data-object-reason]").fill("周三设备停机，不是我的产量")
    his.see("[data-object-send]").click()
    expect(his.see('[data-objection="open"]')).to_contain_text("最晚")

    hr.open("#/board")
    hr.open("#/values")
    waiting = hr.see(f'[data-objection-of="{WORKER}"]')
    expect(waiting).to_contain_text("周三设备停机")
    waiting.locator("[data-answer-objection]").click()
    hr.see("[data-answer-value]").fill("99.5")
    hr.see("[data-answer-words]").fill("停机一天已扣除")
    hr.see("[data-answer-send]").click()
    expect(hr.see('[data-answered="corrected"]')).to_contain_text("停机一天已扣除")
    own_page(his)
    expect(his.see('[data-objection="corrected"]')).to_contain_text("停机一天已扣除")
    his.shot("progress-objection-zh-light")
    night = phone("worker-night", locale="en", scheme="dark")
    hands.sign_in(night, worker, "my")
    own_page(night)
    expect(night.see('[data-objection="corrected"]')).to_contain_text("Corrected: 95 to 99.5")
    eye.examine(night, "own progress in English at night")
    night.shot("progress-own-en-dark")

    her.page.reload()  # as after a break: she opens the app, and it asks what is new
    her.open("#/progress")
    her.ready("progress")
    expect(her.see(f'[data-progress-of="{WORKER}"]')).to_contain_text("99.5", timeout=PATIENCE_MS)
    her.network_off()
    her.restart_cold()
    her.ready("team")
    her.open("#/progress")
    her.ready("progress")
    team = her.see(f'[data-progress-of="{WORKER}"]')
    expect(team).to_contain_text("99.5", timeout=PATIENCE_MS)
    expect(team.locator("[data-data-to]").first).to_be_visible()
    eye.examine(her, "team progress")
    her.shot("progress-team-zh-light")
