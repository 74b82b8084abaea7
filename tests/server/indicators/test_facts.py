"""What is known about people: lines of a form, values of a period, series, marks of earlier cycles."""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy.exc import IntegrityError

from server.foundation.db import db, session, tenant_context, unit_of_work
from server.foundation.ids import short
from server.indicators import queries, service
from server.indicators.models import Indicator, IndicatorVersion, MeasuredValue, PastMark, PastOverall


@pytest.fixture
def north(app: Flask, cast: Any) -> Iterator[Any]:
    """The cast, with plant "north" at work."""
    with app.app_context(), tenant_context(cast.tenant_id):
        yield cast
        db.session.remove()


def write(work: Any) -> Any:
    session().close()
    return unit_of_work(work)


def add_value(person: Any, code: str, first: date, last: date, value: str) -> None:
    indicator = session().execute(sa.select(Indicator.id).where(Indicator.code == code)).scalar_one()
    session().add(
        MeasuredValue(
            person_id=person.id, indicator_id=indicator, period_from=first, period_to=last, label=f"{first:%m-%d}",
            value=Decimal(value), source="MES", received_at=datetime(2026, 11, 24, tzinfo=UTC),
        )
    )  # fmt: skip


def test_a_category_has_its_lines_in_order_and_another_has_none(north: Any) -> None:
    lines = queries.lines_of_category("operator")
    assert [(line["key"], line["code"], line["weight"]) for line in lines] == [
        (1, "OUT", 30), (2, "FPY", 30), (3, "FIVE-S", 20), (4, "ATT", 10), (5, "TEAM", 10),
    ]  # fmt: skip
    assert lines[0]["bands"] == [90, 95, 100, 105]
    assert lines[0]["anchors"] is None
    assert lines[2]["bands"] is None
    assert len(lines[2]["anchors"]) == 5
    assert queries.lines_of_category("office") == []


def test_weights_that_do_not_sum_to_a_hundred_are_refused(north: Any) -> None:
    version = session().execute(sa.select(IndicatorVersion)).scalars().first()
    assert version is not None
    with pytest.raises(ValueError, match="100"):
        service.set_lines("quality", [(version, 99)])


def test_the_value_of_a_period_is_the_mean_of_what_ends_in_it(north: Any) -> None:
    def more() -> None:
        add_value(north.worker, "OUT", date(2026, 11, 16), date(2026, 11, 22), "100.4")
        add_value(north.worker, "OUT", date(2026, 11, 30), date(2026, 12, 6), "1")
        add_value(north.worker, "OUT", date(2026, 10, 19), date(2026, 10, 25), "1")

    write(more)
    found = queries.values_in([north.worker.id, north.other_worker.id], date(2026, 11, 1), date(2026, 11, 30))
    lines = queries.lines_of_category("operator")
    assert queries.one_for_each(lines, found[north.worker.id])["OUT"] == Decimal("98.00")
    assert queries.one_for_each(lines, found[north.other_worker.id])["OUT"] == Decimal("95.6")
    assert queries.values_in([north.worker.id], date(2026, 9, 1), date(2026, 9, 30)) == {}


def test_what_happens_adds_up_over_a_period_and_a_yearly_figure_counts_by_the_newest(north: Any) -> None:
    def more() -> None:
        made = []
        for code, unit, frequency in (("SCRAP", "起", "weekly"), ("AUDIT", "%", "yearly"), ("RATE", "%", "biweekly")):
            wording = service.Wording(code, code, code, code, unit, "MES", frequency)
            made.append((service.add_indicator(code, wording), 50 if code == "SCRAP" else 25))
            for day, value in ((2, "3"), (9, "0"), (16, "1.5")):
                add_value(north.worker, code, date(2026, 11, day), date(2026, 11, day + 6), value)
        service.set_lines("counted", made)

    def another(state: str) -> None:
        first = session().execute(sa.select(IndicatorVersion).where(IndicatorVersion.name_zh == "SCRAP")).scalar_one()
        kept = {c.key: getattr(first, c.key) for c in sa.inspect(IndicatorVersion).column_attrs if c.key != "id"}
        session().add(IndicatorVersion(**kept | {"number": 2, "unit": "%", "frequency": "yearly", "state": state}))

    write(more)
    lines = queries.lines_of_category("counted")
    held = queries.values_in([north.worker.id], date(2026, 11, 1), date(2026, 11, 30))[north.worker.id]
    expected = {"SCRAP": Decimal("4.5"), "AUDIT": Decimal("1.5"), "RATE": Decimal("1.50")}
    assert queries.one_for_each(lines, held) == expected
    write(lambda: another("approved"))
    assert queries.one_for_each(lines, held) == expected, "a form keeps the arithmetic of its version"
    before = [{name: value for name, value in line.items() if name != "aggregate"} for line in lines]
    assert queries.one_for_each(before, held) == expected | {"SCRAP": Decimal("1.50")}, "as it was begun"


def test_a_series_is_the_last_twelve_values_up_to_a_day(north: Any) -> None:
    def more() -> None:
        for month in range(1, 11):
            for day in (1, 15):
                add_value(north.worker, "ATT", date(2026, month, day), date(2026, month, day + 6), f"{month}.{day}")

    write(more)
    points = queries.series([north.worker.id], date(2026, 11, 30))[north.worker.id]["ATT"]
    assert len(points) == 12
    assert points[-1].value == Decimal("92.1")
    assert [point.period_to for point in points] == sorted(point.period_to for point in points)
    earlier = queries.series([north.worker.id], date(2026, 10, 31))[north.worker.id]["ATT"]
    assert earlier[-1].value == Decimal("10.15")


def test_one_value_per_person_indicator_and_period(north: Any) -> None:
    with pytest.raises(IntegrityError):
        write(lambda: add_value(north.worker, "OUT", date(2026, 11, 1), date(2026, 11, 15), "7"))


def test_the_last_mark_is_of_the_last_month_before(north: Any) -> None:
    def past() -> None:
        for month, mark in (("2026-08", 2), ("2026-10", 4), ("2026-11", 5)):
            session().add(PastMark(person_id=north.worker.id, month=month, indicator_code="OUT", mark=mark))
            session().add(PastOverall(person_id=north.worker.id, month=month, overall=mark * 10))

    write(past)
    assert queries.past_marks([north.worker.id], "2026-11") == {north.worker.id: {"OUT": 4}}
    assert list(queries.past_overalls([north.worker.id], "2026-11")[north.worker.id].items()) == [
        ("2026-08", 20), ("2026-10", 40),
    ]  # fmt: skip


def test_quick_comments_are_found_by_tag_and_foreign_tags_are_left_out(north: Any) -> None:
    made = write(lambda: service.add_chip("OUT", "low", "等料停机 __ 次", "Stopped __ times"))
    tag = short(made.id)
    assert queries.chips_by_tag([tag, "q12", "", short(north.worker.id)])[tag].zh == "等料停机 __ 次"
    assert set(queries.chips_by_tag([tag, "q12"])) == {tag}


def test_another_plants_values_and_chips_are_not_seen(north: Any) -> None:
    assert queries.values_in([north.south.worker.id], date(2026, 11, 1), date(2026, 11, 30)) == {}
    with tenant_context(north.south.tenant_id):
        made = write(lambda: service.add_chip("", "mid", "别厂的话", "theirs"))
    assert queries.chips_by_tag([short(made.id)]) == {}
