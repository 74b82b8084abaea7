"""What is read of evaluations: for phones, for the desk, for the board."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from server.cycles import queries as cycles_queries
from server.cycles.models import Cycle
from server.evaluations.models import Answer, Case, Evaluation, Form, Result, ResultState
from server.evaluations.rows import Names
from server.evaluations.states import State, candidates_of, case_of
from server.foundation.db import session
from server.foundation.ids import CycleId, EvaluationId, FormId, PersonId, short, unshort
from server.foundation.prepared import Later, ask, ask_later, of_plant, table_of, within
from server.identity.models import Device
from server.indicators import queries as indicators
from server.indicators.marking import Mark
from server.people import queries as people
from server.people.models import Department, Person
from sync import model as core

_RESULT = table_of(Result).c
_RELEASED = of_plant(
    sa.select(_RESULT.evaluation_id, _RESULT.version).where(within(_RESULT.evaluation_id)).order_by(_RESULT.number)
)
_EVALUATION = table_of(Evaluation).c
_FORM = table_of(Form).c


_CYCLE = table_of(Cycle).c


def _named_by(column: Any) -> Any:
    return of_plant(sa.select(column).where(within(_EVALUATION.id)))


_FORM_LINES = of_plant(sa.select(_FORM.id, _FORM.lines).where(_FORM.id.in_(_named_by(_EVALUATION.form_id))))
_PERIODS = of_plant(
    sa.select(_CYCLE.id, _CYCLE.period_from, _CYCLE.period_to).where(_CYCLE.id.in_(_named_by(_EVALUATION.cycle_id)))
)
_RATED_BY = of_plant(sa.select(_EVALUATION.id).where(_EVALUATION.rater_id == sa.bindparam("rater")).limit(1))
_PERSON = table_of(Person).c
_PEOPLE = of_plant(
    sa.select(_PERSON.id, _PERSON.employee_no, _PERSON.name_zh, _PERSON.name_en).where(within(_PERSON.id))
)
_PLACE = table_of(Department).c
_PLACES = of_plant(sa.select(_PLACE.id, _PLACE.name_zh, _PLACE.name_en).where(within(_PLACE.id)))


def forms(ids: Collection[UUID]) -> dict[FormId, Form]:
    """Forms by id."""
    query = sa.select(Form).where(Form.id.in_(ids))
    return {FormId(one.id): one for one in session().execute(query).scalars()}


def cycles(ids: Collection[UUID]) -> Sequence[Cycle]:
    """Cycles by id."""
    return session().execute(sa.select(Cycle).where(Cycle.id.in_(ids))).scalars().all()


def counts(cycle_ids: Collection[UUID], reach: people.Reach) -> dict[UUID, int]:
    """How many evaluations within reach each cycle has; a cycle without any is left out."""
    query = (
        sa.select(Evaluation.cycle_id, sa.func.count())
        .where(Evaluation.cycle_id.in_(cycle_ids), *within_reach(reach))
        .group_by(Evaluation.cycle_id)
    )
    return {row[0]: row[1] for row in session().execute(query)}


def periods(ids: Collection[UUID]) -> Callable[[], dict[CycleId, tuple[date, date]]]:
    """The first and the last day of each cycle of these evaluations; asked with the next question."""
    later = ask_later(_PERIODS, {"ids": ids})
    return lambda: {CycleId(row.id): (row.period_from, row.period_to) for row in later.rows()}


def form_lines(ids: Collection[UUID]) -> Callable[[], dict[FormId, list[dict[str, Any]]]]:
    """The lines of each form of these evaluations; asked with the next question."""
    later = ask_later(_FORM_LINES, {"ids": ids})
    return lambda: {FormId(row.id): row.lines for row in later.rows()}


def released_versions(ids: Collection[UUID]) -> Callable[[], dict[UUID, core.MutationId]]:
    """Evaluation -> the submit that froze its newest result; asked with the next question."""
    later = ask_later(_RELEASED, {"ids": ids})
    return lambda: {row.evaluation_id: core.MutationId.parse(row.version) for row in later.rows()}


def newest_results(ids: Collection[UUID]) -> dict[UUID, Result]:
    """Evaluation -> its newest result."""
    query = sa.select(Result).where(Result.evaluation_id.in_(ids)).order_by(Result.number)
    return {one.evaluation_id: one for one in session().execute(query).scalars()}


# ---- who may see what ---------------------------------------------------------------------------


def is_rater(person: PersonId) -> Later:
    """Has a row when anybody was ever given to this person to judge."""
    return ask_later(_RATED_BY, {"rater": person})


def delegated_to(person: PersonId, at: datetime) -> Sequence[cycles_queries.Stands]:
    """Delegations that this person holds now, in a fixed order."""
    found = cycles_queries.delegations_to(person, at)
    return sorted(found, key=lambda one: (one.rater_id, one.cycle_id))


def visible_cycles(rater: PersonId, viewer: PersonId, at: datetime) -> frozenset[UUID] | None:
    """Cycles of `rater` that `viewer` may see: None = all (his own), else the delegated ones."""
    if rater == viewer:
        return None
    return frozenset(d.cycle_id for d in delegated_to(viewer, at) if d.rater_id == rater)


_RATED = of_plant(
    sa.select(
        _EVALUATION.id,
        _EVALUATION.cycle_id,
        _EVALUATION.form_id,
        _EVALUATION.employee_id,
        _EVALUATION.rater_id,
        _CYCLE.state.label("cycle_state"),
    )
    .where(
        within(_EVALUATION.id),
        _CYCLE.id == _EVALUATION.cycle_id,
        _EVALUATION.rater_id == sa.bindparam("rater"),
        _EVALUATION.employee_id != sa.bindparam("viewer"),
    )
    .order_by(_EVALUATION.run_order)
)


def rated_of_whom(
    ids: Collection[UUID], rater: PersonId, visible: frozenset[UUID] | None, viewer: PersonId
) -> Sequence[sa.Row[Any]]:
    """The same as `rated`, of each no more than whom it is about, in which cycle, on which form."""
    found = ask_later(_RATED, {"ids": ids, "rater": rater, "viewer": viewer}).rows()
    return [one for one in found if visible is None or one.cycle_id in visible]


def rated(
    ids: Collection[UUID], rater: PersonId, visible: frozenset[UUID] | None, viewer: PersonId
) -> Sequence[Evaluation]:
    """Evaluations of this rater that the viewer may see; never the one in which he is judged."""
    query = sa.select(Evaluation).where(
        Evaluation.id.in_(ids), Evaluation.rater_id == rater, Evaluation.employee_id != viewer
    )
    if visible is not None:
        query = query.where(Evaluation.cycle_id.in_(visible))
    return session().execute(query.order_by(Evaluation.run_order)).scalars().all()


@dataclass(frozen=True, slots=True)
class JudgedIn:
    """Cycles and forms in which a person has, or had, a result to see."""

    cycles: frozenset[UUID]
    forms: frozenset[UUID]


def judged_in(person: PersonId) -> JudgedIn:
    """Where this person's own results belong to."""
    query = (
        sa.select(Evaluation.cycle_id, Evaluation.form_id)
        .join(Result, Result.evaluation_id == Evaluation.id)
        .where(Evaluation.employee_id == person)
    )
    found = session().execute(query).all()
    return JudgedIn(frozenset(row[0] for row in found), frozenset(row[1] for row in found))


