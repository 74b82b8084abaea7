"""What is read of what the floor says."""

from collections import Counter
from collections.abc import Collection, Sequence
from typing import Final
from uuid import UUID

import sqlalchemy as sa

from server.foundation.db import session
from server.foundation.ids import PersonId
from server.foundation.prepared import Later, ask_later, of_plant, table_of, within
from server.indicators.floor.models import FloorProposal, OwnInfluence
from server.indicators.models import IndicatorVersion
from server.people.models import Person

_PERSON: Final = table_of(Person).c
_LOCKED: Final = of_plant(sa.select(_PERSON.id).where(within(_PERSON.id)).order_by(_PERSON.id)).with_for_update()


def ask_locked(people: Sequence[UUID]) -> Later:
    """These people, locked in the order of their ids; asked with the next question."""
    return ask_later(_LOCKED, {"ids": people})


def proposals(people: Collection[UUID]) -> dict[UUID, list[FloorProposal]]:
    """Person -> what was proposed, the first first."""
    query = sa.select(FloorProposal).where(FloorProposal.person_id.in_(people)).order_by(FloorProposal.position)
    found: dict[UUID, list[FloorProposal]] = {}
    for one in session().execute(query).scalars():
        found.setdefault(one.person_id, []).append(one)
    return found


def influences(people: Collection[UUID]) -> dict[UUID, list[OwnInfluence]]:
    """Person -> the last answer about each version."""
    query = sa.select(OwnInfluence).where(OwnInfluence.person_id.in_(people)).order_by(OwnInfluence.received_at)
    found: dict[UUID, list[OwnInfluence]] = {}
    for one in session().execute(query).scalars():
        found.setdefault(one.person_id, []).append(one)
    return found


def versions(ids: Collection[UUID]) -> dict[UUID, IndicatorVersion]:
    """Versions by id; what is none is left out."""
    query = sa.select(IndicatorVersion).where(IndicatorVersion.id.in_(ids))
    return {one.id: one for one in session().execute(query).scalars()}


def authors_of(version_id: UUID) -> Sequence[PersonId]:
    """Whose draft became this version."""
    query = sa.select(FloorProposal.person_id).where(FloorProposal.made_version_id == version_id)
    return session().execute(query).scalars().all()


def counts(version_ids: Collection[UUID]) -> dict[UUID, Counter[str]]:
    """Version -> how many of those who are measured by it answered what."""
    query = (
        sa.select(OwnInfluence.indicator_version_id, OwnInfluence.answer, sa.func.count())
        .where(OwnInfluence.indicator_version_id.in_(version_ids))
        .group_by(OwnInfluence.indicator_version_id, OwnInfluence.answer)
    )
    found: dict[UUID, Counter[str]] = {}
    for version_id, answer, count in session().execute(query):
        found.setdefault(version_id, Counter())[answer] = count
    return found


def received() -> Sequence[FloorProposal]:
    """What everybody proposed, the newest first."""
    query = sa.select(FloorProposal).order_by(FloorProposal.received_at.desc(), FloorProposal.position.desc())
    return session().execute(query).scalars().all()
