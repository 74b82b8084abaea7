"""What HR keeps in the library and at the desk of values: drafts, sets, goals, keys, objections."""

from typing import Any

from tests.server.hostile.knock import knock

DRAFT = "DRAFT-FOR-DESKS"
OBJECTION = "objection-of-one."
GOAL = "goal-of-the-plant."


def stock(world: Any) -> dict[str, str]:
    """Puts it there through the doors, as HR, the administrator and 江军 do; ids by the names that doors use."""
    hr, admin = world.client("hr"), world.client("admin")
    team = world.people["team"]
    system = {"name": "MES", "source": "MES", "indicators": [], "expires_at": "2027-01-01T00:00:00Z"}
    key = _made(admin, "/api/values/keys", system)
    wrong = {
        "employee_no": team.employee_no,
        "indicator": "FPY",
        "period_from": "2026-11-16",
        "period_to": "2026-11-20",
    }
    knock(hr, "POST", "/api/values/entries", json=wrong | {"value": 120})
    (flag,) = knock(hr, "GET", "/api/values/desk").get_json()["flags"]
    disputed = {"indicator": "OUT", "period_from": "2026-11-01", "version": 1, "reason": OBJECTION}
    objection = _made(world.client("team"), "/api/values/objections", disputed)
    _made(hr, "/api/agreements/begin", {})
    made = _made(hr, "/api/indicators", {"code": DRAFT, "tier": "desks", "wording": {}})
    jobs = {one["code"]: one["id"] for one in knock(hr, "GET", "/api/core-outputs").get_json()["jobs"]}
    rows = {one["code"]: one["version_id"] for one in knock(hr, "GET", "/api/indicators").get_json()}
    lines = [
        {"indicator_version_id": rows[code], "weight": weight}
        for code, weight in (("OUT", 50), ("FPY", 25), ("ATT", 25))
    ]
    sets = _made(hr, "/api/indicator-sets", {"category": "operator", "valid_from": "2026-12-01", "lines": lines})
    days = {"period_from": "2026-01-01", "period_to": "2026-12-31"}
    goal = {"tier": "plant", "owner_id": str(world.cast.hr.id), "title_zh": GOAL, "target_words": "x"}
    return {
        "key_id": key["id"],
        "key_text": next(value for name, value in key.items() if name in ("key", "text", "secret", "token")),
        "flag_id": flag["id"],
        "objection_id": objection["id"],
        "indicator_id": made["id"],
        "version_id": made["versions"][0]["id"],
        "from_version_id": made["versions"][0]["id"],
        "job_id": jobs["OPR"],
        "set_id": next(one["id"] for one in sets if one["id"]),
        "goal_id": _made(hr, "/api/goals", goal | days)["id"],
    }


def _made(client: Any, path: str, body: dict[str, Any]) -> Any:
    answer = knock(client, "POST", path, json=body)
    assert answer.status_code < 300, (path, answer.get_data(as_text=True)[:300])
    return answer.get_json()
