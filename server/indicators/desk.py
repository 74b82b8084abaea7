"""The library as desks and phones read it, after asking who they are."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from server.foundation.db import session
from server.foundation.ids import DepartmentId, PersonId
from server.foundation.problems import NOT_FOUND, Problem
from server.foundation.web import Actor
from server.indicators import difference, library, matching, standing
from server.indicators.floor import queries as floor_queries
from server.indicators.library_models import (
    CoreOutput,
    Direction,
    IndicatorSet,
    Influence,
    InfluenceAnswer,
    OutputAgreement,
    Side,
)
from server.indicators.models import Indicator, IndicatorVersion, Scale, Tier, VersionState
from server.indicators.smart import Finding
from server.people import queries as people
from server.policy import Action, Relation, can


def indicators(*, by: Actor, now: datetime) -> list[dict[str, Any]]:
    """What this person finds in the library, by code: an employee what applies to him. Raises Problem `not_allowed`."""
    held = standing.demand(by, Action.INDICATOR_READ, now=now)
    seen = _seen(by, held, now)
    outputs, jobs = library.outputs_of(), library.standings()
    newest = {indicator_id: many[0] for indicator_id, many in seen.items()}
    everything = {one.id: one for many in seen.values() for one in many}
    answers = library.answers_to([one.id for one in newest.values()])
    sets, match = library.set_codes(everything), {one.code: one for one in matching.all_sets()}
    rows = session().execute(sa.select(Indicator).order_by(Indicator.code)).scalars()
    found = []
    for one in rows:
        if one.id not in newest:
            continue
        version, hung = newest[one.id], outputs.get(one.id, [])
        codes = {code for each in seen[one.id] for code in sets.get(each.id, [])}
        in_force = library.approved(seen[one.id])
        found.append(
            {
                "id": one.id, "code": one.code, "tier": Tier(one.tier), "version_id": version.id,
                "number": version.number, "state": VersionState(version.state), "name_zh": version.name_zh,
                "name_en": version.name_en, "unit": version.unit, "source": version.source,
                "frequency": version.frequency, "direction": Direction(version.direction),
                "target": library.wording_of(version)["target"], "in_force": None if in_force is None else in_force.number,
                "in_force_id": None if in_force is None else in_force.id,
                "orphan": not hung, "job_ids": sorted(_jobs(hung, [match[code] for code in codes if code in match], jobs)),
                "missing_count": _gaps(version, hung, answers, jobs) if standing.sees_all(held) else 0,
            }
        )  # fmt: skip
    return found


def _gaps(
    version: IndicatorVersion,
    hung: Sequence[CoreOutput],
    answers: Mapping[UUID, Any],
    jobs: Mapping[UUID, library.Standing],
) -> int:
    """Also of what is in force: an import asked nobody, and an agreement may have ended since."""
    if version.state == VersionState.RETIRED:
        return 0
    return len(library.missing(version, hung, answers.get(version.id, []), jobs))


def _jobs(
    hung: Sequence[CoreOutput], sets: Sequence[matching.Match], jobs: Mapping[UUID, library.Standing]
) -> set[UUID]:
    found: set[UUID] = {one.job_id for one in hung}
    for one in sets:
        found |= {
            held.job.id
            for held in jobs.values()
            if one.job_id in (None, held.job.id) and one.category in (None, held.job.category)
        }
    return found


def _seen(by: Actor, held: frozenset[Relation], now: datetime) -> dict[UUID, list[IndicatorVersion]]:
    """Indicator -> the versions that this person may read, the newest first."""
    every = library.versions()
    if not held.isdisjoint(standing.DESKS):
        return every
    tiers = {row.id: row.tier for row in session().execute(sa.select(Indicator.id, Indicator.tier))}
    if standing.sees_all(held):
        every = {one: many for one, many in every.items() if tiers[one] != Tier.DESKS}
        shown = {one: [v for v in many if _open_to(v, by)] for one, many in every.items()}
        return {one: many for one, many in shown.items() if many}
    mine = {line.indicator_version_id for line in matching.set_of(by.person_id, people.day_of(now))}
    shown = {one: [v for v in many if v.id in mine] for one, many in every.items() if tiers[one] == Tier.ALL}
    return {one: many for one, many in shown.items() if many}


def _open_to(version: IndicatorVersion, by: Actor) -> bool:
    """A draft is its author's; the rest is for every leader."""
    return version.state != VersionState.DRAFT or version.proposed_by_id == by.person_id


