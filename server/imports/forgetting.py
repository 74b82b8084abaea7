"""Files that nobody applied: they hold what a plant knows of its people, and are not kept for longer than is of use."""

from datetime import datetime, timedelta
from typing import Final

import sqlalchemy as sa

from server.foundation.db import session
from server.imports.models import ImportFile, ImportJob, State
from server.imports.problems import IMPORT_FORGOTTEN

KEPT: Final = timedelta(days=7)


def _old(now: datetime) -> sa.Select[ImportJob]:
    has_files = sa.exists().where(ImportFile.import_id == ImportJob.id)
    query = sa.select(ImportJob).where(ImportJob.created_at < now - KEPT, ImportJob.applied_at.is_(None), has_files)
    # A process that was killed left it at work; one of so long ago is not.
    return query.where(sa.or_(ImportJob.beat_at.is_(None), ImportJob.beat_at < now - timedelta(hours=1)))


def is_due(now: datetime) -> bool:
    """Whether there is anything to forget."""
    return session().execute(_old(now).limit(1)).first() is not None


def forget(now: datetime) -> None:
    """Delete files of imports that were not applied within a week; inside a unit of work."""
    for job in session().execute(_old(now).with_for_update()).scalars().all():
        session().execute(sa.delete(ImportFile).where(ImportFile.import_id == job.id))
        job.state, job.failure, job.failure_params = State.FAILED.value, IMPORT_FORGOTTEN.name, {"days": KEPT.days}
