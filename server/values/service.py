"""What people do with values: enter one by hand, object, answer, settle a doubt. Each inside a unit of work."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from server import policy
from server.foundation.db import changed, session
from server.foundation.ids import IndicatorId, PersonId
from server.foundation.problems import INVALID, NOT_FOUND, Problem
from server.foundation.web import Actor
from server.indicators.models import MeasuredValue
from server.policy import Action, Relation
from server.values import queries, readers
from server.values.deadlines import due
from server.values.models import ObjectionState, ValueFlag, ValueObjection, ValueSource
from server.values.problems import (
    OBJECTION_ANSWERED,
    OBJECTION_OLD,
    OBJECTION_TWICE,
    SOURCE_BY_HAND,
    VALUE_REASON,
)
from server.values.rows import By, Fate, Given, Refusal, Taken, seen
from server.values.scopes import MEASURED, values_scope
from server.values.taking import take_in


def enter(asked: Given, *, by: Actor, now: datetime) -> Taken:
    """Take one value in by hand. Raises Problem `not_found`, `not_allowed`, `source_by_hand`, `value_reason`,
    `invalid`.
    """
    person = readers.person_by_number(asked.employee_no)
    indicator = queries.measured().get(asked.indicator)
    if person is None or indicator is None:
        raise Problem(NOT_FOUND)
    source = queries.source_by_code(indicator.source)
    relations = readers.relations_to(by.person_id, person.id, source, now)
    policy.require(Action.MEASURED_VALUE_WRITE, relations)
    # A team's supervisor writes what is counted by hand, an employee what he reports of himself.
    is_his = source is not None and source.is_entered_by(by.person_id, of_himself=Relation.SELF in relations)
    if not is_his and relations.isdisjoint({Relation.HR, Relation.KEEPER}):
        raise Problem(SOURCE_BY_HAND)
    return _one(asked, indicator.source, by, now)


def _one(asked: Given, source: str, by: Actor, now: datetime) -> Taken:
    taken = take_in([asked], source, now, by=By(person_id=by.person_id))
    refused = next((one.code for one in taken.receipts if one.fate is Fate.REFUSED), None)
    if refused == Refusal.REASON_MISSING:
        raise Problem(VALUE_REASON)
    if refused is not None:
        raise Problem(INVALID, reason=refused)
    return taken


@dataclass(frozen=True)
class Objected:
    """What an employee objects to: a value by the version that was on the screen."""

    indicator: str
    period_from: date
    version: int
    reason: str


def object_to(asked: Objected, *, by: Actor, now: datetime) -> ValueObjection:
    """Object to a value about oneself. Raises Problem `not_found`, `objection_old`, `objection_twice`."""
    queries.lock_person(by.person_id)  # a phone of his may say the same at this moment, or an import takes it back
    indicator = queries.measured().get(asked.indicator)
    held = None if indicator is None else queries.value(by.person_id, indicator.id, asked.period_from)
    if held is None:
        raise Problem(NOT_FOUND)
    if held.version != asked.version:
        raise Problem(OBJECTION_OLD)  # it was corrected meanwhile: he should see that first
    for other in queries.objections_of(by.person_id):
        if (other.indicator_id, other.period_from) == (held.indicator_id, held.period_from) and (
            other.version == held.version or other.state == ObjectionState.OPEN
        ):
            raise Problem(OBJECTION_TWICE)
    made = ValueObjection(
        person_id=by.person_id,
        indicator_id=IndicatorId(held.indicator_id),
        period_from=held.period_from,
        version=held.version,
        shown=held.value,
        shown_to=held.period_to,
        reason=asked.reason,
        raised_at=now,
        due_at=due(now),
        mutation=None,
        device_time=None,
        state=ObjectionState.OPEN.value,
        answered_by_id=None,
        answered_at=None,
        answer=None,
    )
    session().add(made)
    changed(MEASURED, by.person_id, [values_scope(by.person_id)])
    return made


def answer(objection_id: UUID, value: float | None, words: str, *, by: Actor, now: datetime) -> ValueObjection:
    """Let it stand (`value` None), or correct it; who objected reads the words. Raises Problem `not_found`,
    `not_allowed`, `objection_answered`.
    """
    held = queries.objection(objection_id)
    if held is None:
        raise Problem(NOT_FOUND)
    stands, source = _value_and_source(held)
    readers.require_keeper(by, Action.VALUE_DESK_ANSWER, source, held.person_id, now)
    if held.state != ObjectionState.OPEN:
        raise Problem(OBJECTION_ANSWERED)
    held.state = ObjectionState.STANDS.value
    if value is not None and Decimal(str(round(value, 4))) != stands.value:
        held.state = ObjectionState.CORRECTED.value
        _one(_corrected(stands, value, words), stands.source, by, now)
    held.answered_by_id, held.answered_at, held.answer = PersonId(by.person_id), now, words
    session().flush()  # read back for the answer
    changed(MEASURED, held.person_id, [values_scope(held.person_id)])
    return held


def _value_and_source(held: ValueObjection | ValueFlag) -> tuple[MeasuredValue, ValueSource | None]:
    stands = queries.value(held.person_id, held.indicator_id, held.period_from)
    if stands is None:  # a file that brought it was taken back
        raise Problem(NOT_FOUND)
    return stands, queries.source_by_code(stands.source)


def _corrected(stands: MeasuredValue, value: float, reason: str) -> Given:
    person = readers.person(stands.person_id)
    code = queries.codes([stands.indicator_id])[stands.indicator_id]
    return Given(
        0,
        person.employee_no,
        code,
        stands.period_from,
        stands.period_to,
        value,
        seen(reason.replace("\n", " ")),
        stands.label,
    )


def settle(flag_id: UUID, note: str, *, by: Actor, now: datetime) -> None:
    """Say what a doubt turned out to be. Raises Problem `not_found`, `not_allowed`."""
    held = session().execute(sa.select(ValueFlag).where(ValueFlag.id == flag_id)).scalar_one_or_none()
    if held is None:
        raise Problem(NOT_FOUND)
    _, source = _value_and_source(held)
    readers.require_keeper(by, Action.VALUE_DESK_ANSWER, source, held.person_id, now)
    if held.settled_at is None:
        held.settled_at, held.settled_by_id, held.note = now, PersonId(by.person_id), note


def as_shown(held: ValueObjection, *, by: Actor, now: datetime) -> dict[str, Any]:
    """An objection as its two sides read it."""
    stands, _ = _value_and_source(held)
    return readers.Shown(by.person_id, now).objection(held, stands)
