"""The nouns of syncing, as plain frozen values.

A *mutation* is one edit by one person on one device. The *version* of a field is the id of the
mutation that wrote what it holds, so "what did the author see?" is answered by an id and never by
a clock. An instant is an integer of milliseconds since 1970, UTC.
"""

from __future__ import annotations

from base64 import urlsafe_b64encode
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from hashlib import sha256
from typing import NamedTuple

from sync.floor import Judged, Proposal, Proposed, Sway, Swayed, Verdict
from sync.measures import Entry, Key, Objection, Stands
from sync.receipts import Reason as Reason
from sync.receipts import Receipt as Receipt
from sync.terms import NO_CLOCK, Aim, Clock, TermLine, Terms, Voice, Window

MERGED_MARK = "+"
DIGEST_LENGTH = 6


class MutationId(NamedTuple):
    """Who wrote, where, and the number on that device: `n` counts up from 1 without a gap.

    `device` and `author` are opaque and hold no dot. A merged text is neither author's own, so it
    carries its own version: `merged(text)` of the mutation that caused it, whose device ends with "+" and
    a digest of the text. Without that mark an edit typed on top of the author's own text and one typed
    on top of the merged text would name the same base, and one of the two would drop the other person's
    words. Without the digest a restored server, which may merge the same mutation with other words,
    would take an edit on top of the first merged text for one on top of the second.
    """

    device: str
    author: str
    n: int

    def __str__(self) -> str:
        return f"{self.device}.{self.author}.{self.n}"

    @property
    def is_merged(self) -> bool:
        return MERGED_MARK in self.device

    def merged(self, text: str | None) -> MutationId:
        """The version of `text`, which this mutation was merged into."""
        digest = urlsafe_b64encode(sha256((text or "").encode()).digest())[:DIGEST_LENGTH].decode()
        plain = self.plain()
        return plain._replace(device=plain.device + MERGED_MARK + digest)

    def names(self, text: object) -> bool:
        """Whether this merged version is that of `text`. What was made before there were digests names any."""
        return self.device.endswith(MERGED_MARK) or (isinstance(text, str | None) and self == self.merged(text))

    def plain(self) -> MutationId:
        """The mutation itself, as it stands in the log."""
        return self._replace(device=self.device.partition(MERGED_MARK)[0]) if self.is_merged else self

    @property
    def writer(self) -> str:
        """ "device.author", the form in which a message lists its writers."""
        return f"{self.device}.{self.author}"

    @classmethod
    def parse(cls, text: str) -> MutationId:
        """Read "device.author.n"; raises ValueError when it is not of that form."""
        device, author, number = text.split(".")
        if not (device.partition(MERGED_MARK)[0] and author and number.isascii() and number.isdigit()):
            raise ValueError(text)
        return cls(device, author, int(number))


Version = MutationId | None
Base = tuple[MutationId, ...]
"""What the author had seen: () nothing, one id for a field, several for a tag's removal or a resolution."""


class Op(StrEnum):
    SET = "set"
    ADD = "add"
    REMOVE = "remove"
    COMMAND = "command"
    APPEND = "append"
    RESOLVE = "resolve"


class CycleState(StrEnum):
    DRAFT = "draft"
    OPEN = "open"
    CLOSING = "closing"
    CLOSED = "closed"


class Status(StrEnum):
    """Where an evaluation stands. A recall brings it back to open."""

    OPEN = "open"
    SUBMITTED = "submitted"
    ACKNOWLEDGED = "acknowledged"


class Right(StrEnum):
    """What the author may do to this record at the moment of the push."""

    SCORE = "score"
    SUBMIT = "submit"
    RECALL = "recall"
    DECIDE = "decide"
    ANSWER = "answer"
    AGREE = "agree"
    REPLY = "reply"
    ADJUST = "adjust"
    ENTER = "enter"
    DISPUTE = "dispute"
    SPEAK = "speak"
    PROPOSE = "propose"


