/** A team in the order of who needs a hand; each person stands once. Pure. */
import type { EvaluationRow, EvaluationState, Millis } from '../../sync/types';

export type GroupName = 'look' | 'half' | 'none' | 'done_here' | 'delivered';
export interface Group {
  name: GroupName;
  rows: EvaluationRow[];
}

const ORDER: GroupName[] = ['look', 'half', 'none', 'done_here', 'delivered'];
const GROUP: Record<EvaluationState, GroupName> = {
  case: 'look',
  parked: 'look',
  half: 'half',
  none: 'none',
  done_here: 'done_here',
  delivered: 'delivered',
};

/** Open pages in the order of the run; finished ones with the latest first. */
export function groupsOf(
  rows: readonly EvaluationRow[],
  stateOf: (id: string) => EvaluationState,
  submittedAt: (row: EvaluationRow) => Millis | null,
): Group[] {
  const latest = (a: EvaluationRow, b: EvaluationRow) => (submittedAt(b) ?? 0) - (submittedAt(a) ?? 0);
  return ORDER.map((name) => {
    const mine = rows.filter((row) => GROUP[stateOf(row.id)] === name);
    return { name, rows: name === 'done_here' || name === 'delivered' ? mine.sort(latest) : mine };
  }).filter((group) => group.rows.length > 0);
}

/** Whom the main button continues with: a half page first, else the next in the run. */
export function nextPerson(rows: readonly EvaluationRow[], stateOf: (id: string) => EvaluationState): EvaluationRow | undefined {
  const open = rows.filter((row) => row.state === 'open' && row.may.includes('score'));
  return open.find((row) => stateOf(row.id) === 'half') ?? open[0];
}

const PAUSE_MS = 5 * 60_000;

/** Minutes the rest will take at the pace of this run: the median gap between two people finished in one sitting.
 *  Null until two gaps are known: no promise without a basis. */
export function minutesLeft(finished: readonly Millis[], remaining: number): number | null {
  const times = [...finished].sort((a, b) => a - b);
  const gaps = times.flatMap((at, i) => (i === 0 ? [] : [at - (times[i - 1] ?? 0)]));
  const working = gaps.filter((gap) => gap > 0 && gap < PAUSE_MS).sort((a, b) => a - b);
  const median = working[Math.floor(working.length / 2)];
  if (remaining === 0 || working.length < 2 || median === undefined) return null;
  return Math.max(1, Math.round((remaining * median) / 60_000));
}
