"""What desks and leaders read of what the floor says: each of the own part of the plant."""

from datetime import datetime
from typing import Any
from uuid import UUID

from server.foundation.ids import PersonId
from server.foundation.web import Actor
from server.indicators.floor import queries, rows
from server.people import queries as people
from server.people.desk import require_reach
from server.policy import Action


def proposals(*, by: Actor, now: datetime) -> list[dict[str, Any]]:
    """What people within reach propose: what waits for a word first, then the newest. Raises Problem `not_allowed`."""
    within = require_reach(by, Action.FLOOR_READ, now=now)
    # An HR partner's part is places, a leader's is people: which of them wrote is asked of what was received.
    found = queries.received()
    authors = people.by_id({one.person_id for one in found})
    places = people.places({PersonId(one) for one in authors}, now)
    seen = [one for one in found if _within(within, one.person_id, places)]
    versions = queries.versions([v for one in seen for v in (one.about_id, one.made_version_id) if v is not None])
    outcomes = {one.id: rows.outcome(one, versions) for one in seen}
    who = people.by_id({by_id for _, _, by_id, _ in outcomes.values() if by_id is not None})
    shown = []
    for one in sorted(seen, key=lambda each: outcomes[each.id][0] != rows.WAITING):
        state, reply, replied_by, at = outcomes[one.id]
        about = versions.get(one.about_id or one.made_version_id or UUID(int=0))
        author, place = authors[one.person_id], places.get(one.person_id)
        person = None if replied_by is None else who.get(replied_by)
        shown.append(
            {
                "id": one.id, "name_zh": author.name_zh, "name_en": author.name_en,
                "department_zh": None if place is None else place.name_zh,
                "department_en": None if place is None else place.name_en,
                "words": one.words, "is_draft": one.draft is not None,
                "about_zh": None if about is None else about.name_zh,
                "about_en": None if about is None else about.name_en,
                "indicator_id": None if about is None else about.indicator_id,
                "state": state, "reply": reply,
                "replied_by": None if person is None else {"name_zh": person.name_zh, "name_en": person.name_en},
                "received_at": one.received_at, "replied_at": at,
            }
        )  # fmt: skip
    return shown


def _within(within: people.Reach, person_id: PersonId, places: dict[PersonId, Any]) -> bool:
    place = places.get(person_id)
    return within.everybody or (place is not None and within.holds(person_id, place.id))
