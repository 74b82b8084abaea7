"""Expected errors: stable codes, answered as `application/problem+json` (RFC 9457).

Each room declares its own in `problems.py`:  CYCLE_NOT_DRAFT = code("cycle_not_draft", 409)
Codes are never renamed or reused. Each has a title `problem_<code>` in the locales.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Code:
    """A stable name of an expected error and the HTTP status that it is answered with."""

    name: str
    status: int


_registry: dict[str, Code] = {}


def code(name: str, status: int) -> Code:
    """Declare a code. Raises ValueError when the name is taken with another status."""
    made = Code(name, status)
    if _registry.setdefault(name, made) != made:
        raise ValueError(f"problem code {name} is declared twice")
    return made


def all_codes() -> Mapping[str, Code]:
    """Return every declared code by name, for tests and for the generated client."""
    return dict(_registry)


@dataclass(frozen=True)
class FieldError:
    """One wrong place in what was sent. `pointer` is a JSON pointer into the body or `?name`."""

    pointer: str
    code: str
    params: Mapping[str, Any]


class Problem(Exception):
    """An expected error. `params` fill the message and are shown to the user: no internals."""

    def __init__(
        self,
        code: Code,
        *,
        errors: Sequence[FieldError] = (),
        retry_after_s: int | None = None,
        **params: Any,
    ) -> None:
        super().__init__(code.name)
        self.code = code
        self.params = params
        self.errors = tuple(errors)
        self.retry_after_s = retry_after_s


AUTH_REQUIRED = code("auth_required", 401)
NOT_ALLOWED = code("not_allowed", 403)
NOT_FOUND = code("not_found", 404)
METHOD_NOT_ALLOWED = code("method_not_allowed", 405)
NOT_ACCEPTABLE = code("not_acceptable", 406)
CONFLICT = code("conflict", 409)
PRECONDITION_FAILED = code("precondition_failed", 412)
TOO_LARGE = code("too_large", 413)
TOO_SLOW = code("too_slow", 408)
UNSUPPORTED_MEDIA = code("unsupported_media", 415)
BAD_REQUEST = code("bad_request", 400)
BAD_JSON = code("bad_json", 400)
BAD_ENCODING = code("bad_encoding", 400)
INVALID = code("invalid", 422)
CROSS_SITE = code("cross_site", 403)
TOO_MANY_REQUESTS = code("too_many_requests", 429)
INTERNAL = code("internal", 500)
UNAVAILABLE = code("unavailable", 503)
BUSY = code("busy", 503)
STORAGE_FULL = code("storage_full", 503)
