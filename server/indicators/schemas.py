"""Shapes of the library, its sets and the goal board in the API."""

from typing import Any

from server.foundation.fields import (
    Anything,
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
from server.indicators.library_models import (
    OUTPUTS_MAX,
    UNIT_MAX,
    WORDS_MAX,
    Direction,
    Influence,
    Side,
)
from server.indicators.models import CODE_MAX, NAME_MAX, REASON_MAX, SHORT_MAX, Scale, Tier, VersionState

ANCHOR_MAX = 200
VALUE_MAX = 999_999_999


def a_value(**options: Any) -> Number:
    """A target, a threshold or a bound; None where it is not known."""
    return Number(min=-VALUE_MAX, max=VALUE_MAX, allow_none=True, **options)


class WordingSchema(Coded):
    """What a version says. A draft may leave out what is not known yet."""

    name_zh = Text(load_default="", max=NAME_MAX)
    name_en = Text(load_default="", max=NAME_MAX)
    short_zh = Text(load_default="", max=SHORT_MAX)
    short_en = Text(load_default="", max=SHORT_MAX)
    unit = Text(load_default="", max=UNIT_MAX)
    direction = Choice(Direction, load_default=Direction.HIGHER)
    target = a_value(load_default=None)
    threshold = a_value(load_default=None)
    source = Text(load_default="", max=40)
    frequency = Text(load_default="", max=10)
    rule = Choice(Scale, load_default=Scale.BANDS, metadata={"description": "How a measured value becomes a mark."})
    bands = Items(
        a_value(),
        load_default=None,
        allow_none=True,
        max=4,
        metadata={"description": "From which value 2, 3, 4, 5 is given."},
    )
    anchors = Items(
        Items(Text(max=ANCHOR_MAX), max=2), load_default=None, allow_none=True, max=5,
        metadata={"description": "What 1 to 5 look like: pairs of Chinese and English."},
    )  # fmt: skip


class DraftSchema(Coded):
    """A new indicator."""

    code = Text(required=True, min=1, max=CODE_MAX)
    tier = Choice(Tier, load_default=Tier.ALL)
    output_ids = Items(Id(), load_default=list, max=50)
    wording = Nested(WordingSchema, required=True)
    reason = Text(load_default="", max=REASON_MAX, lines=True)


class NextSchema(Coded):
    """Why there shall be another version."""

    reason = Text(required=True, min=1, max=REASON_MAX, lines=True)


class EditSchema(Coded):
    """Another wording of a draft. `revision`: the one that its author has seen."""

    revision = Integer(required=True, min=1)
    wording = Nested(WordingSchema, required=True)
    reason = Text(load_default="", max=REASON_MAX, lines=True)


class GoalPlaceSchema(Coded):
    """What an indicator hangs on, and who finds it."""

    tier = Choice(Tier, required=True)
    output_ids = Items(Id(), required=True, max=50)


class ReturnSchema(Coded):
    """Why a proposal goes back."""

    reason = Text(required=True, max=REASON_MAX, lines=True)


class ApproveSchema(Coded):
    """From which day sets that hold an older version hold this one; without it they stay as they are. `revision`: the
    one that HR has read."""

    revision = Integer(required=True, min=1)
    valid_from = Day(load_default=None, allow_none=True)


class AnswerSchema(Coded):
    """Can this job influence it? `revision`: the one of the version that was read."""

    revision = Integer(required=True, min=1)
    job_id = Id(required=True)
    side = Choice(Side, required=True)
    answer = Choice(Influence, required=True)
    words = Text(load_default="", max=WORDS_MAX)


class NamedSchema(Coded):
    """Somebody by name."""

    name_zh = Text(required=True)
    name_en = Text(required=True)


class IndicatorRowSchema(Coded):
    """An indicator in the list, as its newest version that the reader may see."""

    id = Id(required=True)
    code = Text(required=True)
    tier = Choice(Tier, required=True)
    version_id = Id(required=True)
    number = Integer(required=True)
    in_force_id = Id(required=True, allow_none=True)
    in_force = Integer(
        required=True, allow_none=True, metadata={"description": "Number of the newest approved version."}
    )
    state = Choice(VersionState, required=True)
    name_zh = Text(required=True)
    name_en = Text(required=True)
    unit = Text(required=True)
    source = Text(required=True)
    frequency = Text(required=True)
    direction = Choice(Direction, required=True)
    target = Number(required=True, allow_none=True)
    orphan = Boolean(required=True, metadata={"description": "Hangs on no core output."})
    job_ids = Items(Id(), required=True, max=None)
    missing_count = Integer(required=True)


class GapSchema(Coded):
    """One thing that is missing."""

    code = Text(required=True)
    params = Anything(required=True)


class GivenSchema(Coded):
    """What somebody answered for a side."""

    job_id = Id(required=True)
    side = Choice(Side, required=True)
    answer = Choice(Influence, required=True)
    words = Text(required=True)
    by = Nested(NamedSchema, required=True, allow_none=True)
    answered_at = Instant(required=True)


class OwnAnswersSchema(Coded):
    """How many of those who are measured by a version say that their job can influence it; no names."""

    yes = Integer(required=True)
    partly = Integer(required=True)
    no = Integer(required=True)


class VersionSchema(Coded):
    """A version with who did what to it, and what is missing before approval."""

    id = Id(required=True)
    number = Integer(required=True)
    state = Choice(VersionState, required=True)
    revision = Integer(required=True)
    name_zh = Text(required=True)
    name_en = Text(required=True)
    short_zh = Text(required=True)
    short_en = Text(required=True)
    unit = Text(required=True)
    direction = Choice(Direction, required=True)
    target = Number(required=True, allow_none=True)
    threshold = Number(required=True, allow_none=True)
    source = Text(required=True)
    frequency = Text(required=True)
    rule = Choice(Scale, required=True)
    bands = Items(Number(allow_none=True), required=True, allow_none=True, max=None)
    anchors = Items(Items(Text(), max=None), required=True, allow_none=True, max=None)
    reason = Text(required=True)
    returned = Text(required=True)
    proposed_by = Nested(NamedSchema, required=True, allow_none=True)
    proposed_at = Instant(required=True, allow_none=True)
    approved_by = Nested(NamedSchema, required=True, allow_none=True)
    approved_at = Instant(required=True, allow_none=True)
    retired_by = Nested(NamedSchema, required=True, allow_none=True)
    retired_at = Instant(required=True, allow_none=True)
    answers = Items(Nested(GivenSchema), required=True, max=None)
    earlier_answers = Items(
        Nested(GivenSchema), required=True, max=None,
        metadata={"description": "Those that stand no longer, the oldest of each side first."},
    )  # fmt: skip
    own_answers = Nested(OwnAnswersSchema, required=True)
    findings = Items(Nested(GapSchema), required=True, max=None)
    may = Items(Text(), required=True, max=None)


class SideSchema(Coded):
    """That the reader speaks for a side of a job."""

    job_id = Id(required=True)
    side = Choice(Side, required=True)


class IndicatorSchema(Coded):
    """An indicator with all versions that the reader may see, the newest first."""

    id = Id(required=True)
    code = Text(required=True)
    tier = Choice(Tier, required=True)
    output_ids = Items(Id(), required=True, max=None)
    job_ids = Items(Id(), required=True, max=None)
    sides = Items(Nested(SideSchema), required=True, max=None)
    versions = Items(Nested(VersionSchema), required=True, max=None)


class ComparedQuerySchema(Coded):
    """With which older version to compare."""

    from_version_id = Id(required=True)


class WordingChangeSchema(Coded):
    """One field that differs; `mark` 1 to 5 for a band or an anchor."""

    field = Text(required=True)
    mark = Integer(required=True, allow_none=True)
    old = Anything(required=True, allow_none=True)
    new = Anything(required=True, allow_none=True)


class OutputSchema(Coded):
    """A core output; without an id a new one."""

    id = Id(load_default=None, allow_none=True)
    name_zh = Text(required=True, min=1, max=NAME_MAX)
    name_en = Text(load_default="", max=NAME_MAX)


class OutputsSchema(Coded):
    """All core outputs of a job, in order. There may be fewer than three while they are being found."""

    outputs = Items(Nested(OutputSchema), required=True, max=OUTPUTS_MAX)


class AgreeSchema(Coded):
    """For which side the reader agrees."""

    side = Choice(Side, required=True)


class AgreementSchema(Coded):
    """Who agreed for a side, and when."""

    side = Choice(Side, required=True)
    by = Nested(NamedSchema, required=True, allow_none=True)
    agreed_at = Instant(required=True)


class PlaceNameSchema(Coded):
    """A department by name."""

    id = Id(required=True)
    code = Text(required=True)
    name_zh = Text(required=True)
    name_en = Text(required=True)
    parent_id = Id(required=True, allow_none=True)


class JobSchema(Coded):
    """A job with its core outputs, who agreed to them, and what the reader may do about it."""

    id = Id(required=True)
    code = Text(required=True)
    name_zh = Text(required=True)
    name_en = Text(required=True)
    category = Text(required=True)
    department_ids = Items(Id(), required=True, max=None)
    outputs = Items(Nested(OutputSchema), required=True, max=None)
    agreements = Items(Nested(AgreementSchema), required=True, max=None)
    sides = Items(Choice(Side), required=True, max=None)
    may_write = Boolean(required=True)


class FloorSchema(Coded):
    """Jobs and departments."""

    departments = Items(Nested(PlaceNameSchema), required=True, max=None)
    jobs = Items(Nested(JobSchema), required=True, max=None)
