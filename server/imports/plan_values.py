"""Measured values: one for each person, indicator and period. What becomes of each is what `values.taking` says."""

from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from server.imports.names import of_indicators, with_codes
from server.imports.plan import Change, Difference, Foresee, Plan, Values, What, text_of, unique
from server.imports.records import Kind, Period, Place, Record
from server.indicators.models import LABEL_MAX, RATING, MeasuredValue
from server.values.models import FlagKind
from server.values.rows import Fate, Given, Receipt, Refusal

VALUE = MeasuredValue.__tablename__
_SHOWN = {"value": "value", "period_to": "period"}
_KEY = ("person_id", "indicator_id", "period_from")


def plan_values(plan: Plan, records: list[Record], foresee: Foresee) -> None:
    """Add values and correct those that are there."""
    records = with_codes(plan, records, "indicator", of_indicators(plan))
    handed: dict[str, Values] = {}
    begun: dict[tuple[str, str, date], Record] = {}
    for one in unique(plan, records, "employee_no", "indicator", "period"):
        source = _source(plan, one)
        if source is None:
            continue
        given = _given(plan, one, len(handed.setdefault(source, Values()).given))
        other = begun.setdefault((given.employee_no, given.indicator, given.period_from), one)
        if other is not one:  # two periods that begin on the same day
            said = f"{given.employee_no} {given.indicator} {given.period_from}"
            plan.error("rows_differ", one.place, key=said, other=f"{other.place.file}:{other.place.row}")
            continue
        handed[source].given.append(given)
        handed[source].records.append(one)
    for source, values in handed.items():
        _judge(plan, source, values, foresee)


def _source(plan: Plan, one: Record) -> str | None:
    """The source of a value whose person and indicator are sound; else what is wrong is found."""
    number, code, period = (one.values[name] for name in ("employee_no", "indicator", "period"))
    assert isinstance(period, Period)
    person, indicator = plan.stock.people.get(str(number)), plan.stock.indicators.get(str(code))
    if person is None:
        plan.unknown_person(number, one.place)
    version = None if indicator is None else plan.stock.versions.get(indicator["id"])
    if version is None:  # or nobody has approved it yet
        plan.error("indicator_unknown", one.place, code=code)
    if person is None or version is None:
        return None
    if version["state"] == "retired":
        plan.error("indicator_retired", one.place, code=code)
        return None
    if version["source"] == RATING:
        plan.error("value_not_measured", one.place, code=code)
        return None
    if person["hired_on"] is not None and person["hired_on"] > period.last:
        plan.doubt("value_before_hired", one.place, number=number, period=period.label, day=person["hired_on"])
    if person["left_on"] is not None and person["left_on"] < period.first:
        plan.doubt("value_after_left", one.place, number=number, period=period.label, day=person["left_on"])
    source = str(one.values.get("source") or version["source"])
    if source != version["source"]:
        plan.error("value_source_other", one.place, code=code, source=source, own=version["source"])
        return None
    return source


def _given(plan: Plan, one: Record, place: int) -> Given:
    number, code, period, value = (one.values[name] for name in ("employee_no", "indicator", "period", "value"))
    assert isinstance(period, Period)
    assert isinstance(value, Decimal)
    reason = str(one.values.get("reason") or "")
    held = plan.stock.values.get(
        (plan.stock.people[str(number)]["id"], plan.stock.indicators[str(code)]["id"], period.first)
    )
    if held is None or held["period_to"] <= period.last:  # nobody takes days back by the way
        reason = reason or _where(one.place)
    return Given(place, str(number), str(code), period.first, period.last, value, reason, _label(period))


def _where(place: Place) -> str:
    """What the history says of a correction that came without a reason: where it was read."""
    return " ".join(part for part in (place.file, place.sheet, str(place.row)) if part)


def _label(period: Period) -> str:
    """As people write it; two whole days are longer than what is kept, and are kept without their dashes."""
    return period.label if len(period.label) <= LABEL_MAX else period.label.replace("-", "")


def _judge(plan: Plan, source: str, values: Values, foresee: Foresee) -> None:
    foreseen = foresee(plan, source, values)
    if foreseen.locked is not None:
        plan.error("value_source_locked", values.records[0].place, source=source, reason=foreseen.locked)
        return
    receipts = {one.place: one for one in foreseen.taken.receipts}
    kept = plan.values[source] = Values()
    for given, one in zip(values.given, values.records, strict=True):
        receipt = receipts.get(given.place) or Receipt(given.place, Fate.NEW)
        if receipt.fate is Fate.REFUSED:
            _refuse(plan, one, given, receipt)
        elif receipt.fate is Fate.SAME:
            plan.count(Kind.VALUES, What.UNCHANGED)
        else:
            _take(plan, source, one, given, receipt)
            kept.given.append(given)
            kept.records.append(one)


def _refuse(plan: Plan, one: Record, given: Given, receipt: Receipt) -> None:
    plan.error(
        {
            Refusal.PERIOD_SHORTER.value: "value_period_shorter",
            Refusal.PERIOD.value: "value_period_far",
            Refusal.LATE.value: "value_too_late",
        }.get(str(receipt.code), "value_refused"),
        one.place,
        number=given.employee_no,
        code=given.indicator,
    )


def _take(plan: Plan, source: str, one: Record, given: Given, receipt: Receipt) -> None:
    person = plan.stock.people[given.employee_no]
    key: tuple[UUID, UUID, date] = (person["id"], plan.stock.indicators[given.indicator]["id"], given.period_from)
    held = plan.stock.values.get(key)
    value = Decimal(str(round(float(given.value), 4)))  # as it is taken in
    wanted: dict[str, Any] = {
        "period_to": given.period_to,
        "label": given.label,
        "value": value,
        "source": source,
        "received_at": None,  # the moment of applying
        "version": 1 if held is None else held["version"] + 1,
    }
    if held is None:
        plan.insert(VALUE, dict(zip(_KEY, key, strict=True)) | wanted)
        what, differences = What.NEW, [Difference("value", None, text_of(value))]
    else:
        pairs = ((name, text_of(held[name]), text_of(wanted[name])) for name in _SHOWN if held[name] != wanted[name])
        differences = [Difference(_SHOWN[name], was, now) for name, was, now in pairs]
        before, what = held["value"], What.CHANGED
        plan.update(VALUE, _KEY, held, wanted)
        if receipt.fate is Fate.CORRECTED:
            plan.doubt(
                "value_corrected", one.place, number=given.employee_no, before=_plain(before), after=_plain(value)
            )
    shown = f"{given.employee_no} {given.indicator} {given.label}"
    plan.change(Change(Kind.VALUES, what, shown, person["name_zh"], one.place, tuple(differences)))
    _doubt(plan, one, given, receipt)


def _plain(value: Decimal) -> str:
    return f"{value.normalize():f}"


def _doubt(plan: Plan, one: Record, given: Given, receipt: Receipt) -> None:
    told = {"number": given.employee_no, "code": given.indicator}
    if receipt.late is not None:
        plan.doubt("value_late", one.place, period=given.label, **told)
    if FlagKind.JUMP in receipt.flags:
        plan.doubt("value_jump", one.place, value=_plain(Decimal(given.value)), **told)
    if FlagKind.RANGE in receipt.flags:
        plan.doubt("value_range", one.place, value=_plain(Decimal(given.value)), **told)
    if FlagKind.COPIED in receipt.flags:
        plan.doubt("value_copied", one.place, **told)
