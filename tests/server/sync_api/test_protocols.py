"""Phones of other protocols: an old push is taken, an old pull is told to update, a newer phone is answered clearly."""

from typing import Any

import orjson
import pytest

from server.sync_api import protocols
from server.sync_api.columns import PROTOCOL
from server.sync_api.protocols import Step, lifted


def lift_from_0(body: list[Any]) -> list[Any]:
    """An invented protocol 0: an object inside its list, seconds for milliseconds, versions as plain numbers."""
    _, said = body
    push = said["push"] and [
        said["push"]["author"],
        said["push"]["t0_s"] * 1000,
        [],
        [
            [one["record"], [[one["n"], 0, one["code"], one["value"], one.get("base", 0)]]]
            for one in said["push"]["edits"]
        ],
    ]
    return [1, said["device"], said["epoch"], said["nonce"], "", [], push or 0, said["queued"], 0]


def lower_to_0(answer: list[Any]) -> list[Any]:
    """Its answer names what it says."""
    return [0, {"nonce": answer[1], "receipts": {str(one[0]): one[1:] for one in answer[5]}}]


@pytest.fixture
def zero(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(protocols.STEPS, 0, Step(lift_from_0, lower_to_0))


def old_body(phone: Any, *edits: dict[str, Any]) -> list[Any]:
    push = {"author": phone.author, "t0_s": 1_795_500_000, "edits": list(edits)} if edits else None
    return [0, {"device": phone.device, "epoch": "", "nonce": "z1", "push": push, "queued": len(edits)}]


def test_an_old_phones_push_is_taken_and_answered_in_its_own_words(plant: Any, zero: None) -> None:
    note, phone = plant.note(plant.ann), plant.phone(plant.ann)
    edits = [
        {"record": note, "n": 1, "code": "s1", "value": 4},
        {"record": note, "n": 2, "code": "c1", "value": "稳定"},
        {"record": note, "n": 3, "code": "salary", "value": 9},
    ]
    answer = phone.post(old_body(phone, *edits))
    assert answer.status_code == 200
    assert answer.get_json() == [0, {"nonce": "z1", "receipts": {"1": ["a"], "2": ["a"], "3": ["p", "invalid"]}}]
    assert plant.held(note, "score/1").value == 4
    assert phone.post(old_body(phone, *edits)).get_json() == answer.get_json(), "sent twice, told twice, done once"


def test_an_old_edit_is_the_same_edit_when_the_updated_phone_sends_it(plant: Any, zero: None) -> None:
    note, phone = plant.note(plant.ann), plant.phone(plant.ann)
    phone.post(old_body(phone, {"record": note, "n": 1, "code": "s1", "value": 4}))
    today = [
        PROTOCOL,
        phone.device,
        "",
        "n",
        "",
        [],
        [phone.author, 1_795_500_000_000, [], [[note, [[1, 0, "s1", 4]]]]],
        1,
        0,
    ]
    assert phone.take(phone.post(today).get_json()) == {1: ["a"]}, "no second version under a used id"


def test_an_old_phones_cursors_stay_where_its_rows_are(plant: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Else, once updated, it would ask from beyond rows that no answer ever brought it."""
    same = Step(lambda body: [PROTOCOL, *body[1:]], lambda answer: [PROTOCOL - 1, *answer[1:]])
    monkeypatch.setitem(protocols.STEPS, PROTOCOL - 1, same)
    note = plant.note(plant.ann, plant.bo)
    ann, bo = plant.phone(plant.ann), plant.phone(plant.bo)
    ann.pull(), bo.pull()
    bo.push(bo.edit(note, "s1", 4))
    before = (ann.access, list(ann.cursors))
    body = ann.body(ann.edit(note, "s2", 3))
    answer = ann.post([PROTOCOL - 1, *body[1:]]).get_json()
    assert answer[5] == [[1, "a"]]
    ann.take(answer)
    assert (ann.access, ann.cursors) == before
    assert all(part[3] == 1 and not part[4] for part in answer[7]), "there is more, for a newer app"
    ann.pull()
    assert (ann.field(note, "s1")[0], ann.field(note, "s2")[0]) == (4, 3)


def test_an_old_pull_is_told_to_update(plant: Any, zero: None) -> None:
    plant.note(plant.ann)
    phone = plant.phone(plant.ann)
    answer = phone.post(old_body(phone))
    assert (answer.status_code, answer.get_json()["code"]) == (426, "update_needed")


def test_a_protocol_that_is_no_longer_read_is_told_to_update_and_loses_nothing(plant: Any) -> None:
    phone = plant.phone(plant.ann)
    answer = phone.post([0, {"push": {}}])
    assert (answer.status_code, answer.get_json()["code"]) == (426, "update_needed")


@pytest.mark.parametrize("body", [[2], [2, {"new": "form"}], [99, "d", "e", "n", "", [], 0, 0, 0]])
def test_a_newer_phone_is_told_that_the_server_is_older(plant: Any, body: list[Any]) -> None:
    """By a code of its own: on `sync_malformed` a phone would look for the fault in its edits."""
    answer = plant.phone(plant.ann).post(body)
    assert (answer.status_code, answer.get_json()["code"]) == (409, "protocol_too_new")
    assert answer.get_json()["params"] == {"speaks": PROTOCOL}


def test_a_newer_phone_of_this_protocol_may_say_more(plant: Any) -> None:
    note, phone = plant.note(plant.ann), plant.phone(plant.ann)
    body = [*phone.body(phone.edit(note, "s1", 4)), 3, "offline", 1, 1_795_500_000_000, {"of": "tomorrow"}]
    assert phone.take(phone.post(body).get_json()) == {1: ["a"]}


@pytest.mark.parametrize("body", [[0], [0, 7], [0, {}], [0, {"push": {"author": 1}}], [0, {"device": "x", "push": []}]])
def test_a_damaged_old_body_is_malformed_and_no_error(plant: Any, zero: None, body: list[Any]) -> None:
    answer = plant.phone(plant.ann).post(body)
    assert (answer.status_code, answer.get_json()["code"]) in ((422, "sync_malformed"), (403, "author_mismatch"))


def test_every_step_between_the_oldest_and_todays_protocol_is_there() -> None:
    known = sorted(protocols.STEPS)
    assert known == list(range(PROTOCOL - len(known), PROTOCOL))
    assert lifted(orjson.loads(orjson.dumps([PROTOCOL, "x"]))).protocol == PROTOCOL
