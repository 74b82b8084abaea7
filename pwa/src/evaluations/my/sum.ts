/** The lines of the sum behind a result: the rule where it gave the mark, what each line adds, the whole. Pure. */
import { exact } from '../../indicators/arithmetic/exact';
import { agreedStep, bandStep, linearStep, sumSteps, type Step } from '../../indicators/arithmetic/explained';
import type { LineView } from '../progress';
import type { Why } from './why';

export function sumOf(why: readonly Why[]): { lines: { view: LineView; steps: Step[] }[]; end: Step[] } {
  const steps = sumSteps(why.map(({ view, mark }) => ({ weight: view.line.weight, mark: mark === null ? null : exact(mark) })));
  const lines = why.map(({ view, byData }, i) => ({ view, steps: [...(byData ? ruleOf(view) : []), ...agreedOf(view), ...steps.slice(i, i + 1)] }));
  return { lines, end: steps.slice(why.length) };
}

function agreedOf({ line }: LineView): Step[] {
  return line.set_weight ? [agreedStep(line.weight, line.set_weight)] : [];
}

function ruleOf({ line, value }: LineView): Step[] {
  const { threshold, target } = line;
  if (line.rule && value !== null && threshold !== null && target !== null) return [linearStep(exact(value), exact(threshold), exact(target), line.direction)];
  return line.bands && value !== null ? [bandStep(value, line.bands, line.direction)] : [];
}
