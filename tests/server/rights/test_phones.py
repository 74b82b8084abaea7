"""What phones hold and what they may send: every role's pull has exactly its rows, every edit the receipt of its right."""

from __future__ import annotations

from typing import Any

from server.foundation.ids import short
from tests.server.agreements.conftest import Agreeing
from tests.server.rights.table import SHOWN, letters
from tests.server.rights.world import ACTORS, TARGETS, World
from tests.server.sync_api.phones import Phone
from tests.server.values.conftest import HTTPS, Counting, source

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
            assert facts(phone, world) == expected, (stage, actor)
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

    def push(actor: str, *edits: tuple[str, str, Any, Any]) -> list[tuple[str, str, bool]]:
        """Target, code and whether it was refused to this person, of edits that go in one push."""
        phone, sent = phones[actor], []
        for target, code, value, base in edits:
            sent.append(phone.edit(world.record(world.target(actor, target)), code, value, base))
        receipts = phone.push(*sent)
        told = zip(edits, (receipts[n] for _, (n, *_) in sent), strict=True)
        return [(one[0], one[1], got[0] == "p" and got[1] in REFUSED) for one, got in told]

    for actor in ACTORS:
        for target, code, refused in push(actor, *((t, c, value, 0) for t in TARGETS for c, value in codes)):
            if refused == bool(letters(actor, target) & {"rate", "d"}):
                wrong.append(f"{code} of {actor} about {target}: {'refused' if refused else 'taken'}")
    world.judge(submit=True)
    for actor in ACTORS:
        phones[actor].pull()
        mine = phones[actor].all("result")[world.record(world.people[actor])]["version"]
        for target, _, refused in push(actor, *((t, "ans", ["agree", "note"], mine) for t in TARGETS)):
            if refused == (target == "own"):
                wrong.append(f"the answer of {actor} about {target}: {'refused' if refused else 'taken'}")
    assert not wrong, "\n".join(wrong)


def test_a_pull_gives_the_agreements_of_oneself_and_of_whoever_reports_today(world: World) -> None:
    number = {one.employee_no: name for name, one in world.people.items()}
    for actor in ACTORS:
        phone = Agreeing(world.client(actor), world.people[actor], clock=world.clock)
        phone.pull()
        shown = {number[row["employee_no"]] for row in phone.all("agreement").values()}
        assert shown == {actor} | SHOWN["agreements on a phone"].get(actor, set()), actor


def test_a_pull_gives_what_is_measured_of_oneself_and_of_the_team_only_what_is_counted_by_hand(world: World) -> None:
    number = {one.employee_no: name for name, one in world.people.items()}

    def shown(actor: str) -> set[str]:
        phone = Counting(world.client(actor), world.people[actor], clock=world.clock)
        phone.pull()
        return {number[row["employee_no"]] for row in phone.all("measured").values()}

    for actor in ACTORS:
        assert shown(actor) == {actor}, actor
    assert world.client("hr").post("/api/values/sources", json=source(), **HTTPS).status_code == 200
    for actor in ACTORS:
        assert shown(actor) - {actor} == SHOWN["values on a phone"].get(actor, set()), actor
