"""Doors of identity: /api/auth."""

from typing import Any
from uuid import UUID

from flask import after_this_request

from server.foundation import clock
from server.foundation.ids import AccountId
from server.foundation.web import Room, current_actor
from server.identity import doorkeeper, queries, service, tokens
from server.identity.schemas import (
    DoorSchema,
    DoorsSchema,
    EnrolSchema,
    FileKeySchema,
    LoginSchema,
    MeSchema,
    PasswordChangeSchema,
    SessionSchema,
    SignedInSchema,
)
from server.identity.service import EndReason
from server.policy import Action

room = Room("auth", url_prefix="/api/auth", description="Signing in, sessions and passwords.")


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
    return {"user": doorkeeper.describe(current_actor().person_id)}


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
