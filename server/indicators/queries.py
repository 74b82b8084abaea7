"""What is read of indicators: the lines of a form, and what is known about people by them."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Final
from uuid import UUID

import sqlalchemy as sa

from server.foundation.db import session
from server.foundation.ids import short, unshort
from server.foundation.prepared import ask_later, of_plant, table_of, within
from server.indicators.arithmetic import aggregate_of, one_value
from server.indicators.arithmetic.rules import linear_bands
from server.indicators.arithmetic.values import Aggregate
from server.indicators.models import (
    RATING,
    Chip,
    Indicator,
    IndicatorVersion,
    Line,
    MeasuredValue,
    PastMark,
    PastOverall,
    Scale,
    SetLine,
)

SERIES_LENGTH: Final = 12
_VALUE: Final = table_of(MeasuredValue).c
_INDICATOR: Final = table_of(Indicator).c
_SERIES: Final = of_plant(
    sa.select(_VALUE.person_id, _INDICATOR.code, _VALUE.label, _VALUE.value, _VALUE.period_to)
    .where(
        _INDICATOR.id == _VALUE.indicator_id,
        within(_VALUE.person_id, "people"),
        _VALUE.period_to <= sa.bindparam("until"),
    )
    .order_by(_VALUE.period_from)
)


def lines_of_category(category: str) -> list[Line]:
    """The lines of a set as a form keeps them, in order. `category`: its code, for most sets a job category."""
    query = (
        sa.select(SetLine.weight, IndicatorVersion, Indicator.code)
        .join(IndicatorVersion, IndicatorVersion.id == SetLine.indicator_version_id)
        .join(Indicator, Indicator.id == IndicatorVersion.indicator_id)
        .where(SetLine.category == category)
        .order_by(SetLine.position)
    )
    return [
        _line(key, weight, version, code)
        for key, (weight, version, code) in enumerate(session().execute(query), start=1)
    ]


def _line(key: int, weight: int, one: IndicatorVersion, code: str) -> Line:
    return {
        "key": key,
        "code": code,
        "name_zh": one.name_zh,
        "name_en": one.name_en,
        "short_zh": one.short_zh,
        "short_en": one.short_en,
        "unit": one.unit,
        "direction": one.direction,
        "target": _number(one.target),
        "threshold": _number(one.threshold),
        "weight": weight,
        "source": one.source,
        "bands": _bands(one),
        "anchors": one.anchors if one.source == RATING else None,
    } | _measured_by(one)


def _measured_by(one: IndicatorVersion) -> Line:
    """How values become one, and marks: kept with the form, whatever a later version says."""
    if one.source == RATING:
        return {}
    rule = {"rule": Scale.LINE.value} if one.rule == Scale.LINE else {}
    return rule | {"aggregate": aggregate_of(one.unit, one.frequency)}


def _bands(one: IndicatorVersion) -> Sequence[float] | None:
    if one.source == RATING:
        return None
    if one.rule != Scale.LINE:
        return one.bands
    assert one.threshold is not None
    assert one.target is not None
    return _on_line(one.threshold, one.target, one.direction)


def _on_line(threshold: Decimal, target: Decimal, direction: str) -> list[float]:
    """The bounds that a line draws of its own: where it gives 2, 3, 4 and 5. What shows bands shows them too."""
    return [float(bound) for bound in linear_bands(threshold, target, direction)]


def agreed_line(line: Line, target: int | float | None, weight: int) -> Line:
    """A line as two people agreed about it; `set_weight` is what the set says, where that is another weight.

    A straight line goes through the agreed target. Where that is no better than the threshold there is no such line,
    and the set's target stays.
    """
    made = line | {"target": target, "weight": weight}
    if line.get("rule") == Scale.LINE:
        try:
            bands = _on_line(Decimal(str(line["threshold"])), Decimal(str(target)), line["direction"])
            made |= {"bands": bands}
        except ValueError:
            made |= {"target": line["target"]}
    return made | {"set_weight": line["weight"]} if weight != line["weight"] else made


def _number(value: Decimal | None) -> int | float | None:
    if value is None:
        return None
    return int(value) if value == value.to_integral_value() else float(value)


# ---- values -------------------------------------------------------------------------------------


Values = Mapping[str, Sequence[Decimal]]
"""Indicator code -> what was measured, the oldest first."""


def values_in(person_ids: Collection[UUID], period_from: date, period_to: date) -> Mapping[UUID, Values]:
    """Person -> the values whose period ends within these days; `one_for_each` makes one of them for a form's line."""
    found: dict[UUID, dict[str, list[Decimal]]] = {}
    query = (
        sa.select(MeasuredValue.person_id, Indicator.code, MeasuredValue.value)
        .join(Indicator, Indicator.id == MeasuredValue.indicator_id)
        .where(MeasuredValue.person_id.in_(person_ids), MeasuredValue.period_to.between(period_from, period_to))
        .order_by(MeasuredValue.period_from)
    )
    for row in session().execute(query):
        found.setdefault(row.person_id, {}).setdefault(row.code, []).append(row.value)
    return found


