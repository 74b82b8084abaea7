"""A plant in which everybody stands to everybody in every way: people and a cycle on top of the cast.

Whoever acts (`actors`) and whoever is acted upon (`targets`):

    team      江军, judged by 肖静 (the supervisor); the delegate stands in for her, the partner has her shift
    moved     judged by 肖静 when the cycle opened; since today he reports to 梁德胜 (the successor) in another shift
    other     唐艳, next door under 梁德胜; the manager is above both shifts
    ended     all that was until yesterday: line to 肖静, the manager's line, the delegation, the partner's area
    future    the same from tomorrow on
    south     somebody of another plant
    own       the actor himself: everybody is judged by somebody
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from flask import Flask

from server.agreements.models import Agreement
from server.cycles import service as cycles
from server.cycles.events import CycleChanged
from server.cycles.models import Cycle, Delegation
from server.evaluations.models import Evaluation
from server.foundation.clock import TestClock
from server.foundation.db import db, session, tenant_context, unit_of_work
from server.foundation.events import publish
from server.foundation.ids import AccountId, CycleId, DeviceId, PersonId, new_id, short, unshort
from server.identity import devices
from server.identity.models import Device
from server.imports import service as imports
from server.indicators import service as indicators
from server.indicators.models import IndicatorVersion
from server.people import service as people
from server.people.models import Department, Job, Person, ReportingLine, Role, RoleGrant
from tests.cast import open_cycle
from tests.conftest import SECRET
from tests.server.rights.stock import stock
from tests.server.sync_api.phones import Phone

ACTORS = ("employee", "supervisor", "successor", "delegate", "manager", "partner", "hr", "admin", "former")
TARGETS = ("own", "team", "moved", "other", "ended", "future", "south")
SINCE = date(2024, 1, 1)


@dataclass
class World:
    """The plant, and what stands in it by person."""

    app: Flask
    cast: Any
    clock: TestClock
    client_for: Any
    people: dict[str, Person]
    cycle: Cycle
    draft: Cycle
    evaluations: dict[UUID, UUID]
    """Who is judged -> the evaluation of the cycle."""
    delegations: list[UUID] = field(default_factory=list)
    agreements: dict[UUID, UUID] = field(default_factory=dict)
    """Who is measured -> the agreement on it."""
    desk: dict[str, str] = field(default_factory=dict)
    """What stands in the library and at the desk of values: ids by the names that doors give them."""
    import_id: UUID | None = None
    """An import whose preview is being made: nothing else is begun beside it."""
    phones: dict[UUID, Phone] = field(default_factory=dict)
    secrets: dict[str, str] = field(default_factory=dict)

    def target(self, actor: str, target: str) -> Person:
        return self.people[actor if target == "own" else target]

    def client(self, actor: str) -> Any:
        return self.client_for(self.people[actor])

    def phone(self, person: Person) -> Phone:
        """The phone of this person, which has pulled."""
        if person.id not in self.phones:
            device = short(new_id())
            self.phones[person.id] = Phone(self.client_for(person, device), person, device)
            self.at_work(person, lambda: self._own(person, device))
        self.phones[person.id].pull()
        return self.phones[person.id]

    def _own(self, person: Person, device: str) -> None:
        phone = DeviceId(unshort(device))
        session().execute(sa.update(Device).where(Device.id == phone).values(label=f"phone-of-{person.employee_no}"))
        devices.recovery(AccountId(person.id), phone, (SECRET,))

    def at_work(self, person: Person, work: Callable[[], Any]) -> Any:
        with self.app.app_context(), tenant_context(person.tenant_id):
            try:
                return unit_of_work(work)
            finally:
                db.session.remove()

    def session_of(self, person: Person) -> UUID:
        """A fresh session of this person."""
        (found,) = [one["id"] for one in self.client_for(person).get("/api/auth/sessions").json if one["current"]]
        return UUID(found)

    def close(self) -> None:
        """Close the cycle and tell the phones."""

        def change() -> None:
            cycle = session().execute(sa.select(Cycle).where(Cycle.id == self.cycle.id)).scalar_one()
            cycles.close(cycle)
            publish(CycleChanged(CycleId(cycle.id)))

        self.at_work(self.cast.hr, change)

    def raters(self) -> list[Person]:
        names = ("supervisor", "successor", "manager", "boss", "lead_ended", "lead_future")
        return [self.people[name] for name in names]

    def judge(self, mark: str = "words", submit: bool = False) -> None:
        """Every rater marks everybody in the cycle, with a comment of its own for each; and submits."""
        for rater in self.raters():
            phone = self.phone(rater)
            for record, row in phone.all("evaluation").items():
                if row["cycle_id"] == short(self.cycle.id) and row["rater_id"] == short(rater.id):
                    phone.push(*_edits(phone, record, row, f"{mark}-of-{row['employee_no']}.", submit))
            phone.pull()

    def record(self, person: Person) -> str:
        return short(self.evaluations[person.id])


def _edits(phone: Phone, record: str, row: dict[str, Any], words: str, submit: bool) -> list[Any]:
    edits = []
    if not submit:
        for place, rule in enumerate(row["rules"], start=1):
            edits.append(phone.edit(record, f"s{place}", 4, phone.field(record, f"s{place}")[1] or 0))
            code = "c" if rule is None else "r"
            edits.append(phone.edit(record, f"{code}{place}", words, phone.field(record, f"{code}{place}")[1] or 0))
        return edits
    signed = [[code, version] for code, (_, version) in row["fields"].items()]
    return [phone.edit(record, "!submit", signed)]


def found(app: Flask, cast: Any, clock: TestClock, client_for: Any) -> World:
    """Founds it on top of the cast."""
    with app.app_context(), tenant_context(cast.tenant_id):
        session().close()
        made, cycle, draft = unit_of_work(lambda: _found(cast, clock))
        rows = session().execute(sa.select(Evaluation.employee_id, Evaluation.id, Evaluation.cycle_id)).all()
        evaluations: dict[UUID, UUID] = {row[0]: row[1] for row in rows if row[2] == cycle.id}
        db.session.remove()
    with app.app_context(), tenant_context(cast.south.tenant_id):
        row = (
            session().execute(sa.select(Evaluation).where(Evaluation.employee_id == cast.south.worker.id)).scalar_one()
        )
        evaluations[cast.south.worker.id] = row.id
        db.session.remove()
    world = World(app, cast, clock, client_for, made, cycle, draft, evaluations)
    world.delegations = world.at_work(cast.hr, lambda: _delegate(world))
    world.desk = stock(world)
    for person in (cast.hr, cast.south.hr):
        world.agreements |= world.at_work(person, _agreements)
    world.import_id = world.at_work(cast.hr, lambda: _import(cast.hr))
    return world


def _found(cast: Any, clock: TestClock) -> tuple[dict[str, Person], Cycle, Cycle]:
    now = clock.now()
    today, opened = now.date(), now - timedelta(days=2)
    yesterday, tomorrow = today - timedelta(days=1), today + timedelta(days=1)
    of = {one.code: one for one in session().execute(sa.select(Department)).scalars()}
    jobs = {one.code: one for one in session().execute(sa.select(Job)).scalars()}
    of["WC"] = people.add_department("WC", "机加工丙班", "Machining shift C", of["W"])
    of["WD"] = people.add_department("WD", "机加工丁班", "Machining shift D", of["W"])
    by_hand = session().execute(sa.select(IndicatorVersion).where(IndicatorVersion.source == "rating")).scalars().all()
    for category in ("supervisor", "office"):
        indicators.set_lines(category, [(by_hand[0], 60), (by_hand[1], 40)])
    made: dict[str, Person] = {
        "employee": cast.worker, "supervisor": cast.supervisor, "successor": cast.delegate, "manager": cast.manager,
        "hr": cast.hr, "admin": cast.admin, "team": cast.other_worker, "other": cast.neighbour_worker,
        "south": cast.south.worker,
    }  # fmt: skip
    hired = (
        ("boss", "H", "OFF"), ("delegate", "H", "OFF"), ("partner", "H", "OFF"), ("former", "H", "OFF"),
        ("lead_ended", "WC", "SUP"), ("ended", "WC", "OPR"), ("lead_future", "WD", "SUP"), ("future", "WD", "OPR"),
        ("moved", "WA", "OPR"),
    )  # fmt: skip
    for number, (name, place, job) in enumerate(hired, start=1):
        made[name] = people.hire(f"R{number}", f"某{name}", f"Name of {name}", now=now)
        assigned = people.assign(made[name].id, of[place], jobs[job], "1", valid_from=SINCE)
        if name == "moved":
            assigned.valid_to = yesterday
            people.assign(made[name].id, of["WB"], jobs[job], "1", valid_from=today)

    def line(person: str, superior: str, since: date = SINCE, until: date | None = None) -> None:
        session().add(
            ReportingLine(
                person_id=PersonId(made[person].id),
                supervisor_id=PersonId(made[superior].id),
                valid_from=since,
                valid_to=until,
            )
        )

    for name in ("manager", "hr", "admin", "delegate", "partner", "former"):
        line(name, "boss")
    moved_on = opened.date() - timedelta(days=1)
    line("moved", "supervisor", until=yesterday)
    line("moved", "successor", today)
    line("ended", "supervisor", until=moved_on)
    line("ended", "lead_ended", opened.date())
    line("lead_ended", "manager", until=moved_on)
    line("lead_ended", "boss", opened.date())
    line("future", "lead_future", until=today)
    line("future", "supervisor", tomorrow)
    line("lead_future", "boss", until=today)
    line("lead_future", "manager", tomorrow)

    def grant(person: str, role: Role, place: str | None, since: date, until: date | None = None) -> None:
        where = None if place is None else of[place].id
        row = RoleGrant(person_id=PersonId(made[person].id), role=role.value, department_id=where,
                        valid_from=since, valid_to=until)  # fmt: skip
        session().add(row)

    grant("partner", Role.HRBP, "WA", SINCE)
    grant("partner", Role.HRBP, "WC", SINCE, yesterday)
    grant("partner", Role.HRBP, "WD", tomorrow)
    for role, area in ((Role.HR, None), (Role.ADMIN, None), (Role.HRBP, "W")):
        grant("former", role, area, SINCE, yesterday)
        grant("former", role, area, tomorrow)
    session().flush()
    cycle = open_cycle([of["W"], of["H"]], now=opened, name="每个人")
    plan = cycles.Plan("草稿", "Draft", today, tomorrow, now + timedelta(days=9), [of["W"].id])
    return made, cycle, cycles.draft(plan, now=now)


def _agreements() -> dict[UUID, UUID]:
    return {one.person_id: one.id for one in session().execute(sa.select(Agreement)).scalars()}


def _import(hr: Person) -> UUID:
    job = imports.create([("people.csv", b"employee_no")], since=None, complete=False, by=PersonId(hr.id))
    return job.id


def _delegate(world: World) -> list[UUID]:
    now, made = world.clock.now(), []
    hour, day = timedelta(hours=1), timedelta(days=1)
    spans = (
        ("supervisor", world.cycle, now - day, None),
        ("supervisor", world.cast.cycle, now - day, None),
        ("lead_ended", world.cycle, now - day, now - hour),
        ("lead_future", world.cycle, now + hour, None),
    )
    for rater, cycle, since, until in spans:
        one = Delegation(
            cycle_id=CycleId(cycle.id),
            rater_id=PersonId(world.people[rater].id),
            delegate_id=PersonId(world.people["delegate"].id),
            valid_from=since,
            valid_to=until,
            granted_by_id=PersonId(world.cast.hr.id),
            granted_at=now - day,
        )
        session().add(one)
        made.append(one)
    session().flush()
    return [one.id for one in made]
