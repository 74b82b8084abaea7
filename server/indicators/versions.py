"""What happens to versions: drafted, proposed, sent back, approved, retired. Each runs inside a unit of work."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from server.foundation.db import session
from server.foundation.ids import IndicatorId, JobId, PersonId
from server.foundation.problems import NOT_ALLOWED, NOT_FOUND, FieldError, Problem
from server.foundation.web import Actor
from server.indicators import library, sets, standing
from server.indicators.floor import telling
from server.indicators.library_models import CoreOutput, Influence, InfluenceAnswer, OutputIndicator, Side
from server.indicators.models import VALUE_PLACES, Indicator, IndicatorVersion, Scale, Tier, VersionState
from server.indicators.problems import (
    INDICATOR_CODE_TAKEN,
    INFLUENCE_SAME_PERSON,
    INFLUENCE_UNASKED,
    INFLUENCE_WORDS,
    OUTPUT_UNKNOWN,
    RETURN_REASON,
    VERSION_CHANGED,
    VERSION_IN_USE,
    VERSION_INCOMPLETE,
    VERSION_NOT_APPROVED,
    VERSION_NOT_OPEN,
    VERSION_NOT_PROPOSED,
    VERSION_UNDER_WAY,
)
from server.indicators.smart import Finding
from server.policy import Action, Relation

OPEN = (VersionState.DRAFT, VersionState.PROPOSED)
ABOUT = tuple(name for name in library.WORDING if name not in ("short_zh", "short_en", "frequency"))
"""What a side answers about: with another of these, the answers on influence are asked for again. Whether a job can
influence it hangs on how high the target is, too.
"""


def draft(
    code: str,
    tier: Tier,
    output_ids: Collection[UUID],
    wording: Mapping[str, Any],
    reason: str,
    *,
    by: Actor,
    now: datetime,
) -> IndicatorVersion:
    """Note a new indicator as a draft. Raises Problem `not_allowed`, `output_unknown`, `indicator_code_taken`."""
    _outputs(output_ids, by=by, now=now)
    if tier is not Tier.ALL and not standing.is_hr(by, now=now):
        raise Problem(NOT_ALLOWED)
    if session().execute(sa.select(Indicator.id).where(Indicator.code == code)).first() is not None:
        raise Problem(INDICATOR_CODE_TAKEN, name=code)
    made = Indicator(code=code, tier=tier.value)
    session().add(made)
    session().flush()  # the version's row refers to it
    _hang(made.id, output_ids)
    return _add(made.id, 1, wording, reason, by)


def next_version(indicator_id: UUID, reason: str, *, by: Actor, now: datetime) -> IndicatorVersion:
    """Begin the next version as a copy of the newest. Raises Problem `not_found`, `not_allowed`, `version_under_way`."""
    held = _held(indicator_id, by=by, now=now)
    newest = library.versions([held.id])[held.id][0]
    if newest.state in OPEN:
        raise Problem(VERSION_UNDER_WAY, number=newest.number)
    return _add(held.id, newest.number + 1, library.wording_of(newest), reason, by)


def edit(
    version_id: UUID, seen: int, wording: Mapping[str, Any], reason: str, *, by: Actor, now: datetime
) -> IndicatorVersion:
    """Say something else in a draft or proposal; another than HR takes a proposal back by it, to hand it in again.
    Raises Problem `not_found`, `not_allowed`, `version_not_open`, `version_changed` for whoever has not seen what
    stands there.
    """
    one = _mine(version_id, by=by, now=now)
    if one.state not in OPEN:
        raise Problem(VERSION_NOT_OPEN, number=one.number)
    _unchanged(one, seen)
    if any(_stored(name, wording) != getattr(one, name) for name in ABOUT):
        _ask_again(one, now)
    _write(one, wording)
    one.reason, one.revision = reason, one.revision + 1
    if one.state == VersionState.PROPOSED and not standing.is_hr(by, now=now):
        one.state = VersionState.DRAFT.value
        telling.tell_of_version(one.id)
    return one


def place(indicator_id: UUID, tier: Tier, output_ids: Collection[UUID], *, by: Actor, now: datetime) -> Indicator:
    """Hang an indicator on core outputs and say who finds it. Who finds it is HR's to say, and once a version was
    approved, so is the place. Raises Problem `not_found`, `not_allowed`, `output_unknown`, `influence_unasked` for a
    job whose sides were not asked about what is in force.
    """
    held = _held(indicator_id, by=by, now=now)
    many = library.versions([held.id])[held.id]
    settled = tier != held.tier or any(one.state not in OPEN for one in many)
    if settled and not standing.is_hr(by, now=now):
        raise Problem(NOT_ALLOWED)
    _outputs(output_ids, by=by, now=now)
    hung = library.outputs_of([held.id]).get(held.id, [])
    _outputs(
        {one.id for one in hung} - set(output_ids), by=by, now=now
    )  # nobody takes it from a job that is not theirs
    session().execute(sa.delete(OutputIndicator).where(OutputIndicator.indicator_id == held.id))
    _hang(held.id, output_ids)
    held.tier = tier.value
    if many[0].state in OPEN:  # who has read it has read of another place
        many[0].revision += 1
    session().flush()  # the jobs that it serves now are read back
    now_hung = library.outputs_of([held.id]).get(held.id, [])
    _asked(many, {one.job_id for one in now_hung} - {one.job_id for one in hung})
    telling.tell_of_jobs({one.job_id for one in (*hung, *now_hung)}, now)
    return held


def _asked(many: Sequence[IndicatorVersion], new_jobs: Collection[UUID]) -> None:
    """Pass where both sides of each new job answered about what is in force, or will be before the next version is.
    What was brought in from a file was answered by nobody: the first place is given freely, and what is missing shown.
    """
    in_force = library.approved(many)
    if in_force is None or in_force.approved_by_id is None or many[0].state in OPEN:
        return
    answers = library.answers_to([in_force.id]).get(in_force.id, [])
    jobs = library.standings()
    for job_id in new_jobs:
        found = library.unanswered(jobs[job_id].job, answers)
        if found:
            raise Problem(INFLUENCE_UNASKED, errors=as_errors(found))


def propose(version_id: UUID, *, by: Actor, now: datetime) -> IndicatorVersion:
    """Hand a draft in; gaps may be closed before it is approved. Raises Problem `not_found`, `not_allowed`,
    `version_not_open`.
    """
    one = _mine(version_id, by=by, now=now)
    if one.state != VersionState.DRAFT:
        raise Problem(VERSION_NOT_OPEN, number=one.number)
    one.state, one.proposed_at, one.returned = VersionState.PROPOSED.value, now, ""
    one.proposed_by_id = one.proposed_by_id or by.person_id
    telling.tell_of_version(one.id)
    return one


def send_back(version_id: UUID, reason: str, *, by: Actor, now: datetime) -> IndicatorVersion:
    """Make a proposal a draft again, with the reason, which is HR's word to a side that said no, too: when it is handed
    in again, both sides are asked again. Raises Problem `not_found`, `version_not_proposed`,
    `return_reason`.
    """
    one = _proposed(version_id, by=by, now=now)
    if not reason:
        raise Problem(RETURN_REASON)
    one.state, one.returned, one.revision = VersionState.DRAFT.value, reason, one.revision + 1
    _ask_again(one, now)
    telling.tell_of_version(one.id)
    return one


def approve(version_id: UUID, seen: int, valid_from: date | None, *, by: Actor, now: datetime) -> IndicatorVersion:
    """Approve a proposal; from `valid_from` the sets that hold an older version hold this one. Raises Problem
    `not_found`, `version_not_proposed`, `version_changed` for whoever has not read what stands there,
    `version_incomplete` with all that is missing.
    """
    one = _proposed(version_id, by=by, now=now)
    _unchanged(one, seen)
    outputs = library.outputs_of([one.indicator_id]).get(one.indicator_id, [])
    answers = library.answers_to([one.id]).get(one.id, [])
    found = library.missing(one, outputs, answers, library.standings())
    if found:
        raise Problem(VERSION_INCOMPLETE, errors=as_errors(found), count=len(found))
    one.state, one.approved_by_id, one.approved_at = VersionState.APPROVED.value, by.person_id, now
    session().flush()  # sets refer to what is approved
    telling.tell_of_version(one.id)
    if valid_from is not None:
        sets.renew(one, valid_from, now=now)
    return one


def retire(version_id: UUID, *, by: Actor, now: datetime) -> IndicatorVersion:
    """Take a version out of use; forms keep it. Raises Problem `not_found`, `version_not_approved`,
    `version_in_use` while a set of today or later holds it.
    """
    standing.demand(by, Action.INDICATOR_RETIRE, now=now)
    one = library.version(version_id, lock=True)
    if one is None:
        raise Problem(NOT_FOUND)
    if one.state != VersionState.APPROVED:
        raise Problem(VERSION_NOT_APPROVED, number=one.number)
    held_by = sets.in_use(one.id, now=now)
    if held_by:
        raise Problem(VERSION_IN_USE, count=len(held_by))
    one.state, one.retired_by_id, one.retired_at = VersionState.RETIRED.value, by.person_id, now
    telling.tell_of_version(one.id)
    return one


@dataclass(frozen=True)
class Answer:
    """What one side says about a job's influence. `revision`: the one of the version that it has read."""

    revision: int
    job_id: UUID
    side: Side
    answer: Influence
    words: str


