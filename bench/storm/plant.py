"""A plant of raters with twelve people each, an open cycle, and a signed-in phone for every rater.

People are written in bulk; the cycle is opened and the sessions are made by the services that do it
every day, only without a password to hash for each of a thousand phones.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

import sqlalchemy as sa
from flask import Flask

from server.app import create_app
from server.cycles import service as cycles
from server.cycles.models import Cycle, Delegation
from server.evaluations.models import Evaluation
from server.foundation import clock, migrate
from server.foundation.db import db, session, tenant_context, unit_of_work
from server.foundation.ids import AccountId, DeviceId, PersonId, TenantId, new_id, short
from server.foundation.settings import Settings
from server.identity import service as identity
from server.identity import tokens
from server.identity.models import Account, Tenant
from server.indicators import service as indicators
from server.people import service as people
from server.people.models import Assignment, Department, Job, Person, ReportingLine
from server.sync_api.feed import sequence
from server.sync_api.pull import access_of, scopes_of
from server.sync_api.registry import Viewer

SECRET: Final = "kT7wq-Zp41xLr9_vBn3eYd82sHc6GjUa0mXf5oRi"
TEAM: Final = 12
LINES: Final = 5
SINCE: Final = date(2024, 1, 1)
_ANCHORS: Final = [[f"{mark} 分的样子", f"What a {mark} looks like"] for mark in range(1, 6)]


@dataclass
class Handset:
    """A phone as it lay in the pocket during the outage: signed in, and pulled before it."""

    person: str
    device: str
    cookie: str
    csrf: str
    epoch: str
    access: str
    cursors: list[int]
    evaluations: list[str]


def settings_for(url: str) -> Settings:
    """Settings of the server that the storm meets."""
    return Settings(database_url=url, secret=SECRET, log_level="ERROR")


def build(
    url: str, raters: int, *, team: int = TEAM, lines: int = LINES, devices: int = 1, stand_in: bool = False
) -> list[Handset]:
    """Fill an empty database. Returns one phone for each rater, then a second for each, and so on.
    `stand_in`: the second rater may score for the first.
    """
    app = create_app(settings_for(url))
    with app.app_context():
        migrate.upgrade(db.engine)
        tenant_id = TenantId(new_id())
        with tenant_context(tenant_id):
            bosses = unit_of_work(lambda: _fill(tenant_id, raters, team, lines))
            session().close()
            if stand_in:
                unit_of_work(lambda: _delegate(bosses[0], bosses[1]))
                session().close()
            granted = unit_of_work(lambda: [_sign_in(boss) for boss in bosses * devices])
            session().close()
            made = [_handset(app, one) for one in granted]
            session().close()
        _settle()
        db.session.remove()
        db.engine.dispose()
    return made


def _settle() -> None:
    """What PostgreSQL's autovacuum does within a minute by itself: the plant is there long before the storm."""
    if db.engine.dialect.name == "postgresql":
        with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(sa.text("ANALYZE"))


