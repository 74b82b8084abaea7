"""What people say of their indicators, through POST /api/sync: it arrives once, is answered, and the answer comes back."""

import sys
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa
from flask import Flask

from server.foundation.clock import TestClock
from server.foundation.db import db, session, tenant_context
from server.foundation.ids import short, unshort
from server.indicators.floor.models import FloorProposal, OwnInfluence
from server.indicators.floor.scopes import box_of, person_of
from server.indicators.library_models import OutputIndicator
from server.indicators.models import Indicator, IndicatorVersion, Tier
from server.sync_api.columns import READS
from server.sync_api.models import FieldHistory

folder = Path(__file__).parents[1] / "sync_api"
if str(folder) not in sys.path:
    sys.path.insert(0, str(folder))

from phones import Phone  # noqa: E402

DRAFT = ["换型时间", "", "min", "lower", 20, 35.5, "MES", "weekly", "", ""]


@dataclass
class Handset(Phone):
    """A phone that says what it reads."""

    reads: int = READS

    def body(self, *edits: Any, **options: Any) -> list[Any]:
        return [*super().body(*edits, **options), 0, "", self.reads]

    @property
    def box(self) -> str:
        return short(box_of(unshort(self.author)))

    def floor(self, box: str | None = None) -> dict[str, Any]:
        return self.all("floor")[box or self.box]

    def lines(self) -> list[dict[str, Any]]:
        """The lines that apply today."""
        (_, _, lines) = self.floor()["spans"][0]
        return [
            {"version": one[0], "number": one[1], "outputs": one[2], "code": one[4], "name": one[5]} for one in lines
        ]

    def said(self, box: str | None = None) -> list[list[Any]]:
        return self.floor(box)["proposals"] or []

    def say(self, code: str, value: Any, box: str | None = None, base: Any = 0) -> list[Any]:
        (receipt,) = self.push(self.edit(box or self.box, code, value, base)).values()
        self.pull()
        return receipt


@pytest.fixture
def phone_of(client_for: Any) -> Any:
    def made(person: Any, **options: Any) -> Handset:
        phone = Handset(None, person, **options)
        phone.client = client_for(person, phone.device)
        phone.pull()
        return phone

    return made


@pytest.fixture
def worker(cast: Any, phone_of: Any) -> Handset:
    return phone_of(cast.worker)


@pytest.fixture
def lead(cast: Any, phone_of: Any) -> Handset:
    return phone_of(cast.supervisor)


@pytest.fixture
def stored(app: Flask, cast: Any) -> Any:
    """What a query finds in the plant, in a session of its own."""

    def asked(query: Any) -> list[Any]:
        with app.app_context(), tenant_context(cast.tenant_id):
            session().close()
            found = list(session().execute(query).all())
            db.session.remove()
        return [one[0] if len(one) == 1 else tuple(one) for one in found]

    return asked


def test_the_record_of_a_person_is_nobody_elses_record(cast: Any) -> None:
    assert person_of(box_of(cast.worker.id)) == cast.worker.id
    assert box_of(cast.worker.id) != cast.worker.id


def test_a_worker_reads_what_he_is_measured_by_and_what_it_serves(
    worker: Handset, hr: Any, job: dict[str, Any]
) -> None:
    worker.pull()
    codes = [one["code"] for one in worker.lines()]
    assert codes == ["OUT", "FPY", "FIVE-S", "ATT", "TEAM"]
    assert all(one["outputs"] == [] and one["number"] == 1 for one in worker.lines())
    rows = {one["code"]: one for one in hr.get("/api/indicators").get_json()}
    asked = {"tier": "all", "output_ids": [job["outputs"][0]["id"]]}
    assert hr.post(f"/api/indicators/{rows['OUT']['id']}", json=asked).status_code == 200
    worker.pull()
    assert worker.lines()[0]["outputs"] == [["按时交出的件", "Parts on time"]], "it came with the next pull"
    assert worker.floor()["jobs"] is None, "a worker proposes in words"


def test_a_phone_that_does_not_know_the_kind_gets_no_scope_of_it(cast: Any, phone_of: Any) -> None:
    assert not phone_of(cast.worker, reads=1).all("floor")


