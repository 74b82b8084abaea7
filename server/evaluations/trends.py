"""Trends: what was measured of a person, line by line, up to the end of the cycle's period."""

from collections.abc import Collection, Sequence
from typing import Any
from uuid import UUID

from server.evaluations import queries
from server.evaluations.standing import kept
from server.foundation.ids import PersonId, short
from server.indicators import queries as indicators
from server.sync_api.registry import Viewer


def trend_rows(
    ids: Collection[UUID], rater: PersonId, visible: frozenset[UUID] | None, viewer: Viewer
) -> dict[UUID, list[Any]]:
    """Rows of kind trend, by evaluation, of those of this rater that the viewer may see."""
    ends, forms = queries.period_ends(ids), queries.form_lines(ids)
    rated = queries.rated_of_whom(ids, rater, visible, viewer.person_id)
    evaluations = kept(rated, viewer.person_id, viewer.at, lambda one: one.cycle_state)
    made: dict[UUID, list[Any]] = {}
    for cycle_id, period_to in ends().items():
        of_cycle = [one for one in evaluations if one.cycle_id == cycle_id]
        series = indicators.series({one.employee_id for one in of_cycle}, period_to) if of_cycle else {}
        for one in of_cycle:
            known = series.get(one.employee_id, {})
            lines = [
                _line(line["key"], known[line["code"]]) for line in forms()[one.form_id] if known.get(line["code"])
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
