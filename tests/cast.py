"""The people of every story: a shift with its supervisor, a neighbour, HR, and a stranger from another plant.

Plant "north": 肖静 judges 汤雨桐 and 江军, 梁德胜 judges 唐艳 next door; 杨金凤 is above both. Their cycle is
open. Plant "south" has somebody of everything too, so that a mix-up of plants would show.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from uuid import UUID

from server.cycles import service as cycles
from server.cycles.models import Cycle
from server.foundation import clock
from server.foundation.db import session, tenant_context, unit_of_work
from server.foundation.ids import IndicatorId, PersonId, TenantId, new_id
from server.identity import service as identity
from server.indicators import service as indicators
from server.indicators.models import MeasuredValue
from server.people import service as people
from server.people.models import Department, Job, Person, Role

SINCE = date(2024, 1, 1)


@dataclass
class Plant:
    """One plant with its shift, its desks and its open cycle."""

    tenant_id: TenantId
    supervisor: Person
    worker: Person
    other_worker: Person
    delegate: Person
    neighbour_worker: Person
    manager: Person
    hr: Person
    admin: Person
    shift: Department
    neighbour_shift: Department
    cycle: Cycle

    @property
    def neighbour(self) -> Person:
        """The neighbour shift's supervisor: a delegate only in stories that make him one."""
        return self.delegate


@dataclass
class Cast(Plant):
    """Plant "north", and the stranger: a supervisor of plant "south"."""

    stranger: Person
    south: Plant


ANCHORS = [[f"{mark} 分的样子", f"What a {mark} looks like"] for mark in range(1, 6)]
NAMES = {
    "north": (
        ("N1", "肖静", "Xiao Jing"),
        ("N2", "汤雨桐", "Tang Yutong"),
        ("N3", "江军", "Jiang Jun"),
        ("N4", "梁德胜", "Liang Desheng"),
        ("N5", "唐艳", "Tang Yan"),
        ("N6", "杨金凤", "Yang Jinfeng"),
        ("N7", "金佳怡", "Jin Jiayi"),
        ("N8", "钟海波", "Zhong Haibo"),
    ),
    "south": (
        ("S1", "南宫月", "Nangong Yue"),
        ("S2", "司马青", "Sima Qing"),
        ("S3", "上官云", "Shangguan Yun"),
        ("S4", "诸葛平", "Zhuge Ping"),
        ("S5", "慕容雪", "Murong Xue"),
        ("S6", "皇甫岩", "Huangfu Yan"),
        ("S7", "尉迟兰", "Yuchi Lan"),
        ("S8", "公孙明", "Gongsun Ming"),
    ),
}


def build() -> Cast:
    """Found both plants in an empty, migrated database; call inside an application context."""
    north, south = _plant("north"), _plant("south")
    return Cast(**vars(north), stranger=south.supervisor, south=south)


def _plant(code: str) -> Plant:
    tenant_id = TenantId(new_id())
    with tenant_context(tenant_id):
        session().close()
        return unit_of_work(lambda: _found(code, tenant_id))


