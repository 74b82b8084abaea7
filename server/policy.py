"""Who may do what: one table, no database. Code and tests read the same data.

`people.relations()` finds how an actor stands to a record on a date; this table says what that
relation may do. A relation is already narrowed to the record (`hrbp` = HRBP of that area).
"""

from collections.abc import Iterable, Mapping
from enum import StrEnum
from types import MappingProxyType

from server.foundation.problems import NOT_ALLOWED, NOT_FOUND, Problem


class Relation(StrEnum):
    """How an actor stands to a record at a moment."""

    SELF = "self"
    SUPERVISOR = "supervisor"
    DELEGATE = "delegate"
    MANAGER = "manager"
    HRBP = "hrbp"
    HR = "hr"
    ADMIN = "admin"
    KEEPER = "keeper"
    """Owner of the source that a measured value comes from; found by the room of values alone."""


class Action(StrEnum):
    """Everything a door can demand, as `noun.verb`."""

    API_READ = "api.read"
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
    EVALUATION_READ_SUBMITTED = "evaluation.read_submitted"
    EVALUATION_SCORE = "evaluation.score"
    EVALUATION_SUBMIT = "evaluation.submit"
    EVALUATION_RECALL = "evaluation.recall"
    HISTORY_READ = "history.read"
    HISTORY_READ_SUBMITTED = "history.read_submitted"
    HISTORY_READ_RELEASED = "history.read_released"
    CASE_READ = "case.read"
    CASE_DECIDE = "case.decide"
    RESULT_READ = "result.read"
    RESULT_ANSWER = "result.answer"
    PARKED_READ = "parked.read"
    AGREEMENT_READ = "agreement.read"
    AGREEMENT_SPEAK = "agreement.speak"
    AGREEMENT_REPLY = "agreement.reply"
    AGREEMENT_ADJUST = "agreement.adjust"
    AGREEMENT_COUNT = "agreement.count"
    AGREEMENT_BEGIN = "agreement.begin"
    WINDOW_READ = "window.read"
    WINDOW_SET = "window.set"


_ANYBODY = frozenset(Relation)
_OWN = frozenset({Relation.SELF})
_HR = frozenset({Relation.HR})
_LINE = frozenset({Relation.SUPERVISOR, Relation.MANAGER})
_RATERS = frozenset({Relation.SUPERVISOR, Relation.DELEGATE})
_DESKS = frozenset({Relation.HRBP, Relation.HR})

MATRIX: Mapping[Action, frozenset[Relation]] = MappingProxyType(
    {
        Action.API_READ: _ANYBODY,
        Action.SESSION_READ: _OWN | {Relation.ADMIN},
        Action.SESSION_END: _OWN | {Relation.ADMIN},
        Action.PASSWORD_CHANGE: _OWN,
        Action.ACCOUNT_MANAGE: _HR | {Relation.ADMIN},
        Action.DEVICE_READ: _DESKS | {Relation.ADMIN},
        Action.DEVICE_MANAGE: _DESKS | {Relation.ADMIN},
        Action.SYNC_EXCHANGE: _OWN,
        Action.DEPARTMENT_READ: _HR,
        Action.PEOPLE_READ: _HR,
        Action.IMPORT_READ: _HR | {Relation.ADMIN},
        Action.IMPORT_RUN: _HR | {Relation.ADMIN},
        Action.INDICATOR_READ: _OWN | _LINE | _DESKS,
        Action.INDICATOR_PROPOSE: _LINE | _DESKS,
        Action.INDICATOR_APPROVE: _HR,
        Action.INDICATOR_RETIRE: _HR,
        Action.INFLUENCE_ANSWER: _LINE,
        Action.CORE_OUTPUT_READ: _LINE | _DESKS,
        Action.CORE_OUTPUT_WRITE: _LINE | _DESKS,
        Action.CORE_OUTPUT_AGREE: _LINE,
        Action.INDICATOR_SET_READ: _LINE | _DESKS,
        Action.INDICATOR_SET_WRITE: _HR,
        Action.OWN_SET_READ: _OWN,
        Action.GOAL_READ: _OWN | _LINE | _DESKS,
        Action.GOAL_WRITE: _LINE | _DESKS,
        Action.MEASURED_VALUE_READ: _OWN | _LINE | _DESKS | {Relation.DELEGATE},
        Action.MEASURED_VALUE_WRITE: _HR | _LINE | _OWN | {Relation.KEEPER},
        # Nobody by a session: an API key of limited scope, which is no relation.
        Action.MEASURED_VALUE_SEND: frozenset(),
        Action.MEASURED_VALUE_OBJECT: _OWN,
        Action.VALUE_DESK_READ: _HR | {Relation.KEEPER},
        Action.VALUE_DESK_ANSWER: _HR | {Relation.KEEPER},
        Action.VALUE_SOURCE_SET: _HR,
        Action.API_KEY_MANAGE: frozenset({Relation.ADMIN}),
        Action.CYCLE_READ: _HR,
        Action.CYCLE_CREATE: _HR,
        Action.CYCLE_OPEN: _HR,
        Action.DELEGATION_READ: _HR,
        Action.DELEGATION_CREATE: _HR,
        Action.DELEGATION_END: _HR,
        Action.COMPLETION_READ: _HR,
        Action.PHONE_READ: _HR | {Relation.ADMIN},
        Action.OUTBOX_BRING_IN: _HR,
        Action.OUTBOX_READ: _OWN,
        Action.EVALUATION_READ: _RATERS,
        Action.EVALUATION_READ_SUBMITTED: _RATERS | _DESKS | {Relation.MANAGER},
        Action.EVALUATION_SCORE: _RATERS,
        Action.EVALUATION_SUBMIT: _RATERS,
        Action.EVALUATION_RECALL: _RATERS,
        Action.HISTORY_READ: _RATERS,
        Action.HISTORY_READ_SUBMITTED: _RATERS | _DESKS | {Relation.MANAGER},
        Action.HISTORY_READ_RELEASED: _OWN,
        Action.CASE_READ: _RATERS | {Relation.MANAGER},
        Action.CASE_DECIDE: _RATERS | {Relation.MANAGER},
        Action.RESULT_READ: _OWN | _RATERS | _DESKS | {Relation.MANAGER},
        Action.RESULT_ANSWER: _OWN,
        Action.PARKED_READ: _DESKS,
        Action.AGREEMENT_READ: _OWN | _LINE | _DESKS,
        Action.AGREEMENT_SPEAK: _OWN,
        Action.AGREEMENT_REPLY: frozenset({Relation.SUPERVISOR}),
        Action.AGREEMENT_ADJUST: frozenset({Relation.SUPERVISOR}),
        Action.AGREEMENT_COUNT: _HR,
        Action.AGREEMENT_BEGIN: _HR,
        Action.WINDOW_READ: _HR,
        Action.WINDOW_SET: _HR,
    }
)


def can(action: Action, relations: Iterable[Relation]) -> bool:
    """Say whether any of these relations to the record allows the action."""
    return not MATRIX[action].isdisjoint(relations)


def require(action: Action, relations: Iterable[Relation]) -> None:
    """Pass, or raise: `not_found` for a record outside one's world, else `not_allowed`.

    A stranger must not learn from the difference whether a record exists.
    """
    held = frozenset(relations)
    if not held:
        raise Problem(NOT_FOUND)
    if not can(action, held):
        raise Problem(NOT_ALLOWED)
