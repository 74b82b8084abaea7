"""Push: what becomes of edits, and that their effect happens once."""

from typing import Any

import pytest
import sqlalchemy as sa

from server.foundation.db import session
from server.sync_api import journal
from server.sync_api.models import FieldHistory, LoggedMutation, MutationVariant


def count(plant: Any, model: Any) -> int:
    number: int = plant.at_work(
        plant.ann, lambda: session().execute(sa.select(sa.func.count()).select_from(model)).scalar_one()
    )
    return number


def test_an_edit_is_applied_and_comes_back_in_the_same_answer(plant: Any) -> None:
    note, phone = plant.note(plant.ann), plant.phone(plant.ann)
    phone.pull()
    receipts = phone.push(phone.edit(note, "s1", 4))
    assert receipts == {1: ["a"]}
    assert phone.field(note, "s1") == (4, phone.version(1))


def test_a_batch_sent_twice_has_one_effect_and_the_same_receipts(plant: Any) -> None:
    note, phone = plant.note(plant.ann), plant.phone(plant.ann)
    phone.pull()
    body = phone.body(phone.edit(note, "s1", 4), phone.edit(note, "g1", ["+", "q1"]), phone.edit(note, "c1", "稳定"))
    first = phone.post(body).get_json()
    again = phone.post(body).get_json()
    assert again[5] == first[5] == [[1, "a"], [2, "a"], [3, "a"]]
    assert (count(plant, LoggedMutation), count(plant, FieldHistory)) == (3, 3)
    assert len(plant.held(note, "chips/1").value) == 1


def test_a_lost_answer_is_told_again_as_it_was(plant: Any) -> None:
    """The receipt of an edit stays what it was, even if the field has moved on since."""
    note, ann, bo = plant.note(plant.ann, plant.bo), plant.phone(plant.ann), plant.phone(plant.bo)
    ann.pull(), bo.pull()
    lost = ann.body(ann.edit(note, "s1", 4))
    ann.post(lost)
    bo.pull()
    bo.push(bo.edit(note, "s1", 2, ann.version(1)))
    assert ann.take(ann.post(lost).get_json()) == {1: ["a"]}
    assert ann.field(note, "s1") == (2, bo.version(1))


def test_an_id_used_again_with_other_content_is_kept_and_not_applied(plant: Any) -> None:
    note, phone = plant.note(plant.ann), plant.phone(plant.ann)
    phone.pull()
    record, mutation = phone.edit(note, "s1", 4)
    phone.push((record, mutation))
    other = (record, [mutation[0], mutation[1], "s1", 2, 0])
    assert phone.push(other) == {1: ["i"]}
    assert phone.push(other) == {1: ["i"]}
    assert plant.held(note, "score/1").value == 4
    kept = plant.at_work(plant.ann, lambda: session().execute(sa.select(MutationVariant.content)).scalars().all())
    assert [content["value"] for content in kept] == [[2]]


def test_two_phones_on_different_fields_both_stand(plant: Any) -> None:
    note, ann, bo = plant.note(plant.ann, plant.bo), plant.phone(plant.ann), plant.phone(plant.bo)
    ann.pull(), bo.pull()
    assert ann.push(ann.edit(note, "s1", 4)) == {1: ["a"]}
    assert bo.push(bo.edit(note, "s2", 3), bo.edit(note, "c1", "好")) == {1: ["a"], 2: ["a"]}
    ann.pull()
    assert ann.field(note, "s2") == (3, bo.version(1))
    assert bo.field(note, "s1") == (4, ann.version(1))


def test_the_same_score_given_apart_is_a_case_and_the_first_stands(plant: Any) -> None:
    note, ann, bo = plant.note(plant.ann, plant.bo), plant.phone(plant.ann), plant.phone(plant.bo)
    ann.pull(), bo.pull()
    ann.push(ann.edit(note, "s1", 4))
    receipt = bo.push(bo.edit(note, "s1", 2))[1]
    assert receipt[0] == "c"
    assert len(receipt[1]) == 22
    held = plant.held(note, "score/1")
    assert held.value == 4
    assert held.case is not None
    assert {one.value for one in held.case.standing} == {4, 2}


