"""What happens to evaluations outside a push: a cycle opens, changes, is put away."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

import sqlalchemy as sa

from server.cycles import queries as cycles
from server.cycles.events import CycleChanged, CycleOpened
from server.cycles.models import Cycle, CycleState
from server.evaluations import forms, queries
from server.evaluations.models import Case, Evaluation, Form
from server.evaluations.scopes import facts_scope, own_scope, rate_scope
from server.foundation import clock
from server.foundation.db import changed, session
from server.foundation.ids import CycleId, DepartmentId, FormId, PersonId
from server.indicators import queries as indicators
from server.indicators.marking import Mark, days_of, marks_by_data
from server.people import queries as people
from server.people.queries import Member
from server.sync_api.feed import left
from server.sync_api.journal import write_rules


def create_for(event: CycleOpened) -> None:
    """Make the forms, and one evaluation for each employee and rater, as things stand now."""
    cycle = cycles.get(event.cycle_id)
    assert cycle is not None
    members = cycles.members_to_judge(cycle, event.opened_at)
    by_person = forms.make(cycle, members, event.opened_at)
    judged = [one for one in members if one.person.id in by_person]
    known = _known(cycle, [one.person.id for one in judged])
    turn = _cycles_before(cycle)
    marks: dict[UUID, dict[str, Mark]] = {}
    for rater_id in sorted({PersonId(one.supervisor_id) for one in judged if one.supervisor_id is not None}):
        _put_away(rater_id)
        team = [one for one in judged if one.supervisor_id == rater_id]
        used = {by_person[one.person.id].id for one in team}
        scope = [rate_scope(rater_id)]
        changed("cycle", cycle.id, scope)
        for form_id in sorted(used):
            changed("form", form_id, scope)
        for place, one in enumerate(team):
            # The start rotates from cycle to cycle: ratings drift to average along a queue.
            order = 1 + (place - turn) % len(team)
            form = by_person[one.person.id]
            made = _evaluation(cycle, form, one, rater_id, order, known)
            session().add(made)
            changed("evaluation", made.id, scope)
            changed("trend", made.id, [facts_scope(rater_id)])
            lines = zip(form.lines, made.rules, strict=True)
            marks[made.id] = {f"score/{line['key']}": rule for line, rule in lines if rule is not None}
    write_rules(marks, event.opened_at)


@dataclass(frozen=True, slots=True)
class _Known:
    """What is known of everybody when a cycle opens, by person."""

    values: Mapping[UUID, indicators.Values]
    reach: Mapping[UUID, Mapping[str, date]]
    marks: Mapping[UUID, Mapping[str, Mark]]
    overalls: Mapping[UUID, Mapping[str, int]]


def _known(cycle: Cycle, people: Collection[UUID]) -> _Known:
    return _Known(
        indicators.values_in(people, cycle.period_from, cycle.period_to),
        indicators.reach_in(people, cycle.period_from, cycle.period_to),
        queries.last_marks(people, cycle),
        queries.overalls(people, cycle),
    )


def _evaluation(cycle: Cycle, form: Form, one: Member, rater_id: PersonId, order: int, known: _Known) -> Evaluation:
    person = one.person.id
    measured = indicators.one_for_each(form.lines, known.values.get(person, {}))
    values = [measured.get(line["code"]) for line in form.lines]
    marks = known.marks.get(person, {})
    return Evaluation(
        cycle_id=CycleId(cycle.id),
        form_id=FormId(form.id),
        employee_id=PersonId(person),
        rater_id=rater_id,
        department_id=DepartmentId(one.department.id),
        level=one.level,
        data_to=days_of(known.reach.get(person, {}), form.lines),
        run_order=order,
        values=[None if value is None else float(value) for value in values],
        rules=marks_by_data(measured, form.lines),
        lasts=[marks.get(line["code"]) for line in form.lines],
        last_overall=next(reversed(list(known.overalls.get(person, {}).values())), None),
        state="open",
        status_device_time=0,
        chip_versions={},
    )


def _cycles_before(cycle: Cycle) -> int:
    query = sa.select(sa.func.count()).select_from(Cycle).where(Cycle.opened_at < cycle.opened_at)
    return session().execute(query).scalar_one()


def _put_away(rater_id: PersonId) -> None:
    """Let the phones forget this rater's evaluations of closed cycles; the server keeps them."""
    closed = sa.select(Cycle.id).where(Cycle.state == CycleState.CLOSED.value)
    query = sa.select(Evaluation).where(Evaluation.rater_id == rater_id, Evaluation.cycle_id.in_(closed))
    # Locked as a push locks them: an answer that is under way either comes before this, or sees that they left.
    old = session().execute(query.order_by(Evaluation.id).with_for_update()).scalars().all()
    scope = [rate_scope(rater_id)]
    for one in old:
        changed("evaluation", one.id, scope, "leave")
        changed("trend", one.id, [facts_scope(rater_id)], "leave")
    for form_id in {one.form_id for one in old}:
        changed("form", form_id, scope, "leave")
    for cycle_id in {one.cycle_id for one in old}:
        changed("cycle", cycle_id, scope, "leave")
    cases = sa.select(Case.id).where(Case.evaluation_id.in_([one.id for one in old]))
    for case_id in session().execute(cases).scalars():
        changed("case", case_id, scope, "leave")


def tell_of_cycle(event: CycleChanged) -> None:
    """A cycle's state, deadline or name changed: what may be done with its evaluations did too."""
    query = sa.select(Evaluation).where(Evaluation.cycle_id == event.cycle_id)
    found = session().execute(query.order_by(Evaluation.rater_id, Evaluation.run_order)).scalars().all()
    put_away = left("evaluation", [one.id for one in found])
    _let_go(event.cycle_id, found)
    for one in found:
        scope = rate_scope(one.rater_id)
        if (scope, one.id) not in put_away:
            changed("cycle", one.cycle_id, [scope])
            changed("evaluation", one.id, [scope])
        if one.submitted_at is not None:
            changed("cycle", one.cycle_id, [own_scope(one.employee_id)])


def _let_go(cycle_id: CycleId, found: Sequence[Evaluation]) -> None:
    """When the cycle has closed, whoever rated a person that has moved since has no part in it any more: what
    lies on his phone beside the row is looked at anew too. Named, not taken away: a delegate on the same feed keeps his.
    """
    (cycle,) = queries.cycles([cycle_id])
    if cycle.state != CycleState.CLOSED:
        return
    above = people.superiors({PersonId(one.employee_id) for one in found}, clock.now())
    gone = {one.id: one.rater_id for one in found if one.rater_id not in above[PersonId(one.employee_id)]}
    for evaluation_id, rater_id in gone.items():
        changed("trend", evaluation_id, [facts_scope(rater_id)])
    cases = sa.select(Case.id, Case.evaluation_id).where(Case.evaluation_id.in_(gone))
    for case_id, evaluation_id in session().execute(cases):
        changed("case", case_id, [rate_scope(gone[evaluation_id])])
