"""Doors of values: one for other systems, by key; the others for people, by session."""

from typing import Any
from uuid import UUID

from flask import request

from server.foundation import clock
from server.foundation.db import end_read, unit_of_work
from server.foundation.web import Room, current_actor, current_caller
from server.people.desk import require_plant
from server.people.queries import by_id
from server.policy import Action
from server.values import batches, keys, looking, readers, service, sources
from server.values.rows import Given
from server.values.schemas import (
    BatchHeadersSchema,
    BatchSchema,
    DeskSchema,
    EntrySchema,
    KeyMadeSchema,
    KeySchema,
    KeyWantedSchema,
    ObjectionAnswerSchema,
    ObjectionSchema,
    ObjectSchema,
    PersonValuesSchema,
    SettleSchema,
    SourceSchema,
    SourceShownSchema,
    TakenCountsSchema,
    TakenSchema,
)

room = Room("values", url_prefix="/api/values", description="Measured values: from other systems, by hand, disputed.")


@room.route("", methods=["POST"], action=Action.MEASURED_VALUE_SEND, key=True)
@room.arguments(BatchHeadersSchema, location="headers", unknown="exclude")
@room.arguments(BatchSchema)
@room.response(200, TakenSchema)
def take_batch(headers: dict[str, Any], asked: dict[str, Any]) -> Any:
    """Take in a batch of values of the key's source: a receipt for each row."""
    return batches.receive(
        asked["rows"], request.get_data(), headers["idempotency_key"], current_caller(), now=clock.now()
    )


@room.route("/desk", action=Action.VALUE_DESK_READ)
@room.response(200, DeskSchema)
def read_desk() -> Any:
    """Read sources, objections and doubts: HR all, an owner those of his sources."""
    now = clock.now()
    readers.kept_by(current_actor(), now)  # before anything is done for whoever asks
    if looking.is_left_over():
        end_read()
        unit_of_work(lambda: looking.look_at_all(now))
    return readers.desk(current_actor(), now)


@room.route("/people/<uuid:person_id>", action=Action.MEASURED_VALUE_READ)
@room.response(200, PersonValuesSchema)
def read_person(person_id: UUID) -> Any:
    """Read what is measured of a person, with target, threshold, corrections and objections."""
    return readers.values_of(person_id, by=current_actor(), now=clock.now())


@room.route("/entries", methods=["POST"], action=Action.MEASURED_VALUE_WRITE)
@room.arguments(EntrySchema)
@room.response(200, TakenCountsSchema)
def enter(asked: dict[str, Any]) -> Any:
    """Take in one value by hand, or correct one with a reason."""
    return service.enter(Given(0, **asked), by=current_actor(), now=clock.now()).shown()


@room.route("/sources", methods=["POST"], action=Action.VALUE_SOURCE_SET)
@room.arguments(SourceSchema)
@room.response(200, SourceShownSchema)
def set_source(asked: dict[str, Any]) -> Any:
    """Set a source up: its owner, its lock, what late values and leave do."""
    actor, now = current_actor(), clock.now()
    require_plant(actor, Action.VALUE_SOURCE_SET, now=now)
    held = sources.set_up(sources.Setting(**asked), by=actor.person_id, now=now)
    return sources.shown(held, by_id({held.owner_id} if held.owner_id else ()), sources.changes([held]))


@room.route("/keys", action=Action.API_KEY_MANAGE)
@room.response(200, KeySchema(many=True))
def list_keys() -> Any:
    """List the keys of other systems."""
    return keys.listed(by=current_actor(), now=clock.now())


@room.route("/keys", methods=["POST"], action=Action.API_KEY_MANAGE)
@room.arguments(KeyWantedSchema)
@room.response(201, KeyMadeSchema)
def make_key(asked: dict[str, Any]) -> Any:
    """Make a key for another system; its text is shown this once."""
    return keys.make(keys.Wanted(**asked), by=current_actor(), now=clock.now())


@room.route("/keys/<uuid:key_id>", methods=["DELETE"], action=Action.API_KEY_MANAGE)
@room.response(204)
def revoke_key(key_id: UUID) -> None:
    """End a key at once."""
    keys.revoke(key_id, by=current_actor(), now=clock.now())


@room.route("/objections", methods=["POST"], action=Action.MEASURED_VALUE_OBJECT)
@room.arguments(ObjectSchema)
@room.response(201, ObjectionSchema)
def object_to(asked: dict[str, Any]) -> Any:
    """Object to a value about oneself; the source's owner answers within five working days."""
    actor, now = current_actor(), clock.now()
    return service.as_shown(service.object_to(service.Objected(**asked), by=actor, now=now), by=actor, now=now)


@room.route("/objections/<uuid:objection_id>/answer", methods=["POST"], action=Action.VALUE_DESK_ANSWER)
@room.arguments(ObjectionAnswerSchema)
@room.response(200, ObjectionSchema)
def answer(asked: dict[str, Any], objection_id: UUID) -> Any:
    """Answer an objection: the value stands, or is corrected."""
    actor, now = current_actor(), clock.now()
    held = service.answer(objection_id, asked["value"], asked["answer"], by=actor, now=now)
    return service.as_shown(held, by=actor, now=now)


@room.route("/flags/<uuid:flag_id>/settle", methods=["POST"], action=Action.VALUE_DESK_ANSWER)
@room.arguments(SettleSchema)
@room.response(204)
def settle(asked: dict[str, Any], flag_id: UUID) -> None:
    """Say what a doubt turned out to be."""
    service.settle(flag_id, asked["note"], by=current_actor(), now=clock.now())
