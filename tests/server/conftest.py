"""What tests of the whole server share."""

import json
from typing import Any

import pytest
from flask import Flask


@pytest.fixture
def description(app: Flask, cast: Any, client_for: Any) -> dict[str, Any]:
    answer = client_for(cast.hr).get("/api/openapi.json", base_url="https://localhost")
    assert answer.status_code == 200
    told: dict[str, Any] = json.loads(answer.get_data())
    return told
