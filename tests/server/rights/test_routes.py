"""Every door of the application, for every role, upon everybody, before the submit, after it and after the close."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest
from flask import Flask

from server.foundation.ids import short, unshort
from tests.server.hostile.knock import Door, doors, knock, plain, query_names, request_schemas, sound_body
from tests.server.rights.table import DOORS, HOW_TO_ADD, SHOWN, letters, status
from tests.server.rights.world import ACTORS, TARGETS, World

LAST = ("POST /api/auth/logout", "POST /api/auth/password")
"""These end what the others need."""


def test_every_door_stands_in_the_table_and_is_public_where_it_says_so(app: Flask) -> None:
    known = {plain(door): door for door in doors(app)}
    missing, gone = set(known) - set(DOORS), set(DOORS) - set(known)
    assert not missing, f"{sorted(missing)}: {HOW_TO_ADD}"
    assert not gone, f"{sorted(gone)} stands in the table and is no door"
    assert {name for name, door in known.items() if door.public} == {name for name, one in DOORS.items() if one is None}


SOUND: dict[str, dict[str, Any]] = {
    "POST /api/values/entries": {"indicator": "FPY", "period_from": "2026-11-02", "period_to": "2026-11-06"},
    "POST /api/values/objections": {"indicator": "OUT", "period_from": "2026-11-01", "version": 1},
    "POST /api/values/keys": {"source": "MES", "indicators": []},
    "POST /api/goals": {"tier": "team"},
    "POST /api/indicators/versions/<version_id>/influence": {"side": "supervisor"},
    "POST /api/core-outputs/<job_id>/agree": {"side": "supervisor"},
    "POST /api/indicators": {"output_ids": []},
}
"""What a body must say to be about something that is there."""


class Knocker:
    """Asks every door in the name of an actor, about a target."""

    def __init__(self, world: World, description: dict[str, Any]) -> None:
        self.world = world
        self.schemas, self.components = request_schemas(description), description["components"]["schemas"]
        self.queries = query_names(description)
        self.doors = {plain(one): one for one in doors(world.app)}
        self.clients = {actor: world.client(actor) for actor in ACTORS}
        for actor in ACTORS:  # so that everybody has a phone, with what HR's code needs
            world.phone(world.people[actor])
        for target in TARGETS[1:]:
            world.phone(world.people[target])
        self.wrong: list[str] = []
        self.asked = 0

    def ids(self, actor: str, target: str) -> dict[str, Any]:
        world, person = self.world, self.world.target(actor, target)
        return {
            "evaluation_id": world.evaluations[person.id],
            "device_id": unshort(world.phones[person.id].device),
            "person_id": person.id,
            "employee_no": person.employee_no,
            "cycle_id": world.cycle.id,
            "import_id": world.import_id,
            "agreement_id": world.agreements[person.id],
            "delegation_id": world.delegations[0],
            "rater_id": world.people["boss"].id,
            "delegate_id": world.people["hr"].id,
            "owner_id": world.people[actor].id,
        } | world.desk

    def ask(self, name: str, actor: str, target: str) -> Any:
        door, ids = self.doors[name], {key: str(one) for key, one in self.ids(actor, target).items()}
        client = self.clients[actor]
        if "session_id" in door.parameters:
            ids["session_id"] = str(self.world.session_of(self.world.target(actor, target)))
        if name.endswith("/open"):
            ids["cycle_id"] = str(self.world.draft.id)
        if name in LAST:
            client = self.world.client(actor)
        if name == "POST /api/sync":
            return knock(client, "POST", "/api/sync", json=[1, short(UUID(int=9)), "", "n", "", [], 0, 0, 0])
        if door.method == "GET":
            if name == "GET /api/agreements":  # other lists may be asked without a place, and are
                ids["department_id"] = str(self.world.cast.shift.id)
            query = {key: ids[key] for key in self.queries.get(name, ()) if key in ids}
            return knock(client, "GET", door.path({"name": "team"} | ids), query_string=query)
        return knock(client, door.method, door.path(ids), **self._body(name, door, ids))

    def _body(self, name: str, door: Door, ids: dict[str, str]) -> dict[str, Any]:
        if name not in self.schemas:
            return {}
        body = sound_body(self.schemas[name], self.components)
        body |= {key: ids[key] for key in set(body) & set(ids)}
        if "department_ids" in body:
            body["department_ids"] = [str(self.world.cast.shift.id)]
        body |= {key: one for key, one in SOUND.get(name, {}).items() if key in body}
        body |= {key: False for key in ("lost", "shared") if key in body}
        return {"json": body}

    def check(self, name: str, actor: str, target: str, stage: str) -> None:
        self.asked += 1
        answer, expected = self.ask(name, actor, target), status(name, actor, target, stage)
        got = answer.status_code
        # An answer, or a refusal of what was asked rather than of who asked.
        let_in = got < 400 or got in (409, 422)
        if not (let_in if expected is None else got == expected):
            said = answer.get_data()[:160].decode("utf-8", "replace")
            self.wrong.append(f"{stage}: {name} answers {actor} about {target} {got}, not {expected or 'in'}: {said}")

    def verdict(self) -> None:
        assert not self.wrong, f"of {self.asked} answers these were wrong:\n" + "\n".join(self.wrong[:60])


@pytest.mark.short_on("sqlite")
def test_every_door_answers_each_role_about_each_person_as_the_table_says(
    world: World, description: dict[str, Any]
) -> None:
    world.judge()
    knocker = Knocker(world, description)
    named = [name for name, one in DOORS.items() if one is not None and one.names == "evaluation"]
    for stage in ("draft", "submitted", "closed"):
        if stage == "submitted":
            world.judge(submit=True)
        elif stage == "closed":
            world.close()
        for name in named:
            for actor in ACTORS:
                for target in TARGETS:
                    knocker.check(name, actor, target, stage)
    asked_of = ("evaluation", "person", "phone", "session", "number")
    once = [name for name, one in DOORS.items() if one is not None and one.names not in asked_of and name not in LAST]
    for name in sorted(once, key=lambda one: not one.startswith("GET")):
        for actor in ACTORS:
            knocker.check(name, actor, "own", "closed")
    single = [name for name, one in DOORS.items() if one is not None and one.names in asked_of[1:]]
    for name in sorted(single, key=lambda one: not one.startswith("GET")):
        for actor in ACTORS:
            for target in TARGETS:
                knocker.check(name, actor, target, "closed")
    for name in LAST:
        for actor in ACTORS:
            knocker.check(name, actor, "own", "closed")
    assert knocker.asked > 600
    knocker.verdict()


def test_lists_show_each_role_exactly_its_own_people(world: World) -> None:
    number = {world.people[name].employee_no: name for name in world.people}
    cycle = str(world.cycle.id)
    for actor in ACTORS:
        client = world.client(actor)
        listed, board = client.get("/api/people"), client.get(f"/api/completion/board?cycle_id={cycle}")
        if actor == "hr":
            assert len(listed.json) == len(number) - 1, "everybody of the plant"
            assert board.json["total"] == len(world.evaluations) - 1
            continue
        if actor not in SHOWN["GET /api/people"]:
            assert (listed.status_code, board.status_code) == (403, 403), actor
            continue
        assert {number[one["employee_no"]] for one in listed.json} == SHOWN["GET /api/people"][actor], actor
        judged = {UUID(cell["evaluation_id"]) for rater in board.json["raters"] for cell in rater["cells"]}
        expected = {world.evaluations[world.people[name].id] for name in SHOWN["the board"][actor]}
        assert judged == expected, actor
        assert board.json["total"] == len(expected)
        counted = {one["id"]: one["evaluation_count"] for one in client.get("/api/cycles").json}
        assert counted[cycle] == len(expected), actor
        assert str(world.draft.id) not in counted


@pytest.mark.parametrize("actor", ACTORS)
def test_the_transcript_says_of_everybody_that_he_is_himself(actor: str) -> None:
    assert letters(actor, "own") == {"o"}
