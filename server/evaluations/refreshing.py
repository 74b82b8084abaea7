"""Values that came or were corrected after a cycle opened: marks by rule follow, what was signed does not.

Open and not submitted: values, marks by rule and trend are made anew, and every phone hears of it. Submitted: the
result stays as it was signed; the value is flagged for whoever keeps it. Closed: nothing moves.
"""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

import sqlalchemy as sa

from server.cycles.models import Cycle, CycleState
from server.evaluations import queries
from server.evaluations.models import Evaluation, Form
from server.evaluations.scopes import facts_scope, rate_scope
from server.foundation.db import changed, session
from server.foundation.ids import CycleId, PersonId
from server.indicators import queries as indicators
from server.indicators.events import ValuesReceived
from server.indicators.marking import Mark, days_of, marks_by_data
from server.indicators.models import Indicator, MeasuredValue
from server.sync_api.feed import left
from server.sync_api.journal import write_rules
from server.sync_api.models import FieldHistory
from server.values.flagging import write_flags
from server.values.models import FlagKind
from sync import model as core

Measured = Mapping[str, Decimal]


def refresh(event: ValuesReceived) -> None:
    """Bring evaluations of running cycles in line with the values that stand now."""
    cycles = [one for one in _touched(event.first, event.last) if one.state != CycleState.CLOSED]
    for cycle in cycles:
        _refresh(cycle, event)


def _touched(first: date, last: date) -> Sequence[Cycle]:
    states = (CycleState.OPEN.value, CycleState.CLOSING.value, CycleState.CLOSED.value)
    query = sa.select(Cycle).where(Cycle.state.in_(states), Cycle.period_to >= first, Cycle.period_from <= last)
    return session().execute(query.order_by(Cycle.id)).scalars().all()


def _refresh(cycle: Cycle, event: ValuesReceived) -> None:
    # Locked in the order of a push: a submit that is under way either signs the old mark, or sees the new one.
    query = sa.select(Evaluation).where(Evaluation.cycle_id == CycleId(cycle.id)).order_by(Evaluation.id)
    found = session().execute(query.with_for_update()).scalars().all()
    judged = [one for one in found if one.employee_id in event.people]
    if not judged:
        return
    forms = queries.forms({one.form_id for one in judged})
    known = indicators.values_in({one.employee_id for one in judged}, cycle.period_from, cycle.period_to)
    reach = indicators.reach_in({one.employee_id for one in judged}, cycle.period_from, cycle.period_to)
    marks: dict[UUID, dict[str, Mark]] = {}
    for one in judged:
        changed("trend", one.id, [facts_scope(one.rater_id)])
        measured = indicators.one_for_each(forms[one.form_id].lines, known.get(one.employee_id, {}))
        fresh = _values(forms[one.form_id], measured)
        if one.state == core.Status.OPEN.value:
            # The phone reads it beside the trend: it is no news of the evaluation's own.
            one.data_to = days_of(reach.get(one.employee_id, {}), forms[one.form_id].lines)
        if fresh == one.values:
            continue
        if one.state != core.Status.OPEN.value:
            _flag_signed(one, forms[one.form_id], fresh, cycle, event.at)
            continue
        marks[one.id] = _take(one, forms[one.form_id], fresh, measured)
    steps = _steps(list(marks))
    write_rules({one: many for one, many in marks.items() if many}, event.at, after=steps)
    scopes = {one.id: rate_scope(one.rater_id) for one in judged}
    away = left("evaluation", list(marks))
    for evaluation_id in marks:
        if (scopes[evaluation_id], evaluation_id) not in away:
            changed("evaluation", evaluation_id, [scopes[evaluation_id]])


def _values(form: Form, known: Measured) -> list[float | None]:
    values = [known.get(line["code"]) for line in form.lines]
    return [None if value is None else float(value) for value in values]


def _take(one: Evaluation, form: Form, fresh: list[float | None], measured: Measured) -> dict[str, Mark]:
    """Give an open evaluation its new values; returns the marks by rule that changed, by field."""
    rules = marks_by_data(measured, form.lines)
    moved = {
        f"score/{line['key']}": rule
        for line, rule, before in zip(form.lines, rules, one.rules, strict=True)
        if rule is not None and rule != before
    }
    one.values, one.rules = fresh, rules
    return moved


def _steps(ids: Sequence[UUID]) -> Mapping[UUID, int]:
    query = (
        sa.select(FieldHistory.record_id, sa.func.max(FieldHistory.position))
        .where(FieldHistory.record_id.in_(ids))
        .group_by(FieldHistory.record_id)
    )
    return {row[0]: row[1] for row in session().execute(query)}


def _flag_signed(one: Evaluation, form: Form, fresh: Sequence[float | None], cycle: Cycle, at: datetime) -> None:
    codes = [
        line["code"]
        for line, new, old in zip(form.lines, fresh, one.values, strict=True)
        if new != old and new is not None
    ]
    query = (
        sa.select(MeasuredValue.indicator_id, sa.func.max(MeasuredValue.period_from))
        .join(Indicator, Indicator.id == MeasuredValue.indicator_id)
        .where(
            Indicator.code.in_(codes),
            MeasuredValue.person_id == PersonId(one.employee_id),
            MeasuredValue.period_to.between(cycle.period_from, cycle.period_to),
        )
        .group_by(MeasuredValue.indicator_id)
    )
    found: dict[tuple[UUID, UUID, date, str], dict[str, str]] = {
        (one.employee_id, row[0], row[1], FlagKind.SUBMITTED.value): {"evaluation_id": str(one.id)}
        for row in session().execute(query)
    }
    write_flags(found, at)
