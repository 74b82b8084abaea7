"""What machines ask: alive, ready, figures, and reports of content that the policy refused."""

import shutil
from ipaddress import ip_address, ip_network
from typing import Any, Final

import sqlalchemy as sa
from flask import Blueprint, Response, current_app, jsonify, request
from sqlalchemy.exc import SQLAlchemyError

from server.foundation import metrics, migrate
from server.foundation.body import load_json
from server.foundation.db import db
from server.foundation.log import log
from server.foundation.problems import NOT_FOUND, UNAVAILABLE, Problem
from server.foundation.settings import settings_of

FREE_MIN_BYTES: Final = 100 * 1024 * 1024
_DIRECTIVES: Final = frozenset(
    {
        *("base-uri", "connect-src", "default-src", "font-src", "form-action", "frame-ancestors"),
        *("img-src", "manifest-src", "media-src", "script-src", "script-src-elem"),
        *("script-src-attr", "style-src", "style-src-elem", "style-src-attr", "worker-src"),
        *("require-trusted-types-for", "trusted-types"),
    }
)
doors = Blueprint("health", __name__)


@doors.get("/healthz")
def alive() -> Any:
    """The process answers."""
    return jsonify(status="ok")


@doors.get("/readyz")
def ready() -> Any:
    """The database takes writes, is of this release, and has room."""
    wrong = _what_is_wrong()
    if wrong:
        raise Problem(UNAVAILABLE, reasons=wrong)
    return jsonify(status="ready")


def _what_is_wrong() -> list[str]:
    wrong = []
    path = settings_of(current_app).sqlite_path
    try:
        if path is not None and shutil.disk_usage(path.parent).free < FREE_MIN_BYTES:
            wrong.append("storage_low")
        with db.engine.connect().execution_options(begin="IMMEDIATE") as connection:
            if migrate.current(connection) != migrate.head():
                return [*wrong, "revision"]
            # A write that changes nothing, committed: a full or read-only disk shows here.
            connection.execute(sa.text("UPDATE alembic_version SET version_num = version_num"))
            connection.commit()
    except (SQLAlchemyError, OSError):
        wrong.append("database")
    return wrong


@doors.get("/metrics")
def figures() -> Any:
    """Counters for Prometheus, for the operator's networks alone."""
    networks = settings_of(current_app).metrics_networks
    try:
        address = ip_address(request.remote_addr or "")
    except ValueError as error:
        raise Problem(NOT_FOUND) from error
    if not any(address in ip_network(network) for network in networks):
        raise Problem(NOT_FOUND)
    return Response(metrics.exposition(), mimetype="text/plain")


@doors.post("/api/csp-report")
def refused_content() -> Any:
    """Take a browser's report. Kept: which rule was broken, never what the page said."""
    log().warning("content.refused", directive=_directive(request.get_data()))
    return Response(status=204)


def _directive(data: bytes) -> str:
    try:
        report = load_json(data)
    except Problem:
        return "unreadable"
    if isinstance(report, list) and report:
        report = report[0]
    inner = report.get("csp-report") or report.get("body") if isinstance(report, dict) else None
    if not isinstance(inner, dict):
        return "unreadable"
    named = inner.get("effective-directive") or inner.get("effectiveDirective")
    return named if isinstance(named, str) and named in _DIRECTIVES else "other"
