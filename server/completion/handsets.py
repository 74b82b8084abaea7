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
    said = {(person, one.device): one for person, phones in phones_of(ids).items() for one in phones}

    def user(device_id: UUID, one: dict[str, Any]) -> dict[str, Any]:
        return one | _named(names.get(one["person_id"])) | _said(said.get((one["person_id"], device_id)))

    return [device | {"users": [user(device["id"], one) for one in device["users"]]} for device in devices]


def _named(person: Person | None) -> dict[str, Any]:
    return {"name_zh": person and person.name_zh, "name_en": person and person.name_en}


def _said(contact: PhoneContact | None) -> dict[str, Any]:
    return {field: getattr(contact, field) if contact else None for field in _SAID}
