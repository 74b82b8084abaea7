"""Values by file go the way of every value: doubted, kept when corrected, refused where their source is locked."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from server.foundation import clock
from server.foundation.db import session, unit_of_work
from server.foundation.ids import PersonId, new_id
from server.imports.models import Part
from server.imports.plan import What
from server.indicators.models import MeasuredValue
from server.people.models import Person
from server.values import queries, sources
from server.values.models import FlagKind, LateRule, ObjectionState, ValueChange, ValueFlag, ValueObjection, ValueSource
from server.values.rows import By, Fate, Given
from server.values.taking import take_in
from tests.server.imports.conftest import Office
from tests.server.imports.test_applying import everything

HEAD = "employee_no,indicator,period,value\n"
PERIOD = "2026-11-01..2026-11-15"
"""Of the value that stands: N2, OUT, 95.6."""
CORRECTED = HEAD + f"N2,OUT,{PERIOD},88.5\n"
MONDAY = date(2026, 1, 5)


def found(office: Office, job: Any) -> set[tuple[str, str, int]]:
    """Findings of a preview as code, weight and row."""
    return {(one["code"], one["weight"], one["place"]["row"]) for one in office.parts(job, Part.FINDING)}


def every(office: Office, model: Any) -> list[Any]:
    return office.inside(lambda: list(session().execute(sa.select(model)).scalars()))  # type: ignore[no-any-return]


def rows(office: Office) -> Any:
    """Every row but the history of evaluations, which tells of a mark by rule that came and went."""
    return {name: held for name, held in office.inside(everything).items() if name != "field_history"}


def week(number: int) -> str:
    first = MONDAY + timedelta(weeks=number)
    return f"{first}..{first + timedelta(days=6)}"


def weeks(who: str, values: list[float]) -> str:
    return "".join(f"{who},OUT,{week(number)},{value}\n" for number, value in enumerate(values))


VARIED = [round(90.1 + n * 0.37, 2) for n in range(36)]


def set_source(office: Office, **values: Any) -> None:
    def work() -> None:
        held = sources.locked("MES")
        for name, value in values.items():
            setattr(held, name, value)

    office.inside(lambda: unit_of_work(work))


def test_a_correction_is_told_kept_and_named_by_its_row(office: Office, cast: Any) -> None:
    job = office.preview(("values.csv", CORRECTED))
    assert ("value_corrected", "doubt", 2) in found(office, job)
    assert [one["what"] for one in office.parts(job, Part.CHANGE)] == [What.CHANGED.value]
    assert every(office, ValueChange) == []
    office.apply(job)
    (change,) = every(office, ValueChange)
    assert (float(change.before), float(change.after), change.version) == (95.6, 88.5, 2)
    assert change.reason == "values.csv 2"
    assert every(office, ValueSource)[0].last_value_at is not None


def test_a_reason_in_the_file_goes_into_the_history(office: Office) -> None:
    office.bring_in(("values.csv", f"工号,指标编码,期间,数值,更正原因\nN2,OUT,{PERIOD},88.5,补录漏扫\n"))
    assert every(office, ValueChange)[0].reason == "补录漏扫"


def test_a_file_takes_days_back_with_a_reason_of_its_own(office: Office) -> None:
    text = "employee_no,indicator,period,value,reason\nN2,OUT,2026-11-01..2026-11-10,88.5,多算五天\n"
    job = office.bring_in(("values.csv", text))
    assert job.state == "applied", job.failure
    (change,) = every(office, ValueChange)
    assert (change.before_to, change.reason) == (date(2026, 11, 15), "多算五天")


def test_an_undo_takes_history_doubts_and_source_back_with_the_value(office: Office) -> None:
    before = rows(office)
    job = office.bring_in(("values.csv", CORRECTED + weeks("N3", VARIED) + weeks("N2", [*VARIED[:-1], 9000.0])))
    assert job.state == "applied", (job.failure, job.failure_params)
    kinds = {one.kind for one in every(office, ValueFlag)}
    assert {FlagKind.JUMP.value, FlagKind.COPIED.value} <= kinds
    undone = office.undo(job)
    assert undone.state == "undone", (undone.failure, undone.failure_params)
    assert rows(office) == before


def test_the_preview_tells_the_doubts_that_applying_raises(office: Office) -> None:
    text = HEAD + weeks("N3", VARIED) + weeks("N2", [*VARIED[:-1], 9000.0])
    job = office.preview(("values.csv", text))
    told = found(office, job)
    copied = {row for code, _, row in told if code == "value_copied"}
    jumps = {row for code, _, row in told if code == "value_jump"}
    assert copied, "N2 is N3 again"
    assert jumps == {len(text.splitlines())}
    assert all(weight == "doubt" for _, weight, _ in told)
    assert every(office, ValueFlag) == [], "a preview writes nothing"
    office.apply(job)
    raised = every(office, ValueFlag)
    assert len([one for one in raised if one.kind == FlagKind.COPIED]) == len(copied)
    assert len([one for one in raised if one.kind == FlagKind.JUMP]) == len(jumps)


def test_copies_of_what_stands_are_foreseen_too(office: Office) -> None:
    office.bring_in(("values.csv", HEAD + weeks("N3", VARIED)))
    job = office.preview(("values.csv", HEAD + weeks("N2", VARIED)))
    assert {code for code, _, _ in found(office, job)} == {"value_copied"}


def test_a_new_plant_is_doubted_by_its_own_rows(office: Office) -> None:
    people = "employee_no,name_zh,department,job,hired_on\nN8,新人,WA,OPR,2024-01-01\nN9,新手,WA,OPR,2024-01-01\n"
    text = HEAD + weeks("N8", VARIED) + weeks("N9", VARIED)
    job = office.preview(("people.csv", people), ("values.csv", text))
    assert "value_copied" in {code for code, _, _ in found(office, job)}
    assert office.apply(job).state == "applied"


def test_a_locked_source_keeps_the_file_out_and_says_why(office: Office) -> None:
    set_source(office, locked_reason="月结中")
    job = office.preview(("values.csv", CORRECTED))
    (one,) = office.parts(job, Part.FINDING)
    assert (one["code"], one["weight"], one["params"]["reason"]) == ("value_source_locked", "error", "月结中")
    assert office.refused(lambda: office.apply(job)) == "import_errors"


def test_a_source_that_is_locked_after_the_preview_keeps_all_of_it_out(office: Office) -> None:
    job = office.preview(("values.csv", CORRECTED))
    set_source(office, locked_reason="月结中")
    before = office.inside(everything)
    failed = office.apply(job)
    assert (failed.state, failed.failure) == ("failed", "import_errors")
    assert office.inside(everything) == before


@pytest.mark.parametrize(
    ("line", "code"),
    [
        ("N2,OUT,2026-11-01..2026-11-10,88.5", "value_period_shorter"),
        ("N2,FIVE-S,2026-10,4", "value_not_measured"),
        ("N2,OUT,1999-10,88", "value_period_far"),
    ],
)
def test_what_the_rule_refuses_is_an_error_of_its_row(office: Office, line: str, code: str) -> None:
    job = office.preview(("values.csv", HEAD + line + "\n"))
    assert (code, "error", 2) in found(office, job), found(office, job)


def test_another_source_than_the_indicators_is_refused(office: Office) -> None:
    job = office.preview(("values.csv", "employee_no,indicator,period,value,source\nN2,OUT,2026-10,88,CRM\n"))
    assert ("value_source_other", "error", 2) in found(office, job)


def test_two_periods_that_begin_on_one_day_contradict_each_other(office: Office) -> None:
    job = office.preview(("values.csv", HEAD + "N2,OUT,2026-10,88\nN2,OUT,2026-10-01..2026-10-15,88\n"))
    assert ("rows_differ", "error", 3) in found(office, job)


def test_a_running_period_goes_on_by_file_without_a_doubt(office: Office) -> None:
    job = office.preview(("values.csv", HEAD + "N2,OUT,2026-11-01..2026-11-20,97\n"))
    assert found(office, job) == set()
    (one,) = office.parts(job, Part.CHANGE)
    assert {each["name"] for each in one["differences"]} == {"value", "period"}


def take(office: Office, cast: Any, value: float) -> None:
    row = Given(0, "N2", "OUT", date(2026, 11, 1), date(2026, 11, 15), value, "更正")
    office.inside(lambda: unit_of_work(lambda: take_in([row], "MES", clock.now(), by=By(cast.hr.id))) and None)


def test_a_later_correction_stands_on_it_and_a_settled_doubt_does_not(office: Office, cast: Any) -> None:
    job = office.bring_in(("values.csv", HEAD + weeks("N3", [*VARIED, 9000.0])))

    def settle() -> None:
        session().execute(sa.update(ValueFlag).values(settled_at=clock.now(), settled_by_id=cast.hr.id, note="真的"))

    office.inside(lambda: unit_of_work(settle))
    assert office.undo(job).state == "undone"
    assert every(office, ValueFlag) == []
    corrected = office.bring_in(("values.csv", CORRECTED))
    take(office, cast, 91.0)
    assert office.undo(corrected).failure == "import_stood_upon"


def test_what_was_corrected_and_put_back_is_stood_upon_and_a_value_brought_anew_is_corrected(
    office: Office, cast: Any
) -> None:
    job = office.bring_in(("values.csv", HEAD + "N2,OUT,2026-10,80\n"))

    def correct(value: float) -> None:
        row = Given(0, "N2", "OUT", date(2026, 10, 1), date(2026, 10, 31), value, "更正")
        taken = office.inside(lambda: unit_of_work(lambda: take_in([row], "MES", clock.now(), by=By(cast.hr.id))))
        assert taken.receipts[0].fate is Fate.CORRECTED

    correct(70)
    correct(80)
    assert office.undo(job).failure == "import_stood_upon", "its history would stay without a value"
    other = office.bring_in(("values.csv", HEAD + "N3,OUT,2026-10,80\n"))
    assert office.undo(other).state == "undone"
    office.bring_in(("values.csv", HEAD + "N3,OUT,2026-10,80\n"))
    office.bring_in(("values.csv", HEAD + "N3,OUT,2026-10,81\n"))
    assert sorted(one.version for one in every(office, ValueChange)) == [2, 2, 3]


def test_an_objection_to_what_it_brought_stands_on_it(office: Office) -> None:
    job = office.bring_in(("values.csv", CORRECTED))

    def object_to_it() -> None:
        person = session().execute(sa.select(Person).where(Person.employee_no == "N2")).scalar_one()
        indicator = queries.measured()["OUT"].id
        now = clock.now()
        session().add(
            ValueObjection(
                id=new_id(),
                person_id=PersonId(person.id),
                indicator_id=indicator,  # type: ignore[arg-type]
                period_from=date(2026, 11, 1),
                version=2,
                shown=88.5,  # type: ignore[arg-type]
                reason="不对",
                raised_at=now,
                due_at=now,
                state=ObjectionState.OPEN.value,
                answered_by_id=None,
                answered_at=None,
                answer=None,
            )
        )

    office.inside(lambda: unit_of_work(object_to_it))
    kept = office.undo(job)
    assert (kept.state, kept.failure) == ("applied", "import_stood_upon")
    assert kept.failure_params["stands"][0]["table"] == "value_objection"


def test_late_values_are_told_or_refused_as_the_source_says(office: Office, cast: Any) -> None:
    from server.cycles.models import Cycle

    def close() -> None:
        session().execute(sa.update(Cycle).values(state="closed"))

    office.inside(lambda: unit_of_work(close))
    job = office.preview(("values.csv", CORRECTED))
    assert {"value_late", "value_corrected"} == {code for code, _, _ in found(office, job)}
    set_source(office, late_rule=LateRule.REFUSE.value)
    job = office.preview(("values.csv", CORRECTED))
    assert found(office, job) == {("value_too_late", "error", 2)}


def test_a_source_that_another_system_has_a_key_for_meanwhile_stays(office: Office, cast: Any) -> None:
    from server.values.models import ApiKey

    job = office.bring_in(("values.csv", CORRECTED))
    (source,) = every(office, ValueSource)
    now = office.inside(clock.now)

    def make() -> None:
        session().add(
            ApiKey(
                name="mes", hash="0" * 64, hint="abcd", source_id=source.id, indicators=[], made_by_id=cast.admin.id,
                made_at=now, expires_at=now, last_used_at=None, revoked_at=None,
            )
        )  # fmt: skip

    office.inside(lambda: unit_of_work(make))
    assert office.undo(job).state == "undone"
    assert len(every(office, ValueSource)) == 1
    assert float(every(office, MeasuredValue)[0].value) != 88.5
