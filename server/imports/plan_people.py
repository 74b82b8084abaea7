"""People: who is new, has moved, has left or is otherwise described; which role they hold."""

from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final
from uuid import UUID

from server.identity.models import Account, AccountState
from server.imports.names import of_rows, with_codes
from server.imports.plan import Change, Difference, Held, Plan, Stock, What, text_of, unique
from server.imports.records import Kind, Record
from server.imports.timelines import DAY, Taken, Timeline
from server.people.models import Assignment, Person, ReportingLine, Role, RoleGrant

ACCOUNT, PERSON = Account.__tablename__, Person.__tablename__
OFFICES: Final = frozenset(role.value for role in Role)
BY_HAND: Final = OFFICES - {Role.MANAGER.value}
"""Who holds one of these sees more than his own line: no list gives it or takes it away."""
LEAVING_SHARE: Final = 5
"""More than one of so many leaving at once is said by whoever applies it, as a number."""
_OWN: Final = ("hired_on", "left_on", "phone", "email")
_PLACE: Final = ("department", "job", "level")


@dataclass(slots=True)
class Working:
    """The timelines that a plan works on; one for each person whom it touches."""

    plan: Plan
    assignments: dict[UUID, Timeline] = field(default_factory=dict)
    lines: dict[UUID, Timeline] = field(default_factory=dict)
    grants: dict[UUID, list[Held]] = field(default_factory=dict)
    touched: dict[UUID, Record] = field(default_factory=dict)
    """Person -> where the files speak of his lines."""
    _numbers: dict[UUID, str] = field(default_factory=dict)

    def number_of(self, person: UUID) -> str | None:
        """Somebody's number; people are all known by then."""
        if not self._numbers:
            self._numbers = {row["id"]: number for number, row in self.plan.stock.people.items()}
        return self._numbers.get(person)

    def assignment(self, person: UUID) -> Timeline:
        """Where somebody works and worked."""
        if person not in self.assignments:
            held = self.plan.stock.assignments.get(person, [])
            self.assignments[person] = Timeline(Assignment.__tablename__, person, held)
        return self.assignments[person]

    def line(self, person: UUID) -> Timeline:
        """Whom somebody reports to and reported to."""
        if person not in self.lines:
            held = self.plan.stock.lines.get(person, [])
            self.lines[person] = Timeline(ReportingLine.__tablename__, person, held)
        return self.lines[person]

    def write(self) -> None:
        """Note in the plan what became of them."""
        for one in (*self.assignments.values(), *self.lines.values()):
            one.write(self.plan)


def plan_people(plan: Plan, work: Working, records: list[Record]) -> None:
    """Go through a list of people."""
    records = with_codes(plan, records, "department", of_rows(plan.stock.departments))
    records = with_codes(plan, records, "job", of_rows(plan.stock.jobs))
    found = unique(plan, records, "employee_no", names=("name_zh", "name_en"))
    admins = active_admins(plan.stock)
    present = sum(one["left_on"] is None for one in plan.stock.people.values())
    for one in found:
        if _is_sound(plan, one):
            _person(plan, work, one)
    if plan.options.complete and records:
        listed = {str(one.values["employee_no"]) for one in found}
        for number, held in sorted(plan.stock.people.items()):
            if number not in listed and held["left_on"] is None:
                _missing(plan, work, number, held, records[0])
    if admins and not active_admins(plan.stock):
        plan.error("last_admin", records[0].place)
    _count_leaving(plan, present, records)


def active_admins(stock: Stock) -> set[UUID]:
    """Administrators who can sign in and have no last day."""
    people = {row["id"]: row for row in stock.people.values()}
    states = {row["id"]: row["state"] for row in stock.accounts.values()}
    return {
        person_id
        for person_id, grants in stock.grants.items()
        if any(_is_admin(grant, stock.today) for grant in grants)
        and person_id in people
        and people[person_id]["left_on"] is None
        and states.get(person_id) == AccountState.ACTIVE
    }


def _is_admin(grant: Held, today: date) -> bool:
    return grant["role"] == Role.ADMIN and (grant["valid_to"] is None or grant["valid_to"] >= today)


def _count_leaving(plan: Plan, present: int, records: list[Record]) -> None:
    """A list that is cut off looks like a plant of which half has left."""
    left = plan.counts.get(Kind.PEOPLE.value, {}).get(What.LEFT.value, 0)
    if left * LEAVING_SHARE > present:
        plan.leaving = left
        plan.doubt("many_leave", records[0].place, count=left, people=present)


