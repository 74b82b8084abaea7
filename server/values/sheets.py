"""Rows for phones: what is measured of oneself, and what a supervisor enters of the team. By `sync_api.columns`."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any, Final
from uuid import UUID

import sqlalchemy as sa

from server.foundation.clock import on_calendar, to_ms
from server.foundation.db import session
from server.foundation.ids import PersonId, short
from server.indicators import matching
from server.indicators.models import Indicator, MeasuredValue
from server.people import queries as people
from server.people.models import Person
from server.sync_api.answers import trim
from server.values import held, queries, sources
from server.values.models import ApiKey, SourceKind, ValueChange, ValueEntry, ValueFlag, ValueObjection, ValueSource

POINTS: Final = 12
"""Of oneself: what the drawing of a series shows."""
LATELY: Final = 6
"""Of somebody of the team: enough to correct the last ones."""
BACK: Final = timedelta(days=62)
"""So long whoever led a person may still enter what was counted in those days."""

Row = list[Any]
ValueKey = tuple[UUID, UUID, date]
Spans = Mapping[UUID, Sequence[tuple[date, date | None]]]


@dataclass(slots=True)
class Sheets:
    """The rows of one pull. Whatever is asked is asked once for all of its people."""

    reader: PersonId
    at: datetime
    _names: dict[UUID, Person] = field(default_factory=dict)

    def rows(self, ids: Sequence[UUID]) -> dict[UUID, Row]:
        """Person -> row; without those whom the reader has nothing to do with, or nothing to enter of."""
        today = people.day_of(self.at)
        spans = held.lines_in(self.reader, [one for one in ids if one != self.reader], today - BACK, today)
        mine = [one for one in ids if one == self.reader or one in spans]
        if not mine:
            return {}
        known, taken = queries.measured(), {one.code: one for one in queries.sources()}
        shown = self._wanted(mine, known, taken, today)
        told = _Told(mine, self.reader, spans, today)
        self._names = people.by_id({*mine, *told.people()})
        places = people.places([PersonId(one) for one in mine], self.at)
        made: dict[UUID, Row] = {}
        for one in mine:
            person, place = self._names.get(one), places.get(PersonId(one))
            own = one == self.reader
            if person is None or not (own or shown[one]):
                continue
            made[one] = trim(
                [
                    short(one),
                    person.employee_no,
                    person.name_zh,
                    person.name_en,
                    None if place is None else place.name_zh,
                    None if place is None else place.name_en,
                    [self._series(one, code, known[code], taken, told) for code in shown[one]],
                    [self._objection(objected, code) for objected, code in told.objections] if own else [],
                    [[first.isoformat(), last and last.isoformat()] for first, last in spans.get(one, ())],
                    int(own and any(source.owner_id == one for source in taken.values())),
                ]
            )
        return made

    def _wanted(
        self, ids: Sequence[UUID], known: Mapping[str, queries.Measured], taken: Mapping[str, ValueSource], today: date
    ) -> dict[UUID, list[str]]:
        """Person -> codes of the series on the row: of oneself all, of others what is counted by the supervisor's hand."""

        def counted(code: str, kind: SourceKind) -> bool:
            source = known[code].source
            return (taken.get(source) or sources.unset(source)).kind == kind

        members = people.members(today, of=people.Reach(people=frozenset(ids)))
        codes = matching.codes_of(members, today)
        lines = {code: [line.code for line in matching.lines_of(code)] for code in set(codes.values())}
        measured = _measured_codes(ids)
        found: dict[UUID, list[str]] = {}
        for one in ids:
            applies = [code for code in lines.get(codes.get(one, ""), ()) if code in known]
            if one == self.reader:
                has = [code for code in measured.get(one, ()) if code in known]
                found[one] = list(dict.fromkeys([*has, *(c for c in applies if counted(c, SourceKind.SELF))]))
            else:
                both = [*applies, *(code for code in measured.get(one, ()) if code in known)]
                found[one] = [code for code in dict.fromkeys(both) if counted(code, SourceKind.HAND)]
        return found

    def _series(
        self, person: UUID, code: str, indicator: queries.Measured, taken: Mapping[str, ValueSource], told: "_Told"
    ) -> Row:
        version, own = indicator.version, person == self.reader
        source = taken.get(indicator.source) or sources.unset(indicator.source)
        values = told.values.get((person, indicator.id), ())
        return trim(
            [
                code,
                version.name_zh,
                version.name_en,
                version.unit,
                version.direction,
                _plain(version.target),
                _plain(version.threshold),
                version.frequency,
                source.code,
                source.name_zh,
                source.name_en,
                int(source.is_entered_by(self.reader, of_himself=own)),
                source.locked_reason,
                source.leave_lowers,
                max(one.period_to for one in values).isoformat() if values else None,
                [self._point(value, told) for value in values],
            ]
        )

    def _point(self, one: MeasuredValue, told: "_Told") -> Row:
        key = one.person_id, one.indicator_id, one.period_from
        entered = told.entries.get(key)
        return trim(
            [
                one.period_from.isoformat(),
                one.period_to.isoformat(),
                one.label,
                _plain(one.value),
                told.flags.get(key, []),
                [self._change(change, told) for change in told.changes.get(key, ()) if change.reason],
                None
                if entered is None or entered.number != one.version
                else [
                    *self._name(entered.author_id),
                    on_calendar(entered.device_time),
                    to_ms(entered.received_at),
                ],
            ]
        )

    def _change(self, one: ValueChange, told: "_Told") -> Row:
        key_name = None if one.key_id is None else told.keys.get(one.key_id)
        named = [*self._name(one.by_id), key_name, one.late, to_ms(one.changed_at)]
        return [_plain(one.before), _plain(one.after), one.reason, *named]

    def _objection(self, one: ValueObjection, code: str) -> Row:
        return trim(
            [
                code,
                one.period_from.isoformat(),
                _plain(one.shown),
                None if one.shown_to is None else one.shown_to.isoformat(),
                one.reason,
                one.state,
                to_ms(one.raised_at),
                to_ms(one.due_at),
                None if one.device_time is None else on_calendar(one.device_time),
                one.answer,
                *self._name(one.answered_by_id),
                None if one.answered_at is None else to_ms(one.answered_at),
            ]
        )

    def _name(self, person_id: UUID | None) -> tuple[str | None, str | None]:
        found = None if person_id is None else self._names.get(person_id)
        return (None, None) if found is None else (found.name_zh, found.name_en)


