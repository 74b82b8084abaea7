"""What a plan finds and wants, from plain values alone: every way in which a list can be wrong is named by its row."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from itertools import count
from typing import Any
from uuid import UUID

import pytest

from server.imports import reading
from server.imports.plan import Options, Plan, Stock, What
from server.imports.plan_indicators import bands
from server.imports.planning import plan

TODAY = date(2026, 11, 24)
DEPARTMENTS = "code,name_zh,parent\nW,车间,\nWA,甲班,W\nWB,乙班,W\n"
JOBS = "code,name_zh,category\nOPR,操作工,operator\n"
PEOPLE = (
    "employee_no,name,department,job,hired_on\n1,甲,W,OPR,2020-01-01\n2,乙,WA,OPR,2020-01-01\n3,丙,WA,OPR,2020-01-01\n"
)
INDICATORS = "code,name_zh,category,target,threshold,weight,source\nOUT,产量,operator,100,90,60,MES\nFPY,合格率,operator,98,95,40,MES\n"
LINES = "employee_no,supervisor_no,valid_from,valid_to\n"


def planned(stock: Stock | None = None, options: Options | None = None, **files: str) -> Plan:
    """A plan of these files, in a plant that holds what `stock` says."""
    ids = count(1)
    read = reading.read([reading.Upload(f"{name}.csv", text.encode()) for name, text in files.items()])
    records = list(read.records())
    held, asked = stock or Stock(TODAY), options or Options(TODAY)
    return plan(records, read.findings, held, asked, lambda: UUID(int=next(ids)), read.employee_nos)


def whole(**files: str) -> dict[str, str]:
    """A sound plant with some files put in the place of others."""
    return {"departments": DEPARTMENTS, "jobs": JOBS, "people": PEOPLE, "indicators": INDICATORS} | files


def told(made: Plan) -> set[tuple[str, str, int]]:
    """Findings as code, weight and row."""
    return {(one.code, one.weight.value, one.place.row) for one in made.findings}


def test_a_sound_plant_has_nothing_to_find() -> None:
    made = planned(**whole(reporting=LINES + "2,1,2020-01-01,\n3,1,2020-01-01,\n"))
    assert told(made) == set()
    assert made.counts["people"]["new"] == 3


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        ({"people": PEOPLE + "4,丁,NOWHERE,OPR,2020-01-01\n"}, ("department_unknown", "error", 5)),
        ({"people": PEOPLE + "4,丁,W,NOTHING,2020-01-01\n"}, ("job_unknown", "error", 5)),
        ({"people": PEOPLE + "3,戊,WA,OPR,2020-01-01\n"}, ("number_two_names", "error", 5)),
        ({"people": PEOPLE + "3,丙,WB,OPR,2020-01-01\n"}, ("rows_differ", "error", 5)),
        ({"people": PEOPLE + "3,丙,WA,OPR,2020-01-01\n"}, ("row_twice", "doubt", 5)),
        ({"departments": DEPARTMENTS + "X,甲,Y\nY,乙,X\n"}, ("department_loop", "error", 5)),
        ({"departments": DEPARTMENTS + "X,甲,GONE\n"}, ("department_unknown", "error", 5)),
        ({"reporting": LINES + "2,2,2020-01-01,\n"}, ("own_supervisor", "error", 2)),
        ({"reporting": LINES + "2,9,2020-01-01,\n"}, ("person_unknown", "error", 2)),
        ({"reporting": LINES + "2,1,2020-02-01,2020-01-31\n"}, ("ends_before_start", "error", 2)),
        (
            {"reporting": LINES + "2,1,2020-01-01,2020-06-30\n2,3,2020-06-30,\n"},
            ("lines_overlap", "error", 3),
        ),
        ({"reporting": LINES + "2,1,2020-01-01,\n2,3,2020-06-30,\n"}, ("line_ends_by_next", "doubt", 2)),
        ({"indicators": INDICATORS.replace(",40,", ",30,")}, ("weights_do_not_sum", "error", 2)),
        ({"indicators": INDICATORS.replace(",40,", ",39.5,")}, ("weight_wrong", "error", 3)),
        ({"values": "employee_no,indicator,period,value\n2,NOPE,2026-10,1\n"}, ("indicator_unknown", "error", 2)),
        ({"values": "employee_no,indicator,period,value\n9,OUT,2026-10,1\n"}, ("person_unknown", "error", 2)),
        ({"values": "employee_no,indicator,period,value\n2,OUT,2019-10,1\n"}, ("value_before_hired", "doubt", 2)),
        (
            {"values": "employee_no,indicator,period,value\n2,OUT,2026-10,1\n2,OUT,2026-10,2\n"},
            ("rows_differ", "error", 3),
        ),
        ({"chips": "band,zh,indicator\nlow,x,NOPE\n"}, ("indicator_unknown", "error", 2)),
        ({"values": "employee_no,indicator,period,value\n2,OUT,2026-13,1\n"}, ("period_impossible", "error", 2)),
    ],
)
def test_what_is_wrong_is_named_by_its_row(files: dict[str, str], expected: tuple[str, str, int]) -> None:
    made = planned(**whole(**files))
    assert told(made) == {expected}
    assert bool(made.errors) == (expected[1] == "error")


def test_a_loop_is_found_on_the_days_on_which_it_is_one() -> None:
    turns = LINES + "1,2,2020-01-01,2020-03-31\n2,3,2020-01-01,\n3,1,2020-04-01,\n"
    assert told(planned(**whole(reporting=turns))) == set(), "they never hold together"
    made = planned(**whole(reporting=turns.replace("2020-03-31", "2020-04-01")))
    (finding,) = made.findings
    assert finding.code == "reporting_loop"
    assert finding.params["day"] == "2020-04-01"


def test_an_end_before_the_start_of_work_is_refused() -> None:
    people = PEOPLE.replace("hired_on", "hired_on,left_on") + "4,丁,W,OPR,2020-05-01,2020-04-30\n"
    assert ("left_before_hired", "error", 5) in told(planned(**whole(people=people)))


@pytest.mark.parametrize("role", ["hr", "hrbp", "admin"])
def test_a_list_gives_and_takes_no_office_over_others(role: str) -> None:
    people = f"employee_no,name,department,job,role\n1,甲,W,OPR,{role}\n"
    made = planned(**whole(people=people))
    (finding,) = made.findings
    assert (finding.code, finding.weight.value) == ("role_by_hand", "doubt")
    assert (finding.place.row, finding.place.column, finding.place.header) == (2, "E", "role")
    assert [row for row in made.rows if row.table == "role_grant"] == []
    held = next(row.after for row in made.rows if row.table == "person")
    assert held is not None
    granted = {"id": UUID(int=99), "person_id": held["id"], "role": role, "department_id": None}
    stock = after(people=people)
    stock.grants[held["id"]] = [granted | {"valid_from": date(2024, 1, 1), "valid_to": None}]
    assert told(planned(stock, people=people)) == set(), "he has it already"
    left = "employee_no,name,department,job,left_on\n1,甲,W,OPR,2026-11-30\n"
    leaving = planned(stock, people=left)
    assert ("role_stays", "doubt", 2) in told(leaving)
    assert [row for row in leaving.rows if row.table == "role_grant"] == []


def after(**files: str) -> Stock:
    """What a plant holds after these files."""
    held = Stock(TODAY)
    made = planned(held, **whole(**files))
    assert not made.errors
    for row in made.rows:
        if row.table in ("assignment", "reporting_line") and row.after is not None:
            into = held.assignments if row.table == "assignment" else held.lines
            into.setdefault(row.after["person_id"], []).append(dict(row.after))
        if row.table == "indicator_set_line" and row.after is not None:
            held.sets.setdefault(row.after["category"], []).append(dict(row.after))
    return held


def test_the_same_again_changes_nothing() -> None:
    lines = LINES + "2,1,2020-01-01,\n3,1,2020-01-01,2026-10-14\n3,2,2026-10-15,\n"
    held = after(reporting=lines)
    made = planned(held, **whole(reporting=lines))
    assert made.rows == []
    assert all(counts["unchanged"] == sum(counts.values()) for counts in made.counts.values())


def test_a_move_closes_the_old_line_the_day_before() -> None:
    held = after(reporting=LINES + "2,1,2020-01-01,\n")
    made = planned(held, reporting=LINES + "2,3,2026-11-01,\n")
    closed, opened = sorted(made.rows, key=lambda row: row.before is None)
    assert closed.after is not None
    assert opened.after is not None
    assert closed.after["valid_to"] == date(2026, 10, 31)
    assert (opened.after["valid_from"], opened.after["valid_to"]) == (date(2026, 11, 1), None)
    (change,) = made.changes
    assert change.what is What.MOVED
    assert (change.differences[0].before, change.differences[0].after) == ("1", "3")
    assert len(made.moves) == 1


def test_whoever_is_missing_has_left_only_where_the_importer_says_so() -> None:
    short = "employee_no,name,department,job,hired_on\n1,甲,W,OPR,2020-01-01\n2,乙,WA,OPR,2020-01-01\n"
    assert planned(after(), people=short).changes == []
    made = planned(after(), options=Options(TODAY, complete=True), people=short)
    assert [(one.what, one.key) for one in made.changes] == [(What.LEFT, "3")]
    assert {row.table for row in made.rows} == {"person", "assignment", "account"}


def test_another_wording_makes_a_new_version_and_the_same_makes_none() -> None:
    held = after()
    made = planned(held, indicators=INDICATORS.replace("产量", "产出"))
    assert {row.table for row in made.rows} == {"indicator_version", "indicator_set_line"}
    assert made.counts["indicators"] == {"new": 0, "moved": 0, "left": 0, "changed": 1, "unchanged": 1}


@pytest.mark.parametrize("weights", [("60.00", "40.0"), ("6e1", "40.")])
def test_a_weight_with_a_point_and_nothing_behind_it_is_a_whole_one(weights: tuple[str, str]) -> None:
    made = planned(**whole(indicators=INDICATORS.replace(",60,", f",{weights[0]},").replace(",40,", f",{weights[1]},")))
    assert told(made) == set()
    assert [row.after["weight"] for row in made.rows if row.table == "indicator_set_line" and row.after] == [60, 40]


@pytest.mark.parametrize(
    ("target", "threshold", "direction", "unit", "expected"),
    [
        ("100", "90", "higher", "%", [90, 95, 100, 105]),
        ("95", "80", "higher", "%", [80, 87.5, 95, 100]),
        ("45", "90", "lower", "min", [90, 67.5, 45, 22.5]),
        ("0", "1", "lower", "count", [1, 0.5, 0, 0]),
        ("90", "95", "higher", "", None),
    ],
)
def test_bands_lie_between_threshold_and_target(
    target: str, threshold: str, direction: str, unit: str, expected: Any
) -> None:
    wording = {"target": Decimal(target), "threshold": Decimal(threshold), "direction": direction, "unit": unit}
    assert bands(wording | {"source": "MES"}) == expected
    assert bands(wording | {"source": "rating"}) is None


@pytest.mark.parametrize("many", [3, 70, 2000])
def test_a_circle_of_any_length_is_found(many: int) -> None:
    people = "employee_no,name,department,job\n" + "".join(f"L{n},人,W,OPR\n" for n in range(many))
    lines = LINES + "".join(f"L{n},L{(n + 1) % many},2026-11-0{1 + n % 9},\n" for n in range(many))
    made = planned(**whole(people=people, reporting=lines))
    found = [one for one in made.findings if one.code == "reporting_loop"]
    assert [one.params["way"].count("→") for one in found] == [min(many, 19)]


def test_a_number_that_is_somebody_elses_now_is_doubted() -> None:
    made = planned(after(), people=PEOPLE.replace("乙", "王新来"))
    assert told(made) == {("number_renamed", "doubt", 3)}
    assert made.counts["people"]["changed"] == 1