def answer_influence(version_id: UUID, said: Answer, *, by: Actor, now: datetime) -> IndicatorVersion:
    """Answer "can this job influence it?". Raises Problem `not_found`, `not_allowed`, `version_not_open`,
    `version_changed` for whoever has not read what stands there, `influence_words` for "partly" and "no" without words, `influence_same_person`.
    """
    standing.speaks_for(by, Action.INFLUENCE_ANSWER, said.job_id, said.side, now=now)
    one = library.version(version_id, lock=True)
    if one is None or said.job_id not in {
        o.job_id for o in library.outputs_of([one.indicator_id]).get(one.indicator_id, [])
    }:
        raise Problem(NOT_FOUND)
    if one.state == VersionState.DRAFT and one.proposed_by_id != by.person_id:  # a draft is its author's
        raise Problem(NOT_FOUND)
    if one.state not in OPEN:
        raise Problem(VERSION_NOT_OPEN, number=one.number)
    _unchanged(one, said.revision)
    if said.answer is not Influence.YES and not said.words:
        raise Problem(INFLUENCE_WORDS)
    given = [
        held
        for held in library.answers_to([one.id]).get(one.id, [])
        if held.job_id == said.job_id and held.person_id == by.person_id and held.ended_at is None
    ]
    if any(held.side != said.side for held in given):
        raise Problem(INFLUENCE_SAME_PERSON)
    for held in given:
        held.ended_at = now
    session().add(
        InfluenceAnswer(
            indicator_version_id=one.id, job_id=JobId(said.job_id), side=said.side.value, answer=said.answer.value,
            words=said.words, person_id=by.person_id, answered_at=now,
        )
    )  # fmt: skip
    return one


