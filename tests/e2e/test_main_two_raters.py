"""Supervisor and delegate edit one evaluation on two phones without a network: nothing is lost, nothing is overwritten."""

import json
import re

from playwright.sync_api import expect

from tests.e2e import hands
from tests.e2e.desk import name_delegate
from tests.e2e.eye import examine
from tests.e2e.ground import on_both
from tests.e2e.house import House, Knocker
from tests.e2e.people import Somebody, everybody, first
from tests.e2e.phone import DESK, PATIENCE_MS, Phone, within

REASON = "当班我在现场，日检都合格"


@on_both
def test_two_raters_on_two_phones_meet_in_a_case_that_a_person_decides(house, phone):
    hr_person, boss = first(house, "hr"), first(house, "supervisor")
    stand_in = next(p for p in everybody(house) if p.role == "supervisor" and p != boss)
    hr = phone("hr", size=DESK)
    hands.sign_in(hr, hr_person, "board")
    name_delegate(hr, boss, stand_in)

    her, his = phone("supervisor"), phone("delegate")
    hands.sign_in(her, boss, "team")
    hands.sign_in(his, stand_in, "team")
    evaluation = hands.open_person(her, 0)
    same, other = [line["key"] for line in hands.lines(her) if line["mark"] is None][:2]
    his.open(f"#/score/{evaluation}")
    his.ready(f"score:{evaluation}")
    her.network_off()
    his.network_off()

    hands.give(her, same, 4)
    hands.give(his, same, 2)
    hands.give(his, other, 3)
    his.network_on()
    hands.drained(his)
    her.network_on()
    hands.drained(her)

    expect(her.page.locator(f'[data-line="{other}"]')).to_have_attribute("data-mark", "3", timeout=PATIENCE_MS)
    case = the_case_of(her, evaluation)
    her.open(f"#/case/{case}")
    her.ready("case:")
    sides = her.page.locator("label[data-candidate]")
    expect(sides).to_have_count(2)
    both = " ".join(sides.all_inner_texts())
    assert {"4", "2"} <= set(re.findall(r"\b[1-5]\b", both))
    assert stand_in.name_zh in both, "who"
    assert len(re.findall(r"\d{1,2}:\d{2}", both)) >= 2, "when"
    assert (both.count(" 写"), both.count(" 送达")) == (2, 2), "written and arrived, no guess at what lay between"
    examine(her, "case")
    her.shot("case-zh-light")

    she_decides_for_her_own_with_a_reason(her, sides)
    hands.drained(her)
    his.open(f"#/score/{evaluation}")
    his.ready(f"score:{evaluation}")
    expect(his.page.locator(f'[data-line="{same}"]')).to_have_attribute("data-mark", "4", timeout=PATIENCE_MS)

    her.open(f"#/score/{evaluation}")
    her.ready(f"score:{evaluation}")
    hands.submit(her, 1)
    hands.drained(her)
    hr_reads_every_step(house, hr, hr_person, evaluation, same)


def the_case_of(her: Phone, evaluation: str) -> str:
    """The id of the open case as it lies on her phone."""

    def found() -> str | None:
        for database in her.storage().values():
            for row in database.get("rows", []):
                text = json.dumps(row)
                if '"kind": "case"' in text and evaluation in text:
                    return str(row["id"])
        return None

    return str(within(20, "the case has reached her phone", found))


def she_decides_for_her_own_with_a_reason(her: Phone, sides) -> None:
    sides.filter(has_text="你").first.click()
    her.see("[data-case-send]").click()
    expect(her.page.locator("[data-case-reason]")).to_be_focused()
    her.page.locator("[data-case-reason]").fill(REASON)
    her.see("[data-case-send]").click()
    her.ready("team")


def hr_reads_every_step(house: House, hr: Phone, hr_person: Somebody, evaluation: str, line: str) -> None:
    desk = Knocker(house).sign_in(hr_person.plant, hr_person.employee_no)
    address = f"/api/evaluations/{hands.canonical_id(evaluation)}/history?field=score/{line}"
    status, steps = desk.call("GET", address)
    assert status == 200, steps
    assert [step["kind"] for step in steps] == ["set", "conflict", "resolved"]
    assert steps[1]["replaced"] == steps[0]["version"] or steps[1]["replaced"] is None
    assert REASON in json.dumps(steps[2], ensure_ascii=False)
    hr.open(f"#/history/{evaluation}/score/{line}")
    hr.ready("history")
    expect(hr.page.locator("[data-step]")).to_have_count(3)
    expect(hr.page.locator('[data-step="resolved"]')).to_contain_text(REASON)
    hr.shot("history-zh-light")
