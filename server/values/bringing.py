"""Values that come by file: taken in by the one rule, and what that changes beside them told, so that it can be undone.

A correction, once made, is kept as strictly as the value; a doubt or what a source says of itself is put back only
where nobody has touched it since, and stands in nobody's way.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from itertools import islice
from typing import Any, Final
from uuid import UUID

import sqlalchemy as sa

from server.foundation import batch
from server.foundation.batch import Row, identity_of, key_of
from server.foundation.db import Base, session
from server.foundation.events import publish
from server.foundation.prepared import ask, of_plant, table_of, within
from server.indicators.events import ValuesReceived
from server.indicators.models import MeasuredValue
from server.people.models import Person
from server.values import looking, sources
from server.values.models import ApiKey, ValueChange, ValueFlag, ValueObjection, ValueSource
from server.values.periods import LONGEST
from server.values.rows import By, Fate, Given
from server.values.taking import take_in

VALUE: Final = MeasuredValue.__tablename__
TABLES: Final = (MeasuredValue, ValueChange)
"""What an undoing must find as it left it."""
BESIDE: Final = (ValueSource, ValueFlag)
_AT_ONCE: Final = 500
_TOLD_EVERY: Final = 1000
Step = Callable[[int], None]
_Held = dict[tuple[Any, ...], dict[str, Any]]


class Refused(Exception):
    """A row was not taken in as it was foreseen: the plant has changed."""


def bring_in(
    rows: Mapping[str, Sequence[Given]], people: Iterable[UUID], at: datetime, by: By, step: Step
) -> tuple[list[Row], list[Row]]:
    """Take in rows by their source, all or none; inside a unit of work. `people`: whom they are about. Returns the
    corrections that were written, and what changed of doubts and sources. Raises Refused, Problem `source_locked`."""
    about = sorted(set(people))
    before = _beside(about, rows)
    for source, given in rows.items():
        taken = take_in(_counted(given, step), source, at, by=by)
        refused = next((one for one in taken.receipts if one.fate is Fate.REFUSED), None)
        if refused is not None:
            raise Refused(refused.code)
        looking.look(sources.locked(source), at)
    session().flush()
    corrected = [Row(ValueChange.__tablename__, None, one) for one in _changes(about, at).values()]
    return corrected, list(_differences(before, _beside(about, rows)))


def hold(people: Iterable[UUID] = ()) -> None:
    """Let whoever else writes values wait until the end of the transaction, and who says something about these people's:
    in the order in which a push locks them."""
    person = table_of(Person).c
    query = of_plant(sa.select(person.id)).where(within(person.id)).order_by(person.id).with_for_update(key_share=True)
    for some in _batched(sorted(set(people)), _AT_ONCE):
        ask(query, {"ids": some})
    session().execute(sa.select(ValueSource.id).order_by(ValueSource.code).with_for_update()).all()


def _counted(rows: Sequence[Given], step: Step) -> Iterator[Given]:
    for some in _batched(rows, _TOLD_EVERY):
        yield from some
        step(len(some))


def _batched(items: Iterable[Any], count: int) -> Iterator[list[Any]]:
    left = iter(items)
    while some := list(islice(left, count)):
        yield some


def _beside(people: Sequence[UUID], sources: Iterable[str]) -> dict[str, _Held]:
    """Doubts about people and what sources say, as the database has them."""
    flags = table_of(ValueFlag)
    codes = sa.select(table_of(ValueSource)).where(table_of(ValueSource).c.code.in_(list(sources)))
    return {
        ValueSource.__tablename__: _held(table_of(ValueSource), ask(of_plant(codes))),
        ValueFlag.__tablename__: _of_people(flags, people),
    }


def _changes(people: Sequence[UUID], at: datetime) -> _Held:
    table = table_of(ValueChange)
    return _of_people(table, people, table.c.changed_at == at)


def _of_people(table: sa.Table, people: Sequence[UUID], *conditions: Any) -> _Held:
    found: _Held = {}
    query = of_plant(sa.select(table)).where(within(table.c.person_id), *conditions)
    for some in _batched(people, _AT_ONCE):
        found |= _held(table, ask(query, {"ids": some}))
    return found


def _held(table: sa.Table, rows: Iterable[Any]) -> _Held:
    key = key_of(table)
    held = ({name: value for name, value in row._mapping.items() if name != "tenant_id"} for row in rows)
    return {tuple(one[name] for name in key): one for one in held}


def _differences(before: Mapping[str, _Held], after: Mapping[str, _Held]) -> Iterator[Row]:
    for table, held in after.items():
        for key, row in held.items():
            was = before[table].get(key)
            if was is None:
                yield Row(table, None, row)
            elif was != row:
                names = [*key_of(Base.metadata.tables[table]), *(name for name in row if row[name] != was[name])]
                yield Row(table, {name: was[name] for name in names}, {name: row[name] for name in names})


# ---- back ---------------------------------------------------------------------------------------


def take_back(rows: Sequence[Row], beside: Sequence[Row], at: datetime, step: Step) -> None:
    """Put back what `bring_in` and its values changed. `rows`: of TABLES, already turned round. `beside`: of BESIDE, as
    they were told."""
    batch.write(TABLES, rows, step)
    batch.write(BESIDE, [row.back for row in _untouched(beside)], step)
    gone = [identity_of(row) for row in rows if row.table == VALUE]
    if gone:
        _forget_doubts(row.before for row in rows if row.table == VALUE and row.after is None)
        begins = [one["period_from"] for one in gone]
        about = frozenset(one["person_id"] for one in gone)
        # A row that changes a value alone does not say where its period ends.
        publish(ValuesReceived(about, min(begins), max(begins) + LONGEST, at))


def _untouched(beside: Sequence[Row]) -> Iterator[Row]:
    """What is still as it was left; a source that a key was made for meanwhile stays."""
    keyed = set(session().execute(sa.select(ApiKey.source_id)).scalars())
    for model in BESIDE:
        mine = [row for row in beside if row.table == table_of(model).name and row.after is not None]
        touched = {_key(one, model) for one in batch.differing(model, [row.after for row in mine if row.after])}
        for row in mine:
            is_made_for_key = row.before is None and model is ValueSource and identity_of(row)["id"] in keyed
            if _key(identity_of(row), model) not in touched and not is_made_for_key:
                yield row


def _key(one: Mapping[str, Any], model: type[Base]) -> tuple[Any, ...]:
    return tuple(one[name] for name in key_of(table_of(model)))


def _forget_doubts(values: Iterable[Mapping[str, Any] | None]) -> None:
    """A value that is gone is doubted by nobody, whatever was said of the doubt meanwhile."""
    for some in _batched(doubts_about(values), _AT_ONCE):
        session().execute(sa.delete(ValueFlag).where(ValueFlag.id.in_(some)))


def doubts_about(values: Iterable[Mapping[str, Any] | None]) -> list[UUID]:
    """Doubts about these values, by their keys."""
    named = {(one["person_id"], one["indicator_id"], one["period_from"]) for one in values if one is not None}
    flags = table_of(ValueFlag)
    held = _of_people(flags, sorted({one[0] for one in named}))
    return [one["id"] for one in held.values() if (one["person_id"], one["indicator_id"], one["period_from"]) in named]


def objected(rows: Iterable[Row]) -> list[dict[str, Any]]:
    """Objections to values as these rows left them: key columns of each."""
    names = ("person_id", "indicator_id", "period_from", "version")
    values = (row.after for row in rows if row.table == VALUE and row.after is not None)
    left = {tuple(one[name] for name in names) for one in values}
    found = _of_people(table_of(ValueObjection), sorted({one[0] for one in left}))
    about = (one for one in found.values() if tuple(one[name] for name in names) in left)
    return [{"person_id": one["person_id"], "id": one["id"]} for one in about]
