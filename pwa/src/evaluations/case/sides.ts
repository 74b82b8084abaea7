/** A case laid out for a person: whose values, from what, and what each choice makes of the whole. Pure. */
import { overallOf, linesOf } from '../progress';
import type { Candidate, CaseRow, EvaluationRow, FormRow, Id, Millis } from '../../sync/types';

export interface Side {
  candidate: Candidate;
  mine: boolean;
  /** Written by whoever stood in for the rater. */
  standsIn: boolean;
  /** The mark, for a score; the text, for a comment. */
  mark: number | null;
  text: string;
  /** Written later than it arrived: the phone's clock is wrong. A clock that is behind cannot be told from a dead spot. */
  clockAhead: boolean;
  /** Tenths of the whole if this is chosen; null for texts, and while lines are open. */
  overall: number | null;
}

/** Phones are rarely right to the second; less than this is no news. */
const CLOCK_SLACK_MS = 60_000;

/** The reader's own first, then in the order in which they were written. */
export function sidesOf(row: CaseRow, evaluation: EvaluationRow, form: FormRow, me: Id): Side[] {
  const sides = row.candidates.map((candidate) => {
    const mark = typeof candidate.value === 'number' ? candidate.value : null;
    return {
      candidate,
      mine: candidate.author_id === me,
      standsIn: candidate.author_id !== evaluation.rater_id,
      mark,
      text: typeof candidate.value === 'string' ? candidate.value : '',
      clockAhead: candidate.device_time - candidate.received_at > CLOCK_SLACK_MS,
      overall: mark === null ? null : overallWith(row, evaluation, form, mark),
    };
  });
  return sides.sort((a, b) => Number(b.mine) - Number(a.mine) || a.candidate.device_time - b.candidate.device_time);
}

function overallWith(row: CaseRow, evaluation: EvaluationRow, form: FormRow, mark: number): number | null {
  const fields = { ...evaluation.fields, [row.field]: { value: mark, version: null } };
  return overallOf(linesOf({ ...evaluation, fields }, form));
}

/** What happened, in order. No clock puts an arrival before its writing. */
export interface Move {
  at: Millis;
  does: 'wrote' | 'arrived';
  side: Side;
}

export function movesOf(sides: readonly Side[]): Move[] {
  const moves = sides.flatMap((side): (Move & { order: Millis })[] => {
    const { device_time, received_at } = side.candidate;
    return [
      { at: device_time, does: 'wrote', side, order: Math.min(device_time, received_at) },
      { at: received_at, does: 'arrived', side, order: received_at },
    ];
  });
  return moves.sort((a, b) => a.order - b.order).map(({ order: _order, ...move }) => move);
}

/** Both texts, the earlier first, nothing twice. */
export function bothTexts(sides: readonly Side[]): string {
  const inOrder = [...sides].sort((a, b) => a.candidate.device_time - b.candidate.device_time);
  return [...new Set(inOrder.map(({ text }) => text.trim()).filter(Boolean))].join('\n');
}
