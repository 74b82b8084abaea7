"""Short stories with their receipts (tests/vectors/merge.json): the merge table, told by example."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from sync.model import Held, Mutation, MutationId, Op, Recall, Status
from sync.terms import Aim, is_aim
from tests.sync.world import RECORD, Log

VECTORS = Path(__file__).parent.parent / "vectors"
STORIES = json.loads((VECTORS / "merge.json").read_text("utf-8"))
AIMS = json.loads((VECTORS / "terms.json").read_text("utf-8"))


def mutation(step: dict[str, Any]) -> Mutation:
    """{"id": "d1.ann.1", "field", "op", "value", "base": [..]} as a mutation; recall is the value of a command."""
    op = Op(step.get("op", "set"))
    value = Recall() if op is Op.COMMAND else step.get("value")
    base = tuple(MutationId.parse(one) for one in step.get("base", []))
    return Mutation(MutationId.parse(step["id"]), RECORD, step["field"], op, value, base)


@pytest.mark.parametrize("story", STORIES, ids=lambda story: story["why"])
def test_a_story_ends_as_it_is_told(story: dict[str, Any]) -> None:
    log = Log()
    if story.get("status"):
        log.status = Status(story["status"])
    for step in story["edits"]:
        assert log.push(mutation(step)).name.lower() == step["receipt"], step
    for name, wanted in story["then"].items():
        held = log.fields.get(name, Held())
        assert held.value == wanted["value"]
        assert (str(held.version) if held.version else None) == wanted["version"]
        standing = [str(one.version) for one in held.case.standing] if held.case and held.case.is_open else []
        assert standing == wanted.get("case", [])


@pytest.mark.parametrize("one", AIMS, ids=lambda one: one["why"])
def test_a_target_means_something_or_not(one: dict[str, Any]) -> None:
    aim = Aim(one["target"], one["direction"], one["threshold"], one["straight"])
    assert is_aim(one["asked"], one["stands"], aim) is one["holds"]
