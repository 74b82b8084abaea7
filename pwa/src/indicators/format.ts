/** Measured values and rules as text. Numbers are cut to what a person compares: one decimal, two below ten. */
import { m } from '../generated/paraglide/messages.js';
import { ruleMark, type Bands } from './scoring';

export interface Measured {
  unit: string | null;
  direction: 'higher' | 'lower';
  target: number | null;
  threshold: number | null;
  bands: Bands | null;
  rule?: 'line' | null;
}

/** 95.6, 100, 0.25 */
export function amount(value: number): string {
  const digits = Math.abs(value) < 10 ? 100 : 10;
  return String(Math.round(value * digits) / digits);
}

/** The value of a line, with as many digits as keep it on its side of a bound: 99.96 is a 3 and must not read 100. */
export function shown(value: number, line: Measured): string {
  const text = amount(value);
  const { bands, direction } = line;
  return bands && ruleMark(Number(text), bands, direction) !== ruleMark(value, bands, direction) ? String(value) : text;
}

/** 33 -> "3.3" */
export function tenths(overall: number): string {
  return (overall / 10).toFixed(1);
}

/** Worse than the threshold: what gets the warning mark. */
export function broken(value: number | null, line: Measured): boolean {
  if (value === null || line.threshold === null) return false;
  return line.direction === 'higher' ? value < line.threshold : value > line.threshold;
}

export function reached(value: number | null, line: Measured): boolean {
  if (value === null || line.target === null) return false;
  return line.direction === 'higher' ? value >= line.target : value <= line.target;
}

/** The values that a mark stands for: "95–100%", "低于 90%"; on a straight line its one point. Empty for a line without bands. */
export function bandText(line: Measured, mark: number, say = amount): string {
  if (!line.bands) return '';
  const unit = line.unit === '%' ? '%' : '';
  const bound = (from: number) => say(line.bands?.[from - 2] ?? 0);
  const [two, three] = line.bands;
  if (line.rule) return say(two + (mark - 2) * (three - two)) + unit;
  const higher = line.direction === 'higher';
  if (mark === 1) {
    const edge = bound(2) + unit;
    return higher ? m.ui_band_under({ edge }) : m.ui_band_over({ edge });
  }
  if (mark === 5) {
    const edge = bound(5) + unit;
    return higher ? m.ui_band_from({ edge }) : m.ui_band_within({ edge });
  }
  const [low, high] = higher ? [bound(mark), bound(mark + 1)] : [bound(mark + 1), bound(mark)];
  return `${low}–${high}${unit}`;
}

/** "95–100% 记 3 分", "90%–100% 直线" */
export function ruleText(line: Measured, mark: number): string {
  if (line.rule) return m.ui_rule_line({ low: bandText(line, 2), high: bandText(line, 4) });
  return m.ui_rule({ band: bandText(line, mark), mark });
}
