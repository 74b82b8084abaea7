"""An agreement goes with the person, at once: whoever moves within a period keeps somebody who answers for it."""

from datetime import date, timedelta
from typing import Any

import sqlalchemy as sa

from server.agreements import queries
from server.foundation import clock
from server.foundation.clock import TestClock
from server.foundation.db import session
from server.foundation.events import publish
from server.foundation.ids import PersonId, unshort
from server.indicators.events import SetApplies
from server.indicators.library_models import IndicatorSet
from server.people import service as people
from server.people.events import LinesBack, LinesMoved, Moved, Renamed
from server.people.models import Assignment, Department, Job, ReportingLine, Role
from server.sync_api.columns import MAY
from tests.cast import SINCE
from tests.server.agreements.conftest import CHANGED, Agreeing
from tests.server.agreements.test_drawn import add_set

TODAY = date(2026, 11, 24)


def lead_by(person: Any, boss: Any) -> None:
    """As an import writes it: one line, from today on by somebody else."""
    query = sa.update(ReportingLine).where(ReportingLine.person_id == person.id)
    session().execute(query.values(supervisor_id=boss.id))


def move_line(person: Any, former: Any, boss: Any) -> LinesMoved:
    lead_by(person, boss)
    event = LinesMoved((Moved(PersonId(person.id), PersonId(former.id), PersonId(boss.id)),), clock.now())
    publish(event)
    return event


def place(person: Any, department_id: Any) -> None:
    """To another shift, from today on."""
    query = sa.update(Assignment).where(Assignment.person_id == person.id, Assignment.valid_from == SINCE)
    session().execute(query.values(valid_to=TODAY - timedelta(days=1)))
    there = session().execute(sa.select(Department).where(Department.id == department_id)).scalar_one()
    job = session().execute(sa.select(Job).where(Job.code == "OPR")).scalar_one()
    people.assign(person.id, there, job, "1", valid_from=TODAY)


def names(phone: Agreeing) -> list[str]:
    return sorted(one["name_zh"] for one in phone.all("agreement").values())


def test_a_new_line_takes_the_agreement_along_at_once(
    cast: Any, north: Any, worker: Agreeing, lead: Agreeing, record: str, phone_of: Any, open_for: Any
) -> None:
    north(lambda: move_line(cast.worker, cast.supervisor, cast.neighbour))
    lead.pull()
    other = phone_of(cast.neighbour)
    assert (names(lead), names(other)) == (["江军"], ["唐艳", "汤雨桐"])
    assert worker.push(worker.typed(record, "voi", ["object", "太高"])) == {1: ["a"]}
    other.pull()
    row = other.of(cast.worker)
    assert [one["words"] for one in other.voices(row)] == ["太高"]
    assert row["may"] == MAY["reply"] + MAY["adjust"]
    assert other.push(other.typed(record, "voi", ["reply", "我看看"])) == {1: ["a"]}
    worker.pull()
    assert worker.agreement["supervisor_zh"] == cast.neighbour.name_zh
    open_for(timedelta(hours=1))
    assert other.push(other.typed(record, "!terms", [CHANGED])) == {2: ["a"]}


def test_a_line_whose_day_has_come_takes_it_along_with_the_next_word(
    cast: Any, north: Any, worker: Agreeing, lead: Agreeing, record: str, phone_of: Any
) -> None:
    north(lambda: lead_by(cast.worker, cast.neighbour))  # nobody is told: the day came by itself
    worker.push(worker.typed(record, "voi", ["object", "太高"]))
    lead.pull()
    assert (names(lead), names(phone_of(cast.neighbour))) == (["江军"], ["唐艳", "汤雨桐"])


def test_a_move_that_is_taken_back_gives_it_back(
    cast: Any, north: Any, lead: Agreeing, record: str, phone_of: Any
) -> None:
    event = north(lambda: move_line(cast.worker, cast.supervisor, cast.neighbour))

    def back() -> None:
        publish(LinesBack(tuple(event.followed)))
        lead_by(cast.worker, cast.supervisor)

    north(back)
    lead.pull()
    assert (names(lead), names(phone_of(cast.neighbour))) == (["江军", "汤雨桐"], ["唐艳"])


def test_who_is_measured_by_others_since_a_move_gets_an_agreement_on_them_at_once(
    cast: Any, north: Any, worker: Agreeing, lead: Agreeing, record: str, phone_of: Any
) -> None:
    def move() -> None:
        add_set("NEXT", [(1, 60), (2, 40)], department_id=cast.neighbour_shift.id)
        place(cast.worker, cast.neighbour_shift.id)
        move_line(cast.worker, cast.supervisor, cast.neighbour)

    north(move)
    worker.pull()
    lead.pull()
    other = phone_of(cast.neighbour)
    fresh = worker.agreement
    assert (fresh["id"] != record, fresh["period_from"], len(fresh["lines"])) == (True, TODAY.isoformat(), 2)
    assert (names(lead), names(other)) == (["江军"], ["唐艳", "汤雨桐"])
    assert other.of(cast.worker)["id"] == fresh["id"]


def test_a_set_that_applies_from_now_on_reaches_those_who_have_an_agreement_on_others(
    cast: Any, north: Any, worker: Agreeing, record: str, phone_of: Any
) -> None:
    def begin() -> None:
        add_set("SHIFT", [(1, 50), (2, 50)], department_id=cast.shift.id)
        for person in (cast.worker, cast.other_worker):
            publish(SetApplies(PersonId(person.id), TODAY))

    north(begin)
    worker.pull()
    for phone in (worker, phone_of(cast.other_worker)):
        assert [line[10] for line in phone.agreement["lines"]] == [50, 50]


