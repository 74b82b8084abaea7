"""An edit that was refused before its author's eyes, and a restored server that takes it after all."""

from __future__ import annotations

from dataclasses import replace
from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sync.merge import decide, fate_of
from sync.model import CycleState, Facts, Held, Line, Mutation, MutationId, Op, Reason, Receipt, Resolution
from tests.sync.world import RECORD, Log

FACTS = Facts(lines=(Line(1),))
NAME = "comment/1"


def ann(n: int) -> MutationId:
    return MutationId("d1", "ann", n)


def bo(n: int) -> MutationId:
    return MutationId("d3", "bo", n)


FIRST = Mutation(bo(1), RECORD, NAME, Op.SET, "one two three")
REFUSED = Mutation(ann(1), RECORD, NAME, Op.SET, "one TWO three", (bo(1),))
NEXT = Mutation(ann(2), RECORD, NAME, Op.SET, "one 2 three", (bo(1),), also=(ann(1),))
UNAWARE = replace(NEXT, also=())
"""Of another window, which had not heard of the refused one."""
ZWEI = Mutation(bo(2), RECORD, NAME, Op.SET, "one zwei three", (bo(1),))


def of(*edits: Mutation) -> Log:
    log = Log()
    for edit in edits:
        log.push(edit)
    return log


def test_it_is_written_over_by_what_its_author_wrote_knowing_that_it_was_refused() -> None:
    log = of(FIRST, REFUSED, NEXT)
    assert log.fates[NEXT.id].receipt is Receipt.APPLIED
    assert log.decisions[NEXT.id].replaced == REFUSED.id
    assert log.fields[NAME].value == "one 2 three"


def test_another_window_that_did_not_know_of_it_overwrites_nothing() -> None:
    log = of(FIRST, REFUSED, UNAWARE)
    assert log.fates[UNAWARE.id].receipt is Receipt.CONFLICT
    assert log.fields[NAME].value == "one TWO three"


def test_refused_still_it_stands_for_its_base() -> None:
    log = of(FIRST)
    closed = decide(log.fields[NAME], REFUSED, replace(FACTS, cycle=CycleState.CLOSED), log.fates.get)
    assert closed.reason is Reason.CYCLE_CLOSED
    log.fates[REFUSED.id], log.edits[REFUSED.id] = fate_of(REFUSED, closed), REFUSED
    assert log.push(NEXT) is Receipt.APPLIED
    assert log.decisions[NEXT.id].replaced == FIRST.id


@given(st.permutations([FIRST, REFUSED, NEXT]), st.lists(st.sampled_from([FIRST, REFUSED, NEXT]), max_size=4))
def test_in_whatever_order_and_however_often_they_come_it_is_no_conflict(
    order: list[Mutation], doubles: list[Mutation]
) -> None:
    log = of(*order, *doubles)
    assert log.cases == {}
    assert log.fields[NAME].value == "one 2 three"
    assert {fate.receipt for fate in log.fates.values()} <= {Receipt.APPLIED, Receipt.SAME}


@pytest.mark.parametrize("order", list(permutations([FIRST, NEXT])), ids=lambda order: order[0].id.author)
def test_one_that_never_comes_holds_nothing_up(order: tuple[Mutation, ...]) -> None:
    assert of(*order).fates[NEXT.id].receipt is Receipt.APPLIED


def test_nothing_was_there_and_the_first_edit_was_refused() -> None:
    first, then = replace(REFUSED, base=()), replace(NEXT, base=())
    assert of(first, then).fates[NEXT.id].receipt is Receipt.APPLIED
    assert of(then, first).fates[REFUSED.id].receipt is Receipt.SAME


def test_a_text_that_it_was_merged_into_was_not_seen() -> None:
    log = of(FIRST, replace(ZWEI, value="one two three four"), REFUSED)
    assert log.fates[REFUSED.id].receipt is Receipt.MERGED
    assert log.push(NEXT) is not Receipt.APPLIED


def test_in_an_open_case_it_gives_its_place_to_what_came_after_it() -> None:
    case = of(FIRST, ZWEI, REFUSED, NEXT).fields[NAME].case
    assert case is not None
    assert [(one.version, one.value) for one in case.standing] == [(bo(2), "one zwei three"), (ann(2), "one 2 three")]


def test_who_knew_the_refused_one_does_not_know_how_its_case_was_decided() -> None:
    log = of(FIRST, ZWEI, REFUSED)
    case = log.fields[NAME].case
    assert case is not None
    asked = Resolution(case.id, ann(1), None, "hers")
    log.push(Mutation(bo(3), RECORD, NAME, Op.RESOLVE, asked, (ann(1), bo(2))))
    assert log.push(NEXT) is Receipt.CONFLICT
    assert log.fields[NAME].value == "one TWO three"


@pytest.mark.parametrize(
    "edit",
    [
        replace(NEXT, also=(bo(1),)),
        replace(NEXT, also=(ann(2),)),
        replace(NEXT, also=(ann(9),)),
        replace(NEXT, id=ann(8), also=(ann(1), ann(2), ann(3))),
        replace(NEXT, field="chips/1", op=Op.ADD, value="q1", base=()),
    ],
    ids=["of another", "itself", "not written yet", "too many", "of a chip"],
)
def test_only_ones_own_earlier_edits_are_named_and_few_of_them(edit: Mutation) -> None:
    assert decide(Held(), edit, FACTS, {}.get).reason is Reason.INVALID
    assert decide(Held(), replace(edit, also=(), base=()), FACTS, {}.get).receipt is Receipt.APPLIED
