"""What somebody says of the indicators they are measured by: a proposal, whether their job can influence it, and the
word of whoever answers for them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from sync.model import MutationId

YES: Final = "yes"
PARTLY: Final = "partly"
NO: Final = "no"
SWAYS: Final = (YES, PARTLY, NO)
"""Answers to "can my job influence it?"; the last two owe words."""

TAKEN: Final = "taken"
DECLINED: Final = "declined"
VERDICTS: Final = (TAKEN, DECLINED)

HIGHER: Final = "higher"
LOWER: Final = "lower"
NAME_MAX: Final = 200
UNIT_MAX: Final = 20
SOURCE_MAX: Final = 40
FREQUENCY_MAX: Final = 10
ID_MAX: Final = 22
"""A short id."""


class Draft(NamedTuple):
    """An indicator as it is thought of on the floor: gaps are allowed, HR closes them. Texts may be empty."""

    name_zh: str
    name_en: str
    unit: str
    direction: str
    target: int | float | None
    threshold: int | float | None
    source: str
    frequency: str
    job: str
    """Id of the job that it is for; empty: of none yet."""
    output: str
    """Id of the core output that it hangs on; empty: on none yet."""


@dataclass(frozen=True, slots=True)
class Proposal:
    """Something that should be measured otherwise: words about one version of an indicator, or a draft of a new one."""

    about: str
    """Id of the version that it is about; empty with a draft, or when it is about none of them."""
    words: str
    draft: Draft | None = None


@dataclass(frozen=True, slots=True)
class Sway:
    """Whether one's own job can influence what a version of an indicator measures."""

    about: str
    answer: str
    words: str = ""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What becomes of a proposal, by whoever answers for its author. Declining owes words."""

    answer: str
    words: str = ""


class Proposed(NamedTuple):
    """A proposal as its field holds it."""

    version: MutationId
    proposal: Proposal


class Swayed(NamedTuple):
    """The last answer about one version."""

    version: MutationId
    sway: Sway


class Judged(NamedTuple):
    """A verdict, and the proposal that it is about."""

    version: MutationId
    verdict: Verdict
    proposal: MutationId | None
