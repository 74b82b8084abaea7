/**
 * What is measured of a person, as it is seen here: the server's row under own edits that it does not hold yet. Pure.
 * Whoever enters or objects names the value that was on the screen; whether that still stands, the server says.
 */
import type { OwnEdit } from '../sync/overlay';
import type { EntryValue, Id, MeasuredRow, Millis, ObjectionEntry, ObjectionValue, ParkedItem, PointEntry, SeriesEntry, Shown, Version } from '../sync/types';

export interface Point extends PointEntry {
  /** Of a value that lies on this phone only: when it was entered, and what names it for whoever goes on from it. */
  here: { at: Millis; reason: string; version: Version } | null;
}

export interface Series extends Omit<SeriesEntry, 'points'> {
  points: Point[];
}

export interface Dispute extends Omit<ObjectionEntry, 'state' | 'raised_at' | 'due_at'> {
  /** `here`: on this phone only; its clock has not begun. */
  state: ObjectionEntry['state'] | 'here';
  raised_at: Millis | null;
  due_at: Millis | null;
}

export interface Measured {
  row: MeasuredRow;
  series: Series[];
  disputes: Dispute[];
}

export const shownOf = ({ period_to, value }: PointEntry): Shown => [period_to, value];

export function measuredOf(row: MeasuredRow, edits: readonly OwnEdit[]): Measured {
  const entries = edits.filter(({ field }) => field === 'value');
  const said = edits.filter(({ field }) => field === 'objection');
  return {
    row,
    series: row.series.map((series) => withEntries(series, entries)),
    disputes: said.reduce(withSaid, row.objections as Dispute[]),
  };
}

function withEntries(series: SeriesEntry, entries: readonly OwnEdit[]): Series {
  const points = new Map<string, Point>(series.points.map((point) => [point.period_from, { ...point, here: null }]));
  for (const edit of entries) {
    const { indicator, first, value, reason } = edit.value as EntryValue;
    if (indicator !== series.indicator) continue;
    const before = points.get(first);
    if (before && !before.here && same(shownOf(before), value)) continue; // the row has it: told once
    const base = before ?? { period_from: first, label: '', flags: [], changes: [], entered: null };
    const here = { at: edit.device_time_ms, reason, version: edit.shown };
    points.set(first, { ...base, period_to: value[0], value: value[1], label: before?.period_to === value[0] ? before.label : '', here });
  }
  return { ...series, points: [...points.values()].sort((a, b) => a.period_from.localeCompare(b.period_from)) };
}

/** Words that the row has already, from another phone or offered again, are told once. */
function withSaid(disputes: Dispute[], edit: OwnEdit): Dispute[] {
  const { indicator, first, shown, words } = edit.value as ObjectionValue;
  const held = disputes.find((one) => one.indicator === indicator && one.period_from === first);
  if (held && `\n${held.reason}\n`.includes(`\n${words}\n`)) return disputes;
  const waits = held?.state === 'open' || held?.state === 'here';
  const made: Dispute = {
    indicator,
    period_from: first,
    shown: waits ? held.shown : shown[1],
    shown_to: waits ? held.shown_to : shown[0],
    reason: waits ? `${held.reason}\n${words}` : words,
    state: 'here',
    raised_at: null,
    due_at: null,
    device_time: edit.device_time_ms,
    answer: null,
    answered_by_zh: null,
    answered_by_en: null,
    answered_at: null,
  };
  return [...disputes.filter((one) => one !== held), made];
}

const same = (a: Shown, b: Shown): boolean => a[0] === b[0] && a[1] === b[1];

/** The team: everybody of whom the reader enters something, by number. */
export const teamOf = (rows: Iterable<MeasuredRow>, me: Id): MeasuredRow[] =>
  [...rows].filter(({ id }) => id !== me).sort((a, b) => a.employee_no.localeCompare(b.employee_no));

/** What the server has put aside of somebody's values, until its author has read it. */
export const asideOf = (parked: readonly ParkedItem[], person: Id): ParkedItem[] =>
  parked.filter(({ record, field }) => record === person && (field === 'value' || field === 'objection'));

