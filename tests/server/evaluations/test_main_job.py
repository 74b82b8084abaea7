"""A team is scored, submitted, recalled, answered: what each phone holds at each step."""

from typing import Any

import orjson
from phones import zipped
from shift import finish, record_of


def test_an_opened_cycle_gives_each_rater_his_team_with_facts(floor: Any, her: Any) -> None:
    rows = sorted(her.all("evaluation").values(), key=lambda row: row["run_order"])
    assert [row["name_zh"] for row in rows] == ["汤雨桐", "江军"]
    one = rows[0]
    assert (one["values"], one["rules"]) == ([95.6, 96.6, None, 92.1, None], [3, 3, None, 2, None])
    assert (one["state"], one["may"], one["fields"]) == ("open", 3, {})
    (form,) = her.all("form").values()
    assert [line[1] for line in form["lines"]] == ["OUT", "FPY", "FIVE-S", "ATT", "TEAM"]
    (cycle,) = her.all("cycle").values()
    assert (cycle["name_zh"], cycle["state"]) == ("11 月评估", "open")
    trend = her.all("trend")[one["id"]]
    assert trend["lines"][0] == [1, ["W46"], [95.6], "2026-11-15"]
    assert len(her.all("chip")) == 3


def test_a_submit_freezes_a_result_that_the_employee_has_at_once(floor: Any, her: Any, record: str) -> None:
    her.push(her.edit(record, "c3", "换模快了 12 分钟"), her.edit(record, "g5", ["+", "q12"]))
    assert {receipt[0] for receipt in finish(her, record).values()} == {"a"}
    assert her.all("evaluation")[record]["state"] == "submitted"
    assert her.all("evaluation")[record]["may"] == 4
    worker = floor.phone(floor.cast.worker)
    (result,) = worker.all("result").values()
    assert result["id"] == record
    assert result["scores"] == [None, None, 4, None, 5]
    assert result["comments"] == [None, None, "换模快了 12 分钟", None, None]
    assert result["chips"] == [None, None, None, None, ["q12"]]
    assert (result["overall"], result["state"], result["rater_zh"]) == (33, "released", "肖静")
    assert result["version"] == her.version(her.n)
    assert len(worker.all("form")) == len(worker.all("cycle")) == 1


def test_the_employee_answers_and_the_rater_sees_it(floor: Any, her: Any, record: str) -> None:
    finish(her, record)
    worker = floor.phone(floor.cast.worker)
    version = worker.all("result")[record]["version"]
    assert worker.push(worker.edit(record, "ans", ["disagree", "第二条与事实不符"], version)) == {1: ["a"]}
    result = worker.all("result")[record]
    assert (result["answer"], result["answer_note"]) == ("disagree", "第二条与事实不符")
    her.pull()
    seen = her.all("evaluation")[record]
    assert (seen["state"], seen["answer"], seen["answer_note"]) == ("acknowledged", "disagree", "第二条与事实不符")
    assert seen["answered_at"] == result["answered_at"]


def test_what_was_said_to_a_recalled_result_stands_under_no_later_one(floor: Any, her: Any, record: str) -> None:
    finish(her, record)
    worker = floor.phone(floor.cast.worker)
    worker.push(worker.edit(record, "ans", ["disagree", "说错了"], worker.all("result")[record]["version"]))
    her.push(her.edit(record, "!recall"))
    assert her.all("evaluation")[record]["answer"] is None
    finish(her, record, s3=2)
    assert her.all("evaluation")[record]["answer"] is None
    worker.pull()
    worker.push(worker.edit(record, "ans", ["agree"], worker.all("result")[record]["version"]))
    her.pull()
    seen = her.all("evaluation")[record]
    assert (seen["answer"], seen["answer_note"]) == ("agree", None)


def test_a_delegate_reads_the_answer_too_and_nobody_beside_the_raters_does(floor: Any, her: Any, record: str) -> None:
    finish(her, record)
    floor.delegate()
    worker = floor.phone(floor.cast.worker)
    worker.push(worker.edit(record, "ans", ["disagree", "第二条与事实不符"], worker.all("result")[record]["version"]))
    assert floor.phone(floor.cast.delegate).all("evaluation")[record]["answer_note"] == "第二条与事实不符"
    for person in (floor.cast.manager, floor.cast.stranger, floor.cast.other_worker, floor.cast.worker):
        assert record not in floor.phone(person).all("evaluation")


