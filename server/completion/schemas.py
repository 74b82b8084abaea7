"""Shapes of the board."""

from server.completion.judge import Cell, Group, Reason
from server.cycles.models import CycleState
from server.foundation.fields import Choice, Coded, Day, Id, Instant, Integer, Items, Nested, Number, Text
from server.identity.schemas import DeviceSchema, DeviceUserSchema

OUTBOX_FILE_MAX = 1_000_000


class BoardQuerySchema(Coded):
    """Which cycle's board."""

    cycle_id = Id(required=True)


class BoardCycleSchema(Coded):
    """The cycle that the board shows."""

    id = Id(required=True)
    name_zh = Text(required=True)
    name_en = Text(required=True)
    period_from = Day(required=True)
    period_to = Day(required=True)
    deadline_at = Instant(required=True)
    state = Choice(CycleState, required=True)
    opened_at = Instant(required=True, allow_none=True)


class CellSchema(Coded):
    """One person of a rater's team."""

    evaluation_id = Id(required=True)
    state = Choice(Cell, required=True, metadata={"description": "half: something of it was received."})


class RaterSchema(Coded):
    """A rater: what was received, and the last word from any of his phones."""

    rater_id = Id(required=True)
    name_zh = Text(required=True)
    name_en = Text(required=True)
    department_id = Id(required=True, metadata={"description": "The entry of `departments` that holds the team."})
    department_zh = Text(required=True)
    department_en = Text(required=True)
    total = Integer(required=True)
    submitted = Integer(required=True)
    started = Integer(required=True, metadata={"description": "Of which at least one edit was received."})
    cells = Items(Nested(CellSchema), required=True, max=None)
    last_contact_at = Instant(required=True, allow_none=True)
    queued_count = Integer(
        required=True,
        allow_none=True,
        metadata={"description": "Edits that the phones said they still held at that contact."},
    )
    oldest_queued_at = Instant(required=True, allow_none=True)
    attempts = Integer(
        required=True,
        allow_none=True,
        metadata={"description": "How often the phone has tried in vain; 0 while it is not stuck."},
    )
    last_error = Text(required=True, allow_none=True, metadata={"description": "What hindered it last, in its code."})
    open_cases = Integer(required=True)
    group = Choice(Group, required=True)
    reason = Choice(Reason, required=True, allow_none=True)
    completed_at = Instant(required=True, allow_none=True)


class BoardDepartmentSchema(Coded):
    """A workshop or an office with all that lies below it."""

    department_id = Id(required=True)
    name_zh = Text(required=True)
    name_en = Text(required=True)
    total = Integer(required=True)
    submitted = Integer(required=True)


class ParkedSchema(Coded):
    """An edit that was kept without effect; its text is not shown here."""

    evaluation_id = Id(required=True)
    field = Text(required=True)
    reason = Text(required=True)
    author_zh = Text(required=True, allow_none=True)
    author_en = Text(required=True, allow_none=True)
    received_at = Instant(required=True)


class BoardSchema(Coded):
    """The board of a cycle: only what the server received."""

    cycle = Nested(BoardCycleSchema, required=True)
    generated_at = Instant(required=True)
    total = Integer(required=True)
    submitted = Integer(required=True)
    started = Integer(required=True)
    acknowledged = Integer(required=True)
    percent = Number(required=True, metadata={"description": "One decimal, rounded down."})
    goal_percent = Integer(required=True)
    missing_to_goal = Integer(required=True)
    raters = Items(Nested(RaterSchema), required=True, max=None)
    departments = Items(Nested(BoardDepartmentSchema), required=True, max=None)
    parked = Items(Nested(ParkedSchema), required=True, max=None)


class PhonesQuerySchema(Coded):
    """Whose phones."""

    person_id = Id(required=True)


class PhoneSchema(Coded):
    """One phone, as it last spoke of itself."""

    device_id = Id(required=True)
    device_label = Text(required=True, allow_none=True)
    last_contact_at = Instant(required=True)
    queued_count = Integer(required=True)
    oldest_queued_at = Instant(required=True, allow_none=True)
    attempts = Integer(required=True)
    last_error = Text(required=True, allow_none=True)


class HandsetUserSchema(DeviceUserSchema):
    """Somebody who has used a phone, and what it last said of this person's work; null when it never spoke for them."""

    name_zh = Text(required=True, allow_none=True)
    name_en = Text(required=True, allow_none=True)
    last_contact_at = Instant(required=True, allow_none=True)
    queued_count = Integer(required=True, allow_none=True)
    oldest_queued_at = Instant(required=True, allow_none=True)
    attempts = Integer(required=True, allow_none=True)
    last_error = Text(required=True, allow_none=True)
    elsewhere_at = Instant(
        required=True,
        allow_none=True,
        metadata={
            "description": "Last contact of this person on another phone, if later than this one's: what it held is lost if it was cleared."
        },
    )


class HandsetSchema(DeviceSchema):
    """A phone as the desk opens it."""

    users = Items(Nested(HandsetUserSchema), required=True, max=None)


class OutboxFileSchema(Coded):
    """The file that a phone saved, as it is."""

    file = Text(required=True, min=1, max=OUTBOX_FILE_MAX, lines=True)


class ReceiptCountSchema(Coded):
    """How many edits of a file had this end."""

    receipt = Text(required=True, metadata={"description": "applied, same, merged, conflict, parked, held, id_reused"})
    reason = Text(required=True, allow_none=True, metadata={"description": "Why they were parked."})
    count = Integer(required=True)


class BroughtInSchema(Coded):
    """What became of a file."""

    person_id = Id(required=True)
    name_zh = Text(required=True, allow_none=True)
    name_en = Text(required=True, allow_none=True)
    device_label = Text(required=True, allow_none=True)
    count = Integer(required=True)
    known = Integer(required=True, metadata={"description": "Of which the server had these before."})
    receipts = Items(Nested(ReceiptCountSchema), required=True)