// ---- a value to enter --------------------------------------------------------------------------------------------

export interface Draft {
  first: string;
  last: string;
  number: number | null | undefined;
  reason: string;
}

/** What is wrong with a draft, or what it would do; `stands` is what it would take the place of. */
export type Verdict = 'period' | 'future' | 'not_mine' | 'number' | 'same' | 'shorter' | 'reason' | 'new' | 'longer' | 'corrects';
export const GOOD: readonly Verdict[] = ['new', 'longer', 'corrects'];
const NUMBER_MAX = 9_999_999_999;

export function judge(draft: Draft, stands: PointEntry | undefined, today: string, spans: MeasuredRow['spans'], frequency = ''): Verdict {
  const { first, last, number } = draft;
  if (!first || !last || last < first || first < '2000-01-01') return 'period';
  if (last > today) return 'future';
  if (spans?.length && !spans.some(([from, to]) => from <= last && (to === null || to >= first))) return 'not_mine';
  if (typeof number !== 'number' || !Number.isFinite(number) || Math.abs(number) > NUMBER_MAX) return 'number';
  if (!stands) return 'new';
  const isOther = rounded(number) !== stands.value;
  if (last > stands.period_to && (!isOther || goesOn(frequency, first, stands.period_to, last, today))) return 'longer';
  if (last === stands.period_to && !isOther) return 'same';
  if (draft.reason.trim()) return 'corrects';
  return last < stands.period_to ? 'shorter' : 'reason';
}

const DAYS: Record<string, number> = { daily: 1, weekly: 7, biweekly: 14 };
const MONTHS: Record<string, number> = { monthly: 1, quarterly: 3, yearly: 12 };
const UNITS = [...Object.keys(DAYS), ...Object.keys(MONTHS)];
const OPEN_FOR = 31;

/** Whether a value goes on from what stands, so that it may be another without a reason; as `server/values/periods.py` says it. */
export function goesOn(frequency: string, first: string, before: string, last: string, today: string): boolean {
  const begin = UNITS.indexOf(UNITS.includes(frequency) ? frequency : 'monthly');
  const end = UNITS.slice(begin).map((unit) => endOf(unit, first)).find((one) => before <= one) ?? before;
  return before < last && last <= end && today <= plus(end, OPEN_FOR);
}

function endOf(unit: string, first: string): string {
  const days = DAYS[unit];
  if (days !== undefined) return plus(first, days - 1);
  const at = new Date(`${first}T00:00:00Z`);
  const then = new Date(Date.UTC(at.getUTCFullYear(), at.getUTCMonth() + (MONTHS[unit] ?? 1) + 1, 0));
  then.setUTCDate(Math.min(at.getUTCDate(), then.getUTCDate()));
  return plus(then.toISOString().slice(0, 10), -1);
}

function plus(day: string, days: number): string {
  const at = new Date(`${day}T00:00:00Z`);
  at.setUTCDate(at.getUTCDate() + days);
  return at.toISOString().slice(0, 10);
}

/** Four places behind the point are kept. */
export const rounded = (number: number): number => Math.round(number * 10_000) / 10_000 + 0;

/** The running period by how often an indicator is measured, up to today: nothing is measured of days to come. */
export function runningPeriod(frequency: string, today: string): [first: string, last: string] {
  const at = new Date(`${today}T00:00:00Z`);
  if (frequency === 'daily') return [today, today];
  if (frequency === 'weekly' || frequency === 'biweekly') at.setUTCDate(at.getUTCDate() - ((at.getUTCDay() + 6) % 7) - (frequency === 'weekly' ? 0 : 7));
  else if (frequency === 'quarterly') at.setUTCMonth(Math.floor(at.getUTCMonth() / 3) * 3, 1);
  else if (frequency === 'yearly') at.setUTCMonth(0, 1);
  else at.setUTCDate(1);
  return [at.toISOString().slice(0, 10), today];
}
