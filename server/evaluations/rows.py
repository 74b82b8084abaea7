"""Rows for phones: cycle, form, evaluation, case, result, trend, chip, by `sync_api.columns`."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

import sqlalchemy as sa

from server.cycles.models import Cycle
from server.evaluations.models import Answer, Case, Evaluation, Form, Result
from server.evaluations.states import to_ms
from server.foundation.clock import on_calendar
from server.foundation.ids import short, unshort
from server.people.models import Department, Person
from server.sync_api.answers import Writers, trim
from server.sync_api.columns import FIELD_CODES, LINE_COLUMNS, MAY
from sync import model as core

_LETTERS: Final = {name: letter for letter, name in FIELD_CODES.items()}


@dataclass(frozen=True, slots=True)
class Names:
    """Names that rows show, by id."""

    people: Mapping[UUID, Person | sa.Row[Any]]
    departments: Mapping[UUID, Department | sa.Row[Any]]

    def person(self, person_id: UUID | None) -> tuple[str | None, str | None]:
        """(zh, en); nothing for nobody, and for who is no longer there."""
        person = None if person_id is None else self.people.get(person_id)
        return (None, None) if person is None else (person.name_zh, person.name_en)


def code_of(name: str) -> str:
    """s3 of score/3."""
    head, _, key = name.partition("/")
    return f"{_LETTERS[head]}{key}"


def may(names: Collection[str]) -> int:
    """The bits of the column `may`."""
    return sum(MAY[name] for name in names)


def cycle_row(cycle: Cycle | sa.Row[Any]) -> list[Any]:
    """A cycle."""
    return trim(
        [
            short(cycle.id),
            cycle.name_zh,
            cycle.name_en,
            cycle.period_from.isoformat(),
            cycle.period_to.isoformat(),
            to_ms(cycle.deadline_at),
            str(cycle.state),
        ]
    )


def form_row(form: Form | sa.Row[Any]) -> list[Any]:
    """A form with its lines."""
    lines = [trim(line.get(name) for name in LINE_COLUMNS) for line in form.lines]
    return [short(form.id), form.job_zh, form.job_en, lines]


def evaluation_row(
    one: sa.Row[Any], fields: list[Any], rights: Collection[str], answer: Answer | None = None
) -> list[Any]:
    """An evaluation as its raters see it; `one` and `fields` are made by `shown.py`. `answer`: what the employee
    said to the result that stands.
    """
    return trim(
        [
            short(one.id),
            short(one.cycle_id),
            short(one.form_id),
            short(one.rater_id),
            one.employee_no,
            one.name_zh,
            one.name_en,
            one.level,
            one.department_zh,
            one.department_en,
            _short_list(one.values_),
            _short_list(one.rules),
            _short_list(one.lasts),
            one.last_overall,
            one.state,
            fields,
            None if one.submitted_at is None else to_ms(one.submitted_at),
            may(rights),
            one.run_order,
            None if answer is None else answer.kind,
            None if answer is None else answer.note or None,
            None if answer is None else to_ms(answer.answered_at),
        ]
    )


def _short_list(values: Sequence[Any]) -> list[Any]:
    # 98.0 is written as 98: a byte here is a byte for each of forty people.
    return [int(value) if isinstance(value, float) and value.is_integer() else value for value in values]


def case_row(
    row: Case,
    case: core.Case,
    rights: Collection[str],
    names: Names,
    labels: Mapping[str, str],
    comments: Mapping[str, str],
    writers: Writers,
) -> list[Any]:
    """A case with the candidates that a person chooses from.

    `labels`: device (22 characters) -> what its owner calls it. `comments`: author -> what he wrote
    on the same line.
    """
    decided_by = None if case.resolution is None else case.resolution.author
    decided_zh, decided_en = names.person(_person(decided_by))
    return trim(
        [
            case.id,
            short(row.evaluation_id),
            code_of(case.field),
            case.state.value,
            case.base_value,
            [_candidate(one, names, labels, comments, writers) for one in case.standing],
            None if case.chosen is None else writers.ref(str(case.chosen)),
            case.reason or None,
            decided_zh,
            decided_en,
            case.decided_at,
            may(rights),
        ]
    )


def _candidate(
    one: core.Candidate,
    names: Names,
    labels: Mapping[str, str],
    comments: Mapping[str, str],
    writers: Writers,
) -> list[Any]:
    plain = one.version.plain()
    name_zh, name_en = names.person(_person(plain.author))
    base = str(one.base[0]) if one.base else None
    return trim(
        [
            writers.ref(str(one.version)),
            one.value,
            plain.author,
            name_zh,
            name_en,
            labels.get(plain.device),
            on_calendar(one.device_time),
            one.received_at,
            writers.ref(base),
            comments.get(plain.author),
        ]
    )


def _person(author: str | None) -> UUID | None:
    try:
        return None if author is None else unshort(author)
    except ValueError:
        return None


def result_row(
    result: Result,
    one: Evaluation,
    answer: tuple[str, str, int] | None,
    rights: Collection[str],
    names: Names,
    history: Sequence[tuple[str, int]],
    writers: Writers,
) -> list[Any]:
    """A result as its owner sees it. Its id is that of the evaluation, so that a later submit
    replaces it on the phone. `answer`: kind, note, instant in ms.
    """
    rater_zh, rater_en = names.person(one.rater_id)
    # Who submitted it, where that was somebody else: a delegate.
    judge_zh, judge_en = (None, None) if result.released_by_id == one.rater_id else names.person(result.released_by_id)
    kind, note, answered_at = answer or (None, None, None)
    return trim(
        [
            short(one.id),
            short(one.cycle_id),
            short(one.form_id),
            rater_zh,
            rater_en,
            _short_list(one.values),
            one.rules,
            result.scores,
            result.comments,
            result.chips,
            result.reasons,
            result.overall,
            one.last_overall,
            to_ms(result.released_at),
            writers.ref(result.version),
            result.state,
            kind,
            note or None,
            answered_at,
            may(rights),
            [list(point) for point in history] or None,
            judge_zh,
            judge_en,
            one.data_to if any(one.data_to) else None,
        ]
    )
