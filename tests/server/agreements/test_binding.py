"""What was agreed reaches the form of the next cycle that opens, and no form that is there already."""

import sys
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from server.agreements.models import Agreement
from server.evaluations.models import Evaluation, Form
from server.foundation import clock
from server.foundation.db import session
from server.people.models import Department
from server.sync_api.columns import LINE_COLUMNS
from tests.cast import open_cycle
from tests.server.agreements.conftest import CHANGED, DRAWN, Agreeing

folder = Path(__file__).parents[1] / "evaluations"
if str(folder) not in sys.path:
    sys.path.insert(0, str(folder))

from shift import finish  # noqa: E402

HOUR = timedelta(hours=1)
DECEMBER = "12 月评估"
AS_SET = [30, 30, 20, 10, 10]
AGREED = [40, 20, 20, 10, 10]


@pytest.fixture
def opened(cast: Any, north: Any) -> Callable[[], None]:
    """Opens another cycle of both shifts."""

    def opens() -> None:
        places = [session().get_one(Department, (cast.tenant_id, one.id)) for one in (cast.shift, cast.neighbour_shift)]
        open_cycle(places, now=clock.now(), name=DECEMBER)

    return lambda: north(opens)


def form_of(phone: Agreeing, person: Any, cycle: str) -> list[dict[str, Any]]:
    """The lines on which this phone has this person judged in the cycle of that name."""
    (found,) = [
        one for one in phone.all("evaluation").values()
        if one["employee_no"] == person.employee_no and phone.all("cycle")[one["cycle_id"]]["name_zh"] == cycle
    ]  # fmt: skip
    lines = phone.all("form")[found["form_id"]]["lines"]
    return [dict(zip(LINE_COLUMNS, [*line, *[None] * len(LINE_COLUMNS)], strict=False)) for line in lines]


def weights(phone: Agreeing, person: Any, cycle: str = DECEMBER) -> list[int]:
    return [line["weight"] for line in form_of(phone, person, cycle)]


def change(lead: Agreeing, record: str, open_for: Any, lines: Any = CHANGED) -> str:
    """The supervisor puts other terms in; the version of that text."""
    open_for(HOUR)
    assert lead.push(lead.typed(record, "!terms", [lines])) == {1: ["a"]}
    return lead.version(1)


@pytest.mark.parametrize("said", [["confirm"], ["disagree", "太高"], ["object", "换一台机器再说"]])
def test_terms_that_the_employee_has_answered_are_those_of_the_next_form(
    cast: Any, worker: Agreeing, lead: Agreeing, record: str, open_for: Any, opened: Any, said: list[str]
) -> None:
    text = change(lead, record, open_for)
    assert worker.push(worker.typed(record, "voi", said, text)) == {1: ["a"]}
    opened()
    lead.pull()
    assert weights(lead, cast.worker) == AGREED
    output, first_pass, five_s, *_ = form_of(lead, cast.worker, DECEMBER)
    assert (output["target"], output["set_weight"], output["bands"]) == (98, 30, [90, 95, 100, 105])
    assert (first_pass["target"], first_pass["set_weight"], five_s["set_weight"]) == (100, 30, None)
    assert weights(lead, cast.other_worker) == AS_SET, "what one agreed is not what another did"
    assert weights(lead, cast.worker, "11 月评估") == AS_SET, "a form that is there keeps its weights"


def test_a_change_that_nobody_answered_is_not_what_somebody_is_judged_by(
    cast: Any, worker: Agreeing, lead: Agreeing, record: str, open_for: Any, opened: Any
) -> None:
    worker.push(worker.typed(record, "voi", ["confirm"]))  # of the text as drawn up
    change(lead, record, open_for)
    opened()
    lead.pull()
    assert weights(lead, cast.worker) == AS_SET


