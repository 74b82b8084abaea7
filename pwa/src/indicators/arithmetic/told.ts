/** The lines of a sum in words: what is reckoned, and what comes out. */
import { m } from '../../generated/paraglide/messages.js';
import type { Step } from './explained';

export interface Told {
  text: string;
  /** With its sign: "= 1.20", "→ 4"; empty where nothing comes out. */
  result: string;
}

/** `unit`: what stands behind a measured value, "%" or nothing. */
export function told(step: Step, unit = ''): Told[] {
  switch (step.kind) {
    case 'mean': return [{ text: m.sum_mean(step), result: `= ${step.value}${unit}` }];
    case 'sum': return [{ text: m.sum_sum(step), result: `= ${step.value}${unit}` }];
    case 'last': return [{ text: m.sum_last(step), result: `= ${step.value}${unit}` }];
    case 'no_value': return [{ text: m.sum_no_value(), result: '' }];
    case 'due': return [{ text: m.sum_due(step), result: `= ${step.due}` }];
    case 'there': return [{ text: m.sum_there(step), result: `= ${step.value}%` }];
    case 'from': return [{ text: m.sum_from(bounded(step, unit)), result: `→ ${step.mark}` }];
    case 'within': return [{ text: m.sum_within(bounded(step, unit)), result: `→ ${step.mark}` }];
    case 'under': return [{ text: m.sum_under(bounded(step, unit)), result: `→ ${step.mark}` }];
    case 'over': return [{ text: m.sum_over(bounded(step, unit)), result: `→ ${step.mark}` }];
    case 'line': return [{ text: m.sum_line(lined(step, unit)), result: `→ ${step.mark}` }];
    case 'line_end': return [{ text: m.sum_line_end(lined(step, unit)), result: `→ ${step.mark}` }];
    case 'agreed': return [{ text: m.sum_agreed(step), result: `${step.weight}%` }];
    case 'part': return [{ text: m.sum_part(step), result: `= ${step.part}` }];
    case 'open': return [{ text: m.sum_open(step), result: '' }];
    case 'waits': return [{ text: m.sum_waits(step), result: '' }];
    case 'waits_for_rater': return [{ text: m.sum_waits_for_rater(), result: '' }];
    case 'total': return [{ text: m.sum_total(), result: `= ${step.overall}` }];
    case 'rounded': return [{ text: m.sum_total(), result: `= ${step.total}` }, { text: m.sum_rounded(), result: `→ ${step.overall}` }];
    case 'reweighed': return [{ text: m.sum_reweighed(step), result: `→ ${step.overall}` }];
    case 'days': return [{ text: m.sum_days(step), result: `→ ${step.weight}%` }];
  }
}

const bounded = ({ value, bound }: { value: string; bound: string }, unit: string) => ({ value: value + unit, bound: bound + unit });
const lined = ({ value, threshold, target }: { value: string; threshold: string; target: string }, unit: string) => ({
  value: value + unit,
  threshold: threshold + unit,
  target: target + unit,
});
