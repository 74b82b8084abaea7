"""What indicators tell the rooms above, inside the same unit of work."""

from dataclasses import dataclass
from datetime import date

from server.foundation.ids import PersonId


@dataclass(frozen=True)
class ValuesReceived:
    """Something was measured of these people, corrected or taken back."""

    person_ids: tuple[PersonId, ...]


@dataclass(frozen=True)
class SetApplies:
    """From this day another set may apply to a person: a hire, a move, or a set with a date. Ask `matching.set_of`."""

    person_id: PersonId
    valid_from: date
