"""The demo plant: there at once, the same when loaded again, and true in what it says."""

import json
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from server.app import create_app
from server.cycles.models import Cycle
from server.demo import PASSWORD, facts, load
from server.demo.plant import read
from server.evaluations.models import Answer, Evaluation, Result
from server.foundation.clock import EXTENSION, TestClock
from server.foundation.db import db, session, tenant_context
from server.foundation.ids import TenantId, new_id, short
from server.identity import passwords
from server.identity import queries as accounts
from server.identity.models import PASSWORD_MIN, AuthSession
from server.indicators import library, standing
from server.indicators.library_models import (
    OUTPUTS_MAX,
    OUTPUTS_MIN,
    CoreOutput,
    Goal,
    GoalTier,
    InfluenceAnswer,
    OutputAgreement,
    Side,
)
from server.indicators.models import Chip, Indicator, MeasuredValue, PastMark
from server.people import queries as people
from server.sync_api.models import LoggedMutation
from tests.conftest import NOW, settings_for

MACHINING_A = "10011"


@contextmanager
def at_work(app: Flask) -> Iterator[Flask]:
    """The demo plant at work in this application's database."""
    with app.app_context():
        plant = accounts.tenant_by_code("demo")
        assert plant is not None
        session().close()
        with tenant_context(TenantId(plant.id)):
            yield app
            db.session.remove()


@pytest.fixture
def fresh(app: Flask) -> Iterator[Flask]:
    """Loaded for this test, on either database."""
    with app.app_context():
        assert load() is True
    with at_work(app):
        yield app


