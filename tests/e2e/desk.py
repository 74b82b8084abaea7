"""What HR does and reads on the desk's screens."""

from playwright.sync_api import expect

from tests.e2e.people import Somebody
from tests.e2e.phone import PATIENCE_MS, Phone


def open_cycle_for(hr: Phone, boss: Somebody) -> int:
    """HR drafts a cycle for this supervisor's shift on the screen and opens it. Returns how many evaluations it has."""
    hr.open("#/cycles")
    hr.ready("cycles")
    before = set(hr.page.locator("[data-cycle]").evaluate_all("all => all.map((e) => e.dataset.cycle)"))
    hr.see("[data-cycle-new]").click()
    hr.see('[data-department="MA"]').check()
    hr.see("[data-cycle-save]").click()
    button = hr.see("[data-cycle-open]")
    cycle = button.get_attribute("data-cycle-open")
    assert cycle not in before
    button.click()
    row = hr.page.locator(f'[data-cycle="{cycle}"]')
    expect(row).to_have_attribute("data-state", "open", timeout=PATIENCE_MS)
    return int(row.locator("[data-evaluations]").get_attribute("data-evaluations") or 0)


def board_counts(hr: Phone, boss: Somebody) -> tuple[int, int]:
    """(submitted, total) in this supervisor's row of the board that is on the screen."""
    cell = hr.page.locator(f'[data-rater]:has-text("{boss.name_zh}") td.n').first
    cell.wait_for(timeout=PATIENCE_MS)
    return int(cell.get_attribute("data-submitted") or 0), int(cell.get_attribute("data-total") or 0)