def indicator(indicator_id: UUID, *, by: Actor, now: datetime) -> dict[str, Any]:
    """An indicator with all its versions, answers and gaps. Raises Problem `not_found` for what is not this person's."""
    held = standing.demand(by, Action.INDICATOR_READ, now=now)
    one, many = library.indicator(indicator_id), _seen(by, held, now).get(indicator_id)
    if one is None or many is None:
        raise Problem(NOT_FOUND)
    outputs = library.outputs_of([one.id]).get(one.id, [])
    jobs = library.standings()
    answers = library.answers_to([each.id for each in many])
    own = floor_queries.counts([each.id for each in many])
    wide = standing.sees_all(held)
    known = people.by_id(_named(many, answers)) if wide else {}
    mine = _my_sides(by, now, {output.job_id for output in outputs}) if wide else {}
    return {
        "id": one.id,
        "code": one.code,
        "tier": Tier(one.tier),
        "output_ids": [output.id for output in outputs],
        "job_ids": list(dict.fromkeys(output.job_id for output in outputs)),
        "sides": [{"job_id": job, "side": side} for job, both in mine.items() for side in sorted(both)],
        "versions": [
            _version(each, answers.get(each.id, []), known, wide=wide)
            | {
                "findings": _findings(library.missing(each, outputs, answers.get(each.id, []), jobs)) if wide else [],
                "may": [*_may(each, by, held), *_may_place(many, held)],
                "own_answers": {
                    one.value: own[each.id][one.value] if wide and each.id in own else 0 for one in Influence
                },
            }
            for each in many
        ],
    }


def _my_sides(by: Actor, now: datetime, jobs: Collection[UUID]) -> dict[UUID, frozenset[Side]]:
    members = [one for one in people.members(people.day_of(now)) if one.job.id in jobs]
    return standing.sides(by.person_id, now, members)


def _named(many: Sequence[IndicatorVersion], answers: Mapping[UUID, Any]) -> set[UUID]:
    who = {name for one in many for name in (one.proposed_by_id, one.approved_by_id, one.retired_by_id)}
    who |= {answer.person_id for given in answers.values() for answer in given}
    return {UUID(str(one)) for one in who if one is not None}


def _version(one: IndicatorVersion, answers: Sequence[Any], known: Mapping[UUID, Any], *, wide: bool) -> dict[str, Any]:
    return library.wording_of(one) | {
        "id": one.id, "number": one.number, "state": VersionState(one.state), "revision": one.revision,
        "direction": Direction(one.direction), "rule": Scale(one.rule),
        "reason": one.reason if wide else "", "returned": one.returned if wide else "",
        "proposed_by": _name(known, one.proposed_by_id), "proposed_at": one.proposed_at,
        "approved_by": _name(known, one.approved_by_id), "approved_at": one.approved_at,
        "retired_by": _name(known, one.retired_by_id), "retired_at": one.retired_at,
        "answers": [_given(each, known) for each in answers if wide and each.ended_at is None],
        "earlier_answers": [_given(each, known) for each in answers if wide and each.ended_at is not None],
    }  # fmt: skip


def _given(one: InfluenceAnswer, known: Mapping[UUID, Any]) -> dict[str, Any]:
    return {
        "job_id": one.job_id, "side": Side(one.side), "answer": Influence(one.answer), "words": one.words,
        "by": _name(known, one.person_id), "answered_at": one.answered_at,
    }  # fmt: skip


