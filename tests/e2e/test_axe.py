"""Every screen, in both languages, light and dark: no axe violation, nothing too small for a gloved thumb, no sideways scrolling."""

import os

import pytest

from tests.e2e import hands
from tests.e2e.eye import DESK_LEAST, PHONE_LEAST, examine
from tests.e2e.people import first
from tests.e2e.phone import DESK, HAND

LOOKS = [("zh-CN", "light"), ("en", "dark")]
DESKS = [(*LOOKS[0], HAND), (*LOOKS[1], DESK)]
"""A desk's screens are read on a hand too: without pictures each size in one look."""
if os.environ.get("GEMBA_SHOTS") == "1":
    LOOKS += [("zh-CN", "dark"), ("en", "light")]
    DESKS = [(*look, size) for look in LOOKS for size in (HAND, DESK)]


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


@pytest.mark.parametrize(("locale", "scheme", "size"), DESKS)
def test_hrs_screens(signed_in, house, phone, locale, scheme, size):
    hr = phone("hr", locale=locale, scheme=scheme, size=size)
    hands.sign_in(hr, first(house, "hr"), "board")
    least = PHONE_LEAST if size is HAND else DESK_LEAST
    tag = f"{locale[:2]}-{scheme}{'-360' if size is HAND else ''}"
    examine(hr, "board", least)
    hr.see("[data-bring-in-open]").click()
    hr.see("dialog[open] label:has([data-bring-in-file])")
    examine(hr, "bringing a file in", least)
    hr.page.keyboard.press("Escape")
    hr.shot(f"board-{tag}")
    hr.open("#/cycles")
    hr.ready("cycles")
    examine(hr, "cycles", least)
    hr.shot(f"cycles-{tag}")
    hr.open("#/phones")
    hr.ready("phones")
    examine(hr, "phones", least)
    boss = first(house, "supervisor")
    hr.see(f"[data-handset]:has-text('{boss.name_zh if locale == 'zh-CN' else boss.name_en}')").click()
    hr.see("dialog[open] [data-handset-open]")
    examine(hr, "a phone", least)
    hr.see("[data-lose]").click()
    hr.see("[data-lose-yes]")
    examine(hr, "reporting a phone lost", least)
    hr.see("[data-lose-yes]").click()
    hr.see("[data-find]")
    hr.see("[data-code-for]").click()
    hr.see("[data-code]")
    examine(hr, "a hand-in code", least)
    hr.shot(f"phones-{tag}")
    hr.see('[data-share="true"]').click()
    hr.see('[data-share="false"]')
    examine(hr, "a lost and shared phone", least)


@pytest.mark.parametrize(("locale", "scheme"), LOOKS)
def test_the_employees_screens(house, phone, her, locale, scheme):
    hands.open_person(her, 0)
    name = hands.name_here(her)
    hands.score_person(her, 0)
    hands.submit(her, 1)
    hands.drained(her)
    own = phone("employee", locale=locale, scheme=scheme)
    hands.sign_in(own, first(house, "employee", name_zh=name), "my")
    own.see("[data-answer]")
    examine(own, "my result")
    own.shot(f"my-{locale[:2]}-{scheme}")
    own.see("[data-sum-open]").click()
    own.see('[data-sum] [data-step="part"]')
    examine(own, "the sum of a result, line by line")
    own.see("[data-own-history]").click()
    own.ready("history")
    own.see('[data-step="submitted"]')
    examine(own, "the history of one's own result")
    own.page.go_back()
    own.ready("my")
    own.see('[data-answer="disagree"]').click()
    own.see("dialog[open]")
    examine(own, "seen, I disagree")
