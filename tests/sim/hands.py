"""What a person's thumb does on a tab: from a kind of edit and some dice to an edit that the screen would allow."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from random import Random
from typing import Any

from tests.sim.oracle import POISON, Oracle
from tests.sim.phone import Tab

Wish = tuple[str, str, str, Any, list[str]]
"""Record, field, operation, value, base."""
SCORES = ("score/3", "score/3", "score/5", "score/1")
TEXTS = ("comment/3", "comment/3", "comment/5")
TAGS = ("low", "mid", "high")


def wishes(tab: Tab, oracle: Oracle, kind: str, dice: int) -> Iterable[Wish]:
    """The edits of one act; none when the screen does not offer it."""
    random = Random(dice)
    if kind == "answer":
        return _answer(tab, random)
    records = sorted(tab.all("evaluation"))
    if not records:
        return []
    record = records[0] if random.random() < 0.8 else random.choice(records)
    is_open, bold = tab.state(record) == "open", random.random() < 0.1
    if kind == "recall":
        return [(record, "status", "command", {"name": "recall", "signs": []}, [])] if not is_open or bold else []
    if not is_open and not bold:
        return []
    if kind == "resolve":
        return _resolve(tab, record, random)
    if kind == "submit":
        return [_submit(tab, record)]
    if kind == "finish":
        return _finish(tab, record, random)
    return [_plain(tab, oracle, record, kind, random)]


def _base(tab: Tab, record: str, name: str) -> list[str]:
    return tab.base_of(record, name)


def _plain(tab: Tab, oracle: Oracle, record: str, kind: str, random: Random) -> Wish:
    if kind == "score":
        name, value = random.choice(SCORES), random.choice([1, 2, 3, 4, 4, 5, None])
        return record, name, "set", value, _base(tab, record, name)
    if kind in ("chip", "unchip"):
        shown = tab.view(record).get("chips/3", ({}, None))[0] or {}
        tag = random.choice(TAGS)
        if kind == "unchip" and shown:
            tag = random.choice(sorted(shown))
            return record, "chips/3", "remove", tag, [one for one in shown[tag].split(",") if one]
        return record, "chips/3", "add", tag, []
    if kind == "reason":
        return (
            record,
            "reason/1",
            "set",
            _typed(tab, oracle, record, "reason/1", random),
            _base(tab, record, "reason/1"),
        )
    name = "comment/3" if kind == "text" else random.choice(TEXTS)
    text = _typed(tab, oracle, record, name, random)
    if kind == "poison":
        text = f"{text} {POISON}"
    return record, name, "set", text, _base(tab, record, name)


def _typed(tab: Tab, oracle: Oracle, record: str, name: str, random: Random) -> str:
    """The text on the screen with one change: words never typed before, or one word less."""
    words = str(tab.view(record).get(name, ("", None))[0] or "").replace(POISON, "").split()

    def fresh() -> str:
        oracle.words += 1
        return f"w{oracle.words}"

    if len(words) < 3:
        return " ".join([*words, *(fresh() for _ in range(4))])
    at = random.randrange(len(words))
    match random.randrange(6):
        case 0:
            words.append(fresh())
        case 1:
            words.insert(0, fresh())
        case 2 | 3:
            words.insert(at, fresh())
        case 4:
            words[at] = fresh()
        case _:
            del words[at]
    return " ".join(words)


def _submit(tab: Tab, record: str) -> Wish:
    signs: list[list[str]] = []
    for name, (value, version) in sorted(tab.view_by_name(record).items()):
        if name.startswith("chips/"):
            signs += [[name, one] for one in (value or {}).values() if one]
        elif version and not name.startswith(("status", "answer")):
            signs.append([name, version])
    return record, "status", "command", {"name": "submit", "signs": signs}, []


def _finish(tab: Tab, record: str, random: Random) -> Iterator[Wish]:
    """Marks for what only a person can judge, each after a look at what the one before has left; the caller submits."""
    for name in ("score/3", "score/5"):
        if tab.view(record).get(name, (None, None))[0] is None:
            yield record, name, "set", random.randint(1, 5), _base(tab, record, name)


def _resolve(tab: Tab, record: str, random: Random) -> list[Wish]:
    done = {one["value"]["case"] for one in tab.own() if one["op"] == "resolve"}
    cases = [
        row for row in tab.all("case").values()
        if row["evaluation_id"] == record and row["state"] == "open" and row["id"] not in done
    ]  # fmt: skip
    if not cases:
        return []
    case = random.choice(sorted(cases, key=lambda row: str(row["id"])))
    base = [one[0] for one in case["candidates"]]
    one = random.choice(case["candidates"])
    chosen, value = one[0], one[1]
    if random.random() < 0.3:
        chosen, value = None, random.randint(1, 5) if case["field"].startswith("score") else f"{one[1] or ''} both"
    asked = {"case": case["id"], "chosen": chosen, "value": value, "reason": "because"}
    return [(record, case["field"], "resolve", asked, base)]


def _answer(tab: Tab, random: Random) -> list[Wish]:
    results = sorted(tab.all("result").values(), key=lambda row: str(row["id"]))
    if not results:
        return []
    row = random.choice(results)
    said = {"answer": random.choice(["agree", "disagree"]), "note": random.choice(["", "see 5S"])}
    return [(row["id"], "answer", "append", said, [row["version"]])]
