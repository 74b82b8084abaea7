"""The scope in which a phone holds what its person is measured by, and the record of what that person says of it."""

from typing import Final
from uuid import UUID

from server.foundation.ids import short

FLOOR: Final = "floor"
_MASK: Final = 0x6C_69_62_72_61_72_79_2F_66_6C_6F_6F_72_2F_76_31
"""Two rooms may each have one record for every person: their ids must differ, and this one needs no table."""


def floor_scope(person: UUID) -> str:
    """What a person is measured by and has said of it, and what the team has said."""
    return f"{FLOOR}:{short(person)}"


def box_of(person: UUID) -> UUID:
    """The record of what this person says."""
    return UUID(int=person.int ^ _MASK)


def person_of(box: UUID) -> UUID:
    """The way back from `box_of`."""
    return UUID(int=box.int ^ _MASK)