@dataclass(frozen=True, slots=True)
class Submit:
    """Value of the submit command: field name -> the version (for chips: the versions) that it signs."""

    signed: tuple[tuple[str, Base], ...]


@dataclass(frozen=True, slots=True)
class Recall:
    """Value of the recall command."""


@dataclass(frozen=True, slots=True)
class Answer:
    """An employee's answer to a result: kind "agree" or "disagree", with a note that may be empty."""

    kind: str
    note: str


@dataclass(frozen=True, slots=True)
class Resolution:
    """A person's decision of a case: a candidate (`chosen`), or a value of their own (`chosen` None)."""

    case_id: str
    chosen: Version
    value: int | str | None
    reason: str


Tags = tuple[tuple[str, MutationId], ...]
"""Each add that stands, in order of arrival. A tag that two people added stands twice."""
Answers = tuple[tuple[MutationId, Answer], ...]


class Said(NamedTuple):
    """What somebody said about the terms, and the version of the text that it was said about."""

    version: MutationId
    voice: Voice
    text: Version


Spoken = tuple[Proposed, ...] | tuple[Swayed, ...] | tuple[Judged, ...]
Value = int | str | None | Tags | Answers | tuple[TermLine, ...] | tuple[Said, ...] | Spoken
"""What a field holds: score 1..5 or None, text or None, tags, a Status, answers, terms, what was said of them, what the
floor says of its indicators."""
Asked = (
    int
    | str
    | None
    | Submit
    | Recall
    | Answer
    | Resolution
    | Terms
    | Voice
    | Entry
    | Objection
    | Proposal
    | Sway
    | Verdict
)
"""What a mutation asks for."""


@dataclass(frozen=True, slots=True)
class Mutation:
    """One edit. `field` is canonical: score/3, comment/3, reason/3, chips/3, status, answer, terms, voice,
    value, objection, proposal, influence, verdict.

    For `add` and `remove` the value is the tag. `device_time` is what the phone's clock said: shown, never
    trusted.
    """

    id: MutationId
    record: str
    field: str
    op: Op
    value: Asked
    base: Base = ()
    device_time: int = 0
    form_version: str | None = None
    also: Base = ()
    """Of a `set`: its author's own earlier edits of that field which had been refused before their eyes. Should a
    restored server take one of them after all, it counts as seen; one that never arrives holds nothing up."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """One value in a case: whose it is, from what base, and when."""

    version: MutationId
    value: int | str | None
    base: Base
    device_time: int
    received_at: int
    superseded: bool = False
    """True once a later candidate was made by someone who had seen this one."""


class CaseState(StrEnum):
    OPEN = "open"
    RESOLVED = "resolved"


@dataclass(frozen=True, slots=True)
class Case:
    """A true conflict on one field. Nothing leaves it: a candidate can only be superseded."""

    id: str
    field: str
    base: Version
    base_value: int | str | None
    candidates: tuple[Candidate, ...]
    state: CaseState = CaseState.OPEN
    chosen: Version = None
    """The candidate that stands; None while open, and when the decision was a value of its own."""
    resolution: Version = None
    """The version that a person's decision wrote; None when all came to agree by themselves."""
    reason: str = ""
    decided_at: int | None = None

    @property
    def is_open(self) -> bool:
        return self.state is CaseState.OPEN

    @property
    def standing(self) -> tuple[Candidate, ...]:
        """The candidates a person chooses from: those that nobody has moved on from."""
        return tuple(one for one in self.candidates if not one.superseded)

    def candidate(self, version: Version) -> Candidate | None:
        return next((one for one in self.candidates if one.version == version), None)


@dataclass(frozen=True, slots=True)
class Held:
    """What a field holds now. While `case` is open the value is provisional and only a resolution moves it."""

    value: Value = None
    version: Version = None
    case: Case | None = None
    """The field's latest case, open or resolved: a late edit may reopen it."""
    device_time: int = 0
    """Of the mutation that wrote `version`, for the sentences of a case."""
    received_at: int = 0

    @property
    def in_case(self) -> bool:
        return self.case is not None and self.case.is_open