def test_the_same_value_given_apart_is_the_same_and_says_which(plant: Any) -> None:
    note, ann, bo = plant.note(plant.ann, plant.bo), plant.phone(plant.ann), plant.phone(plant.bo)
    ann.pull(), bo.pull()
    ann.push(ann.edit(note, "s1", 4))
    assert bo.push(bo.edit(note, "s1", 4)) == {1: ["s", ann.version(1)]}
    assert bo.push(bo.edit(note, "s1", 5, bo.version(1))) == {2: ["a"]}, "one's own version leads to the one it equals"


def test_a_chain_of_own_edits_never_conflicts_with_itself(plant: Any) -> None:
    note, phone = plant.note(plant.ann), plant.phone(plant.ann)
    phone.pull()
    edits = [phone.edit(note, "s1", 1 + n % 5, n) for n in range(12)]
    assert {receipt[0] for receipt in phone.push(*edits).values()} == {"a"}
    assert phone.field(note, "s1") == (2, phone.version(12))


def test_a_held_edit_that_comes_again_with_its_base_is_logged_as_it_was_told(plant: Any) -> None:
    """Else its effect is there and the log goes on saying "held": the next push would do it twice."""
    note, phone = plant.note(plant.ann), plant.phone(plant.ann)
    phone.pull()
    first = phone.edit(note, "s1", 4)
    second = phone.edit(note, "s1", 5, phone.version(1))
    assert phone.push(second)[2][0] == "h"
    told = phone.push(first, second)
    assert told == {1: ["a"], 2: ["a"]}
    logged = plant.at_work(
        plant.ann, lambda: session().execute(sa.select(LoggedMutation.n, LoggedMutation.receipt)).all()
    )
    assert sorted(map(tuple, logged)) == [(1, "a"), (2, "a")]
    assert phone.push(second) == {2: ["a"]}
    assert count(plant, FieldHistory) == 2


def test_an_edit_whose_base_is_missing_is_held_until_it_arrives(plant: Any) -> None:
    note, phone = plant.note(plant.ann), plant.phone(plant.ann)
    phone.pull()
    first, second = phone.edit(note, "s1", 3), phone.edit(note, "s1", 4, 1)
    assert phone.push(second) == {2: ["h", phone.version(1)]}
    assert phone.push(first) == {1: ["a"]}
    assert phone.field(note, "s1") == (4, phone.version(2)), "the arrival wakes what waited for it"
    assert phone.push(second) == {2: ["a"]}
    assert count(plant, LoggedMutation) == 2


def test_what_was_held_and_comes_again_together_with_its_base_is_in_the_log_as_it_was_told(plant: Any) -> None:
    """As after a restore: the outbox is pushed first, then once more with the ledger before it."""
    note, phone = plant.note(plant.ann), plant.phone(plant.ann)
    phone.pull()
    first, second, third = phone.edit(note, "s1", 3), phone.edit(note, "s1", 4, 1), phone.edit(note, "s1", 5, 2)
    assert phone.push(second) == {2: ["h", phone.version(1)]}
    assert phone.push(first, second) == {1: ["a"], 2: ["a"]}
    query = sa.select(LoggedMutation.receipt, LoggedMutation.missing).where(LoggedMutation.n == 2)
    assert plant.at_work(plant.ann, lambda: session().execute(query).one()) == ("a", None)
    assert phone.push(third) == {3: ["a"]}, "what is built on it does not wait for ever"


def test_what_its_author_knew_to_be_refused_is_written_over_once_it_was_taken_also_after_a_wait(plant: Any) -> None:
    """As after a restore: both wait for what another phone has yet to offer again, and wake in the order of their numbers."""
    note, ann, bo = plant.note(plant.ann, plant.bo), plant.phone(plant.ann), plant.phone(plant.bo)
    ann.pull(), bo.pull()
    seen = bo.edit(note, "s1", 3)
    refused, then = ann.edit(note, "s1", 4, bo.version(1)), ann.edit(note, "s1", 5, [bo.version(1), 1])
    assert {n: receipt[0] for n, receipt in ann.push(refused, then).items()} == {1: "h", 2: "h"}
    bo.push(seen)
    ann.pull()
    assert ann.field(note, "s1") == (5, ann.version(2))
    assert ann.push(refused, then) == {1: ["a"], 2: ["a"]}
    assert plant.held(note, "score/1").case is None
    stored = sa.select(LoggedMutation.base).where(LoggedMutation.n == 2)
    assert plant.at_work(plant.ann, lambda: session().execute(stored).scalar_one()) == [bo.version(1), ann.version(1)]


