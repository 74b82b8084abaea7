"""The scope in which phones hold agreements: one for each person, since each scope costs every round a cursor."""

from typing import Final
from uuid import UUID

from server.foundation.ids import short

AGREE: Final = "agree"


def agree_scope(person: UUID) -> str:
    """A person's own agreement, those of the team, and the windows."""
    return f"{AGREE}:{short(person)}"
