"""What people tell the rooms above, inside the same unit of work."""

from dataclasses import dataclass
from datetime import date

from server.foundation.ids import PersonId


@dataclass(frozen=True)
class PersonPlaced:
    """A person has a place and a job from this day on: hired, or moved."""

    person_id: PersonId
    valid_from: date
