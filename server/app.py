"""Composition root: the only file that knows every room."""

from flask import Flask

from server.agreements import routes as agreements
from server.agreements import service as agreeing
from server.agreements import wiring as agreements_wiring
from server.completion import routes as completion
from server.cycles import routes as cycles
from server.cycles.events import CycleOpened
from server.evaluations import routes as evaluations
from server.evaluations import wiring as evaluations_wiring
from server.foundation import routes as description
from server.foundation import serving
from server.foundation.api import create_api
from server.foundation.clock import EXTENSION as CLOCK
from server.foundation.clock import Clock
from server.foundation.events import subscribe
from server.foundation.settings import Settings
from server.identity import routes as identity
from server.identity import wiring as identity_wiring
from server.imports import routes as imports
from server.indicators import routes as indicators
from server.indicators import wiring as indicators_wiring
from server.people import routes as people
from server.people import wiring as people_wiring
from server.sync_api import routes as sync_api
from server.sync_api import wiring as sync_wiring
from server.values import routes as values
from server.values import wiring as values_wiring

VERSION = "0.1.0"
ROOMS = (
    description.room,
    *identity.rooms,
    *people.rooms,
    *indicators.rooms,
    cycles.room,
    values.room,
    agreements.room,
    evaluations.room,
    *completion.rooms,
    imports.room,
    sync_api.room,
)
WIRINGS = (
    identity_wiring,
    people_wiring,
    indicators_wiring,
    sync_wiring,
    values_wiring,
    evaluations_wiring,
    agreements_wiring,
)


def create_app(settings: Settings | None = None, *, clock: Clock | None = None) -> Flask:
    """Build the application. Does not touch the data."""
    app = serving.create(settings or Settings.from_env())
    if clock is not None:
        app.extensions[CLOCK] = clock
    for wiring in WIRINGS:
        wiring.connect(app)
    subscribe(CycleOpened, _agreements_of_a_new_cycle)
    api = create_api(app, VERSION)
    for room in ROOMS:
        api.register_blueprint(room)
    return app


def _agreements_of_a_new_cycle(event: CycleOpened) -> None:
    """Who is judged has been asked by what: the period's agreements are there when a cycle of it opens."""
    agreeing.draw_up(now=event.opened_at)
