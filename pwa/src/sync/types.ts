/**
 * What a screen may know of the synced data. Names are those of the wire's column lists (server/sync_api/wire.py);
 * rows are decoded once, when they arrive. Everything here is read-only: a screen changes a record by
 * `Phone.append`, never by touching a row.
 */

import type { MeasuredRow } from './measured-types';

export type * from './measured-types';

/** An id as the phone knows it: 22 characters of base64url, opaque. */
export type Id = string;
/** The mutation that wrote a value, "device.author.n". Also the base of the next edit. */
export type Version = string;
/** Milliseconds since 1970, UTC. */
export type Millis = number;
/** A mark on the scale 1 to 5. */
export type Mark = number;
/** Canonical name of a field: "score/3", "comment/3", "reason/3", "chips/3", "status", "answer", "terms", "voice", "value",
 *  "objection", "proposal", "influence", "verdict". */
export type FieldName = string;

export interface CycleRow {
  id: Id;
  name_zh: string;
  name_en: string;
  /** "2026-11-01" */
  period_from: string;
  period_to: string;
  deadline_at: Millis;
  state: 'draft' | 'open' | 'closing' | 'closed';
}

export interface FormLine {
  /** 1..n, the number in "score/3". */
  key: number;
  code: string;
  name_zh: string;
  name_en: string;
  short_zh: string;
  short_en: string;
  unit: string | null;
  direction: 'higher' | 'lower';
  target: number | null;
  threshold: number | null;
  /** Percent; the weights of a form sum to 100. */
  weight: number;
  /** "rating": judged by a person (anchors, no bands). Anything else is measured (bands, no anchors). */
  source: string;
  /** Bounds from which 2, 3, 4, 5 is given, the bound included. */
  bands: [number, number, number, number] | null;
  /** Five pairs [zh, en], for the marks 1 to 5. */
  anchors: [string, string][] | null;
  /** What the set says, where another weight was agreed. */
  set_weight?: number | null;
  /** The data mark on the straight line through threshold and target; `bands` are the line's own. */
  rule?: 'line' | null;
}

export interface FormRow {
  id: Id;
  job_zh: string;
  job_en: string;
  lines: FormLine[];
}

/** One value of a record with the version that wrote it (null: nobody has). Chips: value is Record<tag, version>. */
export interface Field {
  value: unknown;
  version: Version | null;
  /** Own edits of it that were refused, as this tab says, the newest last: an edit of this field names them too. */
  refused?: Version[];
}

export interface EvaluationRow {
  id: Id;
  cycle_id: Id;
  form_id: Id;
  rater_id: Id;
  employee_no: string;
  name_zh: string;
  name_en: string;
  level: string | null;
  department_zh: string;
  department_en: string;
  /** Aligned to the form's lines; null: none. */
  values: (number | null)[];
  /** Mark that the rule gives for the value; on a straight line with up to two decimals. */
  rules: (Mark | null)[];
  /** Mark of the last cycle. */
  lasts: (Mark | null)[];
  /** Tenths: 33 is 3.3. */
  last_overall: number | null;
  state: 'open' | 'submitted' | 'acknowledged';
  fields: Record<FieldName, Field>;
  submitted_at: Millis | null;
  may: string[];
  run_order: number;
  /** What the employee said to the result that stands. Absent in rows that an older app has stored. */
  answer?: 'agree' | 'disagree' | null;
  answer_note?: string | null;
  answered_at?: Millis | null;
}

export interface Candidate {
  version: Version;
  value: unknown;
  author_id: Id;
  author_zh: string;
  author_en: string;
  device_label: string;
  device_time: Millis;
  received_at: Millis;
  base_version: Version | null;
  comment: string | null;
}

export interface CaseRow {
  id: Id;
  evaluation_id: Id;
  /** The wire's code, "s3". */
  code: string;
  /** Canonical name of the disputed field, "score/3". */
  field: FieldName;
  state: 'open' | 'resolved';
  base_value: unknown;
  candidates: Candidate[];
  chosen: Version | null;
  reason: string | null;
  decided_by_zh: string | null;
  decided_by_en: string | null;
  decided_at: Millis | null;
  may: string[];
}