def _name(known: Mapping[UUID, Any], person_id: UUID | None) -> dict[str, Any] | None:
    one = None if person_id is None else known.get(person_id)
    return None if one is None else {"name_zh": one.name_zh, "name_en": one.name_en}


def _findings(found: Sequence[Finding]) -> list[dict[str, Any]]:
    return [{"code": one.code, "params": dict(one.params)} for one in found]


def _may(one: IndicatorVersion, by: Actor, held: Collection[Relation]) -> list[str]:
    """What the screen offers about a version; the server asks again when it is done."""
    author = can(Action.INDICATOR_PROPOSE, held) and (Relation.HR in held or one.proposed_by_id == by.person_id)
    approves = can(Action.INDICATOR_APPROVE, held)
    rights = {
        "edit": author and one.state in (VersionState.DRAFT, VersionState.PROPOSED),
        "propose": author and one.state == VersionState.DRAFT,
        "send_back": approves and one.state == VersionState.PROPOSED,
        "approve": approves and one.state == VersionState.PROPOSED,
        "retire": approves and one.state == VersionState.APPROVED,
        "answer": can(Action.INFLUENCE_ANSWER, held) and one.state in (VersionState.DRAFT, VersionState.PROPOSED),
    }
    return [name for name, right in rights.items() if right]


def _may_place(many: Sequence[IndicatorVersion], held: Collection[Relation]) -> list[str]:
    """Where it hangs, and who finds it: HR's, but for the place of what was never approved."""
    if Relation.HR in held:
        return ["place", "tier"]
    open_ones = all(one.state in (VersionState.DRAFT, VersionState.PROPOSED) for one in many)
    return ["place"] if open_ones and can(Action.INDICATOR_PROPOSE, held) else []


def compared(version_id: UUID, other_id: UUID, *, by: Actor, now: datetime) -> list[dict[str, Any]]:
    """What differs between an older version and this one. Raises Problem `not_found`."""
    held = standing.demand(by, Action.INDICATOR_READ, now=now)
    visible = {one.id: one for many in _seen(by, held, now).values() for one in many}
    new, old = visible.get(version_id), visible.get(other_id)
    if new is None or old is None or new.indicator_id != old.indicator_id:
        raise Problem(NOT_FOUND)
    changes = difference.changes(library.wording_of(old), library.wording_of(new))
    return [{"field": one.field, "mark": one.mark, "old": one.old, "new": one.new} for one in changes]


# ---- jobs and their outputs ---------------------------------------------------------------------


def floor(*, by: Actor, now: datetime) -> dict[str, Any]:
    """Jobs with their core outputs and who agreed, and the departments they work in. Raises Problem `not_allowed`."""
    held = standing.demand(by, Action.CORE_OUTPUT_READ, now=now)
    members = people.members(people.day_of(now))
    mine, sides = standing.jobs_to_change(by, held, now=now), standing.sides(by.person_id, now, members)
    outputs: dict[UUID, list[CoreOutput]] = {}
    for output in session().execute(sa.select(CoreOutput).order_by(CoreOutput.position)).scalars():
        outputs.setdefault(output.job_id, []).append(output)
    agreed = session().execute(sa.select(OutputAgreement).order_by(OutputAgreement.side)).scalars().all()
    known = people.by_id({one.person_id for one in agreed})
    where: dict[UUID, set[UUID]] = {}
    for one in members:
        where.setdefault(one.job.id, set()).add(one.department.id)
    return {
        "departments": [
            {"id": one.id, "code": one.code, "name_zh": one.name_zh, "name_en": one.name_en, "parent_id": one.parent_id}
            for one in people.departments()
        ],
        "jobs": [
            {
                "id": job.id, "code": job.code, "name_zh": job.name_zh, "name_en": job.name_en,
                "category": job.category, "department_ids": sorted(where.get(job.id, ())),
                "outputs": [
                    {"id": one.id, "name_zh": one.name_zh, "name_en": one.name_en} for one in outputs.get(job.id, [])
                ],
                "agreements": [
                    {"side": Side(one.side), "by": _name(known, one.person_id), "agreed_at": one.agreed_at}
                    for one in agreed
                    if one.job_id == job.id
                ],
                "sides": sorted(sides.get(job.id, ())), "may_write": mine is None or job.id in mine,
            }
            for job in library.jobs()
        ],
    }  # fmt: skip


