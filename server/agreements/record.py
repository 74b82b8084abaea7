"""An agreement while a push works on it: who may do what to it, and what is known of the clock of who did."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import sqlalchemy as sa

from server import policy
from server.agreements import queries
from server.agreements.models import AgreementVoice
from server.foundation.clock import to_ms
from server.foundation.ids import PersonId, unshort
from server.people import queries as people
from server.policy import Action, Relation
from server.sync_api.registry import Done, Record
from server.sync_api.stored import version_of
from sync import model as core
from sync.model import Decision, Mutation, MutationId, Right, Said
from sync.terms import Aim, Clock, TermLine, Voice

RIGHTS: Final = {
    Right.AGREE: Action.AGREEMENT_SPEAK,
    Right.REPLY: Action.AGREEMENT_REPLY,
    Right.ADJUST: Action.AGREEMENT_ADJUST,
}


@dataclass(slots=True)
class AgreementRecord(Record):
    """One locked agreement."""

    agreement: sa.Row[Any] = field(kw_only=True)
    """As it was when it was locked."""
    at: datetime = field(kw_only=True)
    texts: int = field(default=0, kw_only=True)
    """How many changes of the terms it has."""
    clocks: dict[MutationId, Clock] = field(default_factory=dict, kw_only=True)
    """What is known of the clock by which each edit tells its time."""
    _relations: dict[str, frozenset[Relation]] = field(default_factory=dict, kw_only=True)
    _since: dict[tuple[str, str], int] = field(default_factory=dict, kw_only=True)

    def _of(self, author: str) -> frozenset[Relation]:
        if author not in self._relations:
            self._relations[author] = relations(author, self.agreement.person_id, self.at)
        return self._relations[author]

    def related(self, edit: Mutation) -> bool:
        """Whether the author stands to whom it is about, or once was the one to answer for it."""
        author = edit.id.author
        return bool(self._of(author)) or _person(author) == self.agreement.supervisor_id

    def rights(self, edit: Mutation) -> frozenset[Right]:
        """What the author may do here now."""
        return rights(self._of(edit.id.author))

    def refuse(self, edit: Mutation, decision: Decision) -> None:
        """A change that came while the window was shut is kept for the next one."""
        if decision.reason is core.Reason.WINDOW_CLOSED:
            self.refused.append(Done(edit, decision))

    def clock(self, edit: Mutation, offset: int) -> Clock:
        """What the last contact of this phone says: nothing waited on it then, so what comes now was made later."""
        key = edit.id.device, edit.id.author
        if key not in self._since:
            author, device = _id(edit.id.author), _id(edit.id.device)
            idle = None if author is None else queries.idle_since(author, device)
            self._since[key] = 0 if idle is None else to_ms(idle)
        self.clocks[edit.id] = Clock(offset, self._since[key])
        return self.clocks[edit.id]


def relations(author: str, person_id: PersonId, at: datetime) -> frozenset[Relation]:
    """How somebody stands to whom an agreement is about, on the reporting lines of this moment."""
    return people.on_the_line(_id(author), person_id, at)


def rights(held: frozenset[Relation]) -> frozenset[Right]:
    """What these relations allow."""
    return frozenset(right for right, action in RIGHTS.items() if policy.can(action, held))


def _person(author: str) -> PersonId | None:
    found = _id(author)
    return None if found is None else PersonId(found)


def _id(text: str) -> UUID | None:
    try:
        return unshort(text)
    except ValueError:
        return None


def fields_of(one: Any, said: Sequence[AgreementVoice]) -> dict[str, core.Held]:
    """What an agreement holds, in the core's words."""
    lines: tuple[TermLine, ...] = tuple((key, target, weight) for key, target, weight in one.terms)
    at = 0 if one.terms_at is None else to_ms(one.terms_at)
    held = {"terms": core.Held(lines, version_of(one.terms_version), None, one.terms_device_time, at)}
    if said:
        voices = tuple(
            Said(core.MutationId.parse(v.version), Voice(v.kind, v.words), version_of(v.text_version)) for v in said
        )
        last = said[-1]
        held["voice"] = core.Held(voices, voices[-1].version, None, last.device_time, to_ms(last.received_at))
    return held


def lines_of(one: Any) -> tuple[core.Line, ...]:
    """What the core must know of the lines."""
    return tuple(core.Line(line["key"], aim=_aim(line)) for line in one.lines)


def _aim(line: dict[str, Any]) -> Aim:
    return Aim(line["target"], line["direction"], line.get("threshold"), line.get("rule") is not None)
