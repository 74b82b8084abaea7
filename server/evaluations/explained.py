"""Every number explained: who set it, on which phone, when by both clocks, from what, and what it replaced."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from server import policy
from server.evaluations import desk, queries
from server.evaluations.models import Evaluation
from server.evaluations.rows import Names
from server.evaluations.states import to_ms
from server.foundation.clock import on_calendar
from server.foundation.db import current_tenant, session
from server.foundation.ids import EvaluationId, short
from server.foundation.problems import NOT_FOUND, Problem
from server.foundation.web import Actor
from server.policy import Action, Relation, Stage
from server.sync_api import queries as log
from server.sync_api.models import FieldHistory
from server.sync_api.queries import Written
from sync.model import MutationId, Step

_AFTER_RELEASE = ("status", "answer")
"""What the person judged sees of the time after the newest submit: no draft is among it."""


def history(evaluation_id: EvaluationId, field: str | None, *, by: Actor, now: datetime) -> Sequence[dict[str, Any]]:
    """The steps of a field, or of all. Raises Problem `not_found`, `not_allowed`."""
    entries = _entries(evaluation_id, field, by, now)
    own = [entry.version for entry in entries if entry.version is not None]
    behind = log.written(own)
    seen = {version for one in behind.values() for version in one.base}
    seen |= {entry.replaced for entry in entries if entry.replaced is not None}
    behind |= log.written(seen)
    people = {one for entry in entries for one in (entry.author, entry.brought_in_by) if one is not None} | {
        one.author for one in behind.values()
    }
    names = queries.names((), people)
    labels = queries.device_labels(entry.device for entry in entries if entry.device is not None)
    rules: dict[str, Any] = {}
    made: list[dict[str, Any]] = []
    for entry in entries:
        made.append(_step(entry, behind, names, labels) | {"base": _base(entry, behind, names, rules.get(entry.field))})
        if entry.kind == Step.RULE.value:
            rules[entry.field] = entry.params.get("value")
    return made


def _entries(evaluation_id: EvaluationId, field: str | None, by: Actor, now: datetime) -> Sequence[FieldHistory]:
    one = session().get(Evaluation, (current_tenant(), evaluation_id))
    if one is None or one.employee_id != by.person_id:
        one = desk.readable(evaluation_id, by, now, Action.HISTORY_READ)
        return log.history(one.id, field)
    every = log.history(one.id)
    released = max((entry.position for entry in every if entry.kind == Step.SUBMITTED.value), default=0)
    if not released:
        raise Problem(NOT_FOUND)  # that there is a draft is not for the person judged
    policy.require(Action.HISTORY_READ, {Relation.SELF}, Stage.RELEASED)
    return [
        entry
        for entry in every
        if field in (None, entry.field) and (entry.position <= released or entry.field in _AFTER_RELEASE)
    ]


def _step(
    entry: FieldHistory, behind: Mapping[MutationId, Written], names: Names, labels: Mapping[str, str]
) -> dict[str, Any]:
    author_zh, author_en = names.person(entry.author)
    brought_in_zh, brought_in_en = names.person(entry.brought_in_by)
    typed_ms = _sound(entry.device_time)
    return {
        "field": entry.field,
        "version": entry.version,
        "replaced": entry.replaced,
        "before": None if entry.replaced is None else _seen(entry.replaced, behind, names),
        "kind": entry.kind,
        "message": entry.message,
        "params": entry.params,
        "author_zh": author_zh,
        "author_en": author_en,
        "brought_in_zh": brought_in_zh,
        "brought_in_en": brought_in_en,
        "device_label": None if entry.device is None else labels.get(short(entry.device)),
        "device_time": typed_ms,
        "received_at": entry.received_at,
        "offline_ms": None if typed_ms is None else max(0, to_ms(entry.received_at) - typed_ms),
    }


def _sound(typed_ms: int | None) -> int | None:
    """What a phone's clock said, unless it is no day of our calendar: a span made of it would be nonsense."""
    return typed_ms if typed_ms is not None and typed_ms == on_calendar(typed_ms) else None


def _base(entry: FieldHistory, behind: Mapping[MutationId, Written], names: Names, rule: Any) -> list[dict[str, Any]]:
    """What the author of a step had seen: versions, or the mark by the data where nobody had written."""
    if entry.version is None:
        return []
    edit = behind.get(MutationId.parse(entry.version).plain())
    seen = [_seen(version, behind, names) for version in (edit.base if edit else ())]
    return seen or ([_mark_by_data(rule)] if rule is not None else [])


def _seen(version: str, behind: Mapping[MutationId, Written], names: Names) -> dict[str, Any]:
    one = MutationId.parse(version)
    edit = behind.get(one.plain())
    if edit is None:
        return {"version": version}
    author_zh, author_en = names.person(edit.author)
    return {
        "version": version,
        "value": edit.merged
        if one.is_merged and isinstance(edit.merged, str) and one.names(edit.merged)
        else edit.asked,
        "author_zh": author_zh,
        "author_en": author_en,
        "device_time": _sound(edit.device_time),
        "received_at": edit.received_at,
    }


def _mark_by_data(value: Any) -> dict[str, Any]:
    return {"version": None, "value": value}
