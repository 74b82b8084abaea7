"""Versions of indicators: drafted, proposed from the floor, answered by both sides, approved, compared, retired."""

from typing import Any

import pytest

from server.foundation.ids import new_id
from tests.server.indicators.conftest import WORDING, problem

TODAY = "2026-11-24"
LATER = "2026-12-01"


def row(client: Any, code: str) -> dict[str, Any] | None:
    return next((one for one in client.get("/api/indicators").get_json() if one["code"] == code), None)


def newest(client: Any, indicator: str) -> dict[str, Any]:
    return client.get(f"/api/indicators/{indicator}").get_json()["versions"][0]  # type: ignore[no-any-return]


def answered(boss: Any, head: Any, job: Any, version: str, revision: int, **said: Any) -> None:
    for client, side in ((boss, "supervisor"), (head, "head")):
        body = {"revision": revision, "job_id": job["id"], "side": side, "answer": "yes"} | said
        answer = client.post(f"/api/indicators/versions/{version}/influence", json=body)
        assert answer.status_code == 200, answer.get_json()


def test_a_proposal_from_the_floor_is_approved_once_nothing_is_missing(hr: Any, proposed: str, drafted: Any) -> None:
    assert newest(hr, drafted["id"])["findings"] == []
    answer = hr.post(f"/api/indicators/versions/{proposed}/approve", json={"revision": 1})
    assert answer.status_code == 200, answer.get_json()
    version = answer.get_json()["versions"][0]
    assert (version["state"], version["proposed_by"]["name_zh"], version["approved_by"]["name_zh"]) == (
        "approved", "肖静", "金佳怡",
    )  # fmt: skip
    assert problem(hr.post(f"/api/indicators/versions/{proposed}/approve", json={"revision": 1})) == (
        409,
        "version_not_proposed",
    )


def test_approval_is_refused_with_all_that_is_missing(hr: Any, boss: Any, drafted: Any) -> None:
    version = drafted["versions"][0]
    wording = WORDING | {"target": 35, "unit": ""}
    body = {"revision": version["revision"], "wording": wording, "reason": ""}
    assert boss.post(f"/api/indicators/versions/{version['id']}", json=body).status_code == 200
    assert boss.post(f"/api/indicators/versions/{version['id']}/propose").status_code == 200
    answer = hr.post(f"/api/indicators/versions/{version['id']}/approve", json={"revision": 2})
    assert problem(answer) == (409, "version_incomplete")
    told = [(one["code"], one["params"].get("side")) for one in answer.get_json()["errors"]]
    assert told == [
        ("no_unit", None), ("target_is_threshold", None), ("outputs_not_agreed", "head"), ("outputs_not_agreed", "supervisor"),
        ("influence_missing", "head"), ("influence_missing", "supervisor"),
    ]  # fmt: skip
    assert newest(hr, drafted["id"])["state"] == "proposed"


def test_a_straight_line_needs_no_bands_and_leaves_none_behind(
    hr: Any, boss: Any, head: Any, job: Any, drafted: Any, proposed: str
) -> None:
    body = {"revision": 1, "wording": WORDING | {"rule": "line"}, "reason": ""}
    assert hr.post(f"/api/indicators/versions/{proposed}", json=body).status_code == 200
    answered(boss, head, job, proposed, 2)
    version = newest(hr, drafted["id"])
    assert (version["rule"], version["bands"], version["findings"]) == ("line", None, [])
    assert hr.post(f"/api/indicators/versions/{proposed}/approve", json={"revision": 2}).status_code == 200
    following = hr.post(f"/api/indicators/{drafted['id']}/versions", json={"reason": "新模具"}).get_json()["versions"][
        0
    ]
    assert following["rule"] == "line", "the next one begins as a copy"
    edit = {"revision": 1, "wording": WORDING | {"rule": "bands"}, "reason": ""}
    assert hr.post(f"/api/indicators/versions/{following['id']}", json=edit).status_code == 200
    told = hr.get(f"/api/indicators/versions/{following['id']}/difference?from_version_id={proposed}").get_json()
    assert ("rule", "line", "bands") in [(one["field"], one["old"], one["new"]) for one in told]


