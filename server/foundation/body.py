"""Bytes before meaning: caps, gzip with a ceiling, and JSON that a database can hold."""

import zlib
from collections.abc import Iterator, Mapping
from typing import Any, Final, NoReturn

import orjson
from flask import Request
from marshmallow import RAISE, ValidationError
from webargs import core
from webargs.flaskparser import FlaskParser
from werkzeug.exceptions import RequestEntityTooLarge

from server.foundation.arrival import arriving
from server.foundation.problems import (
    BAD_ENCODING,
    BAD_JSON,
    INVALID,
    TOO_LARGE,
    UNSUPPORTED_MEDIA,
    FieldError,
    Problem,
)

BODY_MAX_BYTES: Final = 64 * 1024
SYNC_BODY_MAX_BYTES: Final = 256 * 1024
SYNC_PATH: Final = "/api/sync"
OUTBOX_FILE_PATH: Final = "/api/completion/outbox-files"
IMPORTS_PATH: Final = "/api/imports"
VALUES_PATH: Final = "/api/values"
BODY_CAPS: Final = {
    SYNC_PATH: SYNC_BODY_MAX_BYTES,
    OUTBOX_FILE_PATH: 1024 * 1024,
    IMPORTS_PATH: 14 * 1024 * 1024,  # 10 MB of files in base64
    VALUES_PATH: 1024 * 1024,
}
DEPTH_MAX: Final = 32


class BoundedRequest(Request):
    """A request whose body is read once, capped, and unzipped under the same cap."""

    _body: bytes | None = None

    @property
    def body_cap(self) -> int:
        """The most bytes this path takes, zipped or not."""
        return BODY_CAPS.get(self.path, BODY_MAX_BYTES)

    def get_data(self, cache: bool = True, as_text: bool = False, parse_form_data: bool = False) -> Any:
        """Return the body. Raises Problem `too_large`, `too_slow`, `busy` and `bad_encoding`."""
        if self._body is None:
            # One byte more than the cap: a chunked body is cut there without a word (seen).
            self.max_content_length = self.body_cap + 1
            try:
                with arriving(min(self.content_length or self.body_cap, self.body_cap)):
                    raw = super().get_data(cache=True)
            except RequestEntityTooLarge as error:
                raise Problem(TOO_LARGE, max_bytes=self.body_cap) from error
            if len(raw) > self.body_cap:
                raise Problem(TOO_LARGE, max_bytes=self.body_cap)
            self._body = self._decoded(raw)
        return self._body.decode("utf-8", "replace") if as_text else self._body

    def _decoded(self, raw: bytes) -> bytes:
        encoding = self.headers.get("Content-Encoding", "identity").strip().lower()
        if encoding in ("identity", ""):
            return raw
        if encoding != "gzip":
            raise Problem(UNSUPPORTED_MEDIA)
        return gunzip(raw, self.body_cap)


def gunzip(raw: bytes, cap: int) -> bytes:
    """Unzip one gzip member, never holding more than `cap` bytes.

    Raises Problem `too_large` beyond the cap, `bad_encoding` for anything damaged or trailing.
    """
    unzip = zlib.decompressobj(wbits=16 + zlib.MAX_WBITS)
    try:
        data = unzip.decompress(raw, cap + 1)
    except zlib.error as error:
        raise Problem(BAD_ENCODING) from error
    if len(data) > cap:
        raise Problem(TOO_LARGE, max_bytes=cap)
    if not unzip.eof or unzip.unused_data:
        raise Problem(BAD_ENCODING)
    return data


def load_json(data: bytes) -> Any:
    """Read JSON. Raises Problem `bad_json` for lone surrogates, NaN, numbers beyond 64 bits,
    bad UTF-8, NUL in keys and nesting past 32."""
    try:
        value = orjson.loads(data)
    except orjson.JSONDecodeError as error:
        raise Problem(BAD_JSON) from error
    if _deeper_than(value, DEPTH_MAX):
        raise Problem(BAD_JSON)
    return value


def _deeper_than(value: Any, depth: int) -> bool:
    level = [value]
    for _ in range(depth + 1):
        level = [
            inner
            for outer in level
            if isinstance(outer, dict | list)
            for inner in (outer.values() if isinstance(outer, dict) else outer)
            if isinstance(inner, dict | list)
        ]
        if not level:
            return False
    return True


class Parser(FlaskParser):
    """webargs' parser with our JSON reader: flask-smorest asks it, not Flask's provider.

    A query is held to its schema like a body: who misspells a filter must not get the list without it.
    """

    DEFAULT_UNKNOWN_BY_LOCATION: dict[str, str | None] = {  # noqa: RUF012 (webargs declares it on the class)
        **FlaskParser.DEFAULT_UNKNOWN_BY_LOCATION,
        "query": RAISE,
    }

    def load_json(self, req: Any, schema: Any) -> Any:
        data = req.get_data()
        if not data:
            return core.missing
        if req.mimetype != "application/json":
            raise Problem(UNSUPPORTED_MEDIA)
        return load_json(data)

    def handle_error(
        self,
        error: ValidationError,
        req: Any,
        schema: Any,
        *,
        error_status_code: int | None,
        error_headers: Any,
    ) -> NoReturn:
        raise Problem(INVALID, errors=tuple(field_errors(error.messages))) from error


def field_errors(messages: Any, path: tuple[str, ...] = ()) -> Iterator[FieldError]:
    """Flatten marshmallow's messages: `/name/0` points into the body, `?name` into the query."""
    if isinstance(messages, Mapping):
        for key, inner in messages.items():
            whole = key == "_schema"
            yield from field_errors(inner, path if whole else (*path, str(key)))
    elif isinstance(messages, str):
        yield FieldError(_pointer(path), str(messages), dict(getattr(messages, "params", {})))
    else:
        for message in messages:
            yield from field_errors(message, path)


def _pointer(path: tuple[str, ...]) -> str:
    location, *rest = path or ("json",)
    if location == "json":
        return "".join(f"/{step.replace('~', '~0').replace('/', '~1')[:80]}" for step in rest)
    return "?" + "/".join(step[:80] for step in rest)
