"""How columns and names are understood: told, corrected, remembered, and joined with what the plant knows."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from server.imports import runs
from server.imports.models import Part
from tests.server.hostile.knock import knock
from tests.server.imports.conftest import Office
from tests.server.imports.test_doors import PEOPLE, apply, body


@pytest.fixture
def step(office: Office, monkeypatch: pytest.MonkeyPatch) -> Callable[[], bool]:
    """Do the step that was asked for last, in this process."""
    held: list[tuple[Any, str]] = []
    monkeypatch.setattr(runs, "start", lambda import_id, token: held.append((import_id, token)))
    return lambda: bool(office.inside(lambda: runs.run(*held.pop())))


# Departments and jobs by their names, as lists have them.
ODD = "甲列,乙列,丙列,丁列\nN9,新人,机加工甲班,操作工\n"
MEANT = {"A": "employee_no", "B": "name_zh", "C": "department", "D": "job"}
SHEET = "工号,姓名,部门,岗位,直接上级工号\nN9,新人,机加工甲班,操作工,{boss}\n"


def tables(client: Any, import_id: str) -> list[dict[str, Any]]:
    return list(knock(client, "GET", f"/api/imports/{import_id}/tables").get_json()["items"])


def test_a_header_that_nobody_knows_is_explained_once_and_known_the_next_time(
    cast: Any, client_for: Any, step: Any
) -> None:
    hr, odd = client_for(cast.hr), ODD.encode()
    import_id = knock(hr, "POST", "/api/imports", json=body(("odd.csv", odd))).get_json()["id"]
    assert step()
    (table,) = tables(hr, import_id)
    assert (table["kind"], table["origin"], [one["label"] for one in table["columns"]]) == (
        None,
        "found",
        ["甲列", "乙列", "丙列", "丁列"],
    )
    assert table["columns"][0]["sample"] == ["N9"]
    said = {table["signature"]: {"kind": "people", "fields": MEANT}}
    assert knock(hr, "PUT", f"/api/imports/{import_id}/mappings", json={"mappings": said}).status_code == 202
    assert step()
    (table,) = tables(hr, import_id)
    assert (table["kind"], table["origin"], table["rows"]) == ("people", "own", 1)
    shown = knock(hr, "GET", f"/api/imports/{import_id}").get_json()
    assert (shown["errors"], shown["counts"]["people"]["new"]) == (0, 1)
    assert apply(hr, import_id).status_code == 202
    assert step()
    again = knock(hr, "POST", "/api/imports", json=body(("odd.csv", odd))).get_json()["id"]
    assert step()
    (table,) = tables(hr, again)
    assert (table["kind"], table["origin"]) == ("people", "remembered")
    # And one that is not to be read is left out.
    left_out = {table["signature"]: {"kind": None, "fields": {}}}
    assert knock(hr, "PUT", f"/api/imports/{again}/mappings", json={"mappings": left_out}).status_code == 202
    assert step()
    assert (tables(hr, again)[0]["kind"], knock(hr, "GET", f"/api/imports/{again}").get_json()["counts"]) == (None, {})


@pytest.mark.parametrize(
    ("mapping", "status"),
    [
        ({"kind": "nothing", "fields": {}}, 422),
        ({"kind": "people"}, 422),
        ({"kind": "people", "fields": {"a": "job"}}, 422),
        ({"kind": "people", "fields": {"A": 7}}, 422),
        ({"kind": "people", "fields": []}, 422),
        ("people", 422),
        ({"kind": "people", "fields": {"A": "nothing"}}, 202),
        ({"kind": "people", "fields": {"ZZ": "job"}}, 202),
        ({"kind": "people", "fields": {"A": "job", "B": "job"}}, 202),
    ],
)
def test_a_mapping_that_is_none_is_refused_and_one_that_fits_nothing_is_an_error_to_mend(
    cast: Any, client_for: Any, step: Any, mapping: Any, status: int
) -> None:
    hr = client_for(cast.hr)
    import_id = knock(hr, "POST", "/api/imports", json=body(("people.csv", PEOPLE.encode()))).get_json()["id"]
    assert step()
    (table,) = tables(hr, import_id)
    sent = {"mappings": {table["signature"]: mapping}}
    assert knock(hr, "PUT", f"/api/imports/{import_id}/mappings", json=sent).status_code == status
    if status != 202:
        return
    assert step()
    assert len(tables(hr, import_id)) == 1
    found = knock(hr, "GET", f"/api/imports/{import_id}/findings").get_json()["items"]
    assert ("mapping_unsound", "error") in {(one["code"], one["weight"]) for one in found}
    assert all(one["said_zh"] != one["said_en"] and "finding_" not in one["said_zh"] for one in found)


def test_what_columns_may_be_is_told_in_both_languages(cast: Any, client_for: Any) -> None:
    kinds = {one["kind"]: one for one in knock(client_for(cast.hr), "GET", "/api/imports/kinds").get_json()}
    assert kinds["people"]["name_zh"] == "人员"
    field = next(one for one in kinds["people"]["fields"] if one["name"] == "supervisor_no")
    assert (field["needed"], field["name_zh"]) == (False, "上级工号")
    assert knock(client_for(cast.worker), "GET", "/api/imports/kinds").status_code == 403


def test_a_list_of_people_tells_names_in_place_of_codes_and_the_supervisor(office: Office, cast: Any) -> None:
    text = SHEET.format(boss=cast.supervisor.employee_no)
    job = office.bring_in(("花名册.csv", text))
    assert job.state == "applied", office.parts(job, Part.FINDING)
    assert job.counts["reporting"]["new"] == 1
    assert office.preview(("花名册.csv", text)).counts == {
        "people": {"new": 0, "moved": 0, "left": 0, "changed": 0, "unchanged": 1}
    }
    unknown = office.preview(("花名册.csv", text.replace("机加工甲班", "没有的部门")))
    assert [one["code"] for one in office.parts(unknown, Part.FINDING)] == ["department_unknown"]
