"""What HR does for a phone that cannot do it by itself: see what was last known of it, bring in its file.

The file (pwa/src/sync/export.ts writes it) has two lines: an open head in JSON, which names plant, person, phone and
counts and no content, and what is sealed: base64url of a point, an IV and a text, joined by dots. The text holds
pushes exactly as the phone would have sent them, and they go through the same code with the same author. So it does
not matter which comes first, the file or the phone: an edit takes effect once.
"""

from base64 import urlsafe_b64decode
from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any, Final
from uuid import UUID

from flask import current_app

from server.completion.problems import FILE_KEY_UNKNOWN, FILE_NOT_THEIRS, FILE_OTHER_PLANT, FILE_UNREADABLE
from server.evaluations.queries import device_labels
from server.foundation.body import load_json
from server.foundation.db import session, unit_of_work
from server.foundation.ids import DeviceId, PersonId, short, unshort
from server.foundation.problems import Problem
from server.foundation.settings import settings_of
from server.foundation.web import Actor
from server.identity import filekeys
from server.identity import queries as accounts
from server.people import queries as people
from server.people.desk import require_plant
from server.policy import Action
from server.sync_api import push
from server.sync_api import queries as log
from server.sync_api.contact import PhoneContact, phones_of
from server.sync_api.journal import Arrival, Outcome
from server.sync_api.protocols import lifted
from server.sync_api.wire import BadEnvelope, Request, read_request

FORMAT: Final = "gemba-outbox"
VERSION: Final = 2
PUSHES_MAX: Final = 200


def phones(person_id: UUID, *, by: Actor, now: datetime) -> list[dict[str, Any]]:
    """Every phone of a person that was ever in contact, as it last spoke of itself. Raises Problem `not_allowed`."""
    require_plant(by, Action.PHONE_READ, now=now)
    return _said(phones_of([person_id]).get(person_id, []))


def left_elsewhere(*, by: Actor) -> list[dict[str, Any]]:
    """The reader's own other phones that said at their last contact that they still held work. Whoever comes back on
    an empty phone, the old one cleared or lost, learns by it what was not delivered."""
    found = phones_of([by.person_id]).get(by.person_id, [])
    return _said([one for one in found if one.queued_count and one.device != by.device_id])


def _said(found: list[PhoneContact]) -> list[dict[str, Any]]:
    labels = device_labels(one.device for one in found)
    return [
        {
            "device_id": one.device,
            "device_label": labels.get(short(one.device)),
            "last_contact_at": one.last_contact_at,
            "queued_count": one.queued_count,
            "oldest_queued_at": one.oldest_queued_at,
            "attempts": one.attempts,
            "last_error": one.last_error,
        }
        for one in found
    ]


@dataclass(frozen=True, slots=True)
class Head:
    """What stands open in a file."""

    key_id: str
    plant: str
    person_id: PersonId
    device: str

    @property
    def device_id(self) -> DeviceId:
        """The phone's id. Raises ValueError."""
        return DeviceId(unshort(self.device))


def bring_in(text: str, *, by: Actor, now: datetime) -> dict[str, Any]:
    """Take in the file of somebody's phone; opens its own units of work.

    Raises Problem `not_allowed`, `file_unreadable`, `file_other_plant`, `file_key_unknown`, `file_not_theirs`.
    """
    require_plant(by, Action.OUTBOX_BRING_IN, now=now)
    head, sealed = _apart(text)
    if head.plant != accounts.plant().code:
        raise Problem(FILE_OTHER_PLANT)
    author = Actor(by.tenant_id, head.person_id, by.session_id, head.device_id)
    requests = _requests(_opened(head, sealed, by), head)
    batches = [_arrivals(request, author, by, now) for request in requests]
    versions = [str(one.id) for arrivals in batches for one in arrivals]
    known = len(log.written(versions))
    person = people.by_id({head.person_id}).get(head.person_id)
    labels = device_labels([head.device_id])
    session().close()
    outcomes: list[Outcome] = []
    for arrivals in batches:
        outcomes += unit_of_work(partial(push.bring_in, arrivals, now))
    counted = Counter(
        (one.receipt.name.lower(), one.about if one.receipt.name == "PARKED" else None) for one in outcomes
    )
    return {
        "person_id": head.person_id,
        "name_zh": person.name_zh if person else None,
        "name_en": person.name_en if person else None,
        "device_label": labels.get(head.device),
        "count": len(outcomes),
        "known": known,
        "receipts": [{"receipt": name, "reason": why, "count": n} for (name, why), n in counted.most_common()],
    }


def _apart(text: str) -> tuple[Head, filekeys.Sealed]:
    first, _, second = text.strip().partition("\n")
    try:
        head = load_json(first.encode())
        if head["format"] != FORMAT or head["version"] != VERSION:
            raise Problem(FILE_UNREADABLE)
        shown = Head(str(head["key"]), str(head["plant"]), PersonId(UUID(head["person_id"])), str(head["device"]))
        _ = shown.device_id
        point, iv, sealed = (_bytes(part) for part in second.strip().split("."))
    except (LookupError, TypeError, ValueError, AttributeError, Problem) as fault:
        raise Problem(FILE_UNREADABLE) from fault
    if len(point) != filekeys.POINT_BYTES or len(iv) != filekeys.IV_BYTES:
        raise Problem(FILE_UNREADABLE)
    return shown, filekeys.Sealed(first.encode(), point, iv, sealed)


def _bytes(text: str) -> bytes:
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))


def _opened(head: Head, sealed: filekeys.Sealed, by: Actor) -> Any:
    settings = settings_of(current_app)
    ring = (settings.secret, *settings.previous_secrets)
    try:
        opened = filekeys.open_file(ring, head.key_id, sealed, by.tenant_id, head.person_id, head.device_id)
    except filekeys.KeyUnknown as fault:
        raise Problem(FILE_KEY_UNKNOWN) from fault
    except filekeys.NotSealedByThem as fault:
        raise Problem(FILE_NOT_THEIRS) from fault
    try:
        return load_json(opened)
    except Problem as fault:
        raise Problem(FILE_UNREADABLE) from fault


def _requests(content: Any, head: Head) -> list[Request]:
    """Each push as the phone would have sent it, in the protocol that it spoke."""
    try:
        pushes = content["pushes"]
        if not isinstance(pushes, list) or len(pushes) > PUSHES_MAX:
            raise Problem(FILE_UNREADABLE)
        bodies = [[content["protocol"], head.device, "", "", "", [], one, 0, 0] for one in pushes]
        return [read_request(lifted(body).body) for body in bodies]
    except (LookupError, TypeError, BadEnvelope) as fault:
        raise Problem(FILE_UNREADABLE) from fault


def _arrivals(request: Request, author: Actor, by: Actor, now: datetime) -> list[Arrival]:
    try:
        return push.read_push(request, author, now, brought_in_by=by.person_id)
    except Problem as fault:  # typed by another than the one whose phone sealed it
        raise Problem(FILE_NOT_THEIRS) from fault
