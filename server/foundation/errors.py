"""Every error leaves as `application/problem+json`, in the user's language, without internals."""

import sqlite3
from http import HTTPStatus
from typing import Any, Final

import orjson
from flask import Flask, Response, g, request
from sqlalchemy.exc import DataError, DBAPIError, IntegrityError, PendingRollbackError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from werkzeug.exceptions import HTTPException

from server.foundation import problems
from server.foundation.db import is_transient
from server.foundation.locales import Language, say
from server.foundation.log import log, where
from server.foundation.problems import Problem

MEDIA_TYPE: Final = "application/problem+json"
RETRY_AFTER_S: Final = 5
_BY_STATUS: Final = {
    400: problems.BAD_REQUEST,
    401: problems.AUTH_REQUIRED,
    403: problems.NOT_ALLOWED,
    404: problems.NOT_FOUND,
    405: problems.METHOD_NOT_ALLOWED,
    406: problems.NOT_ACCEPTABLE,
    409: problems.CONFLICT,
    412: problems.PRECONDITION_FAILED,
    413: problems.TOO_LARGE,
    415: problems.UNSUPPORTED_MEDIA,
    422: problems.INVALID,
    429: problems.TOO_MANY_REQUESTS,
}
_FULL_STATES: Final = frozenset({"53100"})
_FULL_NAMES: Final = ("SQLITE_FULL", "SQLITE_IOERR")
# Takes no write just now (a stand-by that was not promoted), or holds damaged pages: no edit's fault.
_AWAY_STATES: Final = frozenset({"25006", "XX001", "XX002"})
_DAMAGED_NAMES: Final = ("SQLITE_CORRUPT", "SQLITE_NOTADB")
# SQLAlchemy's code for a transaction whose connection went away beneath it.
_CONNECTION_LOST: Final = "8s2b"
_AWAY_NAMES: Final = ("SQLITE_CANTOPEN", "SQLITE_READONLY", *_DAMAGED_NAMES)


def language() -> Language:
    """Return the language of this request: Chinese unless English is preferred."""
    match = request.accept_languages.best_match(["zh-CN", "zh", "en"], default="zh-CN")
    return "en" if match == "en" else "zh-CN"


def answer(problem: Problem) -> Response:
    """Write a problem as its answer."""
    code = problem.code
    body = {
        "type": f"/problems/{code.name}",
        "title": say(f"problem_{code.name}", language(), problem.params),
        "status": code.status,
        "code": code.name,
        "params": problem.params,
        "errors": [{"pointer": e.pointer, "code": e.code, "params": dict(e.params)} for e in problem.errors],
        "request_id": g.get("request_id", ""),
    }
    g.problem_code = code.name
    made = Response(orjson.dumps(body, default=str), status=code.status, mimetype=MEDIA_TYPE)
    made.headers["Content-Language"] = language()
    retry_after_s = problem.retry_after_s or (RETRY_AFTER_S if code.status in (429, 503) else None)
    if retry_after_s is not None:
        made.headers["Retry-After"] = str(retry_after_s)
    return made


def register(app: Flask) -> None:
    """Answer every exception; only a bug becomes 500."""
    app.register_error_handler(Problem, answer)
    app.register_error_handler(HTTPException, _http_error)
    app.register_error_handler(SQLAlchemyError, _database_error)
    app.register_error_handler(Exception, _bug)


def _http_error(error: HTTPException) -> Response:
    status = error.code or 500
    if 300 <= status < 400:  # a redirect to the canonical path
        return Response(status=status, headers=dict(error.get_headers()))
    fallback = problems.BAD_REQUEST if status < 500 else problems.INTERNAL
    made = answer(Problem(_BY_STATUS.get(status, fallback)))
    allow = dict(error.get_headers()).get("Allow")
    if status == HTTPStatus.METHOD_NOT_ALLOWED and allow:
        made.headers["Allow"] = allow
    return made


def problem_of(error: SQLAlchemyError) -> Problem | None:
    """Translate a database error that is nobody's bug; None for the others."""
    if isinstance(error, PoolTimeout):
        return Problem(problems.BUSY)
    if isinstance(error, PendingRollbackError) and error.code == _CONNECTION_LOST:
        return Problem(problems.UNAVAILABLE)
    if not isinstance(error, DBAPIError):
        return None
    state = getattr(error.orig, "sqlstate", None) or ""
    name = getattr(error.orig, "sqlite_errorname", None) or ""
    if state in _FULL_STATES or name.startswith(_FULL_NAMES):
        return Problem(problems.STORAGE_FULL)
    if is_transient(error) or state == "57014":
        return Problem(problems.BUSY)
    if (
        error.connection_invalidated
        or state[:2] in ("08", "53", "57", "58")
        or state in _AWAY_STATES
        or _is_away(error)
    ):
        return Problem(problems.UNAVAILABLE)
    if isinstance(error, DataError):
        return Problem(problems.INVALID)
    return None


def _is_away(error: DBAPIError) -> bool:
    original: Any = error.orig
    name = getattr(original, "sqlite_errorname", None) or ""
    if name.startswith(_AWAY_NAMES):
        return True
    # psycopg reports a refused or cut connection as OperationalError without a state.
    operational = type(original).__name__ == "OperationalError"
    return operational and not isinstance(original, sqlite3.Error) and original.sqlstate is None


def _database_error(error: SQLAlchemyError) -> Response:
    problem = problem_of(error)
    if isinstance(error, IntegrityError):
        # Two requests at once; whoever comes second is told, by name where a service looks first.
        log().warning("database.refused", error=type(error).__name__, where=where(error))
        return answer(Problem(problems.CONFLICT))
    if problem is None:
        return _bug(error)
    if _is_damaged(error):
        log().error("database.damaged", error=type(error).__name__, where=where(error))
    else:
        log().warning("database.failed", code=problem.code.name, error=type(error).__name__)
    return answer(problem)


def _is_damaged(error: SQLAlchemyError) -> bool:
    original = getattr(error, "orig", None)
    state = getattr(original, "sqlstate", None) or ""
    name = getattr(original, "sqlite_errorname", None) or ""
    return state in ("XX001", "XX002") or name.startswith(_DAMAGED_NAMES)


def _bug(error: Exception) -> Response:
    # The text of an exception may hold what a person typed: the place says enough to find it.
    log().error("request.bug", error=type(error).__name__, where=where(error))
    return answer(Problem(problems.INTERNAL))
