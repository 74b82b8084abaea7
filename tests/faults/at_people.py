"""Faults that people and their phones bring: clocks, sessions, two phones, bad intent, a poison text, an older copy."""

import socket
from contextlib import ExitStack

from server.cycles.models import CycleState
from tests.faults import desk
from tests.faults.handset import BATCH, Handset
from tests.faults.scenario import scenario
from tests.faults.world import World

HR = "10002"
YEAR_S = 365 * 24 * 3600


@scenario(11, bug="same_epoch", seeds=2)
def restored_from_an_older_copy(run: World) -> None:
    """Yesterday's backup is put back: what was acknowledged since is offered again, and nothing else is asked of anyone."""
    with run.acting():
        run.acknowledged(20)
        run.server.back_up()
        run.acknowledged(40)
        with run.server.stopped():
            run.server.restore()
        run.hurt()
        run.acknowledged(10)
    held = {phone.version(edit) for phone in run.phones for edit, *_ in phone.ledger.values()}
    assert held == set(run.oracle.saved), "every edit is acknowledged in the new epoch"


@scenario(12, bug="refuses_strange_clocks", short=("sqlite",))
def clocks_gone_mad(run: World) -> None:
    """The server's clock a year ahead, a year back, ten times too fast; phones' clocks anywhere."""
    for phone, ms in zip(run.phones, (-YEAR_S * 1000, 253_402_300_799_000, 0), strict=True):
        phone.wire.t0 += ms
    with run.acting():
        for off_s, speed in ((YEAR_S, 1), (-YEAR_S, 1), (0, 10)):
            run.server.switch("clock", f"{off_s} {speed}")
            run.acknowledged(20)
        run.server.switch("clock", None)
        run.acknowledged(10)


@scenario(27, bug="last_writer_wins")
def two_phones_of_one_person(run: World) -> None:
    """Both work on the same people without seeing each other: one case for each true conflict, and both agree afterwards."""
    run.usual = "as"
    twin = run.phone(run.phones[0].employee_no)
    run.phones = [run.phones[0], twin]
    with run.acting():
        run.proxy.become(["ok", "lost", "refuse"])
        for phone in run.phones:
            phone.narrow = 8
        run.acknowledged(80)
        run.until("they have met", lambda: "c" in run.oracle.receipts.values())
    run.one_case_for_each_conflict()


@scenario(29, phone_bug="drops_on_refusal", short=("sqlite",), gentle=True)
def sessions_end_in_flight(run: World) -> None:
    """Sessions are closed under the phones' hands: everything waits for the next login."""
    with run.acting():
        for _ in range(4):
            before = run.statuses[401]
            run.sql("UPDATE auth_session SET state = 'closed', closed_at = created_at WHERE state = 'active'")
            run.until("asked to sign in", lambda before=before: run.statuses[401] > before)  # type: ignore[misc]
            run.hurt()
            run.acknowledged(8)


@scenario(29, bug="cycle_state_ignored")
def cycle_closed_in_flight(run: World) -> None:
    """The cycle is closed while phones work: what comes later is parked with its reason, and kept."""
    run.usual = "asp"
    with run.acting():
        run.acknowledged(10)
        desk.turn_cycle(run.server.url, CycleState.OPEN, CycleState.CLOSED)
        run.until("told that it is closed", lambda: "p" in run.oracle.receipts.values())
        run.attempted(10)
    rows = run.ask("SELECT count(*) FROM mutation WHERE receipt = 'p' AND reason = 'cycle_closed'")
    assert rows[0][0] == sum(letter == "p" for letter in run.oracle.receipts.values()), "each with its reason"


