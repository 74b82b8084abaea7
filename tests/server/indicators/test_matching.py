"""Which set applies to whom on a day: by department, job, category and level, with dates; nothing stored twice."""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa
from flask import Flask

from server.evaluations.models import Evaluation, Form
from server.foundation import clock
from server.foundation.db import db, session, tenant_context, unit_of_work
from server.foundation.ids import new_id
from server.indicators import matching
from server.indicators.library_models import IndicatorSet
from server.indicators.matching import Match, Place, Span, best
from server.indicators.models import SetLine
from server.people import queries as people
from server.people.models import Assignment, Department, Job
from tests.cast import SINCE, open_cycle

TODAY = date(2026, 11, 24)
SHIFT, WORKS, OTHER, OPERATOR, LEAD = (UUID(int=n) for n in range(1, 6))
HERE = Place((SHIFT, WORKS), OPERATOR, "operator", "2", date(2024, 1, 1), None)
EVER = date(2020, 1, 1)


@pytest.fixture
def north(app: Flask, cast: Any) -> Iterator[Any]:
    """The cast, with plant "north" at work."""
    with app.app_context(), tenant_context(cast.tenant_id):
        yield cast
        db.session.remove()


def write(work: Any) -> Any:
    session().close()
    return unit_of_work(work)


def add_set(code: str, lines: list[int], **whom: Any) -> None:
    versions = [line.indicator_version_id for line in matching.lines_of("operator")]
    session().add(IndicatorSet(code=code, **({"valid_from": EVER} | whom)))
    for position, weight in enumerate(lines, start=1):
        version = versions[position - 1]
        session().add(SetLine(category=code, position=position, indicator_version_id=version, weight=weight))


@pytest.mark.parametrize(
    ("sets", "wins"),
    [
        ([Match("all", EVER), Match("cat", EVER, category="operator")], "cat"),
        ([Match("cat", EVER, category="operator"), Match("job", EVER, job_id=OPERATOR)], "job"),
        ([Match("job", EVER, job_id=OPERATOR), Match("cat", EVER, category="operator", department_id=SHIFT)], "job"),
        ([Match("cat", EVER, category="operator"), Match("works", EVER, category="operator", department_id=WORKS)], "works"),
        ([Match("works", EVER, department_id=WORKS), Match("shift", EVER, department_id=SHIFT)], "shift"),
        ([Match("shift", EVER, department_id=SHIFT), Match("works2", EVER, department_id=WORKS, level="2")], "shift"),
        ([Match("any", EVER), Match("two", EVER, level="2")], "two"),
        ([Match("old", EVER, category="operator"), Match("new", TODAY, category="operator")], "new"),
        ([Match("old", EVER, category="operator"), Match("next", TODAY + timedelta(1), category="operator")], "old"),
        ([Match("gone", EVER, job_id=OPERATOR, valid_to=TODAY - timedelta(1)), Match("all", EVER)], "all"),
        ([Match("last day", EVER, job_id=OPERATOR, valid_to=TODAY), Match("all", EVER)], "last day"),
        ([Match("other", EVER, department_id=OTHER), Match("lead", EVER, job_id=LEAD), Match("three", EVER, level="3")], None),
    ],
)  # fmt: skip
def test_the_most_specific_set_applies(sets: list[Match], wins: str | None) -> None:
    for order in (sets, list(reversed(sets))):
        found = best(order, HERE, TODAY)
        assert (None if found is None else found.code) == wins


def test_a_move_and_a_new_set_each_change_what_applies_on_their_day() -> None:
    sets = [Match("op", EVER, category="operator"), Match("op2", date(2027, 1, 1), category="operator")]
    sets.append(Match("lead", EVER, job_id=LEAD))
    moved = Place((SHIFT, WORKS), LEAD, "supervisor", "", date(2027, 3, 1), None)
    before = Place(HERE.departments, OPERATOR, "operator", "2", date(2024, 1, 1), date(2027, 2, 28))
    assert matching.spans(sets, [before, moved], TODAY) == [
        Span("op", TODAY, date(2026, 12, 31)),
        Span("op2", date(2027, 1, 1), date(2027, 2, 28)),
        Span("lead", date(2027, 3, 1), None),
    ]


def test_without_a_row_the_lines_of_a_category_apply_on_every_day(north: Any) -> None:
    for day in (SINCE, TODAY, date(2030, 1, 1)):
        lines = matching.set_of(north.worker.id, day)
        assert [(one.code, one.position, one.weight) for one in lines] == [
            ("OUT", 1, 30), ("FPY", 2, 30), ("FIVE-S", 3, 20), ("ATT", 4, 10), ("TEAM", 5, 10),
        ]  # fmt: skip
    assert matching.set_of(north.worker.id, SINCE - timedelta(days=1)) == []
    assert matching.set_of(north.hr.id, TODAY) == []
    assert matching.set_of(new_id(), TODAY) == []
    assert matching.set_of(north.south.worker.id, TODAY) == []


def test_a_set_of_a_shift_applies_to_that_shift_from_its_first_day(north: Any) -> None:
    write(lambda: add_set("SHIFT", [40, 30, 30], category="operator", department_id=north.shift.id, valid_from=TODAY))
    assert len(matching.set_of(north.worker.id, TODAY - timedelta(days=1))) == 5
    assert [line.weight for line in matching.set_of(north.worker.id, TODAY)] == [40, 30, 30]
    assert len(matching.set_of(north.neighbour_worker.id, TODAY)) == 5


def test_a_move_changes_the_set_on_its_day_and_nothing_else_is_written(north: Any) -> None:
    def move() -> None:
        add_set("SHIFT", [40, 30, 30], category="operator", department_id=north.neighbour_shift.id)
        job = session().execute(sa.select(Job).where(Job.code == "OPR")).scalar_one()
        session().add(Assignment(person_id=north.worker.id, department_id=north.neighbour_shift.id, job_id=job.id,
                                 level="1", valid_from=TODAY, valid_to=None))  # fmt: skip

    write(move)
    assert len(matching.set_of(north.worker.id, TODAY - timedelta(days=1))) == 5
    assert [line.weight for line in matching.set_of(north.worker.id, TODAY)] == [40, 30, 30]


def test_a_cycle_makes_each_the_form_of_the_own_set_and_keeps_it(north: Any) -> None:
    """Two people of one job, one of them at a higher level."""

    def prepare() -> Any:
        add_set("LEVEL-2", [40, 30, 30], category="operator", level="2")
        query = sa.select(Assignment).where(Assignment.person_id == north.other_worker.id)
        session().execute(query).scalar_one().level = "2"
        session().flush()
        return open_cycle(
            [session().get_one(Department, (north.tenant_id, north.shift.id))], now=clock.now(), name="12 月"
        )

    cycle = write(prepare)
    query = sa.select(Evaluation.employee_id, Form.lines).join(Form, Form.id == Evaluation.form_id)
    found = {row.employee_id: row.lines for row in session().execute(query.where(Evaluation.cycle_id == cycle.id))}
    assert [line["weight"] for line in found[north.worker.id]] == [30, 30, 20, 10, 10]
    assert [line["weight"] for line in found[north.other_worker.id]] == [40, 30, 30]
    assert people.day_of(clock.now()) == TODAY
