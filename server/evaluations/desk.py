"""What a desk reads of one evaluation: the whole of it."""

from datetime import datetime
from typing import Any
from uuid import UUID

from server import policy
from server.evaluations import queries
from server.evaluations.models import Evaluation, Form
from server.evaluations.record import effective, stage_of
from server.evaluations.standing import standing
from server.evaluations.states import State, load, tags_of
from server.foundation.db import current_tenant, session
from server.foundation.ids import EvaluationId
from server.foundation.problems import NOT_FOUND, Problem
from server.foundation.web import Actor
from server.indicators import queries as indicators
from server.indicators.arithmetic import overall_tenths
from server.indicators.marking import exact
from server.people import queries as people
from server.policy import Action, Relation, Stage
from sync import model as core


def evaluation(evaluation_id: EvaluationId, *, by: Actor, now: datetime) -> dict[str, Any]:
    """Everything that stands on an evaluation. Raises Problem `not_found`, `not_allowed`."""
    one = readable(evaluation_id, by, now, Action.EVALUATION_READ)
    form = queries.forms([one.form_id])[one.form_id]
    state = load([one])[one.id]
    names = queries.names([one])
    rater_zh, rater_en = names.person(one.rater_id)
    person, department = names.people[one.employee_id], names.departments[one.department_id]
    lines = _lines(one, form, state)
    said = queries.standing_answers([one]).get(one.id)
    return {
        "id": one.id,
        "cycle_id": one.cycle_id,
        "employee_id": one.employee_id,
        "employee_no": person.employee_no,
        "name_zh": person.name_zh,
        "name_en": person.name_en,
        "rater_id": one.rater_id,
        "rater_zh": rater_zh,
        "rater_en": rater_en,
        "department_zh": department.name_zh,
        "department_en": department.name_en,
        "state": one.state,
        "submitted_at": one.submitted_at,
        "overall": overall_tenths([line["weight"] for line in lines], exact([line["mark"] for line in lines])),
        "last_overall": one.last_overall,
        "answer": said.kind if said else None,
        "answer_note": said.note if said else None,
        "answered_at": said.answered_at if said else None,
        "lines": lines,
    }


def _lines(one: Evaluation, form: Form, state: State) -> list[dict[str, Any]]:
    def held(head: str, key: int) -> core.Held:
        return state.fields.get(f"{head}/{key}") or core.Held()

    given = [held("score", line["key"]).value for line in form.lines]
    scores = [score if isinstance(score, int) else None for score in given]
    marks = effective(scores, one.rules)
    chosen = {line["key"]: dict.fromkeys(tag for tag, _ in tags_of(held("chips", line["key"]))) for line in form.lines}
    library = indicators.chips_by_tag({tag for tags in chosen.values() for tag in tags})
    lines: list[dict[str, Any]] = []
    for place, line in enumerate(form.lines):
        key = line["key"]
        lines.append(
            {name: line[name] for name in ("key", "code", "name_zh", "name_en", "unit", "weight")}
            | {
                "value": one.values[place],
                "rule": one.rules[place],
                "score": scores[place],
                "mark": marks[place],
                "comment": held("comment", key).value,
                "reason": held("reason", key).value,
                "chips": [
                    {
                        "tag": tag,
                        "zh": library[tag].zh if tag in library else None,
                        "en": library[tag].en if tag in library else None,
                    }
                    for tag in chosen[key]
                ],
                "has_open_case": any(held(head, key).in_case for head in ("score", "comment", "reason")),
            }
        )
    return lines


def readable(evaluation_id: UUID, by: Actor, now: datetime, action: Action) -> Evaluation:
    """The evaluation, for whoever may read it so far: its raters at any time, the line and the desks once it was
    submitted. Raises Problem `not_found`, `not_allowed`.
    """
    one = session().get(Evaluation, (current_tenant(), evaluation_id))
    if one is None or one.employee_id == by.person_id:
        # The person judged reads the result on his phone; that there is a draft is not for him.
        raise Problem(NOT_FOUND)
    (cycle,) = queries.cycles([one.cycle_id])
    relations = set(standing([one], now).relations(by.person_id, one))
    line = people.relations(by.person_id, one.employee_id, one.department_id, now)
    if cycle.state == core.CycleState.CLOSED.value and line.isdisjoint({Relation.SUPERVISOR, Relation.MANAGER}):
        relations.discard(Relation.RATER)  # named or former: over the close a rater keeps who is still below him
    relations |= line
    stage = stage_of(core.Status(one.state), core.CycleState(cycle.state))
    if stage is Stage.DRAFT and not policy.can(action, relations, stage) and policy.can(action, relations):
        raise Problem(NOT_FOUND)  # before the submit there is nothing for a line or a desk to see
    policy.require(action, relations, stage)
    return one
