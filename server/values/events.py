"""What this room tells the rooms above, inside the same unit of work."""

from collections.abc import Set
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID


@dataclass(frozen=True)
class ValuesTaken:
    """Values came in or were corrected: of these people, in periods that end between these days (included)."""

    people: Set[UUID]
    first: date
    last: date
    at: datetime
