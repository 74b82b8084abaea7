"""The row of a phone, by `sync_api.columns`: what its person is measured by, may propose for, and has said of it; of
somebody in the team what was said alone.

    spans      [from, to, lines]; a line is the version's id and number, its outputs [zh, en], then LINE_COLUMNS
    jobs       [id, zh, en, outputs], an output is [id, zh, en]
    proposals  [version, words, about zh, about en, state, reply, by zh, by en, device time, received at, replied at]
    sways      [version's id, answer, words, mutation, received at]
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import sqlalchemy as sa

from server.foundation.clock import on_calendar, to_ms
from server.foundation.db import session
from server.foundation.ids import PersonId, short
from server.indicators import library, matching, standing
from server.indicators import queries as indicators
from server.indicators.floor import queries
from server.indicators.floor.models import FloorProposal, OwnInfluence
from server.indicators.floor.scopes import box_of
from server.indicators.library_models import CoreOutput
from server.indicators.models import IndicatorVersion, VersionState
from server.people import queries as people
from server.people.models import Person
from server.policy import Action, can
from server.sync_api.answers import trim
from server.sync_api.columns import LINE_COLUMNS, MAY

SHOWN: Final = 20
"""Proposals of one person that a phone holds: the newest. The record keeps all."""
WAITING: Final = "waiting"
RETURNED: Final = "returned"


def own_row(person: Person, at: datetime) -> list[Any]:
    """What a person reads on the own phone."""
    said = queries.proposals([person.id]).get(person.id, [])
    answered = queries.influences([person.id]).get(person.id, [])
    held = standing.relations(person.id, at)
    proposes = can(Action.INDICATOR_PROPOSE, held)
    return trim(
        [
            short(box_of(person.id)), short(person.id), person.name_zh, person.name_en,
            _spans(person.id, at),
            _jobs(standing.jobs_of(PersonId(person.id), held, at)) if proposes else None,
            told(said) or None,
            [_sway(one) for one in answered] or None,
            MAY["propose"] if proposes else None,
        ]
    )  # fmt: skip


def team_row(person: Person, said: Sequence[FloorProposal]) -> list[Any]:
    """What somebody of the team has said, for who answers for him."""
    names = [short(box_of(person.id)), short(person.id), person.name_zh, person.name_en]
    return [*names, None, None, told(said), None, MAY["reply"]]


def _spans(person_id: UUID, at: datetime) -> list[Any]:
    today = people.day_of(at)
    places = matching.places([person_id]).get(person_id, [])
    found = []
    for one in matching.spans(matching.all_sets(), places, today):
        job = next(place.job_id for place in places if place.holds(one.valid_from))
        last = None if one.valid_to is None else one.valid_to.isoformat()
        found.append([one.valid_from.isoformat(), last, [] if one.code is None else _lines(one.code, job)])
    return found


def _lines(code: str, job_id: UUID) -> list[Any]:
    applied = matching.lines_of(code)
    outputs = library.outputs_of([line.indicator_id for line in applied])
    known = queries.versions([line.indicator_version_id for line in applied])
    found = []
    for line, one in zip(indicators.lines_of_category(code), applied, strict=True):
        serves = [[o.name_zh, o.name_en] for o in outputs.get(one.indicator_id, []) if o.job_id == job_id]
        cells = [line.get(name) for name in LINE_COLUMNS]
        found.append([short(one.indicator_version_id), known[one.indicator_version_id].number, serves, *trim(cells)])
    return found


def _jobs(mine: Collection[UUID] | None) -> list[Any]:
    """The jobs that have outputs first: there a proposal has something to hang on."""
    outputs: dict[UUID, list[CoreOutput]] = {}
    for one in session().execute(sa.select(CoreOutput).order_by(CoreOutput.position)).scalars():
        outputs.setdefault(one.job_id, []).append(one)
    jobs = [job for job in library.jobs() if mine is None or job.id in mine]
    return [
        [
            short(job.id),
            job.name_zh,
            job.name_en,
            [[short(o.id), o.name_zh, o.name_en] for o in outputs.get(job.id, [])],
        ]
        for job in sorted(jobs, key=lambda job: (job.id not in outputs, job.code))
    ]


def told(said: Sequence[FloorProposal]) -> list[list[Any]]:
    """Proposals with what became of them, the oldest first."""
    shown = said[-SHOWN:]
    ids = [one for each in shown for one in (each.about_id, each.made_version_id) if one is not None]
    versions = queries.versions(ids)
    who = people.by_id(_answerers(shown, versions))
    return [_told(one, versions, who) for one in shown]


def _answerers(said: Iterable[FloorProposal], versions: Mapping[UUID, IndicatorVersion]) -> set[UUID]:
    by = {one.verdict_by_id for one in said} | {one.approved_by_id for one in versions.values()}
    by |= {one.retired_by_id for one in versions.values()}
    return {UUID(str(one)) for one in by if one is not None}


def _told(one: FloorProposal, versions: Mapping[UUID, IndicatorVersion], who: Mapping[UUID, Person]) -> list[Any]:
    about = versions.get(one.about_id or one.made_version_id or UUID(int=0))
    state, reply, by, at = outcome(one, versions)
    person = None if by is None else who.get(by)
    return trim(
        [
            one.version, one.words,
            None if about is None else about.name_zh, None if about is None else about.name_en,
            state, reply or None,
            None if person is None else person.name_zh, None if person is None else person.name_en,
            on_calendar(one.device_time), to_ms(one.received_at), None if at is None else to_ms(at),
        ]
    )  # fmt: skip


def outcome(
    one: FloorProposal, versions: Mapping[UUID, IndicatorVersion]
) -> tuple[str, str, UUID | None, datetime | None]:
    """State, words, who and when: a verdict, or what HR did with the version that came of a draft."""
    if one.verdict is not None:
        return one.verdict, one.verdict_words, one.verdict_by_id, one.verdict_at
    made = versions.get(one.made_version_id or UUID(int=0))
    match None if made is None else VersionState(made.state):
        case VersionState.APPROVED:
            assert made is not None
            return VersionState.APPROVED.value, "", made.approved_by_id, made.approved_at
        case VersionState.RETIRED:
            assert made is not None
            return VersionState.RETIRED.value, "", made.retired_by_id, made.retired_at
        case VersionState.DRAFT if made is not None and made.returned:
            return RETURNED, made.returned, None, None
        case _:
            return WAITING, "", None, None


def _sway(one: OwnInfluence) -> list[Any]:
    return [short(one.indicator_version_id), one.answer, one.words, one.version, to_ms(one.received_at)]
