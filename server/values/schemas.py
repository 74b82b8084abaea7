"""Shapes of values, their sources, keys, doubts and objections in the API."""

from typing import Any

from marshmallow import post_load

from server.foundation.fields import (
    Boolean,
    Choice,
    Coded,
    Day,
    Id,
    Instant,
    Integer,
    Items,
    Nested,
    Number,
    Text,
)
from server.identity.models import EMPLOYEE_NO_MAX
from server.indicators.models import CODE_MAX, LABEL_MAX
from server.values.models import (
    NAME_MAX,
    REASON_MAX,
    ROWS_MAX,
    SOURCE_MAX,
    FlagKind,
    LateRule,
    Leave,
    ObjectionState,
    SourceKind,
)
from server.values.rows import VALUE_LIMIT, Fate, seen

NO_MAX = EMPLOYEE_NO_MAX


class RowSchema(Coded):
    """One value. A period's days are both included."""

    employee_no = Text(required=True, min=1, max=NO_MAX)
    indicator = Text(required=True, min=1, max=CODE_MAX, metadata={"description": "Its code in the library."})
    period_from = Day(required=True)
    period_to = Day(required=True)
    value = Number(required=True, min=-VALUE_LIMIT, max=VALUE_LIMIT)
    reason = Text(load_default="", max=REASON_MAX, metadata={"description": "Needed where it corrects."})
    label = Text(
        load_default="",
        max=LABEL_MAX,
        metadata={"description": "Ignored: its days name a period, as W46 or 2026-11.", "deprecated": True},
    )

    @post_load
    def _named_by_its_days(self, data: dict[str, Any], **_: Any) -> dict[str, Any]:
        return data | {"label": "", "reason": seen(data["reason"]).strip()}


class Loose(Nested):
    """Described as its schema, and read later: one bad row of a batch keeps no other out."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, partial: Any = None, **kwargs: Any) -> Any:
        return value


class BatchSchema(Coded):
    """Values of one source."""

    rows = Items(Loose(RowSchema), required=True, min=1, max=ROWS_MAX)


class BatchHeadersSchema(Coded):
    """What comes beside a batch."""

    idempotency_key = Text(
        required=True,
        min=8,
        max=80,
        data_key="Idempotency-Key",
        metadata={"description": "Of the sender's making, for this batch alone; the same again for a repetition."},
    )


class ReceiptSchema(Coded):
    """The last word on one row."""

    place = Integer(required=True, metadata={"description": "Its place in `rows`, from 0."})
    fate = Choice(Fate, required=True)
    code = Text(required=True, allow_none=True, metadata={"description": "Why it was refused."})
    wrong = Items(Text(), required=True, max=None, metadata={"description": "Its fields that cannot be read."})
    late = Text(
        required=True,
        allow_none=True,
        metadata={"description": "State of the cycle that this value came late for: closing or closed."},
    )
    flags = Items(Text(), required=True, max=None, metadata={"description": "Why somebody should look at it."})


class TakenCountsSchema(Coded):
    """How many rows of each fate."""

    new = Integer(required=True)
    same = Integer(required=True)
    corrected = Integer(required=True)
    continued = Integer(required=True)
    refused = Integer(required=True)


class TakenSchema(Coded):
    """What became of a batch: one receipt for each row, in order."""

    counts = Nested(TakenCountsSchema, required=True)
    rows = Items(Nested(ReceiptSchema), required=True, max=None)


class EntrySchema(RowSchema):
    """One value by hand."""


class SourceSchema(Coded):
    """Where values come from, and who keeps it."""

    code = Text(required=True, min=1, max=SOURCE_MAX)
    name_zh = Text(required=True, min=1, max=NAME_MAX)
    name_en = Text(required=True, min=1, max=NAME_MAX)
    kind = Choice(SourceKind, required=True)
    owner_no = Text(required=True, allow_none=True, max=NO_MAX)
    locked_reason = Text(required=True, allow_none=True, min=1, max=REASON_MAX)
    late_rule = Choice(LateRule, required=True)
    leave_lowers = Items(
        Choice(Leave),
        required=True,
        allow_none=True,
        max=len(Leave),
        metadata={"description": "Leave that lowers attendance: never statutory leave or work injury."},
    )


class SourceSettingSchema(Coded):
    """One setting of a source that was changed."""

    setting = Text(required=True)
    before = Text(required=True, allow_none=True)
    after = Text(required=True, allow_none=True)


class SourceChangeSchema(Coded):
    """What somebody changed of a source."""

    changed_at = Instant(required=True)
    by_zh = Text(required=True)
    by_en = Text(required=True)
    settings = Items(Nested(SourceSettingSchema), required=True, max=None)


class SourceShownSchema(SourceSchema):
    """The same with names and history."""

    changes = Items(
        Nested(SourceChangeSchema), required=True, max=None, metadata={"description": "The newest first, at most 20."}
    )

    owner_zh = Text(required=True, allow_none=True)
    owner_en = Text(required=True, allow_none=True)
    last_value_at = Instant(required=True, allow_none=True)


class KeyWantedSchema(Coded):
    """A key to make."""

    name = Text(required=True, min=1, max=NAME_MAX)
    source = Text(required=True, min=1, max=SOURCE_MAX)
    indicators = Items(Text(min=1, max=CODE_MAX), required=True, max=200, metadata={"description": "Empty: all."})
    expires_at = Instant(required=True)


class KeySchema(Coded):
    """A key, without its text."""

    id = Id(required=True)
    name = Text(required=True)
    hint = Text(required=True, metadata={"description": "Its last four characters."})
    source = Text(required=True)
    indicators = Items(Text(), required=True, max=None)
    made_at = Instant(required=True)
    expires_at = Instant(required=True)
    last_used_at = Instant(required=True, allow_none=True)
    revoked_at = Instant(required=True, allow_none=True)


class KeyMadeSchema(KeySchema):
    """A key just made; its text is never shown again."""

    key = Text(required=True)


class ValueChangeSchema(Coded):
    """One correction of a value."""

    version = Integer(required=True)
    before = Number(required=True)
    before_to = Day(
        required=True, allow_none=True, metadata={"description": "Last day before it; null: not written down then."}
    )
    after = Number(required=True)
    reason = Text(required=True, metadata={"description": "Empty: the period went on."})
    by_zh = Text(required=True, allow_none=True)
    by_en = Text(required=True, allow_none=True)
    key_name = Text(required=True, allow_none=True)
    late = Text(required=True, allow_none=True)
    changed_at = Instant(required=True)


class ObjectionSchema(Coded):
    """An employee's objection to a value."""

    id = Id(required=True)
    employee_no = Text(required=True)
    name_zh = Text(required=True)
    name_en = Text(required=True)
    indicator = Text(required=True)
    indicator_zh = Text(required=True)
    indicator_en = Text(required=True)
    unit = Text(required=True)
    source = Text(required=True)
    period_from = Day(required=True)
    label = Text(required=True)
    shown = Number(required=True, metadata={"description": "The value that he saw."})
    value = Number(required=True, metadata={"description": "The value now."})
    reason = Text(required=True)
    raised_at = Instant(required=True)
    due_at = Instant(required=True)
    state = Choice(ObjectionState, required=True)
    answer = Text(required=True, allow_none=True)
    answered_by_zh = Text(required=True, allow_none=True)
    answered_by_en = Text(required=True, allow_none=True)
    answered_at = Instant(required=True, allow_none=True)
    may_answer = Boolean(required=True, metadata={"description": "The reader decides it."})


