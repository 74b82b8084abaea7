"""Reporting lines: who judges whom from which day on, without loops on any day."""

from collections.abc import Iterable, Iterator
from datetime import date
from itertools import pairwise
from typing import Any, Final
from uuid import UUID

from server.imports.plan import Change, Difference, Move, Plan, What, text_of, unique
from server.imports.plan_people import Working
from server.imports.records import Kind, Record
from server.imports.timelines import DAY, Taken, Timeline, covers

WAY_MAX: Final = 20
"""So many of a circle are named."""


def plan_lines(plan: Plan, work: Working, records: list[Record]) -> None:
    """Go through a list of reporting lines."""
    of_person: dict[str, list[Record]] = {}
    for one in unique(plan, records, "employee_no", "valid_from"):
        if _is_sound(plan, one):
            of_person.setdefault(str(one.values["employee_no"]), []).append(one)
    for number, lines in of_person.items():
        lines.sort(key=lambda one: _first(one))
        if _overlap(plan, lines):
            continue
        for place, one in enumerate(lines):
            _line(plan, work, number, one, lines[place + 1] if place + 1 < len(lines) else None)


def _first(one: Record) -> date:
    day = one.values["valid_from"]
    assert isinstance(day, date)
    return day


def _last(one: Record) -> date | None:
    day = one.values.get("valid_to")
    assert day is None or isinstance(day, date)
    return day


def _is_sound(plan: Plan, one: Record) -> bool:
    values, sound = one.values, True
    for name in ("employee_no", "supervisor_no"):
        if str(values[name]) not in plan.stock.people:
            plan.unknown_person(values[name], one.place)
            sound = False
    if values["employee_no"] == values["supervisor_no"]:
        plan.error("own_supervisor", one.place, number=values["employee_no"])
        sound = False
    last = _last(one)
    if last is not None and last < _first(one):
        plan.error("ends_before_start", one.place, valid_from=_first(one), valid_to=last)
        sound = False
    return sound


def _overlap(plan: Plan, lines: list[Record]) -> bool:
    """Whether two lines of a file hold on the same day. One without an end ends where the next begins."""
    for one, after in pairwise(lines):
        last = _last(one)
        if last is not None and last >= _first(after):
            plan.error("lines_overlap", after.place, number=after.values["employee_no"], day=_first(after), until=last)
            return True
    return False


def _line(plan: Plan, work: Working, number: str, one: Record, after: Record | None) -> None:
    person = plan.stock.people[number]
    supervisor = plan.stock.people[str(one.values["supervisor_no"])]
    timeline = work.line(person["id"])
    work.touched.setdefault(person["id"], one)
    first, last = _first(one), _last(one)
    if last is None and after is not None:
        last = _first(after) - DAY
        plan.doubt("line_ends_by_next", one.place, number=number, day=last)
    if last is None or (person["left_on"] is not None and last > person["left_on"]):
        last = person["left_on"]
    if last is not None and last < first:
        plan.error("ends_before_start", one.place, valid_from=first, valid_to=last)
        return
    if supervisor["left_on"] is not None and (last is None or last > supervisor["left_on"]):
        plan.doubt("supervisor_left", one.place, number=one.values["supervisor_no"], day=supervisor["left_on"])
    before = timeline.on(first)
    held = None if before is None else dict(before)
    if held is not None and held["supervisor_id"] == supervisor["id"] and held["valid_to"] == last:
        plan.count(Kind.REPORTING, What.UNCHANGED)
        return
    if held is not None and held["supervisor_id"] == supervisor["id"]:
        first = held["valid_from"]  # the same line, known since earlier: another end
    try:
        timeline.put(plan, first, last, {"supervisor_id": supervisor["id"]})
    except Taken as taken:
        plan.error("line_later", one.place, number=number, day=taken.row["valid_from"])
        return
    _tell(plan, work, number, one, held, last)


def _tell(plan: Plan, work: Working, number: str, one: Record, held: dict[str, Any] | None, last: date | None) -> None:
    person, to = plan.stock.people[number], one.values["supervisor_no"]
    if held is None:
        what, told = What.NEW, [Difference("supervisor_no", None, str(to))]
    else:
        from_no = work.number_of(held["supervisor_id"])
        what = What.MOVED if from_no != to else What.CHANGED
        told = [Difference("supervisor_no", from_no, str(to))] if from_no != to else []
        if held["valid_to"] != last:
            told.append(Difference("valid_to", text_of(held["valid_to"]), text_of(last)))
    plan.change(Change(Kind.REPORTING, what, number, person["name_zh"], one.place, tuple(told), _first(one)))


