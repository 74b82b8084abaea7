"""Words that stand in one confidential place each, and everything that an actor can fetch.

**A new confidential field?** Write its word into `plant` below, with the row of the table that says who reads it
and whose it is. The crawl fetches every GET door with every id that exists, so a new door needs nothing here; a new
kind of id in a path belongs into `ids`.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from server.foundation.db import session
from server.foundation.ids import short
from server.identity.models import AuthSession, DeviceUser
from server.imports import applying
from server.imports.models import Part
from server.indicators.floor.scopes import box_of
from tests.server.agreements.conftest import Agreeing
from tests.server.hostile.knock import doors, knock, plain, query_names
from tests.server.rights.stock import DRAFT, OBJECTION
from tests.server.rights.table import allows, letters, of_person
from tests.server.rights.world import ACTORS, World


@dataclass(frozen=True)
class Canary:
    """A word, what it is, whose it is, and who may read it: a row of the table, or `never`."""

    word: str
    what: str
    whose: str
    about: str


def plant(world: World) -> list[Canary]:
    """Work of several people with a word of its own in every confidential field."""
    world.judge()
    made = []
    for name in ("team", "moved", "other", "ended", "future", "employee"):
        words = f"words-of-{world.people[name].employee_no}."
        made.append(Canary(words, "comments and reasons", name, "evaluation"))
    made.append(Canary(OBJECTION, "the reason of an objection", "team", "values"))
    made.append(Canary(DRAFT, "an indicator that is drafted for desks", "", "draft"))
    made.append(Canary(world.desk["key_text"], "the key of another system", "", "never"))
    made += [
        *_import(world),
        *_agreement(world),
        *_floor(world),
        *_case(world),
        *_parked(world),
        *_phones(world),
        *_keys(world),
    ]
    return made


def _case(world: World) -> Iterator[Canary]:
    """肖静 and her delegate write different marks for the same line without seeing each other."""
    hers, his = world.phone(world.people["supervisor"]), world.phone(world.people["delegate"])
    open_still = short(world.cast.cycle.id)
    number = world.people["team"].employee_no
    (record,) = [
        key
        for key, row in hers.all("evaluation").items()
        if row["cycle_id"] == open_still and row["employee_no"] == number
    ]
    hers.push(hers.edit(record, "s3", 3))
    his.pull()
    seen = his.field(record, "s3")[1]
    hers.push(hers.edit(record, "s3", 2, seen), hers.edit(record, "c3", "beside-the-case."))
    receipts = his.push(his.edit(record, "s3", 5, seen))
    assert receipts[his.n][0] == "c", receipts
    hers.pull()
    assert hers.all("case")
    yield Canary("beside-the-case.", "the comment beside a candidate", "team", "evaluation, draft")
    yield Canary(receipts[his.n][1], "the id of a case", "team", "evaluation, draft")


def _import(world: World) -> Iterator[Canary]:
    """A file of values and one that nobody understood, as HR's import shows them."""
    words = [f"words-in-a-file-{what}." for what in ("value", "doubt", "sample", "unknown")]
    table = {"signature": "s", "file": "v.csv", "sheet": "", "encoding": "", "row": 1, "rows": 1, "origin": "found"}
    column = {"letter": "A", "label": "x", "field": None, "guessed": False}
    place = {"file": "v.csv", "sheet": "", "row": 2, "column": "", "header": ""}
    change = {
        "kind": "values",
        "what": "new",
        "key": words[0],
        "label": "x",
        "place": place,
        "differences": [],
        "on": None,
    }
    finding = {"code": "row_empty", "weight": "doubt", "place": place, "params": {"text": words[1]}}
    tables = [
        table | {"kind": "values", "columns": [column | {"sample": [words[2]]}]},
        table | {"file": "u.csv", "kind": None, "columns": [column | {"sample": [words[3]]}]},
    ]

    def write() -> None:
        assert world.import_id is not None
        for what, items in ((Part.CHANGE, [change]), (Part.FINDING, [finding]), (Part.TABLE, tables)):
            applying.put(world.import_id, what, items)

    world.at_work(world.cast.hr, write)
    for word in words:
        yield Canary(word, "what HR's file says of values", "", "values in imports")


