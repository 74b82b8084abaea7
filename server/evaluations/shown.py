"""What a phone shows of evaluations, read straight into rows: two questions, however many they are.

`states.load` makes the core's values of the same tables, which a push needs and a pull does not.
"""

from collections.abc import Collection, Sequence
from typing import Any, Final
from uuid import UUID

import sqlalchemy as sa

from server.cycles.models import Cycle
from server.evaluations.models import ChipTag, Comment, Evaluation, Score
from server.foundation.ids import PersonId
from server.foundation.prepared import among, ask, of_plant, table_of
from server.people.models import Department, Person
from server.sync_api.answers import Writers
from server.sync_api.columns import FIELD_CODES

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
        _ONE.id.in_(among()),
        _ONE.rater_id == sa.bindparam("rater"),
        _ONE.employee_id != sa.bindparam("viewer"),
        _CYCLE.id == _ONE.cycle_id,
        _PERSON.id == _ONE.employee_id,
        _PLACE.id == _ONE.department_id,
    )
    .order_by(_ONE.run_order)
)


def _part(number: int, table: sa.Table, kind: Any, mark: Any, text: Any, place: Any) -> Any:
    columns = (
        sa.literal(number).label("part"),
        table.c.evaluation_id,
        table.c.line,
        kind.label("kind"),
        mark.label("mark"),
        text.label("text"),
        table.c.version,
        place.label("place"),
    )
    return of_plant(sa.select(*columns).where(table.c.evaluation_id.in_(among())))


_SCORE: Final = table_of(Score)
_COMMENT: Final = table_of(Comment)
_CHIP: Final = table_of(ChipTag)
_NO_MARK: Final = sa.cast(sa.null(), sa.Integer)
_FIELDS: Final = sa.union_all(
    _part(0, _SCORE, sa.literal("score"), _SCORE.c.value, sa.cast(sa.null(), sa.Text), sa.literal(0)),
    _part(1, _COMMENT, _COMMENT.c.kind, _NO_MARK, _COMMENT.c.text, sa.literal(0)),
    _part(2, _CHIP, sa.literal("chips"), _NO_MARK, _CHIP.c.tag, _CHIP.c.position),
).order_by("part", "line", "kind", "place")


def evaluations(ids: Sequence[UUID], rater: PersonId, viewer: PersonId) -> Sequence[sa.Row[Any]]:
    """Evaluations of this rater, with names and the state of their cycle, in the order of the run;
    never the one in which the viewer is judged.
    """
    found: Sequence[sa.Row[Any]] = ask(_SHOWN, {"ids": ids, "rater": rater, "viewer": viewer}).all()
    return found


def fields(ids: Collection[UUID], writers: Writers) -> dict[UUID, list[Any]]:
    """The column `fields` of each evaluation: code, value, version, one after the other."""
    found: dict[UUID, list[Any]] = {}
    for part, evaluation_id, line, kind, mark, text, version, _ in ask(_FIELDS, {"ids": ids}):
        flat = found.setdefault(evaluation_id, [])
        code = f"{_LETTERS[kind]}{line}"
        if part < 2:
            flat += (code, text if part else mark, writers.ref(version))
        elif flat[-3:-2] == [code]:
            flat[-2].append([text, writers.ref(version)])
        else:
            flat += (code, [[text, writers.ref(version)]], None)
    return found
