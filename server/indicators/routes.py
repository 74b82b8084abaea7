"""Doors of the library: /api/indicators, /api/core-outputs, /api/indicator-sets, /api/goals."""

from typing import Any
from uuid import UUID

from server.foundation import clock
from server.foundation.web import Room, current_actor
from server.indicators import board_schemas, desk, goals, outputs, schemas, sets, versions
from server.indicators.floor import desk as floor
from server.policy import Action

indicators = Room("indicators", url_prefix="/api/indicators", description="The library of indicators.")
core_outputs = Room("core_outputs", url_prefix="/api/core-outputs", description="What jobs are there for.")
indicator_sets = Room("indicator_sets", url_prefix="/api/indicator-sets", description="Which indicators judge whom.")
goal_board = Room("goals", url_prefix="/api/goals", description="Goals, from the company to the person.")
rooms = (indicators, core_outputs, indicator_sets, goal_board)


@indicators.route("", action=Action.INDICATOR_READ)
@indicators.response(200, schemas.IndicatorRowSchema(many=True))
def list_indicators() -> Any:
    """List what the reader finds in the library."""
    return desk.indicators(by=current_actor(), now=clock.now())


@indicators.route("", methods=["POST"], action=Action.INDICATOR_PROPOSE)
@indicators.arguments(schemas.DraftSchema)
@indicators.response(201, schemas.IndicatorSchema)
def draft_indicator(asked: dict[str, Any]) -> Any:
    """Draft a new indicator."""
    actor, now = current_actor(), clock.now()
    made = versions.draft(**asked, by=actor, now=now)
    return desk.indicator(made.indicator_id, by=actor, now=now)


@indicators.route("/proposals", action=Action.FLOOR_READ)
@indicators.response(200, board_schemas.FloorProposalSchema(many=True))
def list_proposals() -> Any:
    """List what people of the reader's part propose from the floor."""
    return floor.proposals(by=current_actor(), now=clock.now())


@indicators.route("/<uuid:indicator_id>", action=Action.INDICATOR_READ)
@indicators.response(200, schemas.IndicatorSchema)
def read_indicator(indicator_id: UUID) -> Any:
    """Read an indicator with its versions."""
    return desk.indicator(indicator_id, by=current_actor(), now=clock.now())


@indicators.route("/<uuid:indicator_id>", methods=["POST"], action=Action.INDICATOR_PROPOSE)
@indicators.arguments(schemas.GoalPlaceSchema)
@indicators.response(200, schemas.IndicatorSchema)
def place_indicator(asked: dict[str, Any], indicator_id: UUID) -> Any:
    """Hang an indicator on core outputs, and say who finds it."""
    actor, now = current_actor(), clock.now()
    held = versions.place(indicator_id, **asked, by=actor, now=now)
    return desk.indicator(held.id, by=actor, now=now)


@indicators.route("/<uuid:indicator_id>/versions", methods=["POST"], action=Action.INDICATOR_PROPOSE)
@indicators.arguments(schemas.NextSchema)
@indicators.response(201, schemas.IndicatorSchema)
def begin_version(asked: dict[str, Any], indicator_id: UUID) -> Any:
    """Begin the next version as a copy of the newest."""
    actor, now = current_actor(), clock.now()
    made = versions.next_version(indicator_id, asked["reason"], by=actor, now=now)
    return desk.indicator(made.indicator_id, by=actor, now=now)


@indicators.route("/versions/<uuid:version_id>", methods=["POST"], action=Action.INDICATOR_PROPOSE)
@indicators.arguments(schemas.EditSchema)
@indicators.response(200, schemas.IndicatorSchema)
def edit_version(asked: dict[str, Any], version_id: UUID) -> Any:
    """Say something else in a draft or proposal."""
    actor, now = current_actor(), clock.now()
    one = versions.edit(version_id, asked["revision"], asked["wording"], asked["reason"], by=actor, now=now)
    return desk.indicator(one.indicator_id, by=actor, now=now)


@indicators.route("/versions/<uuid:version_id>/propose", methods=["POST"], action=Action.INDICATOR_PROPOSE)
@indicators.response(200, schemas.IndicatorSchema)
def propose_version(version_id: UUID) -> Any:
    """Hand a draft in."""
    actor, now = current_actor(), clock.now()
    one = versions.propose(version_id, by=actor, now=now)
    return desk.indicator(one.indicator_id, by=actor, now=now)


