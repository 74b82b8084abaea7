"""Whether an edit can mean anything at all, before anybody asks what it meets."""

from __future__ import annotations

import re

from sync import floor
from sync.floor import Draft, Proposal, Sway, Verdict
from sync.measures import CODE_MAX, WHY_MAX, Entry, Objection, is_day, is_shown
from sync.model import Answer, Asked, Facts, Mutation, Op, Recall, Resolution, Submit
from sync.rules import (
    ALSO_MAX,
    NOTE_MAX,
    OPS,
    REASON_MAX,
    SCORE_MAX,
    SCORE_MIN,
    TAG_MAX,
    TEXT_MAX,
    Rule,
    family,
    line_key,
    rule_of,
)
from sync.terms import CONFIRM, KINDS, TARGET_MAX, Terms, Voice, is_aim

BASES_MAX = 100
"""Versions that one edit may name; a form has at most some 40 fields."""
_UNCLEAN = re.compile("[\x00-\x08\x0b-\x1f\x7f\ud800-\udfff]")


def is_clean(text: str, longest: int) -> bool:
    """Short enough, and free of control characters (line break and tab apart) and of half characters."""
    return len(text) <= longest and _UNCLEAN.search(text) is None


def is_score(value: object) -> bool:
    """1..5, or None for "back to what the data say"."""
    return value is None or (isinstance(value, int) and not isinstance(value, bool) and SCORE_MIN <= value <= SCORE_MAX)


def _fits(field: str, value: Asked) -> bool:
    """Whether a register or a text may hold this."""
    if rule_of(field) is Rule.REGISTER:
        return is_score(value)
    return value is None or (isinstance(value, str) and is_clean(value, TEXT_MAX[family(field)]))


def are_terms(asked: Terms, facts: Facts) -> bool:
    """Every line of the record once, in its order, each with a weight; a target that means something where there was
    one to move.
    """
    held = facts.fields.get("terms")
    stands: dict[int, object] = (
        {key: target for key, target, _ in held.value}  # type: ignore[misc]
        if held and isinstance(held.value, tuple)
        else {}
    )
    return (
        tuple(key for key, _, _ in asked.lines) == tuple(line.key for line in facts.lines)
        and all(_is_whole(weight, 1, 100) for _, _, weight in asked.lines)
        and all(target is None or _is_number(target) for _, target, _ in asked.lines)
        and all(
            line.aim is None or is_aim(target, stands.get(key), line.aim)  # type: ignore[arg-type]
            for line, (key, target, _) in zip(facts.lines, asked.lines, strict=True)
        )
        and is_clean(asked.words, NOTE_MAX)
    )


def is_voice(said: Voice) -> bool:
    """Of a known kind, and with words where they are owed: only who confirms may be silent."""
    return said.kind in KINDS and is_clean(said.words, NOTE_MAX) and (said.kind == CONFIRM or said.words.strip() != "")


def is_entry(asked: Entry) -> bool:
    """A value of a period, of what is named like an indicator."""
    return (
        is_clean(asked.indicator, CODE_MAX)
        and is_day(asked.first)
        and is_shown(asked.value, asked.first)
        and (asked.shown is None or is_shown(asked.shown, asked.first))
        and is_clean(asked.reason, WHY_MAX)
    )


def is_objection(asked: Objection) -> bool:
    """Words against a value."""
    return (
        is_clean(asked.indicator, CODE_MAX)
        and is_day(asked.first)
        and is_shown(asked.shown, asked.first)
        and is_clean(asked.words, WHY_MAX)
        and asked.words.strip() != ""
    )


def is_proposal(asked: Proposal) -> bool:
    """Words, or a draft with a name; a draft is about no version that there is."""
    if not is_clean(asked.words, NOTE_MAX) or not is_clean(asked.about, floor.ID_MAX):
        return False
    if asked.draft is None:
        return asked.words.strip() != ""
    return asked.about == "" and is_draft(asked.draft)


