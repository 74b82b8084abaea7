"""Agreements as HR's desk reads them: the windows, how many have agreed, and one exchange as evidence."""

from collections import Counter
from datetime import datetime
from typing import Any
from uuid import UUID

from server import policy
from server.agreements import queries
from server.agreements.models import Among, Every, Standing
from server.agreements.windows import open_at
from server.foundation.clock import on_calendar, to_ms
from server.foundation.ids import PersonId
from server.foundation.problems import NOT_FOUND, Problem
from server.foundation.web import Actor
from server.people import queries as people
from server.people.desk import require_plant, require_reach
from server.policy import Action


def window(*, by: Actor, now: datetime) -> dict[str, Any]:
    """When terms may be changed. Raises Problem `not_allowed`."""
    require_plant(by, Action.WINDOW_READ, now=now)
    return window_shown(now)


def window_shown(now: datetime) -> dict[str, Any]:
    """The plan, and the window that is open or comes next."""
    plan, found = queries.plan(), queries.windows(now)
    held = open_at(found, now)
    following = next((one for one in found if one.opens_at > now), None)
    return {
        "every": None if plan is None else Every(plan.every or Every.QUARTER),
        "first_day": None if plan is None else plan.first_day,
        "last_day": None if plan is None else plan.last_day,
        "open_until": None if held is None else held.closes_at,
        "next_opens_at": None if following is None else following.opens_at,
        "next_closes_at": None if following is None else following.closes_at,
    }


def counts(*, by: Actor, now: datetime) -> list[dict[str, Any]]:
    """How it stands, by department of today. Raises Problem `not_allowed`."""
    require_plant(by, Action.AGREEMENT_COUNT, now=now)
    standing = queries.standing()
    said = queries.voices([one.id for one in standing.values()])
    places = people.places(list(standing), now)
    names = {place.id: place for place in places.values()}
    found: dict[UUID, Counter[str]] = {}
    for person_id, one in standing.items():
        place = places.get(person_id)
        if place is not None:
            stand = queries.stand(one, said.get(one.id, ()))
            found.setdefault(place.id, Counter())[stand.state] += 1
            found[place.id]["unanswered"] += stand.unanswered
    return [
        {
            "department_id": place_id,
            "name_zh": names[place_id].name_zh,
            "name_en": names[place_id].name_en,
            **{state: counted[state] for state in (*queries.STATES, "unanswered")},
        }
        for place_id, counted in sorted(found.items(), key=lambda item: names[item[0]].code)
    ]


def listed(
    department_id: UUID, state: Standing | None, among: Among, *, by: Actor, now: datetime
) -> list[dict[str, Any]]:
    """The agreements of a department's people, by personnel number, and of those who were there last. Raises Problem
    `not_allowed`.
    """
    within = require_reach(by, Action.AGREEMENT_LIST, now=now)
    ever = people.ever_in(department_id)
    places = {person: one for person, one in people.last_places(ever, now).items() if one.id == department_id}
    found = queries.of_people([one for one in places if within.holds(one, department_id)], among)
    said = queries.voices([one.id for one in found])
    names = people.by_id({one.person_id for one in found} | {one.supervisor_id for one in found})
    rows = []
    for one in found:
        stand = queries.stand(one, said.get(one.id, ()))
        if state is not None and not (stand.unanswered if state is Standing.UNANSWERED else stand.state == state.value):
            continue
        person, supervisor = names[one.person_id], names[one.supervisor_id]
        rows.append(
            {
                "id": one.id,
                "person_id": one.person_id,
                "employee_no": person.employee_no,
                "name_zh": person.name_zh,
                "name_en": person.name_en,
                "supervisor_zh": supervisor.name_zh,
                "supervisor_en": supervisor.name_en,
                "period": one.period,
                "period_from": one.period_from,
                "over": one.closed_at is not None,
                "state": stand.state,
                "unanswered": stand.unanswered,
            }
        )
    return sorted(rows, key=lambda row: (row["employee_no"], row["period_from"]))


def exchange(agreement_id: UUID, *, by: Actor, now: datetime) -> dict[str, Any]:
    """One agreement as evidence: each text in full, and each word with the text that was on the screen. Raises
    Problem `not_found`, `not_allowed`.
    """
    one = queries.get(agreement_id)
    if one is None:
        raise Problem(NOT_FOUND)
    # Evidence is read when somebody has gone as well: by him, and by the desks of where he was last.
    place = people.last_places([one.person_id], now).get(one.person_id)
    stands = people.relations(by.person_id, one.person_id, None if place is None else place.id, now)  # type: ignore[arg-type]
    policy.require(Action.AGREEMENT_READ, stands)
    texts, voices = queries.texts([one.id]).get(one.id, []), queries.voices([one.id]).get(one.id, [])
    names = people.by_id(
        {one.person_id, one.supervisor_id} | {text.author_id for text in texts} | {voice.author_id for voice in voices}
    )

    def named(person_id: PersonId) -> tuple[str, str]:
        person = names.get(person_id)
        return ("", "") if person is None else (person.name_zh, person.name_en)

    def said(each: Any) -> dict[str, Any]:
        author_zh, author_en = named(PersonId(each.author_id))
        return {
            "version": each.version,
            "words": each.words,
            "author_id": each.author_id,
            "author_zh": author_zh,
            "author_en": author_en,
            "device_time": on_calendar(each.device_time),
            "received_at": to_ms(each.received_at),
        }

    (name_zh, name_en), (supervisor_zh, supervisor_en) = named(one.person_id), named(one.supervisor_id)
    return {
        "id": one.id,
        "person_id": one.person_id,
        "name_zh": name_zh,
        "name_en": name_en,
        "supervisor_id": one.supervisor_id,
        "supervisor_zh": supervisor_zh,
        "supervisor_en": supervisor_en,
        "period": one.period,
        "lines": one.lines,
        "texts": [said(each) | {"terms": each.lines, "late": each.late} for each in texts],
        "voices": [said(each) | {"kind": each.kind, "text": each.text_version} for each in voices],
        "terms_version": one.terms_version,
        "state": queries.stand(one, voices).state,
    }