def _is_sound(plan: Plan, one: Record) -> bool:
    values, sound = one.values, True
    for name, known, code in (
        ("department", plan.stock.departments, "department_unknown"),
        ("job", plan.stock.jobs, "job_unknown"),
    ):
        if str(values[name]) not in known:
            plan.error(code, one.place, code=values[name])
            sound = False
    hired, left = _days(plan, one)
    if hired is not None and left is not None and left < hired:
        plan.error("left_before_hired", one.place, hired_on=hired, left_on=left)
        sound = False
    return sound


def _days(plan: Plan, one: Record) -> tuple[date | None, date | None]:
    held = plan.stock.people.get(str(one.values["employee_no"]))
    kept: Any = held or {}
    hired: Any = one.values.get("hired_on") or kept.get("hired_on")
    left: Any = one.values["left_on"] if "left_on" in one.values else kept.get("left_on")
    return hired, left


def _person(plan: Plan, work: Working, one: Record) -> None:
    number = str(one.values["employee_no"])
    held = plan.stock.people.get(number)
    if held is None:
        _hire(plan, work, one, number)
    else:
        _update(plan, work, one, number, held)


def _wanted(plan: Plan, one: Record, held: Held | None) -> Held:
    zh = str(one.values["name_zh"])
    kept = None if held is None or held["name_zh"] != zh else held["name_en"]
    hired, left = _days(plan, one)
    wanted: Held = {
        "name_zh": zh,
        "name_en": str(one.values.get("name_en") or kept or zh),
        "hired_on": hired,
        "left_on": left,
    }
    for name in ("phone", "email"):
        wanted[name] = one.values[name] if name in one.values else (held or {}).get(name)
    return wanted


def _seat(plan: Plan, one: Record) -> Held:
    return {
        "department_id": plan.stock.departments[str(one.values["department"])]["id"],
        "job_id": plan.stock.jobs[str(one.values["job"])]["id"],
        "level": str(one.values.get("level") or ""),
    }


def _hire(plan: Plan, work: Working, one: Record, number: str) -> None:
    wanted = _wanted(plan, one, None)
    account = plan.stock.accounts.get(number)
    has_left = wanted["left_on"] is not None and wanted["left_on"] < plan.stock.today
    if account is None:
        account = plan.insert(
            ACCOUNT,
            {
                "id": plan.new_id(),
                "employee_no": number,
                "password_hash": None,
                "password_set_at": None,
                "enrolment_hash": None,
                "enrolment_until": None,
                "state": (AccountState.LOCKED if has_left else AccountState.ACTIVE).value,
                "created_at": None,  # the moment of applying
            },
        )
        plan.stock.accounts[number] = account
    person = plan.insert(PERSON, {"id": account["id"], "employee_no": number} | wanted)
    plan.stock.people[number] = person
    first = wanted["hired_on"] or plan.options.since
    work.assignment(person["id"]).put(plan, first, wanted["left_on"], _seat(plan, one))
    told = [Difference(name, None, text_of(one.values.get(name))) for name in _PLACE if one.values.get(name)]
    told += _role(plan, one, person["id"], first)
    plan.change(Change(Kind.PEOPLE, What.NEW, number, person["name_zh"], one.place, tuple(told), first))


