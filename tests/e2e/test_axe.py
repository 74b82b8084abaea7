"""Every screen, in both languages, light and dark: no axe violation, nothing too small for a gloved thumb, no sideways scrolling."""

import pytest

from bench.phone.probe import TARGETS
from tests.e2e import hands
from tests.e2e.house import ROOT
from tests.e2e.people import first
from tests.e2e.phone import DESK, HAND, Phone

AXE = (ROOT / "pwa/node_modules/axe-core/axe.min.js").read_text("utf-8")
RUN = """async () => (await axe.run(document, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'] }))
  .violations.map((v) => `${v.id} x${v.nodes.length}: ${v.nodes[0].target} ${v.nodes[0].failureSummary}`)"""
LOOKS = [("zh-CN", "light"), ("en", "dark")]
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
    wide = page.page.evaluate("document.documentElement.scrollWidth - innerWidth")
    assert wide <= 0, f"{what} scrolls sideways by {wide} px"


@pytest.mark.parametrize(("locale", "scheme"), LOOKS)
def test_the_supervisors_screens(house, phone, locale, scheme):
    her = phone("supervisor", locale=locale, scheme=scheme)
    tag = f"{locale[:2]}-{scheme}"
    her.open("#/sign-in")
    her.ready("sign-in")
    examine(her, "sign-in")
    her.shot(f"sign-in-{tag}")
    hands.sign_in(her, first(house, "supervisor"), "team")
    examine(her, "team")
    her.shot(f"team-{tag}")
    here = hands.open_person(her, 0)
    examine(her, "score, untouched")
    her.shot(f"score-{tag}")
    key = next(line["key"] for line in hands.lines(her) if line["mark"] is None)
    hands.give(her, key, 2)
    examine(her, "score, low")
    her.shot(f"score-low-{tag}")
    hands.quick_comment(her)
    hands.score_person(her, 1)
    examine(her, "score, ready to submit")
    her.shot(f"score-done-{tag}")
    hands.submit(her, 1)
    hands.next_person(her, here)
    her.open(f"#/score/{here}")
    her.ready(f"score:{here}")
    examine(her, "score, submitted")
    her.shot(f"score-submitted-{tag}")
    her.open(f"#/history/{here}/score/{key}")
    her.ready("history")
    examine(her, "history")
    her.shot(f"history-{tag}")
    her.open("#/team")
    her.ready("team")
    her.open("#/phone")
    her.see("dialog[open], [role=dialog]")
    examine(her, "what is on this phone")
    her.shot(f"phone-{tag}")


@pytest.mark.parametrize(("locale", "scheme"), LOOKS)
@pytest.mark.parametrize("size", [HAND, DESK], ids=["hand", "desk"])
def test_hrs_screens(house, phone, locale, scheme, size):
    hr = phone("hr", locale=locale, scheme=scheme, size=size)
    hands.sign_in(hr, first(house, "hr"), "board")
    least = PHONE_LEAST if size is HAND else DESK_LEAST
    tag = f"{locale[:2]}-{scheme}{'-360' if size is HAND else ''}"
    examine(hr, "board", least)
    hr.shot(f"board-{tag}")
    hr.open("#/cycles")
    hr.ready("cycles")
    examine(hr, "cycles", least)
    hr.shot(f"cycles-{tag}")