export interface ResultRow {
  id: Id;
  cycle_id: Id;
  form_id: Id;
  rater_zh: string;
  rater_en: string;
  values: (number | null)[];
  rules: (Mark | null)[];
  scores: (Mark | null)[];
  comments: (string | null)[];
  chips: (string[] | null)[];
  reasons: (string | null)[];
  /** Tenths. */
  overall: number | null;
  last_overall: number | null;
  released_at: Millis | null;
  version: Version | null;
  state: 'released' | 'recalled';
  answer: 'agree' | 'disagree' | null;
  answer_note: string | null;
  answered_at: Millis | null;
  may: string[];
  /** [label, tenths], oldest first. */
  overall_history: [string, number][];
  /** Who judged in the rater's place; null: the rater. */
  judge_zh: string | null;
  judge_en: string | null;
  /** Beside the form's lines: the last day that each value reaches. Null: from before this was kept. */
  data_to: (string | null)[] | null;
}

export interface TrendLine {
  key: number;
  periods: string[];
  values: (number | null)[];
  data_to: string | null;
  /** What was corrected of the cycle's own values, the oldest first. */
  changes?: ValueCorrection[] | null;
}

/** The period's name ("W46"), before, after, reason, and when, as it came: only the sheet that shows it takes it apart. */
export type ValueCorrection = [label: string, before: number, after: number, reason: string, changed_at: Millis];

export interface TrendRow {
  /** Id of the evaluation it belongs to. */
  id: Id;
  lines: TrendLine[];
}

export interface ChipRow {
  id: Id;
  /** "" fits any indicator. */
  indicator_code: string;
  band: 'low' | 'mid' | 'high';
  zh: string;
  en: string;
}

/** When terms may be changed: the plan in words, and every window of a year as instants, the end excluded. */
export interface WindowRow {
  id: Id;
  every: 'month' | 'quarter' | null;
  first_day: number | null;
  last_day: number | null;
  spans: [Millis, Millis][];
}

/** A line's key, its target (null: a person judges) and its weight. */
export type TermLine = [key: number, target: number | null, weight: number];
export type VoiceKind = 'confirm' | 'object' | 'disagree' | 'reply';

export interface TextEntry {
  version: Version;
  lines: TermLine[];
  words: string;
  author_zh: string | null;
  author_en: string | null;
  device_time: Millis;
  received_at: Millis;
  /** 1: it came after its window, made within it. */
  late: number;
}

export interface VoiceEntry {
  version: Version;
  kind: VoiceKind;
  words: string;
  /** The text that was on the screen; null: as drawn up. */
  text: Version | null;
  author_id: Id;
  author_zh: string | null;
  author_en: string | null;
  device_time: Millis;
  received_at: Millis;
}

/** The asking person's own change that came while the window was shut. */
export interface KeptEntry {
  version: Version;
  lines: TermLine[];
  words: string;
  device_time: Millis;
  received_at: Millis;
}

export interface AgreementRow {
  id: Id;
  person_id: Id;
  employee_no: string;
  name_zh: string;
  name_en: string;
  department_zh: string | null;
  department_en: string | null;
  supervisor_zh: string | null;
  supervisor_en: string | null;
  /** "2026-Q4", "2026-11" */
  period: string;
  period_from: string;
  period_to: string;
  /** As drawn up; what stands is the last of `texts`, if there is one. */
  lines: FormLine[];
  texts: TextEntry[];
  voices: VoiceEntry[];
  may: string[];
  kept: KeptEntry | null;
}

/** A day from which these lines apply, the last day or null, the lines (none: no set does). */
export type SpanCells = [from: string, to: string | null, lines: unknown[][]];

/**
 * What one is measured by, what one may propose for, and what one has said of it; of the people that one answers for, what
 * they have said. The nested cells are read by `indicators/library/floor/read.ts` alone: no screen of the first route needs them.
 */
