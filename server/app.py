"""Composition root: the only file that knows every room."""

from importlib import import_module
from importlib.util import find_spec

from flask import Flask

from server.foundation import routes as description
from server.foundation import serving
from server.foundation.api import GembaApi, create_api
from server.foundation.clock import EXTENSION as CLOCK
from server.foundation.clock import Clock
from server.foundation.settings import Settings

VERSION = "0.1.0"
ROOMS = (
    "identity",
    "sync_api",
    "people",
    "indicators",
    "cycles",
    "evaluations",
    "completion",
)


def create_app(settings: Settings | None = None, *, clock: Clock | None = None) -> Flask:
    """Build the application. Does not touch the data."""
    app = serving.create(settings or Settings.from_env())
    if clock is not None:
        app.extensions[CLOCK] = clock
    api = create_api(app, VERSION)
    description.install(app, api)
    register_rooms(app, api)
    return app


def register_rooms(app: Flask, api: GembaApi) -> None:
    """Attach each room that is there: its models, its wiring, its doors."""
    for name in ROOMS:
        for part in ("models", "wiring", "routes"):
            if find_spec(f"server.{name}") is None or find_spec(f"server.{name}.{part}") is None:
                continue
            module = import_module(f"server.{name}.{part}")
            if part == "wiring":
                module.connect(app)
            if part == "routes":
                for room in getattr(module, "rooms", None) or (module.room,):
                    api.register_blueprint(room)
