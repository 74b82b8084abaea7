/** What a screen may know of measured values: the row of a person, and what edits of it say. Instants are milliseconds. */

/** Up to which day, and how much: a value as it is on a screen. */
export type Shown = [last: string, number: number];

/** What an edit of the field "value" says. `shown`: what stood there, null: nothing. */
export interface EntryValue {
  indicator: string;
  first: string;
  value: Shown;
  shown: Shown | null;
  reason: string;
}

/** What an edit of the field "objection" says. */
export interface ObjectionValue {
  indicator: string;
  first: string;
  shown: Shown;
  words: string;
}

export interface ChangeEntry {
  before: number;
  after: number;
  reason: string;
  by_zh: string | null;
  by_en: string | null;
  key_name: string | null;
  /** State of the cycle that had judged by it. */
  late: string | null;
  changed_at: number;
}

export interface PointEntry {
  period_from: string;
  period_to: string;
  label: string;
  value: number;
  flags: string[];
  changes: ChangeEntry[];
  /** By whose phone it came, if by one. */
  entered: { by_zh: string | null; by_en: string | null; device_time: number | null; received_at: number } | null;
}

export interface SeriesEntry {
  indicator: string;
  name_zh: string;
  name_en: string;
  unit: string;
  direction: 'higher' | 'lower';
  target: number | null;
  threshold: number | null;
  frequency: string;
  source: string;
  source_zh: string;
  source_en: string;
  /** 1: whoever reads it enters it. */
  by_hand: number;
  /** Why its source takes nothing in; null: it does. */
  locked: string | null;
  leave_lowers: string[] | null;
  data_to: string | null;
  /** The oldest first. */
  points: PointEntry[];
}

export interface ObjectionEntry {
  indicator: string;
  period_from: string;
  shown: number;
  shown_to: string | null;
  reason: string;
  state: 'open' | 'stands' | 'corrected';
  raised_at: number;
  due_at: number;
  device_time: number | null;
  answer: string | null;
  answered_by_zh: string | null;
  answered_by_en: string | null;
  answered_at: number | null;
}

/** What is measured of a person: of oneself all of it, of the team what is counted by the reader's hand. */
export interface MeasuredRow {
  /** The person's. */
  id: string;
  employee_no: string;
  name_zh: string;
  name_en: string;
  department_zh: string | null;
  department_en: string | null;
  series: SeriesEntry[];
  /** The last one to each value of oneself. */
  objections: ObjectionEntry[];
  /** From when to when (null: still) this person of the team reported to the reader. */
  spans: [string, string | null][] | null;
  /** 1: the reader keeps a source, there is a desk for it. */
  keeps: number | null;
}