class FlagSchema(Coded):
    """A doubt about a value."""

    id = Id(required=True)
    employee_no = Text(required=True)
    name_zh = Text(required=True)
    name_en = Text(required=True)
    indicator = Text(required=True)
    indicator_zh = Text(required=True)
    indicator_en = Text(required=True)
    unit = Text(required=True)
    source = Text(required=True)
    period_from = Day(required=True)
    label = Text(required=True)
    value = Number(required=True)
    kind = Choice(FlagKind, required=True)
    usual = Number(required=True, allow_none=True)
    other_zh = Text(required=True, allow_none=True)
    other_en = Text(required=True, allow_none=True)
    other_from = Day(required=True, allow_none=True)
    raised_at = Instant(required=True)


class PointSchema(Coded):
    """One value of a series."""

    period_from = Day(required=True)
    period_to = Day(required=True)
    label = Text(required=True)
    value = Number(required=True)
    version = Integer(required=True)
    received_at = Instant(required=True)
    flags = Items(Choice(FlagKind), required=True, max=None)
    changes = Items(Nested(ValueChangeSchema), required=True, max=None)


class SeriesSchema(Coded):
    """An indicator of a person: the last twelve values with what they are held against."""

    indicator = Text(required=True)
    name_zh = Text(required=True)
    name_en = Text(required=True)
    unit = Text(required=True)
    direction = Text(required=True)
    target = Number(required=True, allow_none=True)
    threshold = Number(required=True, allow_none=True)
    source = Text(required=True)
    source_zh = Text(required=True)
    source_en = Text(required=True)
    kind = Choice(SourceKind, required=True)
    leave_lowers = Items(Choice(Leave), required=True, allow_none=True, max=None)
    data_to = Day(required=True, allow_none=True, metadata={"description": "Last day that the data know of."})
    points = Items(Nested(PointSchema), required=True, max=None)


class PersonValuesSchema(Coded):
    """What is measured of a person."""

    employee_no = Text(required=True)
    name_zh = Text(required=True)
    name_en = Text(required=True)
    keeps_source = Boolean(
        required=True, metadata={"description": "Of oneself alone: there is a desk for this person."}
    )
    series = Items(Nested(SeriesSchema), required=True, max=None)
    objections = Items(Nested(ObjectionSchema), required=True, max=None)


class ObjectSchema(Coded):
    """An objection to raise, with the version that was on the screen."""

    indicator = Text(required=True, min=1, max=CODE_MAX)
    period_from = Day(required=True)
    version = Integer(required=True, min=1, max=1_000_000)
    reason = Text(required=True, min=1, max=REASON_MAX, lines=True)


class ObjectionAnswerSchema(Coded):
    """The source's owner decides: the value stands, or is corrected."""

    value = Number(required=True, allow_none=True, min=-VALUE_LIMIT, max=VALUE_LIMIT)
    answer = Text(required=True, min=1, max=REASON_MAX, lines=True)


class SettleSchema(Coded):
    """What the doubt turned out to be."""

    note = Text(required=True, min=1, max=REASON_MAX)


class DeskSchema(Coded):
    """What waits for whoever keeps a source."""

    sources = Items(Nested(SourceShownSchema), required=True, max=None)
    objections = Items(Nested(ObjectionSchema), required=True, max=None)
    flags = Items(Nested(FlagSchema), required=True, max=None)
