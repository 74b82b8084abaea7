"""The only COMMIT: what happens before it, what a failure takes back, what is tried again."""

import threading
from collections.abc import Collection, Iterator, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from uuid import UUID

import pytest
import sqlalchemy as sa
from flask import Flask

from server.foundation import db as seam
from server.foundation.db import (
    Change,
    at_end,
    changed,
    db,
    on_before_commit,
    savepoint,
    session,
    tenant_context,
    unit_of_work,
)
from server.foundation.events import publish, subscribe
from server.foundation.ids import TenantId, new_id
from server.identity import queries, service
from server.identity.models import Account, Tenant

RECORD = UUID(int=7)
NOW = datetime(2026, 11, 24, tzinfo=UTC)


@pytest.fixture
def seen(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Iterator[list[Sequence[Change]]]:
    """What the hook was given, instead of the application's own hook."""
    given: list[Sequence[Change]] = []
    monkeypatch.setattr(seam, "_hooks", [])
    on_before_commit(given.append)
    on_before_commit(given.append)  # twice is once
    with app.app_context():
        yield given
        db.session.remove()


def plants() -> list[str]:
    return sorted(session().scalars(sa.select(Tenant.code)))


def found(code: str) -> Tenant:
    return service.create_tenant(code=code, name_zh=code, name_en=code, time_zone="UTC")


def test_the_hook_runs_once_with_all_changes_and_in_the_same_transaction(seen: list[Sequence[Change]]) -> None:
    on_before_commit(lambda changes: session().execute(sa.update(Tenant).values(name_en=str(len(changes)))) and None)

    def work() -> None:
        found("north")
        changed("cycle", RECORD, ["lib", "own:1"])
        changed("cycle", RECORD, ["facts:1"], "leave")

    unit_of_work(work)
    assert seen == [(Change("cycle", RECORD, ("lib", "own:1"), "put"), Change("cycle", RECORD, ("facts:1",), "leave"))]
    assert session().scalar(sa.select(Tenant.name_en)) == "2"


def test_without_a_change_the_hook_does_not_run(seen: list[Sequence[Change]]) -> None:
    unit_of_work(lambda: found("north"))
    assert seen == []


def test_changes_of_a_savepoint_that_fails_are_forgotten(seen: list[Sequence[Change]]) -> None:
    def work() -> None:
        changed("cycle", RECORD, ["a"])
        with suppress(ZeroDivisionError), savepoint():
            changed("cycle", RECORD, ["b"])
            raise ZeroDivisionError
        with savepoint():
            changed("cycle", RECORD, ["c"])

    unit_of_work(work)
    assert [change.scopes for change in seen[0]] == [("a",), ("c",)]


def test_a_failing_hook_takes_the_whole_unit_back(seen: list[Sequence[Change]]) -> None:
    def refuse(_changes: Sequence[Change]) -> None:
        raise ZeroDivisionError

    on_before_commit(refuse)

    def work() -> None:
        found("north")
        changed("cycle", RECORD, ["a"])

    with pytest.raises(ZeroDivisionError):
        unit_of_work(work)
    assert plants() == []


def test_changes_of_a_unit_that_failed_do_not_reach_the_next(seen: list[Sequence[Change]]) -> None:
    def work() -> None:
        changed("cycle", RECORD, ["a"])
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        unit_of_work(work)
    unit_of_work(lambda: changed("cycle", RECORD, ["b"]))
    assert [change.scopes for changes in seen for change in changes] == [("b",)]


class Busy(Exception):
    sqlite_errorname = "SQLITE_BUSY"
    sqlstate = "40001"


def test_a_busy_database_is_asked_three_times_and_each_begins_anew(seen: list[Sequence[Change]]) -> None:
    tries: list[int] = []

    def work() -> None:
        tries.append(len(tries))
        found(f"p{len(tries)}")
        changed("cycle", RECORD, [str(len(tries))])
        session().flush()
        if len(tries) < 3:
            raise sa.exc.OperationalError("", {}, Busy())

    unit_of_work(work)
    assert tries == [0, 1, 2]
    assert plants() == ["p3"]
    assert [change.scopes for changes in seen for change in changes] == [("3",)]


def test_after_three_times_the_error_is_told(seen: list[Sequence[Change]]) -> None:
    tries: list[int] = []

    def work() -> None:
        tries.append(1)
        raise sa.exc.OperationalError("", {}, Busy())

    with pytest.raises(sa.exc.OperationalError):
        unit_of_work(work)
    assert len(tries) == 3


def test_two_who_add_the_same_thing_at_once_are_heard_one_after_the_other(app: Flask) -> None:
    tenant_id = TenantId(new_id())
    both = threading.Barrier(2, timeout=20)
    errors: list[BaseException] = []

    def add_once() -> None:
        def work() -> None:
            if queries.account_by_number("1") is None:
                if db.engine.dialect.name == "postgresql" and not both.broken:
                    with suppress(threading.BrokenBarrierError):
                        both.wait()
                service.create_account("1", now=NOW)

        try:
            with app.app_context(), tenant_context(tenant_id):
                unit_of_work(work)
                db.session.remove()
        except BaseException as error:
            errors.append(error)
        finally:
            both.abort()

    with app.app_context(), tenant_context(tenant_id):
        unit_of_work(
            lambda: service.create_tenant(code="n", name_zh="n", name_en="n", time_zone="UTC", tenant_id=tenant_id)
        )
        db.session.remove()
    threads = [threading.Thread(target=add_once) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []
    with app.app_context(), tenant_context(tenant_id):
        assert session().scalar(sa.select(sa.func.count()).select_from(Account)) == 1
        db.session.remove()


def test_a_handler_shares_the_transaction_of_the_event(app: Flask) -> None:
    class Opened:
        pass

    def handler(_event: Opened) -> None:
        found("made by the handler")
        raise ZeroDivisionError

    subscribe(Opened, handler)
    subscribe(Opened, handler)
    with app.app_context():

        def work() -> None:
            found("made by the service")
            publish(Opened())

        with pytest.raises(ZeroDivisionError):
            unit_of_work(work)
        assert plants() == []
        db.session.remove()


def test_what_is_told_one_by_one_is_done_once_at_the_end_and_tells_phones(seen: list[Sequence[Change]]) -> None:
    done: list[tuple[str, ...]] = []

    def together(items: Collection[str]) -> None:
        done.append(tuple(items))
        for one in items:
            changed("agreement", RECORD, [one])

    def work() -> None:
        for one in ("b", "a", "b"):
            at_end(together, one)
        assert not done

    unit_of_work(work)
    unit_of_work(lambda: None)
    assert done == [("b", "a")]
    assert [one.scopes for many in seen for one in many] == [("b",), ("a",)]


def test_a_disk_that_fills_up_inside_a_savepoint_is_called_full(seen: list[Sequence[Change]]) -> None:
    """SQLite takes the whole transaction back by itself; that the savepoint is gone is not the reason."""
    if db.engine.dialect.name != "sqlite":
        pytest.skip("max_page_count is SQLite's")

    def work() -> None:
        pages = session().scalar(sa.text("PRAGMA page_count"))
        session().execute(sa.text(f"PRAGMA max_page_count = {pages}"))
        with savepoint():
            for n in range(500):
                session().add(
                    Tenant(id=new_id(), code=f"p{n}", name_zh="x" * 200, name_en="x", time_zone="UTC", epoch="e")
                )
            session().flush()

    with pytest.raises(sa.exc.OperationalError) as caught:
        unit_of_work(work)
    assert getattr(caught.value.orig, "sqlite_errorname", "") == "SQLITE_FULL"
    with db.engine.connect() as connection:
        connection.exec_driver_sql(f"PRAGMA max_page_count = {2**30}")
    assert plants() == []
