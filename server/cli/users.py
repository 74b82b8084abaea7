"""gemba user list, create, reset."""

import argparse
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import sqlalchemy as sa

from server.cli.failures import Refused
from server.cli.opened import application
from server.foundation import clock
from server.foundation.db import session, tenant_context, unit_of_work
from server.foundation.ids import AccountId
from server.foundation.settings import settings_of
from server.identity import queries, service, throttle
from server.identity.models import Account
from server.identity.service import EndReason


@contextmanager
def _plant(asked: argparse.Namespace) -> Iterator[str]:
    with application() as app:
        plants = {plant.code: plant.id for plant in queries.tenants()}
        session().close()
        code = asked.plant or (next(iter(plants)) if len(plants) == 1 else None)
        if code not in plants:
            raise Refused(f"Say --plant with one of: {', '.join(plants) or 'none yet'}.")
        with tenant_context(plants[code]):
            yield settings_of(app).secret


def list_users(asked: argparse.Namespace) -> int:
    """List accounts: number, state, how they sign in, open sessions. No names."""
    with _plant(asked):
        for account in session().scalars(sa.select(Account).order_by(Account.employee_no)):
            count = len(queries.open_sessions(AccountId(account.id)))
            way = "password" if account.password_hash else "no password yet"
            print(f"{account.employee_no}\t{account.state}\t{way}\t{count} sessions")
    return 0


def create(asked: argparse.Namespace) -> int:
    """Create an account and print its one-time code."""
    with _plant(asked):
        if queries.account_by_number(asked.employee_no) is not None:
            raise Refused("This number has an account: a new code comes from gemba user reset.")
        session().close()
        now = clock.now()
        _print_code(lambda: service.issue_code(service.create_account(asked.employee_no, now=now), now=now))
    return 0


def reset(asked: argparse.Namespace) -> int:
    """Print a new one-time code; the password, sessions and delays are gone."""
    with _plant(asked) as secret:

        def work() -> str:
            account = queries.account_by_number(asked.employee_no)
            if account is None:
                raise Refused("No account has this number.")
            account.password_hash = None
            service.end_sessions(AccountId(account.id), EndReason.RESET, now=clock.now())
            throttle.forget([throttle.unknown_phones(secret, asked.employee_no)])
            return service.issue_code(account, now=clock.now())

        _print_code(work)
    return 0


def _print_code(work: Callable[[], str]) -> None:
    print(f"One-time code, seven days: {unit_of_work(work)}")
