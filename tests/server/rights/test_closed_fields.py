"""Nobody sets what is not his to set: for every body, every column of every table and every field of every answer."""

from __future__ import annotations

from typing import Any

import pytest
import sqlalchemy as sa

from server.foundation.db import Base, db
from server.foundation.ids import unshort
from tests.server.hostile.knock import PROBLEM, doors, knock, plain, request_schemas, sound_body
from tests.server.rights.world import World

BY_PLACE = {"POST /api/sync", "POST /api/csp-report"}
"""Their bodies are no objects of ours: positional, and whatever a browser reports."""
BY_KEY = "POST /api/values"
AT_LOGIN = {"auth_session", "device", "device_user", "login_failure"}
"""What signing in writes by itself."""


def names_of_columns() -> set[str]:
    return {column.key for mapper in Base.registry.mappers for column in mapper.columns}


def names_in_answers(components: dict[str, Any]) -> set[str]:
    return {name for schema in components.values() for name in schema.get("properties", {})}


def widened(sound: dict[str, Any], known: set[str]) -> tuple[dict[str, Any], set[str]]:
    """A body with every foreign name added, in the objects of its lists too; and the pointers to these names."""
    body, pointers = dict(sound), set()
    for name, value in sound.items():
        if isinstance(value, list) and value and isinstance(value[0], dict):
            inner, below = widened(value[0], known)
            body[name] = [inner]
            pointers |= {f"/{name}/0{one}" for one in below}
    foreign = known - set(sound)
    return body | dict.fromkeys(foreign, "open"), pointers | {f"/{one}" for one in foreign}


def rows(world: World) -> dict[str, list[str]]:
    """Everything that stands in the database, but what signing in writes."""
    with world.app.app_context(), db.engine.connect() as connection:
        tables = [one for one in Base.metadata.sorted_tables if one.name not in AT_LOGIN]
        if connection.dialect.name == "postgresql":  # without a plant the server's own role sees no row
            plant = sa.text("SELECT set_config('gemba.tenant', :plant, true)")
            connection.execute(plant, {"plant": str(world.cast.tenant_id)})
        return {one.name: sorted(map(repr, connection.execute(sa.select(one)))) for one in tables}


@pytest.mark.short_on("sqlite")
def test_every_body_refuses_every_column_and_every_field_of_an_answer_that_is_not_its_own(
    world: World, description: dict[str, Any]
) -> None:
    world.judge()
    schemas, components = request_schemas(description), description["components"]["schemas"]
    known = names_of_columns() | names_in_answers(components)
    assert {"tenant_id", "rater_id", "role", "state", "password_hash", "may", "receipt"} <= known
    phone = world.phone(world.people["team"])
    admin, hr = world.client("admin"), world.client("hr")
    ids = {
        "cycle_id": str(world.cycle.id),
        "import_id": str(world.import_id),
        "person_id": str(world.people["team"].id),
        "device_id": str(unshort(phone.device)),
        "session_id": str(world.session_of(world.people["team"])),
    }
    ids |= world.desk
    before, wrong, asked = rows(world), [], 0
    assert before["evaluation"]
    for door in doors(world.app):
        name = plain(door)
        if name not in schemas or name in BY_PLACE:
            continue
        asked += 1
        sound = sound_body(schemas[name], components)
        foreign, pointers = widened(sound, known)
        client = admin if "session" in name or "keys" in name else hr
        more = {}
        if name == BY_KEY:
            client = world.app.test_client()
            pointers = {one for one in pointers if not one.startswith("/rows/")}  # each row is answered alone: below
            more = {"Authorization": f"Bearer {world.desk['key_text']}", "Idempotency-Key": "batch-0001"}
        answer = knock(client, door.method, door.path(ids), json=foreign, headers=more)
        refused = {
            one["pointer"]
            for one in (answer.get_json(silent=True) or {}).get("errors", ())
            if one["code"] == "unknown_field"
        }
        missed = sorted(pointers - refused)
        if answer.status_code != 422 or answer.mimetype != PROBLEM or missed:
            wrong.append(f"{name}: {answer.status_code}, takes {missed[:9]}: {answer.get_data()[:160].decode()}")
    assert asked >= 8
    assert not wrong, "\n".join(wrong)
    after = rows(world)
    assert {name for name in before if before[name] != after[name]} == set()


def test_a_row_of_another_system_with_a_foreign_name_is_refused_alone(
    world: World, description: dict[str, Any]
) -> None:
    known = names_of_columns() | names_in_answers(description["components"]["schemas"])
    row = {"employee_no": "N3", "indicator": "FPY", "period_from": "2026-11-02", "period_to": "2026-11-06", "value": 97}
    foreign = sorted(known - set(description["components"]["schemas"]["Row"]["properties"]))
    rows = [row | {name: "open"} for name in foreign]
    headers = {"Authorization": f"Bearer {world.desk['key_text']}", "Idempotency-Key": "batch-0001"}
    answer = knock(world.app.test_client(), "POST", BY_KEY.split(" ")[1], json={"rows": [*rows, row]}, headers=headers)
    told = [one["code"] for one in answer.get_json()["rows"]]
    assert set(told[:-1]) == {"invalid"}, dict(zip(foreign, told, strict=False))
    assert told[-1] != "invalid"