# ---- rows ---------------------------------------------------------------------------------------


def names(evaluations: Iterable[Evaluation], more: Iterable[UUID] = ()) -> Names:
    """Names of everybody and every department that these rows show."""
    many = list(evaluations)
    people = {one.employee_id for one in many} | {one.rater_id for one in many} | set(more)
    departments = {one.department_id for one in many}
    found = ask(_PEOPLE, {"ids": people}) if people else ()
    places = ask(_PLACES, {"ids": departments}) if departments else ()
    return Names({p.id: p for p in found}, {d.id: d for d in places})


def cases(ids: Collection[UUID]) -> Sequence[Case]:
    """Cases by id."""
    return session().execute(sa.select(Case).where(Case.id.in_(ids))).scalars().all()


def cases_of_lines(evaluation_id: UUID, lines: Collection[str]) -> Sequence[UUID]:
    """Cases about the marks of these lines of a form; a line is named by its key."""
    fields = [f"score/{key}" for key in sorted(lines)]
    query = sa.select(Case.id).where(Case.evaluation_id == evaluation_id, Case.field.in_(fields)).order_by(Case.id)
    return session().execute(query).scalars().all()


@dataclass(frozen=True, slots=True)
class CaseView:
    """What showing a set of cases needs."""

    cases: Mapping[UUID, core.Case]
    names: Names
    labels: Mapping[str, str]

    @classmethod
    def of(cls, shown: Sequence[Case]) -> "CaseView":
        """Read it, in one query for each table."""
        candidates = candidates_of([row.id for row in shown])
        made = {row.id: case_of(row, candidates.get(row.id, ())) for row in shown}
        versions = [one.version.plain() for case in made.values() for one in case.candidates]
        versions += [c.resolution.plain() for c in made.values() if c.resolution is not None]
        authors = {unshort(version.author) for version in versions}
        return cls(made, names((), authors), device_labels(unshort(v.device) for v in versions))


def device_labels(ids: Iterable[UUID]) -> dict[str, str]:
    """Device (22 characters) -> what its owner calls it."""
    query = sa.select(Device.id, Device.label).where(Device.id.in_(set(ids)))
    return {short(row.id): row.label for row in session().execute(query)}


def comments_beside(field: str, state: State) -> dict[str, str]:
    """Author -> his comment on the line of this field, when he is the one who wrote it last."""
    head, _, key = field.partition("/")
    held = state.fields.get(f"comment/{key}")
    if head != "score" or held is None or held.version is None or not isinstance(held.value, str):
        return {}
    return {held.version.author: held.value}


