"""Doors of identity: /api/auth, and of phones: /api/devices."""

from typing import Any
from uuid import UUID

from flask import after_this_request

from server.foundation import clock
from server.foundation.ids import AccountId, DeviceId, unshort
from server.foundation.problems import NOT_FOUND, Problem
from server.foundation.web import Room, current_actor
from server.identity import desk, devices, doorkeeper, queries, service, tokens
from server.identity.schemas import (
    DeviceAskedSchema,
    DeviceSchema,
    DeviceStateSchema,
    DoorSchema,
    DoorsSchema,
    DrainCodeAskedSchema,
    DrainCodeSchema,
    DrainSchema,
    EnrolSchema,
    FileKeySchema,
    LoginSchema,
    LostSchema,
    MeSchema,
    PasswordChangeSchema,
    SessionSchema,
    SharedSchema,
    SignedInSchema,
)
from server.identity.service import EndReason
from server.policy import Action

room = Room("auth", url_prefix="/api/auth", description="Signing in, sessions and passwords.")
phones = Room("devices", url_prefix="/api/devices", description="Phones: shared ones, lost ones.")
rooms = (room, phones)


@room.route("/doors", public=True)
@room.response(200, DoorsSchema)
def doors() -> Any:
    """List the plants, and in the demo its people."""
    return doorkeeper.doors()


@room.route("/login", methods=["POST"], public=True, unit=False)
@room.arguments(LoginSchema)
@room.response(200, SignedInSchema)
def login(asked: dict[str, Any]) -> Any:
    """Sign in by password."""
    return doorkeeper.log_in(asked)


@room.route("/enrol", methods=["POST"], public=True, unit=False)
@room.arguments(EnrolSchema)
@room.response(200, SignedInSchema)
def enrol(asked: dict[str, Any]) -> Any:
    """Set a password by a one-time code, and sign in; earlier sessions end."""
    return doorkeeper.enrol(asked)


@room.route("/drain", methods=["POST"], public=True, unit=False)
@room.arguments(DrainSchema)
@room.response(200, SignedInSchema)
def drain(asked: dict[str, Any]) -> Any:
    """Open a session that only hands in, by HR's one-time code: the PIN, the password or the account is gone."""
    return doorkeeper.drain(asked)


@room.route("/demo", methods=["POST"], public=True, unit=False)
@room.arguments(DoorSchema)
@room.response(200, SignedInSchema)
def demo(asked: dict[str, Any]) -> Any:
    """Sign in as one of the demo's people, on this machine alone."""
    return doorkeeper.enter_demo(asked)


@room.route("/refresh", methods=["POST"], public=True, unit=False)
@room.response(200, SignedInSchema)
def refresh() -> Any:
    """Renew the session by its refresh cookie; answered again if the answer was lost."""
    return doorkeeper.refresh()


@room.route("/me", action=Action.SESSION_READ, drain=True)
@room.response(200, MeSchema)
def me() -> Any:
    """Say who is signed in."""
    actor = current_actor()
    return {
        "user": doorkeeper.describe(actor.person_id),
        "phone": desk.phone_state(actor.device_id),
        "drain_only": actor.drain_only,
    }


@room.route("/file-key", action=Action.SESSION_READ, drain=True)
@room.response(200, FileKeySchema)
def file_key() -> Any:
    """Give this phone what it seals the file with that it saves when it cannot send."""
    return doorkeeper.file_key(current_actor())


@room.route("/logout", methods=["POST"], action=Action.SESSION_END, drain=True)
@room.response(204)
def logout() -> None:
    """End this session."""
    actor = current_actor()
    service.end_session(AccountId(actor.person_id), actor.session_id, EndReason.SIGNED_OUT, now=clock.now())
    after_this_request(tokens.drop)


@room.route("/sessions", action=Action.SESSION_READ)
@room.response(200, SessionSchema(many=True))
def sessions() -> Any:
    """List one's own open sessions."""
    actor = current_actor()
    return queries.sessions_shown(AccountId(actor.person_id), current=actor.session_id)


@room.route("/sessions/<uuid:session_id>", methods=["DELETE"], action=Action.SESSION_END)
@room.response(204)
def end_session(session_id: UUID) -> None:
    """End one of one's own sessions."""
    service.end_session(AccountId(current_actor().person_id), session_id, EndReason.ENDED_BY_OWNER, now=clock.now())


@room.route("/password", methods=["POST"], action=Action.PASSWORD_CHANGE, unit=False)
@room.arguments(PasswordChangeSchema)
@room.response(204)
def change_password(asked: dict[str, Any]) -> None:
    """Change the password; the other sessions end."""
    doorkeeper.change_password(current_actor(), asked["current"], asked["new"])


@phones.route("", action=Action.DEVICE_READ)
@phones.response(200, DeviceSchema(many=True))
def list_devices() -> Any:
    """List the plant's phones, and who has signed in on them."""
    return desk.devices(current_actor(), now=clock.now())


@phones.route("/<uuid:device_id>/shared", methods=["POST"], action=Action.DEVICE_MANAGE)
@phones.arguments(SharedSchema)
@phones.response(204)
def share_phone(asked: dict[str, Any], device_id: UUID) -> None:
    """Say whether a phone goes from hand to hand."""
    desk.require(current_actor(), Action.DEVICE_MANAGE, now=clock.now())
    devices.set_shared(device_id, asked["shared"])


@phones.route("/<uuid:device_id>/lost", methods=["POST"], action=Action.DEVICE_MANAGE)
@phones.arguments(LostSchema)
@phones.response(204)
def lose_phone(asked: dict[str, Any], device_id: UUID) -> None:
    """Say that a phone is lost: it hands in what it holds and gets nothing more; or that it was found."""
    desk.require(current_actor(), Action.DEVICE_MANAGE, now=clock.now())
    devices.set_lost(device_id, asked["lost"], now=clock.now())


@phones.route("/<uuid:device_id>/drain-code", methods=["POST"], action=Action.DEVICE_MANAGE)
@phones.arguments(DrainCodeAskedSchema)
@phones.response(200, DrainCodeSchema)
def drain_code(asked: dict[str, Any], device_id: UUID) -> Any:
    """Issue a one-time code that hands in one person's edits from one phone."""
    now = clock.now()
    desk.require_over(current_actor(), asked["person_id"], now=now)
    account = queries.account(AccountId(asked["person_id"]))
    if account is None:
        raise Problem(NOT_FOUND)
    return {"code": devices.issue_drain_code(account, device_id, now=now), "until": now + devices.DRAIN_CODE_LIFE}


@phones.route("/state", methods=["POST"], public=True, unit=False)
@phones.arguments(DeviceAskedSchema)
@phones.response(200, DeviceStateSchema)
def phone_state(asked: dict[str, Any]) -> Any:
    """Say whether this phone is shared or lost. Whoever knows its random number may ask: a locked phone has no login."""
    return desk.state_of(asked["plant"], DeviceId(unshort(asked["device"])))
