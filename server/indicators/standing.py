"""How somebody stands to the library and to a job: what `policy` is asked with."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from server.foundation.ids import PersonId
from server.foundation.problems import NOT_ALLOWED, Problem
from server.foundation.web import Actor
from server.indicators.library_models import Side
from server.people import queries as people
from server.people.models import Role
from server.people.queries import Member
from server.policy import Action, Relation, can, require

_BY_ROLE = {Role.MANAGER: Relation.MANAGER, Role.HRBP: Relation.HRBP, Role.HR: Relation.HR, Role.ADMIN: Relation.ADMIN}
DESKS = frozenset({Relation.HR, Relation.HRBP})
LEADERS = frozenset({Relation.SUPERVISOR, Relation.MANAGER})


def relations(person_id: UUID, at: datetime) -> frozenset[Relation]:
    """How this person stands to the plant's library."""
    on = people.day_of(at)
    found = {Relation.SELF} | {_BY_ROLE[Role(grant.role)] for grant in people.grants(person_id, on)}
    return frozenset(found | ({Relation.SUPERVISOR} if people.has_team(person_id, on) else set()))


def demand(by: Actor, action: Action, *, now: datetime) -> frozenset[Relation]:
    """How the actor stands, where that allows the action. Raises Problem `not_allowed`."""
    held = relations(by.person_id, now)
    require(action, held)
    return held


def is_hr(by: Actor, *, now: datetime) -> bool:
    """Whether this person is HR, whose word the library is."""
    return Relation.HR in relations(by.person_id, now)


def _in_area(person_id: UUID, role: Role, at: datetime) -> frozenset[UUID] | None:
    """The departments that such a grant covers; None: all of them."""
    areas = [grant.department_id for grant in people.grants(person_id, people.day_of(at)) if grant.role == role]
    if None in areas:  # granted for the whole plant
        return None
    return people.with_below([area for area in areas if area is not None])


def areas(person_id: PersonId, held: Collection[Relation], at: datetime) -> dict[Relation, frozenset[UUID] | None]:
    """Relation -> the departments that somebody answers for by it; None: all of them. A supervisor for those in which
    people work who are below him.
    """
    found: dict[Relation, frozenset[UUID] | None] = {}
    for role in (Role.MANAGER, Role.HRBP):
        if _BY_ROLE[role] in held:
            found[_BY_ROLE[role]] = _in_area(person_id, role, at)
    if Relation.HR in held:
        found[Relation.HR] = None
    if Relation.SUPERVISOR in held:
        members = people.members(people.day_of(at))
        above = people.superiors([PersonId(one.person.id) for one in members], at)
        found[Relation.SUPERVISOR] = frozenset(
            one.department.id for one in members if person_id in above[PersonId(one.person.id)]
        )
    return found


def sides(person_id: PersonId, at: datetime, members: Collection[Member]) -> dict[UUID, frozenset[Side]]:
    """Job -> the sides that this person speaks for: who leads people of that job directly is their supervisor, who is
    further above them or manages their department is the head.
    """
    above = people.superiors([PersonId(one.person.id) for one in members], at)
    area = _in_area(person_id, Role.MANAGER, at)
    found: dict[UUID, set[Side]] = {}
    for one in members:
        if one.person.id == person_id:
            continue
        if one.supervisor_id == person_id:
            found.setdefault(one.job.id, set()).add(Side.SUPERVISOR)
        elif person_id in above[PersonId(one.person.id)]:
            found.setdefault(one.job.id, set()).add(Side.HEAD)
        if area is None or one.department.id in area:
            found.setdefault(one.job.id, set()).add(Side.HEAD)
    return {job: frozenset(held) for job, held in found.items()}


def jobs_to_change(by: Actor, held: Collection[Relation], *, now: datetime) -> frozenset[UUID] | None:
    """The jobs whose outputs and indicators this person may propose; None: every job."""
    return jobs_of(by.person_id, held, now)


def jobs_of(person_id: PersonId, held: Collection[Relation], now: datetime) -> frozenset[UUID] | None:
    """The same for somebody who is not at a door: the author of what a phone brings."""
    if Relation.HR in held:
        return None
    members = people.members(people.day_of(now))
    found = set(sides(person_id, now, members))
    if Relation.HRBP in held:
        area = _in_area(person_id, Role.HRBP, now)
        found |= {one.job.id for one in members if area is None or one.department.id in area}
    return frozenset(found)


def require_job(by: Actor, action: Action, job_ids: Collection[UUID], *, now: datetime) -> frozenset[Relation]:
    """Pass for whoever may do this about all of these jobs. Raises Problem `not_allowed`."""
    held = demand(by, action, now=now)
    mine = jobs_to_change(by, held, now=now)
    if mine is not None and not mine.issuperset(job_ids):
        raise Problem(NOT_ALLOWED)
    return held


def speaks_for(by: Actor, action: Action, job_id: UUID, side: Side, *, now: datetime) -> None:
    """Pass for whoever speaks for this side of a job. Raises Problem `not_allowed`."""
    demand(by, action, now=now)
    members = [one for one in people.members(people.day_of(now)) if one.job.id == job_id]
    if side not in sides(by.person_id, now, members).get(job_id, frozenset()):
        raise Problem(NOT_ALLOWED)


def sees_all(held: Collection[Relation]) -> bool:
    """Whether this person reads more than what applies to him."""
    return can(Action.CORE_OUTPUT_READ, held)
