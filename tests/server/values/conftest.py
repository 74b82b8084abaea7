"""Phones of the cast that hold what is measured, and a plant whose output is counted by hand."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from server.foundation.clock import TestClock
from server.foundation.clock import now as clock_now
from server.foundation.db import session, tenant_context, unit_of_work
from server.foundation.events import publish
from server.foundation.ids import PersonId, short
from server.people import service as people
from server.people.events import LinesMoved, Moved
from server.people.models import ReportingLine
from server.sync_api.columns import (
    CHANGE_COLUMNS,
    ENTERED_COLUMNS,
    OBJECTION_COLUMNS,
    POINT_COLUMNS,
    SERIES_COLUMNS,
)
from tests.server.agreements.conftest import Agreeing, Signed

HTTPS = {"base_url": "https://localhost"}


def named(columns: Any, cells: Any) -> dict[str, Any]:
    return dict(zip(columns, [*cells, *[None] * (len(columns) - len(cells))], strict=True))


class Counting(Agreeing):
    """A phone of today, read as its screens read it."""

    def enter(
        self, person: Any, number: float, *, shown: Any = 0, reason: str = "", base: Any = 0, **other: Any
    ) -> tuple[str, list[Any]]:
        """A value of output, made now in a dead spot: to be pushed later."""
        at = {"indicator": "OUT", "first": "2026-11-16", "last": "2026-11-22"} | other
        cells = [at["indicator"], at["first"], at["last"], number, shown]
        return self.typed(short(person.id), "!value", [*cells, reason] if reason else cells, base)

    def object(self, shown: Any, words: str, **other: Any) -> tuple[str, list[Any]]:
        """An objection of one's own, made now."""
        at = {"indicator": "OUT", "first": "2026-11-01"} | other
        return self.typed(short(self.person.id), "obj", [at["indicator"], at["first"], shown, words])

    def row(self, person: Any) -> dict[str, Any]:
        return self.all("measured")[short(person.id)]

    def series(self, person: Any, code: str = "OUT") -> dict[str, Any]:
        many = [named(SERIES_COLUMNS, one) for one in self.row(person)["series"]]
        return next(one for one in many if one["indicator"] == code)

    def points(self, person: Any, code: str = "OUT") -> list[dict[str, Any]]:
        points = [named(POINT_COLUMNS, one) for one in self.series(person, code)["points"]]
        for one in points:
            one["changes"] = [named(CHANGE_COLUMNS, change) for change in one["changes"]]
            one["entered"] = one["entered"] and named(ENTERED_COLUMNS, one["entered"])
        return points

    def objections(self, person: Any) -> list[dict[str, Any]]:
        return [named(OBJECTION_COLUMNS, one) for one in self.row(person)["objections"]]


def source(**other: Any) -> dict[str, Any]:
    return {
        "code": "MES",
        "name_zh": "班组台账",
        "name_en": "Team book",
        "kind": "hand",
        "owner_no": None,
        "locked_reason": None,
        "late_rule": "label",
        "leave_lowers": None,
    } | other


@pytest.fixture
def phone_of(client_for: Any, clock: TestClock) -> Callable[..., Counting]:
    """A phone of somebody, that has pulled."""

    def made(person: Any, **options: Any) -> Counting:
        phone = Counting(None, person, clock=clock, **options)
        phone.client = Signed(client_for, person, phone.device)
        phone.pull()
        return phone

    return made


@pytest.fixture
def hr(cast: Any, client_for: Any) -> Any:
    return Signed(client_for, cast.hr)


@pytest.fixture
def set_source(hr: Any) -> Callable[..., None]:
    """Say how the source of output is kept: by the supervisor's hand, unless told otherwise."""

    def said(**other: Any) -> None:
        answer = hr.post("/api/values/sources", json=source(**other), **HTTPS)
        assert answer.status_code == 200, answer.get_data(as_text=True)

    return said


@pytest.fixture
def lead(cast: Any, set_source: Any, phone_of: Any) -> Counting:
    """肖静's phone: she counts the output of 汤雨桐 and 江军."""
    set_source()
    return phone_of(cast.supervisor)  # type: ignore[no-any-return]


HOUR = timedelta(hours=1)


@pytest.fixture
def move(cast: Any, app: Any) -> Callable[[Any, Any, str], None]:
    """Put somebody under another supervisor from a day on."""

    def moved(person: Any, to: Any, day: str) -> None:
        def act() -> None:
            first = date.fromisoformat(day)
            line = (
                session()
                .execute(
                    sa.select(ReportingLine).where(
                        ReportingLine.person_id == person.id, ReportingLine.valid_to.is_(None)
                    )
                )
                .scalar_one()
            )
            line.valid_to = first - timedelta(days=1)
            before = PersonId(line.supervisor_id)
            session().flush()
            people.report_to(person.id, to.id, valid_from=first)
            publish(LinesMoved((Moved(PersonId(person.id), before, PersonId(to.id)),), clock_now()))

        with app.app_context(), tenant_context(cast.tenant_id):
            unit_of_work(act)

    return moved
