"""Property tests find the same examples every time; `make soak` draws new and more of them."""

from __future__ import annotations

import os

from hypothesis import HealthCheck, settings

EXAMPLES = int(os.environ.get("GEMBA_PROPERTY_EXAMPLES") or (20_000 if os.environ.get("GEMBA_SOAK") else 0))

settings.register_profile("same", deadline=None, derandomize=True, database=None, max_examples=100)
settings.register_profile(
    "long",
    deadline=None,
    database=None,
    max_examples=EXAMPLES or 100,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("long" if EXAMPLES else "same")
