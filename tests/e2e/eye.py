"""What no screen may show: an axe violation, a target too small for a gloved thumb, sideways scrolling."""

from bench.phone.probe import TARGETS
from tests.e2e.house import ROOT
from tests.e2e.phone import Phone

AXE = (ROOT / "pwa/node_modules/axe-core/axe.min.js").read_text("utf-8")
RUN = """async () => (await axe.run(document, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'] }))
  .violations.map((v) => `${v.id} x${v.nodes.length}: ${v.nodes[0].target} ${v.nodes[0].failureSummary}`)"""
# A row of quick comments or of departments is meant to be pushed sideways; nothing else is.
SIDEWAYS = """() => [document.documentElement, ...document.querySelectorAll('body *')]
  .filter((e) => e.scrollWidth > e.clientWidth + 1 && !e.matches('.chips, .depts')
    && (e === document.documentElement || /auto|scroll/.test(getComputedStyle(e).overflowX)))
  .map((e) => `${e.tagName}.${e.className} by ${e.scrollWidth - e.clientWidth} px`)"""
PHONE_LEAST, RATING_LEAST, DESK_LEAST = 48, 60, 32


def examine(page: Phone, what: str, least: int = PHONE_LEAST) -> None:
    """Raises AssertionError with every finding of this screen."""
    page.page.evaluate(AXE)
    found = page.page.evaluate(RUN)
    assert not found, f"{what}: {found}"
    sizes = page.page.evaluate(TARGETS)
    assert sizes, f"{what}: nothing to touch"
    small = [t for t in sizes if min(t["w"], t["h"]) < (RATING_LEAST if t["rating"] else least) - 0.5]
    assert not small, f"{what}: {small}"
    fits(page, what)


def fits(page: Phone, what: str) -> None:
    """Raises AssertionError when any part of this screen scrolls sideways."""
    wide = page.page.evaluate(SIDEWAYS)
    assert not wide, f"{what} scrolls sideways: {wide}"
