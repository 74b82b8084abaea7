"""Who may do what, to which fields, at which stage: one table, no database. Code and tests read the same data.

A relation is already narrowed to the record and to the moment: `hrbp` is the partner of that person's department,
`supervisor` and `manager` stand above him on the line of that day, `delegate` holds a delegation now, and `rater` is
named on the evaluation until its cycle closes. Who finds them: `people.queries`, `evaluations.standing`. Lists are
narrowed by `people.queries.reach`, which asks this table too.
"""

from collections.abc import Iterable, Mapping
from enum import StrEnum
from types import MappingProxyType

from server.foundation.problems import NOT_ALLOWED, NOT_FOUND, Problem


class Relation(StrEnum):
    """How an actor stands to a record at a moment."""

    SELF = "self"
    RATER = "rater"
    SUPERVISOR = "supervisor"
    DELEGATE = "delegate"
    MANAGER = "manager"
    HRBP = "hrbp"
    HR = "hr"
    ADMIN = "admin"
    KEEPER = "keeper"
    """Owner of the source that a measured value comes from; found by the room of values alone."""


class Stage(StrEnum):
    """How far an evaluation is. A submit releases its result in the same moment; a recall makes a draft of it again,
    and what was released before stays `released` for the person judged."""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    RELEASED = "released"
    CLOSED = "closed"


class Action(StrEnum):
    """Everything a door can demand, as `noun.verb`."""

    SESSION_READ = "session.read"
    SESSION_END = "session.end"
    PASSWORD_CHANGE = "password.change"
    ACCOUNT_MANAGE = "account.manage"
    DEVICE_READ = "device.read"
    DEVICE_MANAGE = "device.manage"
    SYNC_EXCHANGE = "sync.exchange"
    DEPARTMENT_READ = "department.read"
    PEOPLE_READ = "people.read"
    IMPORT_READ = "import.read"
    IMPORT_RUN = "import.run"
    IMPORT_ADMINS = "import.admins"
    IMPORT_VALUES = "import.values"
    INDICATOR_READ = "indicator.read"
    INDICATOR_PROPOSE = "indicator.propose"
    INDICATOR_APPROVE = "indicator.approve"
    INDICATOR_RETIRE = "indicator.retire"
    INFLUENCE_ANSWER = "influence.answer"
    CORE_OUTPUT_READ = "core_output.read"
    CORE_OUTPUT_WRITE = "core_output.write"
    CORE_OUTPUT_AGREE = "core_output.agree"
    INDICATOR_SET_READ = "indicator_set.read"
    INDICATOR_SET_WRITE = "indicator_set.write"
    OWN_SET_READ = "own_set.read"
    FLOOR_SPEAK = "floor.speak"
    FLOOR_REPLY = "floor.reply"
    FLOOR_READ = "floor.read"
    GOAL_READ = "goal.read"
    GOAL_WRITE = "goal.write"
    MEASURED_VALUE_READ = "measured_value.read"
    MEASURED_VALUE_WRITE = "measured_value.write"
    MEASURED_VALUE_SEND = "measured_value.send"
    MEASURED_VALUE_OBJECT = "measured_value.object"
    VALUE_DESK_READ = "value_desk.read"
    VALUE_DESK_ANSWER = "value_desk.answer"
    VALUE_SOURCE_SET = "value_source.set"
    API_KEY_MANAGE = "api_key.manage"
    CYCLE_READ = "cycle.read"
    CYCLE_CREATE = "cycle.create"
    CYCLE_OPEN = "cycle.open"
    DELEGATION_READ = "delegation.read"
    DELEGATION_CREATE = "delegation.create"
    DELEGATION_END = "delegation.end"
    COMPLETION_READ = "completion.read"
    PHONE_READ = "phone.read"
    OUTBOX_BRING_IN = "outbox.bring_in"
    OUTBOX_READ = "outbox.read"
    EVALUATION_READ = "evaluation.read"
    EVALUATION_SCORE = "evaluation.score"
    EVALUATION_SUBMIT = "evaluation.submit"
    EVALUATION_RECALL = "evaluation.recall"
    HISTORY_READ = "history.read"
    CASE_READ = "case.read"
    CASE_DECIDE = "case.decide"
    RESULT_READ = "result.read"
    RESULT_ANSWER = "result.answer"
    PARKED_READ = "parked.read"
    AGREEMENT_READ = "agreement.read"
    AGREEMENT_LIST = "agreement.list"
    AGREEMENT_SPEAK = "agreement.speak"
    AGREEMENT_REPLY = "agreement.reply"
    AGREEMENT_ADJUST = "agreement.adjust"
    AGREEMENT_COUNT = "agreement.count"
    AGREEMENT_BEGIN = "agreement.begin"
    WINDOW_READ = "window.read"
    WINDOW_SET = "window.set"