@pytest.mark.parametrize("rule", ["curve", 1, None, ["line"]])
def test_a_rule_that_nobody_knows_is_refused(boss: Any, drafted: Any, rule: Any) -> None:
    version = drafted["versions"][0]["id"]
    body = {"revision": 1, "wording": WORDING | {"rule": rule}, "reason": ""}
    assert problem(boss.post(f"/api/indicators/versions/{version}", json=body)) == (422, "invalid")


def test_an_indicator_on_no_core_output_is_flagged_and_not_approved(hr: Any) -> None:
    assert row(hr, "OUT")["orphan"]  # type: ignore[index]
    made = hr.post("/api/indicators", json={"code": "LONE", "wording": WORDING}).get_json()
    version = made["versions"][0]["id"]
    hr.post(f"/api/indicators/versions/{version}/propose")
    answer = hr.post(f"/api/indicators/versions/{version}/approve", json={"revision": 1})
    assert [one["code"] for one in answer.get_json()["errors"]] == ["orphan"]


def test_tier_and_place_of_what_is_approved_and_all_of_an_orphan_are_hrs(
    hr: Any, boss: Any, proposed: str, drafted: Any, job: Any, client_for: Any, cast: Any
) -> None:
    url, first = f"/api/indicators/{drafted['id']}", job["outputs"][0]["id"]
    assert problem(boss.post(url, json={"tier": "leaders", "output_ids": [first]})) == (403, "not_allowed")
    assert boss.post(url, json={"tier": "all", "output_ids": [first]}).status_code == 200, "a proposal's place is free"
    body = {"code": "X", "tier": "desks", "output_ids": [first], "wording": WORDING}
    assert problem(boss.post("/api/indicators", json=body)) == (403, "not_allowed")
    assert hr.post(f"/api/indicators/versions/{proposed}/approve", json={"revision": 2}).status_code == 200
    for tier, hung in (("all", []), ("leaders", [first]), ("desks", [])):
        assert problem(boss.post(url, json={"tier": tier, "output_ids": hung})) == (403, "not_allowed")
    assert hr.get(url).get_json()["output_ids"] == [first]
    orphan = row(hr, "OUT")
    assert orphan is not None
    assert orphan["orphan"]
    for client in (boss, client_for(cast.neighbour)):
        for path, said in (("", {"tier": "leaders", "output_ids": []}), ("/versions", {"reason": "x"})):
            assert problem(client.post(f"/api/indicators/{orphan['id']}{path}", json=said)) == (403, "not_allowed")
    assert row(client_for(cast.worker), "OUT") is not None
    offered = boss.get(url).get_json()["versions"][0]["may"]
    assert not {"place", "tier"} & set(offered)


def test_hr_approves_and_a_side_answers_only_what_they_have_read(
    hr: Any, boss: Any, head: Any, job: Any, proposed: str, drafted: Any
) -> None:
    url = f"/api/indicators/versions/{proposed}"
    seen = newest(hr, drafted["id"])["revision"]
    body = {"revision": seen, "wording": WORDING | {"target": 34, "bands": [90, 80, 34, 15]}, "reason": ""}
    edited = boss.post(url, json=body).get_json()["versions"][0]
    assert (edited["state"], edited["answers"]) == ("draft", []), "its author takes it back by it"
    assert problem(hr.post(f"{url}/approve", json={"revision": seen})) == (409, "version_not_proposed")
    assert boss.post(f"{url}/propose").status_code == 200
    assert problem(hr.post(f"{url}/approve", json={"revision": seen})) == (409, "version_changed")
    said = {"revision": seen, "job_id": job["id"], "side": "head", "answer": "yes"}
    assert problem(head.post(f"{url}/influence", json=said)) == (409, "version_changed")
    for path in ("approve", "influence"):
        unread = {} if path == "approve" else {key: one for key, one in said.items() if key != "revision"}
        assert problem((hr if path == "approve" else head).post(f"{url}/{path}", json=unread)) == (422, "invalid")
    answered(boss, head, job, proposed, edited["revision"])
    assert hr.post(f"{url}/approve", json={"revision": edited["revision"]}).status_code == 200


