/** From marks to one number: by the weights of lines, and by the days of several raters; weights.py on the server. */
import { exact, halfUp, over, sum, times, type Exact } from './exact';
import { BEST, WORST } from './rules';

export const WHOLE = 100;
const DAY_MS = 86_400_000;

/** What a line without a mark does to the whole: it waits, or the other lines carry its weight in proportion. */
export type Missing = 'wait' | 'reweigh';
export interface Weighed {
  weight: number;
  mark: Exact | null;
}

/** By how much weights miss 100; below 0 where they are too many. */
export const lacking = (weights: readonly number[]): number => WHOLE - weights.reduce((all, one) => all + one, 0);

export const isKnown = (one: Weighed): one is { weight: number; mark: Exact } => one.mark !== null;
export const totalOf = (lines: readonly { weight: number; mark: Exact }[]): Exact =>
  over(sum(lines.map(({ weight, mark }) => times(exact(weight), mark))), exact(WHOLE));

/** The weighted mean in tenths, half a tenth rounded up; null while a line has no mark, or, where the others carry its
 *  weight, while no line has one. Weights sum to 100.
 */
export function tenthsOf(lines: readonly Weighed[], missing: Missing = 'wait'): number | null {
  const known = lines.filter(isKnown);
  const carried = known.reduce((all, { weight }) => all + weight, 0);
  if (!carried || (missing === 'wait' && known.length < lines.length)) return null;
  return Number(halfUp(over(times(exact(10 * WHOLE), totalOf(known)), exact(carried)), 0).n);
}

/** Between which tenths the whole will lie, whatever the lines without a mark still get. */
export function boundsTenths(lines: readonly Weighed[]): { low: number; high: number } {
  const filled = (mark: number) => tenthsOf(lines.map((one) => ({ weight: one.weight, mark: one.mark ?? exact(mark) }))) ?? 10 * mark;
  return { low: filled(WORST), high: filled(BEST) };
}

/** How many days of a period lie between two days (YYYY-MM-DD), all of them included. */
export function daysWithin(first: string, last: string, from: string, to: string): number {
  const [a = 0, b = 0, c = 0, d = 0] = [first, last, from, to].map((day) => Date.parse(`${day}T00:00:00Z`) / DAY_MS);
  return Math.max(0, Math.min(b, d) - Math.max(a, c) + 1);
}

/** Whole per cents in proportion to days, summing to 100: what is left goes to the largest remainders; where these are
 *  equal, more days come first, then who comes first. Throws RangeError where there is no day at all.
 */
export function shares(days: readonly number[]): number[] {
  const total = days.reduce((all, one) => all + one, 0);
  if (total <= 0 || Math.min(...days) < 0) throw new RangeError('shares need a day');
  const parts = days.map((one, i) => ({ i, one, whole: Math.floor((WHOLE * one) / total), rest: (WHOLE * one) % total }));
  const left = lacking(parts.map(({ whole }) => whole));
  const luckiest = [...parts].sort((a, b) => b.rest - a.rest || b.one - a.one || a.i - b.i).slice(0, left);
  return parts.map((part) => part.whole + (luckiest.includes(part) ? 1 : 0));
}

/** One result of several raters' in tenths, each weighing as much as its share of days; null while a rater with a day
 *  has none.
 */
export function combinedTenths(days: readonly number[], overalls: readonly (number | null)[]): number | null {
  const raters = shares(days).map((weight, i) => ({ weight, days: days[i] ?? 0, overall: overalls[i] ?? null }));
  if (raters.some((one) => one.days && one.overall === null)) return null;
  return Number(halfUp(over(exact(raters.reduce((all, one) => all + one.weight * (one.overall ?? 0), 0)), exact(WHOLE)), 0).n);
}
