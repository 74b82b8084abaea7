"""A measured line that marks on a straight line, from the library to the frozen result; how far its values reach, and
what was corrected of them.
"""

from datetime import date
from typing import Any

import pytest
import sqlalchemy as sa
from phones import Phone
from shift import Floor, finish

from server.evaluations.models import Evaluation
from server.foundation.clock import to_ms
from server.foundation.db import session
from server.foundation.ids import unshort
from server.indicators.models import Indicator, IndicatorVersion, MeasuredValue
from server.people.models import Department
from server.sync_api.columns import LINE_COLUMNS, TREND_CHANGE_COLUMNS, TREND_LINE_COLUMNS
from server.values.rows import Given
from server.values.taking import take_in
from tests.cast import open_cycle

DECEMBER = "12 月评估"
NEWS = "返工单重复计数"


def line(cells: list[Any]) -> dict[str, Any]:
    return dict(zip(LINE_COLUMNS, [*cells, *[None] * len(LINE_COLUMNS)], strict=False))


@pytest.fixture
def on_a_line(floor: Floor) -> str:
    """肖静's phone would hold a cycle whose first indicator marks on a line: its id. Output is 95.6 of 90 to 100."""

    def opens() -> str:
        version = (
            session()
            .execute(
                sa.select(IndicatorVersion)
                .join(Indicator, Indicator.id == IndicatorVersion.indicator_id)
                .where(Indicator.code == "OUT")
            )
            .scalar_one()
        )
        version.rule, version.bands = "line", None
        session().flush()
        shift = session().get_one(Department, (floor.cast.tenant_id, floor.cast.shift.id))
        return str(open_cycle([shift], now=floor.clock.now(), name=DECEMBER).id)

    return str(floor.change(opens))


def evaluation_of(phone: Phone, person: Any) -> str:
    (found,) = [
        key for key, one in phone.all("evaluation").items()
        if one["employee_no"] == person.employee_no and phone.all("cycle")[one["cycle_id"]]["name_zh"] == DECEMBER
    ]  # fmt: skip
    return found


def bring(floor: Floor, value: float, reason: str = NEWS, **other: Any) -> None:
    given = {"place": 0, "employee_no": "N2", "indicator": "OUT", "value": value, "reason": reason}
    given |= {"period_from": date(2026, 11, 1), "period_to": date(2026, 11, 15)} | other
    taken = floor.change(lambda: take_in([Given(**given)], "MES", floor.clock.now()))
    assert all(one.code is None for one in taken.receipts), taken.receipts


def trend_of(phone: Phone, record: str, key: int = 1) -> dict[str, Any]:
    (found,) = [one for one in phone.all("trend")[record]["lines"] if one[0] == key]
    return dict(zip(TREND_LINE_COLUMNS, [*found, None], strict=False))


def test_the_data_mark_on_the_line_and_the_form_shows_its_bounds(floor: Floor, on_a_line: str) -> None:
    her = floor.phone(floor.cast.supervisor)
    record = evaluation_of(her, floor.cast.worker)
    row = her.all("evaluation")[record]
    # 2 + 2 * (95.6 - 90) / (100 - 90) = 3.12
    assert row["rules"][:2] == [3.12, 3]
    first, second, *_ = (line(one) for one in her.all("form")[row["form_id"]]["lines"])
    assert (first["rule"], first["bands"], first["threshold"], first["target"]) == ("line", [90, 95, 100, 105], 90, 100)
    assert (second["rule"], second["bands"]) == (None, [94, 96, 98, 99.5])


def test_the_result_adds_the_two_decimals_exactly(floor: Floor, on_a_line: str) -> None:
    bring(floor, 99.3)
    her = floor.phone(floor.cast.supervisor)
    record = evaluation_of(her, floor.cast.worker)
    assert her.all("evaluation")[record]["rules"][0] == 3.86
    receipts = finish(her, record)
    assert {one[0] for one in receipts.values()} == {"a"}, "a mark by the data owes no reason"
    worker = floor.phone(floor.cast.worker)
    (result,) = worker.all("result").values()
    # .3 * 3.86 + .3 * 3 + .2 * 4 + .1 * 2 + .1 * 5 = 3.558; by bands it would be 3.3.
    assert (result["overall"], result["rules"][0]) == (36, 3.86)
    hr = floor.client_for(floor.cast.hr)
    told = hr.get(f"/api/evaluations/{unshort(record)}").get_json()
    assert (told["overall"], told["lines"][0]["rule"], told["lines"][0]["mark"]) == (36, 3.86, 3.86)
    steps = hr.get(f"/api/evaluations/{unshort(record)}/history?field=score/1").get_json()
    assert [one["params"]["value"] for one in steps] == [3.12, 3.86]