def test_a_refused_edit_is_named_where_nothing_was_seen_and_need_not_be_here(plant: Any) -> None:
    note, phone = plant.note(plant.ann), plant.phone(plant.ann)
    phone.pull()
    refused, then = phone.edit(note, "s1", 4), phone.edit(note, "s1", 5, [0, 1])
    assert phone.push(then) == {2: ["a"]}
    assert phone.push(then) == {2: ["a"]}
    assert phone.push(phone.edit(note, "s1", 3, 2)) == {3: ["a"]}, "a base that another edit is built on"
    assert phone.push(refused)[1][0] == "s", "its author had gone on"
    assert phone.push((note, [4, 0, "s1", 2, [0, 1, 2, 3]])) == {4: ["p", "invalid"]}


def test_a_submit_that_waits_for_two_marks_is_woken_by_the_second(plant: Any) -> None:
    note, phone = plant.note(plant.ann), plant.phone(plant.ann)
    phone.pull()
    marks = [phone.edit(note, "s1", 3), phone.edit(note, "s2", 4)]
    submit = phone.edit(note, "!submit", [["s1", 1], ["s2", 2]])
    assert phone.push(submit) == {3: ["h", phone.version(1)]}
    assert [phone.push(mark)[n][0] for n, mark in enumerate(marks, start=1)] == ["a", "a"]
    query = sa.select(LoggedMutation.receipt).where(LoggedMutation.n == 3)
    assert plant.at_work(plant.ann, lambda: session().execute(query).scalar_one()) != "h"


def test_a_poison_edit_among_fifty_is_parked_and_the_others_stand(plant: Any, notebook: Any) -> None:
    notebook.poison = "毒"
    note, other, phone = plant.note(plant.ann), plant.note(plant.ann), plant.phone(plant.ann)
    phone.pull()
    edits = [
        phone.edit(note if n % 2 else other, f"s{1 + n % 5}", 1 + n % 4, 0 if n < 10 else n - 9) for n in range(49)
    ]
    edits.insert(20, phone.edit(note, "c1", "毒"))
    receipts = phone.push(*edits)
    parked = {n: receipt for n, receipt in receipts.items() if receipt[0] == "p"}
    assert parked == {50: ["p", "invalid"]}
    assert {receipt[0] for n, receipt in receipts.items() if n != 50} == {"a"}
    assert plant.held(note, "comment/1").value is None
    assert phone.push(edits[20]) == {50: ["p", "invalid"]}


class TooSlow(Exception):
    """PostgreSQL's statement_timeout."""

    sqlstate = "57014"


class Full(Exception):
    """SQLite without room."""

    sqlite_errorname = "SQLITE_FULL"


class Damaged(Exception):
    """SQLite met a page that is none."""

    sqlite_errorname = "SQLITE_CORRUPT_INDEX"


class StandBy(Exception):
    """PostgreSQL that takes no write: a stand-by that was not promoted."""

    sqlstate = "25006"


@pytest.mark.parametrize("trouble", [TooSlow, Full, Damaged, StandBy])
def test_a_database_in_trouble_parks_nobody(plant: Any, monkeypatch: pytest.MonkeyPatch, trouble: Any) -> None:
    note, phone = plant.note(plant.ann), plant.phone(plant.ann)
    phone.pull()
    edits = [phone.edit(note, "s1", 4), phone.edit(note, "s2", 3)]
    write, failed = journal.Journal.write, []

    def fail_at_first(kept: Any, arrivals: Any, *rest: Any, **named: Any) -> None:
        if len(failed) < 2:  # the batch, and its first half: room, or speed, comes back afterwards
            failed.append(len(arrivals))
            raise sa.exc.OperationalError("INSERT", {}, trouble())
        write(kept, arrivals, *rest, **named)

    monkeypatch.setattr(journal.Journal, "write", fail_at_first)
    answer = phone.client.post("/api/sync", json=phone.body(*edits))
    assert answer.status_code in (503, 507)
    assert answer.headers["Retry-After"].isdigit()
    assert count(plant, LoggedMutation) == 0
    failed += [0, 0]
    assert phone.push(*edits) == {1: ["a"], 2: ["a"]}


