"""What is read of people: who stands how to whom on a day."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from server.foundation.db import THIS_TENANT, session
from server.foundation.ids import DepartmentId, PersonId
from server.foundation.prepared import ask, table_of, within
from server.identity import queries as identity
from server.people.models import Assignment, Department, Job, Person, ReportingLine, Role, RoleGrant
from server.policy import Action, Relation, can


def day_of(at: datetime) -> date:
    """The plant's calendar day at this instant."""
    return at.astimezone(ZoneInfo(identity.plant().time_zone)).date()


def holds_on(row: type[Assignment] | type[ReportingLine] | type[RoleGrant], on: date) -> sa.ColumnElement[bool]:
    """The condition that a dated row holds on this day."""
    return sa.and_(row.valid_from <= on, sa.or_(row.valid_to.is_(None), row.valid_to >= on))


def get(person_id: UUID) -> Person | None:
    """A person of this plant."""
    return session().execute(sa.select(Person).where(Person.id == person_id)).scalar_one_or_none()


def by_id(ids: Collection[UUID]) -> dict[UUID, Person]:
    """People by id."""
    return {one.id: one for one in session().execute(sa.select(Person).where(Person.id.in_(ids))).scalars()}


def by_number(employee_no: str) -> Person | None:
    """The person with this personnel number."""
    return session().execute(sa.select(Person).where(Person.employee_no == employee_no)).scalar_one_or_none()


# ---- departments --------------------------------------------------------------------------------


def departments() -> Sequence[Department]:
    """Every department, by code."""
    return session().execute(sa.select(Department).order_by(Department.code)).scalars().all()


def with_below(ids: Collection[UUID]) -> frozenset[UUID]:
    """These departments and all below them."""
    children: dict[UUID | None, list[UUID]] = {}
    for row in session().execute(sa.select(Department.id, Department.parent_id)):
        children.setdefault(row.parent_id, []).append(row.id)
    found: set[UUID] = set()
    todo = list(ids)
    while todo:
        one = todo.pop()
        if one not in found:
            found.add(one)
            todo += children.get(one, [])
    return frozenset(found)


@dataclass(frozen=True, slots=True)
class Member:
    """A person with place, job and supervisor on a day."""

    person: Person
    department: Department
    job: Job
    level: str
    supervisor_id: PersonId | None


def members(on: date, *, departments: Collection[UUID] | None = None, of: "Reach | None" = None) -> list[Member]:
    """Everybody assigned on this day, in these departments and within this reach alone when given; by personnel
    number."""
    query: Any = (
        sa.select(Person, Department, Job, Assignment.level, ReportingLine.supervisor_id)
        .join(Assignment, sa.and_(Assignment.person_id == Person.id, holds_on(Assignment, on)))
        .join(Department, Department.id == Assignment.department_id)
        .join(Job, Job.id == Assignment.job_id)
        .outerjoin(ReportingLine, sa.and_(ReportingLine.person_id == Person.id, holds_on(ReportingLine, on)))
        .order_by(Person.employee_no)
    )
    if departments is not None:
        query = query.where(Assignment.department_id.in_(departments))
    if of is not None:
        query = query.where(*of.among(Assignment.person_id, Assignment.department_id))
    return [Member(*row) for row in session().execute(query)]


# ---- lines and roles ----------------------------------------------------------------------------


def _lines_upward() -> Any:
    line = table_of(ReportingLine).c
    day = sa.bindparam("on", type_=sa.Date)
    here = (
        line.tenant_id == THIS_TENANT,
        line.valid_from <= day,
        sa.or_(line.valid_to.is_(None), line.valid_to >= day),
    )
    columns = sa.select(line.person_id, line.supervisor_id)
    first = columns.where(within(line.person_id), *here).cte("above", recursive=True)
    # UNION, not UNION ALL: a loop in the data ends here.
    above = first.union(columns.where(line.person_id == first.c.supervisor_id, *here))
    return sa.select(above.c.person_id, above.c.supervisor_id)


