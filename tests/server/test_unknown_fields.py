"""What a door does not know is refused by name: nobody sets a role or a state by adding a key, and nobody who misspells
a filter reads the list without it."""

from __future__ import annotations

import json
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from server.foundation.db import db, session, tenant_context
from server.identity.models import Device
from tests.server.hostile.knock import PROBLEM, doors, knock, plain, request_schemas, sound_body

pytestmark = pytest.mark.short_on("sqlite")
BY_PLACE = {"POST /api/sync", "POST /api/csp-report", "POST /api/values"}
"""Their bodies are no objects of ours: positional, and whatever a browser reports. The last is no door for a session."""


def test_every_door_with_a_body_refuses_a_field_that_it_does_not_know(app: Flask, cast: Any, client_for: Any) -> None:
    hr = client_for(cast.hr)
    description = json.loads(knock(hr, "GET", "/api/openapi.json").get_data())
    schemas, components = request_schemas(description), description["components"]["schemas"]
    with app.app_context(), tenant_context(cast.tenant_id):
        device = session().execute(sa.select(Device.id).limit(1)).scalar_one()
        db.session.remove()
    # Whoever these are: a body is judged before the record is looked for.
    names = ("objection_id", "flag_id", "import_id", "indicator_id", "version_id", "job_id", "set_id", "goal_id")
    ids = dict.fromkeys(names, str(cast.cycle.id))
    ids |= {"cycle_id": str(cast.cycle.id), "person_id": str(cast.worker.id), "device_id": str(device)}
    wrong, asked = [], 0
    for door in doors(app):
        name = plain(door)
        if name not in schemas or name in BY_PLACE:
            continue
        asked += 1
        body = sound_body(schemas[name], components) | {"state": "open", "tenant_id": "x"}
        answer = knock(hr, door.method, door.path(ids), json=body)
        told = {(e["pointer"], e["code"]) for e in (answer.get_json(silent=True) or {}).get("errors", ())}
        refused = {("/state", "unknown_field"), ("/tenant_id", "unknown_field")} <= told
        if not refused or answer.status_code != 422 or answer.mimetype != PROBLEM:
            wrong.append(f"{name}: {answer.status_code} {answer.get_data()[:200].decode()}")
    assert asked >= 5
    assert not wrong, "\n".join(wrong)


def queries(description: dict[str, Any]) -> dict[str, dict[str, str]]:
    """Door -> a value for each parameter that its query takes."""
    found = {}
    for path, item in description["paths"].items():
        for method, operation in item.items():
            taken = (
                [one for one in operation.get("parameters", ()) if one.get("in") == "query"] if method == "get" else []
            )
            if taken:
                found[f"{method.upper()} {path}"] = {one["name"]: sound_body(one["schema"], {}) for one in taken}
    return found


@pytest.mark.parametrize(
    ("language", "title"), [("zh-CN", "有些填写内容无效。"), ("en", "Some entries are not valid.")]
)
def test_every_door_with_a_query_refuses_a_parameter_that_it_does_not_know(
    cast: Any, client_for: Any, language: str, title: str
) -> None:
    hr = client_for(cast.hr)
    description = json.loads(knock(hr, "GET", "/api/openapi.json").get_data())
    asked = queries(description)
    assert {"GET /api/completion/board", "GET /api/completion/phones", "GET /api/people"} <= set(asked)
    wrong = []
    for name, sound in asked.items():
        method, path = name.split(" ")
        for any_id in ("{evaluation_id}", "{import_id}", "{version_id}"):
            path = path.replace(any_id, str(cast.cycle.id))
        query = sound | {"stat": "open", "tenant_id": ["x", "y"]}
        answer = knock(hr, method, path, query_string=query, headers={"Accept-Language": language})
        told = answer.get_json(silent=True) or {}
        named = {(e["pointer"], e["code"]) for e in told.get("errors", ())}
        refused = named == {("?stat", "unknown_field"), ("?tenant_id", "unknown_field")}
        if not refused or answer.status_code != 422 or answer.mimetype != PROBLEM or told["title"] != title:
            wrong.append(f"{name}: {answer.status_code} {answer.get_data()[:300].decode()}")
        documented = description["paths"][name.split(" ")[1]][method.lower()]["responses"]["422"]
        said = description["components"]["responses"][documented["$ref"].rsplit("/", 1)[-1]]["description"]
        if "query parameter" not in said:
            wrong.append(f"{name}: its description does not say so")
    assert not wrong, "\n".join(wrong)
