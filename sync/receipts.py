"""What a sender is told of an edit."""

from __future__ import annotations

from enum import StrEnum


class Receipt(StrEnum):
    """What became of a mutation; the value is its letter on the wire."""

    APPLIED = "a"
    SAME = "s"
    MERGED = "m"
    CONFLICT = "c"
    PARKED = "p"
    HELD = "h"
    RETRY = "r"
    UPDATE_NEEDED = "u"
    ID_REUSED = "i"


class Reason(StrEnum):
    """Why a mutation was parked. Codes are never renamed or used again for something else."""

    CYCLE_CLOSED = "cycle_closed"
    NOT_YOURS = "not_yours"
    NO_SUCH_RECORD = "no_such_record"
    INVALID = "invalid"
    ALREADY_SUBMITTED = "already_submitted"
    CASE_OPEN = "case_open"
    SIGNED_OTHER = "signed_other"
    INCOMPLETE = "incomplete"
    REASON_MISSING = "reason_missing"
    NOT_SUBMITTED = "not_submitted"
    SESSION_ENDED = "session_ended"
    WINDOW_CLOSED = "window_closed"
    WEIGHTS = "weights"
    VALUE_CHANGED = "value_changed"
    VALUE_SHORTER = "value_shorter"
    VALUE_REASON = "value_reason"
    VALUE_LATE = "value_late"
    SOURCE_LOCKED = "source_locked"
    SOURCE_BY_HAND = "source_by_hand"
    OBJECTION_ANSWERED = "objection_answered"
    OBJECTION_FULL = "objection_full"
