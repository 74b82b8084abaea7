"""POST /api/sync: push, then pull, one round trip. Protocol 1 is described in `wire.py`."""

from dataclasses import replace
from typing import Any

import orjson
from flask import Response, request
from sqlalchemy.exc import DBAPIError

from server.foundation import clock
from server.foundation.body import load_json
from server.foundation.db import end_read, is_transient, session, unit_of_work
from server.foundation.problems import FieldError, Problem
from server.foundation.web import Actor, Room, current_actor
from server.policy import Action
from server.sync_api import contact, joint, push, schemas
from server.sync_api.answers import Answer, Delta, Writers, write_answer
from server.sync_api.journal import Outcome
from server.sync_api.problems import SYNC_MALFORMED, UPDATE_NEEDED
from server.sync_api.protocols import Spoken, lifted
from server.sync_api.pull import Pulled, begin_read, pull
from server.sync_api.wire import BadEnvelope, Request, read_request
from sync.model import Receipt

room = Room("sync_api", url_prefix="/api", description="The phones' one door.")


@room.route("/sync", methods=["POST"], action=Action.SYNC_EXCHANGE, unit=False, drain=True, crowd=True, snapshot=True)
@room.doc(
    requestBody={
        "required": True,
        "content": {"application/json": {"schema": schemas.REQUEST}},
    },
    responses={
        "200": {
            "description": "Receipts, scopes and deltas.",
            "content": {"application/json": {"schema": schemas.ANSWER}},
        }
    },
)
def exchange() -> Response:
    """Hand in edits and get what changed: protocol 1, positional JSON."""
    answer = handle(request.get_data(), current_actor())
    return Response(answer, mimetype="application/json")


def handle(body: bytes, actor: Actor) -> bytes:
    """One round: decode, push in one unit of work, then one consistent read."""
    spoken, asked = _decode(body)
    if spoken.is_old and asked.push is None:
        raise Problem(UPDATE_NEEDED)
    now = clock.now()
    arrivals = push.read_push(asked, actor, now)
    handed = joint.Handed(False, [])
    if asked.push is not None:
        end_read()  # what the door read; the pull must see what this push wrote
        handed = joint.hand_in(push.Delivery(asked, arrivals, actor, now))
    writers = Writers()
    try:
        begin_read()
        last = contact.last_contact(asked, actor) if asked.push is None else None
        pulled = pull(asked, actor, now, writers, ahead=handed.ahead)
        stale = contact.is_stale(last, asked, now)
        end_read()
    finally:
        session().close()
    if stale:
        _note_contact(asked, actor)
    if spoken.is_old:
        pulled = _nothing_yet(asked, pulled)
    answer = write_answer(
        Answer(
            nonce=asked.nonce,
            epoch=pulled.epoch,
            access=pulled.access,
            seq=pulled.seq,
            receipts=[_receipt(outcome, writers) for outcome in handed.outcomes],
            scopes=pulled.scopes,
            deltas=pulled.deltas,
            writers=writers,
            now_ms=int(now.timestamp() * 1000),
        )
    )
    return orjson.dumps(spoken.answered(orjson.loads(answer))) if spoken.is_old else answer


def _nothing_yet(asked: Request, pulled: Pulled) -> Pulled:
    """The pull half for a phone to which rows of today mean nothing: what it holds stays as it is, and there is more.

    A scope without its part would say "nothing new", and the phone would put its cursor past rows that it never got.
    """
    waiting = [Delta(place, cursor, cursor, more=True) for place, cursor in enumerate(asked.cursors)]
    return replace(pulled, access=asked.access, scopes=None, deltas=waiting)


def _decode(body: bytes) -> tuple[Spoken, Request]:
    try:
        spoken = lifted(load_json(body))
        return spoken, read_request(spoken.body)
    except BadEnvelope as fault:
        raise Problem(SYNC_MALFORMED, errors=[FieldError(fault.pointer, "invalid", {})]) from fault


def _receipt(outcome: Outcome, writers: Writers) -> list[Any]:
    about = outcome.about
    if outcome.receipt in (Receipt.SAME, Receipt.HELD):
        about = writers.ref(about)
    parts: list[Any] = [outcome.n, outcome.receipt.value]
    return parts if about is None else [*parts, about]


def _note_contact(asked: Request, actor: Actor) -> None:
    now = clock.now()
    try:
        unit_of_work(lambda: contact.note_contact(asked, actor, now))
    except DBAPIError as error:
        if not is_transient(error):
            raise
        # Somebody else is writing; the next contact, seconds away, says the same.
