"""Evaluations when people move: what is not submitted goes to the new supervisor, in the same transaction.

What the former one has submitted stays his. What he still sends of the others counts like a second rater's, or is
parked, as the move says. A phone that loses a row keeps its unsent edits and sends them.
"""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from server.cycles.models import Cycle, CycleState
from server.evaluations.models import Case, Evaluation
from server.evaluations.problems import EVALUATION_BEGUN
from server.evaluations.scopes import facts_scope, rate_scope
from server.evaluations.states import load
from server.foundation import batch
from server.foundation.batch import Row
from server.foundation.db import Operation, changed, session
from server.foundation.ids import CycleId, PersonId, short
from server.foundation.problems import Problem
from server.people.events import LinesBack, LinesMoved, Moved, Renamed
from sync import model as core

RUNNING = (CycleState.OPEN.value, CycleState.CLOSING.value)
AT_ONCE = 500


def running(people: Collection[UUID], *, lock: bool = False) -> Sequence[Evaluation]:
    """Evaluations of these people in cycles under way, by id."""
    found: list[Evaluation] = []
    ids = sorted(people)
    for start in range(0, len(ids), AT_ONCE):
        query = (
            sa.select(Evaluation)
            .join(Cycle, Cycle.id == Evaluation.cycle_id)
            .where(Evaluation.employee_id.in_(ids[start : start + AT_ONCE]), Cycle.state.in_(RUNNING))
            .order_by(Evaluation.id)
        )
        found += session().execute(query.with_for_update(of=Evaluation) if lock else query).scalars()
    return sorted(found, key=lambda one: one.id)


def follow(event: LinesMoved) -> None:
    """Give what is not submitted to whoever supervises now."""
    moves = {(one.person_id, one.from_id): one for one in event.moves}
    found = running({one.person_id for one in event.moves}, lock=True)
    taken = {(one.cycle_id, one.employee_id, one.rater_id) for one in found}
    for one in found:
        move = moves.get((one.employee_id, one.rater_id))
        if move is None or one.state != core.Status.OPEN.value or move.to_id == one.employee_id:
            continue
        if (one.cycle_id, one.employee_id, move.to_id) not in taken:
            event.followed.append(_give(one, move, event.former_until))


def _give(one: Evaluation, move: Moved, former_until: datetime | None) -> Row:
    before = _stands(one)
    _tell([one], "leave")
    last = _last_place(one.cycle_id, move.to_id)
    one.rater_id, one.run_order = move.to_id, last + 1
    one.former_rater_id, one.former_until = move.from_id, former_until
    session().flush()  # the next one counts where this one stands
    _tell([one], "put")
    return Row(Evaluation.__tablename__, before, _stands(one))


def _stands(one: Evaluation) -> dict[str, Any]:
    return {name: getattr(one, name) for name in ("id", "rater_id", "run_order", "former_rater_id", "former_until")}


def go_back(event: LinesBack) -> None:
    """Give it back. Raises Problem `evaluation_begun` where it was submitted, was moved on, or has something that its
    new rater wrote."""
    rows = {batch.identity_of(row)["id"]: row for row in event.followed}
    query = sa.select(Evaluation).where(Evaluation.id.in_(rows)).order_by(Evaluation.id).with_for_update()
    for one in session().execute(query).scalars().all():
        before, after = rows[one.id].before, rows[one.id].after
        if one.state != core.Status.OPEN.value or _stands(one) != after or _has_begun(one):
            raise Problem(EVALUATION_BEGUN)
        _tell([one], "leave")
        for name, value in (before or {}).items():
            setattr(one, name, value)
        session().flush()  # the next one counts where this one stands
        _tell([one], "put")


def _has_begun(one: Evaluation) -> bool:
    state = load([one])[one.id]
    rater = short(one.rater_id)
    return any(held.version is not None and held.version.author == rater for held in state.fields.values())


def _last_place(cycle_id: CycleId, rater_id: PersonId) -> int:
    query = sa.select(sa.func.max(Evaluation.run_order)).where(
        Evaluation.cycle_id == cycle_id, Evaluation.rater_id == rater_id
    )
    return session().execute(query).scalar() or 0


def _tell(found: Iterable[Evaluation], op: Operation) -> None:
    many = list(found)
    cases = sa.select(Case.id, Case.evaluation_id).where(Case.evaluation_id.in_([one.id for one in many]))
    of_case: dict[UUID, list[UUID]] = {}
    for case_id, evaluation_id in session().execute(cases):
        of_case.setdefault(evaluation_id, []).append(case_id)
    for one in many:
        scope = [rate_scope(one.rater_id)]
        changed("evaluation", one.id, scope, op)
        changed("trend", one.id, [facts_scope(one.rater_id)], op)
        if op == "put":
            changed("cycle", one.cycle_id, scope)
            changed("form", one.form_id, scope)
        for case_id in of_case.get(one.id, ()):
            changed("case", case_id, scope, op)


def rename(event: Renamed) -> None:
    """Phones show names and places: tell them of what is under way."""
    for one in running(event.person_ids):
        changed("evaluation", one.id, [rate_scope(one.rater_id)])