def is_draft(draft: Draft) -> bool:
    """With a name in one language at least; the rest may be missing."""
    texts = (
        (draft.name_zh, floor.NAME_MAX), (draft.name_en, floor.NAME_MAX), (draft.unit, floor.UNIT_MAX),
        (draft.source, floor.SOURCE_MAX), (draft.frequency, floor.FREQUENCY_MAX),
        (draft.job, floor.ID_MAX), (draft.output, floor.ID_MAX),
    )  # fmt: skip
    return (
        all(is_clean(text, longest) for text, longest in texts)
        and (draft.name_zh + draft.name_en).strip() != ""
        and draft.direction in (floor.HIGHER, floor.LOWER)
        and all(value is None or _is_number(value) for value in (draft.target, draft.threshold))
    )


def is_sway(said: Sway) -> bool:
    """About a version, with words unless the answer is yes."""
    return (
        said.answer in floor.SWAYS
        and 0 < len(said.about) <= floor.ID_MAX
        and is_clean(said.about, floor.ID_MAX)
        and is_clean(said.words, NOTE_MAX)
        and (said.answer == floor.YES or said.words.strip() != "")
    )


def is_verdict(said: Verdict) -> bool:
    """With words when it declines."""
    return (
        said.answer in floor.VERDICTS
        and is_clean(said.words, NOTE_MAX)
        and (said.answer == floor.TAKEN or said.words.strip() != "")
    )


def _is_whole(value: object, low: int, high: int) -> bool:
    return type(value) is int and low <= value <= high


def _is_number(value: object) -> bool:
    return type(value) in (int, float) and abs(value) <= TARGET_MAX  # type: ignore[arg-type]


def makes_sense(edit: Mutation, facts: Facts) -> bool:
    """Field, operation, value and base of the kinds that belong together."""
    rule = rule_of(edit.field)
    if rule is None or edit.op not in OPS[rule] or len(edit.base) > BASES_MAX:
        return False
    key = line_key(edit.field)
    if key is not None and all(line.key != key for line in facts.lines):
        return False
    if any(one.n >= edit.id.n and one.plain()[:2] == edit.id[:2] for one in (*edit.base, *edit.also)):
        return False  # nobody has seen what they have yet to write
    if edit.also and (edit.op is not Op.SET or any(one[:2] != edit.id[:2] for one in edit.also)):
        return False
    match edit.op:
        case Op.SET:
            return len(edit.base) <= 1 and len(edit.also) <= ALSO_MAX and _fits(edit.field, edit.value)
        case Op.ADD | Op.REMOVE:
            return isinstance(edit.value, str) and bool(edit.value.strip()) and is_clean(edit.value, TAG_MAX)
        case Op.COMMAND if edit.field == "terms":
            return isinstance(edit.value, Terms) and len(edit.base) <= 1 and are_terms(edit.value, facts)
        case Op.APPEND if edit.field == "voice":
            return isinstance(edit.value, Voice) and len(edit.base) <= 1 and is_voice(edit.value)
        case Op.COMMAND if edit.field == "value":
            return isinstance(edit.value, Entry) and len(edit.base) <= 1 and is_entry(edit.value)
        case Op.APPEND if edit.field == "objection":
            return isinstance(edit.value, Objection) and len(edit.base) <= 1 and is_objection(edit.value)
        case Op.APPEND if edit.field == "proposal":
            return isinstance(edit.value, Proposal) and not edit.base and is_proposal(edit.value)
        case Op.APPEND if edit.field == "influence":
            return isinstance(edit.value, Sway) and not edit.base and is_sway(edit.value)
        case Op.APPEND if edit.field == "verdict":
            return isinstance(edit.value, Verdict) and len(edit.base) == 1 and is_verdict(edit.value)
        case Op.COMMAND:
            signed = edit.value.signed if isinstance(edit.value, Submit) else ()
            return (
                isinstance(edit.value, Submit | Recall)
                and len(edit.base) <= 1
                and all(len(versions) <= BASES_MAX for _, versions in signed)
            )
        case Op.APPEND:
            return (
                isinstance(edit.value, Answer)
                and edit.value.kind in ("agree", "disagree")
                and is_clean(edit.value.note, NOTE_MAX)
                and len(edit.base) == 1
            )
        case Op.RESOLVE:
            return (
                isinstance(edit.value, Resolution)
                and is_clean(edit.value.reason, REASON_MAX)
                and (edit.value.chosen is not None or _fits(edit.field, edit.value.value))
            )
