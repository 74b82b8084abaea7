"""A new version comes while work waits on the phone: nothing is lost, and a broken one changes nothing."""

from pathlib import Path
from typing import Any

import pytest

from tests.e2e import builds, hands
from tests.e2e.phone import Phone

DONE = 2


@pytest.fixture
def her(her: Phone, dist: Path) -> Phone:
    """Two people scored and submitted in the dead spot, a third begun: a full outbox."""
    her.network_off()
    here = hands.open_person(her, 0)
    for n in range(DONE):
        hands.score_person(her, n)
        hands.submit(her, n + 1)
        here = hands.next_person(her, here)
    key = next(line["key"] for line in hands.lines(her) if line["mark"] is None)
    hands.give(her, key, 4)
    return her


def look_for_an_update(her: Phone) -> str:
    """What the browser does each time the app is opened after a while; the name of what went wrong, or ''."""
    return str(
        her.page.evaluate(
            "() => navigator.serviceWorker.getRegistration().then((r) => r.update()).then(() => '', (e) => e.name)"
        )
    )


def built(her: Phone) -> str:
    return str(her.page.evaluate("() => document.documentElement.dataset.build ?? ''"))


def only_the_old_worker(her: Phone) -> None:
    her.wait(
        "async () => { const r = await navigator.serviceWorker.getRegistration();"
        " return r.active?.state === 'activated' && !r.installing && !r.waiting }"
    )


def shell_alone(her: Phone) -> None:
    """The files of the app may come, no edit leaves."""
    her.page.route("**/api/**", lambda route: route.abort())
    her.weather.become("clear")
    her.offline = False
    her.context.set_offline(False)


def test_a_full_outbox_outlives_a_new_app_and_drains_from_it(her: Phone, dist: Path) -> None:
    assert her.queued() > DONE * 3
    builds.later_build(dist)
    shell_alone(her)
    assert look_for_an_update(her) == ""
    her.open("#/team")
    offer = her.see("[data-update]")
    assert built(her) == "", "nothing changes under her hands"
    her.page.unroute("**/api/**")
    with her.page.expect_navigation():
        offer.click()
    her.ready("team")
    assert built(her) == "later"
    hands.drained(her)
    assert her.page.get_attribute("html", "data-done") == str(DONE)


def test_a_full_outbox_in_the_dead_spot_outlives_the_new_app(her: Phone, dist: Path) -> None:
    """The new app is on the phone, consent is given without network, and the edits wait under it unchanged."""
    shell_alone(her)
    builds.later_build(dist)
    assert look_for_an_update(her) == ""
    her.open("#/team")
    offer = her.see("[data-update]")
    her.network_off()
    before = outbox(her)
    with her.page.expect_navigation():
        offer.click()
    her.ready("team")
    assert built(her) == "later", "from the cache alone"
    assert content(outbox(her)) == content(before)
    assert her.page.get_attribute("html", "data-done") == str(DONE)
    her.page.unroute("**/api/**")
    her.network_on()
    hands.drained(her)


def outbox(her: Phone) -> list[dict[str, Any]]:
    return [edit for db in her.storage().values() for edit in db.get("outbox", [])]


def content(edits: list[dict[str, Any]]) -> list[tuple[int, str, str]]:
    """What must not change: number, record and content. The tries are counted on."""
    return [(edit["n"], edit["record"], str(edit["sealed"])) for edit in edits]


@pytest.mark.parametrize("spoil", [builds.spoil_a_file, builds.spoil_the_worker])
def test_a_broken_new_worker_leaves_the_old_app_at_work_offline_too(her: Phone, dist: Path, spoil: Any) -> None:
    builds.later_build(dist)
    spoil(dist)
    before = content(outbox(her))
    shell_alone(her)
    look_for_an_update(her)
    only_the_old_worker(her)
    her.open("#/team")
    her.ready("team")
    assert her.page.locator("[data-update]").count() == 0, "nothing broken is offered"
    her.network_off()
    her.pocket()
    her.ready("team")
    assert built(her) == ""
    assert content(outbox(her)) == before
    her.network_on()
    hands.drained(her)
