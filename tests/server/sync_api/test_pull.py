"""Pull: snapshots, deltas, leaves, access, epoch, and what a stranger gets."""

import gzip
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import orjson
import pytest
import sqlalchemy as sa

from server.foundation.db import changed, session, unit_of_work
from server.foundation.ids import short, unshort
from server.identity.models import AuthSession, Tenant
from server.sync_api import pull as pulling
from server.sync_api.contact import contacts
from server.sync_api.models import DeviceContact, Feed, TenantSeq


def test_a_first_sync_brings_everything_in_one_answer(plant: Any) -> None:
    notes = {plant.note(plant.ann) for _ in range(3)}
    phone = plant.phone(plant.ann)
    phone.push()
    assert set(phone.all("evaluation")) == notes
    assert phone.scopes == [f"rate:{phone.author}", "lib"]


def test_a_delta_brings_what_changed_and_nothing_else(plant: Any) -> None:
    first, second = plant.note(plant.ann), plant.note(plant.ann)
    phone = plant.phone(plant.ann)
    phone.pull()
    plant.alter(second)
    phone.push()
    ((_, start, end, more, puts, leaves),) = phone.last[7]
    assert [row[0] for row in puts["evaluation"]] == [second]
    assert (more, leaves) == (0, [])
    assert start < end == phone.last[4]
    assert set(phone.all("evaluation")) == {first, second}


def test_an_idle_round_is_short_both_ways(plant: Any) -> None:
    plant.note(plant.ann)
    phone = plant.phone(plant.ann)
    phone.pull()
    body = phone.body()
    response = phone.post(body)
    assert response.get_json()[5:9] == [[], 0, [], []]
    assert len(response.get_data()) <= 100
    assert len(orjson.dumps(body)) <= 100


def test_a_record_that_left_a_scope_leaves_the_phone(plant: Any) -> None:
    note, phone, bo = plant.note(plant.ann), plant.phone(plant.ann), plant.phone(plant.bo)
    phone.pull(), bo.pull()
    plant.alter(note, owner=plant.bo.id)
    move = [("leave", plant.ann), ("put", plant.bo)]

    def tell() -> None:
        for op, owner in move:
            changed("evaluation", unshort(note), [f"rate:{short(owner.id)}"], op)

    plant.at_work(plant.ann, lambda: unit_of_work(tell))
    phone.pull(), bo.pull()
    assert phone.all("evaluation") == {}
    assert set(bo.all("evaluation")) == {note}


def test_a_row_that_the_feed_still_names_but_the_scope_lost_is_not_sent(plant: Any) -> None:
    """The feed is a hint; rights are asked for again at each row."""
    note, phone, fresh = plant.note(plant.ann), plant.phone(plant.ann), plant.phone(plant.ann)
    phone.pull()
    plant.alter(note)
    plant.at_work(
        plant.ann,
        lambda: unit_of_work(lambda: session().execute(sa.text("UPDATE test_note SET owner = tenant_id")) and None),
    )
    phone.pull(), fresh.pull()
    assert phone.all("evaluation") == fresh.all("evaluation") == {}


def test_the_end_of_a_share_changes_access_and_wipes_the_scope(plant: Any) -> None:
    note, bo = plant.note(plant.ann, plant.bo), plant.phone(plant.bo)
    own = plant.note(plant.bo)
    bo.pull()
    assert set(bo.all("evaluation")) == {note, own}
    before = bo.access
    plant.alter(note, sharers=[])
    bo.push()
    assert bo.access != before
    assert bo.last[7] == [], "a new list comes without deltas"
    assert set(bo.all("evaluation")) == {own}
    bo.push()
    assert set(bo.all("evaluation")) == {own}


def test_a_new_share_brings_a_snapshot_of_that_scope_alone(plant: Any) -> None:
    note, bo = plant.note(plant.ann), plant.phone(plant.bo)
    plant.note(plant.bo)
    bo.pull()
    plant.alter(note, sharers=[bo.author])
    bo.push()
    bo.push()
    assert [(bo.scopes[d[0]], d[1]) for d in bo.last[7]] == [(f"rate:{short(plant.ann.id)}", 0)]
    assert note in bo.all("evaluation")


def test_nobody_else_gets_anything(plant: Any) -> None:
    plant.note(plant.ann)
    for stranger in (plant.bo, plant.eve):
        phone = plant.phone(stranger)
        phone.pull()
        assert phone.all("evaluation") == {}
        assert f"rate:{short(plant.ann.id)}" not in phone.scopes


def test_a_new_epoch_is_told_without_rows_and_receipts_still_come(plant: Any) -> None:
    note, phone = plant.note(plant.ann), plant.phone(plant.ann)
    phone.pull()

    def restore() -> None:
        session().execute(sa.update(Tenant).where(Tenant.id == plant.ann.tenant_id).values(epoch="restored"))

    plant.at_work(plant.ann, lambda: unit_of_work(restore))
    assert phone.push(phone.edit(note, "s1", 4)) == {1: ["a"]}
    assert phone.last[2] == "restored"
    assert phone.last[7] == []
    assert phone.all("evaluation") == {}
    phone.pull()
    assert phone.field(note, "s1") == (4, phone.version(1))


def lose_what_came_last(plant: Any, count: int) -> None:
    """Put an older state of the feed back, as a restore by hand does that forgets the epoch."""

    def restore() -> None:
        left = session().execute(sa.select(TenantSeq.n)).scalar_one() - count
        session().execute(sa.delete(Feed).where(Feed.seq > left))
        session().execute(sa.update(TenantSeq).values(n=left))

    plant.at_work(plant.ann, lambda: unit_of_work(restore))