def _agreement(world: World) -> Iterator[Canary]:
    """江军 objects to what he is measured by, in words for his superiors and HR."""
    team = world.people["team"]
    phone = Agreeing(world.client("team"), team, clock=world.clock)
    phone.pull()
    record = short(world.agreements[team.id])
    receipts = phone.push(phone.typed(record, "voi", ["object", "words-of-an-objector."]))
    assert receipts[phone.n][0] == "a", receipts
    yield Canary("words-of-an-objector.", "what was said of an agreement", "team", "agreements")


def _floor(world: World) -> Iterator[Canary]:
    """江军 proposes a change of what he is measured by, in words for his superiors and HR."""
    team = world.people["team"]
    phone = Agreeing(world.client("team"), team, clock=world.clock)
    phone.pull()
    receipts = phone.push(phone.typed(short(box_of(team.id)), "pro", ["words-from-the-floor."]))
    assert receipts[phone.n][0] == "a", receipts
    yield Canary("words-from-the-floor.", "what somebody proposes from the floor", "team", "agreements")


def _parked(world: World) -> Iterator[Canary]:
    """Somebody writes about a person with whom he has nothing to do: kept with its text, without effect."""
    phone = world.phone(world.people["employee"])
    receipts = phone.push(phone.edit(world.record(world.people["other"]), "c5", "parked-text."))
    assert receipts[phone.n][0] == "p"
    yield Canary("parked-text.", "the text of a parked edit", "other", "never")


def _phones(world: World) -> Iterator[Canary]:
    for name in ("team", "other", "future"):
        world.phone(world.people[name])
        label = f"phone-of-{world.people[name].employee_no}"
        yield Canary(label, "a phone's name", name, "phones")
    for name in ("other", "ended", "future"):
        yield Canary(world.people[name].name_en, "a name of another team", name, "name")


def _keys(world: World) -> Iterator[Canary]:
    def read() -> list[tuple[str, str]]:
        keys = session().execute(sa.select(DeviceUser.seed, DeviceUser.drain_hash)).all()
        found = [("what makes the secret of a phone", word) for row in keys for word in row if word]
        browsers = session().execute(sa.select(AuthSession.browser_hash)).scalars()
        return found + [("the mark of a known browser", word) for word in browsers]

    for what, word in world.at_work(world.cast.hr, read):
        yield Canary(word, what, "", "never")
    for phone in list(world.phones.values()):
        for value in (phone.client.csrf, phone.client.refresh_csrf):
            yield Canary(value, "a token of somebody's session", "", "never")
    for name in ("team", "other", "admin"):
        yield Canary(str(world.session_of(world.people[name])), "the id of a session", name, "session")
    key = world.phones[world.people["supervisor"].id].client.get("/api/auth/file-key").json
    yield Canary(key["proof"], "the key of a file", "supervisor", "file")


def may_read(one: Canary, actor: str, stage: str) -> bool:
    """What the table says of this word to this actor."""
    # 汤雨桐, who acts as the employee, is to all others what 江军 is: one of the team.
    to_others = "team" if one.whose == "employee" else one.whose
    held = letters(actor, "own" if actor == one.whose else to_others, stage == "closed")
    if one.about == "evaluation":
        own = "o" in held and stage != "draft"
        return own or allows(f"evaluation, {'draft' if stage == 'draft' else 'submitted'}", "R", actor, held)
    if one.about == "name":
        # Whoever judges or stands above; HR and its partner by their lists; on the page of phones the administrator.
        return bool(held - {"o"})
    if one.about == "phones":
        # A phone's name stands beside what was typed on it, and in its owner's own sessions.
        beside_an_answer = stage != "draft" and allows("history, submitted", "R", actor, held)
        return "o" in held or actor in ("hr", "admin") or beside_an_answer
    if one.about in ("values", "agreements"):
        return allows(one.about, "R", actor, of_person(actor, one.whose) | ({"o"} if actor == one.whose else set()))
    if one.about == "values in imports":
        return allows(one.about, "R", actor, {"p"})
    if one.about == "draft":
        return actor in ("hr", "partner")
    if one.about == "session":
        return "o" in held or actor == "admin"
    if one.about == "file":
        return actor == one.whose
    return one.about != "never" and allows(one.about, "R", actor, held)


