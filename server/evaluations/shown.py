"""What a phone shows of evaluations, read straight into rows: one question, however many they are.

`states.load` makes the core's values of the same tables, which a push needs and a pull does not.
"""

from collections.abc import Collection, Sequence
from operator import itemgetter
from typing import Any, Final
from uuid import UUID

import sqlalchemy as sa

from server.cycles.models import Cycle
from server.evaluations.models import ChipTag, Comment, Evaluation, Form, Score
from server.foundation.ids import PersonId
from server.foundation.listed import listed
from server.foundation.prepared import Later, ask_later, of_plant, table_of, within
from server.people.models import Department, Person
from server.sync_api.answers import Writers
from server.sync_api.columns import FIELD_CODES

_LINE: Final = itemgetter(0)
_PLACE_IN_FORM: Final = itemgetter(0, 1)
_LETTERS: Final = {name: letter for letter, name in FIELD_CODES.items()}
_SCORES: Final = _LETTERS["score"]
_CHIPS: Final = _LETTERS["chips"]
_ONE: Final = table_of(Evaluation).c
_CYCLE: Final = table_of(Cycle).c
_PERSON: Final = table_of(Person).c
_PLACE: Final = table_of(Department).c
_FORM: Final = table_of(Form).c
_CYCLES: Final = of_plant(
    sa.select(
        *(_CYCLE[name] for name in ("id", "name_zh", "name_en", "period_from", "period_to", "deadline_at", "state"))
    ).where(within(_CYCLE.id))
)
_FORMS: Final = of_plant(
    sa.select(*(_FORM[name] for name in ("id", "cycle_id", "job_zh", "job_en", "lines"))).where(within(_FORM.id))
)
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
        listed(_ONE.id, table_of(Score).c.evaluation_id, "line", "value", "version").label("scores"),
        listed(_ONE.id, table_of(Comment).c.evaluation_id, "line", "kind", "text", "version").label("comments"),
        listed(_ONE.id, table_of(ChipTag).c.evaluation_id, "line", "position", "tag", "version").label("chips"),
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


def evaluations(ids: Sequence[UUID], rater: PersonId, viewer: PersonId) -> Later:
    """Evaluations of this rater, with names and the state of their cycle, in the order of the run;
    never the one in which the viewer is judged.
    """
    return ask_later(_SHOWN, {"ids": ids, "rater": rater, "viewer": viewer})


def cycles(ids: Collection[UUID]) -> Sequence[Any]:
    """Cycles by id."""
    return ask_later(_CYCLES, {"ids": ids}).rows()


def forms(ids: Collection[UUID]) -> Sequence[Any]:
    """Forms by id."""
    return ask_later(_FORMS, {"ids": ids}).rows()


def written_out(one: Any, writers: Writers) -> list[Any]:
    """The column `fields` of a row: code, value, version, one after the other."""
    flat: list[Any] = []
    for line, mark, version in sorted(one.scores or (), key=_LINE):
        flat += (f"{_SCORES}{line}", mark, writers.ref(version))
    for line, kind, text, version in sorted(one.comments or (), key=_PLACE_IN_FORM):
        flat += (f"{_LETTERS[kind]}{line}", text, writers.ref(version))
    for line, _, tag, version in sorted(one.chips or (), key=_PLACE_IN_FORM):
        code = f"{_CHIPS}{line}"
        if flat[-3:-2] == [code]:
            flat[-2].append([tag, writers.ref(version)])
        else:
            flat += (code, [[tag, writers.ref(version)]], None)
    return flat