_UPWARD: Final = _lines_upward()


def _upward(people: Collection[UUID], on: date) -> dict[UUID, UUID]:
    """Person -> supervisor, of these people and of everybody above them."""
    return {row.person_id: row.supervisor_id for row in ask(_UPWARD, {"ids": list(people), "on": on})}


def superiors(people: Collection[PersonId], at: datetime) -> dict[PersonId, frozenset[PersonId]]:
    """Person -> everybody above on the reporting line of that day."""
    return superiors_on(people, day_of(at))


def superiors_on(people: Collection[PersonId], on: date) -> dict[PersonId, frozenset[PersonId]]:
    """The same on a day of the plant's calendar."""
    upward = _upward(people, on) if people else {}
    found: dict[PersonId, frozenset[PersonId]] = {}
    for one in people:
        above: list[UUID] = []
        here = upward.get(one)
        while here is not None and here not in above and here != one:  # a loop in the data ends here
            above.append(here)
            here = upward.get(here)
        found[one] = frozenset(PersonId(person) for person in above)
    return found


def line_of(person_id: PersonId, at: datetime) -> tuple[PersonId | None, frozenset[PersonId]]:
    """Whom this person reports to at this moment, and everybody above."""
    direct = _upward([person_id], day_of(at)).get(person_id)
    return None if direct is None else PersonId(direct), superiors([person_id], at)[person_id]


def places(ids: Collection[PersonId], at: datetime) -> dict[PersonId, Department]:
    """Person -> the department of that day."""
    query = (
        sa.select(Assignment.person_id, Department)
        .join(Department, Department.id == Assignment.department_id)
        .where(Assignment.person_id.in_(ids), holds_on(Assignment, day_of(at)))
    )
    return {row[0]: row[1] for row in session().execute(query)}


def last_places(ids: Collection[UUID], at: datetime) -> dict[PersonId, Department]:
    """Person -> the department of that day, of who has left by then the last one."""
    query = (
        sa.select(Assignment.person_id, Department)
        .join(Department, Department.id == Assignment.department_id)
        .where(Assignment.person_id.in_(ids), Assignment.valid_from <= day_of(at))
        .order_by(Assignment.valid_from)
    )
    return {row[0]: row[1] for row in session().execute(query)}


def ever_in(department_id: UUID) -> frozenset[UUID]:
    """Everybody who has, had or will have a place in this department."""
    query = sa.select(Assignment.person_id).where(Assignment.department_id == department_id)
    return frozenset(session().execute(query).scalars())


def has_team(person_id: UUID, on: date) -> bool:
    """Whether anybody reports to this person on this day."""
    query = sa.select(ReportingLine.id).where(ReportingLine.supervisor_id == person_id, holds_on(ReportingLine, on))
    return session().execute(query.limit(1)).first() is not None


def grants(person_id: UUID, on: date) -> Sequence[RoleGrant]:
    """The roles granted to this person on this day."""
    query = sa.select(RoleGrant).where(RoleGrant.person_id == person_id, holds_on(RoleGrant, on))
    return session().execute(query).scalars().all()


def roles(person_id: UUID, at: datetime) -> tuple[str, ...]:
    """Roles at this moment, as the phone is told them: employee first."""
    on = day_of(at)
    found = ["employee"]
    if has_team(person_id, on):
        found.append("supervisor")
    return (*found, *sorted({grant.role for grant in grants(person_id, on)}))


_DESK = {Role.HR: Relation.HR, Role.ADMIN: Relation.ADMIN}


def plant_relations(person_id: UUID, at: datetime) -> frozenset[Relation]:
    """How this person stands to what belongs to the whole plant: HR and admin alone have a relation."""
    return frozenset(_DESK[Role(grant.role)] for grant in grants(person_id, day_of(at)) if Role(grant.role) in _DESK)


