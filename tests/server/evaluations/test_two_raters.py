"""Supervisor and delegate on two phones: what merges, what becomes a case, who decides it."""

from datetime import timedelta
from typing import Any

import pytest
from shift import finish

from sync.model import MutationId
from tests.cast import open_cycle


@pytest.fixture
def contested(her: Any, his: Any, record: str) -> str:
    """Both started from 3; she gave 2, he gave 4 without having seen hers. The case's id."""
    her.push(her.edit(record, "s3", 3))
    his.pull()
    seen = his.field(record, "s3")[1]
    her.push(her.edit(record, "s3", 2, seen))
    receipt = his.push(his.edit(record, "s3", 4, seen))[his.n]
    assert receipt[0] == "c"
    her.pull()
    return str(receipt[1])


def test_a_delegate_holds_the_team_without_himself(her: Any, his: Any) -> None:
    assert his.all("evaluation").keys() >= her.all("evaluation").keys()
    assert his.scopes[0] == f"rate:{his.author}"
    assert his.scopes[1].startswith(f"rate:{her.author}:")
    assert his.all("evaluation")[next(iter(her.all("evaluation")))]["may"] == 3


def test_a_worker_who_stands_in_never_sees_or_scores_himself(floor: Any, her: Any, record: str) -> None:
    floor.delegate(to=floor.cast.worker)
    phone = floor.phone(floor.cast.worker)
    assert set(phone.all("evaluation")) == set(her.all("evaluation")) - {record}
    assert record not in phone.all("trend")
    assert phone.push(phone.edit(record, "s3", 5)) == {1: ["p", "not_yours"]}


def test_different_fields_both_stand(her: Any, his: Any, record: str) -> None:
    her.push(her.edit(record, "s3", 3))
    assert his.push(his.edit(record, "s5", 4), his.edit(record, "c3", "好")) == {1: ["a"], 2: ["a"]}
    her.pull()
    assert [her.field(record, code)[0] for code in ("s3", "s5", "c3")] == [3, 4, "好"]


def test_a_comment_written_in_two_places_is_merged(her: Any, his: Any, record: str) -> None:
    her.push(her.edit(record, "c3", "换模快了 12 分钟。工位整洁。"))
    his.pull()
    base = his.field(record, "c3")[1]
    her.push(her.edit(record, "c3", "换模快了 15 分钟。工位整洁。", base))
    assert his.push(his.edit(record, "c3", "换模快了 12 分钟。工位整洁。带了新人。", base)) == {1: ["m"]}
    text, version = his.field(record, "c3")
    assert text == "换模快了 15 分钟。工位整洁。带了新人。"
    mine = MutationId(his.device, his.author, 1)
    assert version == str(mine.merged(text)), "the merged text is nobody's own"
    assert his.push(his.edit(record, "c3", text + "好。", version)) == {2: ["a"]}


def test_the_same_score_is_a_case_with_both_values_and_the_first_stands(
    her: Any, his: Any, record: str, contested: str
) -> None:
    case = her.all("case")[contested]
    assert (case["evaluation_id"], case["code"], case["state"], case["base_value"]) == (record, "s3", "open", 3)
    told = [(one[1], one[3], one[4], one[5]) for one in case["candidates"]]
    assert told == [(2, "肖静", "Xiao Jing", "test"), (4, "梁德胜", "Liang Desheng", "test")]
    assert her.field(record, "s3")[0] == 2
    assert (case["may"], his.all("case")[contested]["may"]) == (8, 8)


def test_a_comment_beside_a_case_reaches_phones_that_hold_the_case(
    her: Any, his: Any, record: str, contested: str
) -> None:
    his.pull()
    her.push(her.edit(record, "c3", "换模快了"))
    his.pull()
    assert [one[9:] for one in his.all("case")[contested]["candidates"]] == [["换模快了"], []]


def test_an_open_case_stops_the_submit(her: Any, record: str, contested: str) -> None:
    her.push(her.edit(record, "s5", 4))
    signed = [["s3", her.field(record, "s3")[1]], ["s5", her.version(her.n)]]
    assert her.push(her.edit(record, "!submit", signed))[her.n] == ["p", "case_open"]


def candidates(phone: Any, case: str) -> list[str]:
    return [one[0] for one in phone.all("case")[case]["candidates"]]


def test_either_author_decides_and_both_phones_show_it(her: Any, his: Any, record: str, contested: str) -> None:
    mine, other = candidates(her, contested)
    assert her.push(her.edit(record, "=s3", [contested, other, 4, ""], [mine, other])) == {her.n: ["a"]}
    his.pull()
    for phone in (her, his):
        case = phone.all("case")[contested]
        assert (case["state"], case["decided_by_zh"], case["may"]) == ("resolved", "肖静", 0)
        assert phone.field(record, "s3")[0] == 4
    assert {receipt[0] for receipt in finish(her, record, s3=4).values()} <= {"a", "s"}


