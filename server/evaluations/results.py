"""Results as their owners' phones hold them."""

from collections.abc import Collection
from typing import Any, Final
from uuid import UUID

import sqlalchemy as sa

from server.evaluations import queries, rows
from server.evaluations.models import Evaluation, ResultState
from server.evaluations.states import to_ms
from server.foundation.db import session
from server.foundation.ids import EvaluationId, PersonId
from server.sync_api.answers import Writers

MAY_ANSWER: Final = ("answer",)


def result_rows(ids: Collection[UUID], owner: PersonId, writers: Writers) -> dict[UUID, list[Any]]:
    """Rows of kind result, by evaluation; of this owner alone."""
    query = sa.select(Evaluation).where(Evaluation.id.in_(ids), Evaluation.employee_id == owner)
    found = session().execute(query).scalars().all()
    newest = queries.newest_results([one.id for one in found])
    said = queries.answers([EvaluationId(one.id) for one in found])
    names = queries.names(found, {result.released_by_id for result in newest.values()})
    history = {
        cycle.id: queries.overalls([owner], cycle).get(owner, {})
        for cycle in queries.cycles({one.cycle_id for one in found})
    }
    made: dict[UUID, list[Any]] = {}
    for one in found:
        result = newest.get(one.id)
        if result is None:
            continue
        # What was said to an earlier result is kept, but it was not said to this one.
        answers = [a for a in said.get(one.id, ()) if a.result_version == result.version]
        answer = answers[-1] if answers else None
        rights = MAY_ANSWER if result.state == ResultState.RELEASED.value else ()
        made[one.id] = rows.result_row(
            result,
            one,
            None if answer is None else (answer.kind, answer.note, to_ms(answer.answered_at)),
            rights,
            names,
            list(history[one.cycle_id].items()),
            writers,
        )
    return made
