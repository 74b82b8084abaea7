"""What is asked before it is known to be wanted saves round trips, and gives nobody a row."""

from typing import Any

import pytest

from server.foundation import prepared
from server.foundation.ids import unshort
from server.sync_api import pull as pulling


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many questions went out in each message."""
    found: list[int] = []
    ask_all = prepared.ask_all

    def counted(*questions: prepared.Question) -> Any:
        found.append(len(questions))
        return ask_all(*questions)

    monkeypatch.setattr(prepared, "ask_all", counted)
    return found


def test_a_quiet_poll_asks_once_behind_the_door(her: Any, asked: list[int]) -> None:
    her.pull()
    asked.clear()
    her.push()
    assert len(asked) == 1
    assert her.last[7] == []


def test_a_push_asks_no_more_however_many_edits_it_brings(her: Any, record: str, asked: list[int]) -> None:
    her.pull()
    asked.clear()
    her.push(her.edit(record, "c1", "写了一句"))
    one_edit = list(asked)
    asked.clear()
    her.push(*(her.edit(one, f"s{line}", line) for one in her.all("evaluation") for line in (1, 2, 3)))
    assert asked == one_edit
    assert len(asked) == 3, "what the edits are judged by; what the phone may hold; its rows"


def test_rows_of_a_delegation_that_has_ended_are_not_sent_however_often_they_were_asked_for(
    floor: Any, her: Any, his: Any, record: str
) -> None:
    for _ in range(3):
        his.pull()
    assert record in his.all("evaluation")
    her.push(her.edit(record, "c1", "后来写的"))
    floor.end_delegation()
    his.push()
    assert his.last[6], "his list of scopes is another one"
    assert his.last[7] == [], "nothing of what was asked for ahead"
    his.pull()
    assert record not in his.all("evaluation")


def test_a_scope_that_comes_new_is_whole_although_it_was_not_asked_for_ahead(floor: Any, her: Any, record: str) -> None:
    his = floor.phone(floor.cast.delegate)
    his.pull()
    his.pull()
    assert record not in his.all("evaluation")
    floor.delegate()
    his.pull()
    assert record in his.all("evaluation")


def test_a_guess_that_is_wrong_in_every_place_changes_no_answer(her: Any, record: str) -> None:
    her.pull()
    her.push(her.edit(record, "c1", "写了一句"))
    feeds = pulling._LAST_FEEDS[unshort(her.author)]
    pulling._LAST_FEEDS[unshort(her.author)] = ["own:nobody", *reversed(feeds)]
    her.push(her.edit(record, "c2", "又写一句"))
    assert [delta[0] for delta in her.last[7]] == [0]
    assert her.all("evaluation")[record]["fields"]["c2"][0] == "又写一句"


def test_a_session_that_was_ended_gets_nothing_at_the_next_poll(her: Any) -> None:
    her.pull()
    her.pull()
    mine = next(one for one in her.client.get("/api/auth/sessions").get_json() if one["current"])
    assert her.client.delete(f"/api/auth/sessions/{mine['id']}").status_code < 300
    assert her.post(her.body()).status_code == 401
