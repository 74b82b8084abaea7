"""Names of the scopes in which phones hold agreements."""

from typing import Final
from uuid import UUID

from server.foundation.ids import short

OWN: Final = "agree"
TEAM: Final = "agree-team"
WINDOWS: Final = "windows"


def own_scope(person: UUID) -> str:
    """A person's own agreement."""
    return f"{OWN}:{short(person)}"


def team_scope(supervisor: UUID) -> str:
    """The agreements of a supervisor's team."""
    return f"{TEAM}:{short(supervisor)}"
