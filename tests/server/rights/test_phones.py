"""What phones hold and what they may send: every role's pull has exactly its rows, every edit the receipt of its right."""

from __future__ import annotations

from typing import Any

from server.foundation.ids import short
from tests.server.rights.table import SHOWN, letters
from tests.server.rights.world import ACTORS, TARGETS, World
from tests.server.sync_api.phones import Phone

REFUSED = {"no_such_record", "not_yours"}


def held(phone: Phone, world: World) -> set[str]:
    """Whose evaluations of the cycle lie on a phone."""
    number = {one.employee_no: name for name, one in world.people.items()}
    rows = phone.all("evaluation").values()
    return {number[row["employee_no"]] for row in rows if row["cycle_id"] == short(world.cycle.id)}


def facts(phone: Phone, world: World) -> set[str]:
    """Whose measured values lie on a phone."""
    judged = {
        short(world.evaluations[one.id]): name for name, one in world.people.items() if one.id in world.evaluations
    }
    return {judged[record] for record in phone.all("trend") if record in judged}


def fresh(world: World, actor: str) -> Phone:
    """A phone that has never held anything: what a pull gives it is what its owner may have."""
    world.phones.pop(world.people[actor].id, None)
    return world.phone(world.people[actor])


def test_a_pull_gives_each_role_exactly_the_rows_of_the_table_at_each_stage(world: World) -> None:
    world.judge()
    measured = {"team", "employee", "other"}
    for stage in ("draft", "submitted", "closed"):
        if stage == "submitted":
            world.judge(submit=True)
        elif stage == "closed":
            world.close()
        for actor in ACTORS:
            phone, expected = fresh(world, actor), set(SHOWN["phone"].get(actor, ()))
            if stage == "closed" and actor == "supervisor":
                expected.discard("moved")
            assert held(phone, world) == expected, (stage, actor)
            assert facts(phone, world) <= expected & measured, (stage, actor)
            # Of himself everybody has the result, once it was released, and nothing else.
            record = world.record(world.people[actor])
            assert record not in phone.all("evaluation"), (stage, actor)
            assert set(phone.all("result")) == (set() if stage == "draft" else {record}), (stage, actor)
            assert {row["may"] or 0 for row in phone.all("evaluation").values()} <= _may(stage, actor), (stage, actor)
            own = (f"own:{short(phone.person.id)}", "lib")
            mine = {
                short(world.people[name].id) for name in (actor, "supervisor") if actor == "delegate" or name == actor
            }
            assert all(scope in own or scope.split(":")[1] in mine for scope in phone.scopes), (actor, phone.scopes)


def _may(stage: str, actor: str) -> set[int]:
    offered = {"draft": {1 | 2}, "submitted": {4}, "closed": {0}}[stage]
    # The cast's own cycle stays open, and nobody has submitted in it.
    return offered | ({1 | 2} if actor in ("supervisor", "successor", "delegate") else set())


def test_a_row_leaves_the_phone_of_whoever_rated_a_person_that_moved_when_the_cycle_closes(world: World) -> None:
    hers = world.phone(world.people["supervisor"])
    assert "moved" in held(hers, world)
    world.close()
    hers.pull()
    assert held(hers, world) == {"employee", "team"}
    assert "moved" not in facts(hers, world)


def test_a_push_takes_edits_from_whoever_the_table_gives_them_and_parks_all_others(world: World) -> None:
    """Marks, comments, submit and recall are the raters'; the answer is the person's own, once there is a result."""
    world.judge()
    wrong: list[str] = []
    codes: list[tuple[str, Any]] = [("s5", 3), ("c5", "text"), ("g5", ["+", "q1"]), ("!recall", None), ("!submit", [])]
    phones = {actor: world.phone(world.people[actor]) for actor in ACTORS}

    def push(actor: str, target: str, code: str, value: Any, base: Any = 0) -> list[Any]:
        phone = phones[actor]
        edit = phone.edit(world.record(world.target(actor, target)), code, value, base)
        return phone.push(edit)[phone.n]

    for actor in ACTORS:
        for target in TARGETS:
            rates = bool(letters(actor, target) & {"rate", "d"})
            for code, value in codes:
                receipt = push(actor, target, code, value)
                parked = receipt[0] == "p" and receipt[1] in REFUSED
                if parked == rates:
                    wrong.append(f"{code} of {actor} about {target}: {receipt}")
    world.judge(submit=True)
    for actor in ACTORS:
        for target in TARGETS:
            phones[actor].pull()
            mine = phones[actor].all("result").get(world.record(world.people[actor]), {}).get("version")
            receipt = push(actor, target, "ans", ["agree", "note"], mine)
            if (receipt[0] == "p" and receipt[1] in REFUSED) == (target == "own"):
                wrong.append(f"the answer of {actor} about {target}: {receipt}")
    assert not wrong, "\n".join(wrong)
