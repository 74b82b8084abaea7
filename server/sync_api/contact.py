"""What a phone says of itself with each contact: the desk sees who has not been heard of."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

import sqlalchemy as sa

from server.foundation.db import current_tenant, session
from server.foundation.ids import unshort
from server.foundation.prepared import Later, ask_later, of_plant, table_of, upsert
from server.foundation.web import Actor
from server.sync_api.models import DeviceContact
from server.sync_api.wire import Request

FRESH: Final = timedelta(seconds=20)
"""A contact younger than this with the same queue is not written again: an idle phone that asks
every few seconds must not cost a commit each time."""
_CONTACT: Final = table_of(DeviceContact).c
_LAST: Final = of_plant(
    sa.select(_CONTACT.last_contact_at, _CONTACT.queued_count).where(
        _CONTACT.person_id == sa.bindparam("person"), _CONTACT.device == sa.bindparam("device")
    )
)
_SAID: Final = ("last_contact_at", "queued_count", "oldest_queued_at", "attempts", "last_error")
ATTEMPTS_MAX: Final = 2**31 - 1
OLDEST_MAX_S: Final = 10 * 365 * 24 * 3600


@dataclass(frozen=True, slots=True)
class Contact:
    """The latest word from any phone of a person; counts are summed over the phones.

    `attempts` and `last_error` are of the phone that has tried most often.
    """

    last_contact_at: datetime
    queued_count: int
    oldest_queued_at: datetime | None
    attempts: int = 0
    last_error: str | None = None


@dataclass(frozen=True, slots=True)
class PhoneContact:
    """The latest word from one phone."""

    device: UUID
    last_contact_at: datetime
    queued_count: int
    oldest_queued_at: datetime | None
    attempts: int
    last_error: str | None


def note_contact(request: Request, actor: Actor, now: datetime) -> None:
    """Write down when this phone was heard of and what it says that it still holds."""
    note_contacts([(request, actor, now)])


def note_contacts(heard: Iterable[tuple[Request, Actor, datetime]]) -> None:
    """The same for several phones; what one of them said last counts."""
    rows = [_row(*one) for one in heard]
    last = {(row["person_id"], row["device"]): row for row in rows}
    idle = [row | {"idle_at": row["last_contact_at"]} for row in last.values() if not row["queued_count"]]
    busy = [row for row in last.values() if row["queued_count"]]
    for some, more in ((idle, ("idle_at",)), (busy, ())):
        if some:
            upsert(DeviceContact, some, ("tenant_id", "person_id", "device"), (*_SAID, *more))


def _row(request: Request, actor: Actor, now: datetime) -> dict[str, Any]:
    sent = 0 if request.push is None else len(request.push.mutations)
    left = max(0, request.queued - sent)
    age = timedelta(seconds=min(request.oldest_s, OLDEST_MAX_S))
    return {
        "tenant_id": current_tenant(),
        "person_id": actor.person_id,
        "device": unshort(request.device),
        "last_contact_at": now,
        "queued_count": left,
        "oldest_queued_at": now - age if left else None,
        "attempts": min(request.attempts, ATTEMPTS_MAX) if left else 0,
        "last_error": (request.error or None) if left else None,
    }


def last_contact(request: Request, actor: Actor) -> Later | None:
    """What is_stale wants to know, asked with the next question."""
    try:
        device = unshort(request.device)
    except ValueError:
        return None
    return ask_later(_LAST, {"person": actor.person_id, "device": device})


def is_stale(last: Later | None, request: Request, now: datetime) -> bool:
    """Whether a contact without a push is worth a write."""
    if last is None:
        return False
    rows = last.rows()
    return not rows or now - rows[0][0] >= FRESH or rows[0][1] != request.queued


def contacts(people: Collection[UUID]) -> Mapping[UUID, Contact]:
    """The latest contact of each person; who never was in contact is left out."""
    found: dict[UUID, Contact] = {}
    for person, phones in phones_of(people).items():
        worst = max(phones, key=lambda one: one.attempts)
        oldest = [one.oldest_queued_at for one in phones if one.oldest_queued_at is not None]
        found[person] = Contact(
            max(one.last_contact_at for one in phones),
            sum(one.queued_count for one in phones),
            min(oldest, default=None),
            worst.attempts,
            worst.last_error,
        )
    return found


def phones_of(people: Collection[UUID]) -> dict[UUID, list[PhoneContact]]:
    """Every phone that was ever in contact, by person, the last heard of first."""
    query = sa.select(DeviceContact).where(DeviceContact.person_id.in_(people))
    found: dict[UUID, list[PhoneContact]] = {}
    for row in session().execute(query.order_by(DeviceContact.last_contact_at.desc(), DeviceContact.device)).scalars():
        found.setdefault(row.person_id, []).append(
            PhoneContact(
                row.device, row.last_contact_at, row.queued_count, row.oldest_queued_at, row.attempts, row.last_error
            )
        )
    return found