export interface FloorRow {
  id: Id;
  person_id: Id;
  name_zh: string;
  name_en: string;
  spans: SpanCells[] | null;
  jobs: unknown[][] | null;
  proposals: unknown[][] | null;
  sways: unknown[][] | null;
  may: string[];
}

export interface Rows {
  cycle: CycleRow;
  form: FormRow;
  evaluation: EvaluationRow;
  case: CaseRow;
  result: ResultRow;
  trend: TrendRow;
  chip: ChipRow;
  window: WindowRow;
  agreement: AgreementRow;
  measured: MeasuredRow;
  floor: FloorRow;
}
export type Kind = keyof Rows;

export type Op = 'set' | 'add' | 'remove' | 'command' | 'append' | 'resolve';

/**
 * One act of a person. `base` is the version on the screen: one version, a list of them, or null for none.
 *
 * | op      | field                      | value                                             | base |
 * |---------|----------------------------|---------------------------------------------------|------|
 * | set     | score/3 comment/3 reason/3 | 1..5 or null, text                                | version shown, then those refused |
 * | add     | chips/3                    | tag                                               | null |
 * | remove  | chips/3                    | tag                                               | versions that added it |
 * | command | status                     | { name: 'submit', signs: [[field, version], ...] } or { name: 'recall', signs: [] } | null |
 * | append  | answer                     | { answer: 'agree' or 'disagree', note }           | version of the result |
 * | append  | voice                      | { voice: a VoiceKind, words }                     | version of the text, null: as drawn up |
 * | append  | proposal                   | { proposal: words, about: id or '', draft: cells or null } | null |
 * | append  | influence                  | { influence: 'yes', 'partly' or 'no', about: id, words } | null |
 * | append  | verdict                    | { verdict: 'taken' or 'declined', words }         | version of the proposal |
 * | command | terms                      | { lines, words }                                  | version of the text, null: as drawn up |
 * | command | value                      | an EntryValue                                     | own entry it goes on from, null |
 * | append  | objection                  | an ObjectionValue                                 | null |
 * | resolve | score/3 comment/3          | { case, chosen, value, reason }                   | versions of all candidates |
 *
 * `signs` of chips: ["chips/3", version] for each tag. A tag's version may stand for two people's ("a,b"): hand it on as it is.
 */
export interface NewMutation {
  record: Id;
  field: FieldName;
  op: Op;
  value: unknown;
  base: Version | Version[] | null;
}

/** An edit as the outbox keeps it and the server reads it. */
export interface Edit {
  n: number;
  record: Id;
  field: FieldName;
  op: Op;
  value: unknown;
  base: Version[];
  device_time_ms: Millis;
}

export type EvaluationState = 'none' | 'half' | 'done_here' | 'delivered' | 'case' | 'parked';
export type Net = 'unknown' | 'reached' | 'offline' | 'captive' | 'server_down';

/** An edit that the server keeps apart with a reason, or that no server would take (`set_aside`). */
export interface ParkedItem {
  version: Version;
  n: number;
  record: Id;
  field: FieldName;
  value: unknown;
  /** Receipt's reason code, or "set_aside". Message: sync_reason_<reason>. */
  reason: string;
  at: Millis;
}

export interface SyncStatus {
  net: Net;
  last_contact_at: Millis | null;
  /** Mutations on this phone that have no receipt. */
  queued: number;
  queued_evaluations: ReadonlySet<Id>;
  sending: boolean;
  needs_login: boolean;
  needs_update: boolean;
  /** The part that sends is not on this phone and could not be fetched. */
  cannot_send: boolean;
  storage: 'ok' | 'full' | 'none';
  parked: readonly ParkedItem[];
  /** What navigator.storage.persist() said; null: not asked yet. */
  persisted: boolean | null;
  oldest_unsent_at: Millis | null;
  /** How often the most tried of them was sent without an answer that settles it. */
  attempts: number;
  /** What hindered last, by its code (`hindered_<code>`); null: nothing that is known. */
  last_error: string | null;
}
