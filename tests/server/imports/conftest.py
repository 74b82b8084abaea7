"""What tests of imports share: records as reading makes them, and an import from files to rows."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from flask import Flask

from server.foundation import clock
from server.foundation.db import db, session, tenant_context, unit_of_work
from server.foundation.problems import Problem
from server.imports import consent, queries, runs, service
from server.imports.models import ImportJob
from server.imports.phones import Choice

PLANT = Path(__file__).resolve().parents[2] / "plant"


def sample() -> list[tuple[str, bytes]]:
    """The files of the sample plant."""
    return [(one.name, one.read_bytes()) for one in sorted(PLANT.glob("*.csv"))]


class Office:
    """HR's office of one plant: brings files in and takes them back, by the steps that commands and doors use."""

    def __init__(self, app: Flask, tenant_id: Any) -> None:
        self._app, self._tenant_id = app, tenant_id

    def inside(self, work: Callable[[], Any]) -> Any:
        """Do something in the plant."""
        with self._app.app_context(), tenant_context(self._tenant_id):
            try:
                return work()
            finally:
                db.session.remove()

    def preview(self, *files: tuple[str, str | bytes], **options: Any) -> ImportJob:
        """Bring files in as far as their preview."""
        many = [(name, one.encode() if isinstance(one, str) else one) for name, one in files]
        asked = {"since": None, "complete": False, "by": None} | options

        def work() -> ImportJob:
            job_id, token = unit_of_work(lambda: (lambda made: (made.id, made.token))(service.create(many, **asked)))
            runs.run(job_id, token)
            return self._read(job_id)

        return self.inside(work)  # type: ignore[no-any-return]

    def _read(self, job_id: UUID) -> ImportJob:
        job = queries.job(job_id)
        assert job is not None
        session().close()
        return job

    def job(self, job_id: UUID) -> ImportJob:
        """An import as it stands."""
        return self.inside(lambda: self._read(job_id))  # type: ignore[no-any-return]

    def apply(self, job: ImportJob, choice: Choice | None = None) -> ImportJob:
        """Apply it, saying whatever has to be said. Raises Problem where it may not even begin."""

        def begin() -> str:
            held = queries.job(job.id, lock=True)
            assert held is not None
            said = consent.Asked(consent.preview_of(held), choice, held.options.get("leaving"), is_admin=True)
            return service.start_applying(held, said, by=None, now=clock.now())

        def work() -> ImportJob:
            token = unit_of_work(begin)
            runs.run(job.id, token)
            return self._read(job.id)

        return self.inside(work)  # type: ignore[no-any-return]

    def bring_in(self, *files: tuple[str, str | bytes], **options: Any) -> ImportJob:
        """Preview and apply."""
        choice = options.pop("choice", None)
        job = self.preview(*files, **options)
        assert job.state == "ready", (job.state, job.failure)
        return self.apply(job, choice)

    def undo(self, job: ImportJob) -> ImportJob:
        """Take it back."""

        def begin() -> str:
            held = queries.job(job.id, lock=True)
            assert held is not None
            return service.start_undoing(held, by=None, is_admin=True, now=clock.now())

        def work() -> ImportJob:
            token = unit_of_work(begin)
            runs.run(job.id, token)
            return self._read(job.id)

        return self.inside(work)  # type: ignore[no-any-return]

    def parts(self, job: ImportJob, what: Any) -> list[Any]:
        """All findings or changes of a preview."""
        return self.inside(lambda: queries.parts(job.id, what))  # type: ignore[no-any-return]

    def refused(self, work: Callable[[], Any]) -> str:
        """The code of the problem that something ends in."""
        with pytest.raises(Problem) as told:
            work()
        return told.value.code.name


@pytest.fixture
def office(app: Flask, cast: Any) -> Office:
    """The office of plant "north"."""
    return Office(app, cast.tenant_id)