def test_of_several_texts_the_newest_that_was_answered_holds(
    cast: Any, worker: Agreeing, lead: Agreeing, record: str, open_for: Any, opened: Any
) -> None:
    first = change(lead, record, open_for)
    worker.push(worker.typed(record, "voi", ["confirm"], first))
    again = [[1, 98, 50], [2, 100, 10], *DRAWN[2:]]
    assert lead.push(lead.typed(record, "!terms", [again], first)) == {2: ["a"]}
    opened()
    lead.pull()
    assert weights(lead, cast.worker) == AGREED


def test_a_change_after_the_opening_waits_for_the_next_cycle(
    cast: Any, worker: Agreeing, lead: Agreeing, record: str, open_for: Any, opened: Any, north: Any
) -> None:
    opened()
    text = change(lead, record, open_for)
    worker.push(worker.typed(record, "voi", ["confirm"], text))
    lead.pull()
    assert weights(lead, cast.worker) == AS_SET
    query = sa.select(Form.lines).join(Evaluation, Evaluation.form_id == Form.id)
    for lines in north(lambda: session().execute(query).scalars().all()):
        assert [line["weight"] for line in lines] == AS_SET


def test_the_result_is_reckoned_and_shown_by_the_agreed_weights(
    cast: Any, worker: Agreeing, lead: Agreeing, record: str, open_for: Any, opened: Any
) -> None:
    terms = [[1, 100, 10], [2, 100, 10], [3, None, 10], [4, 100, 10], [5, None, 60]]
    text = change(lead, record, open_for, terms)
    worker.push(worker.typed(record, "voi", ["confirm"], text))
    opened()
    lead.pull()
    (evaluation,) = [
        key for key, one in lead.all("evaluation").items()
        if one["employee_no"] == cast.worker.employee_no and lead.all("cycle")[one["cycle_id"]]["name_zh"] == DECEMBER
    ]  # fmt: skip
    finish(lead, evaluation)
    worker.pull()
    (result,) = worker.all("result").values()
    # 3, 3 and 2 by the data, 4 and 5 by hand: .3 + .3 + .4 + .2 + 3.0 = 4.2. By the set's weights it would be 3.3.
    assert result["overall"] == 42
    form = worker.all("form")[result["form_id"]]
    assert [line[LINE_COLUMNS.index("weight")] for line in form["lines"]] == [10, 10, 10, 10, 60]


def test_an_agreement_about_other_indicators_says_nothing_about_these(
    cast: Any, lead: Agreeing, worker: Agreeing, opened: Any, north: Any
) -> None:
    def another() -> None:
        query = sa.select(Agreement).where(Agreement.person_id == cast.worker.id)
        one = session().execute(query).scalar_one()
        one.lines = [line | {"code": "GONE"} if line["key"] == 1 else line for line in one.lines]
        one.lines = [line | {"weight": 30 + 10 * (line["key"] == 2)} for line in one.lines]

    north(another)
    opened()
    lead.pull()
    assert weights(lead, cast.worker) == AS_SET


def test_a_target_was_agreed_for_one_version_and_the_weight_for_the_indicator(
    cast: Any, worker: Agreeing, lead: Agreeing, record: str, open_for: Any, opened: Any, north: Any
) -> None:
    text = change(lead, record, open_for)
    worker.push(worker.typed(record, "voi", ["confirm"], text))

    def older() -> None:
        query = sa.select(Agreement).where(Agreement.person_id == cast.worker.id)
        one = session().execute(query).scalar_one()
        one.lines = [line | {"indicator_version": "A" * 22} for line in one.lines]

    north(older)
    opened()
    lead.pull()
    assert weights(lead, cast.worker) == AGREED
    assert form_of(lead, cast.worker, DECEMBER)[0]["target"] == 100


def test_who_agreed_to_the_same_shares_a_form(
    cast: Any, worker: Agreeing, lead: Agreeing, record: str, opened: Any
) -> None:
    opened()
    lead.pull()
    assert len(lead.all("form")) == 2, "one for each cycle"
