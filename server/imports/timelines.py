"""Rows with days: a change from a day on closes the old row the day before. Pure."""

from collections.abc import Mapping
from copy import copy
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from server.imports.plan import Held, Plan

DAY = timedelta(days=1)


class Taken(ValueError):
    """Another row holds on these days already; `row` is it."""

    def __init__(self, row: Held) -> None:
        super().__init__()
        self.row = row


class Timeline:
    """The rows of one person in one table, in order; what becomes of them is written into the plan at the end."""

    def __init__(self, table: str, person_id: UUID, held: list[Held]) -> None:
        self._table = table
        self._person_id = person_id
        self._before = {row["id"]: row for row in held}
        self.rows = sorted((copy(row) for row in held), key=lambda row: row["valid_from"])

    def on(self, day: date) -> Held | None:
        """The row that holds on a day."""
        return next((row for row in self.rows if covers(row, day)), None)

    def last(self) -> Held | None:
        """The row that begins last."""
        return self.rows[-1] if self.rows else None

    def put(self, plan: Plan, first: date, until: date | None, values: Mapping[str, Any]) -> Held:
        """Let `values` hold from a day on. What held then ends the day before. Raises Taken where something begins
        within these days: then nothing is changed."""
        later = next((row for row in self.rows if row["valid_from"] > first and not _before(until, row)), None)
        if later is not None:
            raise Taken(later)
        here = self.on(first)
        if here is not None and here["valid_from"] == first:
            here |= dict(values) | {"valid_to": until}
            return here
        if here is not None:
            here["valid_to"] = first - DAY
        made: Held = {"id": plan.new_id(), "person_id": self._person_id} | dict(values)
        made |= {"valid_from": first, "valid_to": until}
        self.rows.append(made)
        self.rows.sort(key=lambda row: row["valid_from"])
        return made

    def end(self, last: date) -> bool:
        """Let what holds end on a day. False, and nothing changed, where something begins later."""
        if any(row["valid_from"] > last for row in self.rows):
            return False
        for row in self.rows:
            if row["valid_to"] is None or row["valid_to"] > last:
                row["valid_to"] = last
        return True

    def write(self, plan: Plan) -> None:
        """Note in the plan what differs from what was."""
        for row in self.rows:
            before = self._before.get(row["id"])
            if before is None:
                plan.insert(self._table, row)
            else:
                plan.update(self._table, ("id",), before, row)


def covers(row: Mapping[str, Any], day: date) -> bool:
    """Whether a row holds on a day."""
    return bool(row["valid_from"] <= day and (row["valid_to"] is None or row["valid_to"] >= day))


def _before(until: date | None, row: Held) -> bool:
    return until is not None and bool(until < row["valid_from"])
