"""Nobody reads or writes another plant's rows, by ORM or by raw SQL."""

from contextlib import suppress
from datetime import UTC, datetime

import pytest
import sqlalchemy as sa
from flask import Flask

from server.foundation.db import (
    TenantMismatch,
    TenantMissing,
    db,
    savepoint,
    session,
    tenant_context,
    unit_of_work,
)
from server.foundation.ids import TenantId
from server.identity import service
from server.identity.models import Account, Tenant

NOW = datetime(2026, 11, 24, tzinfo=UTC)


def found(code: str, *numbers: str) -> TenantId:
    plant = unit_of_work(lambda: service.create_tenant(code=code, name_zh=code, name_en=code, time_zone="UTC").id)
    with tenant_context(plant):
        for number in numbers:
            unit_of_work(lambda number=number: service.create_account(number, now=NOW))
    session().close()
    return plant


def numbers() -> list[str]:
    return sorted(session().scalars(sa.select(Account.employee_no)))


def test_a_query_sees_only_the_plant_at_work(app: Flask) -> None:
    with app.app_context():
        north, south = found("north", "1", "2"), found("south", "3")
        with tenant_context(north):
            assert numbers() == ["1", "2"]
            with tenant_context(south):
                assert numbers() == ["3"]
            assert numbers() == ["1", "2"]
            assert session().scalar(sa.select(sa.func.count()).select_from(Account)) == 2


@pytest.mark.parametrize(
    "statement",
    [
        sa.select(Account),
        sa.select(Tenant).where(sa.exists().where(Account.tenant_id == Tenant.id)),
        sa.select(Tenant).join(Account, Account.tenant_id == Tenant.id),
        sa.update(Account).values(employee_no="x"),
        sa.delete(Account),
    ],
    ids=["select", "subquery", "join", "update", "delete"],
)
def test_a_statement_without_a_plant_is_a_bug(app: Flask, statement: sa.Executable) -> None:
    with app.app_context(), pytest.raises((TenantMissing, sa.exc.StatementError)) as caught:
        session().execute(statement)
    assert "no plant is at work" in str(caught.value)


def test_updates_and_deletes_stay_in_the_plant(app: Flask) -> None:
    with app.app_context():
        north, south = found("north", "1"), found("south", "2")
        with tenant_context(north):
            unit_of_work(lambda: session().execute(sa.delete(Account)))
            assert numbers() == []
        session().close()
        with tenant_context(south):
            assert numbers() == ["2"]


def test_a_row_of_another_plant_is_not_written(app: Flask) -> None:
    with app.app_context():
        north, south = found("north"), found("south")

        def write() -> None:
            session().add(
                Account(
                    tenant_id=south,
                    employee_no="9",
                    password_hash=None,
                    password_set_at=None,
                    enrolment_hash=None,
                    enrolment_until=None,
                    state="active",
                    created_at=NOW,
                )
            )

        with tenant_context(north), pytest.raises(TenantMismatch):
            unit_of_work(write)


def test_on_postgresql_raw_sql_sees_only_the_plant_at_work(app: Flask) -> None:
    with app.app_context():
        north, south = found("north", "1", "2"), found("south", "3")
        if db.engine.dialect.name != "postgresql":
            pytest.skip("row-level security is PostgreSQL's")
        count = sa.text("SELECT count(*) FROM account")
        assert session().scalar(count) == 0
        session().close()
        with tenant_context(north):
            assert session().scalar(count) == 2
            session().close()
        with tenant_context(south):
            assert session().scalar(count) == 1
            session().execute(sa.text("DELETE FROM account"))
            with pytest.raises(sa.exc.ProgrammingError, match="row-level security"):
                session().execute(
                    sa.text(
                        "INSERT INTO account (tenant_id, id, employee_no, state, created_at)"
                        " VALUES (:north, gen_random_uuid(), 'x', 'active', now())"
                    ),
                    {"north": north},
                )


def test_every_table_of_a_plant_has_row_level_security(app: Flask) -> None:
    with app.app_context(), db.engine.connect() as connection:
        if connection.dialect.name != "postgresql":
            pytest.skip("row-level security is PostgreSQL's")
        open_tables = connection.scalars(
            sa.text(
                "SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace"
                " AND NOT (relrowsecurity AND relforcerowsecurity)"
            )
        )
        assert sorted(open_tables) == ["alembic_version", "tenant"]


def test_a_unit_that_fails_keeps_nothing_of_its_released_savepoints(app: Flask) -> None:
    with app.app_context():
        north = found("north")

        def work() -> None:
            with savepoint():
                service.create_account("1", now=NOW)
            raise ZeroDivisionError

        with tenant_context(north):
            with pytest.raises(ZeroDivisionError):
                unit_of_work(work)
            assert numbers() == []


def test_a_savepoint_that_fails_takes_only_its_own_rows_along(app: Flask) -> None:
    with app.app_context():
        north = found("north")

        def work() -> None:
            with savepoint():
                service.create_account("1", now=NOW)
            with suppress(ZeroDivisionError), savepoint():
                service.create_account("2", now=NOW)
                session().flush()
                raise ZeroDivisionError
            service.create_account("3", now=NOW)

        with tenant_context(north):
            unit_of_work(work)
            assert numbers() == ["1", "3"]


def test_a_unit_refuses_a_session_that_has_read(app: Flask) -> None:
    with app.app_context(), tenant_context(found("north")):
        numbers()
        with pytest.raises(RuntimeError, match="has not read"):
            unit_of_work(lambda: None)
