/** What an agreement says, in words. Tables and not `m[key]`: a name made at run time would keep every message. */
import { m } from '../generated/paraglide/messages.js';
import type { FormLine, TermLine } from '../sync/types';
import { dayAndTime } from '../ui/when';
import { pick } from '../ui/words';
import type { Stand, Step, WindowNow } from './agreement';

export const STANDS: Record<Stand, () => string> = {
  agreed: m.agree_stand_agreed,
  objected: m.agree_stand_objected,
  disagreed: m.agree_stand_disagreed,
  asked_again: m.agree_stand_asked_again,
  silent: m.agree_stand_silent,
};

export const SAID: Record<Step['kind'], () => string> = {
  confirm: m.agree_said_confirm,
  object: m.agree_said_object,
  disagree: m.agree_said_disagree,
  reply: m.agree_said_reply,
  change: m.agree_said_change,
};

export const lineName = (line: FormLine): string => pick(line.name_zh, line.name_en);

/** "2026-Q4" as "2026 年第 4 季度", "2026-11" as "2026 年 11 月". */
export function periodWords(period: string): string {
  const [year = '', part = ''] = period.split('-');
  const n = Number(part.replace('Q', ''));
  return part.startsWith('Q') ? m.agree_period_quarter({ year, n }) : m.agree_period_month({ year, n });
}

export function windowWords({ open_until, next_opens_at }: WindowNow): string {
  if (open_until !== null) return m.agree_window_open({ at: dayAndTime(open_until) });
  return next_opens_at === null ? m.agree_window_shut_no_next() : m.agree_window_shut({ at: dayAndTime(next_opens_at) });
}

/** With every digit that there is: two people put their names to it. Half-way bounds of a line have one more than its ends. */
export const exact = (value: number): string => String(Number(value.toFixed(6)));

export function withUnit(value: number, line: FormLine): string {
  if (line.unit === '%') return `${exact(value)}%`;
  return line.unit ? `${exact(value)} ${line.unit}` : exact(value);
}

/** Target and warning of a line, in one sentence; empty where a person judges. */
export function aimWords(line: FormLine): string {
  const parts: string[] = [];
  if (line.target !== null) parts.push(m.agree_line_target({ target: withUnit(line.target, line) }));
  if (line.threshold !== null) {
    const edge = withUnit(line.threshold, line);
    parts.push(line.direction === 'higher' ? m.agree_line_over({ edge }) : m.agree_line_under({ edge }));
  }
  return parts.join(m.agree_line_comma());
}

/** Sources that are no name of a system; every other one is shown as it is called in the plant. */
const SOURCES: Record<string, () => string> = { attendance: m.agree_source_attendance, manual: m.agree_source_manual, HR: m.agree_source_hr, training: m.agree_source_training };

export function sourceWords({ source }: FormLine): string {
  return source === 'rating' ? m.agree_line_rating() : m.agree_line_data({ source: SOURCES[source]?.() ?? source });
}

/** What one text changed of another, line by line. */
export function changes(from: readonly TermLine[], to: readonly TermLine[], lines: readonly FormLine[]): string[] {
  return to.flatMap(([key, target, weight]) => {
    const line = lines.find((one) => one.key === key);
    const before = from.find(([other]) => other === key);
    if (!line || !before) return [];
    const said: string[] = [];
    const name = lineName(line);
    const value = (n: number | null) => (n === null ? '–' : withUnit(n, line));
    if (before[1] !== target) said.push(m.agree_change_target({ line: name, from: value(before[1]), to: value(target) }));
    if (before[2] !== weight) said.push(m.agree_change_weight({ line: name, from: before[2], to: weight }));
    return said;
  });
}

