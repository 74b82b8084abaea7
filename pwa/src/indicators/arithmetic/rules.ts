/** From a measured value to a mark on a line through threshold and target; rules.py on the server. Bands are in
 * ../scoring.ts, which the scoring page loads.
 */
import { compare, exact, halfUp, minus, over, plus, times, type Exact } from './exact';

export type Direction = 'higher' | 'lower';

export const WORST = 1;
export const BEST = 5;
const AT_THRESHOLD = 2;
const AT_TARGET = 4;

/** 1.00 to 5.00: 2 at the threshold, 4 at the target, the same slope beyond until 1 and 5.
 *  Throws RangeError unless the target is better than the threshold.
 */
export function linearMark(value: Exact, threshold: Exact, target: Exact, direction: Direction): Exact {
  const span = spanOf(threshold, target, direction);
  const way = over(times(exact(AT_TARGET - AT_THRESHOLD), minus(value, threshold)), span);
  const mark = halfUp(plus(exact(AT_THRESHOLD), way), 2);
  const [worst, best] = [exact(WORST), exact(BEST)];
  return compare(mark, worst) < 0 ? worst : compare(mark, best) > 0 ? best : mark;
}

/** The bounds from which that line gives 2, 3, 4 and 5. Throws RangeError as `linearMark` does. */
export function linearBands(threshold: Exact, target: Exact, direction: Direction): Exact[] {
  const step = over(spanOf(threshold, target, direction), exact(AT_TARGET - AT_THRESHOLD));
  return [2, 3, 4, 5].map((mark) => plus(threshold, times(step, exact(mark - AT_THRESHOLD))));
}

function spanOf(threshold: Exact, target: Exact, direction: Direction): Exact {
  const span = minus(target, threshold);
  if (direction === 'higher' ? span.n <= 0n : span.n >= 0n) throw new RangeError('the target is not better than the threshold');
  return span;
}
