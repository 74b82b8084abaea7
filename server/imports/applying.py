"""Plans become rows, all or nothing, and rows become again what they were. Called inside a unit of work."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import datetime
from itertools import islice
from typing import Any, Final
from uuid import UUID

import sqlalchemy as sa

from server.foundation.batch import Row, differing, from_json, identity_of, key_of, plain, to_json
from server.foundation.db import Base, current_tenant, session
from server.foundation.ids import PersonId
from server.foundation.prepared import ask, insert_rows, of_plant, table_of
from server.foundation.problems import Problem
from server.identity import service as identity
from server.identity.models import Account
from server.imports import queries
from server.imports.models import ImportPart, Part
from server.imports.plan import Move, Plan
from server.imports.problems import IMPORT_STOOD_UPON
from server.indicators import service as indicators
from server.indicators.models import MeasuredValue
from server.people import service as people
from server.people.events import LinesMoved, Moved
from server.people.models import Person
from server.values import bringing as values
from server.values.models import ValueObjection
from server.values.rows import By

PAGE: Final = 200
NAMED: Final = 20
"""So many of the later changes are told; how many there are is told in any case."""
_ACCOUNTS: Final = (Account,)
_OBJECTION: Final = ValueObjection.__tablename__
_STAMPED: Final = ("received_at", "created_at")
Step = Callable[[int], None]


def apply(import_id: UUID, plan: Plan, by: PersonId | None, *, keep_former: bool, now: datetime, step: Step) -> None:
    """Write what a plan says and keep what was. `by`: who applies it. `keep_former`: what former supervisors still send
    counts. Raises values.bringing.Refused, Problem `source_locked`."""
    rows = [_stamped(row, now) for row in plan.rows]
    moves = [one for one in plan.moves if one.on <= plan.stock.today]
    event = LinesMoved(tuple(map(_moved, moves)), now, None if keep_former else now)
    for write in _rooms(rows, plan.renamed, event, now, step):
        write()
    given = {source: one.given for source, one in plan.values.items() if one.given}
    about = {identity_of(row)["person_id"] for row in rows if row.table == values.VALUE}
    corrected, beside = values.bring_in(given, about, now, By(person_id=by), step) if given else ([], [])
    _require_as_foreseen(rows)
    put(import_id, Part.ROW, map(to_json, [*rows, *corrected]))
    put(import_id, Part.BESIDE, map(to_json, beside))
    put(import_id, Part.MOVE, map(to_json, event.followed))


def _require_as_foreseen(rows: Sequence[Row]) -> None:
    """Raise values.bringing.Refused where a value is not the version that the preview saw and one more."""
    key = (*key_of(table_of(MeasuredValue)), "version")
    left = [{name: row.after[name] for name in key} for row in rows if row.table == values.VALUE and row.after]
    if differing(MeasuredValue, left):
        raise values.Refused


def _moved(one: Move) -> Moved:
    return Moved(PersonId(one.person_id), PersonId(one.from_id), PersonId(one.to_id))


def _stamped(row: Row, now: datetime) -> Row:
    after = row.after
    if after is None or not any(name in after and after[name] is None for name in _STAMPED):
        return row
    return Row(row.table, row.before, {**after, **{name: now for name in _STAMPED if name in after}})


def _of(rows: Sequence[Row], models: Iterable[type[Base]]) -> list[Row]:
    names = {table_of(model).name for model in models}
    return [row for row in rows if row.table in names]


def _rooms(
    rows: Sequence[Row], renamed: Iterable[UUID], moves: LinesMoved, now: datetime, step: Step
) -> tuple[Callable[[], None], ...]:
    """What each room writes: what refers to people comes after them, and goes before them."""
    return (
        lambda: identity.bring_in(_of(rows, _ACCOUNTS), step, now=now),
        lambda: people.bring_in(_of(rows, people.TABLES), [PersonId(one) for one in sorted(renamed)], moves, step),
        lambda: indicators.bring_in(_of(rows, indicators.TABLES), step),
    )


def put(import_id: UUID, what: Part, items: Iterable[Any]) -> None:
    """Keep something of an import, page by page."""
    left, number = iter(items), 0
    while page := list(islice(left, PAGE)):
        insert_rows(ImportPart, [_part(import_id, what, number, page)])
        number += 1


def _part(import_id: UUID, what: Part, number: int, page: list[Any]) -> dict[str, Any]:
    key = {"tenant_id": current_tenant(), "import_id": import_id, "what": what.value, "number": number}
    return key | {"content": page}


# ---- back ---------------------------------------------------------------------------------------


def undo(import_id: UUID, *, now: datetime, step: Step) -> None:
    """Put back exactly what was. Raises Problem `import_stood_upon` where later changes stand on it, naming them, and
    `evaluation_begun`."""
    rows = [from_json(one) for one in queries.parts(import_id, Part.ROW)]
    brought = [row for row in rows if row.table == values.VALUE]
    if brought:
        values.hold(identity_of(row)["person_id"] for row in brought)
    followed = frozenset(identity_of(from_json(one))["id"] for one in queries.parts(import_id, Part.MOVE))
    followed |= frozenset(values.doubts_about(row.after for row in brought if row.before is None))  # they go with it
    objections = [_told(_OBJECTION, one, "refers") for one in values.objected(rows)]
    stands = [*_changed_since(rows), *_referring(rows, followed), *objections]
    if stands:
        raise Problem(IMPORT_STOOD_UPON, count=len(stands), stands=stands[:NAMED])
    person = Person.__tablename__
    renamed = {identity_of(row)["id"] for row in rows if row.table == person and row.before and row.after}
    people.tell_back([from_json(one) for one in queries.parts(import_id, Part.MOVE)])
    back = [row.back for row in rows]
    beside = [from_json(one) for one in queries.parts(import_id, Part.BESIDE)]
    values.take_back(_of(back, values.TABLES), beside, now, step)
    for write in reversed(_rooms(back, renamed, LinesMoved((), now), now, step)):
        write()


def _changed_since(rows: Sequence[Row]) -> list[dict[str, Any]]:
    """What is not as the import left it."""
    found: list[dict[str, Any]] = []
    for name in sorted({row.table for row in rows}):
        after = [row.after for row in rows if row.table == name and row.after is not None]
        model = _models()[name]
        found += [_told(name, one, "changed") for one in differing(model, after)]
    return found


def _referring(rows: Sequence[Row], followed: Collection[UUID]) -> list[dict[str, Any]]:
    """What refers to something that the import has made, and was neither made by it nor came along with it."""
    made: dict[str, dict[tuple[Any, ...], Row]] = {}
    for row in rows:
        if row.before is None and row.after is not None:
            key = key_of(Base.metadata.tables[row.table])
            made.setdefault(row.table, {})[tuple(row.after[one] for one in key)] = row
    found: list[dict[str, Any]] = []
    for table in Base.metadata.sorted_tables:
        if table.name.startswith("import_"):
            continue
        for constraint in table.foreign_key_constraints:
            target = constraint.referred_table.name
            column = list(constraint.columns)[-1]
            if target not in made or len(constraint.columns) != 2:
                continue
            found += _rows_on(table, column, target, made, followed)
    return found


def _rows_on(
    table: sa.Table,
    column: Any,
    target: str,
    made: Mapping[str, Mapping[tuple[Any, ...], Row]],
    followed: Collection[UUID],
) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    ids = [key[0] for key in made[target]]
    key = key_of(table)
    for start in range(0, len(ids), 1000):
        query = of_plant(sa.select(*(table.c[one] for one in key), column.label("on_id")))
        for row in ask(query.where(column.in_(ids[start : start + 1000]))):
            if row[0] not in followed and tuple(row[: len(key)]) not in made.get(table.name, {}):
                on = identity_of(made[target][(row[-1],)])
                found.append(_told(table.name, dict(zip(key, row, strict=False)), "refers", target, on))
    return found


def _told(
    table: str, one: Mapping[str, Any], how: str, target: str = "", on: Mapping[str, Any] | None = None
) -> dict[str, Any]:
    return {"table": table, "key": _named(one), "how": how, "on_table": target, "on_key": _named(on or {})}


def _named(one: Mapping[str, Any]) -> str:
    """By what people know it: number or code, of a value whose and of which period; else what there is."""
    if "label" in one and "person_id" in one:
        return f"{_number(one['person_id'])} {one['label']}"
    for name in ("employee_no", "code", "label", "zh", "person_id", "id"):
        if one.get(name) is not None:
            return str(plain(one[name])) if name != "person_id" else _number(one[name])
    return " ".join(str(plain(value)) for value in one.values())


def _number(person_id: UUID) -> str:
    query = of_plant(sa.select(table_of(Person).c.employee_no)).where(table_of(Person).c.id == person_id)
    return session().connection().execute(query).scalar() or str(person_id)


def _models() -> dict[str, type[Base]]:
    return {table_of(model).name: model for model in (*_ACCOUNTS, *people.TABLES, *indicators.TABLES, *values.TABLES)}