@pytest.mark.parametrize("code", ["salary", "s9", "=g1", "s1"])
def test_an_edit_without_meaning_is_parked_alone(plant: Any, code: str) -> None:
    note, phone = plant.note(plant.ann), plant.phone(plant.ann)
    phone.pull()
    bad = phone.edit(note, code, "much")
    assert phone.push(phone.edit(note, "s1", 3), bad) == {2: ["a"], 1: ["p", "invalid"]}


def test_a_right_that_has_ended_parks_the_edit_and_loses_nothing(plant: Any) -> None:
    note, bo = plant.note(plant.ann, plant.bo), plant.phone(plant.bo)
    bo.pull()
    edit = bo.edit(note, "c1", "换模快了 12 分钟")
    plant.alter(note, sharers=[], once=[bo.author])
    assert bo.push(edit) == {1: ["p", "not_yours"]}
    asked = plant.at_work(plant.ann, lambda: session().execute(sa.select(LoggedMutation.asked)).scalar_one())
    assert asked == ["换模快了 12 分钟"]
    assert bo.all("evaluation") == {}


def test_a_closed_cycle_parks_the_edit(plant: Any) -> None:
    note, phone = plant.note(plant.ann), plant.phone(plant.ann)
    phone.pull()
    plant.alter(note, cycle="closed")
    assert phone.push(phone.edit(note, "s1", 3)) == {1: ["p", "cycle_closed"]}


def test_a_stranger_is_told_that_there_is_no_such_record(plant: Any) -> None:
    note = plant.note(plant.ann)
    for stranger in (plant.bo, plant.eve):
        phone = plant.phone(stranger)
        assert phone.push(phone.edit(note, "s1", 1)) == {1: ["p", "no_such_record"]}
    assert plant.held(note, "score/1").value is None


def test_a_push_typed_by_another_is_refused_whole(plant: Any) -> None:
    note, ann, bo = plant.note(plant.ann, plant.bo), plant.phone(plant.ann), plant.phone(plant.bo)
    response = bo.post(ann.body(ann.edit(note, "s1", 4)))
    assert (response.status_code, response.get_json()["code"]) == (403, "author_mismatch")
    assert count(plant, LoggedMutation) == 0


def test_history_names_what_each_step_replaced(plant: Any) -> None:
    note, ann, bo = plant.note(plant.ann, plant.bo), plant.phone(plant.ann), plant.phone(plant.bo)
    ann.pull(), bo.pull()
    ann.push(ann.edit(note, "s1", 4), ann.edit(note, "s1", 5, 1))
    bo.push(bo.edit(note, "s1", 2))
    entries = plant.at_work(
        plant.ann, lambda: session().execute(sa.select(FieldHistory).order_by(FieldHistory.position)).scalars().all()
    )
    assert [(e.kind, e.version, e.replaced) for e in entries] == [
        ("set", ann.version(1), None),
        ("set", ann.version(2), ann.version(1)),
        ("conflict", bo.version(1), ann.version(2)),
    ]


HOSTILE = [
    "\x00",
    "a\x00b",
    "\x1b[31m",
    "\ufffe",
    "x" * 4000,
    10**15,
    -1,
    1e300,
    [],
    {},
    [[[]]],
    {"a": "\x00"},
    None,
    True,
]


def test_hostile_content_is_parked_or_kept_and_never_an_error(plant: Any) -> None:
    note, phone = plant.note(plant.ann), plant.phone(plant.ann)
    phone.pull()
    codes = ["s1", "c1", "r1", "g1", "!submit", "!recall", "ans", "=s1", "=c1", "s\x00", "\x00", "c1" * 9]
    last: Any = 0
    for place, code in enumerate(codes):
        edits = [phone.edit(note, code, value, base) for value, base in zip(HOSTILE, reversed(HOSTILE), strict=True)]
        good = phone.edit(note, "s2", 1 + place % 5, last)
        last = phone.n
        receipts = phone.push(*edits, good)
        assert receipts[last] == ["a"]
        assert {receipt[0] for receipt in receipts.values()} <= {"a", "s", "p", "h", "m", "c"}
    for record in ("", "\x00" * 22, "é" * 22, "x" * 64, "AZq2Yb1cdEeEvalEvalEv1"):
        assert phone.push(phone.edit(record, "s1", 3))[phone.n][0] == "p"
