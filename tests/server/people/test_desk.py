"""Departments and people on HR's desk."""

from datetime import date
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa
from flask import Flask

from server.foundation.db import db, session, tenant_context, unit_of_work
from server.people import service
from server.people.models import Department, Role

DOORS = ["/api/departments", "/api/people"]


@pytest.fixture
def hr(cast: Any, client_for: Any) -> Any:
    return client_for(cast.hr)


def test_departments_come_with_their_head_counts(cast: Any, hr: Any) -> None:
    shown = {one["code"]: one for one in hr.get("/api/departments").get_json()}
    assert shown["WA"]["name_zh"] == "机加工甲班"
    assert shown["WA"]["parent_id"] == shown["W"]["id"]
    assert shown["W"]["parent_id"] is None
    assert {code: one["head_count"] for code, one in shown.items()} == {"W": 1, "WA": 3, "WB": 2, "H": 2}


def test_people_come_with_place_job_supervisor_and_roles(cast: Any, hr: Any) -> None:
    shown = {one["employee_no"]: one for one in hr.get("/api/people").get_json()}
    assert len(shown) == 8
    assert shown["N2"] == {
        "id": str(cast.worker.id), "employee_no": "N2", "name_zh": "汤雨桐", "name_en": "Tang Yutong",
        "department_id": str(cast.shift.id), "job_zh": "操作工", "job_en": "Operator",
        "supervisor_id": str(cast.supervisor.id), "roles": ["employee"],
    }  # fmt: skip
    assert shown["N1"]["roles"] == ["employee", "supervisor"]
    assert shown["N7"]["roles"] == ["employee", "hr"]
    assert "manager" in shown["N6"]["roles"]


def test_people_of_a_department_include_those_below_it(cast: Any, hr: Any) -> None:
    def numbers(department: Any) -> set[str]:
        answer = hr.get(f"/api/people?department_id={department}")
        return {one["employee_no"] for one in answer.get_json()}

    assert numbers(cast.shift.id) == {"N1", "N2", "N3"}
    assert numbers(cast.shift.parent_id) == {"N1", "N2", "N3", "N4", "N5", "N6"}


def test_nobody_of_another_plant_is_listed(cast: Any, hr: Any) -> None:
    for door in DOORS:
        text = hr.get(door).get_data(as_text=True)
        assert str(cast.stranger.id) not in text
        assert str(cast.south.shift.id) not in text


@pytest.mark.parametrize("asked", ["7", "", "%00", "N1", "' OR 1=1"])
def test_a_department_that_is_no_id_is_refused_by_field(hr: Any, asked: str) -> None:
    answer = hr.get(f"/api/people?department_id={asked}")
    assert (answer.status_code, answer.get_json()["code"]) == (422, "invalid")
    assert answer.get_json()["errors"][0]["code"] == "not_an_id"


@pytest.mark.parametrize("who", ["worker", "admin"])
@pytest.mark.parametrize("door", DOORS)
def test_whoever_leads_nobody_reads_no_list(cast: Any, client_for: Any, who: str, door: str) -> None:
    answer = client_for(getattr(cast, who)).get(door)
    assert (answer.status_code, answer.get_json()["code"]) == (403, "not_allowed")


@pytest.mark.parametrize(
    ("who", "people", "departments"),
    [
        ("supervisor", ["N2", "N3"], {"WA": 2}),
        ("delegate", ["N5"], {"WB": 1}),
        ("manager", ["N1", "N2", "N3", "N4", "N5"], {"WA": 3, "WB": 2}),
    ],
)
def test_a_superior_reads_of_everybody_below_on_the_line(
    cast: Any, client_for: Any, who: str, people: list[str], departments: dict[str, int]
) -> None:
    client = client_for(getattr(cast, who))
    assert [one["employee_no"] for one in client.get("/api/people").get_json()] == people
    assert {one["code"]: one["head_count"] for one in client.get("/api/departments").get_json()} == departments


@pytest.mark.parametrize(
    ("area", "people", "departments"),
    [
        ("WA", {"N1", "N2", "N3"}, {"WA": 3}),
        ("W", {"N1", "N2", "N3", "N4", "N5", "N6"}, {"W": 1, "WA": 3, "WB": 2}),
        (None, {f"N{n}" for n in range(1, 9)}, {"W": 1, "WA": 3, "WB": 2, "H": 2}),
    ],
)
def test_hrs_partner_reads_of_the_area_and_what_lies_below_it(
    app: Flask, cast: Any, client_for: Any, area: str | None, people: set[str], departments: dict[str, int]
) -> None:
    def grant() -> None:
        place = session().execute(sa.select(Department).where(Department.code == area)).scalar_one_or_none()
        service.grant(cast.admin.id, Role.HRBP, valid_from=date(2026, 1, 1), department=place)

    with app.app_context(), tenant_context(cast.tenant_id):
        unit_of_work(grant)
        db.session.remove()
    client = client_for(cast.admin)
    assert {one["employee_no"] for one in client.get("/api/people").get_json()} == people
    assert {one["code"]: one["head_count"] for one in client.get("/api/departments").get_json()} == departments
    below = client.get(f"/api/people?department_id={cast.neighbour_shift.id}")
    assert below.status_code == (404 if area == "WA" else 200)


def test_an_unknown_department_and_one_of_another_plant_are_not_found(cast: Any, hr: Any) -> None:
    for department_id in (UUID(int=7), cast.south.shift.id):
        answer = hr.get(f"/api/people?department_id={department_id}")
        assert (answer.status_code, answer.get_json()["code"]) == (404, "not_found")


def test_asking_twice_gives_the_same(hr: Any) -> None:
    for door in DOORS:
        assert hr.get(door).get_json() == hr.get(door).get_json()


def test_without_a_session_both_doors_ask_to_sign_in(app: Any) -> None:
    for door in DOORS:
        assert app.test_client().get(door).status_code == 401
