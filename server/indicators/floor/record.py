"""What one person says, while a push works on it: who may say what, and what stands there."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final
from uuid import UUID

from server import policy
from server.foundation.clock import to_ms
from server.foundation.ids import PersonId, short, unshort
from server.indicators import standing
from server.indicators.floor import queries
from server.indicators.floor.models import FloorProposal, OwnInfluence
from server.people import queries as people
from server.policy import Action, Relation
from server.sync_api.registry import Record
from sync.floor import Draft, Judged, Proposal, Proposed, Sway, Swayed, Verdict
from sync.model import Held, Mutation, MutationId, Right

RIGHTS: Final = {Right.SPEAK: Action.FLOOR_SPEAK, Right.REPLY: Action.FLOOR_REPLY}


@dataclass(slots=True)
class FloorRecord(Record):
    """One person's box, locked."""

    person_id: PersonId = field(kw_only=True)
    at: datetime = field(kw_only=True)
    _relations: dict[str, frozenset[Relation]] = field(default_factory=dict, kw_only=True)
    _jobs: tuple[frozenset[UUID] | None] | None = field(default=None, kw_only=True)
    """Jobs that this person may propose for, once asked; None in it: every job."""

    def _of(self, author: str) -> frozenset[Relation]:
        if author not in self._relations:
            self._relations[author] = relations(author, self.person_id, self.at)
        return self._relations[author]

    def related(self, edit: Mutation) -> bool:
        """Whose it is, and whoever stands above on the line."""
        return bool(self._of(edit.id.author))

    def rights(self, edit: Mutation) -> frozenset[Right]:
        """What the author may do here now. Nobody says anything of a version that there is not."""
        held = self._of(edit.id.author)
        found = {right for right, action in RIGHTS.items() if policy.can(action, held)}
        if Right.SPEAK in found and not _is_about_something(edit):
            found.remove(Right.SPEAK)
        draft = edit.value.draft if isinstance(edit.value, Proposal) else None
        if draft is not None and Relation.SELF in held and self._may_draft(draft):
            found.add(Right.PROPOSE)
        return frozenset(found)

    def _may_draft(self, draft: Draft) -> bool:
        held = standing.relations(self.person_id, self.at)
        if not policy.can(Action.INDICATOR_PROPOSE, held):
            return False
        if self._jobs is None:
            self._jobs = (standing.jobs_of(self.person_id, held, self.at),)
        (mine,) = self._jobs
        job = id_of(draft.job)
        return mine is None or job is None or job in mine


def relations(author: str, person_id: PersonId, at: datetime) -> frozenset[Relation]:
    """How somebody stands to this person, on the reporting lines of this moment."""
    return people.on_the_line(id_of(author), person_id, at)


def id_of(text: str) -> UUID | None:
    """A short id read; None where it is none."""
    try:
        return unshort(text)
    except ValueError:
        return None


def _is_about_something(edit: Mutation) -> bool:
    asked = edit.value
    if not isinstance(asked, Proposal | Sway) or asked.about == "":
        return True
    version = id_of(asked.about)
    return version is not None and version in queries.versions([version])


def fields_of(proposed: Sequence[FloorProposal], answered: Collection[OwnInfluence]) -> dict[str, Held]:
    """What a box holds, in the core's words."""
    held: dict[str, Held] = {}
    if proposed:
        value = tuple(Proposed(MutationId.parse(one.version), _proposal(one)) for one in proposed)
        last = proposed[-1]
        held["proposal"] = Held(value, value[-1].version, None, last.device_time, to_ms(last.received_at))
    if answered:
        sways = tuple(
            Swayed(MutationId.parse(one.version), Sway(short(one.indicator_version_id), one.answer, one.words))
            for one in answered
        )
        latest = max(answered, key=lambda one: one.received_at)
        held["influence"] = Held(
            sways, MutationId.parse(latest.version), None, latest.device_time, to_ms(latest.received_at)
        )
    judged = sorted(
        (one for one in proposed if one.verdict_at is not None), key=lambda one: one.verdict_at or one.received_at
    )
    if judged:
        verdicts = tuple(
            Judged(
                MutationId.parse(one.verdict_version or one.version),
                Verdict(one.verdict or "", one.verdict_words),
                MutationId.parse(one.version),
            )
            for one in judged
        )
        newest = judged[-1]
        assert newest.verdict_at is not None
        held["verdict"] = Held(
            verdicts, verdicts[-1].version, None, newest.verdict_device_time or 0, to_ms(newest.verdict_at)
        )
    return held


def _proposal(one: FloorProposal) -> Proposal:
    about = "" if one.about_id is None else short(one.about_id)
    return Proposal(about, one.words, None if one.draft is None else Draft(*one.draft))
