"""What identity asks a room above it: an account knows no name and no job."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from server.foundation.ids import PersonId


@dataclass(frozen=True)
class Profile:
    """How a signed-in person is greeted, and the roles held at this moment."""

    name_zh: str
    name_en: str
    roles: tuple[str, ...]


@dataclass(frozen=True)
class DemoPerson:
    """Somebody whom the demo's sign-in page offers with one tap."""

    employee_no: str
    name_zh: str
    name_en: str
    title_zh: str
    title_en: str
    role: str


class Directory(Protocol):
    """All are asked for the plant at work."""

    def profile(self, person_id: PersonId, *, now: datetime) -> Profile | None: ...

    def demo_people(self, *, now: datetime) -> Sequence[DemoPerson]: ...

    def officers(self, *, now: datetime) -> frozenset[PersonId]: ...


_directories: list[Directory] = []


def use_directory(directory: Directory) -> None:
    """Register who answers; the last one counts."""
    _directories[:] = [directory]


def profile(person_id: PersonId, *, now: datetime) -> Profile | None:
    """Return the profile; None for an account that belongs to nobody yet, as the first admin's."""
    return _directories[0].profile(person_id, now=now) if _directories else None


def demo_people(*, now: datetime) -> Sequence[DemoPerson]:
    """Return whom the demo offers."""
    return _directories[0].demo_people(now=now) if _directories else ()


def officers(*, now: datetime) -> frozenset[PersonId]:
    """Return everybody who is HR or an administrator."""
    return _directories[0].officers(now=now) if _directories else frozenset()
