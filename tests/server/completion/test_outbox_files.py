"""A broken phone's edits come in as a file: through the same push, by the same author, once."""

import json
from typing import Any

import pytest

from server.foundation.ids import unshort
from tests.server.completion.files import base64, bring_in, file_key, file_of, plain, pushes, sealed


def receipts(answer: Any) -> dict[str, int]:
    assert answer.status_code == 200, answer.get_json()
    return {one["receipt"]: one["count"] for one in answer.get_json()["receipts"]}


@pytest.fixture
def hr(floor: Any) -> Any:
    return floor.client_for(floor.cast.hr)


def test_a_file_takes_effect_as_if_the_phone_had_sent_it_and_the_phone_may_still_come(
    floor: Any, her: Any, hr: Any, record: str
) -> None:
    edits = [her.edit(record, "s3", 4), her.edit(record, "c3", "换模快了 12 分钟")]
    file = file_of(her, *edits)
    floor.move(minutes=10)
    answer = bring_in(hr, file)
    assert receipts(answer) == {"applied": 2}
    shown = answer.get_json()
    assert (shown["name_zh"], shown["device_label"], shown["count"], shown["known"]) == ("肖静", "test", 2, 0)
    assert her.push(*edits) == {1: ["a"], 2: ["a"]}, "the stored receipts, told again"
    steps = her.client.get(f"/api/evaluations/{unshort(record)}/history").get_json()
    made = [one for one in steps if one["kind"] == "set"]
    assert [(one["author_zh"], one["brought_in_zh"]) for one in made] == [("肖静", "金佳怡")] * 2
    again = bring_in(hr, file).get_json()
    assert (again["known"], again["receipts"]) == (2, [{"receipt": "applied", "reason": None, "count": 2}])


def test_what_the_phone_had_sent_before_is_not_brought_in_by_anybody(her: Any, hr: Any, record: str) -> None:
    first, second = her.edit(record, "s3", 4), her.edit(record, "s3", 5, 1)
    file = file_of(her, first, second)
    her.push(first)
    assert bring_in(hr, file).get_json()["known"] == 1
    steps = her.client.get(f"/api/evaluations/{unshort(record)}/history?field=score/3").get_json()
    assert [one["brought_in_zh"] for one in steps] == [None, "金佳怡"]


def test_the_authors_rights_of_now_count_and_not_hrs(floor: Any, her: Any, his: Any, hr: Any, record: str) -> None:
    file = file_of(his, his.edit(record, "s3", 4))
    floor.move(minutes=1)
    floor.end_delegation()
    answer = bring_in(hr, file).get_json()
    assert answer["receipts"] == [{"receipt": "parked", "reason": "not_yours", "count": 1}]


def test_a_file_is_no_contact_of_the_phone(floor: Any, her: Any, hr: Any, record: str) -> None:
    file = file_of(her, her.edit(record, "s3", 4))
    asked = f"/api/completion/phones?person_id={floor.cast.supervisor.id}"
    before = hr.get(asked).get_json()
    floor.move(minutes=10)
    bring_in(hr, file)
    assert hr.get(asked).get_json() == before


def code(answer: Any) -> str:
    assert answer.status_code == 422, answer.get_json()
    found: str = answer.get_json()["code"]
    return found


def test_a_changed_file_is_refused_wherever_it_was_changed(floor: Any, her: Any, hr: Any, record: str) -> None:
    file = file_of(her, her.edit(record, "s3", 4))
    head, _, rest = file.partition("\n")
    point, iv, text = rest.strip().split(".")
    flipped = bytes([plain(text)[0] ^ 1, *plain(text)[1:]])
    colleague = json.dumps(json.loads(head) | {"person_id": str(floor.cast.delegate.id)}, ensure_ascii=False)
    more = json.dumps(json.loads(head) | {"count": 99}, ensure_ascii=False)
    for forged in (
        f"{head}\n{point}.{iv}.{base64(flipped)}",
        f"{head}\n{base64(bytes([4]) + bytes(64))}.{iv}.{text}",
        f"{colleague}\n{rest}",
        f"{more}\n{rest}",
    ):
        assert code(bring_in(hr, forged)) == "file_not_theirs"
    assert her.field(record, "s3") == (None, None)


def test_nobody_can_write_a_file_in_anothers_name(floor: Any, her: Any, his: Any, hr: Any, record: str) -> None:
    """The point is no secret and the proof is one's own: neither makes a colleague's file."""
    typed = {"protocol": 1, "pushes": pushes(her, her.edit(record, "s3", 1))}
    his_key = file_key(his.client)
    as_hers = {"plant": "north", "person_id": str(her.person.id), "device": her.device}
    as_his = {"plant": "north", "person_id": str(his.person.id), "device": his.device}
    assert code(bring_in(hr, sealed(his_key, typed, **as_hers))) == "file_not_theirs"
    assert code(bring_in(hr, sealed(his_key, typed, **as_his))) == "file_not_theirs", "an honest head over her edits"
    assert code(bring_in(hr, sealed(file_key(hr), typed, **as_hers))) == "file_not_theirs", "nor can who brings it in"


