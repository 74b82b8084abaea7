"""The description of the API for people and machines: /api/openapi.json and /api/docs."""

from typing import Any

from flask import Flask, Response, current_app, render_template

from server.foundation.api import EXTENSION
from server.foundation.settings import settings_of
from server.foundation.web import Room, require_session

room = Room("api", url_prefix="/api", description="This description.")
STYLE = """
body { font: 16px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 0 auto; padding: 1rem; }
h2 { margin-top: 2.5rem; } h3 { margin-bottom: 0; }
code { font-size: 0.95em; } table { border-collapse: collapse; }
td, th { text-align: start; padding: 0.2rem 0.8rem 0.2rem 0; vertical-align: top; }
@media (prefers-color-scheme: dark) { body { background: #14181b; color: #e6e9eb; } a { color: #8cc4ff; } }
"""


def description(app: Flask) -> dict[str, Any]:
    """Return the OpenAPI document of an application."""
    document: dict[str, Any] = app.extensions[EXTENSION].description()
    return document


def _refuse_strangers() -> None:
    if not settings_of(current_app).demo:
        require_session()


@room.route("/openapi.json", public=True)
@room.response(200)
def openapi() -> Any:
    """Return this description as OpenAPI 3.1; outside the demo a session is needed."""
    _refuse_strangers()
    return description(current_app)


@room.route("/docs", public=True)
@room.response(200, content_type="text/html")
def docs() -> Any:
    """Return this description as a page to read; outside the demo a session is needed."""
    _refuse_strangers()
    return Response(render_template("api.html", api=description(current_app)), mimetype="text/html")


@room.route("/docs.css", public=True)
@room.response(200, content_type="text/css")
def docs_style() -> Any:
    """Return the style of the page."""
    return Response(STYLE, mimetype="text/css")
