"""Shapes of what the desk reads of an evaluation."""

from server.foundation.fields import (
    Anything,
    Boolean,
    Coded,
    Id,
    Instant,
    Integer,
    Items,
    Nested,
    Number,
    Text,
)


class ChosenChipSchema(Coded):
    """A quick comment that stands on a line."""

    tag = Text(required=True)
    zh = Text(allow_none=True, metadata={"description": "None when the library no longer has it."})
    en = Text(allow_none=True)


class EvaluationLineSchema(Coded):
    """One line: the data, the mark by rule, the mark by a person, and what was said."""

    key = Integer(required=True)
    code = Text(required=True)
    name_zh = Text(required=True)
    name_en = Text(required=True)
    unit = Text(required=True)
    weight = Integer(required=True)
    value = Number(allow_none=True)
    rule = Number(allow_none=True, metadata={"description": "Mark by the rule; on a straight line with two decimals."})
    score = Integer(allow_none=True, metadata={"description": "Mark given by a person."})
    mark = Number(allow_none=True, metadata={"description": "What counts: score, else rule."})
    comment = Text(allow_none=True, lines=True)
    reason = Text(allow_none=True, lines=True)
    chips = Items(Nested(ChosenChipSchema), required=True)
    has_open_case = Boolean(required=True)


class EvaluationSchema(Coded):
    """An evaluation as its raters, and after its submit HR, read it."""

    id = Id(required=True)
    cycle_id = Id(required=True)
    employee_id = Id(required=True)
    employee_no = Text(required=True)
    name_zh = Text(required=True)
    name_en = Text(required=True)
    rater_id = Id(required=True)
    rater_zh = Text(allow_none=True)
    rater_en = Text(allow_none=True)
    department_zh = Text(required=True)
    department_en = Text(required=True)
    state = Text(required=True, metadata={"description": "open, submitted or acknowledged"})
    submitted_at = Instant(allow_none=True)
    overall = Integer(allow_none=True, metadata={"description": "Tenths of a mark."})
    last_overall = Integer(allow_none=True)
    answer = Text(allow_none=True, metadata={"description": "agree or disagree"})
    answer_note = Text(allow_none=True, lines=True)
    answered_at = Instant(allow_none=True)
    lines = Items(Nested(EvaluationLineSchema), required=True)


class HistoryQuerySchema(Coded):
    """Which field's history; all of them without one."""

    field = Text(max=24)


class SeenSchema(Coded):
    """What somebody saw before a step, or what the step replaced."""

    version = Text(allow_none=True, metadata={"description": "None for the mark that the data gave."})
    value = Anything(allow_none=True)
    author_zh = Text(allow_none=True)
    author_en = Text(allow_none=True)
    device_time = Integer(allow_none=True)
    received_at = Instant(allow_none=True)


class HistoryEntrySchema(Coded):
    """One step of a field. `message` and `params` are the words (keys of the screens)."""

    field = Text(required=True)
    version = Text(allow_none=True, metadata={"description": "device.author.n that wrote it"})
    replaced = Text(allow_none=True, metadata={"description": "version that stood before"})
    before = Nested(SeenSchema, allow_none=True, metadata={"description": "What stood under `replaced`."})
    base = Items(
        Nested(SeenSchema),
        metadata={
            "description": "What the author had seen: one value; several for a decision; none for an empty field."
        },
    )
    kind = Text(required=True)
    message = Text(required=True)
    params = Anything(required=True)
    author_zh = Text(allow_none=True)
    author_en = Text(allow_none=True)
    brought_in_zh = Text(allow_none=True, metadata={"description": "Who carried it here in a file; None: the phone."})
    brought_in_en = Text(allow_none=True)
    device_label = Text(allow_none=True)
    device_time = Integer(
        allow_none=True, metadata={"description": "ms since 1970, by the phone's clock; None when that was none"}
    )
    received_at = Instant(required=True)
    offline_ms = Integer(allow_none=True, metadata={"description": "How long it lay on the phone, by its own clock."})