def test_a_file_of_another_plant_or_server_is_refused_in_words(floor: Any, her: Any, hr: Any, record: str) -> None:
    stranger = floor.phone(floor.cast.stranger)
    theirs = file_of(stranger, stranger.edit(record, "s3", 1), plant="south")
    assert code(bring_in(hr, theirs)) == "file_other_plant"
    lied = file_of(stranger, stranger.edit(record, "s3", 1), plant="north")
    assert code(bring_in(hr, lied)) == "file_key_unknown", "each plant has a key of its own"
    other = file_key(her.client) | {"id": "00000000"}
    assert code(bring_in(hr, file_of(her, her.edit(record, "s3", 1), key=other))) == "file_key_unknown"


@pytest.mark.parametrize(
    "text",
    [
        "x",
        "{}\n",
        "[]\na.b.c",
        '{"format":"gemba-outbox","version":2}\na.b.c',
        "null\n..",
        '{"format":"gemba-outbox","version":1,"edits":[]}',
        "\n\n",
        '{"format": "gemba-outbox", "version": 2, "key": [], "plant": {}, "person_id": 7, "device": null}\nAA.AA.AA',
    ],
)
def test_what_is_no_such_file_is_said_to_be_none(hr: Any, text: str) -> None:
    assert bring_in(hr, text).status_code == 422


def test_hostile_content_in_an_honest_envelope_is_refused_or_parked(her: Any, hr: Any, record: str) -> None:
    key = file_key(her.client)
    head = {"plant": "north", "person_id": str(her.person.id), "device": her.device}
    good = pushes(her, her.edit(record, "s3", 4))[0]
    for content in (
        None, [], {}, {"protocol": 1}, {"protocol": 99, "pushes": [good]}, {"protocol": "1", "pushes": [good]},
        {"protocol": 1, "pushes": 7}, {"protocol": 1, "pushes": [0]}, {"protocol": 1, "pushes": [good] * 201},
        {"protocol": 1, "pushes": [[good[0], 0, [], "x"]]},
    ):  # fmt: skip
        answer = bring_in(hr, sealed(key, content, **head))
        assert answer.status_code < 500, content
    bad = [good[0], 0, [], [[record, [[90, 0, "salary", 5], [91, 0, "s5", 3]]]]]
    answer = bring_in(hr, sealed(key, {"protocol": 1, "pushes": [bad]}, **head))
    assert receipts(answer) == {"applied": 1, "parked": 1}


@pytest.mark.parametrize("who", ["supervisor", "worker", "manager", "admin", "delegate"])
def test_only_hr_brings_files_in(floor: Any, her: Any, record: str, who: str) -> None:
    client = floor.client_for(getattr(floor.cast, who))
    answer = bring_in(client, file_of(her, her.edit(record, "s3", 4)))
    assert (answer.status_code, answer.get_json()["code"]) == (403, "not_allowed")


def test_hr_and_admin_see_what_a_phone_last_said_of_itself(floor: Any, her: Any) -> None:
    request = her.body()
    request[7:] = [3, 7200, 14, "needs_login"]
    floor.move(minutes=5)
    assert her.post(request).status_code == 200
    for who in (floor.cast.hr, floor.cast.admin):
        (one,) = floor.client_for(who).get(f"/api/completion/phones?person_id={her.person.id}").get_json()
        assert (one["device_id"], one["device_label"]) == (str(unshort(her.device)), "test")
        assert (one["queued_count"], one["attempts"], one["last_error"]) == (3, 14, "needs_login")
    refused = her.client.get(f"/api/completion/phones?person_id={her.person.id}")
    assert refused.status_code == 403


def test_an_older_secret_of_the_ring_still_opens(floor: Any, her: Any, hr: Any, record: str) -> None:
    from dataclasses import replace

    from server.foundation.settings import SETTINGS

    file = file_of(her, her.edit(record, "s3", 4))
    was = floor.app.extensions[SETTINGS]
    fresh = replace(was, secret="another-S3cr3t-of-40-characters-9xQpLmZk", previous_secrets=(was.secret,))
    floor.app.extensions[SETTINGS] = fresh
    try:
        assert receipts(bring_in(hr, file)) == {"applied": 1}
        floor.app.extensions[SETTINGS] = replace(fresh, previous_secrets=())
        assert code(bring_in(hr, file)) == "file_key_unknown"
    finally:
        floor.app.extensions[SETTINGS] = was