# ---- sets ---------------------------------------------------------------------------------------


def sets(*, by: Actor, now: datetime) -> list[dict[str, Any]]:
    """Every set with whom it is for, its lines, and how many people it applies to today. Raises Problem `not_allowed`."""
    held = standing.demand(by, Action.INDICATOR_SET_READ, now=now)
    day = people.day_of(now)
    ids = {row.code: row.id for row in session().execute(sa.select(IndicatorSet.code, IndicatorSet.id))}
    applied = list(matching.codes_of(people.members(day), day).values())
    every = _seen(by, held, now)
    return [
        {
            "id": ids.get(one.code), "code": one.code, "department_id": one.department_id, "category": one.category,
            "job_id": one.job_id, "level": one.level, "valid_to": one.valid_to,
            "valid_from": None if one.valid_from == date.min else one.valid_from,
            "begun": one.valid_from <= day, "head_count": applied.count(one.code), "lines": _lines(one.code, every),
        }
        for one in sorted(matching.all_sets(), key=lambda one: (one.category or "", one.valid_from, one.code))
    ]  # fmt: skip


def _lines(code: str, every: Mapping[UUID, Sequence[IndicatorVersion]]) -> list[dict[str, Any]]:
    found = []
    for line in matching.lines_of(code):
        many = every.get(line.indicator_id)
        if many is None:  # for desks alone: a leader reads it on the results that he gives
            continue
        version = next(one for one in many if one.id == line.indicator_version_id)
        found.append(
            {
                "indicator_id": line.indicator_id, "indicator_version_id": version.id, "code": line.code,
                "name_zh": version.name_zh, "name_en": version.name_en, "number": version.number,
                "newer": any(one.number > version.number and one.state == VersionState.APPROVED for one in many),
                "weight": line.weight,
            }
        )  # fmt: skip
    return found


def own_sets(*, by: Actor, now: datetime) -> list[dict[str, Any]]:
    """What applies to oneself, from today on. Raises Problem `not_allowed`."""
    standing.demand(by, Action.OWN_SET_READ, now=now)
    return _spans(by.person_id, now)


def sets_of(person_id: UUID, *, by: Actor, now: datetime) -> list[dict[str, Any]]:
    """What applies to a person, from today on, for whoever leads or partners him. Raises Problem `not_allowed`,
    `not_found`.
    """
    standing.demand(by, Action.INDICATOR_SET_READ, now=now)
    person = people.get(person_id)
    if person is None or person_id == by.person_id:
        raise Problem(NOT_FOUND)
    place = matching.places([person_id]).get(person_id, [])
    found = {Relation.HR, Relation.HRBP, *standing.LEADERS}
    if not place:
        raise Problem(NOT_FOUND)
    # Who leads him today, and before his first day who will; a move that is planned moves nobody yet.
    today = people.day_of(now)
    here = next((one for one in place if one.valid_to is None or one.valid_to >= today), place[-1])
    held = people.relations(by.person_id, PersonId(person_id), DepartmentId(here.departments[0]), now)
    if held.isdisjoint(found):
        raise Problem(NOT_FOUND)
    return _spans(person_id, now)


def _spans(person_id: UUID, now: datetime) -> list[dict[str, Any]]:
    spans = matching.spans(matching.all_sets(), matching.places([person_id]).get(person_id, []), people.day_of(now))
    every = library.versions()
    return [
        {"code": one.code, "valid_from": one.valid_from, "valid_to": one.valid_to,
         "lines": [] if one.code is None else _lines(one.code, every)}
        for one in spans
    ]  # fmt: skip
