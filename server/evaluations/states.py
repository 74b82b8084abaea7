"""What the fields of evaluations hold, between their tables and the core's `Held`."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from uuid import UUID

import sqlalchemy as sa

from server.evaluations.models import (
    Answer,
    Case,
    CaseCandidate,
    ChipTag,
    Comment,
    Evaluation,
    Score,
)
from server.foundation.db import Base, current_tenant, session
from server.foundation.ids import EvaluationId, short, unshort
from server.foundation.prepared import ask, ask_later, insert_rows, of_plant, table_of, upsert, within
from server.sync_api.stored import base_of, boxed, text_of, unboxed, version_of
from sync import model as core

Rows = Sequence[Any]
EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


def _of_evaluations(model: type[Base], *order: str) -> Any:
    table = table_of(model)
    wanted = sa.select(table).where(within(table.c.evaluation_id))
    return of_plant(wanted.order_by(*(table.c[name] for name in order)))


_SCORES: Final = _of_evaluations(Score, "line")
_COMMENTS: Final = _of_evaluations(Comment, "line", "kind")
_CHIPS: Final = _of_evaluations(ChipTag, "line", "position")
_ANSWERS: Final = _of_evaluations(Answer, "position")
_CASES: Final = _of_evaluations(Case, "number")
_CANDIDATE: Final = table_of(CaseCandidate)
_CANDIDATES: Final = of_plant(sa.select(_CANDIDATE).where(within(_CANDIDATE.c.case_id)).order_by(_CANDIDATE.c.position))


def to_ms(moment: datetime) -> int:
    """Milliseconds since 1970."""
    return (moment - EPOCH) // timedelta(milliseconds=1)


def from_ms(milliseconds: int) -> datetime:
    """The way back from `to_ms`; only for instants of our own clock."""
    return EPOCH + timedelta(milliseconds=milliseconds)


@dataclass(slots=True)
class State:
    """Fields of one evaluation. `cases`: how many it ever had."""

    fields: dict[str, core.Held] = field(default_factory=dict)
    cases: dict[str, int] = field(default_factory=dict)
    """Case id -> its number."""


def load(evaluations: Collection[Evaluation]) -> dict[UUID, State]:
    """Everything that these evaluations hold, in one query for each table."""
    ids = [EvaluationId(one.id) for one in evaluations]
    states: dict[UUID, State] = {one: State() for one in ids}
    if not ids:
        return states
    tables = (_SCORES, _COMMENTS, _CHIPS, _ANSWERS, _CASES)
    scores, comments, chips, answers, cases = (ask_later(one, {"ids": ids}) for one in tables)
    _load_scores(scores.rows(), states)
    _load_comments(comments.rows(), states)
    _load_chips(evaluations, chips.rows(), states)
    _load_answers(answers.rows(), states)
    for one in evaluations:
        if one.status_version is not None and one.status_at is not None:
            states[one.id].fields["status"] = core.Held(
                one.state,
                version_of(one.status_version),
                None,
                one.status_device_time,
                to_ms(one.status_at),
            )
    _load_cases(cases.rows(), states)
    return states


def _load_scores(rows: Rows, states: Mapping[UUID, State]) -> None:
    for row in rows:
        states[row.evaluation_id].fields[f"score/{row.line}"] = core.Held(
            row.value, version_of(row.version), None, row.device_time, to_ms(row.scored_at)
        )


def _load_comments(rows: Rows, states: Mapping[UUID, State]) -> None:
    for row in rows:
        states[row.evaluation_id].fields[f"{row.kind}/{row.line}"] = core.Held(
            row.text, version_of(row.version), None, row.device_time, to_ms(row.written_at)
        )


def _load_chips(evaluations: Iterable[Evaluation], rows: Rows, states: Mapping[UUID, State]) -> None:
    tags: dict[tuple[UUID, str], list[tuple[str, core.MutationId]]] = {}
    for row in rows:
        standing = tags.setdefault((row.evaluation_id, f"chips/{row.line}"), [])
        standing.append((row.tag, core.MutationId.parse(row.version)))
    for one in evaluations:
        for name, version in sorted(one.chip_versions.items()):
            states[one.id].fields[name] = core.Held(tuple(tags.get((one.id, name), ())), version_of(version))


def _load_answers(rows: Rows, states: Mapping[UUID, State]) -> None:
    for row in rows:
        fields = states[row.evaluation_id].fields
        before = fields.get("answer", core.Held(())).value
        version = core.MutationId.parse(row.version)
        said = (version, core.Answer(row.kind, row.note))
        fields["answer"] = core.Held(
            (*before, said) if isinstance(before, tuple) else (said,),
            version,
            None,
            row.device_time,
            to_ms(row.answered_at),
        )


def _load_cases(found: Rows, states: Mapping[UUID, State]) -> None:
    candidates = candidates_of([case.id for case in found])
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
    found: dict[UUID, tuple[core.Candidate, ...]] = {}
    if not case_ids:
        return found
    for row in ask(_CANDIDATES, {"ids": case_ids}):
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


# ---- keeping ------------------------------------------------------------------------------------


class Writer:
    """Gathers what changed in many evaluations and writes it, one statement for each table."""

    def __init__(self, now: datetime) -> None:
        self._now = now
        self._tenant = current_tenant()
        self._scores: list[dict[str, Any]] = []
        self._comments: list[dict[str, Any]] = []
        self._tags: list[dict[str, Any]] = []
        self._chipped: list[tuple[UUID, int]] = []
        self._answers: list[dict[str, Any]] = []
        self._cases: list[dict[str, Any]] = []
        self._candidates: list[dict[str, Any]] = []

    def field(self, evaluation: Evaluation, name: str, held: core.Held) -> None:
        """Take what one field holds now. Chips and status also live on the evaluation's own row."""
        head, _, key = name.partition("/")
        if head == "status":
            evaluation.status_version = text_of(held.version)
            evaluation.status_device_time = held.device_time
            evaluation.status_at = from_ms(held.received_at)
        elif head == "chips":
            self._chips(evaluation, name, int(key), held)
        elif head == "answer":
            self._answer(evaluation, held)
        elif held.version is not None:
            row = {
                "tenant_id": self._tenant,
                "evaluation_id": evaluation.id,
                "line": int(key),
                "version": str(held.version),
                "device_time": held.device_time,
            }
            at = from_ms(held.received_at)
            if head == "score":
                self._scores.append(row | {"value": held.value, "scored_at": at})
            else:
                self._comments.append(row | {"kind": head, "text": held.value, "written_at": at})

    def _chips(self, evaluation: Evaluation, name: str, line: int, held: core.Held) -> None:
        if held.version is not None:
            evaluation.chip_versions = {**evaluation.chip_versions, name: str(held.version)}
        self._chipped.append((evaluation.id, line))
        self._tags += [
            {
                "tenant_id": self._tenant,
                "evaluation_id": evaluation.id,
                "line": line,
                "version": str(version),
                "tag": tag,
                "position": position,
            }
            for position, (tag, version) in enumerate(tags_of(held))
        ]

    def _answer(self, evaluation: Evaluation, held: core.Held) -> None:
        answers: core.Answers = held.value if isinstance(held.value, tuple) else ()  # type: ignore[assignment]
        for position, (version, said) in enumerate(answers):
            self._answers.append(
                {
                    "tenant_id": self._tenant,
                    "evaluation_id": evaluation.id,
                    "version": str(version),
                    "position": position,
                    "result_version": evaluation.status_version,
                    "kind": said.kind,
                    "note": said.note,
                    "device_time": held.device_time,
                    "answered_at": self._now,
                }
            )

    def case(self, evaluation: Evaluation, case: core.Case, number: int) -> None:
        """Take a case as it stands now."""
        case_id = unshort(case.id)
        self._cases.append(
            {
                "tenant_id": self._tenant,
                "id": case_id,
                "evaluation_id": evaluation.id,
                "number": number,
                "field": case.field,
                "state": case.state.value,
                "base_version": text_of(case.base),
                "base_value": boxed(case.base_value),
                "chosen": text_of(case.chosen),
                "resolution": text_of(case.resolution),
                "reason": case.reason,
                "opened_at": self._now,
                "decided_at": None if case.decided_at is None else from_ms(case.decided_at),
            }
        )
        self._candidates += [
            {
                "tenant_id": self._tenant,
                "case_id": case_id,
                "version": str(one.version),
                "position": position,
                "value": boxed(one.value),
                "base": [str(version) for version in one.base],
                "device_time": one.device_time,
                "received_at": from_ms(one.received_at),
                "superseded": one.superseded,
            }
            for position, one in enumerate(case.candidates)
        ]

    def write(self) -> None:
        """Put all of it into the tables."""
        upsert(
            Score,
            self._scores,
            ("tenant_id", "evaluation_id", "line"),
            ("value", "version", "device_time", "scored_at"),
        )
        upsert(
            Comment,
            self._comments,
            ("tenant_id", "evaluation_id", "line", "kind"),
            ("text", "version", "device_time", "written_at"),
        )
        if self._chipped:
            place = sa.tuple_(ChipTag.evaluation_id, ChipTag.line)
            session().execute(
                sa.delete(ChipTag).where(place.in_(self._chipped)).execution_options(synchronize_session=False)
            )
        insert_rows(ChipTag, self._tags)
        # What was said stays as it was said: an answer that is there already is left alone.
        upsert(Answer, self._answers, ("tenant_id", "evaluation_id", "version"), ("position",))
        upsert(
            Case,
            self._cases,
            ("tenant_id", "id"),
            ("state", "chosen", "resolution", "reason", "decided_at"),
        )
        upsert(
            CaseCandidate,
            self._candidates,
            ("tenant_id", "case_id", "version"),
            ("position", "superseded"),
        )
