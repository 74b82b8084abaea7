"""Values by file beside others who write values, and what is said of values that an import takes back."""

from __future__ import annotations

import threading
from typing import Any

import pytest
import sqlalchemy as sa

from server.foundation.db import session
from server.imports import queries
from server.imports.plan import Stock
from server.indicators.models import MeasuredValue
from server.values.models import ValueFlag
from tests.server.hostile.knock import knock
from tests.server.imports.conftest import Office
from tests.server.values.test_doors import ROW, WANTED, System

HEAD = "employee_no,indicator,period,value\n"
OURS = HEAD + "N2,OUT,2026-11-01..2026-11-15,50\n"


@pytest.fixture
def at_second_look(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Do something once an import has looked whether the plant is as its preview saw it, and before it writes."""

    def lay(work: Any) -> None:
        real, seen = queries.fingerprint, [0]

        def looked(held: Stock) -> str:
            found = real(held)
            seen[0] += 1
            if seen[0] == 2:
                work()
            return found

        monkeypatch.setattr(queries, "fingerprint", looked)

    return lay


def test_a_value_is_written_over_the_version_that_was_seen_alone(office: Office, at_second_look: Any) -> None:
    job = office.preview(("v.csv", OURS))
    other = sa.update(MeasuredValue).values(value=99, version=MeasuredValue.version + 1)
    at_second_look(lambda: session().execute(other.execution_options(synchronize_session=False)))
    job = office.apply(job)
    assert (job.state, job.failure) == ("failed", "import_plant_changed")


def test_a_correction_beside_an_import_is_not_lost(
    office: Office, app: Any, cast: Any, client_for: Any, at_second_look: Any
) -> None:
    mes = System(app, knock(client_for(cast.admin), "POST", "/api/values/keys", json=WANTED).get_json()["key"])
    job = office.preview(("v.csv", OURS))
    sent: list[int] = []
    row = ROW | {"value": 99, "reason": "the employee was right"}
    rival = threading.Thread(target=lambda: sent.append(mes.send(row).status_code))
    at_second_look(rival.start)
    job = office.apply(job)
    rival.join()
    assert (sent, job.state) == ([200], "applied")
    query = sa.select(MeasuredValue.value, MeasuredValue.version).where(MeasuredValue.person_id == cast.worker.id)
    found = {row.version: float(row.value) for row in office.inside(lambda: session().execute(query).all())}
    assert found[3] == 99
    job = office.undo(job)
    assert (job.state, job.failure) == ("applied", "import_stood_upon")


def test_a_doubt_that_came_with_a_new_person_is_in_nobodys_way(office: Office) -> None:
    people = "employee_no,name_zh,department,job\n" + "".join(f"N2{n},人{n},WA,OPR\n" for n in range(4))
    rows = "".join(f"N2{n},OUT,2026-{month:02},{80 + n + month}\n" for n in range(4) for month in range(1, 10))
    job = office.bring_in(("people.csv", people), ("v.csv", HEAD + rows + "N20,OUT,2026-10,999999\n"))
    flags = sa.select(sa.func.count()).select_from(ValueFlag)
    assert office.inside(lambda: session().execute(flags).scalar()) == 1
    job = office.undo(job)
    assert (job.state, job.failure) == ("undone", None)
    assert office.inside(lambda: session().execute(flags).scalar()) == 0