def _fill(tenant_id: TenantId, raters: int, team: int, lines: int) -> list[PersonId]:
    now = clock.now()
    identity.create_tenant(
        code="storm", name_zh="风暴", name_en="Storm", time_zone="Asia/Shanghai", tenant_id=tenant_id
    )
    lead, operator = _jobs(lines)
    shifts = [people.add_department(f"S{n}", f"{n} 班", f"Shift {n}") for n in range(max(1, raters // 50))]
    session().flush()  # rows written in bulk refer to these
    bosses = _hire(raters, 0, lead, shifts, None, now)
    for place, boss in enumerate(bosses):
        _hire(team, raters + place * team, operator, [shifts[place % len(shifts)]], boss, now)
    _open(shifts, now)
    return bosses


def _jobs(lines: int) -> tuple[Job, Job]:
    lead = people.add_job("SUP", "班组长", "Shift supervisor", "supervisor")
    operator = people.add_job("OPR", "操作工", "Operator", "operator")
    weighed = []
    for n in range(1, lines + 1):
        wording = indicators.Wording(
            name_zh=f"指标 {n}", name_en=f"Indicator {n}", short_zh=f"指标 {n}", short_en=f"Indicator {n}", unit="",
            source="rating", frequency="monthly", target=None, threshold=None, bands=None, anchors=_ANCHORS,
        )  # fmt: skip
        weighed.append((indicators.add_indicator(f"I{n}", wording), 100 // lines + (100 % lines if n == 1 else 0)))
    indicators.set_lines("operator", weighed)
    return lead, operator


def _hire(
    count: int, first: int, job: Job, places: list[Department], boss: PersonId | None, now: datetime
) -> list[PersonId]:
    """People in bulk, each with account, place and job, and supervisor."""
    ids = [new_id() for _ in range(count)]
    tenant = places[0].tenant_id
    rows = [(one, str(100_000 + first + n)) for n, one in enumerate(ids)]
    session().execute(
        sa.insert(Account),
        [
            {"tenant_id": tenant, "id": one, "employee_no": number, "state": "active", "created_at": now}
            for one, number in rows
        ],
    )
    session().execute(
        sa.insert(Person),
        [
            {"tenant_id": tenant, "id": one, "employee_no": number, "name_zh": f"员工{number}", "name_en": f"Worker {number}"}
            for one, number in rows
        ],
    )  # fmt: skip
    session().execute(
        sa.insert(Assignment),
        [
            {
                "tenant_id": tenant, "id": new_id(), "person_id": one, "department_id": places[n % len(places)].id,
                "job_id": job.id, "level": "1", "valid_from": SINCE,
            }
            for n, one in enumerate(ids)
        ],
    )  # fmt: skip
    if boss is not None:
        session().execute(
            sa.insert(ReportingLine),
            [
                {"tenant_id": tenant, "id": new_id(), "person_id": one, "supervisor_id": boss, "valid_from": SINCE}
                for one in ids
            ],
        )
    return [PersonId(one) for one in ids]


def _open(shifts: list[Department], now: datetime) -> None:
    plan = cycles.Plan(
        name_zh="风暴", name_en="Storm", period_from=now.date().replace(day=1), period_to=now.date(),
        deadline_at=now + timedelta(days=5), department_ids=[one.id for one in shifts],
    )  # fmt: skip
    cycles.start(cycles.draft(plan, now=now), now=now)


def _delegate(rater: PersonId, other: PersonId) -> None:
    cycle_id = session().execute(sa.select(Cycle.id)).scalar_one()
    session().add(
        Delegation(
            cycle_id=cycle_id, rater_id=rater, delegate_id=other, valid_from=clock.now() - timedelta(hours=1),
            valid_to=None, granted_by_id=rater, granted_at=clock.now(),
        )
    )  # fmt: skip


def _sign_in(person: PersonId) -> identity.Granted:
    account = session().execute(sa.select(Account).where(Account.id == AccountId(person))).scalar_one()
    return identity.open_session(
        account, device_id=DeviceId(new_id()), label="storm", browser_hash="0" * 64, now=clock.now()
    )


def _handset(app: Flask, granted: identity.Granted) -> Handset:
    """What the phone holds: its cookie, and where its last pull ended."""
    now = clock.now()
    made = tokens.make(app, granted, now=now)
    me = PersonId(granted.account_id)
    scopes = scopes_of(Viewer(me, now))
    mine = sa.select(Evaluation.id).where(Evaluation.rater_id == me).order_by(Evaluation.run_order)
    epoch = session().execute(sa.select(Tenant.epoch)).scalar_one()
    return Handset(
        person=short(me),
        device=short(granted.device_id),
        cookie=f"{tokens.ACCESS_COOKIE}={made.access}",
        csrf=made.csrf,
        epoch=epoch,
        access=access_of(scopes),
        cursors=[sequence()] * len(scopes),
        evaluations=[short(one) for one in session().execute(mine).scalars()],
    )
