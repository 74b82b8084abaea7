/**
 * What the person sees: the server's rows under own edits, in the order of n. Own edits are the unsent ones and those
 * confirmed whose effect no pull has brought yet. Pure, and it never merges: it lays the edit over the row, and what
 * two people's edits make of each other is the server's to say.
 */
import type { CaseRow, Edit, EvaluationRow, Field, Id, Kind, Millis, ResultRow, Rows, Version } from './types';
import { versionsOf } from './versions';

/** An own edit with the version that it writes, and with what names this content of it: the base of who goes on from it. */
export interface OwnEdit extends Edit {
  version: Version;
  shown: Version;
  /** It had no effect, and its author is told so: it is not laid over the row, and whoever goes on has seen it. */
  refused?: true;
}

/** So many the server reads (`sync/rules.py`). */
const MOST_REFUSED = 2;

export type ByRecord = ReadonlyMap<Id, readonly OwnEdit[]>;

export function byRecord(edits: readonly OwnEdit[]): Map<Id, OwnEdit[]> {
  const map = new Map<Id, OwnEdit[]>();
  for (const edit of [...edits].sort((a, b) => a.n - b.n)) {
    const list = map.get(edit.record);
    if (list) list.push(edit);
    else map.set(edit.record, [edit]);
  }
  return map;
}

/** The row itself when no edit lies over it: screens compare by identity. */
export function overEvaluation(row: EvaluationRow, edits: readonly OwnEdit[] = []): EvaluationRow {
  return edits.reduce(layEdit, row);
}

function layEdit(row: EvaluationRow, edit: OwnEdit): EvaluationRow {
  const seen = row.fields[edit.field];
  switch (edit.op) {
    case 'set':
      if (isLater(seen?.version, edit)) return row;
      if (edit.refused) return withField(row, edit, { value: null, version: null, ...seen, refused: [...(seen?.refused ?? []), edit.version].slice(-MOST_REFUSED) });
      return withField(row, edit, { value: edit.value, version: edit.shown });
    case 'resolve':
      return withField(row, edit, { value: (edit.value as { value: unknown }).value, version: edit.version });
    case 'add':
      return withField(row, edit, { value: { ...tagsOf(seen), [edit.value as string]: edit.version }, version: null });
    case 'remove':
      return withField(row, edit, { value: without(tagsOf(seen), edit), version: null });
    case 'command':
      return (edit.value as { name: string }).name === 'submit' ? submitted(row) : recalled(row);
    case 'append':
      return row;
  }
}

/** Whether the row holds what its author wrote on this phone after that edit. One that was held, or is offered again, may
 *  still wait here for its receipt when a later one has been confirmed; the server will say `same` of it. */
function isLater(held: Version | null | undefined, { n, version }: OwnEdit): boolean {
  const [device = '', author, own] = held?.split('.') ?? [];
  return Number(own) > n && version === `${device.split('+')[0]}.${author}.${n}`;
}

const withField = (row: EvaluationRow, { field }: OwnEdit, to: Field): EvaluationRow => ({
  ...row,
  fields: { ...row.fields, [field]: to },
});

const tagsOf = (field: Field | undefined): Record<string, Version> =>
  (field?.value ?? {}) as Record<string, Version>;

/** Add wins: only the adds that the author had seen go. */
function without(tags: Record<string, Version>, edit: OwnEdit): Record<string, Version> {
  const tag = edit.value as string;
  const left = versionsOf(tags[tag] ?? '').filter((version) => version && !edit.base.includes(version));
  const { [tag]: _gone, ...others } = tags;
  return left.length ? { ...others, [tag]: left.join(',') } : others;
}

/** What was submitted here can be taken back, not scored; the server's next row has the last word. */
const submitted = (row: EvaluationRow): EvaluationRow => ({
  ...row,
  state: 'submitted',
  may: row.may.includes('submit') ? ['recall', ...row.may.filter((right) => right === 'decide')] : row.may,
});

const recalled = (row: EvaluationRow): EvaluationRow => ({
  ...row,
  state: 'open',
  submitted_at: null,
  may: row.may.includes('recall') ? ['score', 'submit', ...row.may.filter((right) => right === 'decide')] : row.may,
});

/** A decision made on this phone closes the case here at once. */
export function overCase(row: CaseRow, edits: readonly OwnEdit[] = []): CaseRow {
  return edits.reduce((held, edit) => {
    const value = edit.value as { case: Id; chosen: Version | null; reason: string };
    if (edit.op !== 'resolve' || value.case !== row.id) return held;
    const decided_at: Millis = edit.device_time_ms;
    return { ...held, state: 'resolved', chosen: value.chosen, reason: value.reason, decided_at };
  }, row);
}

export function overResult(row: ResultRow, edits: readonly OwnEdit[] = []): ResultRow {
  return edits.reduce((held, edit) => {
    if (edit.op !== 'append') return held;
    const { answer, note } = edit.value as { answer: 'agree' | 'disagree'; note: string };
    return { ...held, answer, answer_note: note, answered_at: edit.device_time_ms };
  }, row);
}

function over<K extends Kind>(kind: K, row: Rows[K], edits: ByRecord): Rows[K] {
  switch (kind) {
    case 'evaluation':
      return overEvaluation(row as EvaluationRow, edits.get(row.id)) as Rows[K];
    case 'case':
      return overCase(row as CaseRow, edits.get((row as CaseRow).evaluation_id)) as Rows[K];
    case 'result':
      return overResult(row as ResultRow, edits.get(row.id)) as Rows[K];
    default:
      return row;
  }
}

interface Seen<K extends Kind> {
  row: Rows[K];
  edits: readonly OwnEdit[];
  seen: Rows[K];
}

/** Rows under edits, the same object as before where neither row nor edits have changed: screens redraw by identity. */
export class Overlaid<K extends Kind> {
  #last = new Map<Id, Seen<K>>();

  constructor(private readonly kind: K) {}

  over(rows: ReadonlyMap<Id, Rows[K]>, edits: ByRecord): Rows[K][] {
    const fresh = new Map<Id, Seen<K>>();
    for (const [id, row] of rows) {
      const own = edits.get(this.kind === 'case' ? (row as CaseRow).evaluation_id : id) ?? [];
      const before = this.#last.get(id);
      const same = before?.row === row && sameList(before.edits, own);
      fresh.set(id, same ? before : { row, edits: own, seen: over(this.kind, row, edits) });
    }
    this.#last = fresh;
    return [...fresh.values()].map(({ seen }) => seen);
  }
}

const sameList = (a: readonly OwnEdit[], b: readonly OwnEdit[]): boolean =>
  a.length === b.length && a.every((one, i) => one === b[i]);