FieldState = Held
RecordState = Mapping[str, Held]
"""Canonical field name -> what it holds; a field never written may be absent."""


@dataclass(frozen=True, slots=True)
class Fate:
    """What the log says of an earlier mutation: enough to use it as somebody's base."""

    id: MutationId
    record: str
    field: str
    receipt: Receipt
    asked: Asked
    """What the author sent."""
    base: Base
    wrote: Value = None
    """What it stands for: what the field held after it (merged: the merged text), or its value in a case."""
    alias: Version = None
    """For `same`: the version that it matched."""
    case_id: str | None = None
    missing: Version = None


Lookup = Callable[[MutationId], Fate | None]
"""Finds a mutation of the same tenant in the log by its plain id; None when it never arrived."""


@dataclass(frozen=True, slots=True)
class Line:
    """What must be known of a line: its key, the mark that the data alone give, and where its target may go."""

    key: int
    rule_mark: int | float | None = None
    aim: Aim | None = None
    """Of terms; None: anything goes."""


@dataclass(frozen=True, slots=True)
class Facts:
    """Everything round an edit that is not in the field itself, as plain values."""

    received_at: int = 0
    case_id: str = ""
    """A fresh id, used if this edit opens a case."""
    cycle: CycleState = CycleState.OPEN
    status: Status = Status.OPEN
    rights: frozenset[Right] = frozenset(Right)
    session_open: bool = True
    """False for a session that may only drain its outbox."""
    lines: tuple[Line, ...] = ()
    """The lines of the form; an edit of any other line is invalid."""
    fields: RecordState = field(default_factory=dict)
    """The whole record; needed for submit alone."""
    result: Version = None
    """The submit that froze the result now released; needed for an answer alone."""
    windows: tuple[Window, ...] = ()
    """When terms may be changed, and might have been of late."""
    clock: Clock = NO_CLOCK
    measured: Mapping[Key, Stands] = field(default_factory=dict)
    """What is measured of the person; needed for a value by hand and an objection alone."""
    hindrance: Reason | None = None
    """What keeps a value by hand out, whatever stands there: the source says so."""


class Step(StrEnum):
    """The kind of a history entry."""

    SET = "set"
    MERGED = "merged"
    CONFLICT = "conflict"
    RESOLVED = "resolved"
    SUBMITTED = "submitted"
    RECALLED = "recalled"
    ANSWERED = "answered"
    RULE = "rule"
    VOICED = "voiced"
    ADJUSTED = "adjusted"
    ENTERED = "entered"
    OBJECTED = "objected"


class CaseChange(StrEnum):
    OPENED = "opened"
    JOINED = "joined"
    REOPENED = "reopened"
    RESOLVED = "resolved"
    AGREED = "agreed"
    """Nobody holds another value any more: the case closed without a resolution."""


@dataclass(frozen=True, slots=True)
class Decision:
    """What to store for a mutation. `held` is the field afterwards, whether or not it changed."""

    receipt: Receipt
    held: Held
    step: Step | None = None
    """Kind of the history entry to write; None: no entry (same, parked, held)."""
    replaced: Version = None
    """For the history entry: the version that stood before (equals the previous entry's version)."""
    alias: Version = None
    """For `same`: the version that this mutation stands for as a base."""
    case: Case | None = None
    """The case that changed (also in `held.case`), and how."""
    case_change: CaseChange | None = None
    reason: Reason | None = None
    missing: Version = None
    status: Status | None = None
    """The evaluation's new status, when it changes. SUBMITTED: freeze the result under this mutation's id."""
    at: tuple[str, ...] = ()
    """For a parked submit: the fields to look at, in the form's order."""
    late: bool = False
    """It came when its window was shut, and counts because it was made before."""

    @property
    def changed(self) -> bool:
        """Whether the field has another version than before. A case that opens or ends by agreement may leave it."""
        return self.step is not None and self.held.version != self.replaced