def _ask_again(one: IndicatorVersion, now: datetime) -> None:
    for held in library.answers_to([one.id]).get(one.id, []):
        held.ended_at = held.ended_at or now


def as_errors(found: Collection[Finding]) -> list[FieldError]:
    """What is missing, as a problem tells it."""
    return [FieldError("", one.code, one.params) for one in found]


def _held(indicator_id: UUID, *, by: Actor, now: datetime) -> Indicator:
    held = library.indicator(indicator_id)
    relations = standing.demand(by, Action.INDICATOR_PROPOSE, now=now)
    if held is None or (held.tier == Tier.DESKS and relations.isdisjoint(standing.DESKS)):
        raise Problem(NOT_FOUND)
    jobs = {one.job_id for one in library.outputs_of([held.id]).get(held.id, [])}
    standing.require_job(by, Action.INDICATOR_PROPOSE, jobs, now=now)
    newest = library.versions([held.id])[held.id][0]
    own = newest.state in OPEN and newest.proposed_by_id == by.person_id
    if not jobs and not own and Relation.HR not in relations:  # what hangs on nobody's job is HR's
        raise Problem(NOT_ALLOWED)
    return held


def _mine(version_id: UUID, *, by: Actor, now: datetime) -> IndicatorVersion:
    """A version that this person may change: its author, or HR."""
    relations = standing.demand(by, Action.INDICATOR_PROPOSE, now=now)
    one = library.version(version_id, lock=True)
    if one is None:
        raise Problem(NOT_FOUND)
    if Relation.HR not in relations and one.proposed_by_id != by.person_id:
        raise Problem(NOT_ALLOWED)
    return one


def _proposed(version_id: UUID, *, by: Actor, now: datetime) -> IndicatorVersion:
    standing.demand(by, Action.INDICATOR_APPROVE, now=now)
    one = library.version(version_id, lock=True)
    if one is None:
        raise Problem(NOT_FOUND)
    if one.state != VersionState.PROPOSED:
        raise Problem(VERSION_NOT_PROPOSED, number=one.number)
    return one


def _outputs(output_ids: Collection[UUID], *, by: Actor, now: datetime) -> None:
    """Pass where all of these are outputs of jobs that this person may change."""
    query = sa.select(CoreOutput).where(CoreOutput.id.in_(set(output_ids)))
    found = session().execute(query).scalars().all()
    if len(found) != len(set(output_ids)):
        raise Problem(OUTPUT_UNKNOWN)
    standing.require_job(by, Action.INDICATOR_PROPOSE, {one.job_id for one in found}, now=now)


def _hang(indicator_id: UUID, output_ids: Collection[UUID]) -> None:
    for output_id in sorted(set(output_ids)):
        session().add(OutputIndicator(core_output_id=output_id, indicator_id=IndicatorId(indicator_id)))


def _add(indicator_id: UUID, number: int, wording: Mapping[str, Any], reason: str, by: Actor) -> IndicatorVersion:
    made = IndicatorVersion(
        indicator_id=IndicatorId(indicator_id),
        number=number,
        state=VersionState.DRAFT.value,
        reason=reason,
        proposed_by_id=PersonId(by.person_id),
    )
    _write(made, wording)
    session().add(made)
    session().flush()  # what the author may do is read from the row
    return made


def _unchanged(one: IndicatorVersion, seen: int) -> None:
    if one.revision != seen:
        raise Problem(VERSION_CHANGED)


def _write(one: IndicatorVersion, wording: Mapping[str, Any]) -> None:
    for name in library.WORDING:
        setattr(one, name, _stored(name, wording))


def _stored(name: str, wording: Mapping[str, Any]) -> Any:
    """What a version keeps of it."""
    value = wording[name]
    if name in ("target", "threshold") and value is not None:
        # As the column keeps it, so that the same number is no other one.
        return Decimal(str(value)).quantize(Decimal(1).scaleb(-VALUE_PLACES))
    if name == "anchors" and value is not None:
        return [[*pair, "", ""][:2] for pair in value]  # one language may not be written yet
    if name == "bands" and wording["rule"] == Scale.LINE:
        return None  # a line draws its own
    return value
