"""Loads the demo plant into an empty database, in one unit of work."""

import json
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from importlib.resources import files
from typing import Any, Final
from zoneinfo import ZoneInfo

from server.cycles import service as cycles
from server.cycles.models import Cycle
from server.demo import agreed, facts, library
from server.demo.shifts import Story
from server.foundation import clock
from server.foundation.db import session, tenant_context, unit_of_work
from server.foundation.ids import AccountId, CycleId, PersonId, TenantId, new_id
from server.identity import passwords
from server.identity import queries as accounts
from server.identity import service as identity
from server.indicators import service as indicators
from server.indicators.models import IndicatorVersion
from server.people import service as people
from server.people.models import Department, Person, Role

PASSWORD: Final = "walk the line and see for yourself"
"""Of every account of the demo; used from another machine or after switching the demo off."""
HIRED_ON: Final = date(2021, 3, 1)
CODE: Final = "demo"
DAYS_TO_DEADLINE: Final = 5
"""At least; usually the cycle ends with its month."""
DAYS_SINCE_OPENING: Final = 3
DONE: Final = "10014"
HALF_WAY: Final = "10012"
LOOKED_IN: Final = ("10011", "10013", "10006")
"""Raters whose phones were heard of this morning, with nothing scored yet."""


def load() -> bool:
    """Load it into a migrated database; False, and nothing changed, where it stands already."""
    stands = accounts.tenant_by_code(CODE) is not None
    session().close()
    if stands:
        return False
    now = clock.now()
    hashed = passwords.hash_password(PASSWORD)  # slow on purpose: once, and outside the unit of work
    tenant_id = TenantId(new_id())
    with tenant_context(tenant_id):
        unit_of_work(lambda: _fill(tenant_id, hashed, now))
    return True


def read(name: str) -> Any:
    """One of the files in data/."""
    return json.loads(files("server.demo").joinpath("data", f"{name}.json").read_text(encoding="utf-8"))


def _fill(tenant_id: TenantId, hashed: str, now: datetime) -> None:
    content = read("people")
    identity.create_tenant(code=CODE, **content["plant"], tenant_id=tenant_id)
    versions = _library()
    departments = _departments(content["departments"])
    staff = _staff(content, departments, now)
    for person in staff.values():
        account = accounts.account(AccountId(person.id))
        if account is not None:
            account.password_hash, account.password_set_at = hashed, now
    session().flush()
    facts.measure(versions, staff, today=_today(now), now=now)
    library.Library(versions, staff, now).fill()
    library.set_goals(staff, departments, _today(now), now)
    taking_part = [departments[code] for code in content["opened"]]
    story = Story({PersonId(one.id): number for number, one in staff.items()}, since=now - timedelta(days=60))
    agreed.plan(now)
    _closed_month(taking_part, story, now)
    _running_month(taking_part, story, now)
    story.end(now)


def _today(now: datetime) -> date:
    return now.astimezone(ZoneInfo(accounts.plant().time_zone)).date()


def _library() -> dict[str, IndicatorVersion]:
    content = read("indicators")
    versions = {one.pop("code"): one for one in content["indicators"]}
    versions = {code: indicators.add_indicator(code, _wording(one)) for code, one in versions.items()}
    for category, lines in content["sets"].items():
        indicators.set_lines(category, [(versions[code], weight) for code, weight in lines])
    for indicator_code, band, zh, en in read("chips"):
        indicators.add_chip(indicator_code, band, zh, en)
    return versions


def _wording(one: dict[str, Any]) -> indicators.Wording:
    exact: dict[str, Any] = {name: Decimal(str(one[name])) for name in ("target", "threshold") if name in one}
    return indicators.Wording(**one | exact)


def _departments(rows: list[Any]) -> dict[str, Department]:
    made: dict[str, Department] = {}
    for code, name_zh, name_en, parent in rows:
        made[code] = people.add_department(code, name_zh, name_en, made.get(parent))
    return made


def _staff(content: Any, departments: dict[str, Department], now: datetime) -> dict[str, Person]:
    jobs = {code: people.add_job(code, zh, en, category) for code, zh, en, category in content["jobs"]}
    session().flush()
    rows = list(content["people"])
    for place, (boss, first, members) in content["shifts"].items():
        for offset, (zh, en, level) in enumerate(members):
            rows.append([str(first + offset), zh, en, place, "OPR", level, boss, None])
    made: dict[str, Person] = {}
    for number, zh, en, place, job, level, boss, role, *area in rows:
        made[number] = people.hire(number, zh, en, now=now)
        people.assign(made[number].id, departments[place], jobs[job], level, valid_from=HIRED_ON)
        if boss is not None:
            people.report_to(made[number].id, made[boss].id, valid_from=HIRED_ON)
        if role is not None:
            department = departments[area[0]] if area else None
            people.grant(made[number].id, Role(role), valid_from=HIRED_ON, department=department)
    return made


def _draft(departments: list[Department], month: date, deadline_on: date, now: datetime) -> Cycle:
    plan = cycles.Plan(
        name_zh=f"{month.month} 月评估",  # a name that HR would type: data, not a word of the screen
        name_en=f"{month:%B} evaluation",
        period_from=month,
        period_to=facts.month_end(month),
        deadline_at=datetime.combine(deadline_on, time(18), _zone()),
        department_ids=[one.id for one in departments],
    )
    return cycles.draft(plan, now=now)


def _zone() -> ZoneInfo:
    return ZoneInfo(accounts.plant().time_zone)


def _closed_month(departments: list[Department], story: Story, now: datetime) -> None:
    """The month before: everybody scored, most answered, and the cycle closed."""
    month = facts.month_before(facts.running_month(_today(now)))
    last_day = facts.month_end(month)
    opened_at = datetime.combine(last_day - timedelta(days=2), time(8), _zone())
    cycle = _draft(departments, month, last_day + timedelta(days=3), opened_at)
    cycles.start(cycle, now=opened_at)
    for place, rater in enumerate(story.raters(CycleId(cycle.id))):
        first = opened_at + timedelta(days=1 + place % 3, hours=6, minutes=7 * place)
        team = story.score(CycleId(cycle.id), rater, first)
        story.answer(team, first + timedelta(hours=20))
    cycles.close(cycle)


def _running_month(departments: list[Department], story: Story, now: datetime) -> None:
    """The month that is judged now: one team done, one half way, the others still to begin."""
    today = _today(now)
    month = facts.running_month(today)
    last_day = max(facts.month_end(month), today + timedelta(days=DAYS_TO_DEADLINE))
    opened_at = now - timedelta(days=DAYS_SINCE_OPENING)
    cycle = _draft(departments, month, last_day, opened_at)
    cycles.start(cycle, now=opened_at)
    agreed.tell(story, now)  # before the others: of each phone the latest word is the one that counts
    done = story.score(CycleId(cycle.id), DONE, now - timedelta(hours=50))
    story.answer(done[:8], now - timedelta(hours=26))
    story.score(CycleId(cycle.id), HALF_WAY, now - timedelta(hours=3), count=6)
    story.look(LOOKED_IN, now - timedelta(hours=2))
