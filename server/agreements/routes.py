"""Doors of agreements: /api/agreements."""

from typing import Any
from uuid import UUID

from server.agreements import desk, service
from server.agreements.schemas import (
    AgreementsQuerySchema,
    BegunSchema,
    CountsSchema,
    ExchangeSchema,
    ListedAgreementSchema,
    UntilSchema,
    WindowPlanSchema,
    WindowSchema,
)
from server.foundation import clock
from server.foundation.web import Room, current_actor
from server.policy import Action

room = Room("agreements", url_prefix="/api/agreements", description="What people are measured by, agreed on.")


@room.route("/window", action=Action.WINDOW_READ)
@room.response(200, WindowSchema)
def read_window() -> Any:
    """Say when terms may be changed."""
    return desk.window(by=current_actor(), now=clock.now())


@room.route("/window", methods=["POST"], action=Action.WINDOW_SET)
@room.arguments(WindowPlanSchema)
@room.response(200, WindowSchema)
def plan_windows(asked: dict[str, Any]) -> Any:
    """Plan the windows that open by themselves."""
    now = clock.now()
    service.plan(**asked, by=current_actor(), now=now)
    return desk.window_shown(now)


@room.route("/window/open", methods=["POST"], action=Action.WINDOW_SET)
@room.arguments(UntilSchema)
@room.response(200, WindowSchema)
def open_window(asked: dict[str, Any]) -> Any:
    """Open a window by hand, from now on."""
    now = clock.now()
    service.open_until(asked["until"], by=current_actor(), now=now)
    return desk.window_shown(now)


@room.route("/window/shut", methods=["POST"], action=Action.WINDOW_SET)
@room.response(200, WindowSchema)
def shut_window() -> Any:
    """Shut the window that is open, now."""
    now = clock.now()
    service.shut(by=current_actor(), now=now)
    return desk.window_shown(now)


@room.route("/begin", methods=["POST"], action=Action.AGREEMENT_BEGIN)
@room.response(200, BegunSchema)
def begin() -> Any:
    """Draw up this period's agreements for everybody who has none."""
    return {"made": service.begin(by=current_actor(), now=clock.now())}


@room.route("/counts", action=Action.AGREEMENT_COUNT)
@room.response(200, CountsSchema(many=True))
def list_counts() -> Any:
    """Count who agreed, by department."""
    return desk.counts(by=current_actor(), now=clock.now())


@room.route("", action=Action.AGREEMENT_LIST)
@room.arguments(AgreementsQuerySchema, location="query")
@room.response(200, ListedAgreementSchema(many=True))
def list_agreements(asked: dict[str, Any]) -> Any:
    """List the agreements of a department, by how it stands with them."""
    return desk.listed(**asked, by=current_actor(), now=clock.now())


@room.route("/<uuid:agreement_id>", action=Action.AGREEMENT_READ)
@room.response(200, ExchangeSchema)
def read_exchange(agreement_id: UUID) -> Any:
    """Read one agreement with every text and every word."""
    return desk.exchange(agreement_id, by=current_actor(), now=clock.now())


@room.route("/<uuid:agreement_id>/kept", methods=["DELETE"], action=Action.AGREEMENT_ADJUST)
@room.response(204)
def let_go(agreement_id: UUID) -> None:
    """Let one's own change that waits for the next window go."""
    service.let_go(agreement_id, by=current_actor(), now=clock.now())
