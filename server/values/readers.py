"""Who stands how to a value, and values as people read them."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

import sqlalchemy as sa

from server import policy
from server.foundation.db import session
from server.foundation.ids import DepartmentId, PersonId
from server.foundation.problems import NOT_ALLOWED, NOT_FOUND, Problem
from server.foundation.web import Actor
from server.indicators.models import IndicatorVersion, MeasuredValue
from server.people import queries as people
from server.people.models import Assignment, Person
from server.policy import Action, Relation
from server.values import queries, sources
from server.values.models import (
    ApiKey,
    FlagKind,
    Leave,
    ObjectionState,
    SourceKind,
    ValueChange,
    ValueFlag,
    ValueObjection,
    ValueSource,
)

LAST: Final = 12


def person_by_number(employee_no: str) -> Person | None:
    """The person with this personnel number."""
    return people.by_number(employee_no)


def person(person_id: UUID) -> Person:
    """A person who is there."""
    found = people.get(person_id)
    assert found is not None
    return found


def relations_to(me: PersonId, subject: UUID, source: ValueSource | None, at: datetime) -> frozenset[Relation]:
    """How somebody stands to a value of `subject` from this source."""
    query = sa.select(Assignment.department_id).where(
        Assignment.person_id == subject, people.holds_on(Assignment, people.day_of(at))
    )
    place = session().execute(query.limit(1)).scalar_one_or_none() or DepartmentId(UUID(int=0))
    found = people.relations(me, PersonId(subject), place, at)
    if source is not None and source.owner_id == me and subject != me:
        found |= {Relation.KEEPER}
    return found


def require_keeper(actor: Actor, action: Action, source: ValueSource | None, subject: UUID, at: datetime) -> None:
    """Pass for the source's owner and for HR, but for nobody about himself. Raises Problem `not_found`,
    `not_allowed`."""
    if subject == actor.person_id:
        raise Problem(NOT_ALLOWED)
    found = set(people.plant_relations(actor.person_id, at))
    if source is not None and source.owner_id == actor.person_id:
        found.add(Relation.KEEPER)
    policy.require(action, found)


def kept_by(actor: Actor, at: datetime) -> frozenset[str] | None:
    """Codes of the sources whose desk this person works at; None: all. Raises Problem `not_allowed`."""
    if policy.can(Action.VALUE_DESK_READ, people.plant_relations(actor.person_id, at)):
        return None
    own = frozenset(one.code for one in queries.sources() if one.owner_id == actor.person_id)
    if not own:
        raise Problem(NOT_ALLOWED)
    return own


def desk(actor: Actor, at: datetime) -> dict[str, Any]:
    """What waits for whoever keeps a source: HR sees every source, an owner those that are his."""
    kept = kept_by(actor, at)
    shown = Shown(actor.person_id, at)
    known = [one for one in sources.all_sources() if kept is None or one.code in kept]
    owners = people.by_id({one.owner_id for one in known if one.owner_id is not None})
    objections, flags = queries.objections(kept), queries.doubts(kept)
    shown.learn([*objections, *flags])
    told = sources.changes(known)
    return {
        "sources": [sources.shown(one, owners, told) for one in known],
        "objections": [shown.objection(*one) for one in objections],
        "flags": [shown.flag(*one) for one in flags],
    }


def values_of(person_id: UUID, *, by: Actor, now: datetime) -> dict[str, Any]:
    """What is measured of a person, for himself, his line, and the desks. Raises Problem `not_found`."""
    found = people.get(person_id)
    if found is None:
        raise Problem(NOT_FOUND)
    policy.require(Action.MEASURED_VALUE_READ, relations_to(by.person_id, person_id, None, now))
    shown, objections = Shown(by.person_id, now), queries.objections(person_id=person_id)
    shown.learn(objections)
    return {
        "employee_no": found.employee_no,
        "name_zh": found.name_zh,
        "name_en": found.name_en,
        "keeps_source": person_id == by.person_id and any(one.owner_id == person_id for one in queries.sources()),
        "series": _series(person_id, shown),
        "objections": [shown.objection(*one) for one in objections],
    }


def _series(person_id: UUID, shown: "Shown") -> list[dict[str, Any]]:
    by_code: dict[str, list[MeasuredValue]] = {}
    for one, code in queries.values_of(person_id):
        by_code.setdefault(code, []).append(one)
    changes: dict[tuple[UUID, Any], list[ValueChange]] = {}
    for change in queries.changes_of(person_id):
        changes.setdefault((change.indicator_id, change.period_from), []).append(change)
    flags: dict[tuple[UUID, Any], list[str]] = {}
    for flag in queries.flags_of(person_id):
        flags.setdefault((flag.indicator_id, flag.period_from), []).append(flag.kind)
    made: list[dict[str, Any]] = []
    for code, many in by_code.items():
        version = shown.version_of(many[-1].indicator_id)
        if version is None:
            continue
        source = shown.source(many[-1].source)
        made.append(
            {
                "indicator": code,
                "name_zh": version.name_zh,
                "name_en": version.name_en,
                "unit": version.unit,
                "direction": version.direction,
                "target": version.target,
                "threshold": version.threshold,
                "source": source.code,
                "source_zh": source.name_zh,
                "source_en": source.name_en,
                "kind": SourceKind(source.kind),
                "leave_lowers": None if source.leave_lowers is None else [Leave(one) for one in source.leave_lowers],
                "data_to": max(one.period_to for one in many),
                "points": [_point(one, changes, flags, shown) for one in many[-LAST:]],
            }
        )
    return made


def _point(
    one: MeasuredValue,
    changes: Mapping[tuple[UUID, Any], Sequence[ValueChange]],
    flags: Mapping[tuple[UUID, Any], Sequence[str]],
    shown: "Shown",
) -> dict[str, Any]:
    key = (one.indicator_id, one.period_from)
    return {
        "period_from": one.period_from,
        "period_to": one.period_to,
        "label": one.label,
        "value": one.value,
        "version": one.version,
        "received_at": one.received_at,
        "flags": [FlagKind(kind) for kind in flags.get(key, ())],
        "changes": [shown.change(change) for change in changes.get(key, ())],
    }


class Shown:
    """Turns rows into what is read, asking for each name once."""

    def __init__(self, reader: PersonId, at: datetime) -> None:
        self._reader, self._at = reader, at
        self._people: dict[UUID, Person | None] = {}
        self._versions: dict[UUID, tuple[str, IndicatorVersion] | None] = {}
        self._sources: dict[str, ValueSource] | None = None
        self._keys: dict[UUID, str] = {}
        self._hr = Relation.HR in people.plant_relations(reader, at)

    def _name(self, person_id: UUID | None) -> tuple[str | None, str | None]:
        if person_id is None:
            return (None, None)
        if person_id not in self._people:
            self._people[person_id] = people.get(person_id)
        one = self._people[person_id]
        return (None, None) if one is None else (one.name_zh, one.name_en)

    def learn(self, many: Sequence[sa.Row[Any, MeasuredValue]]) -> None:
        """Ask at once for whatever these objections and doubts name."""
        about = [one for one, _ in many]
        names = {one.person_id for one in about} | {one.answered_by_id for one in about if _is_answered(one)}
        names |= {
            UUID(one.params["other_id"]) for one in about if isinstance(one, ValueFlag) and "other_id" in one.params
        }
        self._people |= people.by_id(names)
        self._versions |= queries.newest({one.indicator_id for one in about})

    def _coded(self, indicator_id: UUID) -> tuple[str, IndicatorVersion] | None:
        if indicator_id not in self._versions:
            self._versions[indicator_id] = queries.newest([indicator_id]).get(indicator_id)
        return self._versions[indicator_id]

    def version_of(self, indicator_id: UUID) -> IndicatorVersion | None:
        """The newest wording of an indicator."""
        found = self._coded(indicator_id)
        return None if found is None else found[1]

    def source(self, code: str) -> ValueSource:
        """A source, as it is or as nobody has set it up."""
        if self._sources is None:
            self._sources = {one.code: one for one in queries.sources()}
        return self._sources.get(code) or sources.unset(code)

    def change(self, one: ValueChange) -> dict[str, Any]:
        """A correction with who made it."""
        by_zh, by_en = self._name(one.by_id)
        if one.key_id is not None and one.key_id not in self._keys:
            held = session().execute(sa.select(ApiKey.name).where(ApiKey.id == one.key_id)).scalar_one()
            self._keys[one.key_id] = held
        names = ("version", "before", "before_to", "after", "reason", "late", "changed_at")
        key_name = None if one.key_id is None else self._keys[one.key_id]
        return {name: getattr(one, name) for name in names} | {"by_zh": by_zh, "by_en": by_en, "key_name": key_name}

    def _head(self, one: ValueObjection | ValueFlag, held: MeasuredValue) -> tuple[dict[str, Any], ValueSource]:
        self._name(one.person_id)
        subject, coded = self._people[one.person_id], self._coded(one.indicator_id)
        assert subject is not None  # the database holds both for as long as there is a value
        assert coded is not None
        code, version = coded
        return {
            "id": one.id,
            "employee_no": subject.employee_no,
            "name_zh": subject.name_zh,
            "name_en": subject.name_en,
            "indicator": code,
            "indicator_zh": version.name_zh,
            "indicator_en": version.name_en,
            "unit": version.unit,
            "source": held.source,
            "period_from": one.period_from,
            "label": held.label,
            "value": held.value,
        }, self.source(held.source)

    def objection(self, one: ValueObjection, held: MeasuredValue) -> dict[str, Any]:
        """An objection to a value as both sides read it."""
        head, source = self._head(one, held)
        by_zh, by_en = self._name(one.answered_by_id)
        keeps = self._hr or source.owner_id == self._reader
        names = ("shown", "reason", "raised_at", "due_at", "answer", "answered_at")
        return (
            head
            | {name: getattr(one, name) for name in names}
            | {
                "state": ObjectionState(one.state),
                "answered_by_zh": by_zh,
                "answered_by_en": by_en,
                "may_answer": keeps and one.state == ObjectionState.OPEN and one.person_id != self._reader,
            }
        )

    def flag(self, one: ValueFlag, held: MeasuredValue) -> dict[str, Any]:
        """A doubt with the value that it is about."""
        head, _ = self._head(one, held)
        other = one.params.get("other_id")
        other_zh, other_en = self._name(None if other is None else UUID(other))
        return head | {
            "kind": FlagKind(one.kind),
            "usual": one.params.get("usual"),
            "other_zh": other_zh,
            "other_en": other_en,
            "other_from": _day(one.params.get("other_from")),
            "raised_at": one.raised_at,
        }


def _is_answered(one: ValueObjection | ValueFlag) -> bool:
    return isinstance(one, ValueObjection) and one.answered_by_id is not None


def _day(text: str | None) -> Any:
    return None if text is None else date.fromisoformat(text)
