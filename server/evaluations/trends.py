"""Trends: what was measured of a person, line by line, up to the end of the cycle's period, and what was corrected of it."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from server.evaluations import queries
from server.evaluations.standing import kept
from server.evaluations.states import to_ms
from server.foundation.ids import PersonId, short
from server.indicators import queries as indicators
from server.sync_api.registry import Viewer
from server.values.corrections import ask_corrected

Changes = Mapping[tuple[UUID, str], list[list[Any]]]
"""(person, indicator code) -> corrections, by `sync_api.columns.TREND_CHANGE_COLUMNS`."""


def trend_rows(
    ids: Collection[UUID], rater: PersonId, visible: frozenset[UUID] | None, viewer: Viewer
) -> dict[UUID, list[Any]]:
    """Rows of kind trend, by evaluation, of those of this rater that the viewer may see."""
    periods, forms = queries.periods(ids), queries.form_lines(ids)
    rated = queries.rated_of_whom(ids, rater, visible, viewer.person_id)
    evaluations = kept(rated, viewer.person_id, viewer.at, lambda one: one.cycle_state)
    made: dict[UUID, list[Any]] = {}
    for cycle_id, (first, last) in periods().items():
        of_cycle = [one for one in evaluations if one.cycle_id == cycle_id]
        if not of_cycle:
            continue
        people = {one.employee_id for one in of_cycle}
        corrected = ask_corrected(people, last)
        series = indicators.series(people, last)
        changes = _changes(corrected.rows(), first)
        for one in of_cycle:
            known = series.get(one.employee_id, {})
            lines = [
                _line(line["key"], known[line["code"]], changes.get((one.employee_id, line["code"]), []))
                for line in forms()[one.form_id]
                if known.get(line["code"])
            ]
            made[one.id] = [short(one.id), lines]
    return made


def _changes(rows: Sequence[Any], first: date) -> Changes:
    """Those of values that the cycle judges by: an older one stands in the drawing, and in no mark."""
    found: dict[tuple[UUID, str], list[list[Any]]] = {}
    for row in rows:
        if row.period_to >= first:
            told = [row.label, _number(row.before), _number(row.after), row.reason, to_ms(row.changed_at)]
            found.setdefault((row.person_id, row.code), []).append(told)
    return found


def _line(key: int, points: Sequence[indicators.Point], changes: Sequence[list[Any]]) -> list[Any]:
    line = [
        key,
        [point.label for point in points],
        [_number(point.value) for point in points],
        points[-1].period_to.isoformat(),
    ]
    return [*line, list(changes)] if changes else line


def _number(value: Any) -> int | float:
    return int(value) if value == value.to_integral_value() else float(value)