@indicators.route("/versions/<uuid:version_id>/send-back", methods=["POST"], action=Action.INDICATOR_APPROVE)
@indicators.arguments(schemas.ReturnSchema)
@indicators.response(200, schemas.IndicatorSchema)
def send_back_version(asked: dict[str, Any], version_id: UUID) -> Any:
    """Make a proposal a draft again, with the reason."""
    actor, now = current_actor(), clock.now()
    one = versions.send_back(version_id, asked["reason"], by=actor, now=now)
    return desk.indicator(one.indicator_id, by=actor, now=now)


@indicators.route("/versions/<uuid:version_id>/approve", methods=["POST"], action=Action.INDICATOR_APPROVE)
@indicators.arguments(schemas.ApproveSchema)
@indicators.response(200, schemas.IndicatorSchema)
def approve_version(asked: dict[str, Any], version_id: UUID) -> Any:
    """Approve a proposal; refused with all that is missing."""
    actor, now = current_actor(), clock.now()
    one = versions.approve(version_id, asked["revision"], asked["valid_from"], by=actor, now=now)
    return desk.indicator(one.indicator_id, by=actor, now=now)


@indicators.route("/versions/<uuid:version_id>/retire", methods=["POST"], action=Action.INDICATOR_RETIRE)
@indicators.response(200, schemas.IndicatorSchema)
def retire_version(version_id: UUID) -> Any:
    """Take a version out of use; forms keep it."""
    actor, now = current_actor(), clock.now()
    one = versions.retire(version_id, by=actor, now=now)
    return desk.indicator(one.indicator_id, by=actor, now=now)


@indicators.route("/versions/<uuid:version_id>/influence", methods=["POST"], action=Action.INFLUENCE_ANSWER)
@indicators.arguments(schemas.AnswerSchema)
@indicators.response(200, schemas.IndicatorSchema)
def answer_influence(asked: dict[str, Any], version_id: UUID) -> Any:
    """Answer whether a job can influence it, for one side."""
    actor, now = current_actor(), clock.now()
    one = versions.answer_influence(version_id, versions.Answer(**asked), by=actor, now=now)
    return desk.indicator(one.indicator_id, by=actor, now=now)


@indicators.route("/versions/<uuid:version_id>/difference", action=Action.INDICATOR_READ)
@indicators.arguments(schemas.ComparedQuerySchema, location="query")
@indicators.response(200, schemas.WordingChangeSchema(many=True))
def compare_versions(asked: dict[str, Any], version_id: UUID) -> Any:
    """Compare a version with an older one, field by field."""
    return desk.compared(version_id, asked["from_version_id"], by=current_actor(), now=clock.now())


@core_outputs.route("", action=Action.CORE_OUTPUT_READ)
@core_outputs.response(200, schemas.FloorSchema)
def list_core_outputs() -> Any:
    """List jobs with their core outputs, and the departments that they work in."""
    return desk.floor(by=current_actor(), now=clock.now())


@core_outputs.route("/<uuid:job_id>", methods=["POST"], action=Action.CORE_OUTPUT_WRITE)
@core_outputs.arguments(schemas.OutputsSchema)
@core_outputs.response(200, schemas.FloorSchema)
def write_core_outputs(asked: dict[str, Any], job_id: UUID) -> Any:
    """Say what a job is there for; agreements to other words no longer stand."""
    actor, now = current_actor(), clock.now()
    outputs.write(job_id, asked["outputs"], by=actor, now=now)
    return desk.floor(by=actor, now=now)


@core_outputs.route("/<uuid:job_id>/agree", methods=["POST"], action=Action.CORE_OUTPUT_AGREE)
@core_outputs.arguments(schemas.AgreeSchema)
@core_outputs.response(200, schemas.FloorSchema)
def agree_core_outputs(asked: dict[str, Any], job_id: UUID) -> Any:
    """Agree to a job's core outputs, for one side."""
    actor, now = current_actor(), clock.now()
    outputs.agree(job_id, asked["side"], by=actor, now=now)
    return desk.floor(by=actor, now=now)


@indicator_sets.route("", action=Action.INDICATOR_SET_READ)
@indicator_sets.response(200, board_schemas.HeldSetSchema(many=True))
def list_sets() -> Any:
    """List the sets with whom they are for."""
    return desk.sets(by=current_actor(), now=clock.now())


