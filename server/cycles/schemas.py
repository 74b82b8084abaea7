"""Shapes of cycles and delegations in the API."""

from server.cycles.models import DEPARTMENTS_MAX, NAME_MAX, CycleState
from server.foundation.fields import Choice, Coded, Day, Id, Instant, Integer, Items, Text


class PlanSchema(Coded):
    """A new cycle. Days are inclusive, in the plant's calendar."""

    name_zh = Text(required=True, min=1, max=NAME_MAX)
    name_en = Text(required=True, min=1, max=NAME_MAX)
    period_from = Day(required=True)
    period_to = Day(required=True)
    deadline_at = Instant(required=True)
    department_ids = Items(
        Id(), required=True, min=1, max=DEPARTMENTS_MAX, metadata={"description": "With all that lies below them."}
    )


class CycleSchema(Coded):
    """A cycle on HR's desk."""

    id = Id(required=True)
    name_zh = Text(required=True)
    name_en = Text(required=True)
    period_from = Day(required=True)
    period_to = Day(required=True)
    deadline_at = Instant(required=True)
    state = Choice(CycleState, required=True)
    department_ids = Items(Id(), required=True, max=None)
    evaluation_count = Integer(
        required=True,
        metadata={"description": "Evaluations of an opened cycle; of a draft: those that opening it now would make."},
    )
    opened_at = Instant(required=True, allow_none=True)


class StandInSchema(Coded):
    """Who scores for whom, from an instant to another; without an end: until the cycle closes."""

    rater_id = Id(required=True)
    delegate_id = Id(required=True)
    valid_from = Instant(required=True)
    valid_to = Instant(load_default=None, allow_none=True)


class DelegationSchema(StandInSchema):
    """A delegation as it stands."""

    id = Id(required=True)
    cycle_id = Id(required=True)
