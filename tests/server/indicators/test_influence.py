"""What both sides of a job say before an indicator is approved: agreed outputs, answers on influence, none overwritten."""

from typing import Any

import pytest

from tests.server.indicators.conftest import WORDING, problem
from tests.server.indicators.test_versions import answered, newest


def test_a_no_from_either_side_stands_before_approval(hr: Any, boss: Any, head: Any, proposed: str, job: Any) -> None:
    url = f"/api/indicators/versions/{proposed}/influence"
    said = {"revision": 1, "job_id": job["id"], "side": "head", "answer": "no"}
    assert problem(head.post(url, json=said)) == (422, "influence_words")
    assert head.post(url, json=said | {"words": "换型由设备组安排"}).status_code == 200
    answer = hr.post(f"/api/indicators/versions/{proposed}/approve", json={"revision": 1})
    assert [one["code"] for one in answer.get_json()["errors"]] == ["influence_no"]


def outputs_of(job: Any) -> list[dict[str, Any]]:
    return [{key: one[key] for key in ("id", "name_zh", "name_en")} for one in job["outputs"]]


def test_what_is_approved_hangs_on_three_to_five_outputs_that_both_sides_agreed_to(
    hr: Any, proposed: str, drafted: Any, job: Any
) -> None:
    url = f"/api/core-outputs/{job['id']}"
    assert hr.post(url, json={"outputs": outputs_of(job)[:1]}).status_code == 200
    answer = hr.post(f"/api/indicators/versions/{proposed}/approve", json={"revision": 1})
    assert problem(answer) == (409, "version_incomplete")
    told = [(one["code"], one["params"].get("count"), one["params"].get("side")) for one in answer.get_json()["errors"]]
    assert told == [
        ("outputs_count", 1, None), ("outputs_not_agreed", None, "head"), ("outputs_not_agreed", None, "supervisor"),
    ]  # fmt: skip


def test_what_is_in_force_goes_to_another_job_once_its_sides_were_asked(
    hr: Any, boss: Any, proposed: str, drafted: Any, job: Any
) -> None:
    url = f"/api/indicators/{drafted['id']}"
    assert hr.post(f"/api/indicators/versions/{proposed}/approve", json={"revision": 1}).status_code == 200
    other = next(one for one in hr.get("/api/core-outputs").get_json()["jobs"] if one["id"] != job["id"])
    listed = hr.post(f"/api/core-outputs/{other['id']}", json={"outputs": [{"name_zh": "x", "name_en": "x"}]})
    theirs = next(one for one in listed.get_json()["jobs"] if one["id"] == other["id"])["outputs"][0]["id"]
    both = {"tier": "all", "output_ids": [job["outputs"][0]["id"], theirs]}
    refused = hr.post(url, json=both)
    assert problem(refused) == (409, "influence_unasked")
    assert {one["code"] for one in refused.get_json()["errors"]} == {"influence_missing"}
    assert hr.get(url).get_json()["output_ids"] == [job["outputs"][0]["id"]]
    second = hr.post(f"{url}/versions", json={"reason": "也给他们"}).get_json()["versions"][0]
    assert hr.post(url, json=both).status_code == 200
    assert hr.post(f"/api/indicators/versions/{second['id']}/propose").status_code == 200
    answer = hr.post(f"/api/indicators/versions/{second['id']}/approve", json={"revision": 2})
    asked = {one["params"]["job_en"] for one in answer.get_json()["errors"] if one["code"] == "influence_missing"}
    assert asked == {job["name_en"], other["name_en"]}


def test_nobody_overwrites_the_no_of_another(
    hr: Any, boss: Any, head: Any, job: Any, proposed: str, drafted: Any, client_for: Any, cast: Any
) -> None:
    url = f"/api/indicators/versions/{proposed}"
    said = {"revision": 1, "job_id": job["id"], "side": "supervisor"}
    assert boss.post(f"{url}/influence", json=said | {"answer": "no", "words": "三号机太旧"}).status_code == 200
    assert client_for(cast.neighbour).post(f"{url}/influence", json=said | {"answer": "yes"}).status_code == 200
    answer = hr.post(f"{url}/approve", json={"revision": 1})
    assert [one["code"] for one in answer.get_json()["errors"]] == ["influence_no"]
    held = newest(hr, drafted["id"])
    assert {(one["side"], one["by"]["name_zh"], one["answer"]) for one in held["answers"]} == {
        ("head", "杨金凤", "yes"), ("supervisor", "肖静", "no"), ("supervisor", "梁德胜", "yes"),
    }  # fmt: skip
    assert [(one["answer"], one["by"]["name_zh"]) for one in held["earlier_answers"]] == [("yes", "肖静")]
    # HR answers it in words, and both sides are asked again; what was said is kept.
    assert hr.post(f"{url}/send-back", json={"reason": "三号机下月换新"}).status_code == 200
    again = boss.post(f"{url}/propose").get_json()["versions"][0]
    assert (again["answers"], len(again["earlier_answers"])) == ([], 4)
    assert ("no", "三号机太旧") in [(one["answer"], one["words"]) for one in again["earlier_answers"]]
    answered(boss, head, job, proposed, again["revision"])
    assert hr.post(f"{url}/approve", json={"revision": again["revision"]}).status_code == 200


def test_one_person_does_not_answer_for_both_sides(
    boss: Any, head: Any, hr: Any, client_for: Any, cast: Any, proposed: str, job: Any
) -> None:
    url = f"/api/indicators/versions/{proposed}/influence"
    yes = {"revision": 1, "job_id": job["id"], "answer": "yes"}
    assert problem(boss.post(url, json=yes | {"side": "head"})) == (403, "not_allowed")
    assert problem(head.post(url, json=yes | {"side": "supervisor"})) == (403, "not_allowed")
    for who in (hr, client_for(cast.worker), client_for(cast.admin)):
        assert problem(who.post(url, json=yes | {"side": "head"})) == (403, "not_allowed")
    assert head.post(url, json=yes | {"side": "head"}).status_code == 200  # twice is the same


@pytest.mark.parametrize(
    ("change", "asked_again"),
    [
        ({"short_en": "Changing"}, False), ({"target": 20.0}, False), ({"frequency": "monthly"}, False),
        ({"unit": "s"}, True), ({"target": 18}, True), ({"threshold": 36}, True), ({"bands": [36, 28, 20, 15]}, True),
    ],
)  # fmt: skip
def test_another_meaning_asks_both_sides_again(
    hr: Any, proposed: str, drafted: Any, change: Any, asked_again: bool
) -> None:
    body = {"revision": newest(hr, drafted["id"])["revision"], "wording": WORDING | change, "reason": ""}
    after = hr.post(f"/api/indicators/versions/{proposed}", json=body).get_json()["versions"][0]
    assert (len(after["answers"]), after["state"]) == (0 if asked_again else 2, "proposed")
