"""What PostgreSQL is told before the first statement of a transaction: the plant at work, for row-level security; and
how to plan what is asked by key.
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.exc import DBAPIError

from server.foundation.ids import TenantId

AT_WORK: Final[ContextVar[TenantId | None]] = ContextVar("gemba_tenant", default=None)
"""The plant at work; `db.tenant_context` sets it."""
UNTOLD: Final = "gemba_untold"
"""On a connection whose database does not know yet for which plant the next statement is. Until it is told, row-level
security shows nothing, or what it showed before: so nobody asks anything past `tell_first`."""
PLANS_S: Final = 2.0
"""How long plans are kept. One that was made for an empty table reads a whole index of it, and would go on doing so
while the table grows, until autovacuum has looked at it, a minute later."""
_PLANNED: Final = "gemba_planned"
_TELL: Final = "SELECT set_config('gemba.tenant', %s, true)"
# A plan for each list of ids would cost as much as the rows themselves, so one is kept for a while. What is asked by
# key is to be found by key, also while a table is so small that reading all of it seems cheaper.
_TELL_BY_KEY: Final = (
    f"{_TELL}, set_config('plan_cache_mode', 'force_generic_plan', true), set_config('enable_seqscan', 'off', true)"
)


def tell_first(connection: sa.Connection, *, by_key: bool = False) -> None:
    """Say which plant is at work, if the database does not know; every statement comes after this.

    Called inside a pipeline of the driver it takes no round trip of its own. `by_key`: what this transaction asks
    again and again is found by its key, whichever key.
    """
    if not connection.info.get(UNTOLD):
        return
    driver: Any = connection.connection.driver_connection
    if driver.info.transaction_status == driver.info.transaction_status.INERROR:
        return  # takes nothing but a rollback, to a savepoint perhaps: told after that
    tenant = AT_WORK.get()
    if by_key and time.monotonic() - connection.info.get(_PLANNED, 0.0) > PLANS_S:
        connection.info[_PLANNED] = time.monotonic()
        driver.execute("DISCARD PLANS")
    driver.execute(_TELL_BY_KEY if by_key else _TELL, ("" if tenant is None else str(tenant),))
    connection.info.pop(UNTOLD)


@event.listens_for(sa.Engine, "before_cursor_execute")
def _tell_before(connection: sa.Connection, *_: object) -> None:
    if connection.info.get(UNTOLD):
        driver: Any = connection.connection.driver_connection
        # In one message with the BEGIN that the driver puts before it.
        with driver_errors(connection), driver.pipeline():
            tell_first(connection)


@contextmanager
def driver_errors(connection: sa.Connection) -> Iterator[None]:
    """Around what is said to PostgreSQL's driver itself: its errors become those that everybody expects."""
    driver: Any = connection.connection.driver_connection
    try:
        yield
    except connection.dialect.loaded_dbapi.Error as error:
        lost = bool(driver.closed or driver.broken)
        if lost:
            connection.invalidate(error)
        raise DBAPIError.instance(
            None,
            None,
            error,
            connection.dialect.loaded_dbapi.Error,
            connection_invalidated=lost,
            dialect=connection.dialect,
        ) from error