@pytest.mark.parametrize("lost", [1, 2, 3])
def test_a_phone_ahead_of_the_server_is_told_to_begin_again_and_catches_up(plant: Any, lost: int) -> None:
    """Also when what it sends brings the counter up to its cursor again."""
    old, late = plant.note(plant.ann), [plant.note(plant.ann) for _ in range(lost)]
    phone = plant.phone(plant.ann)
    phone.pull()
    epoch = phone.epoch
    assert set(phone.all("evaluation")) == {old, *late}
    lose_what_came_last(plant, lost)
    assert phone.push(phone.edit(old, "s1", 4)) == {1: ["a"]}, "what it sends is taken in all the same"
    assert phone.last[2] not in ("", epoch), "an epoch it does not know: it wipes its rows and offers its ledger"
    assert phone.last[7] == []
    assert phone.all("evaluation") == {}
    phone.pull()
    assert phone.epoch == epoch
    assert set(phone.all("evaluation")) == {old}
    assert phone.field(old, "s1") == (4, phone.version(1))


def test_a_phone_ahead_of_the_server_shows_in_the_log(plant: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[tuple[str, dict[str, Any]]] = []
    monkeypatch.setattr(pulling, "log", lambda: SimpleNamespace(error=lambda event, **said: told.append((event, said))))
    plant.note(plant.ann)
    phone = plant.phone(plant.ann)
    phone.pull()
    assert told == []
    phone.cursors = [9_999_999] * len(phone.cursors)
    phone.pull()
    assert told == [("cursor.ahead", {})]
    assert max(phone.cursors) <= phone.last[4]


def test_one_phone_ahead_moves_no_other(plant: Any) -> None:
    plant.note(plant.ann)
    phone, other = plant.phone(plant.ann), plant.phone(plant.bo)
    phone.pull()
    other.pull()
    epoch = other.epoch
    phone.cursors = [9_999_999] * len(phone.cursors)
    phone.push()
    other.push()
    assert other.last[2] == epoch


def test_scopes_beyond_the_budget_wait_for_the_next_round(plant: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    note, own, bo = plant.note(plant.ann, plant.bo), plant.note(plant.bo), plant.phone(plant.bo)
    monkeypatch.setattr(pulling, "BUDGET_BYTES", 20)
    bo.push()
    assert {delta[0]: delta[3] for delta in bo.last[7]} == {0: 0, 1: 1, 2: 1}
    assert set(bo.all("evaluation")) == {own}
    bo.pull()
    assert set(bo.all("evaluation")) == {own, note}


def test_a_draining_session_hands_in_and_reads_nothing(plant: Any) -> None:
    note, phone = plant.note(plant.ann), plant.phone(plant.ann)
    phone.pull()

    def revoke() -> None:
        session().execute(
            sa.update(AuthSession).where(AuthSession.device_id == unshort(phone.device)).values(state="drain_only")
        )

    plant.at_work(plant.ann, lambda: unit_of_work(revoke))
    assert phone.push(phone.edit(note, "s1", 4)) == {1: ["p", "session_ended"]}
    assert (phone.scopes, phone.last[7]) == ([], [])
    assert plant.held(note, "score/1").value is None


def test_the_desk_learns_what_a_phone_still_holds(plant: Any, clock: Any) -> None:
    phone = plant.phone(plant.ann)
    phone.pull()
    clock.move(timedelta(minutes=5))
    body = phone.body(queued=7)
    body[8] = 3600
    phone.post(body)
    (found,) = plant.at_work(plant.ann, lambda: contacts([plant.ann.id])).values()
    assert found.last_contact_at == clock.now()
    assert found.queued_count == 7
    assert found.oldest_queued_at == clock.now() - timedelta(hours=1)


def test_an_idle_phone_that_asks_again_at_once_costs_no_write(plant: Any, clock: Any) -> None:
    phone = plant.phone(plant.ann)
    phone.pull()
    first = plant.at_work(plant.ann, lambda: session().execute(sa.select(DeviceContact.last_contact_at)).scalar_one())
    clock.move(timedelta(seconds=5))
    phone.pull()
    again = plant.at_work(plant.ann, lambda: session().execute(sa.select(DeviceContact.last_contact_at)).scalar_one())
    assert first == again


def test_the_counter_is_dense(plant: Any) -> None:
    for _ in range(3):
        plant.note(plant.ann)
    n = plant.at_work(plant.ann, lambda: session().execute(sa.select(TenantSeq.n)).scalar_one())
    assert n == 3


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        (b"{", 400, "bad_json"),
        (b"[1]", 422, "sync_malformed"),
        (b"null", 422, "sync_malformed"),
        (b'"\\ud83d"', 400, "bad_json"),
        (b"[" * 2000, 400, "bad_json"),
        (b" " * 300_000, 413, "too_large"),
        (b"", 400, "bad_json"),
    ],
)
def test_bad_bytes_get_a_problem(plant: Any, body: bytes, status: int, code: str) -> None:
    phone = plant.phone(plant.ann)
    response = phone.client.post("/api/sync", data=body, content_type="application/json")
    assert (response.status_code, response.get_json()["code"]) == (status, code)


def test_both_ways_may_be_zipped(plant: Any) -> None:
    for _ in range(20):
        plant.note(plant.ann)
    phone = plant.phone(plant.ann)
    body = gzip.compress(orjson.dumps(phone.body()))
    response = phone.client.post(
        "/api/sync",
        data=body,
        content_type="application/json",
        headers={"Content-Encoding": "gzip", "Accept-Encoding": "gzip"},
    )
    assert response.status_code == 200
    assert response.headers["Content-Encoding"] == "gzip"
    assert len(orjson.loads(gzip.decompress(response.get_data()))[7][0][4]["evaluation"]) == 20
