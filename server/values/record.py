"""What is measured of one person, while a push works on it: who may do what, and what its sources let in."""

from dataclasses import dataclass, field
from datetime import date, datetime
from uuid import UUID

from server import policy
from server.foundation.ids import PersonId, unshort
from server.people import queries as people
from server.policy import Action, Relation
from server.sync_api.registry import Record
from server.values.held import Sources, lines_in
from server.values.models import LateRule
from server.values.periods import LONGEST, goes_on, is_ahead
from sync.measures import NOTHING, Entry, Objection
from sync.measuring import after
from sync.model import Decision, Mutation, Reason, Right


@dataclass(slots=True)
class MeasuredRecord(Record):
    """One person, locked. An edit is judged by the lines of the period that it is about, not of the day it arrives."""

    employee_no: str = field(kw_only=True)
    at: datetime = field(kw_only=True)
    sources: Sources = field(kw_only=True)
    _known: dict[tuple[str, date, date], frozenset[Relation]] = field(default_factory=dict, kw_only=True)

    def _relations(self, edit: Mutation) -> frozenset[Relation]:
        first, last = _days(edit) or (people.day_of(self.at),) * 2
        key = edit.id.author, first, last
        if key not in self._known:
            self._known[key] = relations(edit.id.author, self.id, first, last)
        return self._known[key]

    def related(self, edit: Mutation) -> bool:
        """Whether the author is this person, or stood above him on the line of these days."""
        return bool(self._relations(edit))

    def rights(self, edit: Mutation) -> frozenset[Right]:
        """What the author may do with values of these days."""
        held = self._relations(edit)
        found = {Right.ENTER: Action.MEASURED_VALUE_WRITE, Right.DISPUTE: Action.MEASURED_VALUE_OBJECT}
        return frozenset(right for right, action in found.items() if policy.can(action, held))

    def hindrance(self, edit: Mutation) -> Reason | None:
        """What the source says: it is not counted by this hand, is locked, or takes nothing for what was judged."""
        asked = edit.value
        if not isinstance(asked, Entry):
            return None
        source = self.sources.of(asked.indicator)
        own = Relation.SELF in self._relations(edit)
        if source is None or not source.is_entered_by(unshort(edit.id.author), of_himself=own):
            return Reason.SOURCE_BY_HAND
        if source.locked_reason is not None:
            return Reason.SOURCE_LOCKED
        return self._hindered_by_days(asked, source.late_rule == LateRule.REFUSE)

    def _hindered_by_days(self, asked: Entry, late_refused: bool) -> Reason | None:
        first, last = date.fromisoformat(asked.first), date.fromisoformat(asked.value.last)
        today, frequency = people.day_of(self.at), self.sources.measured[asked.indicator].version.frequency
        if last - first > LONGEST or is_ahead(frequency, first, last, today):
            return Reason.INVALID
        stands = self.measured.get(asked.key, NOTHING).value
        end = None if stands is None else date.fromisoformat(stands.last)
        if late_refused and any(self.sources.late(day) is not None for day in (last, end) if day is not None):
            return Reason.VALUE_LATE
        if stands is None or end is None or stands != asked.shown or asked.reason.strip():
            return None
        is_other = asked.value.number != stands.number
        if last > end and is_other and not goes_on(frequency, first, end, last, today):
            return Reason.VALUE_REASON
        return None

    def take(self, edit: Mutation, decision: Decision) -> None:
        """Move on by one decision: the next edit of this push meets what this one left."""
        if decision.changed and isinstance(edit.value, Entry | Objection):
            key = edit.value.key
            self.measured[key] = after(self.measured.get(key, NOTHING), edit)
        Record.take(self, edit, decision)


def _days(edit: Mutation) -> tuple[date, date] | None:
    """First and last day that an edit is about; None where it says no such days."""
    try:
        match edit.value:
            case Entry(first=first, value=value):
                return date.fromisoformat(first), date.fromisoformat(value.last)
            case Objection(first=first, shown=shown):
                return date.fromisoformat(first), date.fromisoformat(shown.last)
            case _:
                return None
    except ValueError:
        return None


def relations(author: str, subject: UUID, first: date, last: date) -> frozenset[Relation]:
    """How somebody stood to a person on any of these days."""
    try:
        one = PersonId(unshort(author))
    except ValueError:
        return frozenset()
    if one == subject:
        return frozenset({Relation.SELF})
    if lines_in(one, [subject], first, last):
        return frozenset({Relation.SUPERVISOR})
    above = (people.superiors_on([PersonId(subject)], day)[PersonId(subject)] for day in {first, last})
    return frozenset({Relation.MANAGER}) if any(one in many for many in above) else frozenset()
