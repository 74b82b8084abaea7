"""What tests of the library share: people at their desks, a job with agreed outputs, an indicator all but approved."""

from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from server.foundation.db import db, session, tenant_context, unit_of_work
from server.people import service as people
from server.people.models import Department, Job, Person, Role
from tests.cast import SINCE

WORDING = {
    "name_zh": "换型时间", "name_en": "Changeover time", "short_zh": "换型时间", "short_en": "Changeover", "unit": "min",
    "direction": "lower", "target": 20, "threshold": 35, "source": "MES", "frequency": "weekly",
    "bands": [35, 28, 20, 15], "anchors": None,
}  # fmt: skip
OUTPUTS = [
    {"name_zh": zh, "name_en": en}
    for zh, en in (("按时交出的件", "Parts on time"), ("合格的件", "Good parts"), ("安全的工位", "A safe place"))
]


def problem(answer: Any) -> tuple[int, str]:
    return answer.status_code, answer.get_json()["code"]


@pytest.fixture
def hr(cast: Any, client_for: Any) -> Any:
    return client_for(cast.hr)


@pytest.fixture
def boss(cast: Any, client_for: Any) -> Any:
    """The shift's supervisor."""
    return client_for(cast.supervisor)


@pytest.fixture
def head(cast: Any, client_for: Any) -> Any:
    """The department's head."""
    return client_for(cast.manager)


@pytest.fixture
def partner(app: Flask, cast: Any, client_for: Any) -> Any:
    """HR's partner of the neighbour shift, an officer like HR."""

    def hire() -> Person:
        made = people.hire("N20", "顾明", "Gu Ming", now=app.extensions["gemba_clock"].now())
        works = session().execute(sa.select(Department).where(Department.code == "WB")).scalar_one()
        office = session().execute(sa.select(Department).where(Department.code == "H")).scalar_one()
        job = session().execute(sa.select(Job).where(Job.code == "OFF")).scalar_one()
        people.assign(made.id, office, job, "1", valid_from=SINCE)
        people.grant(made.id, Role.HRBP, valid_from=SINCE, department=works)
        return made

    with app.app_context(), tenant_context(cast.tenant_id):
        session().close()
        made = unit_of_work(hire)
        db.session.remove()
    return client_for(made)


@pytest.fixture
def job(hr: Any) -> dict[str, Any]:
    """The operators' job, with three core outputs that nobody has agreed to."""
    found = {one["code"]: one for one in hr.get("/api/core-outputs").get_json()["jobs"]}
    answer = hr.post(f"/api/core-outputs/{found['OPR']['id']}", json={"outputs": OUTPUTS})
    assert answer.status_code == 200, answer.get_json()
    return next(one for one in answer.get_json()["jobs"] if one["code"] == "OPR")  # type: ignore[no-any-return]


@pytest.fixture
def agreed(boss: Any, head: Any, job: dict[str, Any]) -> dict[str, Any]:
    """The same, and both sides stand by them."""
    for client, side in ((boss, "supervisor"), (head, "head")):
        answer = client.post(f"/api/core-outputs/{job['id']}/agree", json={"side": side})
        assert answer.status_code == 200, answer.get_json()
    return job


@pytest.fixture
def drafted(boss: Any, job: dict[str, Any]) -> dict[str, Any]:
    """What the supervisor drafted on the floor, hanging on the job's first output."""
    body = {"code": "SMED", "output_ids": [job["outputs"][0]["id"]], "wording": WORDING, "reason": "换型太久"}
    answer = boss.post("/api/indicators", json=body)
    assert answer.status_code == 201, answer.get_json()
    return answer.get_json()  # type: ignore[no-any-return]


@pytest.fixture
def proposed(boss: Any, head: Any, drafted: dict[str, Any], agreed: dict[str, Any]) -> str:
    """That draft, answered by both sides and handed in: its version's id."""
    job = agreed
    version = drafted["versions"][0]["id"]
    assert boss.post(f"/api/indicators/versions/{version}/propose").status_code == 200
    for client, side in ((boss, "supervisor"), (head, "head")):
        said = {"revision": 1, "job_id": job["id"], "side": side, "answer": "yes"}
        answer = client.post(f"/api/indicators/versions/{version}/influence", json=said)
        assert answer.status_code == 200, answer.get_json()
    return str(version)
