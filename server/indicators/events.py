"""What indicators tell the rooms above, inside the same unit of work."""

from dataclasses import dataclass

from server.foundation.ids import PersonId


@dataclass(frozen=True)
class ValuesReceived:
    """Something was measured of these people, corrected or taken back."""

    person_ids: tuple[PersonId, ...]
