"""Measured values: one for each person, indicator and period; a later one corrects."""

from decimal import Decimal

from server.imports.names import of_indicators, with_codes
from server.imports.plan import Change, Difference, Plan, What, text_of, unique
from server.imports.records import Kind, Period, Record
from server.indicators.models import LABEL_MAX, MeasuredValue

VALUE = MeasuredValue.__tablename__
_KEY = ("person_id", "indicator_id", "period_from")


def plan_values(plan: Plan, records: list[Record]) -> None:
    """Add values and correct those that are there."""
    records = with_codes(plan, records, "indicator", of_indicators(plan))
    for one in unique(plan, records, "employee_no", "indicator", "period"):
        _value(plan, one)


def _value(plan: Plan, one: Record) -> None:
    number, code, period, value = (one.values[name] for name in ("employee_no", "indicator", "period", "value"))
    assert isinstance(period, Period)
    assert isinstance(value, Decimal)
    person = plan.stock.people.get(str(number))
    indicator = plan.stock.indicators.get(str(code))
    if person is None:
        plan.unknown_person(number, one.place)
    if indicator is None:
        plan.error("indicator_unknown", one.place, code=code)
    if person is None or indicator is None:
        return
    version = plan.stock.versions[indicator["id"]]
    if version["state"] == "retired":
        plan.error("indicator_retired", one.place, code=code)
        return
    if person["hired_on"] is not None and person["hired_on"] > period.last:
        plan.doubt("value_before_hired", one.place, number=number, period=period.label, day=person["hired_on"])
    if person["left_on"] is not None and person["left_on"] < period.first:
        plan.doubt("value_after_left", one.place, number=number, period=period.label, day=person["left_on"])
    source = str(one.values.get("source") or version["source"])
    wanted = {"period_to": period.last, "label": _label(period), "value": value, "source": source}
    key = (person["id"], indicator["id"], period.first)
    held = plan.stock.values.get(key)
    shown = f"{number} {code} {period.label}"
    if held is None:
        plan.insert(VALUE, dict(zip(_KEY, key, strict=True)) | wanted | {"received_at": None})
        new = (Difference("value", None, text_of(value)),)
        plan.change(Change(Kind.VALUES, What.NEW, shown, person["name_zh"], one.place, new))
    elif (held["value"], held["period_to"]) == (value, period.last) and held["source"] == source:
        plan.count(Kind.VALUES, What.UNCHANGED)
    else:
        told = tuple(
            Difference(name, text_of(held[name]), text_of(wanted[name]))
            for name in ("value", "source")
            if held[name] != wanted[name]
        )
        plan.update(VALUE, _KEY, held, wanted | {"received_at": None})
        plan.change(Change(Kind.VALUES, What.CHANGED, shown, person["name_zh"], one.place, told))


def _label(period: Period) -> str:
    """As people write it; two whole days are longer than what is kept, and are kept without their dashes."""
    return period.label if len(period.label) <= LABEL_MAX else period.label.replace("-", "")