def test_an_approved_version_never_changes_and_a_change_makes_the_next(hr: Any, proposed: str, drafted: Any) -> None:
    hr.post(f"/api/indicators/versions/{proposed}/approve", json={"revision": 1})
    body = {"revision": newest(hr, drafted["id"])["revision"], "wording": WORDING | {"target": 18}, "reason": ""}
    assert problem(hr.post(f"/api/indicators/versions/{proposed}", json=body)) == (409, "version_not_open")
    url = f"/api/indicators/{drafted['id']}/versions"
    assert problem(hr.post(url, json={"reason": ""})) == (422, "invalid")
    made = hr.post(url, json={"reason": "新模具"})
    assert made.status_code == 201
    assert problem(hr.post(url, json={"reason": "再来"})) == (409, "version_under_way")
    second = made.get_json()["versions"][0]
    assert (second["number"], second["state"], second["target"]) == (2, "draft", 20)
    bands = [35, 28, 18, 15]
    body = {"revision": second["revision"], "wording": WORDING | {"target": 18, "bands": bands}, "reason": "新模具"}
    hr.post(f"/api/indicators/versions/{second['id']}", json=body)
    url = f"/api/indicators/versions/{second['id']}/difference"
    assert hr.get(f"{url}?from_version_id={proposed}").get_json() == [
        {"field": "target", "mark": None, "old": 20, "new": 18}, {"field": "band", "mark": 4, "old": 20, "new": 18},
    ]  # fmt: skip
    assert problem(hr.get(f"{url}?from_version_id={new_id()}")) == (404, "not_found")
    assert problem(hr.get(url)) == (422, "invalid")


def test_two_who_edit_the_same_draft_do_not_overwrite_each_other(boss: Any, hr: Any, drafted: Any) -> None:
    version = drafted["versions"][0]
    body = {"revision": version["revision"], "wording": WORDING | {"target": 18}, "reason": ""}
    assert boss.post(f"/api/indicators/versions/{version['id']}", json=body).status_code == 200
    assert problem(hr.post(f"/api/indicators/versions/{version['id']}", json=body)) == (409, "version_changed")


def test_a_proposal_goes_back_with_a_reason_and_comes_again(hr: Any, boss: Any, proposed: str, drafted: Any) -> None:
    url = f"/api/indicators/versions/{proposed}/send-back"
    assert problem(hr.post(url, json={"reason": " "})) == (422, "return_reason")
    assert hr.post(url, json={"reason": "目标从哪里来"}).status_code == 200
    held = newest(boss, drafted["id"])
    assert (held["state"], held["returned"]) == ("draft", "目标从哪里来")
    assert problem(hr.post(url, json={"reason": "x"})) == (409, "version_not_proposed")
    assert boss.post(f"/api/indicators/versions/{proposed}/propose").status_code == 200
    assert problem(boss.post(f"/api/indicators/versions/{proposed}/propose")) == (409, "version_not_open")


def test_a_version_in_a_set_is_not_retired_and_one_that_is_retired_keeps_its_words(
    hr: Any, proposed: str, drafted: Any
) -> None:
    out = row(hr, "OUT")["version_id"]  # type: ignore[index]
    assert problem(hr.post(f"/api/indicators/versions/{out}/retire")) == (409, "version_in_use")
    assert problem(hr.post(f"/api/indicators/versions/{proposed}/retire")) == (409, "version_not_approved")
    hr.post(f"/api/indicators/versions/{proposed}/approve", json={"revision": 1})
    held = hr.post(f"/api/indicators/versions/{proposed}/retire").get_json()["versions"][0]
    assert (held["state"], held["name_zh"], held["retired_by"]["name_zh"]) == ("retired", "换型时间", "金佳怡")


