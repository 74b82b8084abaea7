/** One evaluation read against its form: what each line has, what is still open, what the sum is. Pure. */
import { broken } from '../indicators/format';
import { overallTenths } from '../indicators/scoring';
import type { EvaluationRow, FormLine, FormRow, Mark, TrendRow, Version } from '../sync/types';

export interface LineView {
  line: FormLine;
  key: number;
  value: number | null;
  /** What the band rule gives; null: a person must say. */
  rule: Mark | null;
  last: Mark | null;
  /** What a person has set; null: nothing, the rule stands. */
  given: Mark | null;
  mark: Mark | null;
  by: 'data' | 'hand' | null;
  /** A person changed the mark of the rule: needs a reason. */
  overridden: boolean;
  comment: string;
  reason: string;
  /** Chosen quick comments with the versions that added them. */
  tags: Record<string, Version>;
  /** Comments of any kind on this line. */
  said: number;
  /** Stands in the way of the submit. */
  open: boolean;
}

const text = (value: unknown) => (typeof value === 'string' ? value : '');
const mark = (value: unknown): Mark | null => (typeof value === 'number' ? value : null);

/** What a line is read from: an evaluation has it, and so has a frozen result. */
export type Rated = Pick<EvaluationRow, 'values' | 'rules' | 'lasts' | 'fields'>;

export function lineView(row: Rated, line: FormLine, i: number): LineView {
  const value = (name: string) => row.fields[`${name}/${line.key}`]?.value;
  const rule = row.rules[i] ?? null;
  const given = mark(value('score'));
  const overridden = rule !== null && given !== null && given !== rule;
  const stands = given ?? rule;
  const comment = text(value('comment'));
  const reason = text(value('reason'));
  const tags = (value('chips') ?? {}) as Record<string, Version>;
  return {
    line,
    key: line.key,
    value: row.values[i] ?? null,
    rule,
    last: row.lasts[i] ?? null,
    given,
    mark: stands,
    by: stands === null ? null : overridden || rule === null ? 'hand' : 'data',
    overridden,
    comment,
    reason,
    tags,
    said: Object.keys(tags).length + (comment ? 1 : 0) + (reason && overridden ? 1 : 0),
    open: stands === null || (overridden && !reason.trim()),
  };
}

export function linesOf(row: EvaluationRow, form: FormRow): LineView[] {
  return form.lines.map((line, i) => lineView(row, line, i));
}

/** Whether two readings of a line show the same. */
export function sameLine(a: LineView, b: LineView | undefined): boolean {
  if (!b) return false;
  const { tags, ...rest } = a;
  const plain = (Object.keys(rest) as (keyof typeof rest)[]).every((name) => a[name] === b[name]);
  return plain && JSON.stringify(tags) === JSON.stringify(b.tags);
}

export const openLines = (lines: readonly LineView[]): LineView[] => lines.filter((line) => line.open);

/** The next open line after `at`, round the end once; -1 when nothing is open but `at` itself. */
export function nextOpen(lines: readonly LineView[], at: number): number {
  for (let step = 1; step < lines.length; step++) {
    const i = (at + step + lines.length) % lines.length;
    if (lines[i]?.open) return i;
  }
  return -1;
}

/** Where a page opens: the first line that still needs a person; where nothing does, the first that people judge. */
export function firstLine(lines: readonly LineView[]): number {
  const open = lines.findIndex((line) => line.open);
  return open >= 0 ? open : Math.max(0, lines.findIndex((line) => line.rule === null));
}

/** Tenths, or null while a line has no mark. */
export function overallOf(lines: readonly LineView[]): number | null {
  return overallTenths(
    lines.map((line) => line.line.weight),
    lines.map((line) => line.mark),
  );
}

/** Measured lines whose last two periods were both worse than the threshold. */
export function twiceBelow(form: FormRow, trend: TrendRow | undefined): number {
  if (!trend) return 0;
  return form.lines.filter((line) => {
    const known = trend.lines.find((one) => one.key === line.key)?.values.filter((value) => value !== null) ?? [];
    return known.length > 1 && known.slice(-2).every((value) => broken(value, line));
  }).length;
}
