"""Prepared statements: they know the plant, and keep what is given as the ORM would."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy import event
from sqlalchemy.exc import DataError, IntegrityError, OperationalError, StatementError

from server.foundation.db import begin_snapshot, current_tenant, db, end_read, session, tenant_context, unit_of_work
from server.foundation.ids import TenantId, new_id
from server.foundation.prepared import ask, ask_later, insert_rows, of_plant, table_of, update_rows, upsert
from server.identity import service
from server.identity.models import Tenant
from server.sync_api.models import LoggedMutation

LOG = table_of(LoggedMutation)
ALL = of_plant(sa.select(LOG.c.n).order_by(LOG.c.n))
AT = datetime(2026, 11, 24, 1, 2, 3, 456789, tzinfo=UTC)


@pytest.fixture
def plants(app: Flask) -> tuple[TenantId, TenantId]:
    """Two plants."""

    def found(code: str) -> TenantId:
        made = unit_of_work(lambda: service.create_tenant(code=code, name_zh=code, name_en=code, time_zone="UTC"))
        return TenantId(made.id)

    with app.app_context():
        both = found("north"), found("south")
        db.session.remove()
    return both


def at_work(app: Flask, plant: TenantId, work: Callable[[], Any]) -> Any:
    with app.app_context(), tenant_context(plant):
        try:
            return unit_of_work(work)
        finally:
            db.session.remove()


def row(n: int, **values: Any) -> dict[str, Any]:
    """One mutation as the journal writes it."""
    return {
        "tenant_id": current_tenant(), "device": new_id(), "author": new_id(), "n": n, "payload_hash": bytes(range(32)),
        "record": "r", "record_id": None, "field": "score/1", "op": "set", "asked": [4], "base": [], "device_time": 0,
        "received_at": AT, "session_id": None, "receipt": "a", "reason": None, "detail": None, "wrote": None,
        "alias": None, "missing": None, "case_id": None,
    } | values  # fmt: skip


def test_a_prepared_question_sees_its_own_plant_alone(app: Flask, plants: tuple[TenantId, TenantId]) -> None:
    for place, plant in enumerate(plants):
        at_work(app, plant, lambda n=place: insert_rows(LoggedMutation, [row(n)]))
    assert [at_work(app, plant, lambda: ask(ALL).scalars().all()) for plant in plants] == [[0], [1]]


def test_without_a_plant_it_is_not_asked(app: Flask) -> None:
    with app.app_context(), pytest.raises(StatementError, match="no plant is at work"):
        ask(ALL)


def test_only_tables_of_a_plant_can_be_prepared_for_one() -> None:
    with pytest.raises(ValueError, match="not a table of a plant"):
        of_plant(sa.select(table_of(Tenant).c.code))


@pytest.mark.parametrize(
    "values",
    [
        {"asked": ["换型后 😀 \\ \" ' \n\t %s :x"]},
        {"asked": [None], "wrote": None},
        {"asked": {"submit": [["score/1", ["d.a.1"]]]}, "base": ["d.a.1", "d.a.2"]},
        {"n": 2**53 - 1, "device_time": -(2**63)},
        {"received_at": datetime(1970, 1, 1, tzinfo=UTC), "case_id": new_id},
        {"detail": "", "reason": "null"},
    ],
)
def test_what_is_inserted_comes_back_as_the_orm_would_have_kept_it(
    app: Flask, plants: tuple[TenantId, TenantId], values: dict[str, Any]
) -> None:
    given = {key: value() if callable(value) else value for key, value in values.items()}

    def both() -> list[dict[str, Any]]:
        first, second = row(1) | given, row(1) | given
        insert_rows(LoggedMutation, [first])
        session().add(LoggedMutation(**second))
        session().flush()
        found = {one.device: one for one in session().scalars(sa.select(LoggedMutation))}
        names = first.keys() - {"device", "author"}
        return [{name: getattr(found[kept["device"]], name) for name in names} for kept in (first, second)]

    mine, orms = at_work(app, plants[0], both)
    assert mine == orms


def test_an_upsert_changes_what_it_names_and_nothing_else(app: Flask, plants: tuple[TenantId, TenantId]) -> None:
    def twice() -> tuple[str, str]:
        one = row(1)
        key = ("tenant_id", "device", "author", "n")
        upsert(LoggedMutation, [one, row(2)], key, ("receipt",))
        upsert(LoggedMutation, [one | {"receipt": "m", "record": "other"}], key, ("receipt",))
        return tuple(ask(sa.select(LOG.c.receipt, LOG.c.record).where(LOG.c.n == 1)).one())

    assert at_work(app, plants[0], twice) == ("m", "r")


def test_a_text_that_is_too_long_is_refused_not_cut(app: Flask, plants: tuple[TenantId, TenantId]) -> None:
    if app.config["SQLALCHEMY_DATABASE_URI"].startswith("sqlite"):
        pytest.skip("SQLite knows no length")
    with pytest.raises(DataError):
        at_work(app, plants[0], lambda: insert_rows(LoggedMutation, [row(1, field="f" * 25)]))


def test_the_same_key_twice_is_refused(app: Flask, plants: tuple[TenantId, TenantId]) -> None:
    def both() -> None:
        one = row(1)
        insert_rows(LoggedMutation, [one])
        insert_rows(LoggedMutation, [one])

    with pytest.raises(IntegrityError):
        at_work(app, plants[0], both)


def test_many_rows_are_changed_at_once_each_by_its_key_and_no_other(app: Flask, plants: tuple[TenantId, ...]) -> None:
    def change() -> list[tuple[int, str, Any]]:
        made = [row(n) for n in range(3)]
        insert_rows(LoggedMutation, made)
        key = ("tenant_id", "device", "author", "n")
        changes = [{name: one[name] for name in key} | {"receipt": "m", "wrote": [one["n"]]} for one in made[1:]]
        update_rows(LoggedMutation, [*changes, changes[0] | {"n": 9}], key, ("receipt", "wrote"))
        columns = (LOG.c.n, LOG.c.receipt, LOG.c.wrote)
        return [tuple(one) for one in ask(of_plant(sa.select(*columns).order_by(LOG.c.n)))]

    assert at_work(app, plants[0], change) == [(0, "a", None), (1, "m", [1]), (2, "m", [2])]


def test_a_question_of_a_unit_that_failed_is_not_asked_by_the_next(app: Flask, plants: tuple[TenantId, ...]) -> None:
    def fail() -> None:
        insert_rows(LoggedMutation, [row(1)])
        ask_later(sa.text("no such question"), {})
        raise RuntimeError("bug")

    with app.app_context(), tenant_context(plants[0]):
        with pytest.raises(RuntimeError, match="bug"):
            unit_of_work(fail)
        assert ask_later(ALL, {}).rows() == []
        db.session.remove()


def test_after_reads_the_driver_still_has_what_it_prepared(app: Flask, plants: tuple[TenantId, ...]) -> None:
    with app.app_context(), tenant_context(plants[0]):
        if db.engine.dialect.name != "postgresql":
            pytest.skip("SQLite prepares in the process")
        for _ in range(8):
            begin_snapshot()
            ask_later(ALL, {}).rows()
            end_read()
        assert session().execute(sa.text("SELECT count(*) FROM pg_prepared_statements")).scalar_one() > 0
        db.session.remove()


def test_a_read_that_changed_something_is_not_committed(app: Flask, plants: tuple[TenantId, ...]) -> None:
    with app.app_context(), tenant_context(plants[0]):
        if db.engine.dialect.name != "postgresql":
            pytest.skip("on SQLite a read is taken back")
        session().get(Tenant, plants[0]).code = "other"  # type: ignore[union-attr]
        with pytest.raises(RuntimeError, match="a read has changed something"):
            end_read()
        db.session.remove()


def test_a_read_whose_end_goes_wrong_was_a_read_all_the_same(app: Flask, plants: tuple[TenantId, ...]) -> None:
    def fail(_connection: sa.Connection) -> None:
        event.remove(db.engine, "commit", fail)
        raise OperationalError("COMMIT", {}, Exception("in the way"))

    with app.app_context(), tenant_context(plants[0]):
        if db.engine.dialect.name != "postgresql":
            pytest.skip("on SQLite a read is taken back")
        event.listen(db.engine, "commit", fail)
        for _ in range(2):
            begin_snapshot()
            assert ask_later(ALL, {}).rows() == []
            end_read()
        assert not event.contains(db.engine, "commit", fail), "the first one went wrong"
        db.session.remove()
