"""JSON of the answers: compact, Chinese as it is written."""

from typing import Any

import orjson
from flask import Response
from flask.json.provider import JSONProvider

from server.foundation.body import load_json


class CompactJson(JSONProvider):
    """Flask's provider over orjson."""

    def dumps(self, obj: Any, **_options: Any) -> str:
        return orjson.dumps(obj).decode()

    def loads(self, s: str | bytes, **_options: Any) -> Any:
        return load_json(s.encode() if isinstance(s, str) else s)

    def response(self, *args: Any, **kwargs: Any) -> Response:
        body = orjson.dumps(self._prepare_response_obj(args, kwargs))
        return Response(body, mimetype="application/json")