def relations(
    person_id: PersonId, subject_id: PersonId, department_id: DepartmentId, at: datetime
) -> frozenset[Relation]:
    """How `person_id` stands at this moment to `subject_id`, who belongs to that department.

    HRBP counts in the granted department and below it. Nobody has HR's or an HRBP's view of himself.
    """
    if person_id == subject_id:
        return frozenset({Relation.SELF})
    found = set(plant_relations(person_id, at))
    above = superiors([subject_id], at)[subject_id]
    upward = _upward([subject_id], day_of(at))
    if upward.get(subject_id) == person_id:
        found.add(Relation.SUPERVISOR)
    elif person_id in above:
        found.add(Relation.MANAGER)
    areas = [g.department_id for g in grants(person_id, day_of(at)) if g.role == Role.HRBP]
    if areas and (None in areas or department_id in with_below([area for area in areas if area is not None])):
        found.add(Relation.HRBP)
    return frozenset(found)


def on_the_line(one: UUID | None, person_id: PersonId, at: datetime) -> frozenset[Relation]:
    """How somebody stands to this person by the reporting lines of a moment alone: no grant counts. None: nobody."""
    if one == person_id:
        return frozenset({Relation.SELF})
    direct, above = line_of(person_id, at)
    if one is not None and one == direct:
        return frozenset({Relation.SUPERVISOR})
    return frozenset({Relation.MANAGER}) if one in above else frozenset()


@dataclass(frozen=True, slots=True)
class Reach:
    """Whose rows somebody may see in a list: everybody's, those of some departments, those of some people."""

    everybody: bool = False
    places: frozenset[UUID] = frozenset()
    people: frozenset[UUID] = frozenset()

    def holds(self, person_id: UUID, department_id: UUID) -> bool:
        """Whether a row about this person, in this department, is within reach."""
        return self.everybody or person_id in self.people or department_id in self.places

    def among(self, person: Any, department: Any) -> tuple[sa.ColumnElement[bool], ...]:
        """The same as conditions on the columns of a query."""
        return () if self.everybody else (sa.or_(person.in_(self.people), department.in_(self.places)),)


EVERYBODY: Final = Reach(everybody=True)


def reach(person_id: PersonId, action: Action, at: datetime) -> Reach | None:
    """Whose rows this person may see by this action at this moment: HR the plant's, HR's partner those of the granted
    departments and below, a superior those of everybody on the line below. None: nobody's.
    """
    if can(action, plant_relations(person_id, at)):
        return EVERYBODY
    on = day_of(at)
    places: frozenset[UUID] = frozenset()
    areas = [grant.department_id for grant in grants(person_id, on) if grant.role == Role.HRBP]
    if areas and can(action, {Relation.HRBP}):
        if None in areas:
            return EVERYBODY
        places = with_below([area for area in areas if area is not None])
    people = below(person_id, on) if can(action, {Relation.MANAGER}) else frozenset()
    return Reach(places=places, people=people) if places or people else None


def below(person_id: UUID, on: date) -> frozenset[UUID]:
    """Everybody who reports to this person on that day, directly or through others; never himself."""
    line = sa.select(ReportingLine.person_id).where(holds_on(ReportingLine, on))
    found: set[UUID] = set()
    todo: Collection[UUID] = {person_id}
    while todo:  # a loop in the data ends here
        found.update(todo)
        todo = set(session().execute(line.where(ReportingLine.supervisor_id.in_(todo))).scalars()) - found
    return frozenset(found - {person_id})


def leading(on: date) -> frozenset[UUID]:
    """Everybody to whom somebody reports on that day."""
    query = sa.select(ReportingLine.supervisor_id).where(holds_on(ReportingLine, on)).distinct()
    return frozenset(session().execute(query).scalars())


def granted_roles(on: date) -> dict[UUID, set[str]]:
    """Person -> the roles granted on this day."""
    found: dict[UUID, set[str]] = {}
    for row in session().execute(sa.select(RoleGrant.person_id, RoleGrant.role).where(holds_on(RoleGrant, on))):
        found.setdefault(row.person_id, set()).add(row.role)
    return found
