"""What indicators tell the rooms above, inside the same unit of work."""

from collections.abc import Set
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from server.foundation.ids import PersonId


@dataclass(frozen=True)
class ValuesReceived:
    """Values of these people came in, were corrected or taken back, in periods that end between these days (included)."""

    people: Set[UUID]
    first: date
    last: date
    at: datetime
    source: str | None = None
    """Where all of them come from, if it is one place."""


@dataclass(frozen=True)
class SetApplies:
    """From this day another set may apply to a person: a hire, a move, or a set with a date. Ask `matching.set_of`."""

    person_id: PersonId
    valid_from: date