def test_words_go_to_who_answers_for_the_worker_and_the_answer_comes_back(
    worker: Handset, lead: Handset, cast: Any, phone_of: Any
) -> None:
    about = worker.lines()[0]["version"]
    assert worker.say("pro", ["目标太高，三号机修了两回", about]) == ["a"]
    (mine,) = worker.said()
    assert mine[1:5] == ["目标太高，三号机修了两回", "产量达成率", "Output", "waiting"]
    lead.pull()
    (heard,) = lead.said(worker.box)
    assert heard[0] == mine[0] == worker.version(1)
    assert lead.floor(worker.box)["spans"] is None, "what was said, and nothing else of him"
    assert lead.say("ver", ["declined"], worker.box, mine[0]) == ["p", "invalid"], "declining owes words"
    assert lead.say("ver", ["taken", "下周起按开机时间算"], worker.box, mine[0]) == ["a"]
    worker.pull()
    (answered,) = worker.said()
    assert answered[4:8] == ["taken", "下周起按开机时间算", "肖静", "Xiao Jing"]
    other = phone_of(cast.other_worker)
    assert list(other.all("floor")) == [other.box], "a colleague reads nothing of it"
    assert other.say("ver", ["taken"], worker.box, mine[0]) == ["p", "no_such_record"]
    assert phone_of(cast.manager).say("ver", ["taken"], worker.box, mine[0]) == ["p", "not_yours"]
    assert phone_of(cast.stranger).say("pro", ["x"], worker.box) == ["p", "no_such_record"]


def test_an_answer_on_influence_is_kept_and_the_last_one_counts(
    worker: Handset, stored: Any, hr: Any, boss: Any, cast: Any
) -> None:
    version = worker.lines()[0]["version"]
    assert worker.say("inf", ["no", version]) == ["p", "invalid"], "a no owes words"
    assert worker.say("inf", ["no", version, "缺料时做不到"]) == ["a"]
    assert worker.say("inf", ["partly", version, "缺料时做不到"]) == ["a"]
    assert worker.floor()["sways"][0][:3] == [version, "partly", "缺料时做不到"]
    assert worker.say("inf", ["yes", short(cast.hr.id)]) == ["p", "not_yours"], "of nothing there is nothing to say"
    (kept,) = stored(sa.select(OwnInfluence))
    assert (kept.answer, kept.person_id) == ("partly", cast.worker.id)
    rows = {one["code"]: one for one in hr.get("/api/indicators").get_json()}
    for client in (hr, boss):
        (shown,) = client.get(f"/api/indicators/{rows['OUT']['id']}").get_json()["versions"]
        assert shown["own_answers"] == {"yes": 0, "partly": 1, "no": 0}


def test_a_draft_from_the_floor_is_handed_in_and_its_answer_is_what_hr_does(
    lead: Handset, job: dict[str, Any], hr: Any, stored: Any, cast: Any
) -> None:
    lead.pull()
    (mine, *_) = [one for one in lead.floor()["jobs"] if one[1] == "操作工"]
    assert [output[1] for output in mine[3]] == ["按时交出的件", "合格的件", "安全的工位"]
    draft = [*DRAFT[:8], mine[0], mine[3][0][0]]
    assert lead.say("pro", ["换型太久", "", draft]) == ["a"]
    (made,) = stored(sa.select(IndicatorVersion).where(IndicatorVersion.name_zh == "换型时间"))
    assert (made.state, made.proposed_by_id, made.reason, made.unit) == (
        "proposed",
        cast.supervisor.id,
        "换型太久",
        "min",
    )
    assert [one.indicator_id for one in stored(sa.select(OutputIndicator))] == [made.indicator_id]
    assert lead.said()[0][1:5] == ["换型太久", "换型时间", None, "waiting"] or lead.said()[0][4] == "waiting"
    answer = hr.post(f"/api/indicators/versions/{made.id}/send-back", json={"reason": "数据从哪里来？"})
    assert answer.status_code == 200, answer.get_json()
    lead.pull()
    assert lead.said()[0][4:6] == ["returned", "数据从哪里来？"]


def test_what_it_was_to_hang_on_may_be_gone_and_the_draft_is_not_lost(
    lead: Handset, job: dict[str, Any], hr: Any, stored: Any
) -> None:
    lead.pull()
    (mine,) = [one for one in lead.floor()["jobs"] if one[1] == "操作工"]
    draft = [*DRAFT[:8], mine[0], mine[3][0][0]]
    other = [{"name_zh": zh, "name_en": zh} for zh in ("a", "b", "c")]
    assert hr.post(f"/api/core-outputs/{job['id']}", json={"outputs": other}).status_code == 200
    assert lead.say("pro", ["换型太久", "", draft]) == ["a"]
    (made,) = stored(sa.select(FloorProposal))
    assert made.made_version_id is not None
    assert stored(sa.select(OutputIndicator)) == []