def test_an_older_version_does_not_come_back_when_the_newest_is_retired(
    hr: Any, boss: Any, head: Any, proposed: str, drafted: Any, job: Any
) -> None:
    hr.post(f"/api/indicators/versions/{proposed}/approve", json={"revision": 1})
    second = hr.post(f"/api/indicators/{drafted['id']}/versions", json={"reason": "n"}).get_json()["versions"][0]["id"]
    hr.post(f"/api/indicators/versions/{second}/propose")
    answered(boss, head, job, second, 1)
    assert hr.post(f"/api/indicators/versions/{second}/approve", json={"revision": 1}).status_code == 200
    assert row(hr, "SMED")["in_force"] == 2  # type: ignore[index]
    assert hr.post(f"/api/indicators/versions/{second}/retire").status_code == 200
    held = row(hr, "SMED")
    assert held is not None
    assert (held["in_force"], held["in_force_id"]) == (None, None)


def test_approving_the_next_version_renews_the_sets_from_its_day(hr: Any, boss: Any, head: Any, agreed: Any) -> None:
    job = agreed
    out = row(hr, "OUT")
    assert out is not None
    hr.post(f"/api/indicators/{out['id']}", json={"tier": "all", "output_ids": [job["outputs"][0]["id"]]})
    made = hr.post(f"/api/indicators/{out['id']}/versions", json={"reason": "新目标"}).get_json()["versions"][0]
    hr.post(f"/api/indicators/versions/{made['id']}/propose")
    answered(boss, head, job, made["id"], 1, answer="partly", words="缺料时不能")
    early = hr.post(f"/api/indicators/versions/{made['id']}/approve", json={"revision": 1, "valid_from": "2026-11-01"})
    assert problem(early) == (409, "set_day")
    answer = hr.post(f"/api/indicators/versions/{made['id']}/approve", json={"revision": 1, "valid_from": LATER})
    assert answer.status_code == 200, answer.get_json()
    sets = [one for one in hr.get("/api/indicator-sets").get_json() if one["category"] == "operator"]
    assert [(one["valid_from"], one["lines"][0]["number"], one["head_count"]) for one in sets] == [
        (None, 1, 3),
        (LATER, 2, 0),
    ]
    assert sets[0]["lines"][0]["newer"]


@pytest.mark.parametrize(
    "change",
    [
        {"code": ""}, {"code": "X" * 41}, {"tier": "nobody"}, {"wording": {"target": "many"}}, {"wording": {"bands": [1] * 5}},
        {"wording": {"anchors": [["a", "b", "c"]]}}, {"wording": {"direction": "up"}}, {"wording": {"name_zh": "名" * 201}},
        {"output_ids": "all"}, {"state": "approved"}, {"wording": {"state": "approved"}},
    ],
)  # fmt: skip
def test_a_wrong_draft_is_refused_and_nothing_is_kept(hr: Any, change: dict[str, Any]) -> None:
    before = hr.get("/api/indicators").get_json()
    assert problem(hr.post("/api/indicators", json={"code": "NEW", "wording": WORDING} | change)) == (422, "invalid")
    assert hr.get("/api/indicators").get_json() == before


def test_a_code_is_given_once_and_an_output_must_be_there(hr: Any, boss: Any, drafted: Any) -> None:
    assert problem(hr.post("/api/indicators", json={"code": "SMED", "wording": WORDING})) == (
        409,
        "indicator_code_taken",
    )
    body = {"code": "NEW", "wording": WORDING, "output_ids": [str(new_id())]}
    assert problem(boss.post("/api/indicators", json=body)) == (422, "output_unknown")


def test_employees_read_what_applies_to_them_and_propose_nothing(
    cast: Any, client_for: Any, drafted: Any, hr: Any
) -> None:
    worker = client_for(cast.worker)
    assert {one["code"] for one in worker.get("/api/indicators").get_json()} == {"OUT", "FPY", "FIVE-S", "ATT", "TEAM"}
    assert client_for(cast.hr).get("/api/indicators").get_json() != []
    assert client_for(cast.admin).get("/api/indicators").get_json() == []
    out = row(worker, "OUT")
    assert out is not None
    read = worker.get(f"/api/indicators/{out['id']}").get_json()
    assert read["versions"][0]["may"] == []
    assert problem(worker.get(f"/api/indicators/{drafted['id']}")) == (404, "not_found")
    for answer in (
        worker.post("/api/indicators", json={"code": "W", "wording": WORDING}),
        worker.post(f"/api/indicators/{out['id']}/versions", json={"reason": "x"}),
        worker.post(f"/api/indicators/{out['id']}", json={"tier": "all", "output_ids": []}),
        worker.post(f"/api/indicators/versions/{drafted['versions'][0]['id']}/propose"),
        worker.get("/api/core-outputs"),
        worker.get("/api/indicator-sets"),
    ):
        assert problem(answer) == (403, "not_allowed")