def test_a_recalled_result_stays_visible_and_says_so_until_the_next(floor: Any, her: Any, record: str) -> None:
    finish(her, record)
    worker = floor.phone(floor.cast.worker)
    assert her.push(her.edit(record, "!recall")) == {her.n: ["a"]}
    worker.pull()
    result = worker.all("result")[record]
    assert (result["state"], result["scores"][2], result["may"]) == ("recalled", 4, 0)
    assert her.all("evaluation")[record]["may"] == 3
    assert {receipt[0] for receipt in finish(her, record, s3=2).values()} == {"a", "s"}
    worker.pull()
    result = worker.all("result")[record]
    assert (result["state"], result["scores"][2]) == ("released", 2)


def test_submit_recall_and_submit_in_one_push_freeze_what_each_signed(floor: Any, her: Any, record: str) -> None:
    edits = [her.edit(record, "s3", 4), her.edit(record, "s5", 5)]
    edits.append(her.edit(record, "!submit", [["s3", 1], ["s5", 2]]))
    edits += [her.edit(record, "!recall"), her.edit(record, "s3", 2, 1)]
    edits.append(her.edit(record, "!submit", [["s3", 5], ["s5", 2]]))
    assert {receipt[0] for receipt in her.push(*edits).values()} == {"a"}
    worker = floor.phone(floor.cast.worker)
    assert worker.all("result")[record]["scores"][2] == 2
    assert worker.all("result")[record]["state"] == "released"


def test_a_submit_that_is_not_complete_is_parked_with_the_reason(floor: Any, her: Any, record: str) -> None:
    assert her.push(her.edit(record, "!submit", [])) == {1: ["p", "incomplete"]}
    receipts = her.push(
        her.edit(record, "s1", 5), her.edit(record, "s3", 4), her.edit(record, "s5", 4),
        her.edit(record, "!submit", [["s1", 2], ["s3", 3], ["s5", 4]]),
    )  # fmt: skip
    assert receipts[5] == ["p", "reason_missing"]
    assert floor.phone(floor.cast.worker).all("result") == {}


def test_an_override_with_its_reason_may_be_signed(floor: Any, her: Any, record: str) -> None:
    her.push(her.edit(record, "s1", 5), her.edit(record, "r1", "设备停机两天，非本人原因"))
    assert {receipt[0] for receipt in finish(her, record).values()} == {"a"}
    result = floor.phone(floor.cast.worker).all("result")[record]
    assert result["scores"][0] == 5
    assert result["reasons"][0] == "设备停机两天，非本人原因"


def test_an_edit_after_the_submit_is_parked_and_the_result_stands(floor: Any, her: Any, record: str) -> None:
    finish(her, record)
    assert her.push(her.edit(record, "s3", 1, 1)) == {her.n: ["p", "already_submitted"]}
    assert floor.phone(floor.cast.worker).all("result")[record]["scores"][2] == 4


def test_nobody_but_the_employee_answers(floor: Any, her: Any, record: str) -> None:
    finish(her, record)
    version = her.version(her.n)
    other = floor.phone(floor.cast.other_worker)
    assert her.push(her.edit(record, "ans", ["agree"], version)) == {her.n: ["p", "not_yours"]}
    assert other.push(other.edit(record, "ans", ["agree"], version)) == {1: ["p", "no_such_record"]}


def test_an_employee_holds_only_his_own_and_only_after_the_submit(floor: Any, her: Any, record: str) -> None:
    her.push(her.edit(record, "s3", 2), her.edit(record, "c3", "草稿"))
    worker = floor.phone(floor.cast.worker)
    assert worker.scopes == [f"own:{worker.author}", "lib"]
    assert worker.all("result") == worker.all("evaluation") == worker.all("trend") == {}
    finish(her, record)
    finish(her, record_of(her, floor.cast.other_worker))
    worker.pull()
    assert set(worker.all("result")) == {record}