def answers(ids: Collection[EvaluationId]) -> dict[UUID, list[Answer]]:
    """What employees said, in order."""
    query = sa.select(Answer).where(Answer.evaluation_id.in_(ids)).order_by(Answer.position)
    found: dict[UUID, list[Answer]] = {}
    for one in session().execute(query).scalars():
        found.setdefault(one.evaluation_id, []).append(one)
    return found


def standing_answers(rows: Collection[Any]) -> dict[UUID, Answer]:
    """What the employee said to the result that stands; evaluations, or rows of them. Nothing of what he said to an
    earlier one: a recall takes the state back, an answer alone brings it.
    """
    answered = [EvaluationId(one.id) for one in rows if one.state == core.Status.ACKNOWLEDGED.value]
    return {one: said[-1] for one, said in answers(answered).items()} if answered else {}


# ---- earlier cycles -----------------------------------------------------------------------------


def _earlier(people: Collection[UUID], cycle: Cycle) -> Sequence[sa.Row[Evaluation, Result, Form, Cycle]]:
    """Released results of these people in cycles whose period began before, the oldest first."""
    query = (
        sa.select(Evaluation, Result, Form, Cycle)
        .join(Result, Result.evaluation_id == Evaluation.id)
        .join(Form, Form.id == Evaluation.form_id)
        .join(Cycle, Cycle.id == Evaluation.cycle_id)
        .where(
            Evaluation.employee_id.in_(people),
            Result.state == ResultState.RELEASED.value,
            Cycle.period_from < cycle.period_from,
        )
        .order_by(Cycle.period_from, Result.number)
    )
    return session().execute(query).all()


def last_marks(people: Collection[UUID], cycle: Cycle) -> dict[UUID, dict[str, Mark]]:
    """Person -> indicator code -> mark in the last cycle before; what Gemba saw itself comes first."""
    month = cycle.period_from.isoformat()[:7]
    past = indicators.past_marks(people, month)
    found: dict[UUID, dict[str, Mark]] = {person: dict(marks) for person, marks in past.items()}
    for evaluation, result, form, _ in _earlier(people, cycle):
        for line, score, rule in zip(form.lines, result.scores, evaluation.rules, strict=True):
            mark = rule if score is None else score
            if mark is not None:
                found.setdefault(evaluation.employee_id, {})[line["code"]] = mark
    return found


def overalls(people: Collection[UUID], cycle: Cycle) -> dict[UUID, dict[str, int]]:
    """Person -> month -> overall mark (tenths) of earlier cycles, the oldest first."""
    month = cycle.period_from.isoformat()[:7]
    found = {person: dict(past) for person, past in indicators.past_overalls(people, month).items()}
    for evaluation, result, _, earlier in _earlier(people, cycle):
        if result.overall is not None:
            label = earlier.period_from.isoformat()[:7]
            found.setdefault(evaluation.employee_id, {})[label] = result.overall
    return {person: dict(sorted(months.items())) for person, months in found.items()}


# ---- the board ----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Progress:
    """How far one evaluation is, by what the server received."""

    evaluation_id: EvaluationId
    rater_id: PersonId
    employee_id: PersonId
    department_id: UUID
    state: str
    """none, half, submitted, acknowledged; case while a conflict on it is open."""
    open_cases: int
    started_at: datetime | None
    submitted_at: datetime | None


def within_reach(reach: people.Reach) -> tuple[sa.ColumnElement[bool], ...]:
    """The conditions that an evaluation is about somebody of this reach."""
    return reach.among(Evaluation.employee_id, Evaluation.department_id)


def progress(cycle_id: CycleId, reach: people.Reach) -> list[Progress]:
    """The evaluations of a cycle that are within reach, by rater and in the order in which he meets them."""
    open_cases = (
        sa.select(sa.func.count())
        .select_from(Case)
        .where(Case.evaluation_id == Evaluation.id, Case.state == core.CaseState.OPEN.value)
        .correlate(Evaluation)
        .scalar_subquery()
    )
    query = (
        sa.select(
            Evaluation.id,
            Evaluation.rater_id,
            Evaluation.employee_id,
            Evaluation.department_id,
            Evaluation.state,
            open_cases.label("open_cases"),
            Evaluation.started_at,
            Evaluation.submitted_at,
        )
        .where(Evaluation.cycle_id == cycle_id, *within_reach(reach))
        .order_by(Evaluation.rater_id, Evaluation.run_order)
    )
    return [
        Progress(
            EvaluationId(row.id),
            row.rater_id,
            row.employee_id,
            row.department_id,
            _state(row.state, row.open_cases, row.started_at),
            row.open_cases,
            row.started_at,
            row.submitted_at,
        )
        for row in session().execute(query)
    ]


def _state(state: str, open_cases: int, started_at: datetime | None) -> str:
    if state != core.Status.OPEN.value:
        return state
    if open_cases:
        return "case"
    return "none" if started_at is None else "half"
