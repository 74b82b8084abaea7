"""The adjustment window: the server's time decides, the phone's is a witness that is believed only so far."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from server.foundation.clock import TestClock
from server.foundation.db import db, session, tenant_context, unit_of_work
from server.foundation.ids import unshort
from server.people.models import ReportingLine
from tests.server.agreements.conftest import CHANGED, DRAWN, Agreeing

HOUR = timedelta(hours=1)
MINUTE = timedelta(minutes=1)
WINDOW = "/api/agreements/window"
SHUT = {1: ["p", "window_closed"]}


def test_outside_a_window_a_change_is_kept_and_offered_again(
    worker: Agreeing, lead: Agreeing, record: str, open_for: Any
) -> None:
    assert lead.push(lead.typed(record, "!terms", [CHANGED, "先记着"])) == SHUT
    row = lead.of(worker.person)
    kept = lead.kept(row)
    assert kept is not None
    assert (kept["lines"], kept["words"], row["texts"]) == (CHANGED, "先记着", [])
    worker.pull()
    assert worker.agreement["kept"] is None, "nobody else is told of it"
    open_for(HOUR)
    assert lead.push(lead.typed(record, "!terms", [CHANGED, "先记着"])) == {2: ["a"]}
    assert lead.of(worker.person)["kept"] is None
    worker.pull()
    assert [one["lines"] for one in worker.texts(worker.agreement)] == [CHANGED]


def test_made_while_open_and_arriving_late_counts_and_says_so(
    worker: Agreeing, lead: Agreeing, record: str, open_for: Any, clock: TestClock
) -> None:
    open_for(HOUR)
    clock.move(50 * MINUTE)
    made = lead.typed(record, "!terms", [CHANGED])  # 50 minutes into it, in a dead spot
    clock.move(50 * MINUTE)
    assert lead.push(made) == {1: ["a"]}
    (text,) = lead.texts(lead.of(worker.person))
    assert text["late"] == 1
    assert text["received_at"] - text["device_time"] == 50 * 60_000


def test_made_after_it_shut_is_parked(lead: Agreeing, record: str, open_for: Any, clock: TestClock) -> None:
    open_for(HOUR)
    clock.move(HOUR)
    assert lead.push(lead.typed(record, "!terms", [CHANGED])) == SHUT


def test_hr_shuts_it_and_who_was_in_a_dead_spot_is_not_cut_off(
    lead: Agreeing, record: str, open_for: Any, hr: Any, clock: TestClock
) -> None:
    open_for(5 * HOUR)
    clock.move(MINUTE)
    made = lead.typed(record, "!terms", [CHANGED])
    clock.move(MINUTE)
    assert hr.post(f"{WINDOW}/shut").get_json()["open_until"] is None
    clock.move(MINUTE)
    assert lead.push(lead.typed(record, "!terms", [[[1, 97, 30], *DRAWN[1:]]]), queued=2) == {2: ["p", "window_closed"]}
    assert lead.push(made) == {1: ["a"]}


@pytest.mark.parametrize("behind", [timedelta(days=400), timedelta(days=-400), 3 * HOUR])
def test_a_clock_that_is_wrong_by_a_steady_amount_is_set_right(
    cast: Any, phone_of: Any, record: str, open_for: Any, clock: TestClock, behind: timedelta
) -> None:
    lead = phone_of(cast.supervisor, behind=behind)
    open_for(HOUR)
    clock.move(30 * MINUTE)
    made = lead.typed(record, "!terms", [CHANGED])
    clock.move(HOUR)
    late = lead.typed(record, "!terms", [[[1, 97, 30], *DRAWN[1:]]], 1)
    assert lead.push(made, late) == {1: ["a"], 2: ["p", "window_closed"]}


def test_a_clock_set_back_to_the_window_gains_nothing(
    lead: Agreeing, record: str, open_for: Any, clock: TestClock
) -> None:
    open_for(HOUR)
    clock.move(2 * HOUR)
    lead.pull()  # the server heard that nothing waits on this phone
    clock.move(MINUTE)
    made = lead.typed(record, "!terms", [CHANGED])
    made[1][1] -= 100 * 60_000  # the clock says: within the window; then it is set right again
    assert lead.push(made) == SHUT


def test_a_word_that_something_waits_takes_no_bound_away(
    lead: Agreeing, record: str, open_for: Any, clock: TestClock
) -> None:
    open_for(HOUR)
    clock.move(2 * HOUR)
    lead.pull()
    clock.move(MINUTE)
    assert lead.post(lead.body(queued=1)).status_code == 200
    clock.move(MINUTE)
    made = lead.typed(record, "!terms", [CHANGED])
    made[1][1] -= 110 * 60_000
    assert lead.push(made) == SHUT


@pytest.mark.parametrize("told", [False, True])
def test_a_phone_that_never_was_idle_is_bound_by_the_persons_others(
    cast: Any, lead: Agreeing, record: str, open_for: Any, clock: TestClock, told: bool
) -> None:
    open_for(HOUR)
    clock.move(2 * HOUR)
    lead.pull()
    made_up = Agreeing(None, cast.supervisor, clock=clock)
    made_up.client = lead.client
    if told:
        assert made_up.post(made_up.body(queued=1)).status_code == 200
    made = made_up.typed(record, "!terms", [CHANGED])
    made[1][1] -= 100 * 60_000
    assert made_up.push(made) == SHUT


def test_what_waited_while_others_of_the_phone_were_sent_is_believed(
    lead: Agreeing, record: str, open_for: Any, clock: TestClock
) -> None:
    open_for(HOUR)
    clock.move(10 * MINUTE)
    made = lead.typed(record, "!terms", [CHANGED])
    clock.move(2 * HOUR)
    assert lead.post(lead.body(queued=1)).status_code == 200  # it is there, and could not send it yet
    clock.move(MINUTE)
    assert lead.push(made) == {1: ["a"]}


def test_nobody_reaches_back_further_than_a_week(lead: Agreeing, record: str, open_for: Any, clock: TestClock) -> None:
    open_for(HOUR)
    clock.move(30 * MINUTE)
    made = lead.typed(record, "!terms", [CHANGED])
    clock.move(timedelta(days=8))
    assert lead.push(made) == SHUT


@pytest.mark.parametrize("ms", [0, 2**62, -(2**62), 4_000_000_000_000])
def test_a_clock_that_says_nonsense_is_judged_by_arrival(lead: Agreeing, record: str, open_for: Any, ms: int) -> None:
    made = lead.typed(record, "!terms", [CHANGED])
    made[1][1] = ms - lead.t0
    assert lead.push(made) == SHUT
    open_for(HOUR)
    again = lead.typed(record, "!terms", [CHANGED])
    again[1][1] = ms - lead.t0
    assert lead.push(again) == {2: ["a"]}


def test_an_older_phone_says_no_time_and_is_taken_by_its_word(
    cast: Any, phone_of: Any, record: str, open_for: Any, clock: TestClock
) -> None:
    old = phone_of(cast.supervisor)
    open_for(HOUR)
    clock.move(30 * MINUTE)
    made = old.typed(record, "!terms", [CHANGED])
    clock.move(HOUR)
    body = old.body(made)
    assert old.take(old.post(body[:9]).get_json()) == {1: ["a"]}


def test_of_several_kept_changes_the_last_is_offered_and_may_be_let_go(
    cast: Any, worker: Agreeing, lead: Agreeing, record: str, client_for: Any
) -> None:
    last = [[1, 97, 30], *DRAWN[1:]]
    lead.push(lead.typed(record, "!terms", [CHANGED]), lead.typed(record, "!terms", [last], 1))
    kept = lead.kept(lead.of(worker.person))
    assert kept is not None
    assert kept["lines"] == last
    url = f"/api/agreements/{unshort(record)}/kept"
    assert client_for(cast.worker).delete(url).status_code == 403
    assert client_for(cast.hr).delete(url).status_code == 403
    assert client_for(cast.stranger).delete(url).status_code == 404
    client = client_for(cast.supervisor)
    assert client.delete(url).status_code == 204
    assert client.delete(url).status_code == 404
    lead.pull()
    assert lead.of(worker.person)["kept"] is None


def test_an_older_change_that_arrives_later_leaves_what_was_kept_meanwhile(
    cast: Any, worker: Agreeing, lead: Agreeing, phone_of: Any, record: str, open_for: Any, clock: TestClock
) -> None:
    other = phone_of(cast.supervisor)
    open_for(HOUR)
    clock.move(30 * MINUTE)
    older = other.typed(record, "!terms", [[[1, 97, 30], *DRAWN[1:]]])  # in a dead spot
    clock.move(HOUR)
    assert lead.push(lead.typed(record, "!terms", [CHANGED, "later"])) == SHUT
    clock.move(MINUTE)
    assert other.push(older) == {1: ["a"]}
    lead.pull()
    kept = lead.kept(lead.of(worker.person))
    assert kept is not None
    assert kept["words"] == "later"
    open_for(HOUR)
    made = other.typed(record, "!terms", [CHANGED, "later"], other.version(1))
    assert other.push(made) == {2: ["a"]}, "and a change that was made after it settles it, from whatever phone"
    lead.pull()
    assert lead.kept(lead.of(worker.person)) is None


def test_the_terms_of_days_that_are_over_stay_as_they_were(
    worker: Agreeing, lead: Agreeing, record: str, hr: Any, open_for: Any, clock: TestClock
) -> None:
    last = datetime(2026, 12, 31, 15, tzinfo=UTC)  # an hour before the quarter ends in Shanghai
    clock.move(last - clock.now())
    open_for(3 * HOUR)
    lead.pull()
    made = lead.typed(record, "!terms", [CHANGED])
    clock.move(2 * HOUR)
    assert lead.push(lead.typed(record, "!terms", [[[1, 97, 30], *DRAWN[1:]]]), queued=2) == {2: ["p", "window_closed"]}
    assert lead.push(made) == {1: ["a"]}, "it was made while they lasted"
    assert hr.post("/api/agreements/begin").get_json()["made"] == 3
    lead.pull()
    row = lead.of(worker.person)
    kept = lead.kept(row)
    assert kept is not None
    assert (row["period"], kept["lines"][0]) == ("2027-Q1", [1, 97, 30])


def test_who_no_longer_leads_a_person_settles_nothing_of_his(
    cast: Any, app: Any, worker: Agreeing, lead: Agreeing, record: str, client_for: Any, clock: TestClock
) -> None:
    lead.push(lead.typed(record, "!terms", [CHANGED]))

    def move() -> None:
        line = session().execute(sa.select(ReportingLine).where(ReportingLine.person_id == cast.worker.id)).scalar_one()
        line.supervisor_id = cast.neighbour.id

    with app.app_context(), tenant_context(cast.tenant_id):
        unit_of_work(move)
        db.session.remove()
    url = f"/api/agreements/{unshort(record)}/kept"
    assert client_for(cast.supervisor).delete(url).status_code == 404
    assert client_for(cast.neighbour).delete(url).status_code == 404, "it is not his"


def test_what_was_kept_goes_along_into_the_next_periods_agreement(
    worker: Agreeing, lead: Agreeing, record: str, hr: Any, clock: TestClock, open_for: Any
) -> None:
    lead.push(lead.typed(record, "!terms", [CHANGED]))
    clock.move(timedelta(days=40))
    assert hr.post("/api/agreements/begin").get_json()["made"] == 3
    lead.pull()
    row = lead.of(worker.person)
    assert (row["period"], row["id"] != record) == ("2027-Q1", True)
    kept = lead.kept(row)
    assert kept is not None
    assert kept["lines"] == CHANGED
    open_for(HOUR)
    assert lead.push(lead.typed(record, "!terms", [CHANGED])) == {2: ["p", "window_closed"]}, "of the old one: never"
    assert lead.push(lead.typed(row["id"], "!terms", [CHANGED])) == {3: ["a"]}


# ---- HR's hand ----------------------------------------------------------------------------------


def test_a_plan_opens_and_shuts_by_the_plants_days(hr: Any, clock: TestClock) -> None:
    told = hr.post(WINDOW, json={"every": "month", "first_day": 1, "last_day": 10}).get_json()
    assert (told["open_until"], told["next_opens_at"]) == (None, "2026-11-30T16:00:00.000Z")
    clock.move(datetime(2026, 11, 30, 16, tzinfo=UTC) - clock.now())
    assert hr.get(WINDOW).get_json()["open_until"] == "2026-12-10T16:00:00.000Z"
    clock.move(datetime(2026, 12, 10, 16, tzinfo=UTC) - clock.now())
    assert hr.get(WINDOW).get_json()["open_until"] is None


def test_a_new_plan_never_shuts_a_window_that_was(lead: Agreeing, record: str, hr: Any, clock: TestClock) -> None:
    hr.post(WINDOW, json={"every": "month", "first_day": 1, "last_day": 28})
    made = lead.typed(record, "!terms", [CHANGED])
    clock.move(MINUTE)
    hr.post(WINDOW, json={"every": "quarter", "first_day": 1, "last_day": 5})
    clock.move(MINUTE)
    assert hr.get(WINDOW).get_json()["open_until"] is None
    assert lead.push(made) == {1: ["a"]}


@pytest.mark.parametrize(
    "asked",
    [
        {"every": "month", "first_day": 9, "last_day": 3},
        {"every": "month", "first_day": 1, "last_day": 32},
        {"every": "quarter", "first_day": 0, "last_day": 3},
        {"every": "week", "first_day": 1, "last_day": 3},
        {"every": "month"},
        {},
    ],
)
def test_a_plan_that_means_nothing_is_refused(hr: Any, asked: Any) -> None:
    assert hr.post(WINDOW, json=asked).status_code == 422


def test_opening_needs_an_end_ahead_and_a_window_that_is_not_open_as_long(hr: Any, clock: TestClock) -> None:
    def opened(span: timedelta) -> tuple[int, str]:
        answer = hr.post(f"{WINDOW}/open", json={"until": (clock.now() + span).isoformat()})
        return answer.status_code, answer.get_json().get("code", "")

    assert opened(timedelta()) == (422, "window_until")
    assert opened(timedelta(days=93)) == (422, "window_until")
    assert opened(HOUR) == (200, "")
    assert opened(HOUR) == (409, "window_open")
    assert opened(2 * HOUR) == (200, "")
    assert hr.post(f"{WINDOW}/shut").status_code == 200
    answer = hr.post(f"{WINDOW}/shut")
    assert (answer.status_code, answer.get_json()["code"]) == (409, "window_shut")


@pytest.mark.parametrize("who", ["worker", "supervisor", "manager", "admin"])
def test_windows_and_counts_are_hrs(cast: Any, client_for: Any, who: str) -> None:
    client = client_for(getattr(cast, who))
    asked = {"every": "month", "first_day": 1, "last_day": 3}
    answers = [
        client.get(WINDOW),
        client.post(WINDOW, json=asked),
        client.post(f"{WINDOW}/open", json={"until": "2026-12-01T00:00:00Z"}),
        client.post(f"{WINDOW}/shut"),
        client.post("/api/agreements/begin"),
        client.get("/api/agreements/counts"),
    ]
    assert {answer.status_code for answer in answers} == {403}


def test_one_plants_windows_are_not_the_others(cast: Any, client_for: Any, hr: Any, open_for: Any) -> None:
    open_for(HOUR)
    assert client_for(cast.south.hr).get(WINDOW).get_json()["open_until"] is None


def test_counts_by_department(cast: Any, hr: Any, worker: Agreeing, record: str, phone_of: Any) -> None:
    other = phone_of(cast.other_worker)
    worker.push(worker.typed(record, "voi", ["confirm"]))
    other.push(other.typed(other.agreement["id"], "voi", ["object", "太高"]))
    counted = {one["name_zh"]: one for one in hr.get("/api/agreements/counts").get_json()}
    shift, neighbour = counted["机加工甲班"], counted["机加工乙班"]
    assert (shift["agreed"], shift["objected"], shift["silent"], shift["unanswered"]) == (1, 1, 0, 1)
    assert (neighbour["agreed"], neighbour["silent"]) == (0, 1)
    assert hr.post("/api/agreements/begin").get_json() == {"made": 0}, "twice makes nothing twice"
