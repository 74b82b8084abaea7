"""What the desk reads: an evaluation after its submit, the history of a number, progress."""

from typing import Any
from uuid import UUID

import pytest
from shift import finish

from server.evaluations.queries import progress
from server.foundation.ids import unshort
from server.people.queries import EVERYBODY
from server.sync_api.queries import parked


def url(record: str, rest: str = "") -> str:
    return f"/api/evaluations/{unshort(record)}{rest}"


def test_the_rater_reads_his_draft_and_hr_only_what_was_submitted(floor: Any, her: Any, record: str) -> None:
    her.push(her.edit(record, "s3", 4), her.edit(record, "c3", "草稿"))
    hr = floor.client_for(floor.cast.hr)
    assert her.client.get(url(record)).get_json()["lines"][2]["comment"] == "草稿"
    assert hr.get(url(record)).status_code == 404
    finish(her, record)
    answer = hr.get(url(record)).get_json()
    assert (answer["name_zh"], answer["overall"], answer["state"]) == ("汤雨桐", 33, "submitted")
    assert answer["lines"][2] | {"chips": []} == {
        "key": 3, "code": "FIVE-S", "name_zh": "5S 与安全", "name_en": "5S and safety", "unit": "", "weight": 20,
        "value": None, "rule": None, "score": 4, "mark": 4, "comment": "草稿", "reason": None, "chips": [],
        "has_open_case": False,
    }  # fmt: skip


@pytest.mark.parametrize("who", ["worker", "other_worker", "neighbour", "admin", "stranger"])
def test_others_find_nothing_at_the_desk(floor: Any, her: Any, record: str, who: str) -> None:
    finish(her, record)
    client = floor.client_for(getattr(floor.cast, who))
    for rest in ("",) if who == "worker" else ("", "/history"):
        answer = client.get(url(record, rest))
        assert (answer.status_code, answer.get_json()["code"]) in ((404, "not_found"), (403, "not_allowed"))


def test_an_unknown_evaluation_is_not_found(floor: Any, her: Any) -> None:
    for rest in ("", "/history"):
        assert her.client.get(f"/api/evaluations/{UUID(int=7)}{rest}").status_code == 404


def test_the_history_shows_every_step_of_a_number(floor: Any, her: Any, his: Any, record: str) -> None:
    her.push(her.edit(record, "s3", 3))
    his.pull()
    seen = his.field(record, "s3")[1]
    her.push(her.edit(record, "s3", 2, seen))
    floor.move(minutes=10)
    case = his.push(his.edit(record, "s3", 4, seen))[1][1]
    her.pull()
    mine, other = (one[0] for one in her.all("case")[case]["candidates"])
    her.push(her.edit(record, "=s3", [case, mine, 2, "我在现场"], [mine, other]))
    finish(her, record, s3=2)
    hr = floor.client_for(floor.cast.hr)
    steps = hr.get(url(record, "/history?field=score/3")).get_json()
    assert [(step["kind"], step["author_zh"]) for step in steps] == [
        ("set", "肖静"),
        ("set", "肖静"),
        ("conflict", "梁德胜"),
        ("resolved", "肖静"),
    ]
    assert [step["replaced"] for step in steps[1:]] == [steps[0]["version"], steps[1]["version"], steps[1]["version"]]
    assert steps[3]["message"] == "history_case_decided"
    assert steps[3]["params"]["reason"] == "我在现场"
    assert steps[0]["device_label"] == "test"
    every = hr.get(url(record, "/history")).get_json()
    assert [step["kind"] for step in every][-1] == "submitted"


def test_the_history_of_a_measured_line_begins_with_the_mark_of_the_data(floor: Any, her: Any, record: str) -> None:
    her.push(her.edit(record, "s1", 5), her.edit(record, "r1", "停机"))
    first, second = her.client.get(url(record, "/history?field=score/1")).get_json()
    assert (first["kind"], first["message"], first["params"], first["author_zh"]) == (
        "rule",
        "history_rule",
        {"value": 3},
        None,
    )
    assert (second["kind"], second["replaced"]) == ("set", None)


def test_a_field_is_named_within_bounds(her: Any, record: str) -> None:
    assert her.client.get(url(record, "/history?field=" + "x" * 25)).status_code == 422
    assert her.client.get(url(record, "/history?field=score/9")).get_json() == []


def test_progress_counts_what_was_received(floor: Any, her: Any, his: Any, record: str) -> None:
    def states() -> dict[str, str]:
        rows = floor.at_work(lambda: progress(floor.cast.cycle.id, EVERYBODY))
        return {
            "worker" if row.employee_id == floor.cast.worker.id else str(row.employee_id): row.state for row in rows
        }

    assert len(states()) == 3
    assert states()["worker"] == "none"
    her.push(her.edit(record, "s3", 4))
    assert states()["worker"] == "half"
    his.push(his.edit(record, "s3", 2))
    assert states()["worker"] == "case"
    her.pull()
    ((case, row),) = her.all("case").items()
    versions = [one[0] for one in row["candidates"]]
    her.push(her.edit(record, "=s3", [case, versions[1], 2, ""], versions))
    finish(her, record, s3=2)
    assert states()["worker"] == "submitted"
    worker = floor.phone(floor.cast.worker)
    worker.push(worker.edit(record, "ans", ["agree"], worker.all("result")[record]["version"]))
    assert states()["worker"] == "acknowledged"


def test_a_parked_edit_shows_at_the_desk_without_its_text(floor: Any, her: Any, his: Any, record: str) -> None:
    edit = his.edit(record, "c3", "不能丢")
    floor.move(minutes=1)
    floor.end_delegation()
    his.push(edit)
    (found,) = floor.at_work(lambda: parked([unshort(record)]))
    assert (found.field, found.reason, found.author) == ("comment/3", "not_yours", floor.cast.delegate.id)