_NOBODY: frozenset[Relation] = frozenset()
_OWN = frozenset({Relation.SELF})
_HR = frozenset({Relation.HR})
_ADMIN = frozenset({Relation.ADMIN})
_LINE = frozenset({Relation.SUPERVISOR, Relation.MANAGER})
_RATERS = frozenset({Relation.RATER, Relation.DELEGATE})
_DESKS = frozenset({Relation.HRBP, Relation.HR})
_READERS = _RATERS | _LINE | _DESKS

Row = Mapping[Stage, frozenset[Relation]]


def _row(
    draft: frozenset[Relation] = _NOBODY,
    submitted: frozenset[Relation] = _NOBODY,
    released: frozenset[Relation] = _NOBODY,
    closed: frozenset[Relation] = _NOBODY,
) -> Row:
    return MappingProxyType(
        {Stage.DRAFT: draft, Stage.SUBMITTED: submitted, Stage.RELEASED: released, Stage.CLOSED: closed}
    )


def _always(relations: frozenset[Relation]) -> Row:
    return _row(relations, relations, relations, relations)


MATRIX: Mapping[Action, Row] = MappingProxyType(
    {
        # ---- accounts, sessions, phones ----
        Action.SESSION_READ: _always(_OWN | _ADMIN),
        Action.SESSION_END: _always(_OWN | _ADMIN),
        Action.PASSWORD_CHANGE: _always(_OWN),
        Action.ACCOUNT_MANAGE: _always(_HR | _ADMIN),
        Action.DEVICE_READ: _always(_HR | _ADMIN),
        Action.DEVICE_MANAGE: _always(_HR | _ADMIN),
        Action.SYNC_EXCHANGE: _always(_OWN),
        # ---- people, indicators ----
        Action.DEPARTMENT_READ: _always(_LINE | _DESKS),
        Action.PEOPLE_READ: _always(_LINE | _DESKS),
        Action.IMPORT_READ: _always(_HR | _ADMIN),
        Action.IMPORT_RUN: _always(_HR | _ADMIN),
        # Beside IMPORT_RUN, where an administrator would be put out or come back by it.
        Action.IMPORT_ADMINS: _always(_ADMIN),
        # Beside IMPORT_READ, for what a file says of values and of what people are measured by.
        Action.IMPORT_VALUES: _always(_HR),
        Action.INDICATOR_READ: _always(_OWN | _READERS),
        Action.INDICATOR_PROPOSE: _always(_LINE | _DESKS),
        Action.INDICATOR_APPROVE: _always(_HR),
        Action.INDICATOR_RETIRE: _always(_HR),
        Action.INFLUENCE_ANSWER: _always(_LINE),
        Action.CORE_OUTPUT_READ: _always(_LINE | _DESKS),
        Action.CORE_OUTPUT_WRITE: _always(_LINE | _DESKS),
        Action.CORE_OUTPUT_AGREE: _always(_LINE),
        Action.INDICATOR_SET_READ: _always(_LINE | _DESKS),
        Action.INDICATOR_SET_WRITE: _always(_HR),
        Action.OWN_SET_READ: _always(_OWN),
        # What somebody says of the own indicators: a voice, and no change of the library.
        Action.FLOOR_SPEAK: _always(_OWN),
        Action.FLOOR_REPLY: _always(frozenset({Relation.SUPERVISOR})),
        Action.FLOOR_READ: _always(_LINE | _DESKS),
        Action.GOAL_READ: _always(_OWN | _LINE | _DESKS),
        Action.GOAL_WRITE: _always(_LINE | _DESKS),
        # ---- measured values ----
        Action.MEASURED_VALUE_READ: _always(_OWN | _READERS),
        Action.MEASURED_VALUE_WRITE: _always(_OWN | _LINE | _HR | {Relation.KEEPER}),
        # Nobody by a session: an API key of limited scope, which is no relation.
        Action.MEASURED_VALUE_SEND: _always(_NOBODY),
        Action.MEASURED_VALUE_OBJECT: _always(_OWN),
        Action.VALUE_DESK_READ: _always(_HR | {Relation.KEEPER}),
        Action.VALUE_DESK_ANSWER: _always(_HR | {Relation.KEEPER}),
        Action.VALUE_SOURCE_SET: _always(_HR),
        Action.API_KEY_MANAGE: _always(_ADMIN),
        # ---- cycles ----
        Action.CYCLE_READ: _always(_LINE | _DESKS),
        Action.CYCLE_CREATE: _always(_HR),
        Action.CYCLE_OPEN: _always(_HR),
        Action.DELEGATION_READ: _always(_HR),
        Action.DELEGATION_CREATE: _always(_HR),
        Action.DELEGATION_END: _always(_HR),
        # ---- how far a cycle is ----
        Action.COMPLETION_READ: _always(_LINE | _DESKS),
        Action.PARKED_READ: _always(_DESKS),
        Action.PHONE_READ: _always(_HR | _ADMIN),
        Action.OUTBOX_BRING_IN: _always(_HR),
        Action.OUTBOX_READ: _always(_OWN),
        # ---- scores, comments, reasons, quick comments; their history; their conflicts ----
        Action.EVALUATION_READ: _row(draft=_RATERS, submitted=_READERS, closed=_READERS),
        Action.EVALUATION_SCORE: _row(draft=_RATERS),
        Action.EVALUATION_SUBMIT: _row(draft=_RATERS),
        Action.EVALUATION_RECALL: _row(submitted=_RATERS),
        Action.HISTORY_READ: _row(draft=_RATERS, submitted=_READERS, released=_OWN, closed=_READERS),
        Action.CASE_READ: _row(draft=_RATERS, submitted=_RATERS, closed=_RATERS),
        Action.CASE_DECIDE: _row(draft=_RATERS | {Relation.MANAGER}),
        # ---- what was released, and what the person judged says to it ----
        Action.RESULT_READ: _row(submitted=_READERS, released=_OWN, closed=_READERS),
        Action.RESULT_ANSWER: _row(released=_OWN),
        # ---- what somebody is measured by, and what is said of it ----
        Action.AGREEMENT_READ: _always(_OWN | _LINE | _DESKS),
        Action.AGREEMENT_LIST: _always(_DESKS),
        Action.AGREEMENT_SPEAK: _always(_OWN),
        Action.AGREEMENT_REPLY: _always(frozenset({Relation.SUPERVISOR})),
        Action.AGREEMENT_ADJUST: _always(frozenset({Relation.SUPERVISOR})),
        Action.AGREEMENT_COUNT: _always(_HR),
        Action.AGREEMENT_BEGIN: _always(_HR),
        Action.WINDOW_READ: _always(_HR),
        Action.WINDOW_SET: _always(_HR),
    }
)


def can(action: Action, relations: Iterable[Relation], stage: Stage | None = None) -> bool:
    """Say whether any of these relations to the record allows the action at its stage; without one, at any stage."""
    held = frozenset(relations)
    stages = MATRIX[action].values() if stage is None else (MATRIX[action][stage],)
    return any(not allowed.isdisjoint(held) for allowed in stages)


def require(action: Action, relations: Iterable[Relation], stage: Stage | None = None) -> None:
    """Pass, or raise: `not_found` for a record outside one's world, else `not_allowed`.

    A stranger must not learn from the difference whether a record exists.
    """
    held = frozenset(relations)
    if not held:
        raise Problem(NOT_FOUND)
    if not can(action, held, stage):
        raise Problem(NOT_ALLOWED)
