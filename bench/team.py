"""A team of twelve in the demo plant, found by asking the server, and scored by tapping as a supervisor would."""

import contextlib
import gzip
import json
import time
from dataclasses import dataclass, field
from typing import Any

from playwright.sync_api import Playwright, Request

from bench.phone import measure, pages
from bench.wire import Device, push_part
from server.sync_api.columns import COLUMNS, LINE_COLUMNS
from tests.e2e.house import House, Knocker
from tests.e2e.people import Somebody, everybody, first
from tests.e2e.phone import READ_STORAGE

TEAM = 12


@dataclass(frozen=True)
class Shift:
    """One supervisor with everything still to score; evaluations in the order of the run."""

    plant: str
    employee_no: str
    evaluations: tuple[str, ...]
    judged: tuple[tuple[int, ...], ...]

    @property
    def first_evaluation(self) -> str:
        return self.evaluations[0]

    @property
    def first_judged(self) -> int:
        return self.judged[0][0]


def _named(kind: str, row: list[Any]) -> dict[str, Any]:
    return dict(zip(COLUMNS[kind], row + [None] * (len(COLUMNS[kind]) - len(row)), strict=True))


def _open_work(house: House, who: Somebody) -> Shift:
    device = Device(Knocker(house).sign_in(who.plant, who.employee_no))
    device.round()
    while device.more:
        device.round()
    forms: dict[str, list[dict[str, Any]]] = {}
    work: list[dict[str, Any]] = []
    for scope, kinds in device.rows.items():
        if not scope.startswith("rate:"):
            continue
        for row in kinds.get("form", []):
            form = _named("form", row)
            forms[form["id"]] = [dict(zip(LINE_COLUMNS, line, strict=False)) for line in form["lines"]]
        work += [_named("evaluation", row) for row in kinds.get("evaluation", [])]
    work = sorted((e for e in work if e["state"] == "open"), key=lambda e: e["run_order"] or 0)
    judged = []
    for each in work:
        rules = list(each["rules"] or [])
        rules += [None] * (len(forms[each["form_id"]]) - len(rules))
        judged.append(
            tuple(line["key"] for line, rule in zip(forms[each["form_id"]], rules, strict=True) if rule is None)
        )
    return Shift(who.plant, who.employee_no, tuple(e["id"] for e in work), tuple(judged))


def ready_team(house: House) -> Shift:
    """The first supervisor with twelve people to score. Raises SystemExit when the demo has none."""
    for who in everybody(house):
        if who.role == "supervisor":
            shift = _open_work(house, who)
            if len(shift.evaluations) == TEAM:
                return shift
    raise SystemExit("the demo has no supervisor with twelve open evaluations")


def fresh_cycle(house: House) -> str:
    """HR opens one more cycle for the departments of the open one: every team with nothing scored. Returns its id."""
    hr = first(house, "hr")
    desk = Knocker(house).sign_in(hr.plant, hr.employee_no)
    running = next(each for each in desk.call("GET", "/api/cycles")[1] if each["state"] == "open")
    keys = ("name_zh", "name_en", "period_from", "period_to", "deadline_at", "department_ids")
    status, made = desk.call("POST", "/api/cycles", {key: running[key] for key in keys})
    assert status == 201, (status, made)
    status, opened = desk.call("POST", f"/api/cycles/{made['id']}/open")
    assert status == 200, (status, opened)
    return str(made["id"])


def raters_of_about(house: House, people: int, cycle: str) -> list[Somebody]:
    """Supervisors whose teams in this cycle together reach that number."""
    hr = first(house, "hr")
    desk = Knocker(house).sign_in(hr.plant, hr.employee_no)
    rows = desk.call("GET", f"/api/completion/board?cycle_id={cycle}")[1]["raters"]
    teams = {row["name_zh"]: row["total"] for row in rows}
    chosen, count = [], 0
    for who in everybody(house):
        if who.role == "supervisor" and who.name_zh in teams and count < people:
            chosen.append(who)
            count += teams[who.name_zh]
    return chosen


@dataclass
class Run:
    taps: int = 0
    turns: int = 0
    scrolls: int = 0
    decisions: int = 0
    inp_p98_ms: float = 0
    finished_bytes: list[int] = field(default_factory=list)


def score_all(pw: Playwright, page: dict[str, Any], shift: Shift, profile: str, *, send: bool) -> Run:
    """3s and 4s and one 2 with its quick comment for each person, submit, next; network off.

    `send`: then on, to see the bytes. Without it the team is as it was for whoever comes next: the profile is a copy.
    """
    run = Run()
    with measure.copied(profile) as folder:
        phone = measure.Phone(pw, page, folder)
        phone.page.goto(page["url"] + "#/team", wait_until="commit")
        phone.page.wait_for_selector('html[data-ready="team"]', state="attached")
        phone.tap('[data-person="0"]')
        run.taps, run.turns = 1, 1
        for n in range(TEAM):
            phone.page.wait_for_selector('html[data-ready^="score:"]', state="attached")
            here = (phone.page.get_attribute("html", "data-ready") or "").removeprefix("score:")
            lines = shift.judged[shift.evaluations.index(here)]
            low = lines[n % len(lines)]
            for line in lines:
                phone.page.wait_for_selector(f'[data-line="{line}"][aria-current="true"]', state="attached")
                _rested(phone)
                value = 2 if line == low else 3 + (n + line) % 2
                run.scrolls += phone.tap(pages.RATING.replace("{v}", str(value)))
                phone.page.wait_for_selector(f'[data-line="{line}"][data-mark="{value}"]', state="attached")
                run.taps += 1
                run.decisions += 1
                if line == low:
                    _rested(phone)
                    run.scrolls += phone.tap("[data-dock] [data-chip]:not([data-blank])")
                    run.taps += 1
            _rested(phone)
            run.scrolls += phone.tap("[data-submit]")
            run.taps += 1
            phone.page.wait_for_selector(f'html[data-done="{n + 1}"]', state="attached")
            if n + 1 < TEAM:
                phone.page.wait_for_function(
                    "(was) => { const r = document.documentElement.dataset.ready || ''; return r.startsWith('score:') && r !== was }",
                    arg=f"score:{here}",
                )
                run.turns += 1
        inp = sorted(phone.page.evaluate("Object.values(__b.inp)"))
        run.inp_p98_ms = float(inp[int(len(inp) * 0.98)]) if inp else 0.0
        if send:
            run.finished_bytes = _delivered(phone)
        phone.ctx.close()
    return run


def _rested(phone: measure.Phone) -> None:
    """After a mark that flows on the keys rest 400 ms: a person needs longer than that to read the next line."""
    phone.page.wait_for_function("() => !document.querySelector('[data-dock] .rest')")


def _delivered(phone: measure.Phone) -> list[int]:
    """Network on: bytes of push per finished evaluation, for each request that carried whole ones."""
    sizes: list[int] = []

    def note(request: Request) -> None:
        body = request.post_data_buffer
        if request.method == "POST" and request.url.endswith("/api/sync") and body:
            if body[:2] == b"\x1f\x8b":
                body = gzip.decompress(body)
            with contextlib.suppress(json.JSONDecodeError):
                size, finished = push_part(body)
                if finished:
                    sizes.append(round(size / finished))

    phone.page.on("request", note)
    phone.ctx.set_offline(False)
    end = time.monotonic() + 60
    while any(stores.get("outbox") for stores in phone.page.evaluate(READ_STORAGE).values()):
        if time.monotonic() > end:
            raise SystemExit("the outbox did not drain within 60 s")
        time.sleep(0.2)
    return sizes or [0]
