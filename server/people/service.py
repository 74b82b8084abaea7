"""What happens to people. Each function is called inside a unit of work."""

from collections.abc import Callable, Sequence
from datetime import date, datetime
from typing import Final
from uuid import UUID

from server.foundation import batch
from server.foundation.batch import Row
from server.foundation.db import session
from server.foundation.events import publish
from server.foundation.ids import DepartmentId, JobId, PersonId
from server.identity import service as identity
from server.people.events import LinesBack, LinesMoved, PersonPlaced, Renamed
from server.people.models import Assignment, Department, Job, Person, ReportingLine, Role, RoleGrant

TABLES: Final = (Department, Job, Person, Assignment, ReportingLine, RoleGrant)
"""In the order in which their rows refer to each other."""


def add_department(code: str, name_zh: str, name_en: str, parent: Department | None = None) -> Department:
    """Add a department below another."""
    made = Department(
        code=code, name_zh=name_zh, name_en=name_en, parent_id=None if parent is None else DepartmentId(parent.id)
    )
    session().add(made)
    session().flush()  # the next one may be below it, and a self-reference is checked row by row
    return made


def add_job(code: str, name_zh: str, name_en: str, category: str) -> Job:
    """Add a job; `category` names the set of indicators by which it is judged."""
    made = Job(code=code, name_zh=name_zh, name_en=name_en, category=category)
    session().add(made)
    return made


def hire(employee_no: str, name_zh: str, name_en: str, *, now: datetime) -> Person:
    """Add a person and the account that signs in as this person."""
    account = identity.create_account(employee_no, now=now)
    made = Person(id=account.id, employee_no=employee_no, name_zh=name_zh, name_en=name_en)
    session().add(made)
    session().flush()  # rows that name this person may be written before this one otherwise
    return made


def assign(person_id: UUID, department: Department, job: Job, level: str, *, valid_from: date) -> Assignment:
    """Give a person a place and a job from a day on."""
    made = Assignment(
        person_id=PersonId(person_id),
        department_id=DepartmentId(department.id),
        job_id=JobId(job.id),
        level=level,
        valid_from=valid_from,
    )
    session().add(made)
    publish(PersonPlaced(made.person_id, valid_from))
    return made


def report_to(person_id: UUID, supervisor_id: UUID, *, valid_from: date) -> ReportingLine:
    """Let a person be judged by a supervisor from a day on."""
    made = ReportingLine(person_id=PersonId(person_id), supervisor_id=PersonId(supervisor_id), valid_from=valid_from)
    session().add(made)
    return made


def grant(person_id: UUID, role: Role, *, valid_from: date, department: Department | None = None) -> RoleGrant:
    """Grant a role from a day on, for the plant or a department and those below it."""
    made = RoleGrant(
        person_id=PersonId(person_id),
        role=role.value,
        department_id=None if department is None else DepartmentId(department.id),
        valid_from=valid_from,
    )
    session().add(made)
    return made


def bring_in(rows: Sequence[Row], renamed: Sequence[PersonId], moves: LinesMoved, step: Callable[[int], None]) -> None:
    """Write many rows of people, places and lines at once, and tell of those whom phones show."""
    batch.write(TABLES, rows, step)
    for person_id, day in _placed(rows):
        publish(PersonPlaced(person_id, day))
    if renamed:
        publish(Renamed(tuple(renamed)))
    if moves.moves:
        publish(moves)


def _placed(rows: Sequence[Row]) -> list[tuple[PersonId, date]]:
    """Who has another place by these rows, and from which day, as far as a row says so: what ends a place is followed
    by the row of the next, or nothing more is to be told."""
    found = (row.after or row.before or {} for row in rows if row.table == Assignment.__tablename__)
    return [
        (PersonId(one["person_id"]), one["valid_from"]) for one in found if {"person_id", "valid_from"} <= one.keys()
    ]


def tell_back(followed: Sequence[Row]) -> None:
    """Tell that moves are taken back; called before their rows are."""
    publish(LinesBack(tuple(followed)))
