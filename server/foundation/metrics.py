"""Counters for the operator, in Prometheus' text form at /metrics."""

import os
from typing import Final

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Histogram,
    generate_latest,
    multiprocess,
)

from server.foundation.counting import MULTIPROCESS

METHODS: Final = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
SHARED: Final = MULTIPROCESS in os.environ  # noqa: TID251 (the library's own variable)
"""Whether several processes count together; the library made the same choice a moment ago, once and for all."""
registry = CollectorRegistry()
_requests = Counter(
    "gemba_requests_total",
    "Answers by route and status.",
    ("method", "route", "status"),
    registry=registry,
)
_seconds = Histogram(
    "gemba_request_seconds",
    "Time to answer.",
    ("route",),
    registry=registry,
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10),
)
login_failures = Counter("gemba_login_failures_total", "Refused logins.", registry=registry)


def observe(method: str, route: str, status: int, elapsed_s: float) -> None:
    """Count one answer. Routes are rules, never paths: a path could hold an id."""
    _requests.labels(method if method in METHODS else "other", route, str(status)).inc()
    _seconds.labels(route).observe(elapsed_s)


def exposition() -> bytes:
    """Return the counters as text: those of all server processes where `gemba serve` runs several."""
    if not SHARED:
        return generate_latest(registry)
    whole = CollectorRegistry()
    multiprocess.MultiProcessCollector(whole)  # type: ignore[no-untyped-call]
    return generate_latest(whole)
