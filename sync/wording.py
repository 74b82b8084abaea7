"""Words are made from the record: message keys and parameters, never a sentence.

Screens hold the sentences (`pwa/messages`). Parameters are plain values: instants in milliseconds,
`author` an id that the server replaces by a name, `value` a score or a text, None where there is none.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sync.floor import Proposal, Sway, Verdict
from sync.model import Answer, Candidate, Case, CaseChange, Decision, Mutation, Op, Resolution, Step
from sync.terms import Terms, Voice

Param = int | str | None


@dataclass(frozen=True, slots=True)
class Words:
    """A message key of the screens, with its parameters."""

    message: str
    params: Mapping[str, Param]


MESSAGES: dict[str, frozenset[str]] = {
    "history_score_set": frozenset({"value"}),
    "history_score_cleared": frozenset(),
    "history_text_set": frozenset({"value"}),
    "history_text_cleared": frozenset(),
    "history_tag_added": frozenset({"value"}),
    "history_tag_removed": frozenset({"value"}),
    "history_tag_kept": frozenset({"value"}),
    "history_text_merged": frozenset({"typed", "value"}),
    "history_case_opened": frozenset({"value", "held"}),
    "history_case_joined": frozenset({"value", "held"}),
    "history_case_reopened": frozenset({"value", "held"}),
    "history_case_agreed": frozenset({"value"}),
    "history_case_decided": frozenset({"value", "reason"}),
    "history_submitted": frozenset(),
    "history_recalled": frozenset(),
    "history_answer_agree": frozenset({"note"}),
    "history_answer_disagree": frozenset({"note"}),
    "history_rule": frozenset({"value"}),
    "history_voice_confirm": frozenset({"words"}),
    "history_voice_object": frozenset({"words"}),
    "history_voice_disagree": frozenset({"words"}),
    "history_voice_reply": frozenset({"words"}),
    "history_proposal": frozenset({"words"}),
    "history_influence_yes": frozenset({"words"}),
    "history_influence_partly": frozenset({"words"}),
    "history_influence_no": frozenset({"words"}),
    "history_verdict_taken": frozenset({"words"}),
    "history_verdict_declined": frozenset({"words"}),
    "history_terms_changed": frozenset({"words"}),
    "history_terms_changed_late": frozenset({"words"}),
    "history_case_gave": frozenset({"author", "value", "device_time", "received_at"}),
    "history_case_gave_nothing": frozenset({"author", "device_time", "received_at"}),
    "history_case_base": frozenset({"value"}),
    "history_case_base_nothing": frozenset(),
    "history_case_nothing_dropped": frozenset(),
    "history_case_provisional": frozenset({"value"}),
    "history_case_chose": frozenset({"value", "reason", "decided_at"}),
    "history_case_came_together": frozenset({"value", "decided_at"}),
}
"""Every key that this file can say, with its parameters; the screens must know each in both languages."""

_CASE_STEPS = {
    CaseChange.OPENED: "history_case_opened",
    CaseChange.JOINED: "history_case_joined",
    CaseChange.REOPENED: "history_case_reopened",
}


def of_step(edit: Mutation, decision: Decision) -> Words | None:
    """The words for the history entry of a decision; None when it has no entry."""
    held = _plain(decision.held.value)
    match decision.step:
        case None:
            return None
        case Step.SUBMITTED:
            return Words("history_submitted", {})
        case Step.RECALLED:
            return Words("history_recalled", {})
        case Step.RULE:
            return Words("history_rule", {"value": held})
        case Step.RESOLVED if decision.case_change is CaseChange.AGREED:
            return Words("history_case_agreed", {"value": held})
        case Step.RESOLVED:
            reason = edit.value.reason if isinstance(edit.value, Resolution) else ""
            return Words("history_case_decided", {"value": held, "reason": reason})
        case Step.ANSWERED:
            answer = edit.value if isinstance(edit.value, Answer) else Answer("agree", "")
            return Words(f"history_answer_{answer.kind}", {"note": answer.note})
        case Step.VOICED:
            return _of_voice(edit)
        case Step.ADJUSTED:
            words = edit.value.words if isinstance(edit.value, Terms) else ""
            return Words("history_terms_changed_late" if decision.late else "history_terms_changed", {"words": words})
        case Step.ENTERED | Step.OBJECTED:
            return None  # they have histories of their own, beside those of other sources
        case Step.CONFLICT:
            mine = decision.case.candidate(edit.id) if decision.case else None
            message = _CASE_STEPS.get(decision.case_change or CaseChange.OPENED, "history_case_opened")
            return Words(message, {"value": mine.value if mine else None, "held": held})
        case Step.MERGED if edit.op is Op.SET:
            return Words("history_text_merged", {"typed": _plain(edit.value), "value": held})
        case Step.MERGED:
            return Words("history_tag_kept", {"value": _plain(edit.value)})
        case Step.SET:
            return _of_set(edit)


def _of_voice(edit: Mutation) -> Words:
    match edit.value:
        case Proposal(words=words):
            return Words("history_proposal", {"words": words})
        case Sway(answer=answer, words=words):
            return Words(f"history_influence_{answer}", {"words": words})
        case Verdict(answer=answer, words=words):
            return Words(f"history_verdict_{answer}", {"words": words})
        case Voice(kind=kind, words=words):
            return Words(f"history_voice_{kind}", {"words": words})
        case _:
            return Words("history_voice_confirm", {"words": ""})


def _of_set(edit: Mutation) -> Words:
    value = _plain(edit.value)
    if edit.op is Op.ADD:
        return Words("history_tag_added", {"value": value})
    if edit.op is Op.REMOVE:
        return Words("history_tag_removed", {"value": value})
    kind = "score" if edit.field.startswith("score/") else "text"
    if value in (None, ""):
        return Words(f"history_{kind}_cleared", {})
    return Words(f"history_{kind}_set", {"value": value})


def of_case(case: Case, held: Param) -> tuple[Words, ...]:
    """The sentences of a case, in order: who gave what, from what, what counts meanwhile, how it ended.

    `held` is the value of the field now.
    """
    said = [_gave(one) for one in case.standing]
    if case.base_value is None:
        said.append(Words("history_case_base_nothing", {}))
    else:
        said.append(Words("history_case_base", {"value": case.base_value}))
    said.append(Words("history_case_nothing_dropped", {}))
    if case.is_open:
        said.append(Words("history_case_provisional", {"value": held}))
    elif case.resolution is None:
        said.append(Words("history_case_came_together", {"value": held, "decided_at": case.decided_at}))
    else:
        said.append(Words("history_case_chose", {"value": held, "reason": case.reason, "decided_at": case.decided_at}))
    return tuple(said)


def _gave(one: Candidate) -> Words:
    params: dict[str, Param] = {
        "author": one.version.author,
        "device_time": one.device_time,
        "received_at": one.received_at,
    }
    if one.value is None:
        return Words("history_case_gave_nothing", params)
    return Words("history_case_gave", {**params, "value": one.value})


def _plain(value: object) -> Param:
    return value if isinstance(value, int | str) else None
