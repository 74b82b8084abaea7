"""An evaluation while a push works on it: who may do what to it, and what its submits froze."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, Final

import sqlalchemy as sa

from server import policy
from server.evaluations.standing import Standing
from server.evaluations.storing import OwnRow
from server.indicators.arithmetic import overall_tenths
from server.indicators.marking import Mark, exact
from server.policy import Action, Relation, Stage
from server.sync_api.registry import Record
from sync import model as core
from sync.model import Decision, Mutation, Resolution, Right

RIGHTS: Final = {
    Right.SCORE: Action.EVALUATION_SCORE,
    Right.SUBMIT: Action.EVALUATION_SUBMIT,
    Right.RECALL: Action.EVALUATION_RECALL,
    Right.ANSWER: Action.RESULT_ANSWER,
}
OFFERED: Final = (Right.SCORE, Right.SUBMIT, Right.RECALL)
"""What the column `may` of an evaluation says."""


@dataclass(slots=True)
class Frozen:
    """What a submit signed, beside the form's lines."""

    version: core.MutationId
    scores: list[int | None]
    comments: list[str | None]
    chips: list[list[str] | None]
    reasons: list[str | None]
    overall: int | None
    recalled: bool = False


@dataclass(slots=True)
class EvaluationRecord(Record):
    """One locked evaluation."""

    evaluation: sa.Row[Any] = field(kw_only=True)
    """As it was when it was locked."""
    own: OwnRow = field(kw_only=True)
    """As it is to be."""
    form_lines: Sequence[Mapping[str, Any]] = field(kw_only=True)
    standing: Standing = field(kw_only=True)
    case_numbers: dict[str, int] = field(default_factory=dict, kw_only=True)
    frozen: list[Frozen] = field(default_factory=list, kw_only=True)
    recalled: bool = field(default=False, kw_only=True)
    """Whether the result that was released before this push was recalled in it."""

    _stand: dict[str, tuple[bool, frozenset[Relation]]] = field(default_factory=dict, kw_only=True)
    """Author -> whether he ever stood in a relation to it, and in which he does: the same for all edits of a push."""

    def _stands(self, author: str) -> tuple[bool, frozenset[Relation]]:
        if author not in self._stand:
            standing, one = self.standing, self.evaluation
            self._stand[author] = standing.ever(author, one), standing.relations(author, one)
        return self._stand[author]

    def related(self, edit: Mutation) -> bool:
        """Whether the author stands, or ever stood, in any relation to this evaluation."""
        return self._stands(edit.id.author)[0]

    def rights(self, edit: Mutation) -> frozenset[Right]:
        """What the author may do here now; deciding hangs on the case too."""
        relations = self._stands(edit.id.author)[1]
        rights = _rights(relations)
        if isinstance(edit.value, Resolution):
            case = self.held(edit.field).case
            return rights | {Right.DECIDE} if may_decide(case, edit.id.author, relations) else rights
        return rights

    def take(self, edit: Mutation, decision: Decision) -> None:
        """Move on by one decision; a submit freezes what stands at that moment."""
        Record.take(self, edit, decision)
        if decision.step is core.Step.SUBMITTED:
            self.frozen.append(self._freeze(edit.id))
            self.result = edit.id
        elif decision.step is core.Step.RECALLED:
            if self.frozen:
                self.frozen[-1].recalled = True
            else:
                self.recalled = True

    def _freeze(self, version: core.MutationId) -> Frozen:
        keys = [line["key"] for line in self.form_lines]
        scores = [_score(self.held(f"score/{key}").value) for key in keys]
        marks = effective(scores, self.evaluation.rules)
        return Frozen(
            version=version,
            scores=scores,
            comments=[_text(self.held(f"comment/{key}").value) for key in keys],
            chips=[_tags(self.held(f"chips/{key}").value) for key in keys],
            reasons=[_text(self.held(f"reason/{key}").value) for key in keys],
            overall=overall_tenths([line["weight"] for line in self.form_lines], exact(marks)),
        )


@lru_cache
def _rights(relations: frozenset[Relation]) -> frozenset[Right]:
    # The table of rights is fixed; how a person stands to a record is asked anew in each push.
    return frozenset(right for right, action in RIGHTS.items() if policy.can(action, relations))


def may_decide(case: core.Case | None, author: str, relations: frozenset[Relation]) -> bool:
    """A case is decided by either author, by the rater whose evaluation it is, or by a superior.

    A delegate who wrote none of the values that stand has no part in it.
    """
    if case is None or not policy.can(Action.CASE_DECIDE, relations):
        return False
    if relations & {Relation.RATER, Relation.MANAGER}:
        return True
    return any(one.version.author == author for one in case.standing)


def rights_of(relations: frozenset[Relation], status: core.Status, cycle: core.CycleState) -> list[str]:
    """What a person may do with an evaluation as it stands, in the words of the column `may`."""
    if cycle not in (core.CycleState.OPEN, core.CycleState.CLOSING):
        return []
    stage = stage_of(status, cycle)
    return [right.value for right in OFFERED if policy.can(RIGHTS[right], relations, stage)]


def stage_of(status: core.Status, cycle: core.CycleState) -> Stage:
    """The stage at which a raters' or a desk's right to an evaluation counts."""
    if status is core.Status.OPEN:
        return Stage.DRAFT
    return Stage.CLOSED if cycle is core.CycleState.CLOSED else Stage.SUBMITTED


def effective(scores: Sequence[Mark | None], rules: Sequence[Mark | None]) -> list[Mark | None]:
    """What counts for each line: the person's mark, else the one by the data."""
    return [rule if score is None else score for score, rule in zip(scores, rules, strict=True)]


def lines_of(form_lines: Sequence[Mapping[str, Any]], rules: Sequence[Mark | None]) -> tuple[core.Line, ...]:
    """What the core's guard must know of a form's lines."""
    return tuple(core.Line(line["key"], rule) for line, rule in zip(form_lines, rules, strict=True))


def _score(value: Any) -> int | None:
    return value if isinstance(value, int) else None


def _text(value: Any) -> str | None:
    return value if isinstance(value, str) and value.strip() else None


def _tags(value: Any) -> list[str] | None:
    tags = [tag for tag, _ in value] if isinstance(value, tuple) else []
    return list(dict.fromkeys(tags)) or None
