"""Departments and jobs: what the files want of them."""

from collections.abc import Iterable, Iterator, Mapping

from server.imports.names import Names, with_codes
from server.imports.plan import Change, Difference, Held, Plan, What, unique
from server.imports.records import Kind, Record
from server.people.models import Department, Job

DEPARTMENT, JOB = Department.__tablename__, Job.__tablename__
_KEY = ("id",)


def plan_departments(plan: Plan, records: list[Record]) -> None:
    """Add and change departments; each stands below one that is known or comes in the same import."""
    known = plan.stock.departments
    names = Names(_named(known, records))
    found = {str(one.values["code"]): one for one in with_codes(plan, unique(plan, records, "code"), "parent", names)}
    code_of = {row["id"]: code for code, row in known.items()}
    parents = {code: code_of.get(row["parent_id"]) for code, row in known.items()}
    for code, one in found.items():
        if "parent" not in one.values:
            parents.setdefault(code, None)
            continue
        parent = one.values["parent"]
        parents[code] = None if parent is None else str(parent)
        if parents[code] is not None and parents[code] not in found and parents[code] not in known:
            plan.error("department_unknown", one.place, code=parent)
            parents[code] = None
    for code, one in found.items():
        if _loops(code, parents):
            plan.error("department_loop", one.place, code=code)
            parents[code] = None
    for code in sorted(found, key=lambda one: (_depth(one, parents), one)):
        _department(plan, code, found[code], parents[code], code_of)


def _named(known: Mapping[str, Held], records: Iterable[Record]) -> Iterator[tuple[str, tuple[object, ...]]]:
    """Departments by the names that they will have."""
    named = {code: (row["name_zh"], row["name_en"]) for code, row in known.items()}
    for one in records:
        named[str(one.values["code"])] = (one.values["name_zh"], one.values.get("name_en") or one.values["name_zh"])
    return iter(named.items())


def _loops(code: str, parents: dict[str, str | None]) -> bool:
    here, seen = parents.get(code), {code}
    while here is not None and here not in seen:
        seen.add(here)
        here = parents.get(here)
    return here == code


def _depth(code: str, parents: dict[str, str | None]) -> int:
    depth, here, seen = 0, parents.get(code), {code}
    while here is not None and here not in seen:
        seen.add(here)
        depth, here = depth + 1, parents.get(here)
    return depth


def _department(plan: Plan, code: str, one: Record, parent: str | None, code_of: dict[object, str]) -> None:
    held = plan.stock.departments.get(code)
    above = plan.stock.departments.get(parent) if parent is not None else None
    wanted: Held = _names(one, held) | {"parent_id": None if above is None else above["id"]}
    label = str(wanted["name_zh"])
    if held is None:
        row = plan.insert(DEPARTMENT, {"id": plan.new_id(), "code": code} | wanted)
        plan.stock.departments[code], code_of[row["id"]] = row, code
        plan.change(Change(Kind.DEPARTMENTS, What.NEW, code, label, one.place, (Difference("parent", None, parent),)))
        return
    before = dict(held)
    told = plan.update(DEPARTMENT, _KEY, held, wanted)
    differences = [
        Difference(name, before[name], wanted[name]) for name in ("name_zh", "name_en") if before[name] != wanted[name]
    ]
    if before["parent_id"] != wanted["parent_id"]:
        differences.append(Difference("parent", code_of.get(before["parent_id"]), parent))
    what = What.CHANGED if told else What.UNCHANGED
    plan.change(Change(Kind.DEPARTMENTS, what, code, label, one.place, tuple(differences)))


def plan_jobs(plan: Plan, records: list[Record]) -> None:
    """Add and change jobs."""
    for one in unique(plan, records, "code"):
        code = str(one.values["code"])
        held = plan.stock.jobs.get(code)
        wanted: Held = _names(one, held) | {"category": str(one.values["category"])}
        label = str(wanted["name_zh"])
        if held is None:
            plan.stock.jobs[code] = plan.insert(JOB, {"id": plan.new_id(), "code": code} | wanted)
            new = (Difference("category", None, wanted["category"]),)
            plan.change(Change(Kind.JOBS, What.NEW, code, label, one.place, new))
            continue
        differences = tuple(
            Difference(name, held[name], value) for name, value in wanted.items() if held[name] != value
        )
        told = plan.update(JOB, _KEY, held, wanted)
        plan.change(Change(Kind.JOBS, What.CHANGED if told else What.UNCHANGED, code, label, one.place, differences))


def _names(one: Record, held: Held | None) -> Held:
    """Both names; who has no English one goes by the Chinese."""
    zh = str(one.values["name_zh"])
    kept = None if held is None or held["name_zh"] != zh else held["name_en"]
    return {"name_zh": zh, "name_en": str(one.values.get("name_en") or kept or zh)}
