"""How people stand to evaluations at a moment: what `policy` decides by."""

from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final, TypeVar
from uuid import UUID

import sqlalchemy as sa

from server.cycles import queries as cycles
from server.cycles.models import CycleState
from server.evaluations.models import Evaluation
from server.foundation.ids import PersonId, unshort
from server.foundation.prepared import ask_later, of_plant, table_of, within
from server.people import queries as people
from server.policy import Relation

RowT = TypeVar("RowT", bound="Evaluation | sa.Row[Any]")
WHOSE: Final = ("id", "cycle_id", "employee_id", "rater_id", "former_rater_id", "former_until")
"""What must be known of an evaluation to say how people stand to it."""
_ONE: Final = table_of(Evaluation).c
_GIVEN: Final = cycles.given_by(of_plant(sa.select(_ONE.rater_id).where(within(_ONE.id))))


@dataclass(slots=True)
class Standing:
    """Relations to a set of evaluations, read in bulk.

    `now_delegated` and `ever_delegated` hold (cycle, rater, delegate).
    """

    now_delegated: frozenset[tuple[UUID, UUID, UUID]]
    ever_delegated: frozenset[tuple[UUID, UUID, UUID]]
    at: datetime
    superiors: dict[PersonId, frozenset[PersonId]] = field(default_factory=dict)
    """rater -> everybody above him; read when somebody asks who is neither rater nor delegate."""

    def relations(self, author: str | UUID, one: Evaluation | sa.Row[Any]) -> frozenset[Relation]:
        """How this person stands to this evaluation now.

        Whoever is judged stands to it as himself alone, also when his rater delegated to him: nobody
        scores himself or sees his own draft.
        """
        person = _person(author)
        if person is None:
            return frozenset()
        if person == one.employee_id:
            return frozenset({Relation.SELF})
        if person == one.rater_id:
            return frozenset({Relation.RATER})
        found: set[Relation] = set()
        if person == one.former_rater_id and (one.former_until is None or self.at < one.former_until):
            found.add(Relation.RATER)
        if (one.cycle_id, one.rater_id, person) in self.now_delegated:
            found.add(Relation.DELEGATE)
        if one.rater_id not in self.superiors:
            self.superiors |= people.superiors([one.rater_id], self.at)
        if person in self.superiors[one.rater_id]:
            found.add(Relation.MANAGER)
        return frozenset(found)

    def ever(self, author: str | UUID, one: Evaluation | sa.Row[Any]) -> bool:
        """Whether this person stands, or once stood as a delegate or as the rater, to this evaluation."""
        if self.relations(author, one):
            return True
        person = _person(author)
        if person is not None and person == one.former_rater_id:
            return True
        return person is not None and (one.cycle_id, one.rater_id, person) in self.ever_delegated


def standing(evaluations: Collection[Evaluation | sa.Row[Any]], at: datetime) -> Standing:
    """Read how people stand to these evaluations."""
    return _standing(cycles.delegations_of_raters({one.rater_id for one in evaluations}), at)


def ask_standing(ids: Collection[UUID], at: datetime) -> Callable[[], Standing]:
    """The same by the ids of evaluations, asked with the next question."""
    later = ask_later(_GIVEN, {"ids": ids})
    return lambda: _standing(later.rows(), at)


def _standing(delegations: Collection[Any], at: datetime) -> Standing:
    ever = {(d.cycle_id, d.rater_id, d.delegate_id) for d in delegations}
    now = {
        (d.cycle_id, d.rater_id, d.delegate_id)
        for d in delegations
        if d.valid_from <= at and (d.valid_to is None or at < d.valid_to)
    }
    return Standing(frozenset(now), frozenset(ever), at)


def kept(found: Collection[RowT], viewer: PersonId, at: datetime, cycle_state: Callable[[RowT], str]) -> list[RowT]:
    """Those of these evaluations that this person may still read as their rater: whoever is named on one keeps it
    until the cycle closes, wherever the person judged has moved; after that the line of the day decides.
    """
    over = {one.id for one in found if one.rater_id == viewer and cycle_state(one) == CycleState.CLOSED.value}
    if not over:
        return list(found)
    above = people.superiors({PersonId(one.employee_id) for one in found if one.id in over}, at)
    return [one for one in found if one.id not in over or viewer in above[PersonId(one.employee_id)]]


def _person(author: str | UUID) -> PersonId | None:
    if isinstance(author, UUID):
        return PersonId(author)
    try:
        return PersonId(unshort(author))
    except ValueError:
        return None
