"""Doors: `Room` is a blueprint whose every route demands an action and, to write, a unit of work.

room = Room("cycles", url_prefix="/api/cycles")

@room.route("/<uuid:cycle_id>/open", methods=["POST"], action=Action.CYCLE_OPEN)
@room.response(200, CycleSchema)
def open_cycle(cycle_id): ...
"""

from collections.abc import Callable, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from enum import StrEnum
from functools import wraps
from typing import Any, Final, Protocol, TypeVar

import structlog
from flask import g, request
from flask_smorest import Blueprint

from server.foundation.admission import Admission
from server.foundation.body import Parser
from server.foundation.db import begin_snapshot, end_read, tenant_context, unit_of_work
from server.foundation.ids import DeviceId, PersonId, SessionId, TenantId
from server.foundation.problems import NOT_ALLOWED, UNSUPPORTED_MEDIA, Problem

UNSAFE: Final = frozenset({"POST", "PUT", "PATCH", "DELETE"})
PROBLEM_RESPONSE: Final = {"default": {"$ref": "#/components/responses/Problem"}}
View = Callable[..., Any]
TokenT = TypeVar("TokenT", bound="Token")


@dataclass(frozen=True)
class Actor:
    """Who knocks. `drain_only`: may hand in edits, which are all parked, and read nothing."""

    tenant_id: TenantId
    person_id: PersonId
    session_id: SessionId
    device_id: DeviceId
    drain_only: bool = False


def current_actor() -> Actor:
    """Return who knocks. Only inside a route that is not public."""
    actor: Actor = g.actor
    return actor


@dataclass(frozen=True)
class Demand:
    """What a route asks of a caller; the matrix test reads it from `view.gemba`."""

    action: StrEnum | None
    public: bool
    unit: bool
    drain: bool
    crowd: bool = False
    snapshot: bool = False
    key: bool = False
    first: Callable[[], object] | None = None


admission = Admission()
"""Of this process."""


class Token(Protocol):
    """What a verified token says, before anything is read of its session."""

    @property
    def tenant_id(self) -> TenantId: ...


_authenticators: list[tuple[Callable[[], Any], Callable[[Any], Actor]]] = []


def authenticate_with(read_token: Callable[[], TokenT], find_actor: Callable[[TokenT], Actor]) -> None:
    """Register how a token becomes an actor, once its plant is at work. Both raise Problem `auth_required`."""
    _authenticators[:] = [(read_token, find_actor)]


_key_holders: list[tuple[Callable[[], Any], Callable[[Any], Any]]] = []


def recognise_keys_with(read_key: Callable[[], TokenT], find_caller: Callable[[TokenT], Any]) -> None:
    """Register how the key of another system becomes a caller. Both raise Problem `auth_required`."""
    _key_holders[:] = [(read_key, find_caller)]


def current_caller() -> Any:
    """Return which system knocks, as `find_caller` found it. Only inside a route with `key`."""
    return g.caller


class Room(Blueprint):  # type: ignore[misc]
    """The routes of one room."""

    ARGUMENTS_PARSER = Parser()

    def __init__(self, name: str, *, url_prefix: str, description: str = "") -> None:
        super().__init__(name, f"server.{name}", url_prefix=url_prefix, description=description)

    def route(
        self,
        rule: str,
        *,
        methods: Sequence[str] = ("GET",),
        action: StrEnum | None = None,
        public: bool = False,
        unit: bool = True,
        drain: bool = False,
        crowd: bool = False,
        snapshot: bool = False,
        key: bool = False,
        first: Callable[[], object] | None = None,
        **options: Any,
    ) -> Callable[[View], View]:
        """Register a view. `public`: no session needed. `unit=False`: it opens its own units of
        work. `drain`: a session that may only hand in edits is let in too. `crowd`: everybody comes
        at once after an outage; no more are let in than can be served soon. `snapshot`: the view goes
        on reading at the point in time at which its caller was recognised; it ends that read itself. `first`: asked
        before the body is read, where a body is large: who may not send one takes no place and no memory."""
        if public == (action is not None):
            raise ValueError(f"{rule}: a route demands an action or is public")
        demand = Demand(action, public, unit, drain, crowd, snapshot, key, first)
        register = super().route(rule, methods=list(methods), **options)

        def decorate(view: View) -> View:
            guarded = _guarded(view, demand)
            register(guarded)
            return guarded

        return decorate


def _guarded(view: View, demand: Demand) -> View:
    @wraps(view)
    def door(**arguments: Any) -> Any:
        refuse_foreign_content()
        if demand.crowd:
            admission.look()
        token = None if demand.public else _enter(demand)
        if demand.first is not None and token is not None:
            with tenant_context(token.tenant_id):
                _recognise(token, demand)
                demand.first()
                end_read()
        # A phone may take minutes to send its body: meanwhile it holds no transaction, and no place of the few inside.
        request.get_data()
        with admission.enter() if demand.crowd else nullcontext():
            return guarded(token, **arguments)

    def guarded(token: Token | None, /, **arguments: Any) -> Any:
        with nullcontext() if token is None else tenant_context(token.tenant_id):
            if token is not None:
                _recognise(token, demand)
            if request.method in UNSAFE and demand.unit:
                return unit_of_work(lambda: view(**arguments))
            return view(**arguments)

    door.gemba = demand  # type: ignore[attr-defined]
    notes = dict(getattr(door, "_apidoc", {}))
    manual = dict(notes.get("manual_doc", {}))
    manual["responses"] = PROBLEM_RESPONSE | manual.get("responses", {})
    if demand.public:
        manual["security"] = []
    if demand.key:
        manual["security"] = [{"key": []}]
    door._apidoc = notes | {"manual_doc": manual}  # type: ignore[attr-defined]
    return door


def require_session() -> Actor:
    """Return who knocks, or raise Problem `auth_required`: for doors that are public in the demo."""
    ((read_token, find_actor),) = _authenticators
    token = read_token()
    with tenant_context(token.tenant_id):
        return find_actor(token)


def _enter(demand: Demand) -> Token:
    ((read_token, _),) = _key_holders if demand.key else _authenticators
    token: Token = read_token()
    return token


def _recognise(token: Token, demand: Demand) -> None:
    """Find the actor behind a token: read at each request, so that what ends a session holds at once."""
    if demand.key:
        ((_, find_caller),) = _key_holders
        g.caller = find_caller(token)
        end_read()
        return
    ((_, find_actor),) = _authenticators
    if demand.snapshot:
        begin_snapshot()
    actor = find_actor(token)
    if not demand.snapshot:
        end_read()  # a unit of work must not begin in a transaction that has already read
    if actor.drain_only and not demand.drain:
        raise Problem(NOT_ALLOWED)
    g.actor = actor
    structlog.contextvars.bind_contextvars(
        tenant_id=str(actor.tenant_id), actor_id=str(actor.person_id), device_id=str(actor.device_id)
    )


def refuse_foreign_content() -> None:
    """Refuse a body that is not JSON: what a form on another site could send."""
    if request.method in UNSAFE and request.mimetype not in ("", "application/json"):
        raise Problem(UNSUPPORTED_MEDIA)
