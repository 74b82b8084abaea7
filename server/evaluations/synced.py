"""Evaluations as phones see them: what a push locks and stores, what a pull may read.

Scopes   rate:<rater>   evaluations, cases, forms and cycles of a rater. A delegate's phone names it
                        with the part that is delegated to him: rate:<rater>:<part>
         own:<person>   own results
         facts:<rater>  trends behind the marks
         lib            quick comments
"""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import sqlalchemy as sa

from server import policy
from server.evaluations import keeping, queries, results, rows, shown, trends
from server.evaluations.models import Case, Evaluation, Form
from server.evaluations.record import EvaluationRecord, lines_of, may_decide, rights_of
from server.evaluations.scopes import FACTS, LIB, OWN, RATE, facts_scope, own_scope, part_of, rate_scope
from server.evaluations.standing import standing
from server.evaluations.states import load
from server.foundation.db import session
from server.foundation.ids import PersonId, short, unshort
from server.indicators import queries as indicators
from server.policy import Action, Relation
from server.sync_api.answers import Writers
from server.sync_api.queries import steps_of
from server.sync_api.registry import Record, Scope, SyncedRoom, Viewer
from sync import model as core

AS_RATER: Final = frozenset({Relation.SUPERVISOR})


class EvaluationRoom(SyncedRoom):
    """The one room, so far, whose records are edited on phones."""

    kinds = ("cycle", "form", "evaluation", "case", "result", "trend", "chip")

    # ---- push ----------------------------------------------------------------------------------

    def lock(self, ids: Collection[UUID], at: datetime) -> Sequence[Record]:
        """Evaluations by id, locked in that order."""
        query = sa.select(Evaluation).where(Evaluation.id.in_(ids)).order_by(Evaluation.id)
        found = session().execute(query.with_for_update().execution_options(populate_existing=True)).scalars().all()
        if not found:
            return []
        ids_found = [one.id for one in found]
        cycle_states_of = queries.cycle_states({one.cycle_id for one in found})
        steps_before = steps_of(ids_found)
        released = queries.released_versions(ids_found)
        states = load(found)  # and with it what was asked above
        cycle_states, steps, results = cycle_states_of(), steps_before(), released()
        forms = queries.forms({one.form_id for one in found})
        stands = standing(found, at)
        return [
            EvaluationRecord(
                room=self,
                id=one.id,
                fields=states[one.id].fields,
                status=core.Status(one.state),
                cycle=cycle_states[one.cycle_id],
                result=results.get(one.id),
                lines=lines_of(forms[one.form_id], one.rules),
                steps=steps.get(one.id, 0),
                evaluation=one,
                form=forms[one.form_id],
                standing=stands,
                case_numbers=states[one.id].cases,
            )
            for one in found
        ]

    def store(self, records: Iterable[Record], now: datetime) -> None:
        """Write fields, cases, results; name what changed."""
        keeping.keep([one for one in records if isinstance(one, EvaluationRecord)], now)

    # ---- pull ----------------------------------------------------------------------------------

    def scopes(self, viewer: Viewer) -> Sequence[Scope]:
        """Own team, teams delegated to me, own results, the facts behind them, the library."""
        me = viewer.person_id
        rates = queries.is_rater(me)
        delegated: dict[PersonId, list[UUID]] = {}
        for one in queries.delegated_to(me, viewer.at):
            delegated.setdefault(one.rater_id, []).append(one.cycle_id)
        parts: dict[PersonId, str] = {me: ""} if rates.rows() else {}
        parts |= {rater: part_of(cycles) for rater, cycles in delegated.items() if rater != me}
        return [
            *(Scope(rate_scope(r), 0 if r == me else 1, part) for r, part in parts.items()),
            Scope(own_scope(me), 2),
            *(Scope(facts_scope(r), 3, part) for r, part in parts.items()),
            Scope(LIB, 4),
        ]

    def rows(
        self, kind: str, scope: str, ids: Sequence[UUID], viewer: Viewer, writers: Writers
    ) -> dict[UUID, list[Any]]:
        """Rows by id; what this person may not see in this scope now is left out."""
        family, _, owner = scope.partition(":")
        if family == LIB:
            return self._chips(ids) if kind == "chip" else {}
        person = PersonId(unshort(owner))
        if family == OWN:
            return self._own(kind, ids, person, viewer, writers) if person == viewer.person_id else {}
        visible = queries.visible_cycles(person, viewer.person_id, viewer.at)
        if kind == "trend" and family == FACTS:
            return self._trends(ids, person, visible, viewer)
        if family != RATE:
            return {}
        if kind == "cycle":
            wanted = [one for one in ids if visible is None or one in visible]
            return {one.id: rows.cycle_row(one) for one in queries.cycles(wanted)}
        if kind == "form":
            forms = queries.forms(ids).values()
            return {one.id: rows.form_row(one) for one in forms if visible is None or one.cycle_id in visible}
        if kind == "evaluation":
            return self._evaluations(ids, person, visible, viewer, writers)
        if kind == "case":
            return self._cases(ids, person, visible, viewer, writers)
        return {}

    def _evaluations(
        self,
        ids: Sequence[UUID],
        rater: PersonId,
        visible: frozenset[UUID] | None,
        viewer: Viewer,
        writers: Writers,
    ) -> dict[UUID, list[Any]]:
        asked, held = shown.evaluations(ids, rater, viewer.person_id), shown.fields(ids)
        found = [one for one in asked.rows() if visible is None or one.cycle_id in visible]
        fields = shown.written_out(held.rows(), {one.id for one in found}, writers) if found else {}
        stands = None if rater == viewer.person_id else standing(found, viewer.at)
        said = queries.standing_answers(found)
        made: dict[UUID, list[Any]] = {}
        for one in found:
            relations = AS_RATER if stands is None else stands.relations(viewer.person_id, one)
            rights = rights_of(relations, core.Status(one.state), core.CycleState(one.cycle_state))
            answer = said.get(one.id) if policy.can(Action.RESULT_READ, relations) else None
            made[one.id] = rows.evaluation_row(one, fields.get(one.id, []), rights, answer)
        return made

    def _cases(
        self,
        ids: Sequence[UUID],
        rater: PersonId,
        visible: frozenset[UUID] | None,
        viewer: Viewer,
        writers: Writers,
    ) -> dict[UUID, list[Any]]:
        found = queries.cases(ids)
        rated = {
            one.id: one for one in queries.rated({c.evaluation_id for c in found}, rater, visible, viewer.person_id)
        }
        shown: list[Case] = [case for case in found if case.evaluation_id in rated]
        stands = standing(rated.values(), viewer.at)
        states = load(list(rated.values()))
        view = queries.CaseView.of(shown)
        made: dict[UUID, list[Any]] = {}
        for row in shown:
            one = rated[row.evaluation_id]
            case = view.cases[row.id]
            deciding = may_decide(case, short(viewer.person_id), stands.relations(viewer.person_id, one))
            rights = ["decide"] if deciding and case.is_open else []
            comments = queries.comments_beside(case.field, states[one.id])
            made[row.id] = rows.case_row(row, case, rights, view.names, view.labels, comments, writers)
        return made

    def _own(
        self, kind: str, ids: Sequence[UUID], me: PersonId, viewer: Viewer, writers: Writers
    ) -> dict[UUID, list[Any]]:
        if kind == "result":
            return results.result_rows(ids, me, writers)
        seen = queries.judged_in(me)
        if kind == "cycle":
            wanted = [one for one in ids if one in seen.cycles]
            return {one.id: rows.cycle_row(one) for one in queries.cycles(wanted)}
        if kind == "form":
            forms: Iterable[Form] = queries.forms(set(ids) & seen.forms).values()
            return {one.id: rows.form_row(one) for one in forms}
        return {}

    def _trends(
        self, ids: Sequence[UUID], rater: PersonId, visible: frozenset[UUID] | None, viewer: Viewer
    ) -> dict[UUID, list[Any]]:
        found = queries.rated_of_whom(ids, rater, visible, viewer.person_id)
        return trends.trend_rows(found)

    def _chips(self, ids: Sequence[UUID]) -> dict[UUID, list[Any]]:
        return {
            chip.id: [short(chip.id), chip.indicator_code, chip.band, chip.zh, chip.en]
            for chip in indicators.chips(ids)
        }
