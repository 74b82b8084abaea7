"""Stories written by hand for bugs that need three things in one order; chance would take thousands of seeds.

They are played before the seeds, and the honest product must pass them too (`test_sim.py`).
"""

from __future__ import annotations

from tests.sim.script import Script

TWO_TABS = ["event", 0, "two tabs", 0]
_RATERS = [("p0", "supervisor", "new"), ("p1", "delegate", "new")]
_OTHER_WAY = [("p0", "delegate", "new"), ("p1", "supervisor", "new")]


def _ok(phone: int, tab: int = 0) -> list[object]:
    return ["sync", phone, tab, "ok", True, 1]


def _deaf(phone: int, tab: int) -> list[object]:
    """A tab that has not yet heard of the other's edits: it pulls, and pushes none of them."""
    return ["sync", phone, tab, "ok", True, 3]


def _text(phone: int) -> list[object]:
    return ["edit", phone, 0, "text", 5]


STORIES: dict[str, Script] = {
    # One tab's answer is late; another tab has read on meanwhile.
    "stale_part_applied": Script(1, _RATERS, True, [
        _ok(0), _ok(1), TWO_TABS, _text(1), _ok(1), ["sync", 0, 0, "delay answer", True, 1],
        _text(1), _ok(1), _ok(0, 1), ["deliver", 0],
    ]),
    # A scope is lost and given back while an answer about it is on its way.
    "no_from_check": Script(2, _OTHER_WAY, True, [
        _ok(0), _ok(1), TWO_TABS, _text(1), _ok(1), ["sync", 0, 0, "delay answer", True, 1],
        ["event", 0, "end delegation", 0], _ok(0, 1), ["event", 0, "delegate", 0], _ok(0, 1), ["deliver", 0],
    ]),
    # A receipt of the database that was, after another tab has heard of the one that is.
    "old_receipts_count": Script(3, _RATERS, True, [
        _ok(0), TWO_TABS, _text(0), ["sync", 0, 0, "delay answer", True, 1], ["event", 0, "restore", 0],
        _deaf(0, 1), ["deliver", 0],
    ]),
    # A scope is lost while one tab holds edits of which the asking tab has not heard.
    "lost_scope_wipes_outbox": Script(6, _OTHER_WAY, True, [
        _ok(0), TWO_TABS, ["event", 0, "end delegation", 0], ["edit", 0, 0, "score", 5], _deaf(0, 1), _deaf(0, 1),
    ]),
    # A decision, and an edit by somebody who knows the case and not how it ended. The dice give 2, 5 and 1.
    "decision_overridden": Script(7, [("p0", "supervisor", "new"), ("p1", "supervisor", "new")], False, [
        _ok(0), _ok(1), ["edit", 0, 0, "score", 8], ["edit", 1, 0, "score", 13], _ok(0), _ok(1), _ok(0),
        ["edit", 0, 0, "resolve", 1], _ok(0), ["edit", 1, 0, "score", 7], _ok(1),
    ]),
    # The old cycle is put away when the next one opens.
    "no_leave": Script(4, _RATERS, True, [
        _ok(0), _text(0), _ok(0), ["event", 0, "close", 0], ["event", 0, "next cycle", 0],
    ]),
    # Two who gave up their base to a restored server: one waits for the other.
    "held_never_wakes": Script(5, _RATERS, True, [
        _ok(0), _ok(1), _text(0), _ok(0), _ok(1), ["event", 0, "restore", 0], _text(1), _ok(1), _ok(0), _ok(0),
    ]),
    # Merged, gone on from, and after a restore merged anew with other words (seed 399, cut down).
    "merged_text_of_any_content": Script(399, [("p0", "supervisor", "old"), ("p1", "delegate", "new")], True, [
        _ok(0), ["edit", 0, 0, "text", 59935047], _ok(0), _ok(1), ["edit", 1, 0, "comment", 580340423],
        ["edit", 0, 1, "comment", 61403097], ["sync", 0, 1, "duplicate", True, 713001864],
        ["sync", 1, 1, "duplicate", False, 688590843], ["edit", 0, 0, "comment", 286210077],
        ["edit", 1, 0, "comment", 161276578], ["event", 0, "restore", 126535624],
    ]),
    # Refused while the cycle was closed, written anew, and both offered to a restored server whose cycle is open.
    "refused_is_anothers": Script(8, [("p0", "supervisor", "new")], False, [
        _ok(0), ["event", 0, "close", 0], _text(0), _ok(0), ["edit", 0, 0, "text", 6], _ok(0),
        ["event", 0, "restore", 0],
    ]),
    # The same in two windows, the second of which was told nothing of the first one's edit.
    "refused_by_hearsay": Script(9, [("p0", "supervisor", "new")], False, [
        _ok(0), TWO_TABS, ["event", 0, "close", 0], _text(0), _ok(0), ["edit", 0, 1, "text", 6],
        _ok(0), ["event", 0, "restore", 0],
    ]),
}  # fmt: skip
