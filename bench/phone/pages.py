"""The two pages that are measured in one run: the hand-written floor, and Gemba."""

from typing import Any

from playwright.sync_api import Page

RATING = '[data-dock] label:has(input[name="rating"][value="{v}"])'


def floor(url: str) -> dict[str, Any]:
    """The least code that stores every tap durably without network: a yardstick, not a product."""
    rating = "fieldset:nth-of-type({i}) .r label:nth-of-type({v})"
    return {
        "name": "floor", "url": url, "start": "#p0", "ready": "html[data-ready^=form]", "rating": rating,
        "first_rating": rating.replace("{i}", "1").replace("{v}", "3"),
        "checked": "fieldset:nth-of-type(1) input[value='3']:checked",
    }  # fmt: skip


def gemba(url: str, employee_no: str, evaluation: str, line: int) -> dict[str, Any]:
    """Gemba with one supervisor signed in; `line` is the first line of the form that a person judges."""

    def sign_in(page: Page) -> None:
        page.goto(url + "#/sign-in")
        page.locator(f'[data-demo-person="{employee_no}"]').first.click()
        page.wait_for_selector('html[data-ready="team"]', state="attached", timeout=60_000)

    return {
        "name": "Gemba", "url": url, "start": f"#/score/{evaluation}", "ready": 'html[data-ready^="score:"]',
        "rating": RATING, "first_rating": RATING.replace("{v}", "3"), "checked": f'[data-line="{line}"][data-mark="3"]',
        "prepare": sign_in,
    }  # fmt: skip