def find_moves(plan: Plan, work: Working) -> None:
    """Note who has another supervisor today than he had, and who will from a later day on."""
    today = plan.stock.today
    for person_id, timeline in work.lines.items():
        before = Timeline("", person_id, plan.stock.lines.get(person_id, []))
        for day in sorted({today, *(row["valid_from"] for row in timeline.rows if row["valid_from"] > today)}):
            was, becomes = before.on(day), timeline.on(day)
            if was and becomes and was["supervisor_id"] != becomes["supervisor_id"]:
                plan.moves.append(Move(person_id, was["supervisor_id"], becomes["supervisor_id"], day))


def lines_of_people(plan: Plan, people: Iterable[Record], lines: Iterable[Record]) -> list[Record]:
    """The lines that a list of people tells along: from the first day of whoever has none yet, else from the day that
    the import says. A table of lines knows the days, so it goes before."""
    told: dict[str, set[str]] = {}
    for one in lines:
        told.setdefault(str(one.values["employee_no"]), set()).add(str(one.values["supervisor_no"]))
    found: list[Record] = []
    seen: set[str] = set()
    for one in people:
        number, supervisor = str(one.values["employee_no"]), one.values.get("supervisor_no")
        person = plan.stock.people.get(number)
        if supervisor is None or person is None or number in seen:
            continue
        seen.add(number)
        if number in told:
            if supervisor not in told[number]:
                plan.doubt("supervisor_twice", one.place, number=number, supervisor=supervisor)
            continue
        since = plan.options.since
        held = plan.stock.lines.get(person["id"], [])
        first = since if held or person["hired_on"] is None else person["hired_on"]
        now = next((row for row in held if covers(row, since)), None)
        has_left = person["left_on"] is not None and person["left_on"] < first
        if has_left or (now is not None and now["supervisor_id"] == _id_of(plan, supervisor)):
            continue
        values = {"employee_no": number, "supervisor_no": supervisor, "valid_from": first}
        found.append(Record(Kind.REPORTING, one.place, values))
    return found


def _id_of(plan: Plan, number: object) -> UUID | None:
    held = plan.stock.people.get(str(number))
    return None if held is None else held["id"]


# ---- loops --------------------------------------------------------------------------------------


def refuse_loops(plan: Plan, work: Working) -> None:
    """Find people who would be above themselves on some day. A circle is closed on the day on which the last of its
    lines begins, so it is enough to walk up, however far, from every line on its first day."""
    if not work.touched:
        return
    named = {row["id"]: number for number, row in plan.stock.people.items()}
    told: set[frozenset[UUID]] = set()
    for day, starts in sorted(_begun(plan, work).items()):
        for loop in _loops(plan, work, starts, day):
            at = next((place for place, one in enumerate(loop) if one in work.touched), None)
            if at is None or frozenset(loop) in told:
                continue
            told.add(frozenset(loop))
            way = [named.get(one, "?") for one in (*loop[at:], *loop[:at], loop[at])]
            shown = way if len(way) <= WAY_MAX else [*way[: WAY_MAX - 2], "…", way[-1]]
            plan.error("reporting_loop", work.touched[loop[at]].place, way=" → ".join(shown), day=day)


def _begun(plan: Plan, work: Working) -> dict[date, list[UUID]]:
    """Day -> whose lines begin on it."""
    found: dict[date, list[UUID]] = {}
    for person_id in {**work.touched, **work.lines, **plan.stock.lines}:
        for row in _rows(plan, work, person_id):
            found.setdefault(row["valid_from"], []).append(person_id)
    return found


def _loops(plan: Plan, work: Working, starts: Iterable[UUID], day: date) -> Iterator[list[UUID]]:
    seen: set[UUID] = set()
    for start in starts:
        way: dict[UUID, None] = {}
        here: UUID | None = start
        while here is not None and here not in seen:
            seen.add(here)
            way[here] = None
            line = next((row for row in _rows(plan, work, here) if covers(row, day)), None)
            here = None if line is None else line["supervisor_id"]
        if here in way:
            whole = list(way)
            yield whole[whole.index(here) :]


def _rows(plan: Plan, work: Working, person_id: UUID) -> list[dict[str, Any]]:
    if person_id in work.lines:
        return work.lines[person_id].rows
    return plan.stock.lines.get(person_id, [])
