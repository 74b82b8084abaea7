"""The description of the API, OpenAPI 3.1, made from the schemas of the routes."""

from http import HTTPStatus
from typing import Any

from flask import Flask
from flask_smorest import Api
from flask_smorest.utils import prepare_response

from server.foundation import fields
from server.foundation.errors import MEDIA_TYPE
from server.foundation.web import Room

EXTENSION = "gemba_api"
UNFIT = (
    "What was sent does not fit. A field or a query parameter that the door does not know is refused too, and named in"
    " `errors`: `/field`, `?name`."
)


class FieldErrorSchema(fields.Coded):
    """One wrong place in what was sent."""

    pointer = fields.Text(required=True, metadata={"description": "JSON pointer, or ?name."})
    code = fields.Text(required=True)
    params = fields.Anything(required=True)


class ProblemSchema(fields.Coded):
    """An expected error (RFC 9457). Screens show `problem_<code>` filled with `params`."""

    type = fields.Text(required=True)
    title = fields.Text(required=True, metadata={"description": "In the user's language."})
    status = fields.Integer(required=True)
    code = fields.Text(required=True, metadata={"description": "Stable; never renamed."})
    params = fields.Anything(required=True)
    errors = fields.Items(fields.Nested(FieldErrorSchema), required=True)
    request_id = fields.Text(required=True)


class GembaApi(Api):  # type: ignore[misc]
    """flask-smorest's Api, with our problem as the body of every error."""

    ERROR_SCHEMA = ProblemSchema
    _undescribed: tuple[Room, ...] = ()
    _responses = False

    def register_blueprint(self, room: Room) -> None:
        """Open the doors of a room. They are described when somebody asks: describing is most of a start's work."""
        self._app.extensions["flask-smorest"]["blp_name_to_api"][room.name] = self
        self._app.register_blueprint(room)
        self._undescribed += (room,)

    def description(self) -> dict[str, Any]:
        """The OpenAPI document of every door."""
        if not self._responses:
            self._responses = True
            self._describe_responses()
        while self._undescribed:
            room, *rest = self._undescribed
            room.register_views_in_doc(self, self._app, self.spec, name=room.name, parameters=None)
            self.spec.tag({"name": room.name, "description": room.description})
            self._undescribed = tuple(rest)
        document: dict[str, Any] = self.spec.to_dict()
        return document

    def _register_responses(self) -> None:
        """Leave it until somebody asks for the description."""

    def _describe_responses(self) -> None:
        for status in HTTPStatus:
            response: dict[str, Any] = {"description": UNFIT if status == 422 else status.phrase}
            if status >= 400:
                response["schema"] = ProblemSchema
            prepare_response(response, self.spec, MEDIA_TYPE)
            self.spec.components.response(status.name, response, lazy=True)
        for name in ("DEFAULT_ERROR", "Problem"):
            response = {"description": "A problem, by code.", "schema": ProblemSchema}
            prepare_response(response, self.spec, MEDIA_TYPE)
            self.spec.components.response(name, response, lazy=name != "Problem")

    def _register_pagination_header(self) -> None:
        """Leave out a shape that no door has: lists come whole."""

    def _register_error_handlers(self) -> None:
        """Leave errors to server.foundation.errors."""


def create_api(app: Flask, version: str) -> GembaApi:
    """Attach the description to an application; rooms are registered on what is returned."""
    app.config.update(
        API_TITLE="Gemba",
        API_VERSION=version,
        OPENAPI_VERSION="3.1.0",
        OPENAPI_URL_PREFIX=None,
    )
    api = GembaApi(
        app,
        spec_kwargs={
            "info": {"description": "Performance appraisal for the shop floor."},
            "servers": [{"url": "/"}],
            "security": [{"session": [], "csrf": []}],
        },
    )
    app.extensions[EXTENSION] = api
    for field, form in ((fields.Instant, "date-time"), (fields.Day, "date"), (fields.Id, "uuid")):
        api.register_field(field, "string", form)
    scheme = api.spec.components.security_scheme
    scheme("session", {"type": "apiKey", "in": "cookie", "name": "__Host-gemba_a"})
    scheme("key", {"type": "http", "scheme": "bearer", "description": "A key that an administrator made."})
    scheme("csrf", {"type": "apiKey", "in": "header", "name": "X-CSRF-TOKEN"})
    return api