def one_for_each(lines: Sequence[Line], values: Values) -> Mapping[str, Decimal]:
    """Indicator code -> the one value of a form's line, as the version says that the form was made of. What was not
    measured is left out.
    """
    old = _aggregates([line for line in lines if line["code"] in values and "aggregate" not in line])
    found: dict[str, Decimal] = {}
    for line in lines:
        how = line.get("aggregate") or old.get(line["code"], "mean")
        value = one_value(values.get(line["code"], ()), how)
        if value is not None:
            found[line["code"]] = value
    return found


def reach_in(person_ids: Collection[UUID], period_from: date, period_to: date) -> Mapping[UUID, Mapping[str, date]]:
    """Person -> indicator code -> the last day of the newest of those values."""
    query = (
        sa.select(MeasuredValue.person_id, Indicator.code, sa.func.max(MeasuredValue.period_to).label("last"))
        .join(Indicator, Indicator.id == MeasuredValue.indicator_id)
        .where(MeasuredValue.person_id.in_(person_ids), MeasuredValue.period_to.between(period_from, period_to))
        .group_by(MeasuredValue.person_id, Indicator.code)
    )
    found: dict[UUID, dict[str, date]] = {}
    for row in session().execute(query):
        found.setdefault(row.person_id, {})[row.code] = row.last
    return found


def _aggregates(lines: Sequence[Line]) -> Mapping[str, Aggregate]:
    """Indicator code -> the same for lines of forms from before these kept it: by the newest version with their unit."""
    if not lines:
        return {}
    units = {line["code"]: line["unit"] for line in lines}
    query = (
        sa.select(Indicator.code, IndicatorVersion.unit, IndicatorVersion.frequency)
        .join(Indicator, Indicator.id == IndicatorVersion.indicator_id)
        .where(Indicator.code.in_(units), IndicatorVersion.state.in_(("approved", "retired")))
        .order_by(IndicatorVersion.number)
    )
    found: dict[str, Aggregate] = {}
    for row in session().execute(query):
        if row.unit == units[row.code]:
            # These forms knew one unit that is counted, and go on as they were begun.
            found[row.code] = aggregate_of(row.unit if row.unit == "count" else "", row.frequency)
    return found


@dataclass(frozen=True, slots=True)
class Point:
    """One value of a series."""

    label: str
    value: Decimal
    period_to: date


def series(person_ids: Collection[UUID], until: date) -> Mapping[UUID, Mapping[str, Sequence[Point]]]:
    """Person -> indicator code -> the last twelve values up to this day, the oldest first."""
    found: dict[UUID, dict[str, list[Point]]] = {}
    for row in ask_later(_SERIES, {"people": person_ids, "until": until}).rows():
        found.setdefault(row.person_id, {}).setdefault(row.code, []).append(Point(row.label, row.value, row.period_to))
    return {person: {c: many[-SERIES_LENGTH:] for c, many in codes.items()} for person, codes in found.items()}


# ---- earlier cycles -----------------------------------------------------------------------------


def past_marks(person_ids: Collection[UUID], before_month: str) -> Mapping[UUID, Mapping[str, int]]:
    """Person -> indicator code -> the mark of the last earlier cycle (`before_month`: YYYY-MM)."""
    query = (
        sa.select(PastMark.person_id, PastMark.indicator_code, PastMark.mark)
        .where(PastMark.person_id.in_(person_ids), PastMark.month < before_month)
        .order_by(PastMark.month)
    )
    found: dict[UUID, dict[str, int]] = {}
    for row in session().execute(query):
        found.setdefault(row.person_id, {})[row.indicator_code] = row.mark
    return found


def past_overalls(person_ids: Collection[UUID], before_month: str) -> Mapping[UUID, Mapping[str, int]]:
    """Person -> month -> overall mark in tenths, the oldest first (`before_month`: YYYY-MM)."""
    query = (
        sa.select(PastOverall.person_id, PastOverall.month, PastOverall.overall)
        .where(PastOverall.person_id.in_(person_ids), PastOverall.month < before_month)
        .order_by(PastOverall.month)
    )
    found: dict[UUID, dict[str, int]] = {}
    for row in session().execute(query):
        found.setdefault(row.person_id, {})[row.month] = row.overall
    return found


# ---- quick comments -----------------------------------------------------------------------------


def chips(ids: Collection[UUID]) -> Sequence[Chip]:
    """Quick comments by id."""
    return session().execute(sa.select(Chip).where(Chip.id.in_(ids))).scalars().all()


def chips_by_tag(tags: Collection[str]) -> dict[str, Chip]:
    """Tag (the chip's id in 22 characters) -> quick comment. Unknown tags are left out."""
    ids = []
    for tag in tags:
        try:
            ids.append(unshort(tag))
        except ValueError:  # a tag of another client's making
            continue
    return {short(one.id): one for one in chips(ids)}