class _Told:
    """What stands and what was said of it, of these people."""

    def __init__(self, ids: Collection[UUID], reader: UUID, spans: Spans, today: date) -> None:
        self.values = _last_values(ids, reader, spans, today)
        self.changes: dict[ValueKey, list[ValueChange]] = {}
        query = sa.select(ValueChange).where(ValueChange.person_id.in_(ids)).order_by(ValueChange.changed_at)
        for change in session().execute(query).scalars():
            self.changes.setdefault(_key(change), []).append(change)
        entries = sa.select(ValueEntry).where(ValueEntry.person_id.in_(ids)).order_by(ValueEntry.number)
        self.entries = {_key(one): one for one in session().execute(entries).scalars()}
        self.flags: dict[ValueKey, list[str]] = {}
        doubts = sa.select(ValueFlag).where(ValueFlag.person_id.in_(ids), ValueFlag.settled_at.is_(None))
        for flag in session().execute(doubts.order_by(ValueFlag.kind)).scalars():
            self.flags.setdefault(_key(flag), []).append(flag.kind)
        self.keys = {one.id: one.name for one in session().execute(sa.select(ApiKey.id, ApiKey.name))}
        said = (
            sa.select(ValueObjection, Indicator.code)
            .join(Indicator, Indicator.id == ValueObjection.indicator_id)
            .where(ValueObjection.person_id == reader)
            .order_by(ValueObjection.raised_at, ValueObjection.version)
        )
        last = {_key(row[0]): (row[0], row[1]) for row in session().execute(said)}
        self.objections: list[tuple[ValueObjection, str]] = list(last.values()) if reader in ids else []

    def people(self) -> Iterable[UUID]:
        """Everybody who is named."""
        named = [one.by_id for many in self.changes.values() for one in many]
        named += [one.author_id for one in self.entries.values()]
        named += [one.answered_by_id for one, _ in self.objections]
        return {one for one in named if one is not None}


def _key(one: Any) -> ValueKey:
    return one.person_id, one.indicator_id, one.period_from


def _last_values(
    ids: Collection[UUID], reader: UUID, spans: Spans, today: date
) -> dict[tuple[UUID, UUID], list[MeasuredValue]]:
    query = (
        sa.select(MeasuredValue)
        .where(MeasuredValue.person_id.in_(ids))
        .order_by(MeasuredValue.period_from)
        .execution_options(populate_existing=True)
    )
    found: dict[tuple[UUID, UUID], list[MeasuredValue]] = {}
    for one in session().execute(query).scalars():
        if one.person_id == reader or _is_his(one, spans[one.person_id], today):
            found.setdefault((one.person_id, one.indicator_id), []).append(one)
    return {key: many[-(POINTS if key[0] == reader else LATELY) :] for key, many in found.items()}


def _is_his(one: MeasuredValue, spans: Sequence[tuple[date, date | None]], today: date) -> bool:
    """Whoever leads a person today sees what was counted before; whoever led him sees those days alone."""
    return any(
        last is None or last >= today or (first <= one.period_to and one.period_from <= last) for first, last in spans
    )


def _measured_codes(ids: Collection[UUID]) -> dict[UUID, list[str]]:
    query = (
        sa.select(MeasuredValue.person_id, Indicator.code)
        .join(Indicator, Indicator.id == MeasuredValue.indicator_id)
        .where(MeasuredValue.person_id.in_(ids))
        .distinct()
        .order_by(Indicator.code)
    )
    found: dict[UUID, list[str]] = {}
    for one in session().execute(query):
        found.setdefault(one.person_id, []).append(one.code)
    return found


def _plain(value: Any) -> float | int | None:
    """Without a point where there is nothing behind it: a phone's number."""
    if value is None:
        return None
    as_float = float(value)
    return int(as_float) if as_float.is_integer() else as_float
