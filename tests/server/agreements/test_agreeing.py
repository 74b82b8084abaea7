"""Both sides of an agreement: what is said stands beside the text it was said about, for good."""

from datetime import timedelta
from typing import Any

import pytest

from server.foundation.clock import TestClock, to_ms
from server.foundation.ids import unshort
from tests.server.agreements.conftest import CHANGED, DRAWN, Agreeing

HOUR = timedelta(hours=1)


def exchange(client: Any, record: str) -> Any:
    return client.get(f"/api/agreements/{unshort(record)}")


def test_the_text_is_that_of_the_set_on_the_day_it_was_drawn_up(worker: Agreeing, cast: Any, hr: Any) -> None:
    row = worker.agreement
    assert (row["name_zh"], row["supervisor_zh"], row["period"]) == ("汤雨桐", "肖静", "2026-Q4")
    assert [[line[0], line[8], line[10]] for line in row["lines"]] == DRAWN
    assert row["may"] == 32
    told = exchange(hr, row["id"]).get_json()
    assert all(len(line["indicator_version"]) == 22 for line in told["lines"]), "the exact version is evidence"


def test_a_confirmation_names_the_text_and_both_sides_see_it(worker: Agreeing, lead: Agreeing, record: str) -> None:
    assert worker.push(worker.typed(record, "voi", ["confirm"])) == {1: ["a"]}
    lead.pull()
    for phone in (worker, lead):
        (said,) = phone.voices(phone.of(worker.person))
        assert (said["kind"], said["words"], said["text"]) == ("confirm", "", None)


def test_an_objection_is_answered_and_nothing_is_replaced(worker: Agreeing, lead: Agreeing, record: str) -> None:
    worker.push(worker.typed(record, "voi", ["object", "三号机旧，98% 达不到"]))
    lead.pull()
    assert lead.push(lead.typed(record, "voi", ["reply", "下周修，先按 95%"])) == {1: ["a"]}
    worker.push(worker.typed(record, "voi", ["disagree", "还是不同意"]))
    worker.pull()
    said = [(one["kind"], one["words"]) for one in worker.voices(worker.agreement)]
    assert said == [("object", "三号机旧，98% 达不到"), ("reply", "下周修，先按 95%"), ("disagree", "还是不同意")]


@pytest.mark.parametrize("kind", ["object", "disagree", "reply"])
def test_words_are_owed_but_for_a_confirmation(worker: Agreeing, lead: Agreeing, record: str, kind: str) -> None:
    phone = lead if kind == "reply" else worker
    assert phone.push(phone.typed(record, "voi", [kind, "  "])) == {1: ["p", "invalid"]}


def test_the_same_word_twice_is_one(worker: Agreeing, record: str) -> None:
    worker.push(worker.typed(record, "voi", ["confirm"]))
    assert worker.push(worker.typed(record, "voi", ["confirm"]))[2][0] == "s"
    edit = worker.typed(record, "voi", ["object", "x"])
    assert worker.push(edit) == worker.push(edit) == {3: ["a"]}, "delivered twice, told twice, kept once"
    assert len(worker.voices(worker.agreement)) == 2


def test_a_change_asks_again_and_the_old_confirmation_stays_with_the_old_text(
    worker: Agreeing, lead: Agreeing, record: str, open_for: Any, hr: Any
) -> None:
    worker.push(worker.typed(record, "voi", ["confirm"]))
    open_for(HOUR)
    lead.pull()
    assert lead.push(lead.typed(record, "!terms", [CHANGED, "新机器到了"])) == {1: ["a"]}
    worker.pull()
    (text,) = worker.texts(worker.agreement)
    assert (text["lines"], text["words"], text["author_zh"], text["late"]) == (CHANGED, "新机器到了", "肖静", 0)
    assert exchange(hr, record).get_json()["state"] == "asked_again"
    worker.push(worker.typed(record, "voi", ["confirm"], lead.version(1)))
    told = exchange(hr, record).get_json()
    assert told["state"] == "agreed"
    assert [one["text"] for one in told["voices"]] == [None, lead.version(1)]
    assert [one["terms"] for one in told["texts"]] == [CHANGED]


def test_a_confirmation_that_crossed_a_change_counts_for_what_was_on_the_screen_alone(
    worker: Agreeing, lead: Agreeing, record: str, open_for: Any, hr: Any
) -> None:
    open_for(HOUR)
    said = worker.typed(record, "voi", ["confirm"])  # in a dead spot
    lead.push(lead.typed(record, "!terms", [CHANGED]))
    assert worker.push(said) == {1: ["a"]}
    assert exchange(hr, record).get_json()["state"] == "asked_again"


