"""Structured logs: one JSON line, allow-listed keys only. Never a name, score, comment or token."""

import logging
from typing import Any, Final

import structlog

ALLOWED: Final = frozenset(
    {
        "event",
        "level",
        "timestamp",
        "request_id",
        "tenant_id",
        "actor_id",
        "device_id",
        "session_id",
        "method",
        "route",
        "status",
        "code",
        "ms",
        "error",
        "where",
        "count",
        "attempt",
        "reason",
        "mutation",
        "version",
        "directive",
        "port",
    }
)


def configure(level: str) -> None:
    """Write JSON lines to standard output from `level` up."""
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            drop_unlisted,
            structlog.processors.JSONRenderer(),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelName(level)),
        logger_factory=structlog.PrintLoggerFactory(),
        cache_logger_on_first_use=False,
    )


def drop_unlisted(_logger: Any, _method: str, line: Any) -> Any:
    """Keep the keys that were judged harmless."""
    return {key: value for key, value in line.items() if key in ALLOWED}


def log() -> Any:
    """Return the logger; call it with an event `noun.verb` and allow-listed keys."""
    return structlog.get_logger()


def where(error: BaseException) -> str:
    """Name the last place in our own code of an exception: file and line, without its text.

    The text may hold values that a person typed (a database driver prints the row).
    """
    trace = error.__traceback__
    place = "unknown"
    while trace is not None:
        name = trace.tb_frame.f_code.co_filename
        if "/server/" in name or "/sync/" in name or place == "unknown":
            place = f"{name.rsplit('/', 2)[-2]}/{name.rsplit('/', 1)[-1]}:{trace.tb_lineno}"
        trace = trace.tb_next
    return place
