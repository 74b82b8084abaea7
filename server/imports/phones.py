"""Phones that said they still hold work, of those who lose somebody by a move: shown before anybody moves."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from server.cycles import queries as cycles
from server.evaluations import moving
from server.evaluations.queries import device_labels
from server.foundation.ids import short
from server.imports.plan import Move
from server.people import queries as people
from server.sync_api.contact import phones_of
from sync.model import Status


class Choice(StrEnum):
    """What is to become of work that is not delivered: wait until it is; take it as if nobody had moved; set it
    aside with its reason."""

    WAIT = "wait"
    HAND_OVER = "hand_over"
    PARK = "park"


@dataclass(frozen=True, slots=True)
class Waiting:
    """One phone. How much it holds is known, not of whom: `about` are those whom it may be about."""

    device_id: UUID
    device_label: str | None
    person_id: UUID
    employee_no: str
    name_zh: str
    name_en: str
    queued_count: int
    oldest_queued_at: datetime | None
    last_contact_at: datetime
    about: tuple[str, ...]


def waiting(moves: Sequence[Move], today: Any, now: datetime) -> list[Waiting]:
    """Phones with unsent work of whoever judges these people in what is under way and not submitted, and of those who
    stand in for him."""
    about: dict[UUID, set[UUID]] = {}
    from_ids = {(one.person_id, one.from_id) for one in moves if one.on <= today}
    for one in moving.running({person for person, _ in from_ids}):
        if one.state == Status.OPEN.value and (one.employee_id, one.rater_id) in from_ids:
            about.setdefault(one.rater_id, set()).add(one.employee_id)
    for stands in cycles.delegations_of_raters(set(about)) if about else ():
        if stands.valid_from <= now and (stands.valid_to is None or now < stands.valid_to):
            about.setdefault(stands.delegate_id, set()).update(about[stands.rater_id])
    return _shown(about)


def _shown(about: Mapping[UUID, set[UUID]]) -> list[Waiting]:
    heard = phones_of(set(about))
    named = people.by_id({*about, *(one for many in about.values() for one in many)})
    labels = device_labels(one.device for phones in heard.values() for one in phones)
    return [
        Waiting(
            device_id=phone.device,
            device_label=labels.get(short(phone.device)),
            person_id=person,
            employee_no=named[person].employee_no,
            name_zh=named[person].name_zh,
            name_en=named[person].name_en,
            queued_count=phone.queued_count,
            oldest_queued_at=phone.oldest_queued_at,
            last_contact_at=phone.last_contact_at,
            about=tuple(sorted(named[one].employee_no for one in about[person])),
        )
        for person, phones in heard.items()
        for phone in phones
        if phone.queued_count
    ]