@indicator_sets.route("", methods=["POST"], action=Action.INDICATOR_SET_WRITE)
@indicator_sets.arguments(board_schemas.SetSchema)
@indicator_sets.response(201, board_schemas.HeldSetSchema(many=True))
def write_set(asked: dict[str, Any]) -> Any:
    """Write a set with a first day; answers the list."""
    actor, now = current_actor(), clock.now()
    lines = [(line["indicator_version_id"], line["weight"]) for line in asked["lines"]]
    sets.write(sets.Wanted(**asked | {"lines": lines}), by=actor, now=now)
    return desk.sets(by=actor, now=now)


@indicator_sets.route("/<uuid:set_id>/end", methods=["POST"], action=Action.INDICATOR_SET_WRITE)
@indicator_sets.arguments(board_schemas.EndSchema)
@indicator_sets.response(200, board_schemas.HeldSetSchema(many=True))
def end_set(asked: dict[str, Any], set_id: UUID) -> Any:
    """Let a set apply for the last time on a day; answers the list."""
    actor, now = current_actor(), clock.now()
    sets.end(set_id, asked["valid_to"], by=actor, now=now)
    return desk.sets(by=actor, now=now)


@indicator_sets.route("/<uuid:set_id>", methods=["DELETE"], action=Action.INDICATOR_SET_WRITE)
@indicator_sets.response(204)
def remove_set(set_id: UUID) -> None:
    """Take back a set that has not begun."""
    sets.remove(set_id, by=current_actor(), now=clock.now())


@indicator_sets.route("/ahead", methods=["POST"], action=Action.INDICATOR_SET_WRITE)
@indicator_sets.arguments(board_schemas.AheadSchema)
@indicator_sets.response(200, board_schemas.AheadAnswerSchema)
def see_ahead(asked: dict[str, Any]) -> Any:
    """Say to whom another set would apply if a set ended or a new one were written; changes nothing."""
    return sets.ahead(sets.Ahead(**asked), by=current_actor(), now=clock.now())


@indicator_sets.route("/own", action=Action.OWN_SET_READ)
@indicator_sets.response(200, board_schemas.SpanSchema(many=True))
def own_sets() -> Any:
    """What applies to oneself, from today on."""
    return desk.own_sets(by=current_actor(), now=clock.now())


@indicator_sets.route("/of/<uuid:person_id>", action=Action.INDICATOR_SET_READ)
@indicator_sets.response(200, board_schemas.SpanSchema(many=True))
def sets_of(person_id: UUID) -> Any:
    """What applies to a person, from today on."""
    return desk.sets_of(person_id, by=current_actor(), now=clock.now())


@goal_board.route("", action=Action.GOAL_READ)
@goal_board.response(200, board_schemas.HeldGoalSchema(many=True))
def list_goals() -> Any:
    """List the goals that the reader may see, from the top."""
    return goals.board(by=current_actor(), now=clock.now())


@goal_board.route("/owners", action=Action.GOAL_WRITE)
@goal_board.response(200, board_schemas.OwnerSchema(many=True))
def list_owners() -> Any:
    """List whom the reader may name as an owner."""
    return goals.owners(by=current_actor(), now=clock.now())


@goal_board.route("", methods=["POST"], action=Action.GOAL_WRITE)
@goal_board.arguments(board_schemas.GoalSchema)
@goal_board.response(201, board_schemas.HeldGoalSchema)
def add_goal(asked: dict[str, Any]) -> Any:
    """Set a goal."""
    return goals.shown(goals.add(asked, by=current_actor(), now=clock.now()))


@goal_board.route("/<uuid:goal_id>", methods=["POST"], action=Action.GOAL_WRITE)
@goal_board.arguments(board_schemas.GoalEditSchema)
@goal_board.response(200, board_schemas.HeldGoalSchema)
def change_goal(asked: dict[str, Any], goal_id: UUID) -> Any:
    """Say something else of a goal."""
    seen = asked.pop("revision")
    return goals.shown(goals.change(goal_id, seen, asked, by=current_actor(), now=clock.now()))


@goal_board.route("/<uuid:goal_id>", methods=["DELETE"], action=Action.GOAL_WRITE)
@goal_board.response(204)
def remove_goal(goal_id: UUID) -> None:
    """Take a goal off the board."""
    goals.remove(goal_id, by=current_actor(), now=clock.now())
