"""50,000 rows at once: they come in, and ten times as many cost about ten times as much."""

from __future__ import annotations

import time
from typing import Any

from server.imports.models import Part
from tests.server.imports.conftest import Office

PEOPLE = 500
INDICATORS = ("OUT", "FPY")
RATIO_MAX = 30
"""Ten would be a straight line; a square would be a hundred."""


def people() -> str:
    rows = "".join(f"M{n},新人{n},WA,OPR,2020-01-01\n" for n in range(PEOPLE))
    return "employee_no,name_zh,department,job,hired_on\n" + rows


def values(weeks: int) -> str:
    rows = [
        f"M{n},{code},{2025 + week // 50}-W{week % 50 + 1:02},{80 + (n + week) % 20}.5\n"
        for week in range(weeks)
        for n in range(PEOPLE)
        for code in INDICATORS
    ]
    return "employee_no,indicator,period,value\n" + "".join(rows)


def cost(office: Office, weeks: int) -> tuple[float, Any]:
    began = time.process_time()
    job = office.bring_in(("values.csv", values(weeks)))
    return time.process_time() - began, job


def test_fifty_thousand_rows_come_in_and_go_again(office: Office) -> None:
    assert office.bring_in(("people.csv", people())).state == "applied"
    few, first = cost(office, 5)
    assert office.undo(first).state == "undone"
    many, job = cost(office, 50)
    assert (job.state, job.counts["values"]["new"]) == ("applied", 50_000), job.failure
    assert many / few < RATIO_MAX, f"{few:.1f} s of processor for 5,000, {many:.1f} s for 50,000"
    print(f"{few:.1f} s of processor for 5,000 values, {many:.1f} s for 50,000")
    assert len(office.parts(job, Part.ROW)) == 50_000
    again = office.preview(("values.csv", values(50)))
    assert again.counts["values"]["unchanged"] == 50_000
    assert office.undo(job).state == "undone"