def test_two_changes_of_one_text_never_overwrite_each_other(
    cast: Any, phone_of: Any, lead: Agreeing, record: str, open_for: Any
) -> None:
    other = phone_of(cast.supervisor)
    open_for(HOUR)
    mine = [[1, 97, 30], *DRAWN[1:]]
    assert lead.push(lead.typed(record, "!terms", [CHANGED])) == {1: ["a"]}
    assert other.push(other.typed(record, "!terms", [mine])) == {1: ["p", "signed_other"]}
    other.pull()
    again = other.typed(record, "!terms", [mine], lead.version(1))
    assert other.push(again) == {2: ["a"]}, "having seen the other, one may"


@pytest.mark.parametrize(
    ("terms", "reason"),
    [
        ([*DRAWN[:4], [5, None, 20]], "weights"),
        (DRAWN[:4], "invalid"),
        ([DRAWN[1], DRAWN[0], *DRAWN[2:]], "invalid"),
        ([[1, 100, 0], [2, 100, 60], *DRAWN[2:]], "invalid"),
        ([[1, "98", 30], *DRAWN[1:]], "invalid"),
        ([[1, True, 30], *DRAWN[1:]], "invalid"),
        ([[1, 1e300, 30], *DRAWN[1:]], "invalid"),
        ("all of it", "invalid"),
        ([], "invalid"),
    ],
)
def test_terms_that_mean_nothing_are_parked(
    lead: Agreeing, record: str, open_for: Any, terms: Any, reason: str
) -> None:
    open_for(HOUR)
    assert lead.push(lead.typed(record, "!terms", [terms])) == {1: ["p", reason]}


def test_what_is_said_already_is_the_same(lead: Agreeing, record: str) -> None:
    assert lead.push(lead.typed(record, "!terms", [DRAWN]))[1][0] == "s", "also while the window is shut"


def test_who_may_say_what(
    cast: Any, worker: Agreeing, lead: Agreeing, record: str, phone_of: Any, open_for: Any
) -> None:
    open_for(HOUR)
    assert worker.push(worker.typed(record, "!terms", [CHANGED])) == {1: ["p", "not_yours"]}
    assert worker.push(worker.typed(record, "voi", ["reply", "x"])) == {2: ["p", "not_yours"]}
    assert lead.push(lead.typed(record, "voi", ["confirm"])) == {1: ["p", "not_yours"]}, "nobody agrees for another"
    above = phone_of(cast.manager)
    assert above.push(above.typed(record, "!terms", [CHANGED])) == {1: ["p", "not_yours"]}
    for person in (cast.other_worker, cast.neighbour, cast.hr, cast.stranger):
        phone = phone_of(person)
        assert phone.push(phone.typed(record, "voi", ["confirm"])) == {1: ["p", "no_such_record"]}
    assert worker.push(worker.typed(record, "s1", 5)) == {3: ["p", "not_yours"]}, "it is no evaluation"


def test_an_evaluation_takes_no_terms_and_no_voice(cast: Any, lead: Agreeing) -> None:
    evaluation = next(iter(lead.all("evaluation")))
    assert lead.push(lead.typed(evaluation, "voi", ["reply", "x"])) == {1: ["p", "not_yours"]}
    assert lead.push(lead.typed(evaluation, "!terms", [DRAWN])) == {2: ["p", "not_yours"]}


def test_each_phone_holds_its_own_part(cast: Any, worker: Agreeing, lead: Agreeing, phone_of: Any) -> None:
    assert {one["name_zh"] for one in lead.all("agreement").values()} == {"汤雨桐", "江军"}
    assert len(worker.all("agreement")) == 1
    assert phone_of(cast.hr).all("agreement") == {}
    assert len(worker.all("window")) == 1


def test_a_phone_of_yesterday_gets_no_scope_that_it_would_drop(cast: Any, phone_of: Any) -> None:
    old = phone_of(cast.worker, reads=0)
    assert not any(name.startswith("agree") for name in old.scopes)
    old.reads = 1
    old.pull()
    assert len(old.all("agreement")) == 1, "after its update it gets them from the beginning"


