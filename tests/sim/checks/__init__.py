"""The invariants of docs/reliability.md, each with a checker that knows nothing of the code it judges.

A checker reads the oracle (what people were promised), the facts (what really happened in the plant), the
disks of the phones and what they show, and the server's tables (`ledger.Books`). It raises Violation with
the invariant's number. 10 (cursor completeness) is for real databases with threads; 20 (attachments) does
not apply: there are none.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tests.sim.checks import cases, groups, history, kept, merging, people, rounds, screen
from tests.sim.checks.base import Violation

Check = Callable[[Any], None]
CHECKS: list[Check] = [
    kept.promised_edits_are_somewhere,
    kept.the_server_holds_what_was_saved,
    kept.nothing_unseen_is_replaced_on_the_phone,
    history.each_edit_takes_effect_once,
    history.log_and_history_agree,
    history.each_step_names_what_it_replaced,
    history.the_fields_hold_what_the_history_says,
    cases.each_conflict_keeps_both_sides,
    cases.a_decision_stands,
    cases.no_conflict_without_need,
    merging.a_merge_keeps_every_word,
    merging.chips_follow_who_saw_what,
    groups.a_submit_freezes_what_it_signs,
    screen.what_i_wrote_is_what_i_see,
    screen.rows_never_go_back,
    screen.the_status_shown_is_the_servers,
    people.no_row_outside_its_scopes,
    people.only_who_may_has_an_effect,
    people.each_no_has_its_reason,
    people.an_edit_is_its_typists,
    rounds.every_edit_sent_gets_its_answer,
    rounds.an_answer_is_of_one_moment,
    rounds.nobody_is_asked_too_early,
    rounds.the_server_knows_what_waits,
    rounds.numbers_have_no_gap,
    rounds.an_upgrade_leaves_the_outbox,
]
"""After every step."""
FINAL_CHECKS: list[Check] = [
    rounds.the_queue_empties,
    rounds.old_clients_are_heard,
    screen.phones_hold_what_the_server_holds,
    screen.each_case_is_where_its_evaluation_is,
    people.what_was_put_away_is_gone,
    people.after_quiet_only_what_is_ones_own,
]
"""After the quiet."""

__all__ = ["CHECKS", "FINAL_CHECKS", "Violation"]
