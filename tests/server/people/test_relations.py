"""Who stands how to whom on a day: lines with dates, reach down the line, areas."""

from collections.abc import Callable, Iterator
from datetime import date, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy.exc import IntegrityError

from server.foundation.clock import TestClock
from server.foundation.db import db, session, tenant_context, unit_of_work
from server.people import queries, service
from server.people.models import Assignment, Department, ReportingLine, Role, RoleGrant
from server.policy import Relation

NOBODY: frozenset[Relation] = frozenset()


@pytest.fixture
def north(app: Flask, cast: Any) -> Iterator[Any]:
    """The cast, with plant "north" at work."""
    with app.app_context(), tenant_context(cast.tenant_id):
        yield cast
        db.session.remove()


@pytest.fixture
def stands(north: Any, clock: TestClock) -> Callable[..., frozenset[Relation]]:
    """How somebody stands to 汤雨桐, or to `to`, at the clock's time."""

    def ask(who: Any, to: Any = None, in_department: Any = None) -> frozenset[Relation]:
        session().close()
        subject = to or north.worker
        return queries.relations(who.id, subject.id, (in_department or north.shift).id, clock.now())

    return ask


def write(work: Callable[[], Any]) -> Any:
    session().close()
    return unit_of_work(work)


def test_everybody_stands_to_the_worker_as_the_lines_say(north: Any, stands: Any) -> None:
    assert stands(north.worker) == {Relation.SELF}
    assert stands(north.supervisor) == {Relation.SUPERVISOR}
    assert stands(north.manager) == {Relation.MANAGER}, "a manager reaches down the line"
    assert stands(north.hr) == {Relation.HR}
    assert stands(north.admin) == {Relation.ADMIN}
    for stranger in (north.delegate, north.other_worker, north.neighbour_worker, north.stranger):
        assert stands(stranger) == NOBODY


def test_nobody_has_hrs_view_of_himself(north: Any, stands: Any) -> None:
    assert stands(north.hr, to=north.hr) == {Relation.SELF}


def test_a_line_holds_on_its_first_and_its_last_day_and_not_after(north: Any, stands: Any, clock: TestClock) -> None:
    today = queries.day_of(clock.now())

    def move() -> None:
        line = session().execute(
            sa.select(ReportingLine).where(ReportingLine.person_id == north.worker.id)
        ).scalar_one()  # fmt: skip
        line.valid_to = today
        service.report_to(north.worker.id, north.delegate.id, valid_from=today + timedelta(days=1))

    write(move)
    assert stands(north.supervisor) == {Relation.SUPERVISOR}
    assert stands(north.delegate) == NOBODY, "a future line gives nothing today"
    clock.move(timedelta(days=1))
    assert stands(north.supervisor) == NOBODY, "an ended line gives nothing"
    assert stands(north.delegate) == {Relation.SUPERVISOR}


def test_the_day_is_the_plants_and_not_greenwichs(north: Any, clock: TestClock) -> None:
    clock.move(timedelta(hours=15, minutes=1))  # 16:01 in Greenwich is past midnight in Shanghai
    assert queries.day_of(clock.now()) == date(2026, 11, 25)


def test_an_hrbp_counts_in_the_area_and_below_it_only(north: Any, stands: Any) -> None:
    works = session().execute(sa.select(Department).where(Department.code == "W")).scalar_one()
    write(lambda: service.grant(north.admin.id, Role.HRBP, valid_from=date(2026, 1, 1), department=works))
    assert Relation.HRBP in stands(north.admin)
    office = session().execute(sa.select(Department).where(Department.code == "H")).scalar_one()
    assert Relation.HRBP not in stands(north.admin, to=north.hr, in_department=office)


def test_a_role_ends_with_its_day(north: Any, stands: Any, clock: TestClock) -> None:
    today = queries.day_of(clock.now())
    write(lambda: session().execute(sa.update(RoleGrant).values(valid_to=today)) and None)
    assert stands(north.hr) == {Relation.HR}
    clock.move(timedelta(days=1))
    assert stands(north.hr) == NOBODY
    assert queries.roles(north.hr.id, clock.now()) == ("employee",)


def test_a_loop_in_the_lines_ends(north: Any, clock: TestClock) -> None:
    write(lambda: service.report_to(north.manager.id, north.supervisor.id, valid_from=date(2025, 1, 1)))
    above = queries.superiors([north.worker.id], clock.now())[north.worker.id]
    assert above == {north.supervisor.id, north.manager.id}


def test_a_team_is_who_reports_and_is_assigned_that_day(north: Any, clock: TestClock) -> None:
    today = queries.day_of(clock.now())
    team = [one for one in queries.members(today) if one.supervisor_id == north.supervisor.id]
    assert [one.person.name_zh for one in team] == ["汤雨桐", "江军"]
    left = sa.update(Assignment).where(Assignment.person_id == north.worker.id).values(valid_to=today)
    write(lambda: session().execute(left) and None)
    assert north.worker.id in {one.person.id for one in queries.members(today)}
    assert north.worker.id not in {one.person.id for one in queries.members(today + timedelta(days=1))}


def test_nobody_reports_to_himself_and_a_line_does_not_end_before_it_begins(north: Any) -> None:
    with pytest.raises(IntegrityError):
        write(lambda: service.report_to(north.hr.id, north.hr.id, valid_from=date(2026, 1, 1)))
    with pytest.raises(IntegrityError):
        write(
            lambda: session().add(
                ReportingLine(
                    person_id=north.hr.id,
                    supervisor_id=north.manager.id,
                    valid_from=date(2026, 2, 1),
                    valid_to=date(2026, 1, 31),
                )
            )
        )


def test_a_line_never_reaches_into_another_plant(north: Any) -> None:
    with pytest.raises(IntegrityError):
        write(lambda: service.report_to(north.hr.id, north.stranger.id, valid_from=date(2026, 1, 1)))