def test_the_evidence_is_for_both_sides_and_the_desks(
    cast: Any, worker: Agreeing, record: str, client_for: Any
) -> None:
    worker.push(worker.typed(record, "voi", ["object", "为什么？"]))
    for person in (cast.worker, cast.supervisor, cast.manager, cast.hr):
        told = exchange(client_for(person), record)
        assert told.status_code == 200
        (said,) = told.get_json()["voices"]
        assert (said["words"], said["author_zh"], said["text"]) == ("为什么？", "汤雨桐", None)
    for person in (cast.other_worker, cast.neighbour, cast.stranger):
        assert exchange(client_for(person), record).status_code == 404
    assert exchange(client_for(cast.hr), "AAAAAAAAAAAAAAAAAAAAAA").status_code == 404


def test_who_changes_to_another_supervisor_takes_the_agreement_along(
    app: Any, cast: Any, worker: Agreeing, lead: Agreeing, record: str, phone_of: Any, hr: Any, clock: TestClock
) -> None:
    import sqlalchemy as sa

    from server.foundation.db import session, tenant_context, unit_of_work
    from server.people.models import ReportingLine

    def move() -> None:
        line = sa.update(ReportingLine).where(ReportingLine.person_id == cast.worker.id)
        session().execute(line.values(supervisor_id=cast.neighbour.id))

    with app.app_context(), tenant_context(cast.tenant_id):
        unit_of_work(move)
        session().remove() if hasattr(session(), "remove") else session().close()
    assert lead.push(lead.typed(record, "voi", ["reply", "x"])) == {1: ["p", "not_yours"]}, "at once"
    assert hr.post("/api/agreements/begin").get_json() == {"made": 0}
    lead.pull()
    assert {one["name_zh"] for one in lead.all("agreement").values()} == {"江军"}
    other = phone_of(cast.neighbour)
    assert other.push(other.typed(record, "voi", ["reply", "x"])) == {1: ["a"]}


def test_times_of_phone_and_server_stand_side_by_side(worker: Agreeing, record: str, clock: TestClock) -> None:
    made = worker.typed(record, "voi", ["object", "x"])
    typed_at = to_ms(clock.now())
    clock.move(HOUR)
    worker.push(made)
    (said,) = worker.voices(worker.agreement)
    assert (said["device_time"], said["received_at"]) == (typed_at, typed_at + 3_600_000)


@pytest.mark.parametrize(
    "wrong",
    [
        [[1, None, 30], *DRAWN[1:]],
        [[1, 5, 30], *DRAWN[1:]],
        [*DRAWN[:2], [3, 77, 20], *DRAWN[3:]],
    ],
)
def test_a_target_that_means_nothing_is_refused(
    worker: Agreeing, lead: Agreeing, record: str, open_for: Any, wrong: Any
) -> None:
    """Taken away, on the wrong side of the warning, or for what a person judges."""
    open_for(HOUR)
    assert lead.push(lead.typed(record, "!terms", [wrong])) == {1: ["p", "invalid"]}
    worker.pull()
    assert worker.agreement["texts"] == []


def test_an_objection_waits_for_a_word_and_a_change_is_none(
    worker: Agreeing, lead: Agreeing, record: str, hr: Any, open_for: Any
) -> None:
    def unanswered() -> int:
        return sum(one["unanswered"] for one in hr.get("/api/agreements/counts").get_json())

    worker.push(worker.typed(record, "voi", ["object", "太高"]))
    open_for(HOUR)
    lead.pull()
    assert lead.push(lead.typed(record, "!terms", [[[1, 100, 31], [2, 100, 29], *DRAWN[2:]]])) == {1: ["a"]}
    assert unanswered() == 1
    lead.push(lead.typed(record, "voi", ["reply", "改了一点"], lead.version(1)))
    assert unanswered() == 0


def test_what_is_said_of_one_that_is_over_is_evidence_and_brings_it_back_to_no_phone(
    cast: Any, worker: Agreeing, lead: Agreeing, record: str, hr: Any, clock: TestClock
) -> None:
    said = worker.typed(record, "voi", ["object", "太高"])
    clock.move(timedelta(days=40))
    assert hr.post("/api/agreements/begin").get_json()["made"] == 3
    assert worker.push(said) == {1: ["a"]}
    lead.pull()
    worker.pull()
    assert (lead.of(cast.worker)["period"], worker.agreement["period"]) == ("2027-Q1", "2027-Q1")
    assert [one["words"] for one in exchange(hr, record).get_json()["voices"]] == ["太高"]
