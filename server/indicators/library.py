"""What is read of the library: versions with what they hang on, answers, and what is missing before approval."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from server.foundation.db import session
from server.indicators.difference import FIELDS
from server.indicators.library_models import (
    OUTPUTS_MAX,
    OUTPUTS_MIN,
    CoreOutput,
    Influence,
    InfluenceAnswer,
    OutputAgreement,
    OutputIndicator,
    Side,
)
from server.indicators.models import Indicator, IndicatorVersion, SetLine, VersionState
from server.indicators.smart import Finding, check, plain
from server.people.models import Job

WORDING = (*FIELDS, "bands", "anchors")


def indicator(indicator_id: UUID) -> Indicator | None:
    """An indicator of this plant."""
    return session().execute(sa.select(Indicator).where(Indicator.id == indicator_id)).scalar_one_or_none()


def version(version_id: UUID, *, lock: bool = False) -> IndicatorVersion | None:
    """A version; with `lock` its row is kept for this unit of work."""
    query = sa.select(IndicatorVersion).where(IndicatorVersion.id == version_id)
    return session().execute(query.with_for_update() if lock else query).scalar_one_or_none()


def versions(indicator_ids: Collection[UUID] | None = None) -> dict[UUID, list[IndicatorVersion]]:
    """Indicator -> its versions, the newest first."""
    query = sa.select(IndicatorVersion).order_by(IndicatorVersion.number.desc())
    if indicator_ids is not None:
        query = query.where(IndicatorVersion.indicator_id.in_(indicator_ids))
    found: dict[UUID, list[IndicatorVersion]] = {}
    for one in session().execute(query).scalars():
        found.setdefault(one.indicator_id, []).append(one)
    return found


def outputs_of(indicator_ids: Collection[UUID] | None = None) -> dict[UUID, list[CoreOutput]]:
    """Indicator -> the core outputs that it hangs on."""
    query = (
        sa.select(OutputIndicator.indicator_id, CoreOutput)
        .join(CoreOutput, CoreOutput.id == OutputIndicator.core_output_id)
        .order_by(CoreOutput.job_id, CoreOutput.position)
    )
    if indicator_ids is not None:
        query = query.where(OutputIndicator.indicator_id.in_(indicator_ids))
    found: dict[UUID, list[CoreOutput]] = {}
    for indicator_id, output in session().execute(query):
        found.setdefault(indicator_id, []).append(output)
    return found


def answers_to(version_ids: Collection[UUID]) -> dict[UUID, list[InfluenceAnswer]]:
    """Version -> every answer about it, also those that stand no longer, the oldest first."""
    query = sa.select(InfluenceAnswer).where(InfluenceAnswer.indicator_version_id.in_(version_ids))
    order = (InfluenceAnswer.job_id, InfluenceAnswer.side, InfluenceAnswer.answered_at, InfluenceAnswer.id)
    found: dict[UUID, list[InfluenceAnswer]] = {}
    for one in session().execute(query.order_by(*order)).scalars():
        found.setdefault(one.indicator_version_id, []).append(one)
    return found


def set_codes(version_ids: Collection[UUID]) -> dict[UUID, list[str]]:
    """Version -> codes of the sets that hold it."""
    query = sa.select(SetLine.indicator_version_id, SetLine.category).where(
        SetLine.indicator_version_id.in_(version_ids)
    )
    found: dict[UUID, list[str]] = {}
    for version_id, code in session().execute(query.order_by(SetLine.category)):
        found.setdefault(version_id, []).append(code)
    return found


def jobs() -> Sequence[Job]:
    """Every job, by code."""
    return session().execute(sa.select(Job).order_by(Job.code)).scalars().all()


def approved(held: Sequence[IndicatorVersion]) -> IndicatorVersion | None:
    """The version in force, of some with the newest first: the newest that was approved. Where that one is retired none
    is: an older one does not come back by itself.
    """
    settled = next((one for one in held if one.state in (VersionState.APPROVED, VersionState.RETIRED)), None)
    return settled if settled is not None and settled.state == VersionState.APPROVED else None


def wording_of(one: IndicatorVersion) -> dict[str, Any]:
    """What a version says, with numbers as a form has them."""
    found = {name: getattr(one, name) for name in WORDING}
    for name in ("target", "threshold"):
        found[name] = None if found[name] is None else plain(found[name])
    return found


@dataclass(frozen=True, slots=True)
class Standing:
    """A job with its core outputs, as far as it is ready to be judged: how many there are, and who agreed to them."""

    job: Job
    outputs: int
    agreed: frozenset[str]

    @property
    def both_agreed(self) -> bool:
        """Whether both sides stand by the outputs as they are."""
        return self.agreed >= {side.value for side in Side}


def standings() -> dict[UUID, Standing]:
    """Every job by its id."""
    counted = sa.select(CoreOutput.job_id, sa.func.count()).group_by(CoreOutput.job_id)
    counts: dict[UUID, int] = {row[0]: row[1] for row in session().execute(counted)}
    agreed: dict[UUID, set[str]] = {}
    for row in session().execute(sa.select(OutputAgreement.job_id, OutputAgreement.side)):
        agreed.setdefault(row.job_id, set()).add(row.side)
    return {job.id: Standing(job, counts.get(job.id, 0), frozenset(agreed.get(job.id, ()))) for job in jobs()}


def missing(
    one: IndicatorVersion,
    outputs: Sequence[CoreOutput],
    answers: Sequence[InfluenceAnswer],
    held: Mapping[UUID, Standing],
) -> list[Finding]:
    """What stands between a version and its approval: the check, a core output, and for every job that it hangs on
    three to five outputs with both agreements, and both answers.
    """
    found = check(wording_of(one))
    if not outputs:
        found.append(Finding("orphan"))
    for job_id in dict.fromkeys(output.job_id for output in outputs):
        found += [*_not_agreed(held[job_id]), *unanswered(held[job_id].job, answers)]
    return found


def _not_agreed(job: Standing) -> Iterator[Finding]:
    named = {"job_zh": job.job.name_zh, "job_en": job.job.name_en}
    if not OUTPUTS_MIN <= job.outputs <= OUTPUTS_MAX:
        yield Finding("outputs_count", named | {"count": job.outputs, "min": OUTPUTS_MIN, "max": OUTPUTS_MAX})
    for side in Side:
        if side.value not in job.agreed:
            yield Finding("outputs_not_agreed", named | {"side": side.value})


def unanswered(job: Job, answers: Sequence[InfluenceAnswer]) -> list[Finding]:
    """Which side of a job has not said that it can influence it, or says that it cannot."""
    found = []
    for side in Side:
        said = [
            one.answer for one in answers if one.job_id == job.id and one.side == side.value and one.ended_at is None
        ]
        params = {"side": side.value, "job_zh": job.name_zh, "job_en": job.name_en}
        if not said:
            found.append(Finding("influence_missing", params))
        elif Influence.NO in said:  # whoever else of the side says otherwise: it is talked about first
            found.append(Finding("influence_no", params))
    return found
