"""What was corrected of people's values, for the rooms that judge by them."""

from collections.abc import Collection
from datetime import date
from typing import Final
from uuid import UUID

import sqlalchemy as sa

from server.foundation.prepared import Later, ask_later, of_plant, table_of, within
from server.indicators.models import Indicator, MeasuredValue
from server.values.models import ValueChange

_CHANGE: Final = table_of(ValueChange).c
_VALUE: Final = table_of(MeasuredValue).c
_INDICATOR: Final = table_of(Indicator).c
_CORRECTED: Final = of_plant(
    sa.select(
        _CHANGE.person_id,
        _INDICATOR.code,
        _VALUE.label,
        _VALUE.period_to,
        _CHANGE.before,
        _CHANGE.after,
        _CHANGE.reason,
        _CHANGE.changed_at,
    )
    .where(
        within(_CHANGE.person_id, "people"),
        _CHANGE.reason != "",  # without one the period went on, and nothing was wrong
        _VALUE.person_id == _CHANGE.person_id,
        _VALUE.indicator_id == _CHANGE.indicator_id,
        _VALUE.period_from == _CHANGE.period_from,
        _VALUE.period_to <= sa.bindparam("until"),
        _INDICATOR.id == _CHANGE.indicator_id,
    )
    .order_by(_CHANGE.changed_at, _CHANGE.version)
)


def ask_corrected(people: Collection[UUID], until: date) -> Later:
    """Corrections of these people's values whose period ends by this day, the oldest first; asked with the next
    question. Rows of person_id, code, label, period_to, before, after, reason, changed_at.
    """
    return ask_later(_CORRECTED, {"people": people, "until": until})
