"""What is read of values, for taking them in and for those who look at them."""

import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

import sqlalchemy as sa

from server.cycles.models import Cycle, CycleState
from server.foundation.db import session
from server.foundation.ids import KeyId
from server.indicators.models import RATING, Indicator, IndicatorVersion, MeasuredValue
from server.people.models import Person
from server.values.doubts import ENOUGH, HISTORY, Usual, usual
from server.values.models import ApiKey, ValueBatch, ValueChange, ValueFlag, ValueObjection, ValueSource

AT_A_DESK: Final = 500


def source(source_id: UUID) -> ValueSource | None:
    """A source by id."""
    return session().execute(sa.select(ValueSource).where(ValueSource.id == source_id)).scalar_one_or_none()


def sources() -> Sequence[ValueSource]:
    """Every source, by code."""
    return session().execute(sa.select(ValueSource).order_by(ValueSource.code)).scalars().all()


def source_by_code(code: str, *, lock: bool = False) -> ValueSource | None:
    """A source by its code. `lock`: two writers of one source take turns."""
    query = sa.select(ValueSource).where(ValueSource.code == code)
    return session().execute(query.with_for_update() if lock else query).scalar_one_or_none()


def source_codes() -> Sequence[str]:
    """Every code that a measured indicator names as its source."""
    query = sa.select(IndicatorVersion.source).where(IndicatorVersion.source.not_in((RATING, ""))).distinct()
    return sorted(session().execute(query).scalars())


def numbers() -> dict[str, UUID]:
    """Personnel number -> person, of the whole plant."""
    return {row.employee_no: row.id for row in session().execute(sa.select(Person.employee_no, Person.id))}


@dataclass(frozen=True, slots=True)
class Measured:
    """A measured indicator in its newest wording."""

    id: UUID
    source: str
    version: IndicatorVersion


@dataclass(frozen=True, slots=True)
class Known:
    """Whom and what values can be about: people by number, measured indicators by code."""

    people: Mapping[str, UUID]
    indicators: Mapping[str, Measured]


def measured() -> dict[str, Measured]:
    """Code -> measured indicator, by the newest version that was approved."""
    query = (
        sa.select(Indicator.code, IndicatorVersion)
        .join(IndicatorVersion, IndicatorVersion.indicator_id == Indicator.id)
        .where(IndicatorVersion.source != RATING, IndicatorVersion.state == "approved")
        .order_by(IndicatorVersion.number)
    )
    return {code: Measured(one.indicator_id, one.source, one) for code, one in session().execute(query)}


def usual_of(indicator: Measured, beside: Sequence[float] = ()) -> Usual:
    """What is usual of an indicator, by its last values; by those that come with them while there are hardly any."""
    past = (
        sa.select(MeasuredValue.value)
        .where(MeasuredValue.indicator_id == indicator.id)
        .order_by(MeasuredValue.period_from.desc())
        .limit(HISTORY)
    )
    history = [float(value) for value in session().execute(past).scalars()]
    if len(history) < ENOUGH:
        history += [value for value in beside if math.isfinite(value)]
    one = indicator.version
    bounds = [float(bound) for bound in (one.target, one.threshold, *(one.bands or ())) if bound is not None]
    return usual(history, one.unit, bounds)


class LateFor:
    """The state of a closing or closed cycle that judged by values which end on a day; None where there is none."""

    def __init__(self) -> None:
        ended = (CycleState.CLOSING.value, CycleState.CLOSED.value)
        query = sa.select(Cycle.period_from, Cycle.period_to, Cycle.state).where(Cycle.state.in_(ended))
        self._cycles = session().execute(query.order_by(Cycle.period_from)).all()
        self._known: dict[date, str | None] = {}

    def __call__(self, last: date) -> str | None:
        if last not in self._known:
            states = [one.state for one in self._cycles if one.period_from <= last <= one.period_to]
            self._known[last] = states[-1] if states else None
        return self._known[last]


# ---- one person ---------------------------------------------------------------------------------


def values_of(person_id: UUID) -> Sequence[sa.Row[MeasuredValue, str]]:
    """Every value of a person with its indicator's code, the oldest first."""
    query = (
        sa.select(MeasuredValue, Indicator.code)
        .join(Indicator, Indicator.id == MeasuredValue.indicator_id)
        .where(MeasuredValue.person_id == person_id)
        .order_by(Indicator.code, MeasuredValue.period_from)
    )
    return session().execute(query).all()


def value(person_id: UUID, indicator_id: UUID, period_from: date) -> MeasuredValue | None:
    """One value."""
    query = sa.select(MeasuredValue).where(
        MeasuredValue.person_id == person_id,
        MeasuredValue.indicator_id == indicator_id,
        MeasuredValue.period_from == period_from,
    )
    return session().execute(query).scalar_one_or_none()


def changes_of(person_id: UUID) -> Sequence[ValueChange]:
    """Every correction of a person's values, in order."""
    query = sa.select(ValueChange).where(ValueChange.person_id == person_id).order_by(ValueChange.changed_at)
    return session().execute(query).scalars().all()