def test_a_whole_mark_in_its_place_owes_a_reason(floor: Floor, on_a_line: str) -> None:
    her = floor.phone(floor.cast.supervisor)
    record = evaluation_of(her, floor.cast.worker)
    assert her.push(her.edit(record, "s1", 3)) == {1: ["a"]}
    marks = {"s3": 4, "s5": 5}
    edits = [her.edit(record, code, mark) for code, mark in marks.items()]
    edits.append(her.edit(record, "!submit", [["s1", her.version(1)], ["s3", her.version(2)], ["s5", her.version(3)]]))
    assert her.push(*edits)[4] == ["p", "reason_missing"], "3 is not 3.12"


@pytest.mark.parametrize(("value", "mark"), [(85, 1), (84.9, 1), (90, 2), (95, 3), (105, 5), (200, 5), (97.77, 3.55)])
def test_it_ends_at_one_and_five(floor: Floor, on_a_line: str, value: float, mark: float) -> None:
    bring(floor, value)
    her = floor.phone(floor.cast.supervisor)
    assert her.all("evaluation")[evaluation_of(her, floor.cast.worker)]["rules"][0] == mark


# ---- how far the data reach, and what was corrected -----------------------------------------------


def test_a_result_says_how_far_each_value_reached_when_it_was_signed(floor: Floor, her: Phone, record: str) -> None:
    bring(floor, 96.0, "", period_from=date(2026, 11, 16), period_to=date(2026, 11, 22), indicator="FPY")
    her.pull()
    assert {one[0] for one in finish(her, record).values()} == {"a"}
    bring(floor, 97.0, "", period_from=date(2026, 11, 16), period_to=date(2026, 11, 21))
    worker = floor.phone(floor.cast.worker)
    (result,) = worker.all("result").values()
    assert result["data_to"] == ["2026-11-15", "2026-11-22", None, "2026-11-15", None]


def test_an_evaluation_of_before_says_nothing_about_it(floor: Floor, her: Phone, record: str) -> None:
    floor.change(lambda: session().execute(sa.update(Evaluation).values(data_to=[])) and None)
    finish(her, record)
    (result,) = floor.phone(floor.cast.worker).all("result").values()
    assert result["data_to"] is None


def test_a_correction_before_the_submit_reaches_the_rater_with_its_reason(
    floor: Floor, her: Phone, record: str
) -> None:
    assert trend_of(her, record)["changes"] is None
    floor.move(minutes=5)
    bring(floor, 101.0)
    her.pull()
    trend = trend_of(her, record)
    (change,) = (dict(zip(TREND_CHANGE_COLUMNS, one, strict=True)) for one in trend["changes"])
    assert change == {
        "label": "2026-11", "before": 95.6, "after": 101, "reason": NEWS, "changed_at": to_ms(floor.clock.now()),
    }  # fmt: skip
    assert (trend["data_to"], her.all("evaluation")[record]["rules"][0]) == ("2026-11-15", 4)
    assert trend_of(her, record, 2)["changes"] is None
    colleague = next(key for key, one in her.all("evaluation").items() if one["employee_no"] == "N3")
    assert trend_of(her, colleague)["changes"] is None, "what was corrected of one is not told of another"


def test_what_was_corrected_of_an_earlier_cycle_is_no_news_of_this_one(floor: Floor, her: Phone, record: str) -> None:
    def earlier() -> None:
        one = (
            session().execute(sa.select(MeasuredValue).where(MeasuredValue.person_id == floor.cast.worker.id)).scalars()
        )
        held = next(iter(one))
        session().add(
            MeasuredValue(
                person_id=held.person_id, indicator_id=held.indicator_id, period_from=date(2026, 10, 1),
                period_to=date(2026, 10, 15), label="W41", value=90, source="MES", received_at=floor.clock.now(),
            )
        )  # fmt: skip

    floor.change(earlier)
    code = floor.at_work(
        lambda: session().execute(
            sa.select(Indicator.code).join(MeasuredValue, MeasuredValue.indicator_id == Indicator.id)
            .where(MeasuredValue.period_from == date(2026, 10, 1))
        ).scalar_one()
    )  # fmt: skip
    source = "attendance" if code == "ATT" else "MES"
    given = Given(place=0, employee_no="N2", indicator=code, period_from=date(2026, 10, 1), period_to=date(2026, 10, 15),
                  value=93.0, reason=NEWS)  # fmt: skip
    floor.change(lambda: take_in([given], source, floor.clock.now()))
    her.pull()
    assert [one[4:] for one in her.all("trend")[record]["lines"]] == [[], [], []]


def test_a_period_that_goes_on_is_no_correction(floor: Floor, her: Phone, record: str) -> None:
    bring(floor, 97.0, "", period_to=date(2026, 11, 16))
    her.pull()
    assert trend_of(her, record)["changes"] is None
    assert trend_of(her, record)["data_to"] == "2026-11-16"
