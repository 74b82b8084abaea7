"""What people tell the rooms above, inside the same unit of work."""

from dataclasses import dataclass, field
from datetime import date, datetime

from server.foundation.batch import Row
from server.foundation.ids import PersonId


@dataclass(frozen=True)
class Moved:
    """That a person has another supervisor from now on."""

    person_id: PersonId
    from_id: PersonId
    to_id: PersonId


@dataclass(frozen=True)
class LinesMoved:
    """Reporting lines that hold today have changed. `former_until`: until when the former supervisor still counts in
    what is under way; None: to its end. In `followed` whoever hears of it notes what it changed along."""

    moves: tuple[Moved, ...]
    at: datetime
    former_until: datetime | None = None
    followed: list[Row] = field(default_factory=list)


@dataclass(frozen=True)
class LinesBack:
    """Such moves are taken back; `followed` as it was noted."""

    followed: tuple[Row, ...]


@dataclass(frozen=True)
class Renamed:
    """People are named otherwise, or sit elsewhere: what phones show of them did change."""

    person_ids: tuple[PersonId, ...]


@dataclass(frozen=True)
class PersonPlaced:
    """A person has a place and a job from this day on: hired, or moved."""

    person_id: PersonId
    valid_from: date