def test_a_worker_drafts_nothing_and_a_supervisor_not_for_other_jobs(
    worker: Handset, lead: Handset, cast: Any, stored: Any, hr: Any
) -> None:
    assert worker.say("pro", ["w", "", DRAFT]) == ["p", "not_yours"]
    jobs = {one["code"]: one for one in hr.get("/api/core-outputs").get_json()["jobs"]}
    foreign = short(UUID(jobs["OFF"]["id"]))
    assert lead.say("pro", ["w", "", [*DRAFT[:8], foreign, ""]]) == ["p", "not_yours"]
    assert stored(sa.select(FloorProposal)) == []


def test_the_same_push_again_and_the_same_words_again_are_one(worker: Handset, stored: Any) -> None:
    edit = worker.edit(worker.box, "pro", ["w", worker.lines()[0]["version"]])
    assert worker.push(edit)[1][0] == "a"
    assert worker.push(edit)[1][0] == "a", "the answer was lost: told again, and nothing happens twice"
    assert worker.say("pro", ["w", worker.lines()[0]["version"]])[0] == "s"
    assert len(stored(sa.select(FloorProposal))) == 1
    steps = stored(
        sa.select(FieldHistory.message, FieldHistory.position).where(FieldHistory.record_id == unshort(worker.box))
    )
    assert steps == [("history_proposal", 1)]


def test_whoever_gets_the_team_hears_what_was_said_before(
    app: Flask, worker: Handset, cast: Any, phone_of: Any, clock: TestClock
) -> None:
    from server.foundation.db import unit_of_work
    from server.foundation.events import publish
    from server.people.events import LinesMoved, Moved
    from server.people.models import ReportingLine

    worker.say("pro", ["w"])
    old, new = phone_of(cast.supervisor), phone_of(cast.neighbour)
    assert worker.box in old.all("floor")
    assert worker.box not in new.all("floor")

    def move() -> None:
        query = sa.select(ReportingLine).where(ReportingLine.person_id == cast.worker.id)
        session().execute(query).scalar_one().supervisor_id = cast.neighbour.id
        session().flush()
        publish(LinesMoved((Moved(cast.worker.id, cast.supervisor.id, cast.neighbour.id),), clock.now()))

    with app.app_context(), tenant_context(cast.tenant_id):
        session().close()
        unit_of_work(move)
        db.session.remove()
    old.pull()
    new.pull()
    assert worker.box not in old.all("floor")
    assert [one[1] for one in new.said(worker.box)] == ["w"]


def test_the_desk_lists_what_the_floor_says_of_its_own_part(
    worker: Handset, hr: Any, boss: Any, head: Any, partner: Any, cast: Any, client_for: Any
) -> None:
    worker.say("pro", ["目标太高", worker.lines()[0]["version"]])
    for client in (hr, boss, head):
        (one,) = client.get("/api/indicators/proposals").get_json()
        assert (one["words"], one["state"], one["name_zh"], one["about_zh"]) == (
            "目标太高",
            "waiting",
            "汤雨桐",
            "产量达成率",
        )
    assert partner.get("/api/indicators/proposals").get_json() == [], "the partner of the neighbour shift"
    assert client_for(cast.worker).get("/api/indicators/proposals").status_code == 403
    assert client_for(cast.admin).get("/api/indicators/proposals").status_code == 403


def test_an_employee_finds_what_is_for_leaders_in_his_own_set_alone(
    worker: Handset, hr: Any, cast: Any, client_for: Any, stored: Any
) -> None:
    """The tier hides it in the library; what one is judged by nobody is kept from reading."""
    (one,) = stored(sa.select(Indicator).where(Indicator.code == "OUT"))
    assert hr.post(f"/api/indicators/{one.id}", json={"tier": Tier.LEADERS.value, "output_ids": []}).status_code == 200
    rows = client_for(cast.worker).get("/api/indicators").get_json()
    assert "OUT" not in {row["code"] for row in rows}
    worker.pull()
    assert "OUT" in {line["code"] for line in worker.lines()}


def test_a_set_from_tomorrow_is_on_the_phone_today_with_its_day(worker: Handset, hr: Any, clock: TestClock) -> None:
    sets = hr.get("/api/indicator-sets").get_json()
    lines = next(one["lines"] for one in sets if one["category"] == "operator")
    day = (clock.now() + timedelta(days=3)).date().isoformat()
    wanted = {
        "department_id": None, "category": "operator", "job_id": None, "level": None, "valid_from": day, "valid_to": None,
        "lines": [{"indicator_version_id": one["indicator_version_id"], "weight": w} for one, w in zip(lines, (40, 30, 30), strict=False)],
    }  # fmt: skip
    assert hr.post("/api/indicator-sets", json=wanted).status_code == 201
    worker.pull()
    now, then = worker.floor()["spans"]
    assert (len(now[2]), then[0], then[1], len(then[2])) == (5, day, None, 3)
