"""Several people, several phones, lost answers, doubles, edits that overtake: what must hold all the same."""

from __future__ import annotations

import copy

from hypothesis import given
from hypothesis import strategies as st

from sync.model import Receipt, Status
from tests.sync.checks import check_all
from tests.sync.script import ACTIONS, Act, Play
from tests.sync.world import Log, Phone

acts = st.builds(Act, st.sampled_from(ACTIONS), st.integers(0, 3), st.integers(0, 11), st.integers(0, 11))
scripts = st.lists(acts, max_size=60)
alone = st.lists(
    st.builds(Act, st.sampled_from(ACTIONS), st.just(0), st.integers(0, 11), st.integers(0, 11)), max_size=60
)


@given(scripts)
def test_after_any_script_every_promise_of_the_core_holds(script: list[Act]) -> None:
    check_all(Play().run(script))


@given(scripts)
def test_when_faults_stop_every_edit_gets_an_end_and_all_phones_show_the_same(script: list[Act]) -> None:
    play = Play().run(script).settle()
    check_all(play)
    for phone in play.phones:
        assert phone.outbox == []
        assert phone.own == []
        assert phone.rows == play.log.fields
    assert all(fate.receipt is not Receipt.HELD for fate in play.log.fates.values())


@given(scripts)
def test_the_same_arrivals_always_give_the_same_record(script: list[Act]) -> None:
    first = Play().run(script).settle().log
    second = Log()
    for edit in first.arrived:
        second.push(edit)
    assert second.fields == first.fields
    assert second.decisions == first.decisions


@given(alone)
def test_one_person_alone_never_gets_a_conflict(script: list[Act]) -> None:
    play = Play().run(script).settle()
    receipts = {fate.receipt for fate in play.log.fates.values()}
    assert receipts <= {Receipt.APPLIED, Receipt.SAME, Receipt.PARKED}
    assert play.log.cases == {}


@given(st.lists(st.tuples(st.integers(0, 1), st.integers(1, 5)), max_size=20))
def test_one_person_who_changes_phones_after_each_sync_never_gets_a_conflict(taps: list[tuple[int, int]]) -> None:
    log, phones = Log(), [Phone("d1", "ann"), Phone("d2", "ann")]
    for which, value in taps:
        phones[which].pull(log)
        phones[which].set("score/1", value)
        assert phones[which].sync(log) in ([Receipt.APPLIED], [Receipt.SAME])


@given(scripts)
def test_an_edit_that_arrives_twice_changes_nothing_the_second_time(script: list[Act]) -> None:
    log = Play().run(script).settle().log
    fields, fates = copy.copy(log.fields), copy.copy(log.fates)
    for edit in list(log.arrived):
        assert log.push(edit) is fates[edit.id].receipt
    assert log.fields == fields
    assert log.fates == fates


@given(scripts)
def test_edits_of_other_fields_do_not_change_what_becomes_of_mine(script: list[Act]) -> None:
    whole = Play().run([act for act in script if act.action not in ("submit", "recall")]).settle().log
    assert whole.status is Status.OPEN
    for name in whole.fields:
        only = Log()
        for edit in whole.arrived:
            if edit.field == name:
                only.push(edit)
        assert only.fields[name].value == whole.fields[name].value
        assert only.fields[name].version == whole.fields[name].version
        mine = {m: d.receipt for m, d in whole.decisions.items() if whole.edits[m].field == name}
        assert {m: d.receipt for m, d in only.decisions.items()} == mine