def ids(world: World) -> dict[str, list[str]]:
    """Every id that exists, by the name that doors give it."""

    def every(table: str, column: str = "id") -> list[str]:
        rows = session().connection().execute(sa.text(f'SELECT DISTINCT "{column}" FROM "{table}"'))
        return sorted({str(row[0]) if "-" in str(row[0]) else _dashed(str(row[0])) for row in rows})

    def read() -> dict[str, list[str]]:
        return {
            "evaluation_id": every("evaluation"),
            "cycle_id": every("cycle"),
            "device_id": every("device"),
            "delegation_id": every("delegation"),
            "import_id": every("import_job"),
            "agreement_id": every("agreement"),
            "indicator_id": every("indicator"),
            "version_id": every("indicator_version"),
            "from_version_id": every("indicator_version"),
            "department_id": every("department"),
            "person_id": every("person"),
        }

    found: dict[str, list[str]] = world.at_work(world.cast.hr, read)
    return found | {"employee_no": [one.employee_no for one in world.people.values()], "name": ["team", "sw.js"]}


def _dashed(text: str) -> str:
    return f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"


def fetched(
    world: World, actor: str, description: dict[str, Any], known: dict[str, list[str]], under: tuple[str, ...]
) -> Iterator[tuple[str, str]]:
    """(what was asked, the answer with its headers) of every GET door with every id, and of a first pull."""
    client, queries = world.client(actor), query_names(description)
    for door in doors(world.app):
        if door.method != "GET" or not door.rule.startswith(under):
            continue
        assert set(door.parameters) <= set(known), f"{plain(door)}: give `ids` in canaries.py the ids that it names"
        paths = [door.rule]
        for name in door.parameters:
            paths = [
                path.replace(part, value) for path in paths for part in _parts(door.rule, name) for value in known[name]
            ]
        for path in paths:
            yield path, _whole(knock(client, "GET", path))
            for name in queries.get(plain(door), ()):
                for value in known.get(name, ()):
                    yield f"{path}?{name}={value}", _whole(knock(client, "GET", path, query_string={name: value}))
    phone = Agreeing(client, world.people[actor], clock=world.clock)
    phone.pull()
    yield "POST /api/sync", json.dumps([phone.last, phone.rows], ensure_ascii=False)


def _parts(rule: str, name: str) -> list[str]:
    return [
        part for part in rule.replace("<", "\n<").replace(">", ">\n").split("\n") if part.rstrip(">").endswith(name)
    ]


def _whole(answer: Any) -> str:
    return f"{answer.headers}\n{answer.get_data().decode('utf-8', 'replace')}"


def leaks(
    world: World,
    canaries: list[Canary],
    description: dict[str, Any],
    stage: str,
    actors: Sequence[str] = ACTORS,
    under: tuple[str, ...] = ("/",),
) -> tuple[list[str], int]:
    """Words that an actor was told although the table does not give them to him; and how many answers were read."""
    known, found, read = ids(world), [], 0
    for actor in actors:
        forbidden = [one for one in canaries if not may_read(one, actor, stage)]
        for asked, text in fetched(world, actor, description, known, under):
            read += 1
            plain_text = text.replace("\\\\", "\\")
            found += [
                f"{stage}: {asked} tells {actor} {one.what} of {one.whose or 'somebody'}: {one.word}"
                for one in forbidden
                if one.word in plain_text
            ]
    return found, read
