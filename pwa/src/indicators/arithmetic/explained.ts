/** Every sum as the lines that a person can follow: a kind, and its numbers as text; explained.py on the server makes the
 * same. The words for each kind are the messages `sum_<kind>`. What the parts add up to is what the last line says.
 */
import { ruleMark, type Bands } from '../scoring';
import { compare, exact, minus, over, plain, sum, type Exact } from './exact';
import { BEST, linearMark, WORST, type Direction } from './rules';
import { attendance, daysDue, oneValue, type Aggregate, type Away } from './values';
import { boundsTenths, combinedTenths, isKnown, shares, tenthsOf, totalOf, type Missing, type Weighed } from './weights';

export type Step =
  | { kind: 'mean'; total: string; count: string; value: string }
  | { kind: 'sum' | 'last'; count: string; value: string }
  | { kind: 'no_value' | 'waits_for_rater' }
  | { kind: 'due'; planned: string; never: string; due: string }
  | { kind: 'there'; there: string; due: string; value: string }
  | { kind: 'from' | 'within' | 'under' | 'over'; value: string; bound: string; mark: string }
  | { kind: 'line' | 'line_end'; value: string; threshold: string; target: string; mark: string }
  | { kind: 'agreed'; weight: string; of_set: string }
  | { kind: 'part'; weight: string; mark: string; part: string }
  | { kind: 'open'; weight: string }
  | { kind: 'waits'; low: string; high: string }
  | { kind: 'total' | 'rounded'; total: string; overall: string }
  | { kind: 'reweighed'; total: string; weight: string; overall: string }
  | { kind: 'days'; days: string; of: string; weight: string };

/** How a period's values became one. */
export function valueStep(values: readonly Exact[], how: Aggregate): Step {
  const one = oneValue(values, how);
  if (!one) return { kind: 'no_value' };
  const made = { count: String(values.length), value: plain(one) };
  return how === 'mean' ? { kind: how, total: plain(sum(values)), ...made } : { kind: how, ...made };
}

/** Which days were due, and how many of these somebody was there. */
export function attendanceSteps(planned: Exact, away: Away): Step[] {
  const value = attendance(planned, away);
  const { due, there } = daysDue(planned, away);
  return [
    { kind: 'due', planned: plain(planned), never: plain(minus(planned, due)), due: plain(due) },
    value ? { kind: 'there', there: plain(there), due: plain(due), value: plain(value) } : { kind: 'no_value' },
  ];
}

/** Which bound of the bands gave the mark. */
export function bandStep(value: number, bands: Bands, direction: Direction): Step {
  const mark = ruleMark(value, bands, direction);
  const [met, missed] = direction === 'higher' ? (['from', 'under'] as const) : (['within', 'over'] as const);
  const bound = bands[Math.max(0, mark - 2)] ?? bands[0];
  return { kind: mark === WORST ? missed : met, value: plain(exact(value)), bound: plain(exact(bound)), mark: String(mark) };
}

/** Where a value lies on the line of its rule, or that the line has ended. */
export function linearStep(value: Exact, threshold: Exact, target: Exact, direction: Direction): Step {
  const mark = linearMark(value, threshold, target, direction);
  const ended = [WORST, BEST].some((end) => compare(mark, exact(end)) === 0);
  return { kind: ended ? 'line_end' : 'line', value: plain(value), threshold: plain(threshold), target: plain(target), mark: plain(mark, 2) };
}

/** That a weight is the one that was agreed, and what the set says. */
export function agreedStep(weight: number, ofSet: number): Step {
  return { kind: 'agreed', weight: String(weight), of_set: String(ofSet) };
}

/** What each line adds, in the order of the lines, and then the whole. */
export function sumSteps(lines: readonly Weighed[], missing: Missing = 'wait'): Step[] {
  const made = lines.map(partStep);
  const known = lines.filter(isKnown);
  const tenths = tenthsOf(lines, missing);
  if (tenths === null) {
    const { low, high } = boundsTenths(lines);
    return [...made, { kind: 'waits', low: written(low), high: written(high) }];
  }
  if (known.length === lines.length) return [...made, whole(totalOf(known), tenths)];
  const weight = String(known.reduce((all, one) => all + one.weight, 0));
  return [...made, { kind: 'reweighed', total: plain(totalOf(known), 2), weight, overall: written(tenths) }];
}

/** Each rater's days with what they weigh and add, and the one result of them all. Overalls in tenths. */
export function daysSteps(days: readonly number[], overalls: readonly (number | null)[]): Step[] {
  const of = String(days.reduce((all, one) => all + one, 0));
  const lines = shares(days).map((weight, i): Weighed => {
    const tenths = overalls[i] ?? null;
    return { weight, mark: tenths === null ? null : over(exact(tenths), exact(10)) };
  });
  const made = lines.flatMap((line, i): Step[] => [{ kind: 'days', days: String(days[i]), of, weight: String(line.weight) }, partStep(line)]);
  const tenths = combinedTenths(days, overalls);
  return [...made, tenths === null ? { kind: 'waits_for_rater' } : whole(totalOf(lines.filter(isKnown)), tenths)];
}

function partStep(line: Weighed): Step {
  const weight = String(line.weight);
  return isKnown(line) ? { kind: 'part', weight, mark: plain(line.mark), part: plain(totalOf([line]), 2) } : { kind: 'open', weight };
}

function whole(total: Exact, tenths: number): Step {
  const same = compare(total, over(exact(tenths), exact(10))) === 0;
  return { kind: same ? 'total' : 'rounded', total: plain(total, 2), overall: written(tenths) };
}

const written = (tenths: number): string => plain(over(exact(tenths), exact(10)), 1);
