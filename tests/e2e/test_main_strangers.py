"""The main job, chapter 8: nobody sees what is not theirs, not by the API and not in their phone's storage."""

import json
import re
from typing import Any

import pytest

from tests.e2e import hands
from tests.e2e.house import ROOT, House, Knocker
from tests.e2e.people import Somebody, everybody, first
from tests.e2e.phone import within

DOORS_FOR_EVERYBODY = re.compile(r"^/(api/(auth|devices/state|openapi\.json|docs|csp-report)|healthz|readyz|metrics)")


def routes() -> list[tuple[str, str]]:
    contract = json.loads((ROOT / "docs/openapi.json").read_text("utf-8"))
    return [
        (method.upper(), path)
        for path, methods in contract["paths"].items()
        for method in methods
        if method in {"get", "post", "put", "patch", "delete"} and not DOORS_FOR_EVERYBODY.match(path)
    ]


def ids_of_others(house: House, hr: Somebody, boss: Somebody) -> dict[str, str]:
    """Real ids that somebody else could have kept: a cycle, a department, an evaluation of her team."""
    desk = Knocker(house).sign_in(hr.plant, hr.employee_no)
    cycles = desk.call("GET", "/api/cycles")[1]
    board = desk.call("GET", f"/api/completion/board?cycle_id={cycles[0]['id']}")[1]
    row = next(each for each in board["raters"] if each["name_zh"] == boss.name_zh)
    return {"cycle": cycles[0]["id"], "evaluation": row["cells"][0]["evaluation_id"], "rater": row["rater_id"]}


def knock(who: Knocker, method: str, path: str, real: dict[str, str]) -> tuple[int, Any]:
    def fill(match: re.Match[str]) -> str:
        name = match.group(1)
        return next((value for key, value in real.items() if key in name), real["evaluation"])

    address = re.sub(r"\{(\w+)\}", fill, path)
    if method == "GET" and "board" in path:
        address += f"?cycle_id={real['cycle']}"
    if method == "GET" and "history" in path:
        address += "?field=score/1"
    return who.call(method, address, None if method in {"GET", "DELETE"} else {})


@pytest.mark.parametrize("role", ["employee", "supervisor"])
def test_a_stranger_knocks_at_every_route_and_sees_nothing(house, role):
    boss, hr = first(house, "supervisor"), first(house, "hr")
    real = ids_of_others(house, hr, boss)
    hers = hands.team_names(house, boss)
    other = next(p for p in everybody(house) if p.role == role and p.name_zh not in hers and p != boss)
    stranger = Knocker(house).sign_in(other.plant, other.employee_no)
    wrong = []
    for method, path in routes():
        if path == "/api/sync":
            continue
        status, body = knock(stranger, method, path, real)
        text = json.dumps(body, ensure_ascii=False)
        seen = [name for name in hers if name in text]
        if status >= 500 or seen or (status < 400 and "evaluation" in path):
            wrong.append((method, path, status, seen))
    assert not wrong, wrong


def test_without_a_session_every_route_asks_to_sign_in(house):
    real = ids_of_others(house, first(house, "hr"), first(house, "supervisor"))
    nobody = Knocker(house)
    wrong = [
        (method, path, status)
        for method, path in routes()
        if (status := knock(nobody, method, path, real)[0]) not in {401, 403}
    ]
    assert not wrong, wrong


def test_a_phone_holds_only_what_its_owner_may_see(house, phone):
    boss = first(house, "supervisor")
    hers = hands.team_names(house, boss)
    worker = next(p for p in everybody(house) if p.role == "employee" and p.name_zh not in hers)
    own = phone("employee")
    hands.sign_in(own, worker, "my")
    stored = json.dumps(own.storage(), ensure_ascii=False)
    assert worker.name_zh in stored or worker.employee_no in stored
    assert not [name for name in hers if name in stored], "somebody else's name lies on this phone"
    her = phone("supervisor")
    hands.sign_in(her, boss, "team")
    held = json.dumps(her.storage(), ensure_ascii=False)
    assert all(name in held for name in hers)
    others = {p.name_zh for p in everybody(house) if p.role == "employee"} - hers
    assert not [name for name in others if name in held], "a neighbour's team lies on her phone"


def test_two_people_on_one_phone_never_mix(house, phone):
    """B signs in over A's unsent edits: A's count is shown, nothing of A's goes out under B, and all of it after A is back."""
    boss = first(house, "supervisor")
    other = next(p for p in everybody(house) if p.role == "supervisor" and p != boss)
    shared = phone("shared")
    hands.sign_in(shared, boss, "team")
    hands.ready_for_the_dead_spot(shared)
    shared.weather.become(503)
    hands.open_person(shared, 0)
    hands.score_person(shared, 0)
    waiting = shared.queued()
    assert waiting > 0
    hands.switch_user(shared)
    shared.weather.become("clear")
    shared.page.reload()
    shared.ready("sign-in")
    rounds = shared.weather.rounds()
    hands.sign_in(shared, other, "team")
    within(30, "B's phone has synced", lambda: shared.weather.rounds() > rounds)
    assert shared.queued() == waiting, "A's edits neither left under B nor were they dropped"
    hands.switch_user(shared)
    hands.sign_in(shared, boss, "team")
    hands.drained(shared)