def test_a_stranger_and_a_neighbour_hold_nothing_of_the_team(floor: Any, her: Any, record: str) -> None:
    finish(her, record)
    for person in (floor.cast.stranger, floor.cast.neighbour, floor.cast.hr, floor.cast.admin, floor.cast.manager):
        phone = floor.phone(person)
        assert record not in phone.all("evaluation")
        assert phone.all("result") == {}
        assert f"rate:{her.author}" not in phone.scopes
        assert phone.push(phone.edit(record, "s3", 1))[1][0] == "p"


def test_a_first_sync_of_forty_people_fits_in_four_kilobytes(floor: Any) -> None:
    grow_team(floor, 40)
    phone = floor.phone(floor.cast.supervisor)
    phone.access, phone.epoch, phone.cursors = "", "", []
    phone.push()
    rate = phone.scopes.index(f"rate:{phone.author}")
    whole = [*phone.last[:7], [delta for delta in phone.last[7] if delta[0] == rate], *phone.last[8:]]
    assert len(whole[7][0][4]["evaluation"]) == 40
    assert zipped(orjson.dumps(whole)) <= 4096


def test_a_finished_evaluation_costs_at_most_300_bytes(floor: Any, her: Any, record: str) -> None:
    her.cursors = [9999] * len(her.cursors)
    her.n = 84
    chip = next(iter(her.all("chip")))
    edits = [her.edit(record, "s3", 4), her.edit(record, "s5", 5), her.edit(record, "g5", ["+", chip])]
    edits.append(her.edit(record, "!submit", [["s3", 85], ["s5", 86], ["g5", 87]]))
    assert len(orjson.dumps(her.body(*edits))) <= 300


def grow_team(floor: Any, size: int) -> None:
    """A second cycle in which 肖静 judges `size` people, each with data and a past; the first is put away."""
    from datetime import date
    from decimal import Decimal
    from random import Random

    import sqlalchemy as sa

    from server.foundation.db import session
    from server.indicators.models import Indicator, MeasuredValue, PastMark, PastOverall
    from server.people import service as people
    from server.people.models import Job
    from tests.cast import open_cycle

    surnames, given = "王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗", "伟芳娜敏静强磊军洋勇艳杰娟涛明超兰霞平刚"
    syllables = [
        "wang",
        "zhang",
        "chen",
        "liu",
        "yang",
        "zhao",
        "xiu",
        "mei",
        "jun",
        "feng",
        "ying",
        "hong",
        "tao",
        "qiang",
        "lei",
        "bo",
        "hua",
        "lin",
        "jing",
        "wen",
    ]

    chance = Random(7)

    def know(person: Any) -> None:
        for code, low, high in (("OUT", 8600, 10800), ("FPY", 9300, 10000), ("ATT", 9000, 10000)):
            indicator = session().execute(sa.select(Indicator.id).where(Indicator.code == code)).scalar_one()
            session().add(
                MeasuredValue(
                    person_id=person.id,
                    indicator_id=indicator,
                    period_from=date(2026, 11, 1),
                    period_to=date(2026, 11, 15),
                    label="W46",
                    value=Decimal(chance.randint(low, high)) / 100,
                    source="MES",
                    received_at=floor.clock.now(),
                )
            )
        for code in ("OUT", "FPY", "FIVE-S", "ATT", "TEAM"):
            session().add(
                PastMark(person_id=person.id, month="2026-10", indicator_code=code, mark=chance.randint(1, 5))
            )
        session().add(PastOverall(person_id=person.id, month="2026-10", overall=chance.randint(20, 48)))

    def hire() -> None:
        job = session().execute(sa.select(Job).where(Job.code == "OPR")).scalar_one()
        for place in range(size - 2):
            zh = chance.choice(surnames) + chance.choice(given) + chance.choice(given)
            one = people.hire(
                f"1{place:04}",
                zh,
                f"{chance.choice(syllables).title()} {chance.choice(syllables).title()}{chance.choice(syllables)}",
                now=floor.clock.now(),
            )
            people.assign(one.id, floor.cast.shift, job, "1", valid_from=date(2024, 1, 1))
            people.report_to(one.id, floor.cast.supervisor.id, valid_from=date(2024, 1, 1))
            session().flush()
            know(one)
        session().flush()

    floor.set_cycle("closed")
    floor.change(hire)
    floor.change(lambda: open_cycle([floor.cast.shift], now=floor.clock.now(), name="第二轮") and None)
