/** A series as the drawing needs it, whether it came with the team's trends or by a request of one's own. */
import type { components } from '../generated/api';
import type { FormLine, TrendLine } from '../sync/types';
import { dayOf } from '../ui/when';
import type { Point, Series } from './measured';
import type { Measured } from '../indicators/format';

type Schemas = components['schemas'];
export type Objection = Schemas['Objection'];

export interface Held extends Measured {
  points: { label: string; value: number }[];
}

export function ofTrend(line: FormLine, trend: TrendLine): Held {
  const points = trend.values.flatMap((value, i) => (value === null ? [] : [{ label: trend.periods[i] ?? '', value }]));
  return { unit: line.unit, direction: line.direction, target: line.target, threshold: line.threshold, bands: line.bands, points };
}

/** A period of one day, or one that has no name yet because it lies on this phone only, is named by its last day. */
export const labelOf = ({ label, period_to }: { label: string; period_to: string }): string =>
  label === '' || /^\d{4}-\d\d-\d\d$/.test(label) ? dayOf(period_to) : label;

type Stands = Pick<Series, 'unit' | 'target' | 'threshold'> & { direction: string; points: readonly Pick<Point, 'label' | 'period_to' | 'value'>[] };

export function ofMeasured({ unit, direction, target, threshold, points }: Stands): Held {
  return { unit, direction: direction === 'lower' ? 'lower' : 'higher', target, threshold, bands: null, points: points.map((point) => ({ label: labelOf(point), value: point.value })) };
}

/** How the last value stands to the one before: better, worse or the same, by the indicator's own direction. */
export function movement(held: Held): 'better' | 'worse' | 'same' | null {
  const [before, last] = held.points.slice(-2);
  if (!before || !last) return null;
  if (before.value === last.value) return 'same';
  return last.value > before.value === (held.direction === 'higher') ? 'better' : 'worse';
}
