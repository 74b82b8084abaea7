"""Files become rows, all or nothing, on both databases, and become again what was."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa
from flask import Flask

from server.evaluations.models import Evaluation
from server.foundation.batch import plain
from server.foundation.db import Base, session, tenant_context, unit_of_work
from server.foundation.ids import new_id, short
from server.foundation.prepared import of_plant
from server.identity import service as identity
from server.imports import applying
from server.imports.models import Part
from server.imports.phones import Choice
from server.people import service as people
from server.people.models import Person
from tests.server.hostile.knock import knock
from tests.server.imports.conftest import Office, sample

PEOPLE = "employee_no,name_zh,name_en,department,job,level,hired_on,left_on\n"
LINES = "employee_no,supervisor_no,valid_from,valid_to\n"
MOVE = ("reporting.csv", LINES + "N2,N4,2026-11-20,\n")
"""汤雨桐 goes from 肖静 to 梁德胜."""
IGNORED = frozenset(
    {"import_job", "import_file", "import_part", "feed", "tenant_seq", "alembic_version", "auth_session"}
)


def everything() -> dict[str, list[Any]]:
    """Every row of the plant, but what tells of imports and of changes."""
    found = {}
    for table in Base.metadata.sorted_tables:
        if table.name not in IGNORED and "tenant_id" in table.c:
            rows = session().connection().execute(of_plant(sa.select(table))).all()
            found[table.name] = sorted(json.dumps([plain(v) for v in row], default=str) for row in rows)
    return found


@pytest.fixture
def empty(app: Flask, database: str) -> Office:
    """The office of a plant that was founded just now."""
    tenant_id = new_id()
    made = Office(app, tenant_id)
    make = lambda: identity.create_tenant(  # noqa: E731
        code="new",
        name_zh="新",
        name_en="New",
        time_zone="Asia/Shanghai",
        tenant_id=tenant_id,  # type: ignore[arg-type]
    )
    made.inside(lambda: unit_of_work(make) and None)
    return made


def test_the_sample_plant_comes_in_at_once_and_a_second_time_changes_nothing(empty: Office) -> None:
    before = empty.inside(everything)
    job = empty.bring_in(*sample())
    assert (job.state, job.errors) == ("applied", 0), job.failure
    assert {one["code"] for one in empty.parts(job, Part.FINDING)} == {"role_by_hand"}
    counts = {kind: one["new"] for kind, one in job.counts.items()}
    assert (counts["people"], counts["values"], counts["departments"]) == (202, 4779, 24)
    again = empty.preview(*sample())
    assert all(one["unchanged"] == sum(one.values()) for one in again.counts.values()), again.counts
    assert empty.parts(again, Part.CHANGE) == []
    undone = empty.undo(job)
    assert undone.state == "undone", (undone.failure, undone.failure_params)
    assert empty.inside(everything) == before


def test_an_undo_puts_back_exactly_what_was(office: Office) -> None:
    before = office.inside(everything)
    files = (
        ("departments.csv", "code,name_zh,name_en,parent\nWC,丙班,Shift C,W\nWA,甲班改名,Shift A,W\n"),
        ("people.csv", PEOPLE + "N2,汤雨桐,Tang Yutong,WC,OPR,2,2024-01-01,\nN9,新人,New,WC,OPR,1,2026-11-01,\n"),
        MOVE,
        ("values.csv", "employee_no,indicator,period,value\nN2,OUT,2026-10,88.5\n"),
        ("chips.csv", "band,zh,en\nlow,还要练 {n} 次,practise\n"),
    )
    job = office.bring_in(*files)
    assert job.state == "applied", (job.failure, job.failure_params)
    assert office.inside(everything) != before
    undone = office.undo(job)
    assert undone.state == "undone", (undone.failure, undone.failure_params)
    assert office.inside(everything) == before


def test_an_undo_is_refused_where_later_changes_stand_on_it(office: Office, cast: Any) -> None:
    job = office.bring_in(("people.csv", PEOPLE + "N9,新人,New,WA,OPR,1,2026-11-01,\n"))

    def later() -> None:
        one = session().execute(sa.select(Person).where(Person.employee_no == "N9")).scalar_one()
        people.report_to(cast.other_worker.id, one.id, valid_from=date(2026, 12, 1))

    office.inside(lambda: unit_of_work(later))
    before = office.inside(everything)
    kept = office.undo(job)
    assert (kept.state, kept.failure) == ("applied", "import_stood_upon")
    (one,) = kept.failure_params["stands"]
    assert (one["table"], one["on_key"], one["how"]) == ("reporting_line", "N9", "refers")
    assert office.inside(everything) == before


def test_an_undo_is_refused_where_what_it_changed_was_changed_again(office: Office) -> None:
    first = office.bring_in(("people.csv", PEOPLE + "N2,汤雨,Tang Yu,WA,OPR,1,2024-01-01,\n"))
    second = office.bring_in(("people.csv", PEOPLE + "N2,汤雨桐桐,Tang,WA,OPR,1,2024-01-01,\n"))
    kept = office.undo(first)
    assert (kept.state, kept.failure) == ("applied", "import_stood_upon")
    assert kept.failure_params["stands"][0]["table"] == "person"
    assert office.undo(second).state == "undone"
    assert office.undo(first).state == "undone"


def test_with_an_error_nothing_is_applied(office: Office) -> None:
    before = office.inside(everything)
    job = office.preview(("people.csv", PEOPLE + "N9,新人,New,NOWHERE,OPR,1,2026-11-01,\n"))
    assert job.errors == 1
    assert office.refused(lambda: office.apply(job)) == "import_errors"
    assert office.inside(everything) == before


def test_a_plant_that_changed_since_the_preview_is_looked_at_anew(office: Office) -> None:
    job = office.preview(MOVE)
    office.bring_in(("people.csv", PEOPLE + "N3,江军军,Jiang,WA,OPR,1,2024-01-01,\n"))
    before = office.inside(everything)
    failed = office.apply(job)
    assert (failed.state, failed.failure) == ("failed", "import_plant_changed")
    assert office.inside(everything) == before


def test_what_breaks_in_the_middle_leaves_nothing(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    before = office.inside(everything)
    real = applying.indicators.bring_in

    def broken(*arguments: Any) -> None:
        real(*arguments)
        raise RuntimeError("the disk is gone")

    monkeypatch.setattr(applying.indicators, "bring_in", broken)
    job = office.bring_in(*sample())
    assert (job.state, job.failure) == ("failed", "import_broke")
    assert office.inside(everything) == before
    assert office.inside(lambda: session().scalar(sa.text("SELECT count(*) FROM import_part WHERE what = 'row'"))) == 0


def test_whoever_has_left_can_no_longer_sign_in(office: Office, cast: Any, client_for: Any) -> None:
    client = client_for(cast.other_worker)
    assert knock(client, "GET", "/api/auth/me").status_code == 200
    office.bring_in(("people.csv", PEOPLE + "N3,江军,Jiang Jun,WA,OPR,1,2024-01-01,2026-11-20\n"))
    assert knock(client, "GET", "/api/auth/me").status_code == 401


# ---- moves --------------------------------------------------------------------------------------


@pytest.fixture
def evaluation_id(office: Office, cast: Any) -> UUID:
    query = sa.select(Evaluation.id).where(Evaluation.employee_id == cast.worker.id)
    return office.inside(lambda: session().execute(query).scalar_one())  # type: ignore[no-any-return]


class Phone:
    """A phone that pulls and pushes."""

    def __init__(self, client: Any, device: str, person: Any) -> None:
        self._client, self._device, self._person = client, device, person
        self._n = 0

    def says(self, queued: int, oldest_s: int = 0) -> Any:
        """Ask for what is new, and tell how much waits here."""
        return self._ask(0, queued, oldest_s)

    def score(self, record: UUID, mark: int, base: Any = 0) -> list[Any]:
        """Score the third line; returns the receipt."""
        self._n += 1
        push = [short(self._person.id), 0, [], [[short(record), [[self._n, 0, "s3", mark, base]]]]]
        return self._ask(push, 1, 0)[5][0]  # type: ignore[no-any-return]

    def _ask(self, push: Any, queued: int, oldest_s: int) -> Any:
        answer = knock(
            self._client, "POST", "/api/sync", json=[1, self._device, "", "n", "", [], push, queued, oldest_s]
        )
        assert answer.status_code == 200, answer.get_data()
        return json.loads(answer.get_data())


@pytest.fixture
def phone_of(client_for: Any) -> Callable[[Any], Phone]:
    def made(person: Any) -> Phone:
        device = short(new_id())
        return Phone(client_for(person, device=device), device, person)

    return made


def test_a_move_shows_the_phones_with_unsent_work_and_asks(
    office: Office, cast: Any, phone_of: Callable[[Any], Phone]
) -> None:
    phone_of(cast.supervisor).says(queued=3, oldest_s=7200)
    job = office.preview(MOVE)
    from server.foundation import clock
    from server.imports import service

    (waiting,) = office.inside(lambda: service.phones(job, clock.now()))
    assert (waiting.employee_no, waiting.queued_count, waiting.about) == ("N1", 3, ("N2",))
    assert office.inside(lambda: clock.now()) - waiting.oldest_queued_at == timedelta(hours=2)
    assert office.refused(lambda: office.apply(job)) == "import_choice_needed"
    assert office.refused(lambda: office.apply(job, Choice.WAIT)) == "import_phones_waiting"
    assert office.apply(job, Choice.HAND_OVER).state == "applied"


def test_a_move_without_anything_waiting_asks_nothing(office: Office, cast: Any, phone_of: Any) -> None:
    phone_of(cast.supervisor).says(queued=0)
    assert office.bring_in(MOVE).state == "applied"


@pytest.mark.parametrize(("choice", "receipt"), [(Choice.HAND_OVER, "a"), (Choice.PARK, "p")])
def test_the_evaluation_goes_over_and_late_edits_count_or_are_parked(
    office: Office, cast: Any, phone_of: Callable[[Any], Phone], evaluation_id: UUID, choice: Choice, receipt: str
) -> None:
    old, new = phone_of(cast.supervisor), phone_of(cast.neighbour)
    old.says(queued=1)
    office.bring_in(MOVE, choice=choice)
    assert short(evaluation_id) not in json.dumps(old.says(queued=1))
    assert short(evaluation_id) in json.dumps(new.says(queued=0))
    told = old.score(evaluation_id, 4)
    assert told[1] == receipt, told
    assert new.score(evaluation_id, 3)[1] in ("a", "c")


def test_what_is_submitted_stays_with_whoever_submitted_it(office: Office, cast: Any, evaluation_id: UUID) -> None:
    def submit() -> None:
        session().execute(sa.update(Evaluation).where(Evaluation.id == evaluation_id).values(state="submitted"))

    office.inside(lambda: unit_of_work(submit))
    office.bring_in(MOVE)
    query = sa.select(Evaluation.rater_id).where(Evaluation.id == evaluation_id)
    assert office.inside(lambda: session().execute(query).scalar_one()) == cast.supervisor.id


def test_a_move_is_not_taken_back_once_the_new_rater_has_begun(
    office: Office, cast: Any, phone_of: Callable[[Any], Phone], evaluation_id: UUID
) -> None:
    job = office.bring_in(MOVE)
    assert phone_of(cast.neighbour).score(evaluation_id, 3)[1] == "a"
    kept = office.undo(job)
    assert (kept.state, kept.failure) == ("applied", "evaluation_begun")


def test_two_moves_are_taken_back_one_after_the_other(office: Office, cast: Any, evaluation_id: UUID) -> None:
    before = office.inside(everything)
    first = office.bring_in(MOVE)
    second = office.bring_in(("reporting.csv", LINES + "N2,N6,2026-11-22,\n"))
    assert office.undo(first).failure == "import_stood_upon"
    assert office.undo(second).state == "undone"
    assert office.undo(first).state == "undone"
    assert office.inside(everything) == before


def test_a_newcomer_who_gets_a_team_goes_again_with_the_import(office: Office, evaluation_id: UUID) -> None:
    before = office.inside(everything)
    people_file = ("people.csv", PEOPLE + "N9,新班长,New,WA,SUP,1,2026-11-01,\n")
    job = office.bring_in(people_file, ("reporting.csv", LINES + "N2,N9,2026-11-20,\n"))
    assert job.state == "applied"
    undone = office.undo(job)
    assert undone.state == "undone", undone.failure_params
    assert office.inside(everything) == before


def test_a_move_of_another_plant_is_not_seen(office: Office, app: Flask, cast: Any) -> None:
    job = office.bring_in(MOVE)
    other = Office(app, cast.south.tenant_id)
    with pytest.raises(AssertionError):
        other.job(job.id)
    with app.app_context(), tenant_context(cast.south.tenant_id):
        assert session().scalar(sa.select(sa.func.count()).select_from(Person)) == 8


def test_the_job_remembers_who_what_and_when(office: Office, cast: Any, clock: Any) -> None:
    job = office.bring_in(MOVE, by=cast.hr.id)
    assert job.created_by_id == cast.hr.id
    assert isinstance(job.applied_at, datetime)
    assert job.files[0]["name"] == "reporting.csv"
    assert len(job.files[0]["sha256"]) == 64
    assert office.inside(lambda: session().scalar(sa.text("SELECT count(*) FROM import_file"))) == 0


def test_a_value_by_file_scores_open_evaluations_anew_and_its_undo_too(office: Office, evaluation_id: UUID) -> None:
    asked = sa.select(Evaluation.values).where(Evaluation.id == evaluation_id)
    values = lambda: office.inside(lambda: session().execute(asked).scalar_one())  # noqa: E731
    before = values()
    job = office.bring_in(("values.csv", "employee_no,indicator,period,value\nN2,OUT,2026-W46,88.5\n"))
    assert job.state == "applied", (job.failure, job.failure_params)
    assert values() != before
    assert office.undo(job).state == "undone"
    assert values() == before


def test_a_period_of_two_days_is_kept(office: Office) -> None:
    job = office.bring_in(("values.csv", "employee_no,indicator,period,value\nN2,OUT,2026-11-01..2026-11-20,88.5\n"))
    assert job.state == "applied", (job.failure, job.failure_params)
    again = office.preview(("values.csv", "employee_no,indicator,period,value\nN2,OUT,2026-11-01..2026-11-20,88.5\n"))
    assert again.counts["values"]["unchanged"] == 1
