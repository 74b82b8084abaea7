"""What HR does and reads at the desk."""

from datetime import timedelta

from playwright.sync_api import expect

from server.demo import facts
from tests.e2e.people import Somebody, plants_day
from tests.e2e.phone import PATIENCE_MS, Phone


def open_cycle_for(hr: Phone, department: str) -> str:
    """Drafts a cycle for one department, due tomorrow, and opens it. Returns its id.

    The form offers the next month without a cycle; the values that the story needs lie in the one that runs.
    """
    hr.open("#/cycles")
    hr.ready("cycles")
    known = set(_cycles(hr))
    hr.see("[data-cycle-new]").click()
    hr.page.locator("[data-cycle-name-zh]").fill("甲班 11 月补评")
    hr.page.locator("[data-cycle-name-en]").fill("Shift A, November")
    offered = [hr.page.locator('input[type="date"]').nth(n) for n in (0, 1)]
    month = facts.running_month(plants_day())
    assert offered[0].input_value() > facts.month_end(month).isoformat(), "the running month has its cycle"
    offered[0].fill(month.isoformat())
    offered[1].fill(facts.month_end(month).isoformat())
    tomorrow = plants_day() + timedelta(days=1)
    hr.page.locator('input[type="datetime-local"]').fill(tomorrow.strftime("%Y-%m-%dT18:00"))
    hr.page.locator(f'[data-department="{department}"]').check()
    hr.see("[data-cycle-save]").click()
    expect(hr.page.locator("[data-cycle]")).to_have_count(len(known) + 1, timeout=PATIENCE_MS)
    (made,) = set(_cycles(hr)) - known
    hr.shot("cycles-draft-zh-light")
    hr.see(f'[data-cycle-open="{made}"]').click()
    return made


def evaluations_of(hr: Phone, cycle: str) -> int:
    """How many evaluations the desk says that opening has made."""
    shown = hr.page.locator(f'[data-cycle="{cycle}"] [data-evaluations]')
    expect(shown).to_be_visible(timeout=PATIENCE_MS)
    return int(shown.get_attribute("data-evaluations") or 0)


def _cycles(hr: Phone) -> list[str]:
    return list(hr.page.eval_on_selector_all("[data-cycle]", "(all) => all.map((e) => e.dataset.cycle)"))


def look_at(hr: Phone, cycle: str) -> None:
    """The board of that cycle."""
    hr.open("#/board")
    hr.ready("board")
    hr.see("#board-cycle").select_option(cycle)
    hr.see(f'[data-board="{cycle}"]')


def board_counts(hr: Phone, boss: Somebody) -> tuple[int, int]:
    """Submitted and total of one rater, as the board shows them now; nothing is reloaded."""
    cell = hr.page.locator(f'[data-rater]:has(th:has-text("{boss.name_zh}")) td.n').first
    expect(cell).to_be_visible(timeout=PATIENCE_MS)
    return int(cell.get_attribute("data-submitted") or 0), int(cell.get_attribute("data-total") or 0)


def says_about(hr: Phone, boss: Somebody) -> str:
    return hr.page.locator(f'[data-rater]:has(th:has-text("{boss.name_zh}")) .why').first.inner_text()


def name_delegate(hr: Phone, rater: Somebody, delegate: Somebody) -> None:
    """HR lets somebody stand in for a rater, in the newest cycle that is under way, from now on."""
    hr.open("#/cycles")
    hr.ready("cycles")
    row = hr.page.locator('[data-cycle][data-state="open"]').first
    row.locator("[data-delegation-new]").click()
    row.locator("[data-delegation-rater]").select_option(label=rater.name_zh)
    row.locator("[data-delegation-delegate]").select_option(label=delegate.name_zh)
    row.locator("[data-delegation-save]").click()
    expect(row.locator("[data-delegation]")).to_have_count(1, timeout=PATIENCE_MS)


def handset(hr: Phone, device: str) -> None:
    """One phone, as the desk opens it."""
    hr.open(f"#/phones/{device}")
    hr.see(f'dialog[open] [data-handset-open="{device}"]')


def handset_from_the_board(hr: Phone, boss: Somebody, *, english: bool = False) -> str:
    """From the rater's row on the board to the phone that the rater used last. Returns its id."""
    hr.open("#/board")
    hr.ready("board")
    name = boss.name_en if english else boss.name_zh
    hr.page.locator(f'[data-rater]:has(th:has-text("{name}")) [data-rater-open]').click()
    opened = hr.see("dialog[open] [data-phone-open]")
    device = str(opened.get_attribute("data-phone-open"))
    opened.click()
    hr.see(f'dialog[open] [data-handset-open="{device}"]')
    return device


def report_lost(hr: Phone) -> None:
    """Of the phone that is open: asked once more, then done."""
    hr.see("[data-lose]").click()
    hr.see("[data-lose-yes]").click()
    expect(hr.page.locator("[data-find]")).to_be_visible(timeout=PATIENCE_MS)


def hand_in_code(hr: Phone, number: str) -> str:
    """The code for one of the users of the phone that is open, as it is shown once."""
    hr.see(f'[data-code-for="{number}"]').click()
    code = str(hr.see("[data-code]").get_attribute("data-code"))
    shown = hr.page.locator("[data-code] .letters").inner_text()
    assert shown.replace("-", "") == code
    hr.see("[data-code-done]").click()
    expect(hr.page.locator("[data-code]")).to_have_count(0)
    return shown
