"""Doubts about values that came in, written down. See `doubts.py` for when a value is doubted."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

from server.foundation.db import current_tenant
from server.foundation.ids import new_id
from server.foundation.prepared import upsert
from server.values.doubts import Usual
from server.values.models import FlagKind, ValueFlag

AT_MOST: Final = 500
"""Doubts of copying of one look: a file copied whole is seen by its first five hundred."""


class Doubts:
    """The doubts of one taking-in."""

    def __init__(self, at: datetime) -> None:
        self._at = at
        self._found: dict[tuple[UUID, UUID, date, str], dict[str, Any]] = {}

    def of(self, person: UUID, indicator: UUID, first: date, value: float, usual: Usual) -> tuple[str, ...]:
        """Note what is doubtful about one value; returns its kinds."""
        kinds: list[str] = []
        if usual.outside(value):
            kinds.append(FlagKind.RANGE.value)
            self._add(person, indicator, first, FlagKind.RANGE, value=value)
        if usual.jumps(value):
            kinds.append(FlagKind.JUMP.value)
            self._add(person, indicator, first, FlagKind.JUMP, value=value, usual=round(usual.middle, 4))
        return tuple(kinds)

    def _add(self, person: UUID, indicator: UUID, first: date, kind: FlagKind, **params: Any) -> None:
        self._found[person, indicator, first, kind.value] = params

    def write(self) -> None:
        """Write everything down."""
        write_flags(self._found, self._at)


def write_flags(found: Mapping[tuple[UUID, UUID, date, str], Mapping[str, Any]], at: datetime) -> None:
    """Write doubts down; one that was settled and is raised by a new value is open again."""
    rows = [
        {
            "tenant_id": current_tenant(),
            "id": new_id(),
            "person_id": person,
            "indicator_id": indicator,
            "period_from": first,
            "kind": kind,
            "params": dict(params),
            "raised_at": at,
            "settled_at": None,
            "settled_by_id": None,
            "note": None,
        }
        for (person, indicator, first, kind), params in found.items()
    ]
    key = ("tenant_id", "person_id", "indicator_id", "period_from", "kind")
    upsert(ValueFlag, rows, key, ("params", "raised_at", "settled_at", "settled_by_id", "note"))
