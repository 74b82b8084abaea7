"""gemba user list, create, reset, grant."""

import argparse
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import sqlalchemy as sa

from server.cli.failures import Refused
from server.cli.opened import application
from server.foundation import clock
from server.foundation.db import session, tenant_context, unit_of_work
from server.foundation.ids import AccountId, TenantId, new_id
from server.foundation.locales import say
from server.foundation.settings import settings_of
from server.identity import queries, service, throttle
from server.identity.models import Account
from server.identity.service import EndReason
from server.people import service as people
from server.people.models import Role
from server.people.queries import by_number, day_of, granted_roles


@contextmanager
def _plant(asked: argparse.Namespace) -> Iterator[str]:
    with application() as app:
        plants = {plant.code: plant.id for plant in queries.tenants()}
        session().close()
        if not plants:
            raise Refused(
                "There is no plant yet: start gemba serve once, it founds one and prints its administrator's code."
            )
        code = asked.plant or (next(iter(plants)) if len(plants) == 1 else None)
        if code not in plants:
            raise Refused(f"Say --plant with one of: {', '.join(plants)}.")
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
    """Create a person with an account and print the one-time code."""
    with _plant(asked):
        if queries.account_by_number(asked.employee_no) is not None:
            raise Refused("This number has an account: a new code comes from gemba user reset.")
        session().close()
        name_zh, name_en = asked.name_zh or asked.employee_no, asked.name_en or asked.employee_no
        _print_code(lambda: _hire(asked.employee_no, name_zh, name_en, asked.role))
    return 0


def grant(asked: argparse.Namespace) -> int:
    """Give somebody a role for the whole plant, from today on. No list does that."""
    with _plant(asked):

        def work() -> bool:
            person = by_number(asked.employee_no)
            if person is None:
                raise Refused("Nobody has this number.")
            now = clock.now()
            if asked.role in granted_roles(day_of(now)).get(person.id, ()):
                return False
            people.grant(person.id, Role(asked.role), valid_from=day_of(now))
            return True

        given = unit_of_work(work)
        print(f"{asked.employee_no} {'is' if given else 'was already'} {asked.role} of the plant.")
    return 0


def _hire(employee_no: str, name_zh: str, name_en: str, role: str | None) -> str:
    """Add a person with an account and perhaps a role; returns the one-time code."""
    now = clock.now()
    person = people.hire(employee_no, name_zh, name_en, now=now)
    if role is not None:
        people.grant(person.id, Role(role), valid_from=day_of(now))
    account = queries.account(AccountId(person.id))
    assert account is not None
    return service.issue_code(account, now=now)


def found_plant(code: str, employee_no: str) -> str:
    """Found the first plant and its first administrator; returns the one-time code."""
    tenant_id = TenantId(new_id())

    def found() -> str:
        service.create_tenant(
            code=code,
            name_zh=say("first_plant", "zh-CN", {}),
            name_en=say("first_plant", "en", {}),
            time_zone="Asia/Shanghai",
            tenant_id=tenant_id,
        )
        names = say("first_admin", "zh-CN", {}), say("first_admin", "en", {})
        return _hire(employee_no, *names, Role.ADMIN)

    with tenant_context(tenant_id):
        return unit_of_work(found)


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