def test_twice_on_one_day_is_drawn_up_anew_while_nobody_has_said_a_word(
    cast: Any, north: Any, worker: Agreeing, record: str
) -> None:
    def ahead() -> None:
        add_set("NEXT", [(1, 60), (2, 40)], department_id=cast.neighbour_shift.id)
        place(cast.worker, cast.neighbour_shift.id)

    def back() -> None:
        session().execute(sa.delete(IndicatorSet).where(IndicatorSet.code == "NEXT"))
        people.publish(people.PersonPlaced(PersonId(cast.worker.id), TODAY))

    north(ahead)
    north(back)
    worker.pull()
    assert (len(worker.agreement["lines"]), worker.agreement["period_from"]) == (5, TODAY.isoformat())


def test_a_move_begins_no_period(cast: Any, north: Any, worker: Agreeing, record: str, clock: TestClock) -> None:
    clock.move(timedelta(days=45))

    def move() -> None:
        add_set("NEXT", [(1, 60), (2, 40)], department_id=cast.neighbour_shift.id)
        place(cast.worker, cast.neighbour_shift.id)
        move_line(cast.worker, cast.supervisor, cast.neighbour)

    north(move)
    held = north(lambda: queries.standing([cast.worker.id])[cast.worker.id])
    assert (held.period, held.supervisor_id) == ("2026-Q4", cast.neighbour.id)


def test_another_name_reaches_the_phones(cast: Any, north: Any, worker: Agreeing, lead: Agreeing, record: str) -> None:
    def rename() -> None:
        person = people.Person
        session().execute(sa.update(person).where(person.id == cast.worker.id).values(name_zh="汤雨同"))
        publish(Renamed((PersonId(cast.worker.id),)))

    north(rename)
    lead.pull()
    worker.pull()
    assert (lead.of(cast.worker)["name_zh"], worker.agreement["name_zh"]) == ("汤雨同", "汤雨同")


def test_what_was_said_is_evidence_when_somebody_has_left(
    cast: Any, north: Any, worker: Agreeing, record: str, client_for: Any, clock: TestClock
) -> None:
    worker.push(worker.typed(record, "voi", ["object", "太高"]))

    def leave() -> None:
        mine = Assignment.person_id == cast.worker.id, Assignment.valid_to.is_(None)
        session().execute(sa.update(Assignment).where(*mine).values(valid_to=TODAY))
        session().execute(
            sa.update(ReportingLine).where(ReportingLine.person_id == cast.worker.id).values(valid_to=TODAY)
        )

    north(leave)
    clock.move(timedelta(days=2))
    url = f"/api/agreements/{unshort(record)}"
    for person in (cast.hr, cast.worker):
        answer = client_for(person).get(url)
        assert (answer.status_code, answer.get_json()["voices"][0]["words"]) == (200, "太高")
    assert client_for(cast.stranger).get(url).status_code == 404
    assert client_for(cast.supervisor).get(url).status_code == 404, "whose line has ended"
    listed = client_for(cast.hr).get("/api/agreements", query_string={"department_id": cast.shift.id})
    assert [one["name_zh"] for one in listed.get_json()] == ["汤雨桐", "江军"]


def test_the_desks_list_a_department_by_how_it_stands(
    cast: Any, worker: Agreeing, record: str, client_for: Any, hr: Any, clock: TestClock
) -> None:
    def listed(**query: Any) -> list[tuple[str, str, bool, bool]]:
        found = hr.get("/api/agreements", query_string={"department_id": cast.shift.id} | query).get_json()
        return [(one["name_zh"], one["state"], one["unanswered"], one["over"]) for one in found]

    worker.push(worker.typed(record, "voi", ["object", "太高"]))
    assert listed() == [("汤雨桐", "objected", True, False), ("江军", "silent", False, False)]
    assert listed(state="silent") == [("江军", "silent", False, False)]
    assert listed(state="unanswered") == listed(state="objected") == [("汤雨桐", "objected", True, False)]
    clock.move(timedelta(days=40))
    assert hr.post("/api/agreements/begin").get_json()["made"] == 3
    assert listed(state="unanswered") == []
    assert listed(state="unanswered", among="all") == [("汤雨桐", "objected", True, True)]
    for wrong in ({"department_id": "x"}, {"state": "glad"}, {"among": "some"}):
        answer = hr.get("/api/agreements", query_string={"department_id": cast.shift.id} | wrong)
        assert answer.status_code == 422
    assert hr.get("/api/agreements").status_code == 422
    for person in (cast.worker, cast.supervisor, cast.manager, cast.admin):
        answer = client_for(person).get("/api/agreements", query_string={"department_id": cast.shift.id})
        assert answer.status_code == 403


def test_hrs_partner_lists_the_granted_departments_alone(cast: Any, north: Any, record: str, client_for: Any) -> None:
    def grant() -> None:
        there = session().execute(sa.select(Department).where(Department.id == cast.shift.id)).scalar_one()
        people.grant(cast.manager.id, Role.HRBP, valid_from=SINCE, department=there)

    north(grant)
    client = client_for(cast.manager)
    for department, count in ((cast.shift, 2), (cast.neighbour_shift, 0)):
        answer = client.get("/api/agreements", query_string={"department_id": department.id})
        assert (answer.status_code, len(answer.get_json())) == (200, count)
