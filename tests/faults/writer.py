"""A process that writes feed rows as the product does, with a pause of random length before each COMMIT.

`python -m tests.faults.writer URL TENANT SEED THREADS UNITS ROWS [early]`; `early` is the planted bug: the numbers are
taken, and committed, before the rows that bear them.
"""

import random
import sys
import threading
from collections.abc import Callable
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.exc import DBAPIError

from server.app import create_app
from server.foundation.db import changed, db, is_transient, tenant_context, unit_of_work
from server.foundation.ids import TenantId, new_id
from server.sync_api import feed
from tests.conftest import settings_for

SCOPE = "rate:race"
PAUSE_S = 0.003


def write_unit(rows: int) -> None:
    """One unit, again and again while the database says busy: as a phone does that is told `retry`."""
    while True:
        try:
            return unit_of_work(lambda: [changed("evaluation", new_id(), [SCOPE]) for _ in range(rows)] and None)
        except DBAPIError as error:
            if not is_transient(error):
                raise


def numbers_early() -> Callable[[int], None]:
    """The planted bug, as `write_unit`."""
    honest, mine = feed.take, threading.local()
    feed.take = lambda count: mine.end  # type: ignore[assignment]

    def unit(rows: int) -> None:
        mine.end = unit_of_work(lambda: honest(rows))
        write_unit(rows)

    return unit


def main(url: str, tenant: str, seed: str, threads: str, units: str, rows: str, bug: str = "") -> int:
    """Write threads x units x rows rows. Returns how many threads failed."""
    app = create_app(settings_for(url))
    chance, failed = random.Random(int(seed)), []
    unit = numbers_early() if bug else write_unit
    # The pause is the fault: it lets transactions commit in another order than they began.
    event.listen(sa.Engine, "commit", lambda _connection: threading.Event().wait(chance.uniform(0, PAUSE_S)) and None)

    def write() -> None:
        try:
            with app.app_context(), tenant_context(TenantId(UUID(tenant))):
                for _ in range(int(units)):
                    unit(int(rows))
                db.session.remove()
        except Exception as fault:
            failed.append(fault)
            print(repr(fault), file=sys.stderr)

    running = [threading.Thread(target=write) for _ in range(int(threads))]
    for one in running:
        one.start()
    for one in running:
        one.join()
    return len(failed)


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
