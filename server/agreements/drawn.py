"""By what people are measured on a day: the one place that asks the library."""

from collections.abc import Collection, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from server.foundation.ids import short
from server.indicators import matching
from server.indicators import queries as indicators
from server.people.queries import Member

Lines = list[dict[str, Any]]


def lines_for(members: Collection[Member], day: date) -> dict[UUID, Lines]:
    """Person -> the lines of the set that applies to him on that day, each with the version of its indicator; who has
    no set is left out.
    """
    codes = matching.codes_of(members, day)
    lines = {code: lines_of_set(code) for code in sorted(set(codes.values()))}
    return {person: lines[code] for person, code in codes.items() if lines[code]}


def lines_of_set(code: str) -> Lines:
    """The lines of a set by its code, in order."""
    versions = [short(line.indicator_version_id) for line in matching.lines_of(code)]
    found = indicators.lines_of_category(code)
    return [line | {"indicator_version": version} for line, version in zip(found, versions, strict=True)]


def terms_of(lines: Sequence[dict[str, Any]]) -> list[list[Any]]:
    """[key, target, weight] of each line: what may be changed in it."""
    return [[line["key"], line["target"], line["weight"]] for line in lines]


def codes_of(lines: Sequence[dict[str, Any]]) -> frozenset[str]:
    """By which indicators somebody is measured."""
    return frozenset(line["code"] for line in lines)
