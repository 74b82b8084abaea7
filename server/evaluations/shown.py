"""What a phone shows of evaluations, read straight into rows: two questions, however many they are.

`states.load` makes the core's values of the same tables, which a push needs and a pull does not.
"""

from collections.abc import Collection, Sequence
from operator import itemgetter
from typing import Any, Final
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.compiler import compiles

from server.cycles.models import Cycle
from server.evaluations.models import ChipTag, Comment, Evaluation, Score
from server.foundation.ids import PersonId
from server.foundation.prepared import Later, ask_later, of_plant, table_of, within
from server.people.models import Department, Person
from server.sync_api.answers import Writers
from server.sync_api.columns import FIELD_CODES

_PLACED: Final = itemgetter(slice(4))
"""Part, line, kind and place."""
_LETTERS: Final = {name: letter for letter, name in FIELD_CODES.items()}
_ONE: Final = table_of(Evaluation).c
_CYCLE: Final = table_of(Cycle).c
_PERSON: Final = table_of(Person).c
_PLACE: Final = table_of(Department).c
_SHOWN: Final = of_plant(
    sa.select(
        *(column for column in _ONE if column.name not in ("values", "status_version", "status_at", "chip_versions")),
        _ONE["values"].label("values_"),
        _CYCLE.state.label("cycle_state"),
        _PERSON.employee_no,
        _PERSON.name_zh,
        _PERSON.name_en,
        _PLACE.name_zh.label("department_zh"),
        _PLACE.name_en.label("department_en"),
    )
    .where(
        within(_ONE.id),
        _ONE.rater_id == sa.bindparam("rater"),
        _ONE.employee_id != sa.bindparam("viewer"),
        _CYCLE.id == _ONE.cycle_id,
        _PERSON.id == _ONE.employee_id,
        _PLACE.id == _ONE.department_id,
    )
    .order_by(_ONE.run_order)
)


class _AsLists(sa.sql.functions.FunctionElement[Any]):
    """Every row of a group as a list, in one list."""

    name = "as_lists"
    type = sa.JSON()
    inherit_cache = True


@compiles(_AsLists)
def _as_lists(element: Any, compiler: Any, **how: Any) -> str:
    return f"json_agg(json_build_array({compiler.process(element.clauses, **how)}))"


@compiles(_AsLists, "sqlite")
def _as_lists_sqlite(element: Any, compiler: Any, **how: Any) -> str:
    return f"json_group_array(json_array({compiler.process(element.clauses, **how)}))"


def _part(number: int, table: sa.Table, kind: Any, mark: Any, text: Any, place: Any) -> Any:
    columns = (
        table.c.evaluation_id,
        sa.literal(number).label("part"),
        table.c.line,
        kind.label("kind"),
        place.label("place"),
        mark.label("mark"),
        text.label("text"),
        table.c.version,
    )
    return of_plant(sa.select(*columns).where(within(table.c.evaluation_id)))


_SCORE: Final = table_of(Score)
_COMMENT: Final = table_of(Comment)
_CHIP: Final = table_of(ChipTag)
_NO_MARK: Final = sa.cast(sa.null(), sa.Integer)
_PARTS: Final = sa.union_all(
    _part(0, _SCORE, sa.literal("score"), _SCORE.c.value, sa.cast(sa.null(), sa.Text), sa.literal(0)),
    _part(1, _COMMENT, _COMMENT.c.kind, _NO_MARK, _COMMENT.c.text, sa.literal(0)),
    _part(2, _CHIP, sa.literal("chips"), _NO_MARK, _CHIP.c.tag, _CHIP.c.position),
).subquery()
# A row for each evaluation, not one for each field: ten times fewer to fetch.
_FIELDS: Final = sa.select(_PARTS.c.evaluation_id, _AsLists(*_PARTS.c[1:]).label("parts")).group_by(
    _PARTS.c.evaluation_id
)


def evaluations(ids: Sequence[UUID], rater: PersonId, viewer: PersonId) -> Later:
    """Evaluations of this rater, with names and the state of their cycle, in the order of the run;
    never the one in which the viewer is judged.
    """
    return ask_later(_SHOWN, {"ids": ids, "rater": rater, "viewer": viewer})


def fields(ids: Collection[UUID]) -> Later:
    """What `written_out` takes; asked together with the evaluations."""
    return ask_later(_FIELDS, {"ids": ids})


def written_out(rows: Sequence[Any], shown: Collection[UUID], writers: Writers) -> dict[UUID, list[Any]]:
    """The column `fields` of each evaluation that is shown: code, value, version, one after the other."""
    found: dict[UUID, list[Any]] = {}
    for evaluation_id, parts in rows:
        if evaluation_id in shown:
            found[evaluation_id] = _flat(parts, writers)
    return found


def _flat(parts: list[list[Any]], writers: Writers) -> list[Any]:
    flat: list[Any] = []
    for part, line, kind, _, mark, text, version in sorted(parts, key=_PLACED):
        code = f"{_LETTERS[kind]}{line}"
        if part < 2:
            flat += (code, text if part else mark, writers.ref(version))
        elif flat[-3:-2] == [code]:
            flat[-2].append([text, writers.ref(version)])
        else:
            flat += (code, [[text, writers.ref(version)]], None)
    return flat