def test_tiers_hide_from_employees_and_from_leaders(cast: Any, client_for: Any, hr: Any, boss: Any) -> None:
    out = row(hr, "OUT")
    assert out is not None
    worker = client_for(cast.worker)
    for tier, seen in (("leaders", (False, True)), ("desks", (False, False)), ("all", (True, True))):
        assert hr.post(f"/api/indicators/{out['id']}", json={"tier": tier, "output_ids": []}).status_code == 200
        assert (row(worker, "OUT") is not None, row(boss, "OUT") is not None) == seen
    assert row(hr, "OUT") is not None


@pytest.mark.parametrize("who", ["boss", "head", "partner"])
def test_only_hr_approves_returns_and_retires(request: pytest.FixtureRequest, who: str, proposed: str) -> None:
    client = request.getfixturevalue(who)
    for verb, body in (("approve", {"revision": 1}), ("send-back", {"reason": "x"}), ("retire", None)):
        answer = client.post(f"/api/indicators/versions/{proposed}/{verb}", json=body)
        assert problem(answer) == (403, "not_allowed")


def test_the_partner_proposes_in_the_own_area_and_others_do_not_touch_a_draft(
    partner: Any, hr: Any, job: Any, drafted: Any, client_for: Any, cast: Any
) -> None:
    body = {"code": "HRBP-1", "wording": WORDING, "output_ids": [job["outputs"][1]["id"]]}
    made = partner.post("/api/indicators", json=body)
    assert made.status_code == 201
    office = next(one for one in hr.get("/api/core-outputs").get_json()["jobs"] if one["code"] == "OFF")
    listed = hr.post(f"/api/core-outputs/{office['id']}", json={"outputs": [{"name_zh": "工资按时", "name_en": "Pay"}]})
    theirs = next(one for one in listed.get_json()["jobs"] if one["code"] == "OFF")["outputs"][0]["id"]
    assert problem(partner.post("/api/indicators", json=body | {"code": "X", "output_ids": [theirs]})) == (
        403,
        "not_allowed",
    )
    version = drafted["versions"][0]
    edit = {"revision": 1, "wording": WORDING, "reason": ""}
    for client in (partner, client_for(cast.neighbour)):
        assert problem(client.post(f"/api/indicators/versions/{version['id']}", json=edit)) == (403, "not_allowed")
    assert row(client_for(cast.neighbour), "SMED") is None


def test_nothing_of_another_plant_is_found(
    cast: Any, client_for: Any, hr: Any, proposed: str, drafted: Any, job: Any
) -> None:
    foreign = client_for(cast.south.hr)
    url = f"/api/indicators/versions/{proposed}"
    for answer in (
        foreign.get(f"/api/indicators/{drafted['id']}"),
        foreign.post(f"/api/indicators/{drafted['id']}", json={"tier": "all", "output_ids": []}),
        foreign.post(f"/api/indicators/{drafted['id']}/versions", json={"reason": "x"}),
        foreign.post(url, json={"revision": 1, "wording": WORDING}),
        foreign.post(f"{url}/propose"),
        foreign.post(f"{url}/send-back", json={"reason": "x"}),
        foreign.post(f"{url}/approve", json={"revision": 1}),
        foreign.post(f"{url}/retire"),
        foreign.get(f"{url}/difference?from_version_id={proposed}"),
    ):
        assert problem(answer) == (404, "not_found")
    body = {"code": "X", "wording": WORDING, "output_ids": [job["outputs"][0]["id"]]}
    assert problem(foreign.post("/api/indicators", json=body)) == (422, "output_unknown")
    assert row(foreign, "SMED") is None
