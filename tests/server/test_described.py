"""The judge of answers against the description is itself able to find a fault."""

from typing import Any

from server.foundation.ids import new_id, short
from tests.server.hostile.conform import Conform


def test_an_answer_that_is_not_as_described_is_seen(cast: Any, client_for: Any, description: dict[str, Any]) -> None:
    idle = [1, short(new_id()), "", "n", "", [], 0, 0, 0]
    answer = client_for(cast.hr).post("/api/sync", json=idle, base_url="https://localhost")
    assert answer.status_code == 200
    assert Conform(description).fault("/api/sync", "post", answer) is None
    told = description["paths"]["/api/sync"]["post"]["responses"]["200"]["content"]["application/json"]["schema"]
    told["prefixItems"][1] = {"type": "integer"}
    assert "is not of type" in str(Conform(description).fault("/api/sync", "post", answer))
