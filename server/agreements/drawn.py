"""By what a person is measured on a day: the one place that asks the library."""

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa

from server.foundation.db import session
from server.foundation.ids import short
from server.indicators import queries as indicators
from server.indicators.models import SetLine
from server.people.queries import Member


def lines_for(member: Member) -> list[dict[str, Any]]:
    """The lines of this person's set, each with the version of its indicator; none where there is no set."""
    category = member.job.category
    query = sa.select(SetLine.indicator_version_id).where(SetLine.category == category).order_by(SetLine.position)
    versions: Sequence[Any] = session().execute(query).scalars().all()
    return [
        line | {"indicator_version": short(version)}
        for line, version in zip(indicators.lines_of_category(category), versions, strict=True)
    ]


def terms_of(lines: Sequence[dict[str, Any]]) -> list[list[Any]]:
    """[key, target, weight] of each line: what may be changed in it."""
    return [[line["key"], line["target"], line["weight"]] for line in lines]
