/** Which quick comments a line offers. A chip states a fact only if the line's own data bear it; one with a blank
 *  `__` is offered as a start to write from. Pure. */
import { amount, broken, reached, shown } from '../indicators/format';
import type { ChipRow, Mark } from '../sync/types';
import type { LineView } from './progress';

export interface Offer {
  tag: string;
  text: string;
  /** Has a blank that only a person can fill. */
  blank: boolean;
}

export type Band = ChipRow['band'];

export const bandOf = (mark: Mark): Band => (mark < 3 ? 'low' : mark < 5 ? 'mid' : 'high');

/** The ends of the scale wait for a fact. */
export const asksForFact = (mark: Mark): boolean => mark < 3 || mark > 4;

const SLOT = /\{(value|target|threshold|period)\}/g;

/** The template with the line's data, or null where they do not bear it. `period`: the cycle's, which the value is of. */
export function filled(template: string, line: LineView, period: string | null): string | null {
  const { value, line: form } = line;
  const unit = form.unit === '%' ? '%' : '';
  const mark = line.mark ?? 3;
  // "Below the threshold of 94" is offered only where it is so, a target met or missed likewise.
  const met = reached(value, form);
  const targetFits = mark === 3 || mark === 4 || (mark === 5) === met;
  const facts: Record<string, string | null> = {
    value: value === null ? null : shown(value, form) + unit,
    threshold: broken(value, form) && form.threshold !== null ? amount(form.threshold) + unit : null,
    target: targetFits && value !== null && form.target !== null ? amount(form.target) + unit : null,
    period: value === null ? null : period,
  };
  let bears = true;
  const text = template.replace(SLOT, (_, name: string) => {
    const fact = facts[name] ?? null;
    if (fact === null) bears = false;
    return fact ?? '';
  });
  return bears ? text : null;
}

/** Facts first, then the indicator's own, then those for any indicator. */
export function offers(
  chips: readonly ChipRow[],
  line: LineView,
  period: string | null,
  pick: (zh: string, en: string) => string,
): Offer[] {
  if (line.mark === null) return [];
  const band = bandOf(line.mark);
  const rank = (chip: ChipRow) => (chip.zh.includes('{') ? 0 : 2) + (chip.indicator_code ? 0 : 1);
  return chips
    .filter((chip) => chip.band === band && (chip.indicator_code === line.line.code || chip.indicator_code === ''))
    .sort((a, b) => rank(a) - rank(b))
    .flatMap((chip) => {
      const text = filled(pick(chip.zh, chip.en), line, period);
      return text === null ? [] : [{ tag: chip.id, text, blank: text.includes('__') }];
    });
}

/** Chosen chips that no longer fit when the mark moves to another band. */
export function misfits(chips: readonly ChipRow[], tags: readonly string[], mark: Mark): string[] {
  const band = bandOf(mark);
  return tags.filter((tag) => chips.some((chip) => chip.id === tag && chip.band !== band));
}
