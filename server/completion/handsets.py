"""Phones as the desk opens them: identity knows who has signed in and what may be done, people the names, and the
phones have told the rest themselves."""

from datetime import datetime
from typing import Any
from uuid import UUID

from server.foundation.problems import NOT_FOUND, Problem
from server.foundation.web import Actor
from server.identity import desk
from server.people import queries as people
from server.people.models import Person
from server.sync_api.contact import PhoneContact, phones_of

_SAID = ("last_contact_at", "queued_count", "oldest_queued_at", "attempts", "last_error")


def handsets(*, by: Actor, now: datetime) -> list[dict[str, Any]]:
    """Every phone that this desk sees, the last used first. Raises Problem `not_allowed`."""
    return _told(desk.devices(by, now=now))


def handset(device_id: UUID, *, by: Actor, now: datetime) -> dict[str, Any]:
    """One of them. Raises Problem `not_allowed`, `not_found`."""
    found = _told(desk.devices(by, now=now, only=device_id))
    if not found:
        raise Problem(NOT_FOUND)
    return found[0]


def _told(devices: list[dict[str, Any]]) -> list[dict[str, Any]]:
    ids = {user["person_id"] for device in devices for user in device["users"]}
    names = people.by_id(ids)
    phones = phones_of(ids)

    def said(device_id: UUID, person: UUID) -> dict[str, Any]:
        mine = phones.get(person, [])
        return _said(next((one for one in mine if one.device == device_id), None), mine)

    def user(device_id: UUID, one: dict[str, Any]) -> dict[str, Any]:
        return one | _named(names.get(one["person_id"])) | said(device_id, one["person_id"])

    return [device | {"users": [user(device["id"], one) for one in device["users"]]} for device in devices]


def _named(person: Person | None) -> dict[str, Any]:
    return {"name_zh": person and person.name_zh, "name_en": person and person.name_en}


def _said(contact: PhoneContact | None, phones: list[PhoneContact]) -> dict[str, Any]:
    """What a phone last said, and whether its user, one of whose `phones` it is, was heard on another since."""
    told = {field: getattr(contact, field) if contact else None for field in _SAID}
    newest = max((one.last_contact_at for one in phones), default=None)
    moved_on = contact is not None and newest is not None and newest > contact.last_contact_at
    return told | {"elsewhere_at": newest if moved_on else None}
