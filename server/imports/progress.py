"""How far a job is, where another connection can read it, and whether anybody is still at work."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

import sqlalchemy as sa
from flask import current_app

from server.foundation import clock
from server.foundation.aside import aside
from server.foundation.db import current_tenant, tenant_context
from server.imports.models import AT_WORK, ImportJob, Phase, State

SILENT: Final = timedelta(minutes=2)
"""Without a sign of life for so long a job is told as interrupted. What it does is all or nothing in any case."""
BEAT_S: Final = 0.5
ALIVE_S: Final = 10.0


class Progress:
    """Tells of one job. `token`: only of the process that was given it."""

    def __init__(self, import_id: UUID, token: str) -> None:
        self._of = sa.and_(ImportJob.id == import_id, ImportJob.token == token)
        self._phase = Phase.NONE
        self._done = 0
        self._total = 0
        self._told_at = 0.0

    def begin(self, phase: Phase, total: int) -> None:
        """Begin another phase."""
        self._phase, self._done, self._total = phase, 0, total
        self._tell()

    def step(self, count: int) -> None:
        """Tell that so much more was done; written down now and then."""
        self._done += count
        if time.monotonic() - self._told_at >= BEAT_S:
            self._tell()

    def _tell(self) -> None:
        self._told_at = time.monotonic()
        told = {"phase": self._phase.value, "done": self._done, "total": self._total, "beat_at": clock.now()}
        aside(sa.update(ImportJob).where(self._of).values(told).execution_options(synchronize_session=False))


@contextmanager
def beating(import_id: UUID, token: str) -> Iterator[None]:
    """Give signs of life from a thread of their own: a file may be read for long before there is a row to count."""
    app, plant, over = current_app._get_current_object(), current_tenant(), threading.Event()  # type: ignore[attr-defined]
    of = sa.and_(ImportJob.id == import_id, ImportJob.token == token)

    def beat() -> None:
        while not over.wait(ALIVE_S):
            with app.app_context(), tenant_context(plant):
                aside(sa.update(ImportJob).where(of).values(beat_at=clock.now()))

    thread = threading.Thread(target=beat, daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


def is_silent(job: ImportJob, now: datetime) -> bool:
    """Whether whoever was at work on it seems to be gone."""
    return State(job.state) in AT_WORK and (job.beat_at is None or now - job.beat_at > SILENT)


Step = Callable[[int], None]
