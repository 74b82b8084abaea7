"""A field that a door does not know is refused by name: nobody sets a role or a state by adding a key."""

from __future__ import annotations

import json
from typing import Any

import sqlalchemy as sa
from flask import Flask

from server.foundation.db import db, session, tenant_context
from server.identity.models import Device
from tests.server.hostile.knock import PROBLEM, doors, knock, plain, request_schemas, sound_body

BY_PLACE = {"POST /api/sync", "POST /api/csp-report"}
"""Their bodies are no objects of ours: positional, and whatever a browser reports."""


def test_every_door_with_a_body_refuses_a_field_that_it_does_not_know(app: Flask, cast: Any, client_for: Any) -> None:
    hr = client_for(cast.hr)
    description = json.loads(knock(hr, "GET", "/api/openapi.json").get_data())
    schemas, components = request_schemas(description), description["components"]["schemas"]
    with app.app_context(), tenant_context(cast.tenant_id):
        device = session().execute(sa.select(Device.id).limit(1)).scalar_one()
        db.session.remove()
    ids = {"cycle_id": str(cast.cycle.id), "person_id": str(cast.worker.id), "device_id": str(device)}
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
