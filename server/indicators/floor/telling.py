"""Which phones must hear of it when what somebody is measured by, or may say of it, is another."""

from collections.abc import Collection, Iterable
from datetime import datetime
from uuid import UUID

from server.foundation import clock
from server.foundation.db import changed
from server.foundation.ids import PersonId
from server.indicators.events import SetApplies
from server.indicators.floor import queries
from server.indicators.floor.scopes import box_of, floor_scope
from server.people import queries as people
from server.people.events import LinesMoved, Renamed


def tell(persons: Iterable[UUID]) -> None:
    """What these people are measured by is made anew for their own phones."""
    for one in persons:
        changed("floor", box_of(one), [floor_scope(one)])


def tell_everybody() -> None:
    """The same for all who are here today: what came may be about anybody."""
    tell(one.person.id for one in people.members(people.day_of(clock.now())))


def tell_of_jobs(jobs: Collection[UUID], at: datetime) -> None:
    """Outputs of these jobs are others: to those who work in them, and to those above who may propose for them."""
    members = [one.person.id for one in people.members(people.day_of(at)) if one.job.id in jobs]
    above = people.superiors([PersonId(one) for one in members], at)
    tell(dict.fromkeys([*members, *(boss for many in above.values() for boss in sorted(many))]))


def tell_of_version(version_id: UUID) -> None:
    """A version that came of somebody's draft is approved, sent back or retired."""
    tell(queries.authors_of(version_id))


def spoken(person_id: PersonId, at: datetime) -> None:
    """A person has said something, or was answered: to that person, and to who answers for them."""
    direct, _ = people.line_of(person_id, at)
    changed("floor", box_of(person_id), [floor_scope(one) for one in (person_id, direct) if one is not None])


def follow_set(event: SetApplies) -> None:
    """Another set may apply, now or from a day on."""
    tell([event.person_id])


def follow_lines(event: LinesMoved) -> None:
    """What somebody said goes with the line: the former supervisor's phone lets it go, the new one gets it."""
    for one in event.moves:
        changed("floor", box_of(one.person_id), [floor_scope(one.from_id)], "leave")
        changed("floor", box_of(one.person_id), [floor_scope(one.to_id)])
    tell(dict.fromkeys(boss for one in event.moves for boss in (one.from_id, one.to_id)))


def follow_names(event: Renamed) -> None:
    """A name or a place is another."""
    for one in event.person_ids:
        spoken(one, clock.now())
