"""What of an import is for HR alone: measured values, and what people are measured by. An administrator sees the rest."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Final

from server.imports import queries
from server.imports.models import ImportJob, Part
from server.imports.records import Kind

FOR_HR: Final = frozenset({Kind.VALUES.value, Kind.INDICATORS.value})


def hidden_tables(job: ImportJob, *, own: bool) -> set[tuple[str, str]]:
    """File and sheet of each table that is for HR. In a file that somebody else brought (`own` False) a table that
    nobody understood may be one too."""
    return {
        (one["file"], one["sheet"])
        for one in queries.parts(job.id, Part.TABLE)
        if one["kind"] in FOR_HR or (one["kind"] is None and not own)
    }


def veiled(job: ImportJob, what: Part, items: Sequence[Mapping[str, Any]], *, own: bool) -> list[dict[str, Any]]:
    """Items of a page without what is for HR: changes and findings are left out, tables lose what stands in them."""
    hidden = hidden_tables(job, own=own)
    return [dict(one) for one in _seen(what, items, hidden)]


def _seen(what: Part, items: Iterable[Mapping[str, Any]], hidden: set[tuple[str, str]]) -> Iterator[Mapping[str, Any]]:
    for one in items:
        if what is Part.TABLE:
            is_hidden = (one["file"], one["sheet"]) in hidden
            columns = [column | {"sample": []} for column in one["columns"]] if is_hidden else one["columns"]
            yield {**one, "columns": columns}
        elif (one["place"]["file"], one["place"]["sheet"]) not in hidden and one.get("kind") not in FOR_HR:
            yield one
