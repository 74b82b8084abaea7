"""Shapes of agreements and windows in the API."""

from server.agreements.models import DAY_MAX, Among, Every, Standing
from server.foundation.fields import Anything, Boolean, Choice, Coded, Day, Id, Instant, Integer, Items, Nested, Text


class WindowPlanSchema(Coded):
    """When windows open by themselves: days of each month or quarter, both included."""

    every = Choice(Every, required=True)
    first_day = Integer(required=True, min=1, max=DAY_MAX)
    last_day = Integer(required=True, min=1, max=DAY_MAX)


class UntilSchema(Coded):
    """Until when a window opened by hand stays open."""

    until = Instant(required=True)


class WindowSchema(Coded):
    """The plan, and the window that is open or comes next."""

    every = Choice(Every, required=True, allow_none=True)
    first_day = Integer(required=True, allow_none=True)
    last_day = Integer(required=True, allow_none=True)
    open_until = Instant(required=True, allow_none=True, metadata={"description": "None: shut."})
    next_opens_at = Instant(required=True, allow_none=True)
    next_closes_at = Instant(required=True, allow_none=True)


class BegunSchema(Coded):
    """How many agreements were drawn up."""

    made = Integer(required=True)


class CountsSchema(Coded):
    """How it stands in a department, those below not counted."""

    department_id = Id(required=True)
    name_zh = Text(required=True)
    name_en = Text(required=True)
    agreed = Integer(required=True)
    objected = Integer(required=True)
    disagreed = Integer(required=True, metadata={"description": "Seen, but I disagree."})
    asked_again = Integer(required=True, metadata={"description": "Answered an older text only."})
    silent = Integer(required=True)
    unanswered = Integer(required=True, metadata={"description": "Objections without the supervisor's reply."})


class AgreementsQuerySchema(Coded):
    """Whose agreements, and how it stands with them."""

    department_id = Id(required=True)
    state = Choice(Standing, load_default=None)
    among = Choice(Among, load_default=Among.STANDING, metadata={"description": "all: replaced ones as well."})


class ListedAgreementSchema(Coded):
    """An agreement in a list; the whole of it is behind its id."""

    id = Id(required=True)
    person_id = Id(required=True)
    employee_no = Text(required=True)
    name_zh = Text(required=True)
    name_en = Text(required=True)
    supervisor_zh = Text(required=True)
    supervisor_en = Text(required=True)
    period = Text(required=True)
    period_from = Day(required=True)
    over = Boolean(required=True)
    state = Text(required=True, metadata={"description": "agreed, objected, disagreed, asked_again or silent"})
    unanswered = Boolean(required=True, metadata={"description": "An objection waits for the supervisor's word."})


class SaidSchema(Coded):
    """Who said it, and when by the phone's clock and by the server's, in milliseconds since 1970."""

    version = Text(required=True)
    words = Text(required=True, lines=True)
    author_id = Id(required=True)
    author_zh = Text(required=True)
    author_en = Text(required=True)
    device_time = Integer(required=True)
    received_at = Integer(required=True)


class TextSchema(SaidSchema):
    """A change of the terms, with all of them: key, target, weight."""

    terms = Anything(required=True)
    late = Boolean(required=True, metadata={"description": "It came after its window, made within it."})


class VoiceSchema(SaidSchema):
    """What was said, and the version of the text that was on the screen; None: as drawn up."""

    kind = Text(required=True)
    text = Text(required=True, allow_none=True)


class ExchangeSchema(Coded):
    """One agreement with every text and every word, as evidence."""

    id = Id(required=True)
    person_id = Id(required=True)
    name_zh = Text(required=True)
    name_en = Text(required=True)
    supervisor_id = Id(required=True)
    supervisor_zh = Text(required=True)
    supervisor_en = Text(required=True)
    period = Text(required=True)
    lines = Anything(required=True, metadata={"description": "As drawn up, each with its indicator's version."})
    texts = Items(Nested(TextSchema), required=True, max=None)
    voices = Items(Nested(VoiceSchema), required=True, max=None)
    terms_version = Text(required=True, allow_none=True)
    state = Text(required=True, metadata={"description": "agreed, objected, disagreed, asked_again or silent"})
