"""The judge of answers against the description is itself able to find a fault."""

import json
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


def test_the_page_of_the_api_says_what_a_phone_hands_in_and_lists_no_shape_that_no_door_has(
    cast: Any, client_for: Any, description: dict[str, Any]
) -> None:
    page = client_for(cast.hr).get("/api/docs", base_url="https://localhost").text
    for part in ("oldest_s: age of the oldest", "dt_ms after t0", "receipts: [n, letter, about?]"):
        assert part in page
    assert "list of </" not in page, "a list of what?"
    everything = json.dumps(description)
    unused = [name for name in description["components"]["schemas"] if f"#/components/schemas/{name}" not in everything]
    assert unused == []
