"""Doors of completion: /api/completion."""

from hashlib import sha256
from typing import Any
from uuid import UUID

import orjson
from flask import Response, request

from server.completion import desk, handsets, phones
from server.completion.schemas import (
    BoardQuerySchema,
    BoardSchema,
    BroughtInSchema,
    HandsetSchema,
    OutboxFileSchema,
    PhoneSchema,
    PhonesQuerySchema,
)
from server.foundation import clock
from server.foundation.web import Room, current_actor
from server.policy import Action

room = Room("completion", url_prefix="/api/completion", description="Who is done, who is stuck.")
shelf = Room(
    "phones", url_prefix="/api/phones", description="Phones as the desk opens them: whose, and what they hold."
)
rooms = (room, shelf)


@room.route("/board", action=Action.COMPLETION_READ)
@room.arguments(BoardQuerySchema, location="query")
@room.response(200, BoardSchema, headers={"ETag": {"schema": {"type": "string"}}})
@room.alt_response(304, description="Nothing has changed since the answer with this ETag.")
def read_board(asked: dict[str, Any]) -> Response:
    """Read the board of a cycle; poll it with If-None-Match."""
    shown = BoardSchema().dump(desk.board(asked["cycle_id"], by=current_actor(), now=clock.now()))
    answer = Response(orjson.dumps(shown), mimetype="application/json")
    # The time of the answer is left out: a board on which nothing has moved has the same tag.
    answer.set_etag(sha256(orjson.dumps(shown | {"generated_at": None})).hexdigest()[:32])
    answer.make_conditional(request)
    return answer


@room.route("/phones", action=Action.PHONE_READ)
@room.arguments(PhonesQuerySchema, location="query")
@room.response(200, PhoneSchema(many=True))
def list_phones(asked: dict[str, Any]) -> Any:
    """Read what was last known of a person's phones."""
    return phones.phones(asked["person_id"], by=current_actor(), now=clock.now())


@room.route("/outbox-files", methods=["POST"], action=Action.OUTBOX_BRING_IN, unit=False)
@room.arguments(OutboxFileSchema)
@room.response(200, BroughtInSchema)
def bring_in(asked: dict[str, Any]) -> Any:
    """Bring in the edits of a phone that cannot send them, from the file that it saved."""
    return phones.bring_in(asked["file"], by=current_actor(), now=clock.now())


@shelf.route("", action=Action.DEVICE_READ)
@shelf.response(200, HandsetSchema(many=True))
def list_handsets() -> Any:
    """List the phones that this desk manages, with what was last known of the work on them."""
    return handsets.handsets(by=current_actor(), now=clock.now())


@shelf.route("/own", action=Action.OUTBOX_READ)
@shelf.response(200, PhoneSchema(many=True))
def list_left_elsewhere() -> Any:
    """Read which of one's own other phones said that they still held work, and how much."""
    return phones.left_elsewhere(by=current_actor())


@shelf.route("/<uuid:device_id>", action=Action.DEVICE_READ)
@shelf.response(200, HandsetSchema)
def read_handset(device_id: UUID) -> Any:
    """Read one of them."""
    return handsets.handset(device_id, by=current_actor(), now=clock.now())