@pytest.fixture(scope="module")
def demo_file(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path: Path = tmp_path_factory.mktemp("demo") / "gemba.db"
    shutil.copy(sqlite_template, path)
    app = create_app(settings_for(f"sqlite:///{path}"), clock=TestClock(NOW))
    with app.app_context():
        assert load() is True
        db.engine.dispose()
    return path


@pytest.fixture
def loaded(demo_file: Path, tmp_path: Path, clock: TestClock) -> Iterator[Flask]:
    """What the plant is like does not depend on the database: a copy of one that was loaded once."""
    shutil.copy(demo_file, tmp_path / "gemba.db")
    app = create_app(settings_for(f"sqlite:///{tmp_path}/gemba.db"), clock=clock)
    with at_work(app):
        yield app
    with app.app_context():
        db.engine.dispose()


def counts() -> dict[str, int]:
    session().close()
    with db.engine.connect() as connection:
        if connection.dialect.name == "postgresql":
            connection.execute(sa.text("SELECT set_config('gemba.tenant', id::text, false) FROM tenant"))
        names = sa.inspect(connection).get_table_names()
        return {name: connection.scalar(sa.text(f'SELECT count(*) FROM "{name}"')) or 0 for name in names}


def cycle_that_is(state: str) -> Cycle:
    return session().execute(sa.select(Cycle).where(Cycle.state == state)).scalar_one()


def evaluations_of(employee_no: str, state: str = "open") -> list[Evaluation]:
    person = people.by_number(employee_no)
    assert person is not None
    query = sa.select(Evaluation).where(
        Evaluation.rater_id == person.id, Evaluation.cycle_id == cycle_that_is(state).id
    )
    return list(session().execute(query.order_by(Evaluation.run_order)).scalars())


def test_loading_it_again_changes_nothing(fresh: Flask) -> None:
    before = counts()
    assert before["person"] > 55
    with fresh.app_context():
        assert load() is False
    assert counts() == before


def test_the_first_supervisor_has_twelve_people_to_score_at_once(loaded: Flask, clock: TestClock) -> None:
    team = evaluations_of(MACHINING_A)
    assert len(team) == 12
    assert [one.run_order for one in team] == list(range(1, 13))
    assert {one.state for one in team} == {"open"}
    for one in team:
        assert one.last_overall is not None
        assert None not in one.lasts
    supervisors = [n for n, role in roles(clock) if role == "supervisor"]
    assert min(supervisors) == MACHINING_A, "whoever takes the first supervisor finds a team"
    first = people.by_number(min(n for n, role in roles(clock) if role == "employee"))
    assert first is not None
    assert first.id in {one.employee_id for one in team}, "and the first employee is one of hers"


@pytest.mark.parametrize(("rater", "done"), [("10011", 0), ("10012", 6), ("10013", 0), ("10014", 10)])
def test_the_running_month_is_at_all_stages(loaded: Flask, rater: str, done: int) -> None:
    team = evaluations_of(rater)
    assert len(team) in (10, 12)
    assert sum(one.state != "open" for one in team) == done


def test_the_month_before_is_closed_with_a_result_for_everybody_and_most_have_answered(loaded: Flask) -> None:
    cycle = cycle_that_is("closed")
    assert cycle.period_to < cycle_that_is("open").period_from
    query = sa.select(Evaluation.state, sa.func.count()).where(Evaluation.cycle_id == cycle.id)
    counts = {row[0]: row[1] for row in session().execute(query.group_by(Evaluation.state))}
    assert set(counts) == {"submitted", "acknowledged"}
    assert counts["acknowledged"] > 4 * counts["submitted"]
    assert sum(counts.values()) == len(list(session().execute(sa.select(Evaluation)).scalars())) // 2
    said = {one.kind for one in session().execute(sa.select(Answer)).scalars()}
    assert said == {"agree", "disagree"}


def test_the_last_marks_are_those_that_were_given_in_the_month_before(loaded: Flask) -> None:
    before = {one.employee_id: one for one in evaluations_of(MACHINING_A, "closed")}
    query = sa.select(Result).where(Result.evaluation_id.in_([one.id for one in before.values()]))
    results = {one.evaluation_id: one for one in session().execute(query).scalars()}
    for one in evaluations_of(MACHINING_A):
        earlier = before[one.employee_id]
        result = results[earlier.id]
        marks = [rule if score is None else score for score, rule in zip(result.scores, earlier.rules, strict=True)]
        assert (one.lasts, one.last_overall) == (marks, result.overall)
    months = {month for (month,) in session().execute(sa.select(PastMark.month).distinct())}
    assert max(months) < cycle_that_is("closed").period_from.isoformat()[:7], "kept before Gemba"


def test_what_was_done_came_from_phones_and_none_is_signed_in_any_more(loaded: Flask) -> None:
    told = session().execute(sa.select(LoggedMutation.receipt, LoggedMutation.reason).distinct())
    receipts = {(row.receipt, row.reason) for row in told}
    assert receipts == {("a", None), ("p", "window_closed")}, "one change in each shift waits for the next window"
    assert {row for (row,) in session().execute(sa.select(AuthSession.state).distinct())} == {"closed"}


def test_the_closed_month_is_on_the_employees_phone_and_no_longer_on_the_raters(app: Flask, client_for: Any) -> None:
    with app.app_context():
        load()
        plant = accounts.tenant_by_code("demo")
        assert plant is not None
        session().close()
        with tenant_context(TenantId(plant.id)):
            closed = short(cycle_that_is("closed").id)
            who = [people.by_number(number) for number in ("10101", MACHINING_A)]
            db.session.expunge_all()
            db.session.remove()
    for person, family, expected in zip(who, ("own", "rate"), (True, False), strict=True):
        request = [1, short(new_id()), "", "n", "", [], 0, 0, 0]
        answer = client_for(person).post("/api/sync", json=request).json
        puts = {answer[6][delta[0]].partition(":")[0]: delta[4] for delta in answer[7]}
        cycles = {row[0] for row in puts[family].get("cycle", ())}
        assert (closed in cycles) is expected


def roles(clock: TestClock) -> list[tuple[str, str]]:
    from server.people.wiring import PeopleDirectory

    return [(one.employee_no, one.role) for one in PeopleDirectory().demo_people(now=clock.now())]


def test_every_role_can_sign_in(loaded: Flask, clock: TestClock) -> None:
    assert {role for _, role in roles(clock)} >= {"employee", "supervisor", "manager", "hrbp", "hr", "admin"}


def test_one_person_of_the_first_shift_lacks_one_value_and_some_are_below_the_threshold(loaded: Flask) -> None:
    team = evaluations_of(MACHINING_A)
    rules = [one.rules for one in team]
    measured = [[marks[place] for marks in rules] for place in (0, 1, 3)]
    assert sum(mark is None for line in measured for mark in line) == 1
    assert sum(mark == 1 for line in measured for mark in line if mark) >= 2
    assert {mark for line in measured for mark in line} >= {None, 1, 2, 3, 4}
    assert all(marks[2] is None and marks[4] is None for marks in rules), "judgement is asked of people alone"


def test_both_workshops_have_an_open_cycle_and_a_shift_holds_its_workers_alone(loaded: Flask, clock: TestClock) -> None:
    cycle = cycle_that_is("open")
    assert cycle.deadline_at - clock.now() > timedelta(days=4)
    raters = {rater for (rater,) in session().execute(sa.select(Evaluation.rater_id).distinct())}
    assert len(raters) >= 6
    (shift,) = [one for one in people.departments() if one.code == "MA"]
    members = people.members(people.day_of(clock.now()), departments=[shift.id])
    assert len(members) == 12


def test_values_are_weekly_for_eight_weeks_and_end_with_the_last_complete_one(loaded: Flask, clock: TestClock) -> None:
    today = people.day_of(clock.now())
    values = list(session().execute(sa.select(MeasuredValue)).scalars())
    weekly = {one.period_from for one in values if one.label.startswith("W")}
    assert len(weekly) == 8
    assert max(weekly) + timedelta(days=6) < today <= max(weekly) + timedelta(days=13)
    assert all(one.period_to < today for one in values)
    assert session().execute(sa.select(sa.func.count()).select_from(PastMark)).scalar_one() > 100


def test_every_account_has_the_documented_password(loaded: Flask) -> None:
    assert len(PASSWORD) >= PASSWORD_MIN >= 15
    one, other = accounts.account_by_number(MACHINING_A), accounts.account_by_number("10101")
    assert one is not None
    assert other is not None
    assert one.password_hash == other.password_hash
    assert passwords.matches(one.password_hash, PASSWORD)


def test_the_clock_and_the_seed_decide_every_value(loaded: Flask) -> None:
    first = evaluations_of(MACHINING_A)[0]
    assert first.values == [96.66, 98.17, None, 95.6, None]
    assert (first.rules, first.lasts, first.last_overall) == ([3, 3, None, 3, None], [2, 3, 3, 3, 2], 26)


@pytest.mark.parametrize("day", ["2026-01-01", "2026-02-28", "2026-03-02", "2026-12-07", "2027-01-10", "2028-02-29"])
def test_on_any_day_the_judged_month_has_values(day: str) -> None:
    today = date.fromisoformat(day)
    month = facts.running_month(today)
    inside = [week for week in facts.weeks(today) if month <= week.period_to <= facts.month_end(month)]
    assert len(inside) >= 1
    assert month <= facts.months(today)[-1].period_to <= facts.month_end(month)
    assert all(one.period_from <= one.period_to < today for one in [*facts.weeks(today), *facts.months(today)])
    assert len(facts.months(today)) == 6


def test_it_can_be_loaded_early_in_a_month_and_year(app: Flask) -> None:
    app.extensions[EXTENSION] = TestClock(datetime(2027, 1, 4, 1, 0, tzinfo=UTC))
    with app.app_context():
        assert load() is True
        plant = accounts.tenant_by_code("demo")
        assert plant is not None
        session().close()
        with tenant_context(TenantId(plant.id)):
            cycle = cycle_that_is("open")
            assert cycle_that_is("closed").name_en == "November evaluation"
            assert (cycle.name_zh, cycle.name_en) == ("12 月评估", "December evaluation")
            assert evaluations_of(MACHINING_A)[0].values[0] is not None
        db.session.remove()


# ---- the words -----------------------------------------------------------------------------------


def test_every_chip_is_in_both_languages_and_says_the_same(loaded: Flask) -> None:
    chips = list(session().execute(sa.select(Chip)).scalars())
    assert {one.band for one in chips if one.indicator_code == "FIVE-S"} == {"low", "mid", "high"}
    slot = re.compile(r"\{(\w+)\}|(__)")
    for one in chips:
        assert sorted(slot.findall(one.zh)) == sorted(slot.findall(one.en)), one.zh
        assert {name for name, _ in slot.findall(one.zh)} <= {"", "value", "target", "threshold", "period"}
        assert len(slot.sub("99.5", one.zh)) <= 26, "a chip is read at a glance: " + one.zh
    assert any("{value}" in one.zh for one in chips)
    assert any("__" in one.zh for one in chips)


def test_names_are_short_and_weights_sum_to_a_hundred() -> None:
    content = read("indicators")
    for one in content["indicators"]:
        assert len(one["short_zh"]) <= 8, one["code"]
        assert len(one["short_en"]) <= 20, one["code"]
        assert (one.get("anchors") is None) == (one["source"] != "rating")
        assert all(len(pair) == 2 and all(pair) for pair in one.get("anchors", []))
    for category, lines in content["sets"].items():
        assert sum(weight for _, weight in lines) == 100, category
        assert 3 <= len(lines) <= 5, category


def test_a_mark_of_four_reaches_the_target() -> None:
    for one in read("indicators")["indicators"]:
        if "bands" in one:
            better = one["bands"][2] >= one["target"] if one.get("direction") != "lower" else (
                one["bands"][3] <= one["target"]
            )  # fmt: skip
            assert better, one["code"]


def test_no_name_stands_twice() -> None:
    content = read("people")
    names = [row[1] for row in content["people"]]
    names += [member[0] for _, _, members in content["shifts"].values() for member in members]
    assert len(names) == len(set(names)) >= 60


def test_the_data_are_plain_json_with_words_for_both_languages() -> None:
    folder = Path(facts.__file__).parent / "data"
    for path in folder.glob("*.json"):
        assert json.loads(path.read_text("utf-8")), path


# ---- the library ---------------------------------------------------------------------------------


def test_whoever_agreed_to_outputs_or_answered_speaks_for_that_side(loaded: Flask, clock: TestClock) -> None:
    members = people.members(people.day_of(clock.now()))
    agreed = list(session().execute(sa.select(OutputAgreement)).scalars())
    said = list(session().execute(sa.select(InfluenceAnswer)).scalars())
    assert agreed
    assert {one.answer for one in said} == {"yes", "partly", "no"}
    assert all(one.words for one in said if one.answer != "yes")
    for one in [*agreed, *said]:
        speaks = standing.sides(one.person_id, clock.now(), members).get(one.job_id, frozenset())
        assert Side(one.side) in speaks, (one.job_id, one.side)


def test_every_job_that_is_judged_has_its_core_outputs_and_one_indicator_hangs_on_none(loaded: Flask) -> None:
    outputs: dict[Any, int] = {}
    for one in session().execute(sa.select(CoreOutput)).scalars():
        outputs[one.job_id] = outputs.get(one.job_id, 0) + 1
    judged = {job.id for job in library.jobs() if job.category in read("indicators")["sets"]}
    assert judged <= set(outputs)
    assert all(OUTPUTS_MIN <= outputs[job] <= OUTPUTS_MAX for job in judged)
    hung = library.outputs_of()
    orphans = [one.code for one in session().execute(sa.select(Indicator)).scalars() if one.id not in hung]
    assert orphans == ["ATT"], "attendance is what nobody is there for: the screen must say so"


def test_two_sides_see_an_indicator_differently(loaded: Flask) -> None:
    said: dict[Any, set[str]] = {}
    for one in session().execute(sa.select(InfluenceAnswer)).scalars():
        said.setdefault((one.indicator_version_id, one.job_id), set()).add(one.answer)
    assert len([both for both in said.values() if len(both) > 1]) >= 4


def test_the_goal_board_reaches_from_the_company_to_a_person(loaded: Flask, clock: TestClock) -> None:
    goals = {one.id: one for one in session().execute(sa.select(Goal)).scalars()}
    today = people.day_of(clock.now())
    assert {one.tier for one in goals.values()} == {tier.value for tier in GoalTier}
    assert all(one.period_from <= today <= one.period_to for one in goals.values())
    person = next(one for one in goals.values() if one.tier == GoalTier.PERSON)
    ways = [person]
    while ways[-1].parent_id is not None:
        ways.append(goals[ways[-1].parent_id])
    assert ways[-1].tier == GoalTier.COMPANY
