"""Agreements when people move, get another set or another name: in the same transaction, or the new supervisor's phone
and the old one's would both be silent about what the employee says.
"""

from collections.abc import Collection, Iterator
from uuid import UUID

import sqlalchemy as sa

from server.agreements import service
from server.agreements.models import Agreement
from server.agreements.scopes import agree_scope
from server.foundation import batch, clock
from server.foundation.batch import Row
from server.foundation.db import at_end, changed, session
from server.indicators.events import SetApplies
from server.people.events import LinesBack, LinesMoved, Renamed

AT_ONCE = 500


def follow_lines(event: LinesMoved) -> None:
    """Give what stands to whoever supervises now."""
    moves = {one.person_id: one.to_id for one in event.moves if one.to_id != one.person_id}
    for one in _standing(moves):
        to_id = moves[one.person_id]
        if one.supervisor_id != to_id:
            before = _stands(one)
            service.hand_over(one, to_id)
            event.followed.append(Row(Agreement.__tablename__, before, _stands(one)))


def go_back(event: LinesBack) -> None:
    """Give it back, where nobody has got it since."""
    mine = (row for row in event.followed if row.table == Agreement.__tablename__)
    rows = {batch.identity_of(row)["id"]: row for row in mine}
    for some in _parts(rows):
        for one in session().execute(sa.select(Agreement).where(Agreement.id.in_(some))).scalars().all():
            before, after = rows[one.id].before or {}, rows[one.id].after
            if _stands(one) == after:
                service.hand_over(one, before["supervisor_id"])


def follow_set(event: SetApplies) -> None:
    """Whoever is measured by other indicators now gets an agreement on them. Many are told of one by one."""
    at_end(_follow_sets, event.person_id)


def _follow_sets(people: Collection[UUID]) -> None:
    now = clock.now()
    for some in _parts(people):
        service.follow(some, now=now)


def rename(event: Renamed) -> None:
    """Phones show names and places."""
    for some in _parts(event.person_ids):
        of_them = Agreement.person_id.in_(some) | Agreement.supervisor_id.in_(some)
        query = sa.select(Agreement).where(Agreement.closed_at.is_(None), of_them)
        for one in session().execute(query).scalars():
            changed("agreement", one.id, [agree_scope(one.person_id), agree_scope(one.supervisor_id)])


def _stands(one: Agreement) -> dict[str, UUID]:
    return {"id": one.id, "supervisor_id": one.supervisor_id}


def _standing(people: Collection[UUID]) -> Iterator[Agreement]:
    for some in _parts(people):
        query = sa.select(Agreement).where(Agreement.closed_at.is_(None), Agreement.person_id.in_(some))
        yield from session().execute(query.with_for_update()).scalars().all()


def _parts(ids: Collection[UUID]) -> Iterator[list[UUID]]:
    ordered = sorted(ids)
    for start in range(0, len(ordered), AT_ONCE):
        yield ordered[start : start + AT_ONCE]
