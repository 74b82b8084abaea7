"""Doors of cycles: /api/cycles."""

from typing import Any
from uuid import UUID

from server.cycles import desk, service
from server.cycles.schemas import CycleSchema, DelegationSchema, PlanSchema, StandInSchema
from server.cycles.service import Plan, StandIn
from server.foundation import clock
from server.foundation.web import Room, current_actor
from server.policy import Action

room = Room("cycles", url_prefix="/api/cycles", description="Cycles and who stands in for whom.")


@room.route("", action=Action.CYCLE_READ)
@room.response(200, CycleSchema(many=True))
def list_cycles() -> Any:
    """List the cycles, the newest first."""
    return desk.cycles(by=current_actor(), now=clock.now())


@room.route("", methods=["POST"], action=Action.CYCLE_CREATE)
@room.arguments(PlanSchema)
@room.response(201, CycleSchema)
def create_cycle(asked: dict[str, Any]) -> Any:
    """Create a cycle as a draft."""
    now = clock.now()
    return desk.shown(service.create_cycle(Plan(**asked), by=current_actor(), now=now), now=now)


@room.route("/<uuid:cycle_id>/open", methods=["POST"], action=Action.CYCLE_OPEN)
@room.response(200, CycleSchema)
def open_cycle(cycle_id: UUID) -> Any:
    """Open a cycle: one evaluation for each employee and rater."""
    now = clock.now()
    return desk.shown(service.open_cycle(cycle_id, by=current_actor(), now=now), now=now)


@room.route("/<uuid:cycle_id>/delegations", action=Action.DELEGATION_READ)
@room.response(200, DelegationSchema(many=True))
def list_delegations(cycle_id: UUID) -> Any:
    """List who stands in for whom in a cycle."""
    return service.delegations(cycle_id, by=current_actor(), now=clock.now())


@room.route("/<uuid:cycle_id>/delegations", methods=["POST"], action=Action.DELEGATION_CREATE)
@room.arguments(StandInSchema)
@room.response(201, DelegationSchema)
def delegate(asked: dict[str, Any], cycle_id: UUID) -> Any:
    """Let somebody score and submit for a rater."""
    return service.delegate(cycle_id, StandIn(**asked), by=current_actor(), now=clock.now())


@room.route("/<uuid:cycle_id>/delegations/<uuid:delegation_id>", methods=["DELETE"], action=Action.DELEGATION_END)
@room.response(204)
def end_delegation(cycle_id: UUID, delegation_id: UUID) -> None:
    """End a delegation now."""
    service.end_delegation(cycle_id, delegation_id, by=current_actor(), now=clock.now())
