"""What cycles tell the rooms above, inside the same unit of work."""

from dataclasses import dataclass
from datetime import datetime

from server.foundation.ids import CycleId


@dataclass(frozen=True)
class CycleOpened:
    """The cycle is open; evaluations come into being."""

    cycle_id: CycleId
    opened_at: datetime


@dataclass(frozen=True)
class CycleChanged:
    """Something about an open cycle that phones show has changed: its state, deadline or name."""

    cycle_id: CycleId
