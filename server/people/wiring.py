"""How people answer identity's questions: an account knows no name and no job."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from flask import Flask

from server.foundation.ids import PersonId
from server.identity.directory import DemoPerson, Profile, use_directory
from server.people import queries
from server.people.models import Role

RANK: Final = ("admin", "hr", "hrbp", "manager", "supervisor", "employee")
"""Which of several roles the demo's sign-in page files a person under."""
OFFICES: Final = frozenset({Role.HR.value, Role.ADMIN.value})


class PeopleDirectory:
    """Names and roles from the people's tables."""

    def profile(self, person_id: PersonId, *, now: datetime) -> Profile | None:
        """Return how this person is greeted; None for an account of nobody."""
        person = queries.get(person_id)
        if person is None:
            return None
        return Profile(person.name_zh, person.name_en, queries.roles(person_id, now))

    def demo_people(self, *, now: datetime) -> Sequence[DemoPerson]:
        """Return everybody of today with job and place."""
        on = queries.day_of(now)
        members = queries.members(on)
        leading = {one.supervisor_id for one in members}
        granted = queries.granted_roles(on)
        return [
            DemoPerson(
                employee_no=one.person.employee_no,
                name_zh=one.person.name_zh,
                name_en=one.person.name_en,
                title_zh=f"{one.department.name_zh} {one.job.name_zh}",
                title_en=f"{one.job.name_en}, {one.department.name_en}",
                role=_leading_role(granted.get(one.person.id, set()), one.person.id in leading),
            )
            for one in members
        ]

    def officers(self, *, now: datetime) -> frozenset[PersonId]:
        """Return everybody of today who is HR or an administrator."""
        granted = queries.granted_roles(queries.day_of(now))
        return frozenset(PersonId(person) for person, roles in granted.items() if not roles.isdisjoint(OFFICES))


def _leading_role(granted: set[str], has_team: bool) -> str:
    held = granted | {"employee"} | ({"supervisor"} if has_team else set())
    return next(role for role in RANK if role in held)


def connect(app: Flask) -> None:
    """Let identity ask here."""
    use_directory(PeopleDirectory())
