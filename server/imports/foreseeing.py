"""What would become of values that files bring, asked of the room that takes them in. Reads alone."""

from datetime import datetime
from functools import partial
from typing import Any, Final

from server.foundation.problems import Problem
from server.imports.plan import Foresee, Foreseen, Plan, Values
from server.indicators.models import RATING, IndicatorVersion
from server.values import queries as values
from server.values.problems import SOURCE_LOCKED
from server.values.queries import Known, Measured
from server.values.taking import foresee

_VERSION: Final = IndicatorVersion.__tablename__


def foreseeing(now: datetime) -> Foresee:
    """A plan's question, asked of the plant at this moment."""
    return partial(_foreseen, now)


def _foreseen(now: datetime, plan: Plan, source: str, brought: Values) -> Foreseen:
    known = Known({number: held["id"] for number, held in plan.stock.people.items()}, values.measured() | _coming(plan))
    try:
        return Foreseen(foresee(brought.given, source, now, known))
    except Problem as problem:
        if problem.code is not SOURCE_LOCKED:
            raise
        return Foreseen(locked=str(problem.params["reason"]))


def _coming(plan: Plan) -> dict[str, Measured]:
    """Measured indicators as the plan's new versions have them."""
    codes = {held["id"]: code for code, held in plan.stock.indicators.items()}
    made: dict[str, Measured] = {}
    for row in plan.rows:
        if row.table == _VERSION and row.before is None and row.after is not None and row.after["source"] != RATING:
            version: Any = IndicatorVersion(**row.after)
            made[codes[version.indicator_id]] = Measured(version.indicator_id, version.source, version)
    return made
