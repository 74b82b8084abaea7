"""Versions of indicators beside a file that names them: what nobody has approved is not brought into force by it."""

from __future__ import annotations

from typing import Any

import pytest
import sqlalchemy as sa

from server.foundation.db import session, unit_of_work
from server.indicators.models import Indicator, IndicatorVersion, SetLine, VersionState
from tests.server.imports.conftest import Office

HEAD = "code,name_zh,category,weight,source\n"
SAME = HEAD + "OUT,产量达成率,operator,60,MES\nFPY,一次合格率,operator,40,MES\n"


def beside(office: Office, state: VersionState, code: str = "OUT") -> None:
    """Write a second version of an indicator that is in the plant, or a first of one that is not."""

    def work() -> None:
        query = sa.select(IndicatorVersion).join(Indicator, Indicator.id == IndicatorVersion.indicator_id)
        one = session().execute(query.where(Indicator.code == "OUT")).scalar_one()
        told = {c.name: getattr(one, c.name) for c in IndicatorVersion.__table__.c if c.name not in ("id", "tenant_id")}
        told |= {"number": 2, "state": state.value, "target": 40, "threshold": 20, "bands": [20, 30, 40, 50]}
        if code != "OUT":
            made = Indicator(code=code)
            session().add(made)
            session().flush()
            told |= {"indicator_id": made.id, "number": 1}
        session().add(IndicatorVersion(**told))

    office.inside(lambda: unit_of_work(work))


def in_set(office: Office) -> list[tuple[int, str, Any]]:
    query = (
        sa.select(IndicatorVersion.number, IndicatorVersion.state, IndicatorVersion.target)
        .join(SetLine, SetLine.indicator_version_id == IndicatorVersion.id)
        .where(SetLine.category == "operator")
        .order_by(SetLine.position)
    )
    return office.inside(lambda: [tuple(row) for row in session().execute(query)])  # type: ignore[no-any-return]


@pytest.mark.parametrize("state", [VersionState.DRAFT, VersionState.PROPOSED, VersionState.RETIRED])
def test_the_version_in_force_is_the_newest_that_was_approved(office: Office, state: VersionState) -> None:
    beside(office, state)
    job = office.bring_in(("indicators.csv", SAME))
    assert (job.state, job.counts["indicators"]["unchanged"]) == ("applied", 2)
    assert [one[:2] for one in in_set(office)] == [(1, "approved"), (1, "approved")]
    assert all(one[2] != 40 for one in in_set(office))


def test_a_new_version_takes_a_number_that_no_draft_has(office: Office) -> None:
    beside(office, VersionState.DRAFT)
    job = office.bring_in(("indicators.csv", SAME.replace("产量达成率", "产量")))
    assert (job.state, job.failure) == ("applied", None)
    assert [one[:2] for one in in_set(office)] == [(3, "approved"), (1, "approved")]


def test_values_of_an_indicator_that_nobody_approved_are_refused(office: Office) -> None:
    beside(office, VersionState.PROPOSED, "NEW")
    job = office.preview(("v.csv", "employee_no,indicator,period,value\nN2,NEW,2026-10,80\n"))
    assert (job.state, job.errors) == ("ready", 1)
