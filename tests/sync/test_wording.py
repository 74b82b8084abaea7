"""Words come from the record: keys with exactly the parameters that the screens know."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from hypothesis import given

from sync.floor import SWAYS, VERDICTS, Proposal, Sway, Verdict
from sync.model import Answer, Case, Decision, Held, Mutation, MutationId, Op, Receipt, Step
from sync.terms import KINDS, Terms, Voice
from sync.wording import MESSAGES, Words, of_case, of_step
from tests.sync.script import Act, Play, random_script
from tests.sync.test_any_order import scripts
from tests.sync.world import Log, Phone

PARTS = Path(__file__).parent.parent.parent / "pwa" / "messages" / "parts"


def check(words: Words) -> None:
    assert set(words.params) == MESSAGES[words.message], words.message


@given(scripts)
def test_each_step_of_any_history_has_words_with_the_parameters_its_message_takes(script: list[Act]) -> None:
    play = Play().run(script).settle()
    for entry in play.log.trace:
        words = of_step(entry.edit, entry.decision)
        assert (words is None) == (entry.decision.step is None)
        if words is not None:
            check(words)
    for case in play.log.cases.values():
        for words in of_case(case, None):
            check(words)


def test_every_message_is_said_by_something() -> None:
    said = {"history_rule"}
    for seed in range(120):
        play = Play().run(random_script(seed, 60)).settle()
        said |= {words.message for one in play.log.trace if (words := of_step(one.edit, one.decision))}
        said |= {words.message for case in play.log.cases.values() for words in of_case(case, None)}
    for kind in ("agree", "disagree"):
        log, ann = Log(), Phone("d1", "ann")
        ann.set("score/1", 3)
        shown = ann.submit()
        ann.edit("answer", Op.APPEND, Answer(kind, ""), [shown.id])
        ann.sync(log)
        said |= {words.message for one in log.trace if (words := of_step(one.edit, one.decision))}
    said |= {words.message for edit, decision in spoken() if (words := of_step(edit, decision))}
    assert said == set(MESSAGES)


def spoken() -> list[tuple[Mutation, Decision]]:
    """Everything that can be said of an agreement and from the floor, and terms changed in time and late."""
    made: list[tuple[Mutation, Decision]] = []
    for n, kind in enumerate(KINDS, start=1):
        edit = Mutation(MutationId("d", "ann", n), "r", "voice", Op.APPEND, Voice(kind, "w"))
        made.append((edit, Decision(Receipt.APPLIED, Held((), edit.id), step=Step.VOICED)))
    for late in (False, True):
        edit = Mutation(MutationId("d", "ann", 9), "r", "terms", Op.COMMAND, Terms((), "w"))
        made.append((edit, Decision(Receipt.APPLIED, Held((), edit.id), step=Step.ADJUSTED, late=late)))
    asked: list[Proposal | Sway | Verdict] = [Proposal("", "w"), *(Sway("v", one, "w") for one in SWAYS)]
    asked += [Verdict(one, "w") for one in VERDICTS]
    for n, value in enumerate(asked, start=10):
        edit = Mutation(MutationId("d", "ann", n), "r", "proposal", Op.APPEND, value)
        made.append((edit, Decision(Receipt.APPLIED, Held((), edit.id), step=Step.VOICED)))
    for edit, decision in made:
        words = of_step(edit, decision)
        assert words is not None
        check(words)
    return made


def test_a_case_tells_who_gave_what_from_what_and_how_it_ended() -> None:
    log, ann, bo = Log(), Phone("d1", "ann"), Phone("d3", "bo")
    bo.set("score/1", 2)
    ann.set("score/1", 4)
    bo.sync(log)
    ann.sync(log)
    case = log.fields["score/1"].case
    assert case is not None
    open_words = of_case(case, 2)
    assert [words.message for words in open_words] == [
        "history_case_gave", "history_case_gave", "history_case_base_nothing", "history_case_nothing_dropped",
        "history_case_provisional",
    ]  # fmt: skip
    assert [words.params.get("value") for words in open_words[:2]] == [2, 4]
    ann.resolve(case, MutationId("d3", "bo", 1))
    ann.sync(log)
    closed = log.fields["score/1"].case
    assert isinstance(closed, Case)
    assert of_case(closed, 2)[-1] == Words("history_case_chose", {"value": 2, "reason": "because", "decided_at": 3})


def test_a_rescore_by_the_rule_has_words_too() -> None:
    rescored = Decision(Receipt.APPLIED, Held(4, MutationId("d", "rule", 1)), step=Step.RULE)
    edit = Phone("d1", "ann").set("score/1", 4)
    assert of_step(edit, rescored) == Words("history_rule", {"value": 4})


@pytest.mark.parametrize("language", ["zh-CN", "en"])
def test_the_screens_know_every_message_with_its_parameters(language: str) -> None:
    known: dict[str, str] = {}
    for part in sorted((PARTS / language).glob("*.json")):
        known |= json.loads(part.read_text("utf-8"))
    for message, params in MESSAGES.items():
        assert message in known, f"{message} has no words in {language}"
        said = set(re.findall(r"{(\w+)}", known[message]))
        assert said == set(params), f"{message} in {language} says {said}, not {set(params)}"
