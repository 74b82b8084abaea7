"""Very many rows at once: they come in, and ten times as many cost about ten times as much."""

from __future__ import annotations

import os
import time
from typing import Any

from server.imports.models import Part
from tests.server.imports.conftest import Office

PEOPLE = 500
WEEKS = 50 if os.environ.get("GEMBA_SOAK") else 10
"""Of a thousand values each. The long form, 50,000, is run by make soak-real."""
ROWS = WEEKS * 1000
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


def test_ten_times_as_many_rows_come_in_and_go_again(office: Office) -> None:
    assert office.bring_in(("people.csv", people())).state == "applied"
    few, first = cost(office, WEEKS // 10)
    assert office.undo(first).state == "undone"
    many, job = cost(office, WEEKS)
    assert (job.state, job.counts["values"]["new"]) == ("applied", ROWS), job.failure
    said = f"{few:.1f} s of processor for {ROWS // 10} values, {many:.1f} s for {ROWS}"
    assert many / few < RATIO_MAX, said
    print(said)
    assert len(office.parts(job, Part.ROW)) == ROWS
    again = office.preview(("values.csv", values(WEEKS)))
    assert again.counts["values"]["unchanged"] == ROWS
    assert office.undo(job).state == "undone"
