"""Keeping what a push decided: proposals, the versions that came of drafts, answers, verdicts."""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal

import sqlalchemy as sa

from server.foundation.db import session
from server.foundation.ids import IndicatorId, PersonId, new_id, unshort
from server.indicators.floor import telling
from server.indicators.floor.models import FloorProposal, OwnInfluence
from server.indicators.floor.record import FloorRecord, id_of
from server.indicators.library_models import CoreOutput, OutputIndicator
from server.indicators.models import RATING, REASON_MAX, SHORT_MAX, Indicator, IndicatorVersion, VersionState
from server.sync_api.registry import Done
from sync.floor import Draft, Proposal, Sway, Verdict


def keep(records: Sequence[FloorRecord], now: datetime) -> None:
    """Write what became of these. `done` of each is in the order of the push."""
    for record in records:
        steps = [done for done in record.done if done.decision.changed]
        for done in steps:
            match done.edit.value:
                case Proposal() as asked:
                    _proposed(record, done, asked, now)
                case Sway() as asked:
                    _answered(record, done, asked, now)
                case Verdict() as asked:
                    _judged(done, asked, now)
                case _:
                    raise TypeError(done.edit.value)
        if steps:
            session().flush()  # what comes after names it
            telling.spoken(record.person_id, now)


def _proposed(record: FloorRecord, done: Done, asked: Proposal, now: datetime) -> None:
    place = sa.select(sa.func.coalesce(sa.func.max(FloorProposal.position), 0)).where(
        FloorProposal.person_id == record.person_id
    )
    made = None if asked.draft is None else _version(record.person_id, asked.draft, asked.words, now)
    session().add(
        FloorProposal(
            person_id=record.person_id,
            version=str(done.edit.id),
            position=session().execute(place).scalar_one() + 1,
            words=asked.words,
            about_id=id_of(asked.about),
            draft=None if asked.draft is None else list(asked.draft),
            made_version_id=None if made is None else made.id,
            device_time=done.edit.device_time,
            received_at=now,
        )
    )
    session().flush()  # the next one counts it


def _version(author: PersonId, draft: Draft, words: str, now: datetime) -> IndicatorVersion:
    """An indicator that nobody has yet, handed in as its author thought of it; HR gives it a better code."""
    indicator = Indicator(code=f"P-{new_id().hex[-8:].upper()}")
    session().add(indicator)
    session().flush()  # the version's row refers to it
    judged = draft.source == RATING
    made = IndicatorVersion(
        indicator_id=IndicatorId(indicator.id), number=1, state=VersionState.PROPOSED.value,
        name_zh=draft.name_zh, name_en=draft.name_en,
        short_zh=draft.name_zh[:SHORT_MAX], short_en=draft.name_en[:SHORT_MAX],
        unit="" if judged else draft.unit, direction=draft.direction,
        target=None if judged else _exact(draft.target), threshold=None if judged else _exact(draft.threshold),
        source=draft.source, frequency=draft.frequency, bands=None, anchors=None,
        reason=words[:REASON_MAX], proposed_by_id=author, proposed_at=now,
    )  # fmt: skip
    session().add(made)
    output, job = id_of(draft.output), id_of(draft.job)
    known = sa.select(CoreOutput.id).where(CoreOutput.id == output, CoreOutput.job_id == job)
    # What it was to hang on may be gone by now: then it is told as an orphan, and not lost.
    if output is not None and session().execute(known).first() is not None:
        session().add(OutputIndicator(core_output_id=output, indicator_id=IndicatorId(indicator.id)))
    session().flush()  # who proposed names it
    return made


def _exact(value: int | float | None) -> Decimal | None:
    return None if value is None else Decimal(str(value))


def _answered(record: FloorRecord, done: Done, asked: Sway, now: datetime) -> None:
    version_id = unshort(asked.about)
    query = sa.select(OwnInfluence).where(
        OwnInfluence.person_id == record.person_id, OwnInfluence.indicator_version_id == version_id
    )
    held = session().execute(query).scalar_one_or_none()
    if held is None:
        held = OwnInfluence(person_id=record.person_id, indicator_version_id=version_id)
        session().add(held)
    held.answer, held.words, held.version = asked.answer, asked.words, str(done.edit.id)
    held.device_time, held.received_at = done.edit.device_time, now


def _judged(done: Done, asked: Verdict, now: datetime) -> None:
    about = done.decision.held.value[-1].proposal  # type: ignore[index,union-attr]
    held = session().execute(sa.select(FloorProposal).where(FloorProposal.version == str(about))).scalar_one()
    held.verdict, held.verdict_words, held.verdict_version = asked.answer, asked.words, str(done.edit.id)
    held.verdict_by_id = PersonId(unshort(done.edit.id.author))
    held.verdict_device_time, held.verdict_at = done.edit.device_time, now