@scenario(25, bug="contact_unread", short=("sqlite",), gentle=True)
def site_data_cleared(run: World) -> None:
    """A phone is emptied over unsent work: its user on the next phone, and HR, are told how much and since when."""
    with run.acting():
        run.acknowledged(4)
    phone, boss = run.phones[0], Handset(run.server.port, HR, run.oracle)
    while len(phone.queue) < BATCH + 7:
        phone.score_somebody()
    run.at_last(phone.round)
    assert len(phone.queue) == 7, "the rest had no room in one request"
    run.clear(phone)
    fresh = run.phones[0]
    run.at_last(lambda: run.signed_in(fresh))
    left = fresh.read("/api/phones/own")
    assert [(one["device_label"], one["queued_count"]) for one in left] == [("handset", 7)], left
    run.at_last(fresh.round)
    run.at_last(lambda: run.signed_in(boss))
    seen = [
        user["queued_count"]
        for one in boss.read("/api/phones")
        for user in one["users"]
        if user["employee_no"] == phone.employee_no and user["elsewhere_at"] and user["queued_count"]
    ]
    assert seen == [7], "HR sees what the phone held when its user moved on"


@scenario(32, bug="any_author")
def a_hostile_client_with_a_good_login(run: World) -> None:
    """Other people's names and evaluations, numbers used twice, gaps: no effect outside of the rights, others go on."""
    with run.acting():
        crook = Handset(run.server.port, "10014", run.oracle)
        run.at_last(lambda: run.signed_in(crook))
        run.at_last(crook.round)
        victim = run.phones[0]
        records = victim.records()
        for row in range(20):
            body = crook.wire.body(crook.wire.edit(records[row % len(records)], "s1", 1))
            assert _served(run, crook, body) == 200
            forged = crook.wire.body(crook.wire.edit(records[0], "s1", 1))
            forged[6][0] = victim.wire.author
            status = _served(run, crook, forged)
            assert status in (400, 403, 409, 422), f"signed with another's name: {status}"
        theirs = "SELECT count(*) FROM mutation WHERE receipt = 'p' AND reason = 'no_such_record'"
        assert run.ask(theirs)[0][0] == 20, "kept as evidence, without effect"
        used = crook.wire.body((records[0], [1, 0, "s1", 5, 0]))
        assert _served(run, crook, used) == 200
        assert run.ask("SELECT count(*) FROM mutation_variant")[0][0] == 1, "a used number is kept beside the first"
        run.acknowledged(20)


def _served(run: World, crook: Handset, body: object) -> int:
    """The answer to a request; who is turned away for want of room comes again."""
    told: list[int] = []

    def ask() -> bool:
        told.append(crook.call("POST", "/api/sync", body)[0])
        return told[-1] not in (429, 503)

    run.at_last(ask)
    return told[-1]


@scenario(34, bug="poison_stops_all", short=("sqlite",), gentle=True)
def a_poison_edit_among_fifty(run: World) -> None:
    """The merge raises on one: the other 49 are applied in the same request, and rows go on coming."""
    run.usual = "asp"
    phone = run.phones[0]
    run.phones = [phone]
    run.server.switch("poison")
    with run.acting():
        run.acknowledged(4)
    for place in range(50):
        if place == 17:
            phone.save(phone.records()[0], "c1", "poison")
        else:
            phone.score_somebody()
    run.at_last(phone.round)
    assert not phone.queue, "all in one request"
    letters = [letter for edit, letter, _ in phone.ledger.values() if letter == "p"]
    assert letters == ["p"], f"one is parked: {letters}"
    run.server.expected.append("mutation.poison")


@scenario(22, databases=("sqlite",), bug="body_inside_unit")
def slow_bodies(run: World) -> None:
    """A thousand connections that never finish their request, and five hundred that never begin one: the others are
    served as before."""
    with ExitStack() as held, run.acting():
        head = (
            f"POST /api/sync HTTP/1.1\r\nHost: 127.0.0.1:{run.server.port}\r\nContent-Type: application/json\r\n"
            f"Cookie: {'; '.join(f'{k}={v}' for k, v in run.phones[0].cookies.items())}\r\n"
            f"X-CSRF-TOKEN: {run.phones[0].csrf}\r\nContent-Length: 2000\r\n\r\n["
        ).encode()
        for place in range(1500):
            one = held.enter_context(socket.create_connection(("127.0.0.1", run.server.port)))
            if place % 3:
                one.sendall(head)
        run.acknowledged(60)