def flags_of(person_id: UUID) -> Sequence[ValueFlag]:
    """What is doubted of a person's values, the newest first."""
    query = sa.select(ValueFlag).where(ValueFlag.person_id == person_id, ValueFlag.settled_at.is_(None))
    return session().execute(query.order_by(ValueFlag.raised_at.desc(), ValueFlag.id)).scalars().all()


def objections_of(person_id: UUID) -> Sequence[ValueObjection]:
    """What a person objected to."""
    return session().execute(sa.select(ValueObjection).where(ValueObjection.person_id == person_id)).scalars().all()


def doubts(kept: Collection[str] | None) -> Sequence[sa.Row[ValueFlag, MeasuredValue]]:
    """Open doubts with the values that they are about, the newest first: of these sources, None: of all."""
    query = _about(sa.select(ValueFlag, MeasuredValue), ValueFlag, kept).where(ValueFlag.settled_at.is_(None))
    return session().execute(query.order_by(ValueFlag.raised_at.desc(), ValueFlag.id).limit(AT_A_DESK)).all()


def objections(
    kept: Collection[str] | None = None, *, person_id: UUID | None = None
) -> Sequence[sa.Row[ValueObjection, MeasuredValue]]:
    """Objections with their values: those without an answer first, the most urgent before the others."""
    query = _about(sa.select(ValueObjection, MeasuredValue), ValueObjection, kept)
    if person_id is not None:
        query = query.where(ValueObjection.person_id == person_id)
    is_answered = sa.case((ValueObjection.state == "open", 0), else_=1)
    return session().execute(query.order_by(is_answered, ValueObjection.due_at).limit(AT_A_DESK)).all()


def _about(query: Any, model: type[ValueFlag | ValueObjection], kept: Collection[str] | None) -> Any:
    """With the value, if it is still there; before any limit, so that nobody's desk is filled by others."""
    query = query.join(
        MeasuredValue,
        sa.and_(
            MeasuredValue.tenant_id == model.tenant_id,
            MeasuredValue.person_id == model.person_id,
            MeasuredValue.indicator_id == model.indicator_id,
            MeasuredValue.period_from == model.period_from,
        ),
    )
    return query if kept is None else query.where(MeasuredValue.source.in_(kept))


def newest(ids: Collection[UUID]) -> dict[UUID, tuple[str, IndicatorVersion]]:
    """Indicator -> its code and newest wording."""
    query = (
        sa.select(Indicator.code, IndicatorVersion)
        .join(IndicatorVersion, IndicatorVersion.indicator_id == Indicator.id)
        .where(Indicator.id.in_(ids))
        .order_by(IndicatorVersion.number)
    )
    return {one.indicator_id: (code, one) for code, one in session().execute(query)}


def lock_person(person_id: UUID) -> None:
    """Wait for whoever else writes what is said about this person's values, until the end of the transaction."""
    query = sa.select(Person.id).where(Person.id == person_id).with_for_update(key_share=True)
    session().execute(query)


def objection(objection_id: UUID) -> ValueObjection | None:
    """An objection by id, locked."""
    query = sa.select(ValueObjection).where(ValueObjection.id == objection_id).with_for_update()
    return session().execute(query).scalar_one_or_none()


def indicator_id(code: str) -> UUID | None:
    """An indicator by its code."""
    return session().execute(sa.select(Indicator.id).where(Indicator.code == code)).scalar_one_or_none()


def codes(ids: Collection[UUID]) -> Mapping[UUID, str]:
    """Indicator -> its code."""
    query = sa.select(Indicator.id, Indicator.code).where(Indicator.id.in_(ids))
    return {row.id: row.code for row in session().execute(query)}


# ---- keys ---------------------------------------------------------------------------------------


def key(key_id: UUID) -> ApiKey | None:
    """A key of another system by id."""
    return session().execute(sa.select(ApiKey).where(ApiKey.id == key_id)).scalar_one_or_none()


def answers_of(key_id: UUID) -> sa.ColumnElement[bool]:
    """Which answers are kept for a key."""
    return ValueBatch.key_id == KeyId(key_id)


def answers_before(at: datetime) -> sa.ColumnElement[bool]:
    """Which answers are older than this, of every key."""
    return ValueBatch.received_at < at


def last_answers(key_id: UUID, count: int) -> sa.ColumnElement[bool] | None:
    """Which answers of a key came before its last so many; None: there are no more."""
    query = sa.select(ValueBatch.received_at).where(answers_of(key_id)).order_by(ValueBatch.received_at.desc())
    oldest = session().execute(query.offset(count).limit(1)).scalar_one_or_none()
    return None if oldest is None else sa.and_(answers_of(key_id), ValueBatch.received_at <= oldest)


def all_keys() -> Sequence[ApiKey]:
    """Every key, the newest first."""
    return session().execute(sa.select(ApiKey).order_by(ApiKey.made_at.desc())).scalars().all()
