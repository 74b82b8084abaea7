"""The plant's screens, in both languages, light and dark, on a hand and a desk: nothing for axe, nothing too small, no
sideways scrolling. With GEMBA_SHOTS=1 their pictures."""

import pytest

from tests.e2e import hands
from tests.e2e.eye import DESK_LEAST, PHONE_LEAST, examine
from tests.e2e.people import SHIFT_A, first, numbered
from tests.e2e.phone import HAND, PATIENCE_MS, Phone
from tests.e2e.test_axe import DESKS, LOOKS

WORKER = "10101"
ASKED_LATER = {"library/goals": "[data-goal]", "library/words": "main li"}
"""Parts that ask the server when they are opened, and what shows that it has answered."""


def look(who: Phone, place: str, ready: str, tag: str, least: int = PHONE_LEAST) -> None:
    """Open a screen, wait until it says that it is there, and examine it."""
    who.open(f"#/{place}")
    who.ready(ready)
    if place in ASKED_LATER:
        who.see(ASKED_LATER[place])
    name = place.replace("/", "-")
    examine(who, name, least)
    who.shot(f"{name}-{tag}")


@pytest.mark.parametrize(("locale", "scheme", "size"), DESKS)
def test_hrs_desk_of_the_plant(house, phone, locale, scheme, size):
    hr = phone("hr", locale=locale, scheme=scheme, size=size)
    hands.sign_in(hr, first(house, "hr"), "board")
    least = PHONE_LEAST if size is HAND else DESK_LEAST
    tag = f"{locale[:2]}-{scheme}{'-360' if size is HAND else ''}"
    for view in ("", "/outputs", "/sets", "/goals", "/words", "/new"):
        look(hr, f"library{view}", "library", tag, least)
    hr.open("#/library")
    hr.ready("library")
    hr.page.locator("a[data-indicator]").first.click(timeout=PATIENCE_MS)
    hr.see("[data-version]")
    examine(hr, "an indicator", least)
    hr.shot(f"indicator-{tag}")
    look(hr, "values", "values", tag, least)
    look(hr, "agreements", "agreements", tag, least)


@pytest.mark.parametrize(("locale", "scheme"), LOOKS)
def test_what_the_leader_of_a_team_reads(house, phone, locale, scheme):
    her = phone("supervisor", locale=locale, scheme=scheme)
    hands.sign_in(her, numbered(house, SHIFT_A), "team")
    tag = f"{locale[:2]}-{scheme}"
    look(her, "progress", "progress", tag)
    look(her, "agree-team", "agree-team", tag)
    her.page.locator('a[href^="#/agree-team/"]').first.click(timeout=PATIENCE_MS)
    her.see("[data-line]")
    examine(her, "somebody's terms")
    her.shot(f"agree-one-{tag}")
    look(her, "library/team", "team-words", tag)
    look(her, "library/propose", "propose", tag)


@pytest.mark.parametrize(("locale", "scheme"), LOOKS)
def test_what_a_worker_is_measured_by(house, phone, locale, scheme):
    his = phone("worker", locale=locale, scheme=scheme)
    hands.sign_in(his, numbered(house, WORKER), "my")
    tag = f"{locale[:2]}-{scheme}"
    look(his, "agree", "agree", tag)
    look(his, "library/mine", "mine", tag)
    look(his, "progress", "progress", f"own-{tag}")