def test_who_prefers_his_own_says_why(her: Any, record: str, contested: str) -> None:
    mine, other = candidates(her, contested)
    silent = her.edit(record, "=s3", [contested, mine, 2, ""], [mine, other])
    assert her.push(silent) == {her.n: ["p", "reason_missing"]}
    reasoned = her.edit(record, "=s3", [contested, mine, 2, "我在现场看到的"], [mine, other])
    assert her.push(reasoned) == {her.n: ["a"]}
    case = her.all("case")[contested]
    assert (case["state"], case["reason"]) == ("resolved", "我在现场看到的")


def test_an_edit_that_had_not_seen_the_decision_reopens_the_case(
    her: Any, his: Any, record: str, contested: str
) -> None:
    mine, other = candidates(her, contested)
    late = his.edit(record, "s3", 5, his.version(1))
    her.push(her.edit(record, "=s3", [contested, mine, 2, "我在现场"], [mine, other]))
    receipt = his.push(late)[his.n]
    assert receipt == ["c", contested]
    her.pull()
    assert her.all("case")[contested]["state"] == "open"
    assert her.field(record, "s3")[0] == 2, "the decision stands until a person decides again"


def test_a_delegate_who_wrote_neither_value_does_not_decide(floor: Any, her: Any, record: str, contested: str) -> None:
    floor.delegate(to=floor.cast.manager)
    floor.delegate(to=floor.cast.other_worker)
    third = floor.phone(floor.cast.other_worker)
    case = third.all("case")[contested]
    assert case["may"] == 0
    versions = [one[0] for one in case["candidates"]]
    assert third.push(third.edit(record, "=s3", [contested, versions[1], 4, ""], versions)) == {1: ["p", "not_yours"]}


def test_what_a_delegate_sends_after_the_end_is_parked_not_lost(floor: Any, her: Any, his: Any, record: str) -> None:
    edit = his.edit(record, "c3", "班上最快")
    floor.move(minutes=1)
    floor.end_delegation()
    assert his.push(edit) == {1: ["p", "not_yours"]}
    assert record not in his.all("evaluation"), "the team left his phone with the delegation"
    assert not any(scope.startswith(f"rate:{her.author}") for scope in his.scopes)
    her.pull()
    assert her.field(record, "c3") == (None, None)


def test_a_delegation_that_runs_out_by_itself_ends_the_same_way(floor: Any, her: Any, record: str) -> None:
    floor.delegate(until=floor.clock.now() + timedelta(minutes=10))
    his = floor.phone(floor.cast.delegate)
    assert record in his.all("evaluation")
    floor.move(minutes=11)
    his.pull()
    assert record not in his.all("evaluation")
    assert his.push(his.edit(record, "s3", 1)) == {1: ["p", "not_yours"]}


def test_a_second_cycle_delegated_later_comes_whole(floor: Any, her: Any, his: Any, record: str) -> None:
    """The scope is one per rater; what a delegate sees of it grows with his delegations."""
    first = set(his.all("evaluation"))
    cycle = floor.change(lambda: open_cycle([floor.cast.shift], now=floor.clock.now(), name="第二轮").id)
    his.pull()
    assert set(his.all("evaluation")) == first
    floor.delegate(cycle=cycle)
    his.pull()
    her.pull()
    assert set(his.all("evaluation")) >= set(her.all("evaluation"))
    assert len(his.all("evaluation")) == len(first) + 2


def test_a_closed_cycle_parks_what_comes_late_and_says_so_on_the_phone(floor: Any, her: Any, record: str) -> None:
    edit = her.edit(record, "s3", 4)
    floor.set_cycle("closed")
    assert her.push(edit) == {1: ["p", "cycle_closed"]}
    assert her.all("evaluation")[record]["may"] == 0
    assert next(iter(her.all("cycle").values()))["state"] == "closed"


def test_in_closing_what_arrives_late_is_accepted(floor: Any, her: Any, record: str) -> None:
    floor.set_cycle("closing")
    assert her.push(her.edit(record, "s3", 4)) == {1: ["a"]}


def test_the_employee_reads_who_judged_and_for_whom(floor: Any, her: Any, his: Any, record: str) -> None:
    finish(his, record)
    worker = floor.phone(floor.cast.worker)
    result = worker.all("result")[record]
    assert result["rater_zh"] == floor.cast.supervisor.name_zh
    assert result["judge_zh"] == floor.cast.delegate.name_zh
    her.pull()
    her.push(her.edit(record, "!recall"))
    finish(her, record)
    worker.pull()
    assert worker.all("result")[record].get("judge_zh") is None, "the rater judged"
