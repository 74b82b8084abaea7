/** One count for ring, segments and counter: a person is finished when nothing of the page is left to do here. Pure. */
import type { EvaluationRow, EvaluationState, Id } from '../sync/types';
import type { Tooth } from '../ui/people';

interface Team {
  stateOf(id: Id): EvaluationState;
  readonly status: { readonly queued_evaluations: ReadonlySet<Id> };
}

/** What is marked twice is not settled, however far the rest is. What was put apart counts as far as the page itself is. */
function toothOf(row: EvaluationRow, team: Team): Tooth {
  const state = team.stateOf(row.id);
  if (state === 'case' || (state === 'parked' && row.state === 'open')) return 'half';
  if (state === 'parked') return team.status.queued_evaluations.has(row.id) ? 'done_here' : 'delivered';
  return state;
}

export const teethOf = (team: Team, rows: readonly EvaluationRow[]): Tooth[] => rows.map((row) => toothOf(row, team));
export const finished = (teeth: readonly Tooth[]): number => teeth.filter((tooth) => tooth === 'done_here' || tooth === 'delivered').length;
