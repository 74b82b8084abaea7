/** The rows behind one's own result: what counts, by what rule, in which words. Pure. */
import { ruleText, tenths } from '../../indicators/format';
import { filled } from '../chips';
import { lineView, type LineView, type Rated } from '../progress';
import type { ChipRow, FormLine, FormRow, ResultRow } from '../../sync/types';

export interface Why {
  view: LineView;
  mark: number | null;
  /** By data, not by a person. */
  byData: boolean;
  /** What the chosen point stands for, where a person chose it without data: its anchor, or the rule it was measured against. */
  point: string;
  /** A measured line whose value never came. */
  noData: boolean;
  said: string[];
  reason: string;
  /** The last day that the measured value reaches; null: nobody measured, or nobody kept it. */
  dataTo: string | null;
}

export function whyOf(result: ResultRow, form: FormRow, chips: readonly ChipRow[], period: string | null, pick: (zh: string, en: string) => string): Why[] {
  const rows = form.lines.map((line, i): Why => {
    const mark = result.scores[i] ?? null;
    const rule = result.rules[i] ?? null;
    const view = lineView(asRow(result, line.key, mark), line, i);
    const words = (result.chips[i] ?? []).flatMap((tag) => {
      const chip = chips.find(({ id }) => id === tag);
      return chip ? [filled(pick(chip.zh, chip.en), view, period) ?? ''] : [];
    });
    return {
      view,
      mark: mark ?? rule,
      byData: rule !== null && (mark === null || mark === rule),
      point: pointOf(line, mark, rule, pick),
      noData: line.bands !== null && rule === null,
      said: [...words, result.comments[i] ?? ''].filter(Boolean),
      reason: result.reasons[i] ?? '',
      dataTo: result.data_to?.[i] ?? null,
    };
  });
  return rows.sort((a, b) => (b.mark ?? 0) - (a.mark ?? 0));
}

function pointOf(line: FormLine, mark: number | null, rule: number | null, pick: (zh: string, en: string) => string): string {
  if (mark === null || rule !== null) return '';
  const anchor = line.anchors?.[mark - 1];
  return anchor ? pick(...anchor) : line.bands ? ruleText(line, mark) : '';
}

/** A result has the parts of an evaluation that a line is read from, and no others. */
const asRow = (result: ResultRow, key: number, mark: number | null): Rated => ({
  values: result.values,
  rules: result.rules,
  lasts: [],
  fields: { [`score/${key}`]: { value: mark, version: null } },
});

/** Tenths that one row adds: 5 at 10 % is 5, shown as 0.5. */
export const share = (mark: number, weight: number): string => String(Math.round(mark * weight * 100) / 10000);

/** What all rows add, before it is rounded: "3.45", "3.3". */
export function exactly(why: readonly Why[]): string {
  const parts = Math.round(why.reduce((all, { mark, view }) => all + (mark ?? 0) * view.line.weight * 100, 0));
  if (parts % 1000 === 0) return tenths(parts / 1000);
  return parts % 100 ? String(parts / 10000) : (parts / 10000).toFixed(2);
}
