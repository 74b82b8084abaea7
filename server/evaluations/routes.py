"""What the desk reads of one evaluation. Edits come through POST /api/sync alone."""

from typing import Any
from uuid import UUID

from server.evaluations import desk, explained
from server.evaluations.schemas import (
    EvaluationSchema,
    HistoryEntrySchema,
    HistoryQuerySchema,
)
from server.foundation import clock
from server.foundation.ids import EvaluationId
from server.foundation.web import Room, current_actor
from server.policy import Action

room = Room("evaluations", url_prefix="/api/evaluations", description="Evaluations, read at a desk.")


@room.route("/<uuid:evaluation_id>", action=Action.EVALUATION_READ)
@room.response(200, EvaluationSchema)
def read_evaluation(evaluation_id: UUID) -> Any:
    """Read an evaluation: its rater at any time, HR once it was submitted."""
    return desk.evaluation(EvaluationId(evaluation_id), by=current_actor(), now=clock.now())


@room.route("/<uuid:evaluation_id>/history", action=Action.HISTORY_READ)
@room.arguments(HistoryQuerySchema, location="query")
@room.response(200, HistoryEntrySchema(many=True))
def read_history(query: dict[str, Any], evaluation_id: UUID) -> Any:
    """Read who set what, on which device, from what base; who is judged reads it of a released result."""
    return explained.history(EvaluationId(evaluation_id), query.get("field"), by=current_actor(), now=clock.now())
