"""Rows of other tables beside a row: as one list in one cell, so that a question gives one row for each record.

A cell of its own for each of ten times as many rows costs the driver more than the database needs to find them.
In the list stands what JSON has: numbers and texts as they are, an instant as a text that `instant_of` reads.
"""

from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.compiler import compiles

from server.foundation.prepared import of_plant


class _AsLists(sa.sql.functions.FunctionElement[Any]):
    """Every row as a list, in one list; nothing where there is none."""

    name = "as_lists"
    type = sa.JSON()
    inherit_cache = True


@compiles(_AsLists)
def _as_lists(element: Any, compiler: Any, **how: Any) -> str:
    return f"json_agg(json_build_array({compiler.process(element.clauses, **how)}))"


@compiles(_AsLists, "sqlite")
def _as_lists_sqlite(element: Any, compiler: Any, **how: Any) -> str:
    return f"json_group_array(json_array({compiler.process(element.clauses, **how)}))"


def listed(owner: sa.ColumnElement[Any], belongs: sa.Column[Any], *cells: str) -> Any:
    """These cells of each row whose column `belongs` names the owner, in no order: a column of a select of owners."""
    columns = belongs.table.c
    found = sa.select(_AsLists(*(columns[name] for name in cells))).where(belongs == owner)
    return beside(found, owner)


def beside(found: sa.Select[Any], owner: sa.ColumnElement[Any]) -> Any:
    """One value, found for each owner: a column of a select of owners."""
    held: Any = of_plant(found)
    return held.correlate(owner.table).scalar_subquery()


def instant_of(text: str) -> datetime:
    """An instant in a list, from either database."""
    moment = datetime.fromisoformat(text)
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment
