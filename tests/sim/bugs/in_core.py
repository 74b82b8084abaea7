"""Merge rules switched off in the real core."""

from __future__ import annotations

from dataclasses import replace
from itertools import count
from typing import Any

from server.sync_api import push
from sync import cases, commands, merge
from sync.base import Seen, follow
from sync.model import CaseChange, Decision, Held, MutationId, Op, Receipt, Step
from tests.sim.bugs import Patch, bug

honest = merge.decide


def _written(held: Held, edit: Any, facts: Any, value: Any) -> Decision:
    after = Held(value, edit.id, held.case, edit.device_time, facts.received_at)
    return Decision(Receipt.APPLIED, after, step=Step.SET, replaced=held.version)


@bug("merge: no last writer", "a score or text that comes later replaces what is there")
def last_writer_wins(patch: Patch) -> None:
    def decide(held: Held, edit: Any, facts: Any, lookup: Any) -> Decision:
        made = honest(held, edit, facts, lookup)
        if edit.op is Op.SET and made.receipt in (Receipt.CONFLICT, Receipt.MERGED):
            return _written(held, edit, facts, edit.value or None)
        return made

    patch(push, "decide", decide)


@bug("merge: no average", "two scores become their mean")
def average(patch: Patch) -> None:
    def decide(held: Held, edit: Any, facts: Any, lookup: Any) -> Decision:
        made = honest(held, edit, facts, lookup)
        if made.receipt is Receipt.CONFLICT and isinstance(edit.value, int) and isinstance(held.value, int):
            return _written(held, edit, facts, (edit.value + held.value + 1) // 2)
        return made

    patch(push, "decide", decide)


@bug("R3", "a phone's clock decides who wins a conflict")
def the_clock_decides(patch: Patch) -> None:
    def decide(held: Held, edit: Any, facts: Any, lookup: Any) -> Decision:
        made = honest(held, edit, facts, lookup)
        if made.receipt is Receipt.CONFLICT and edit.op is Op.SET and edit.device_time > held.device_time:
            return _written(held, edit, facts, edit.value or None)
        return made

    patch(push, "decide", decide)


@bug("R3", "an edit from a phone whose clock is off by a day is refused")
def wrong_clock_refused(patch: Patch) -> None:
    def decide(held: Held, edit: Any, facts: Any, lookup: Any) -> Decision:
        if abs(edit.device_time - facts.received_at) > 24 * 3_600_000:
            return merge.parked(held, merge.Reason.INVALID)
        return honest(held, edit, facts, lookup)

    patch(push, "decide", decide)


@bug("merge: cases", "a conflict is told and the loser forgotten")
def loser_dropped(patch: Patch) -> None:
    def decide(held: Held, edit: Any, facts: Any, lookup: Any) -> Decision:
        made = honest(held, edit, facts, lookup)
        return Decision(Receipt.CONFLICT, held) if made.receipt is Receipt.CONFLICT else made

    patch(push, "decide", decide)


@bug("merge: cases", "a candidate that joins takes the place of the first", seeds=1000)
def candidate_leaves(patch: Patch) -> None:
    def added(case: Any, candidate: Any, seen: Any) -> Any:
        return replace(case, candidates=(*case.candidates[1:], candidate))

    patch(cases, "_added", added)


@bug("merge: cases", "the case does not keep the base")
def base_forgotten(patch: Patch) -> None:
    opened = cases.open_case

    def open_case(held: Held, candidate: Any, seen: Any, field: str, facts: Any, lookup: Any) -> Decision:
        return opened(held, candidate, Seen(seen.version, held.value), field, facts, lookup)

    patch(merge, "open_case", open_case)


@bug("merge: decisions", "an edit that had not seen the decision writes over it", seeds=1000)
def decision_overridden(patch: Patch) -> None:
    def decide(held: Held, edit: Any, facts: Any, lookup: Any) -> Decision:
        made = honest(held, edit, facts, lookup)
        if made.case_change is CaseChange.REOPENED and edit.op is Op.SET:
            return _written(held, edit, facts, edit.value or None)
        return made

    patch(push, "decide", decide)


@bug("R11: alias", "an edit that turned out `same` does not stand for what it matched", seeds=1000)
def same_not_followed(patch: Patch) -> None:
    def blind(version: Any, record: str, field: str, lookup: Any) -> Any:
        fate = lookup(version.plain()) if version is not None else None
        if fate is not None and fate.receipt is Receipt.SAME:
            return Seen(version, fate.asked)
        return follow(version, record, field, lookup)

    patch(merge, "follow", blind)


@bug("R11: alias", "a parked edit does not stand for its own base", seeds=1000)
def parked_not_followed(patch: Patch) -> None:
    def blind(version: Any, record: str, field: str, lookup: Any) -> Any:
        fate = lookup(version.plain()) if version is not None else None
        if fate is not None and fate.receipt is Receipt.PARKED:
            return Seen(version, fate.asked)
        return follow(version, record, field, lookup)

    patch(merge, "follow", blind)


@bug("merge: text", "of two texts one is dropped", seeds=400)
def text_merge_drops_a_side(patch: Patch) -> None:
    patch(merge, "merge3", lambda base, mine, theirs: mine)


@bug("merge: text", "changes that touch are put together all the same", seeds=400)
def text_merge_doubles(patch: Patch) -> None:
    patch(merge, "merge3", lambda base, mine, theirs: f"{theirs} {mine}")


@bug("merge: text", "a merged text has no version of its own", seeds=2000)
def merged_text_unmarked(patch: Patch) -> None:
    def written(held: Held, edit: Any, value: Any, version: Any, step: Any, facts: Any) -> Decision:
        return wrote(held, edit, value, edit.id, step, facts)

    wrote = merge._written
    patch(merge, "_written", written)


@bug("merge: text", "a merged version names whatever the text was merged into since", seeds=2000)
def merged_text_of_any_content(patch: Patch) -> None:
    patch(MutationId, "merged", lambda one, text: one.plain()._replace(device=f"{one.plain().device}+"))


@bug("submit", "who signs an edit that had no effect signs what stands in its place", seeds=2000)
def signed_unread(patch: Patch) -> None:
    def blind(version: Any, record: str, field: str, lookup: Any) -> Any:
        seen = follow(version, record, field, lookup)
        return replace(seen, exact=True) if isinstance(seen, Seen) else seen

    patch(commands, "follow", blind)


@bug("merge: deterministic", "which of two values stands in a conflict is left to chance", twice=True)
def merge_by_chance(patch: Patch) -> None:
    coin = count()

    def decide(held: Held, edit: Any, facts: Any, lookup: Any) -> Decision:
        made = honest(held, edit, facts, lookup)
        if made.receipt is Receipt.APPLIED and isinstance(edit.value, int) and next(coin) % 7 == 3:
            return _written(held, edit, facts, 1)
        return made

    patch(push, "decide", decide)


@bug("merge: tags", "removing a chip takes away the adds that its author had not seen", seeds=1000)
def removal_takes_all(patch: Patch) -> None:
    def remove(held: Held, edit: Any, facts: Any, lookup: Any) -> Decision:
        made = taken(held, edit, facts, lookup)
        if made.receipt in (Receipt.APPLIED, Receipt.MERGED):
            left = tuple(one for one in held.value if one[0] != edit.value)  # type: ignore[union-attr]
            return replace(made, receipt=Receipt.APPLIED, step=Step.SET, held=replace(made.held, value=left))
        return made

    taken = merge._remove
    patch(merge, "_remove", remove)


@bug("merge: tags", "a chip that somebody else has put already is not added", seeds=400)
def add_is_swallowed(patch: Patch) -> None:
    def add(held: Held, edit: Any, facts: Any) -> Decision:
        if any(tag == edit.value for tag, _ in merge._tags(held)):
            return Decision(Receipt.APPLIED, held, step=Step.SET, replaced=held.version)
        return put(held, edit, facts)

    put = merge._add
    patch(merge, "_add", add)


@bug("R9", "a submit does not compare what it signs with what stands")
def signed_unseen(patch: Patch) -> None:
    patch(commands, "_signed_other", lambda signed, asked, facts: iter(()))


@bug("merge: status", "a submitted evaluation can still be edited")
def edited_under_a_submit(patch: Patch) -> None:
    def decide(held: Held, edit: Any, facts: Any, lookup: Any) -> Decision:
        if edit.op is not Op.COMMAND and edit.op is not Op.APPEND:
            facts = replace(facts, status=merge.Status.OPEN)
        return honest(held, edit, facts, lookup)

    patch(push, "decide", decide)


@bug("7: one's own", "an older edit of the same phone, offered again, contradicts the newer one", seeds=2000)
def own_past_contradicts(patch: Patch) -> None:
    patch(merge, "_went_on", lambda held, edit: False)


@bug(
    "7: one's own",
    "what its author knew to be refused counts as another's, once a restored server takes it",
    seeds=1000,
)
def refused_is_anothers(patch: Patch) -> None:
    patch(merge, "_also_seen", lambda held, edit, seen, lookup: seen)