def _found(code: str, tenant_id: TenantId) -> Plant:
    now = clock.now()
    identity.create_tenant(code=code, name_zh=code, name_en=code, time_zone="Asia/Shanghai", tenant_id=tenant_id)
    _indicators()
    works = people.add_department("W", "机加工车间", "Machining")
    shift = people.add_department("WA", "机加工甲班", "Machining shift A", works)
    neighbour_shift = people.add_department("WB", "机加工乙班", "Machining shift B", works)
    office = people.add_department("H", "人力资源部", "Human resources")
    operator = people.add_job("OPR", "操作工", "Operator", "operator")
    lead = people.add_job("SUP", "班组长", "Shift supervisor", "supervisor")
    desk = people.add_job("OFF", "职员", "Officer", "office")
    session().flush()
    team = [people.hire(number, zh, en, now=now) for number, zh, en in NAMES[code]]
    supervisor, worker, other, neighbour, far, manager, hr, admin = team
    places: tuple[tuple[Person, Department, Job, Person | None], ...] = (
        (supervisor, shift, lead, manager),
        (worker, shift, operator, supervisor),
        (other, shift, operator, supervisor),
        (neighbour, neighbour_shift, lead, manager),
        (far, neighbour_shift, operator, neighbour),
        (manager, works, desk, None),
        (hr, office, desk, None),
        (admin, office, desk, None),
    )
    for person, place, job, boss in places:
        people.assign(person.id, place, job, "1", valid_from=SINCE)
        if boss is not None:
            people.report_to(person.id, boss.id, valid_from=SINCE)
    for person, role in ((manager, Role.MANAGER), (hr, Role.HR), (admin, Role.ADMIN)):
        people.grant(person.id, role, valid_from=SINCE)
    _measure([worker.id, other.id, far.id], now)
    cycle = open_cycle([shift, neighbour_shift], now=now)
    return Plant(
        tenant_id, supervisor, worker, other, neighbour, far, manager, hr, admin, shift, neighbour_shift, cycle
    )


def open_cycle(departments: list[Department], *, now: datetime, name: str = "11 月评估") -> Cycle:
    """Draft and open a cycle of the running month; call inside a unit of work of that plant."""
    plan = cycles.Plan(
        name_zh=name,
        name_en="November evaluation",
        period_from=now.date().replace(day=1),
        period_to=now.date().replace(day=28),
        deadline_at=now + timedelta(days=2),
        department_ids=[one.id for one in departments],
    )
    return cycles.start(cycles.draft(plan, now=now), now=now)


def _indicators() -> None:
    def add(code: str, zh: str, en: str, source: str, bands: list[float] | None) -> tuple[object, str]:
        wording = indicators.Wording(
            name_zh=zh,
            name_en=en,
            short_zh=zh,
            short_en=en,
            unit="%" if bands else "",
            source=source,
            frequency="monthly",
            target=Decimal(100) if bands else None,
            threshold=Decimal(90) if bands else None,
            bands=bands,
            anchors=None if bands else ANCHORS,
        )
        return indicators.add_indicator(code, wording), code

    output, _ = add("OUT", "产量达成率", "Output", "MES", [90, 95, 100, 105])
    first_pass, _ = add("FPY", "一次合格率", "First-pass yield", "MES", [94, 96, 98, 99.5])
    five_s, _ = add("FIVE-S", "5S 与安全", "5S and safety", "rating", None)
    attendance, _ = add("ATT", "出勤率", "Attendance", "attendance", [92, 94, 97, 100])
    team, _ = add("TEAM", "协作与改善", "Teamwork", "rating", None)
    weighed = [(output, 30), (first_pass, 30), (five_s, 20), (attendance, 10), (team, 10)]
    indicators.set_lines("operator", weighed)  # type: ignore[arg-type]
    for band, zh in (("low", "换型后没清扫"), ("mid", "达到要求"), ("high", "值得推广")):
        indicators.add_chip("", band, zh, f"chip {band}")


def _measure(person_ids: list[UUID], now: datetime) -> None:
    # 95.6 and 96.6 are a 3 by their bands, 92.1 a 2: with 3, 4 and 5 by hand the overall mark is 3.3.
    codes = {"OUT": "95.6", "FPY": "96.6", "ATT": "92.1"}
    known = {code: _indicator_id(code) for code in codes}
    for person_id in person_ids:
        for code, value in codes.items():
            session().add(
                MeasuredValue(
                    person_id=PersonId(person_id),
                    indicator_id=known[code],
                    period_from=now.date().replace(day=1),
                    period_to=now.date().replace(day=15),
                    label="W46",
                    value=Decimal(value),
                    source="MES",
                    received_at=datetime(2026, 11, 16, tzinfo=UTC),
                )
            )
    session().flush()


def _indicator_id(code: str) -> IndicatorId:
    import sqlalchemy as sa

    from server.indicators.models import Indicator

    return IndicatorId(session().execute(sa.select(Indicator.id).where(Indicator.code == code)).scalar_one())
