"""Nobody finds a word that is not for him: each role fetches every door with every id that exists, and pulls."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from server import policy
from server.evaluations import desk
from server.foundation import log
from server.foundation.settings import Settings
from tests.conftest import settings_for
from tests.server.hostile.knock import knock
from tests.server.rights.canaries import Canary, leaks, may_read, plant
from tests.server.rights.table import KINDS
from tests.server.rights.world import ACTORS, World

pytestmark = pytest.mark.short_on("sqlite")  # which has no row-level security behind the rules to hide a leak
CHANGED = ("/api/evaluations", "/api/completion")
"""Doors at which a submit changes what may be read; the others were read before it."""


@pytest.fixture
def settings(database: str) -> Iterator[Settings]:
    """Everything is logged: what stands there is searched too."""
    yield replace(settings_for(database), log_level="INFO")
    log.configure("ERROR")


def test_no_role_is_told_a_word_that_the_table_does_not_give_it(
    world: World, description: dict[str, Any], capfd: pytest.CaptureFixture[str]
) -> None:
    canaries = plant(world)
    for stage, under, least in (("draft", ("/",), 800), ("submitted", CHANGED, 400)):
        if stage == "submitted":
            world.judge(submit=True)
            worker = world.phone(world.people["team"])
            version = worker.all("result")[world.record(worker.person)]["version"]
            worker.push(worker.edit(world.record(worker.person), "ans", ["disagree", "note-to-the-rater."], version))
            canaries.append(Canary("note-to-the-rater.", "the note of an answer", "team", "evaluation, submitted"))
        found, read = leaks(world, canaries, description, stage, under=under)
        assert read > least
        assert not found, f"of {read} answers these tell too much:\n" + "\n".join(found[:60])
    written = capfd.readouterr()
    lines = written.out + written.err
    assert "/api/evaluations/<uuid:evaluation_id>" in lines, "the log was not captured"
    secret = [one for one in canaries if one.word in lines]
    assert not secret, f"the log tells {secret}"


def test_refusals_repeat_nothing_that_was_sent_or_stands_there(world: World) -> None:
    canaries = plant(world)
    body = {"department_ids": ["sent-by-me."], "name_zh": "sent-by-me.", "state": "sent-by-me."}
    for actor in ACTORS:
        client = world.client(actor)
        for door in ("/api/cycles", f"/api/cycles/{world.cycle.id}/open", "/api/completion/outbox-files", "/api/sync"):
            answer = knock(client, "POST", door, json=body)
            assert answer.status_code >= 400
            text = answer.get_data(as_text=True)
            assert "sent-by-me." not in text, (actor, door)
            assert not [one for one in canaries if one.word in text], (actor, door)


def test_a_door_left_open_is_named_by_the_crawl(
    world: World, description: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else the silence above would prove nothing."""
    canaries = plant(world)

    class Open:
        """A table that gives the administrator what it does not."""

        @staticmethod
        def can(*_: Any) -> bool:
            return True

        require = can

    monkeypatch.setattr(desk, "policy", Open)
    found, _ = leaks(world, canaries, description, "draft", actors=("admin",), under=CHANGED)
    assert any("/api/evaluations/" in one and "tells admin comments and reasons of other" in one for one in found)
    assert policy.can is not Open.can


def test_every_role_reads_something_and_none_of_the_words_is_for_everybody(world: World) -> None:
    canaries = plant(world)
    for one in canaries:
        assert not all(may_read(one, actor, "submitted") for actor in KINDS), one
    for actor in ("supervisor", "delegate", "hr", "partner", "manager", "admin"):
        assert any(may_read(one, actor, "submitted") for one in canaries), actor
