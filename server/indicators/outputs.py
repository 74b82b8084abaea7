"""What happens to core outputs: three to five for a job, agreed by its head and its supervisor."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from server.foundation.db import session
from server.foundation.ids import JobId
from server.foundation.problems import NOT_FOUND, Problem
from server.foundation.web import Actor
from server.indicators import standing
from server.indicators.floor import telling
from server.indicators.library_models import (
    OUTPUTS_MAX,
    OUTPUTS_MIN,
    CoreOutput,
    OutputAgreement,
    OutputIndicator,
    Side,
)
from server.indicators.models import IndicatorVersion, VersionState
from server.indicators.problems import INFLUENCE_SAME_PERSON, OUTPUT_UNKNOWN, OUTPUTS_COUNT, OUTPUTS_HELD
from server.people.models import Job
from server.policy import Action


def write(job_id: UUID, wanted: Sequence[dict[str, Any]], *, by: Actor, now: datetime) -> None:
    """Say what a job is there for. What both sides agreed to no longer stands once the words differ. Raises Problem
    `not_found`, `not_allowed`, `output_unknown`, `outputs_held` for another than HR who takes away what both sides
    agreed to or what an approved indicator hangs on, or who changes what others agreed to.
    """
    standing.require_job(by, Action.CORE_OUTPUT_WRITE, [job_id], now=now)
    _job(job_id)
    held = {one.id: one for one in of_job(job_id)}
    before = [(one.name_zh, one.name_en) for one in held.values()]
    kept = [one["id"] for one in wanted if one.get("id") is not None]
    if len(set(kept)) != len(kept) or not set(kept) <= set(held):
        raise Problem(OUTPUT_UNKNOWN)
    gone = set(held) - set(kept)
    differs = before != [(one["name_zh"], one["name_en"]) for one in wanted]
    if (differs or gone) and not standing.is_hr(by, now=now):
        _free(job_id, gone, by)
    for one_gone in gone:
        session().execute(sa.delete(CoreOutput).where(CoreOutput.id == one_gone))
    for position, one in enumerate(wanted, start=1):
        output = held.get(one["id"]) if one.get("id") is not None else None
        if output is None:
            output = CoreOutput(job_id=JobId(job_id))
            session().add(output)
        output.position, output.name_zh, output.name_en = position, one["name_zh"], one["name_en"]
    if differs:
        session().execute(sa.delete(OutputAgreement).where(OutputAgreement.job_id == job_id))
        telling.tell_of_jobs([job_id], now)
    session().flush()  # the answer is read from the rows


def _free(job_id: UUID, gone: Collection[UUID], by: Actor) -> None:
    """Pass where these outputs may go, and the words of all may differ, without HR."""
    agreed = session().execute(sa.select(OutputAgreement).where(OutputAgreement.job_id == job_id)).scalars().all()
    both = len(agreed) == len(Side)
    if both and (gone or all(one.person_id != by.person_id for one in agreed)):
        raise Problem(OUTPUTS_HELD)
    query = (
        sa.select(OutputIndicator.core_output_id)
        .join(IndicatorVersion, IndicatorVersion.indicator_id == OutputIndicator.indicator_id)
        .where(OutputIndicator.core_output_id.in_(gone), IndicatorVersion.state == VersionState.APPROVED)
    )
    if session().execute(query.limit(1)).first() is not None:
        raise Problem(OUTPUTS_HELD)


def agree(job_id: UUID, side: Side, *, by: Actor, now: datetime) -> None:
    """Agree, for one side. Raises Problem `not_found`, `not_allowed`, `outputs_count` unless there are three to five,
    `influence_same_person` when the same person spoke for the other side.
    """
    standing.speaks_for(by, Action.CORE_OUTPUT_AGREE, job_id, side, now=now)
    _job(job_id)
    count = len(of_job(job_id))
    if not OUTPUTS_MIN <= count <= OUTPUTS_MAX:
        raise Problem(OUTPUTS_COUNT, count=count, min=OUTPUTS_MIN, max=OUTPUTS_MAX)
    held = session().execute(sa.select(OutputAgreement).where(OutputAgreement.job_id == job_id)).scalars().all()
    if any(one.side != side and one.person_id == by.person_id for one in held):
        raise Problem(INFLUENCE_SAME_PERSON)
    if any(one.side == side for one in held):  # agreed already: the first one stands
        return
    session().add(OutputAgreement(job_id=JobId(job_id), side=side.value, person_id=by.person_id, agreed_at=now))
    session().flush()  # the answer is read from the rows


def of_job(job_id: UUID) -> Sequence[CoreOutput]:
    """A job's core outputs, in order."""
    query = sa.select(CoreOutput).where(CoreOutput.job_id == job_id).order_by(CoreOutput.position)
    return session().execute(query).scalars().all()


def _job(job_id: UUID) -> Job:
    job = session().execute(sa.select(Job).where(Job.id == job_id)).scalar_one_or_none()
    if job is None:
        raise Problem(NOT_FOUND)
    return job
