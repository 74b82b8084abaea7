"""By what an agreement is drawn up: the set that applies to the person on that day, and another one after a move."""

from datetime import date, timedelta
from typing import Any

import sqlalchemy as sa

from server.agreements import service
from server.agreements.models import Agreement
from server.foundation import clock
from server.foundation.db import session
from server.indicators import matching
from server.indicators.library_models import IndicatorSet
from server.indicators.models import SetLine
from server.people.models import Assignment, Job
from tests.cast import SINCE
from tests.server.agreements.conftest import CHANGED, DRAWN, Agreeing

TODAY = date(2026, 11, 24)
AUTUMN = date(2026, 10, 1)


def add_set(code: str, lines: list[tuple[int, int]], **whom: Any) -> None:
    """A set of some of the operators' indicators: (position in theirs, weight)."""
    versions = {line.position: line.indicator_version_id for line in matching.lines_of("operator")}
    session().add(IndicatorSet(code=code, category="operator", **({"valid_from": SINCE} | whom)))
    for position, (which, weight) in enumerate(lines, start=1):
        session().add(SetLine(category=code, position=position, indicator_version_id=versions[which], weight=weight))
    session().flush()


def forget() -> None:
    """As in a plant that has not agreed about anything yet."""
    session().execute(sa.delete(Agreement))


def drawn_for(person: Any) -> list[tuple[str, int]]:
    query = sa.select(Agreement).where(Agreement.person_id == person.id, Agreement.closed_at.is_(None))
    return [(line["code"], line["weight"]) for line in session().execute(query).scalar_one().lines]


def all_of(person: Any) -> list[tuple[date, date, bool]]:
    query = sa.select(Agreement).where(Agreement.person_id == person.id).order_by(Agreement.period_from)
    found = session().execute(query).scalars()
    return [(one.period_from, one.period_to, one.closed_at is None) for one in found]


def test_the_set_of_the_shift_goes_before_that_of_the_category(cast: Any, north: Any) -> None:
    def draw() -> None:
        forget()
        add_set("SHIFT", [(3, 40), (1, 60)], department_id=cast.shift.id)
        assert service.draw_up(now=clock.now()) == 3

    north(draw)
    for person in (cast.worker, cast.other_worker):
        assert north(lambda person=person: drawn_for(person)) == [("FIVE-S", 40), ("OUT", 60)]
        own = north(lambda person=person: matching.set_of(person.id, TODAY))
        assert [(line.code, line.weight) for line in own] == [("FIVE-S", 40), ("OUT", 60)]
    assert [weight for _, weight in north(lambda: drawn_for(cast.neighbour_worker))] == [30, 30, 20, 10, 10]


def test_a_set_that_begins_tomorrow_is_not_drawn_up_today(cast: Any, north: Any) -> None:
    def draw() -> None:
        forget()
        add_set("SOON", [(1, 50), (2, 50)], department_id=cast.shift.id, valid_from=TODAY + timedelta(days=1))
        service.draw_up(now=clock.now())

    north(draw)
    assert len(north(lambda: drawn_for(cast.worker))) == 5


def test_who_is_measured_by_others_after_a_move_gets_an_agreement_from_that_day(
    cast: Any, north: Any, hr: Any, worker: Agreeing, record: str, lead: Agreeing
) -> None:
    worker.push(worker.typed(record, "voi", ["confirm"]))

    def move() -> None:
        add_set("NEXT", [(1, 60), (2, 40)], department_id=cast.neighbour_shift.id)
        job = session().execute(sa.select(Job).where(Job.code == "OPR")).scalar_one()
        session().add(
            Assignment(
                person_id=cast.worker.id, department_id=cast.neighbour_shift.id, job_id=job.id, level="1",
                valid_from=TODAY, valid_to=None,
            )
        )  # fmt: skip
        session().execute(
            sa.update(Assignment)
            .where(Assignment.person_id == cast.worker.id, Assignment.valid_from == SINCE)
            .values(valid_to=TODAY - timedelta(days=1))
        )

    north(move)
    # 唐艳 next door is measured by that set too.
    assert hr.post("/api/agreements/begin").get_json() == {"made": 2}
    assert north(lambda: all_of(cast.worker)) == [
        (AUTUMN, date(2026, 12, 31), False), (TODAY, date(2026, 12, 31), True),
    ]  # fmt: skip
    worker.pull()
    fresh = worker.agreement
    assert fresh["id"] != record
    assert (fresh["period"], len(fresh["lines"]), fresh["voices"]) == ("2026-Q4", 2, [])
    assert hr.post("/api/agreements/begin").get_json() == {"made": 0}, "twice makes nothing twice"
    lead.pull()
    assert [one["id"] for one in lead.all("agreement").values() if one["name_zh"] == "汤雨桐"] == [fresh["id"]]


def test_other_weights_of_the_same_indicators_wait_for_the_next_period(
    cast: Any, north: Any, hr: Any, worker: Agreeing, record: str
) -> None:
    north(lambda: add_set("SHIFT", [(1, 20), (2, 40), (3, 20), (4, 10), (5, 10)], department_id=cast.shift.id))
    assert hr.post("/api/agreements/begin").get_json() == {"made": 0}
    worker.pull()
    assert [[line[0], line[8], line[10]] for line in worker.agreement["lines"]] == DRAWN


def test_what_was_changed_still_lies_with_the_text_that_was_changed(
    cast: Any, north: Any, hr: Any, lead: Agreeing, record: str, open_for: Any
) -> None:
    open_for(timedelta(hours=1))
    assert lead.push(lead.typed(record, "!terms", [CHANGED])) == {1: ["a"]}
    north(lambda: add_set("SHIFT", [(1, 60), (2, 40)], department_id=cast.shift.id))
    assert hr.post("/api/agreements/begin").get_json()["made"] == 2
    assert lead.push(lead.typed(record, "!terms", [DRAWN], lead.version(1)))[2][0] == "p", "that one is over"
    told = hr.get(f"/api/agreements/{all_ids(north, cast.worker)[0]}").get_json()
    assert [one["terms"] for one in told["texts"]] == [CHANGED]


def all_ids(north: Any, person: Any) -> list[Any]:
    query = sa.select(Agreement.id).where(Agreement.person_id == person.id).order_by(Agreement.period_from)
    return list(north(lambda: session().execute(query).scalars().all()))
