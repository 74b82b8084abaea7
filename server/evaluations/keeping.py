"""Keeping what a push decided: fields, cases, frozen results, and which phones must hear of it."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from server.evaluations import queries
from server.evaluations.models import Result, ResultState
from server.evaluations.record import EvaluationRecord, Frozen
from server.evaluations.scopes import own_scope, rate_scope
from server.evaluations.states import Writer
from server.foundation.db import changed, session
from server.foundation.ids import EvaluationId, PersonId, unshort
from server.sync_api.feed import left
from sync import model as core
from sync.rules import LINED, family

_TOLD: Final = frozenset({core.Step.SUBMITTED, core.Step.RECALLED, core.Step.ANSWERED})
"""Steps that the employee's own phone hears of."""


def keep(records: Sequence[EvaluationRecord], now: datetime) -> None:
    """Write what became of these evaluations. `done` of each is in the order of the push."""
    writer = Writer(now)
    with session().no_autoflush:  # one flush for all of them, not one for each query
        moved = [one for one in records if one.frozen or one.recalled]
        results = queries.newest_results([one.id for one in moved]) if moved else {}
        for record in records:
            _keep_one(record, writer, now)
            _keep_results(record, results.get(record.id), now)
    writer.write()


def _keep_one(record: EvaluationRecord, writer: Writer, now: datetime) -> None:
    one = record.evaluation
    touched: set[str] = set()
    cases: dict[str, core.Case] = {}
    steps: set[core.Step] = set()
    for done in record.done:
        if done.decision.case is not None and done.decision.case_change is not None:
            cases[done.decision.case.id] = done.decision.case
        if done.decision.step is not None:
            steps.add(done.decision.step)
        if done.decision.changed:
            touched.add(done.edit.field)
    if not touched and not cases:
        return
    for name in sorted(touched):
        writer.field(one, name, record.held(name))
        if one.started_at is None and family(name) in LINED:
            one.started_at = now
    scope = rate_scope(one.rater_id)
    # A case shows each author's comment on its line: it changes with the comment.
    lines = {name.partition("/")[2] for name in touched if family(name) == "comment"}
    if lines and record.case_numbers:
        for beside in queries.cases_of_lines(one.id, lines):
            changed("case", beside, [scope])
    for case_id, case in cases.items():
        number = record.case_numbers.setdefault(case_id, len(record.case_numbers) + 1)
        writer.case(one, case, number)
        changed("case", unshort(case_id), [scope])
    one.state = record.status.value
    if core.Step.SUBMITTED in steps or core.Step.RECALLED in steps:
        one.submitted_at = None if record.status is core.Status.OPEN else now
    if not _is_put_away(record, scope):
        changed("evaluation", one.id, [scope])
    if steps & _TOLD:
        own = [own_scope(one.employee_id)]
        changed("cycle", one.cycle_id, own)
        changed("form", one.form_id, own)
        changed("result", one.id, own)


def _is_put_away(record: EvaluationRecord, scope: str) -> bool:
    # Only an answer comes after the close. By then the next cycle may have taken the row off the raters' phones, and
    # it must not come back without its form and cycle.
    return record.cycle is core.CycleState.CLOSED and (scope, record.id) in left("evaluation", [record.id])


def _keep_results(record: EvaluationRecord, last: Result | None, now: datetime) -> None:
    evaluation_id = EvaluationId(record.id)
    if last is not None and record.recalled:
        last.state = ResultState.RECALLED.value
    number = 0 if last is None else last.number
    for place, frozen in enumerate(record.frozen, start=1):
        session().add(_result(evaluation_id, number + place, frozen, now))


def _result(evaluation_id: EvaluationId, number: int, frozen: Frozen, now: datetime) -> Result:
    return Result(
        evaluation_id=evaluation_id,
        number=number,
        version=str(frozen.version),
        released_by_id=PersonId(unshort(frozen.version.author)),
        released_at=now,
        scores=frozen.scores,
        comments=frozen.comments,
        chips=frozen.chips,
        reasons=frozen.reasons,
        overall=frozen.overall,
        state=(ResultState.RECALLED if frozen.recalled else ResultState.RELEASED).value,
    )
