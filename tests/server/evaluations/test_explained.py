"""Every number explained, after three phones too, and to the person whom it judges."""

from typing import Any

import pytest
from shift import finish

from server.foundation.ids import unshort


def steps(client: Any, record: str, field: str) -> list[dict[str, Any]]:
    answer = client.get(f"/api/evaluations/{unshort(record)}/history?field={field}")
    assert answer.status_code == 200, answer.get_json()
    shown: list[dict[str, Any]] = answer.get_json()
    return shown


def told(seen: list[dict[str, Any]]) -> list[tuple[Any, Any]]:
    return [(one.get("author_zh"), one.get("value")) for one in seen]


@pytest.fixture
def third(floor: Any, her: Any) -> Any:
    """唐艳's phone: she stands in as well."""
    floor.delegate(to=floor.cast.neighbour_worker)
    return floor.phone(floor.cast.neighbour_worker)


def test_a_comment_of_three_phones_says_who_when_from_what_and_merged_how(
    floor: Any, her: Any, his: Any, third: Any, record: str
) -> None:
    her.push(her.edit(record, "c3", "换模快了 12 分钟。工位整洁。"))
    his.pull(), third.pull()
    base = his.field(record, "c3")[1]
    floor.move(minutes=5)
    her.push(her.edit(record, "c3", "换模快了 15 分钟。工位整洁。", base))
    floor.move(minutes=5)
    assert his.push(his.edit(record, "c3", "换模快了 12 分钟。工位整洁。带了新人。", base)) == {1: ["m"]}
    floor.move(minutes=5)
    third.push(third.edit(record, "c3", "白班换模快了 12 分钟。工位整洁。", base))
    first, second, merged, last = steps(her.client, record, "comment/3")
    assert told(first["base"]) == []
    assert told(second["base"]) == told([second["before"]]) == [("肖静", "换模快了 12 分钟。工位整洁。")]
    assert (merged["author_zh"], merged["message"]) == ("梁德胜", "history_text_merged")
    assert merged["params"] == {
        "typed": "换模快了 12 分钟。工位整洁。带了新人。",
        "value": "换模快了 15 分钟。工位整洁。带了新人。",
    }
    assert told(merged["base"]) == [("肖静", "换模快了 12 分钟。工位整洁。")], "what he had seen"
    assert told([merged["before"]]) == [("肖静", "换模快了 15 分钟。工位整洁。")], "what stood there when it came"
    assert told(last["base"]) == told(merged["base"])
    assert told([last["before"]]) == [("梁德胜", "换模快了 15 分钟。工位整洁。带了新人。")], (
        "the merged text, not his own"
    )
    assert (last["author_zh"], last["device_label"]) == ("唐艳", "test")
    for step in (first, second, merged, last):
        assert step["device_time"] is not None
        assert step["received_at"].endswith("Z")
    at = [step["received_at"] for step in (first, second, merged, last)]
    assert at == sorted(set(at)), "each with the server's time of its own arrival"


def test_a_score_of_three_phones_says_who_decided_between_what_and_why(
    floor: Any, her: Any, his: Any, third: Any, record: str
) -> None:
    her.push(her.edit(record, "s3", 3))
    his.pull(), third.pull()
    base = his.field(record, "s3")[1]
    her.push(her.edit(record, "s3", 2, base))
    case = his.push(his.edit(record, "s3", 4, base))[1][1]
    assert third.push(third.edit(record, "s3", 5, base))[1] == ["c", case]
    her.pull()
    candidates = [one[0] for one in her.all("case")[case]["candidates"]]
    her.push(her.edit(record, "=s3", [case, candidates[1], 4, "当班看到的"], candidates))
    _first, _second, opened, joined, decided = steps(her.client, record, "score/3")
    for step in (opened, joined):
        assert told(step["base"]) == [("肖静", 3)]
        assert told([step["before"]]) == [("肖静", 2)]
    assert [step["author_zh"] for step in (opened, joined, decided)] == ["梁德胜", "唐艳", "肖静"]
    assert decided["message"] == "history_case_decided"
    assert decided["params"] == {"value": 4, "reason": "当班看到的"}
    assert told(decided["base"]) == [("肖静", 2), ("梁德胜", 4), ("唐艳", 5)], "everything that was to choose from"


def test_a_mark_given_over_the_data_started_from_the_mark_by_the_data(her: Any, record: str) -> None:
    her.push(her.edit(record, "s1", 5))
    _rule, given = steps(her.client, record, "score/1")
    assert given["base"] == [{"version": None, "value": 3}]
    assert given["before"] is None


def test_a_base_that_turned_out_the_same_as_anothers_is_still_named(her: Any, his: Any, record: str) -> None:
    her.push(her.edit(record, "s3", 4))
    assert his.push(his.edit(record, "s3", 4), his.edit(record, "s3", 5, 1)) == {
        1: ["s", her.version(1)],
        2: ["a"],
    }
    _hers, his_own = steps(her.client, record, "score/3")
    assert told(his_own["base"]) == [("梁德胜", 4)], "his own edit, though it has no step"
    assert told([his_own["before"]]) == [("肖静", 4)]


def test_the_person_judged_reads_the_history_of_what_was_released_and_no_draft(
    floor: Any, her: Any, record: str
) -> None:
    worker = floor.client_for(floor.cast.worker)
    path = f"/api/evaluations/{unshort(record)}/history"
    her.push(her.edit(record, "c3", "先写一句"))
    assert worker.get(path).status_code == 404, "not even that there is a draft"
    finish(her, record)
    (said,) = steps(worker, record, "comment/3")
    assert (said["author_zh"], said["params"]) == ("肖静", {"value": "先写一句"})
    her.push(her.edit(record, "!recall"))
    her.push(her.edit(record, "c3", "撤回后的草稿", her.version(1)))
    assert len(steps(worker, record, "comment/3")) == 1, "what came after the release is a draft again"
    assert [step["kind"] for step in steps(worker, record, "status")] == ["submitted", "recalled"]
    assert "撤回后的草稿" not in worker.get(path).get_data(as_text=True)
    others = floor.client_for(floor.cast.other_worker)
    assert others.get(path).status_code == 404
