"""Shapes of sets and of the goal board in the API."""

from server.foundation.fields import Boolean, Choice, Coded, Day, Id, Instant, Integer, Items, Nested, Number, Text
from server.indicators.library_models import LEVEL_MAX, UNIT_MAX, WORDS_MAX, GoalTier
from server.indicators.models import CODE_MAX, NAME_MAX
from server.indicators.schemas import NamedSchema, a_value


class WeightSchema(Coded):
    """A line of a set."""

    indicator_version_id = Id(required=True)
    weight = Integer(required=True, min=1, max=100)


class SetSchema(Coded):
    """A set: whom it is for, from which day, and its lines in order. What is left out fits every."""

    department_id = Id(load_default=None, allow_none=True)
    category = Text(load_default=None, allow_none=True, min=1, max=CODE_MAX)
    job_id = Id(load_default=None, allow_none=True)
    level = Text(load_default=None, allow_none=True, min=1, max=LEVEL_MAX)
    valid_from = Day(required=True)
    valid_to = Day(load_default=None, allow_none=True)
    lines = Items(Nested(WeightSchema), required=True, min=1, max=20)


class EndSchema(Coded):
    """The last day on which a set applies."""

    valid_to = Day(required=True)


class AheadSchema(Coded):
    """What HR is about to do: let the set `set_id` end, or write another with this match."""

    set_id = Id(load_default=None, allow_none=True)
    valid_to = Day(load_default=None, allow_none=True)
    department_id = Id(load_default=None, allow_none=True)
    category = Text(load_default=None, allow_none=True, min=1, max=CODE_MAX)
    job_id = Id(load_default=None, allow_none=True)
    level = Text(load_default=None, allow_none=True, min=1, max=LEVEL_MAX)
    valid_from = Day(load_default=None, allow_none=True)


class AffectedSchema(Coded):
    """Somebody to whom another set would apply. `before` and `after`: codes of sets; null: none, "": the new one."""

    person_id = Id(required=True)
    name_zh = Text(required=True)
    name_en = Text(required=True)
    department_zh = Text(required=True)
    department_en = Text(required=True)
    before = Text(required=True, allow_none=True)
    after = Text(required=True, allow_none=True)


class AheadAnswerSchema(Coded):
    """From which day it would be so, and for whom of those who are here today."""

    day = Day(required=True)
    people = Items(Nested(AffectedSchema), required=True, max=None)


class SetLineSchema(Coded):
    """A line of a set as it stands. `newer`: a newer version is approved."""

    indicator_id = Id(required=True)
    indicator_version_id = Id(required=True)
    code = Text(required=True)
    name_zh = Text(required=True)
    name_en = Text(required=True)
    number = Integer(required=True)
    newer = Boolean(required=True)
    weight = Integer(required=True)


class HeldSetSchema(Coded):
    """A set as it stands. `id` and `valid_from` None: that of a job category, on every day."""

    id = Id(required=True, allow_none=True)
    code = Text(required=True)
    department_id = Id(required=True, allow_none=True)
    category = Text(required=True, allow_none=True)
    job_id = Id(required=True, allow_none=True)
    level = Text(required=True, allow_none=True)
    valid_from = Day(required=True, allow_none=True)
    valid_to = Day(required=True, allow_none=True)
    begun = Boolean(
        required=True,
        metadata={"description": "It can end; one that has not begun can be written anew, or taken back."},
    )
    head_count = Integer(required=True)
    lines = Items(Nested(SetLineSchema), required=True, max=None)


class SpanSchema(Coded):
    """From a day to a day this set applies; `code` None: none does."""

    code = Text(required=True, allow_none=True)
    valid_from = Day(required=True)
    valid_to = Day(required=True, allow_none=True)
    lines = Items(Nested(SetLineSchema), required=True, max=None)


class GoalSchema(Coded):
    """A goal. A workshop's and a team's name their department."""

    tier = Choice(GoalTier, required=True)
    parent_id = Id(load_default=None, allow_none=True)
    department_id = Id(load_default=None, allow_none=True)
    owner_id = Id(required=True)
    title_zh = Text(required=True, min=1, max=NAME_MAX)
    title_en = Text(load_default="", max=NAME_MAX)
    target_words = Text(required=True, min=1, max=WORDS_MAX)
    target_number = a_value(load_default=None)
    unit = Text(load_default="", max=UNIT_MAX)
    period_from = Day(required=True)
    period_to = Day(required=True)


class GoalEditSchema(GoalSchema):
    """A goal said anew. `revision`: the one that its author has seen."""

    revision = Integer(required=True, min=1)


class HeldGoalSchema(Coded):
    """A goal on the board."""

    id = Id(required=True)
    tier = Choice(GoalTier, required=True)
    parent_id = Id(required=True, allow_none=True)
    department_id = Id(required=True, allow_none=True)
    owner_id = Id(required=True)
    owner_zh = Text(required=True)
    owner_en = Text(required=True)
    title_zh = Text(required=True)
    title_en = Text(required=True)
    target_words = Text(required=True)
    target_number = Number(required=True, allow_none=True)
    unit = Text(required=True)
    period_from = Day(required=True)
    period_to = Day(required=True)
    revision = Integer(required=True)
    may_write = Boolean(required=True)


class OwnerSchema(NamedSchema):
    """Somebody who may own a goal."""

    id = Id(required=True)


class FloorProposalSchema(Coded):
    """What somebody proposes from the floor, and what became of it."""

    id = Id(required=True)
    name_zh = Text(required=True)
    name_en = Text(required=True)
    department_zh = Text(required=True, allow_none=True)
    department_en = Text(required=True, allow_none=True)
    words = Text(required=True)
    is_draft = Boolean(required=True)
    about_zh = Text(required=True, allow_none=True)
    about_en = Text(required=True, allow_none=True)
    indicator_id = Id(required=True, allow_none=True)
    state = Text(required=True)
    reply = Text(required=True)
    replied_by = Nested(NamedSchema, required=True, allow_none=True)
    received_at = Instant(required=True)
    replied_at = Instant(required=True, allow_none=True)
