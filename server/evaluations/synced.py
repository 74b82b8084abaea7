"""Evaluations as phones see them: what a push locks and stores, what a pull may read.

Scopes   rate:<rater>   evaluations, cases, forms and cycles of a rater. A delegate's phone names it
                        with the part that is delegated to him: rate:<rater>:<part>
         own:<person>   own results
         facts:<rater>  trends behind the marks
         lib            quick comments
"""

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import sqlalchemy as sa

from server import policy
from server.evaluations import keeping, queries, results, rows, shown, trends
from server.evaluations.models import Case, Evaluation
from server.evaluations.record import EvaluationRecord, lines_of, may_decide, rights_of
from server.evaluations.scopes import FACTS, LIB, OWN, RATE, facts_scope, own_scope, part_of, rate_scope
from server.evaluations.standing import WHOSE, Standing, ask_standing, kept, standing
from server.evaluations.states import State, ask_states, load
from server.evaluations.storing import OWN_ROW, OwnRow
from server.foundation.ids import PersonId, short, unshort
from server.foundation.prepared import ask_later, of_plant, table_of, within
from server.indicators import queries as indicators
from server.policy import Action, Relation, Stage
from server.sync_api.answers import Writers
from server.sync_api.registry import Record, Scope, SyncedRoom, Viewer
from sync import model as core

AS_RATER: Final = frozenset({Relation.RATER})


_ONE: Final = table_of(Evaluation).c
_LOCKED: Final = of_plant(
    sa.select(*(_ONE[name] for name in (*WHOSE, "form_id", "rules", *OWN_ROW)))
    .where(within(_ONE.id))
    .order_by(_ONE.id)
    .with_for_update()
)


class EvaluationRoom(SyncedRoom):
    """The room whose records are edited most: everybody scores."""

    kinds = ("cycle", "form", "evaluation", "case", "result", "trend", "chip")
    asked_first = True

    # ---- push ----------------------------------------------------------------------------------

    def lock(self, ids: Sequence[UUID], at: datetime) -> Callable[[], Sequence[Record]]:
        """Evaluations by id, locked in that order; what their edits are judged by comes in the same message."""
        found = ask_later(_LOCKED, {"ids": ids})
        states, stands = ask_states(ids), ask_standing(ids, at)
        form_lines = queries.form_lines(ids)

        def locked() -> Sequence[Record]:
            rows = found.rows()
            held, standing, forms = states(rows), stands(), form_lines()
            return [self._record(one, held[one.id], forms[one.form_id], standing) for one in rows]

        return locked

    def _record(self, one: Any, state: State, form_lines: Sequence[Any], standing: Standing) -> EvaluationRecord:
        return EvaluationRecord(
            room=self,
            id=one.id,
            fields=state.fields,
            status=core.Status(one.state),
            cycle=state.cycle,
            result=state.result,
            lines=lines_of(form_lines, one.rules),
            steps=state.steps,
            evaluation=one,
            own=OwnRow.of(one),
            form_lines=form_lines,
            standing=standing,
            case_numbers=state.cases,
        )

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
            return trends.trend_rows(ids, person, visible, viewer)
        if family != RATE:
            return {}
        if kind == "cycle":
            wanted = [one for one in ids if visible is None or one in visible]
            return {one.id: rows.cycle_row(one) for one in shown.cycles(wanted)}
        if kind == "form":
            forms = shown.forms(ids)
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
        asked = shown.evaluations(ids, rater, viewer.person_id).rows()
        seen = [one for one in asked if visible is None or one.cycle_id in visible]
        found = kept(seen, viewer.person_id, viewer.at, lambda one: one.cycle_state)
        stands = None if rater == viewer.person_id else standing(found, viewer.at)
        said = queries.standing_answers(found)
        made: dict[UUID, list[Any]] = {}
        for one in found:
            relations = AS_RATER if stands is None else stands.relations(viewer.person_id, one)
            rights = rights_of(relations, core.Status(one.state), core.CycleState(one.cycle_state))
            answer = said.get(one.id) if policy.can(Action.RESULT_READ, relations, Stage.SUBMITTED) else None
            made[one.id] = rows.evaluation_row(one, shown.written_out(one, writers), rights, answer)
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
        rates = queries.rated({c.evaluation_id for c in found}, rater, visible, viewer.person_id)
        cycles = {one.id: one.state for one in queries.cycles({one.cycle_id for one in rates})} if rates else {}
        rated = {one.id: one for one in kept(rates, viewer.person_id, viewer.at, lambda one: cycles[one.cycle_id])}
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
            return {one.id: rows.cycle_row(one) for one in shown.cycles(wanted)}
        if kind == "form":
            return {one.id: rows.form_row(one) for one in shown.forms(set(ids) & seen.forms)}
        return {}

    def _chips(self, ids: Sequence[UUID]) -> dict[UUID, list[Any]]:
        return {
            chip.id: [short(chip.id), chip.indicator_code, chip.band, chip.zh, chip.en]
            for chip in indicators.chips(ids)
        }
