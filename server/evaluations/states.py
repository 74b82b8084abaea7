"""What the fields of evaluations hold, between their tables and the core's `Held`."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final
from uuid import UUID

import sqlalchemy as sa

from server.cycles.models import Cycle
from server.evaluations.models import Answer, Case, CaseCandidate, ChipTag, Comment, Evaluation, Result, Score
from server.foundation.clock import from_ms as from_ms
from server.foundation.clock import to_ms as to_ms
from server.foundation.ids import short
from server.foundation.listed import beside, instant_of, listed
from server.foundation.prepared import ask_later, of_plant, table_of, within
from server.sync_api.queries import steps_before
from server.sync_api.stored import base_of, unboxed, version_of
from sync import model as core

Rows = Sequence[Any]


_ONE: Final = table_of(Evaluation).c
_CYCLE: Final = table_of(Cycle).c
_SCORE: Final = table_of(Score).c
_COMMENT: Final = table_of(Comment).c
_CHIP: Final = table_of(ChipTag).c
_ANSWER: Final = table_of(Answer).c
_RESULT: Final = table_of(Result).c
_CASE: Final = table_of(Case)
_CANDIDATE: Final = table_of(CaseCandidate)
_OWNER: Final = _ONE.id
_EACH: Final = of_plant(
    sa.select(
        _ONE.id,
        _CYCLE.state.label("cycle"),
        steps_before(_OWNER).label("steps"),
        beside(
            sa.select(_RESULT.version).where(_RESULT.evaluation_id == _OWNER).order_by(_RESULT.number.desc()).limit(1),
            _OWNER,
        ).label("result"),
        listed(_OWNER, _SCORE.evaluation_id, "line", "value", "version", "device_time", "scored_at").label("scores"),
        listed(_OWNER, _COMMENT.evaluation_id, "kind", "line", "text", "version", "device_time", "written_at").label(
            "comments"
        ),
        listed(_OWNER, _CHIP.evaluation_id, "line", "position", "tag", "version").label("chips"),
        listed(
            _OWNER, _ANSWER.evaluation_id, "position", "version", "kind", "note", "device_time", "answered_at"
        ).label("answers"),
    ).where(within(_OWNER), _CYCLE.id == _ONE.cycle_id)
)
_CASES: Final = of_plant(
    sa.select(*(column for column in _CASE.c if column.name != "tenant_id"))
    .where(within(_CASE.c.evaluation_id))
    .order_by(_CASE.c.number)
)
_CANDIDATES: Final = of_plant(sa.select(_CANDIDATE).where(within(_CANDIDATE.c.case_id)).order_by(_CANDIDATE.c.position))
_CANDIDATES_OF: Final = of_plant(
    sa.select(_CANDIDATE)
    .where(_CASE.c.id == _CANDIDATE.c.case_id, within(_CASE.c.evaluation_id))
    .order_by(_CANDIDATE.c.position)
)


@dataclass(slots=True)
class State:
    """What one evaluation holds, and what stands round it."""

    fields: dict[str, core.Held]
    cycle: core.CycleState
    result: core.Version
    """The submit that froze its newest result."""
    steps: int
    """How many history entries it has."""
    cases: dict[str, int] = field(default_factory=dict)
    """Case id -> its number."""


def load(evaluations: Collection[Evaluation]) -> dict[UUID, State]:
    """Everything that these evaluations hold."""
    return ask_states([one.id for one in evaluations])(evaluations)


def ask_states(ids: Sequence[UUID]) -> Callable[[Collection[Any]], dict[UUID, State]]:
    """The same, asked with the next question; takes the evaluations once they are there, or rows of them."""
    if not ids:
        return lambda _evaluations: {}
    each, cases, candidates = (ask_later(one, {"ids": ids}) for one in (_EACH, _CASES, _CANDIDATES_OF))

    def loaded(evaluations: Collection[Any]) -> dict[UUID, State]:
        rows = {row.id: row for row in each.rows()}
        states = {one.id: _state(one, rows[one.id]) for one in evaluations}
        _load_cases(cases.rows(), _by_case(candidates.rows()), states)
        return states

    return loaded


def _state(one: Any, row: Any) -> State:
    fields: dict[str, core.Held] = {}
    for line, value, version, device_time, at in row.scores or ():
        fields[f"score/{line}"] = _held(value, version, device_time, at)
    for kind, line, text, version, device_time, at in row.comments or ():
        fields[f"{kind}/{line}"] = _held(text, version, device_time, at)
    tags: dict[str, list[tuple[str, core.MutationId]]] = {}
    for line, _, tag, version in sorted(row.chips or ()):
        tags.setdefault(f"chips/{line}", []).append((tag, core.MutationId.parse(version)))
    for name, version in sorted(one.chip_versions.items()):
        fields[name] = core.Held(tuple(tags.get(name, ())), version_of(version))
    said: list[tuple[core.MutationId, core.Answer]] = []
    for _, version, kind, note, device_time, at in sorted(row.answers or ()):
        said.append((core.MutationId.parse(version), core.Answer(kind, note)))
        fields["answer"] = core.Held(tuple(said), said[-1][0], None, device_time, to_ms(instant_of(at)))
    if one.status_version is not None and one.status_at is not None:
        fields["status"] = core.Held(
            one.state, version_of(one.status_version), None, one.status_device_time, to_ms(one.status_at)
        )
    return State(fields, core.CycleState(str(row.cycle)), version_of(row.result), row.steps or 0)


def _held(value: core.Value, version: str, device_time: int, at: str) -> core.Held:
    return core.Held(value, core.MutationId.parse(version), None, device_time, to_ms(instant_of(at)))


def _load_cases(
    found: Rows, candidates: Mapping[UUID, tuple[core.Candidate, ...]], states: Mapping[UUID, State]
) -> None:
    for case in found:
        state = states[case.evaluation_id]
        state.cases[short(case.id)] = case.number
        held = state.fields.get(case.field, core.Held())
        state.fields[case.field] = core.Held(
            held.value,
            held.version,
            case_of(case, candidates.get(case.id, ())),
            held.device_time,
            held.received_at,
        )


def candidates_of(case_ids: Collection[UUID]) -> dict[UUID, tuple[core.Candidate, ...]]:
    """The candidates of each case, in order of arrival."""
    return _by_case(ask_later(_CANDIDATES, {"ids": case_ids}).rows()) if case_ids else {}


def _by_case(rows: Rows) -> dict[UUID, tuple[core.Candidate, ...]]:
    found: dict[UUID, tuple[core.Candidate, ...]] = {}
    for row in rows:
        one = core.Candidate(
            core.MutationId.parse(row.version),
            unboxed(row.value),
            base_of(row.base),
            row.device_time,
            to_ms(row.received_at),
            row.superseded,
        )
        found[row.case_id] = (*found.get(row.case_id, ()), one)
    return found


def case_of(row: Case | sa.Row[Any], candidates: tuple[core.Candidate, ...]) -> core.Case:
    """A case in the core's words."""
    return core.Case(
        id=short(row.id),
        field=row.field,
        base=version_of(row.base_version),
        base_value=unboxed(row.base_value),
        candidates=candidates,
        state=core.CaseState(row.state),
        chosen=version_of(row.chosen),
        resolution=version_of(row.resolution),
        reason=row.reason,
        decided_at=None if row.decided_at is None else to_ms(row.decided_at),
    )


def tags_of(held: core.Held) -> core.Tags:
    """The tags that stand in a field of chips."""
    tags: core.Tags = held.value if isinstance(held.value, tuple) else ()  # type: ignore[assignment]
    return tags
