"""The scope in which phones hold what is measured: of oneself, and what one enters of the team."""

from typing import Final
from uuid import UUID

from server.foundation.ids import short

VALUES: Final = "values"
MEASURED: Final = "measured"
"""The kind of its rows; a row's id is the person's."""


def values_scope(person: UUID) -> str:
    """What a person holds of measured values."""
    return f"{VALUES}:{short(person)}"
