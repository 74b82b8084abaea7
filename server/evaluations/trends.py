"""Trends: what was measured of a person, line by line, up to the end of the cycle's period."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from server.evaluations import queries
from server.foundation.ids import short
from server.indicators import queries as indicators


def trend_rows(evaluations: Sequence[sa.Row[Any]]) -> dict[UUID, list[Any]]:
    """Rows of kind trend, by evaluation."""
    made: dict[UUID, list[Any]] = {}
    forms = queries.forms({one.form_id for one in evaluations})
    for cycle in queries.cycles({one.cycle_id for one in evaluations}):
        of_cycle = [one for one in evaluations if one.cycle_id == cycle.id]
        series = indicators.series({one.employee_id for one in of_cycle}, cycle.period_to)
        for one in of_cycle:
            known = series.get(one.employee_id, {})
            lines = [
                _line(line["key"], known[line["code"]]) for line in forms[one.form_id].lines if known.get(line["code"])
            ]
            made[one.id] = [short(one.id), lines]
    return made


def _line(key: int, points: Sequence[indicators.Point]) -> list[Any]:
    return [
        key,
        [point.label for point in points],
        [_number(point.value) for point in points],
        points[-1].period_to.isoformat(),
    ]


def _number(value: Any) -> int | float:
    return int(value) if value == value.to_integral_value() else float(value)
