/** From what was measured to the one value of a period; values.py on the server. */
import { COUNTED } from '../../generated/counted';
import { compare, exact, halfUp, minus, over, sum, times, ZERO, type Exact } from './exact';

export type Aggregate = 'mean' | 'sum' | 'last';

const SUMMED: ReadonlySet<string> = new Set(COUNTED);
const STANDING = new Set(['quarterly', 'yearly']);
/** Leave that the law grants, and work injury: these days are not due. */
const NEVER_LOWERS = new Set([
  'annual', 'bereavement', 'childcare', 'civic_duty', 'elder_care', 'family_visit', 'marriage', 'maternity', 'medical',
  'nursing', 'paternity', 'prenatal', 'public_holiday', 'work_injury',
]);
const LOWERS = new Set(['personal', 'unexcused']);

/** How an indicator's values of a period become one, where nobody has said otherwise. */
export function aggregateOf(unit: string, frequency: string): Aggregate {
  if (SUMMED.has(unit)) return 'sum';
  return STANDING.has(frequency) ? 'last' : 'mean';
}

/** The value of a period, from its values with the oldest first; null where there are none. */
export function oneValue(values: readonly Exact[], how: Aggregate): Exact | null {
  const last = values.at(-1);
  if (!last) return null;
  if (how === 'last') return last;
  return how === 'sum' ? sum(values) : halfUp(over(sum(values), exact(values.length)), 2);
}

export type Away = Readonly<Record<string, Exact>>;

/** How many days were due, and of how many of these somebody was there. `away`: kind of leave to days. Throws RangeError
 *  for a kind without a rule and for days that cannot be.
 */
export function daysDue(planned: Exact, away: Away): { due: Exact; there: Exact } {
  const kinds = Object.entries(away);
  const unknown = kinds.filter(([kind]) => !NEVER_LOWERS.has(kind) && !LOWERS.has(kind));
  if (unknown.length) throw new RangeError(`no rule for ${unknown.map(([kind]) => kind).join(', ')}`);
  const days = (of: ReadonlySet<string>) => sum(kinds.filter(([kind]) => of.has(kind)).map(([, one]) => one));
  const due = minus(planned, days(NEVER_LOWERS));
  const there = minus(due, days(LOWERS));
  if (there.n < 0n || [planned, ...Object.values(away)].some((one) => compare(one, ZERO) < 0)) {
    throw new RangeError('more days away than planned, or less than none');
  }
  return { due, there };
}

/** Per cent with two decimals; null where no day was due. See `daysDue`. */
export function attendance(planned: Exact, away: Away): Exact | null {
  const { due, there } = daysDue(planned, away);
  return due.n === 0n ? null : halfUp(over(times(exact(100), there), due), 2);
}
