"""The mark that the data give on a line of a form: by its bands, or on its straight line."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date
from decimal import Decimal

from server.indicators.arithmetic import linear_mark, rule_mark
from server.indicators.models import Line, Scale

Mark = int | float
"""Whole, or with two decimals on a straight line: as it is kept and sent."""


def mark_by_data(value: Decimal | None, line: Line) -> Mark | None:
    """The mark of a value; None without one, and where a person judges."""
    if value is None or not line["bands"]:
        return None
    if line.get("rule") != Scale.LINE:
        return rule_mark(value, line["bands"], line["direction"])
    threshold, target = Decimal(str(line["threshold"])), Decimal(str(line["target"]))
    mark = linear_mark(value, threshold, target, line["direction"])
    return int(mark) if mark == mark.to_integral_value() else float(mark)


def marks_by_data(known: Mapping[str, Decimal], lines: Sequence[Line]) -> list[Mark | None]:
    """The same for every line of a form. `known`: indicator code -> value."""
    return [mark_by_data(known.get(line["code"]), line) for line in lines]


def days_of(reach: Mapping[str, date], lines: Sequence[Line]) -> list[str | None]:
    """The last day that each line's value reaches. `reach`: indicator code -> that day."""
    days = [reach.get(line["code"]) for line in lines]
    return [None if day is None else day.isoformat() for day in days]


def exact(marks: Collection[Mark | None]) -> list[Decimal | None]:
    """As the arithmetic reckons: 3.4 is no binary fraction."""
    return [None if mark is None else Decimal(str(mark)) for mark in marks]
