"""Keeping what a push decided: fields, cases, frozen results, and which phones must hear of it."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from server.evaluations import queries
from server.evaluations.models import Result, ResultState
from server.evaluations.record import EvaluationRecord, Frozen
from server.evaluations.scopes import own_scope, rate_scope
from server.evaluations.storing import OwnRow, Writer
from server.foundation.db import changed, current_tenant
from server.foundation.ids import new_id, unshort
from server.foundation.prepared import insert_rows
from server.sync_api.feed import left
from sync import model as core
from sync.rules import LINED, family

_TOLD: Final = frozenset({core.Step.SUBMITTED, core.Step.RECALLED, core.Step.ANSWERED})
"""Steps that the employee's own phone hears of."""


def keep(records: Sequence[EvaluationRecord], now: datetime) -> None:
    """Write what became of these evaluations. `done` of each is in the order of the push."""
    writer = Writer(now)
    moved = [one for one in records if one.frozen or one.recalled]
    results = queries.newest_results([one.id for one in moved]) if moved else {}
    for record in records:
        _keep_one(record, writer, now)
    writer.write()
    insert_rows(Result, [row for record in moved for row in _results(record, results.get(record.id), now)])


def _keep_one(record: EvaluationRecord, writer: Writer, now: datetime) -> None:
    one, row = record.evaluation, record.own
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
        writer.field(one.id, row, name, record.held(name))
        if row.started_at is None and family(name) in LINED:
            row.started_at = now
    scope = rate_scope(one.rater_id)
    # A case shows each author's comment on its line: it changes with the comment.
    lines = {name.partition("/")[2] for name in touched if family(name) == "comment"}
    if lines and record.case_numbers:
        for beside in queries.cases_of_lines(one.id, lines):
            changed("case", beside, [scope])
    for case_id, case in cases.items():
        number = record.case_numbers.setdefault(case_id, len(record.case_numbers) + 1)
        writer.case(one.id, case, number)
        changed("case", unshort(case_id), [scope])
    row.state = record.status.value
    if core.Step.SUBMITTED in steps or core.Step.RECALLED in steps:
        row.submitted_at = None if record.status is core.Status.OPEN else now
    if row != OwnRow.of(one):
        writer.own(one.id, row)
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


def _results(record: EvaluationRecord, last: Result | None, now: datetime) -> list[dict[str, Any]]:
    if last is not None and record.recalled:
        last.state = ResultState.RECALLED.value
    number = 0 if last is None else last.number
    return [_result(record.id, number + place, frozen, now) for place, frozen in enumerate(record.frozen, start=1)]


def _result(evaluation_id: UUID, number: int, frozen: Frozen, now: datetime) -> dict[str, Any]:
    return {
        "tenant_id": current_tenant(),
        "id": new_id(),
        "evaluation_id": evaluation_id,
        "number": number,
        "version": str(frozen.version),
        "released_by_id": unshort(frozen.version.author),
        "released_at": now,
        "scores": frozen.scores,
        "comments": frozen.comments,
        "chips": frozen.chips,
        "reasons": frozen.reasons,
        "overall": frozen.overall,
        "state": (ResultState.RECALLED if frozen.recalled else ResultState.RELEASED).value,
    }