def _update(plan: Plan, work: Working, one: Record, number: str, held: Held) -> None:
    before = dict(held)
    wanted = _wanted(plan, one, held)
    person_id: UUID = held["id"]
    differences = [
        Difference(name, text_of(before[name]), text_of(value))
        for name, value in wanted.items()
        if before[name] != value
    ]
    plan.update(PERSON, ("id",), held, wanted)
    seat, moved = _seat(plan, one), False
    timeline = work.assignment(person_id)
    now = timeline.on(plan.options.since) or timeline.last()
    since: date = plan.options.since
    if "level" not in one.values and now is not None:
        seat["level"] = now["level"]
    returned = before["left_on"] is not None and wanted["left_on"] is None
    if now is None or returned or any(now[name] != value for name, value in seat.items()):
        differences += _place_differences(plan, now, seat)
        moved = now is None or any(now[name] != seat[name] for name in ("department_id", "job_id"))
        if now is None and wanted["hired_on"] is not None:
            since = wanted["hired_on"]
        try:
            timeline.put(plan, since, wanted["left_on"], seat)
        except Taken as taken:
            plan.error("assignment_later", one.place, number=number, day=taken.row["valid_from"])
            return
    if before["left_on"] != wanted["left_on"]:
        _leaving(plan, work, one, number, wanted["left_on"])
    differences += _role(plan, one, person_id, since)
    if before["name_zh"] != wanted["name_zh"]:  # mended, or given to somebody else
        plan.doubt("number_renamed", one.place, number=number, before=before["name_zh"], after=wanted["name_zh"])
    if {"name_zh", "name_en", "department"} & {one.name for one in differences}:
        plan.renamed.add(person_id)
    left = before["left_on"] is None and wanted["left_on"] is not None
    what = What.LEFT if left else What.MOVED if moved else What.CHANGED if differences else What.UNCHANGED
    on = wanted["left_on"] if left else since if moved else None
    plan.change(Change(Kind.PEOPLE, what, number, wanted["name_zh"], one.place, tuple(differences), on))


def _place_differences(plan: Plan, now: Held | None, seat: Held) -> list[Difference]:
    codes = {row["id"]: code for code, row in plan.stock.departments.items()}
    codes |= {row["id"]: code for code, row in plan.stock.jobs.items()}
    told = []
    for name, column in (("department", "department_id"), ("job", "job_id"), ("level", "level")):
        before, after = None if now is None else now[column], seat[column]
        if before != after:
            told.append(Difference(name, codes.get(before, before), codes.get(after, after)))
    return told


def _role(plan: Plan, one: Record, person_id: UUID, since: date) -> list[Difference]:
    """A manager's office is granted for the plant; the others are given by hand, and none is taken away by a list."""
    role = one.values.get("role")
    grants = plan.stock.grants.setdefault(person_id, [])
    if role not in OFFICES or any(g["role"] == role and g["valid_to"] is None for g in grants):
        return []
    if role in BY_HAND:
        plan.doubt("role_by_hand", one.cell("role"), number=one.values["employee_no"], role=role)
        return []
    first = max(since, plan.options.since) if grants else since
    granted = {"id": plan.new_id(), "person_id": person_id, "role": role, "department_id": None}
    grants.append(plan.insert(RoleGrant.__tablename__, granted | {"valid_from": first, "valid_to": None}))
    return [Difference("role", None, str(role))]


# ---- who leaves ---------------------------------------------------------------------------------


def _missing(plan: Plan, work: Working, number: str, held: Held, first: Record) -> None:
    last = plan.options.since - DAY
    if held["hired_on"] is not None and last < held["hired_on"]:
        plan.error("left_before_hired", first.place, hired_on=held["hired_on"], left_on=last)
        return
    plan.update(PERSON, ("id",), held, {"left_on": last})
    _leaving(plan, work, first, number, last)
    told = (Difference("left_on", None, text_of(last)),)
    plan.change(Change(Kind.PEOPLE, What.LEFT, number, held["name_zh"], first.place, told, last))


def _leaving(plan: Plan, work: Working, one: Record, number: str, last: date | None) -> None:
    person_id: UUID = plan.stock.people[number]["id"]
    account = plan.stock.accounts[number]
    has_left = last is not None and last < plan.stock.today
    if any(_is_admin(grant, plan.stock.today) for grant in plan.stock.grants.get(person_id, [])):
        plan.admins.add(number)
        plan.doubt("admin_by_admin", one.place, number=number)
    state = AccountState.LOCKED if has_left else AccountState.ACTIVE
    if has_left or account["state"] != AccountState.ACTIVE:
        plan.update(ACCOUNT, ("id",), account, {"state": state.value})
    if last is None:
        return
    for timeline in (work.assignment(person_id), work.line(person_id)):
        if not timeline.end(last):
            plan.error("left_before_change", one.place, number=number, day=last)
    for grant in plan.stock.grants.get(person_id, []):
        if grant["role"] in BY_HAND:
            if grant["valid_to"] is None or grant["valid_to"] > last:
                plan.doubt("role_stays", one.place, number=number, role=grant["role"])
        elif grant["valid_from"] <= last and (grant["valid_to"] is None or grant["valid_to"] > last):
            plan.update(RoleGrant.__tablename__, ("id",), grant, {"valid_to": last})
