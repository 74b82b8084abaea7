"""Until when an objection is answered."""

from datetime import datetime, timedelta
from typing import Final

WORKING_DAYS: Final = 5
_SATURDAY: Final = 6


def due(at: datetime) -> datetime:
    """Five working days later, at the same hour. Saturday and Sunday do not count."""
    left, then = WORKING_DAYS, at
    while left:
        then += timedelta(days=1)
        left -= then.isoweekday() < _SATURDAY
    return then
