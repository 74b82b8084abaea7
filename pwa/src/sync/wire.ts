/**
 * The body of POST /api/sync, protocol 1: positional JSON. server/sync_api/wire.py describes it; both sides read
 * tests/vectors/wire.json. Versions are "w.n" on the wire (w: index into the message's `writers`), an integer n for
 * the sender's own, and "device.author.n" everywhere else. A kind or a column that this phone does not know is left
 * out without a word: an old app reads what it knows.
 */
import {
  CANDIDATE_COLUMNS,
  CHANGE_COLUMNS,
  COLUMNS,
  ENTERED_COLUMNS,
  FIELD_CODES,
  KEPT_COLUMNS,
  LINE_COLUMNS,
  MAY,
  OBJECTION_COLUMNS,
  POINT_COLUMNS,
  PROTOCOL,
  RECEIPTS,
  SERIES_COLUMNS,
  TEXT_COLUMNS,
  TREND_LINE_COLUMNS,
  VOICE_COLUMNS,
} from '../generated/wire-columns';
import type { Edit, EntryValue, Field, FieldName, Id, Kind, Millis, Version } from './types';
import { joinVersions, NOTHING, versionsOf } from './versions';

export interface Push {
  author: Id;
  mutations: Edit[];
}

export interface WireRequest {
  device: Id;
  epoch: string;
  nonce: string;
  access: string;
  cursors: number[];
  push: Push | null;
  queued: number;
  oldest_s: number;
  /** Only of a phone that is stuck: tries of the edit tried most, and what hindered last. */
  attempts?: number;
  error?: string;
  /** Which kinds of rows this phone knows. */
  reads?: number;
  /** With a push: what this phone's clock says now. */
  sent_ms?: Millis;
}

export type ReceiptName = (typeof RECEIPTS)[keyof typeof RECEIPTS];

export interface Receipt {
  n: number;
  result: ReceiptName;
  /** conflict */
  case?: Id;
  /** parked */
  reason?: string;
  /** held */
  missing?: Version;
  /** same */
  version?: Version;
  /** retry */
  seconds?: number;
}

export interface Row {
  id: Id;
  [column: string]: unknown;
}

export interface Delta {
  scope: number;
  from: number;
  to: number;
  more: boolean;
  rows: Partial<Record<Kind, Row[]>>;
  leaves: [Kind, Id][];
}

export interface WireAnswer {
  nonce: string;
  epoch: string;
  access: string;
  seq: number;
  receipts: Receipt[];
  scopes: string[] | null;
  deltas: Delta[];
  now_ms: Millis;
}

/** The answer is not of our protocol: a captive portal, a proxy, another version. */
export class NotOurs extends Error {}

// ---- request ---------------------------------------------------------------------------------------------------

const CODE_OF: Record<string, string> = Object.fromEntries(Object.entries(FIELD_CODES).map(([code, name]) => [name, code]));

/** Wire code of a field, "score/3" → "s3". */
function codeOf(field: FieldName): string {
  const [name = '', key = ''] = field.split('/');
  return (CODE_OF[name] ?? name) + key;
}

/** Canonical name of a code, "s3" → "score/3". */
export function fieldOf(code: string): FieldName {
  const name = FIELD_CODES[code.charAt(0) as keyof typeof FIELD_CODES];
  return name ? `${name}/${code.slice(1)}` : code;
}

class Writers {
  readonly names: string[] = [];
  constructor(private readonly own: string) {}

  ref = (version: Version): number | string => {
    if (version === NOTHING) return 0;
    const cut = version.lastIndexOf('.');
    const writer = version.slice(0, cut);
    const n = version.slice(cut + 1);
    if (writer === this.own) return Number(n);
    let w = this.names.indexOf(writer);
    if (w < 0) w = this.names.push(writer) - 1;
    return `${w}.${n}`;
  };

  base(base: Version[]): unknown {
    const refs = base.map(this.ref);
    return refs.length === 0 ? 0 : refs.length === 1 ? refs[0] : refs;
  }
}

function codeAndValue(edit: Edit, writers: Writers): [string, unknown] {
  const value = edit.value as Record<string, unknown>;
  switch (edit.op) {
    case 'command': {
      if (edit.field === 'terms') return ['!terms', value['words'] ? [value['lines'], value['words']] : [value['lines']]];
      if (edit.field === 'value') return ['!value', enteredCells(edit.value as EntryValue)];
      const signs = ((value['signs'] ?? []) as [FieldName, Version][]).flatMap(([field, version]) =>
        versionsOf(version).map((one) => [codeOf(field), writers.ref(one)]),
      );
      return [`!${value['name'] as string}`, signs.length ? signs : null];
    }
    case 'append': {
      if (edit.field === 'objection') return ['obj', [value['indicator'], value['first'], value['shown'], value['words']]];
      // What is said names its parts in the order of the wire; an empty last one is left out.
      const cells = Object.values(value);
      return [edit.field.slice(0, 3), cells.at(-1) ? cells : cells.slice(0, -1)];
    }
    case 'resolve': {
      const chosen = value['chosen'] as Version | null;
      return [
        `=${codeOf(edit.field)}`,
        [value['case'], chosen === null ? null : writers.ref(chosen), value['value'] ?? null, value['reason'] ?? ''],
      ];
    }
    case 'add':
      return [codeOf(edit.field), ['+', edit.value]];
    case 'remove':
      return [codeOf(edit.field), ['-', edit.value]];
    case 'set':
      return [codeOf(edit.field), edit.value];
  }
}

function enteredCells({ indicator, first, value, shown, reason }: EntryValue): unknown[] {
  const cells = [indicator, first, ...value, shown ?? 0];
  return reason ? [...cells, reason] : cells;
}

/** One mutation without what may be cut off at its end. */
export function encodeEdit(edit: Edit, t0: Millis, writers: Writers): unknown[] {
  const [code, value] = codeAndValue(edit, writers);
  const cells = [edit.n, edit.device_time_ms - t0, code, value ?? null, writers.base(edit.base)];
  if (cells[4] === 0) cells.pop();
  if (cells.length === 4 && cells[3] === null) cells.pop();
  return cells;
}

export function encodeRequest(request: WireRequest): unknown[] {
  const { device, epoch, nonce, access, cursors, push, queued, oldest_s, attempts, error, reads, sent_ms } = request;
  const said: unknown[] = attempts === undefined ? [] : error ? [attempts, error] : [attempts];
  if (reads !== undefined) said.splice(0, 3, attempts ?? 0, error ?? '', reads);
  if (reads !== undefined && push && sent_ms !== undefined) said.push(sent_ms);
  return [PROTOCOL, device, epoch, nonce, access, cursors.map((one, at) => (one === cursors[at - 1] ? -1 : one)), push ? encodePush(device, push) : 0, queued, oldest_s, ...said];
}

export function encodePush(device: Id, push: Push): unknown[] {
  const t0 = push.mutations[0]?.device_time_ms ?? 0;
  const writers = new Writers(`${device}.${push.author}`);
  const groups = new Map<Id, unknown[][]>();
  for (const edit of push.mutations) {
    const group = groups.get(edit.record) ?? [];
    group.push(encodeEdit(edit, t0, writers));
    groups.set(edit.record, group);
  }
  return [push.author, t0, writers.names, [...groups]];
}

// ---- answer ----------------------------------------------------------------------------------------------------

type Resolve = (ref: unknown) => Version | null;

/** Throws NotOurs unless this is an answer of our protocol to exactly this request. */
export function decodeAnswer(body: unknown, nonce: string): WireAnswer {
  if (!Array.isArray(body) || body.length < 10 || body[0] !== PROTOCOL || body[1] !== nonce) throw new NotOurs();
  const [, , epoch, access, seq, receipts, scopes, deltas, writers, now_ms] = body as unknown[];
  if (typeof epoch !== 'string' || typeof access !== 'string' || typeof seq !== 'number') throw new NotOurs();
  if (!Array.isArray(receipts) || !Array.isArray(deltas) || !Array.isArray(writers)) throw new NotOurs();
  const version: Resolve = (ref) => {
    if (typeof ref !== 'string') return null;
    const cut = ref.indexOf('.');
    return `${String(writers[Number(ref.slice(0, cut))])}.${ref.slice(cut + 1)}`;
  };
  return {
    nonce,
    epoch,
    access,
    seq,
    receipts: receipts.map((receipt: unknown[]) => decodeReceipt(receipt, version)),
    scopes: Array.isArray(scopes) ? (scopes as string[]) : null,
    deltas: deltas.map((delta: unknown[]) => decodeDelta(delta, version)),
    now_ms: Number(now_ms),
  };
}

function decodeReceipt([n, letter, extra]: unknown[], version: Resolve): Receipt {
  const result = RECEIPTS[letter as keyof typeof RECEIPTS];
  if (typeof n !== 'number' || !result) throw new NotOurs();
  const seen = version(extra);
  switch (result) {
    case 'conflict':
      return { n, result, case: String(extra) };
    case 'parked':
      return { n, result, reason: String(extra) };
    case 'held':
      return seen ? { n, result, missing: seen } : { n, result };
    case 'same':
      return seen ? { n, result, version: seen } : { n, result };
    case 'retry':
      return { n, result, seconds: Number(extra ?? 0) };
    default:
      return { n, result };
  }
}

function decodeDelta([scope, from, to, more, rows, leaves]: unknown[], version: Resolve): Delta {
  const decoded: Delta['rows'] = {};
  for (const [kind, list] of Object.entries(rows as Record<string, unknown[][]>)) {
    if (kind in COLUMNS) decoded[kind as Kind] = list.map((cells) => decodeRow(kind as Kind, cells, version));
  }
  return {
    scope: Number(scope),
    from: Number(from),
    to: Number(to),
    more: Boolean(more),
    rows: decoded,
    leaves: leaves as [Kind, Id][],
  };
}

function named(columns: readonly string[], cells: unknown[]): Record<string, unknown> {
  return Object.fromEntries(columns.map((column, i) => [column, cells[i] ?? null]));
}

function decodeRow(kind: Kind, cells: unknown[], version: Resolve): Row {
  const row = named(COLUMNS[kind], cells) as Row;
  if ('may' in row) row['may'] = rightsOf(Number(row['may'] ?? 0));
  const lines = row['lines'] as unknown[][] | null;
  switch (kind) {
    case 'form':
      row['lines'] = (lines ?? []).map((line) => named(LINE_COLUMNS, line));
      break;
    case 'agreement':
      decodeAgreement(row, version);
      break;
    case 'measured':
      decodeMeasured(row);
      break;
    case 'trend':
      row['lines'] = (lines ?? []).map((line) => named(TREND_LINE_COLUMNS, line));
      break;
    case 'evaluation':
      row['fields'] = decodeFields((row['fields'] ?? []) as unknown[], version);
      break;
    case 'case':
      row['field'] = fieldOf(String(row['code']));
      row['chosen'] = version(row['chosen']);
      row['candidates'] = ((row['candidates'] ?? []) as unknown[][]).map((one) => {
        const candidate = named(CANDIDATE_COLUMNS, one);
        return { ...candidate, version: version(candidate['version']), base_version: version(candidate['base_version']) };
      });
      break;
    case 'result':
      row['version'] = version(row['version']);
      row['overall_history'] ??= [];
      break;
  }
  return row;
}

function decodeAgreement(row: Row, version: Resolve): void {
  const list = (name: string, columns: readonly string[]) => ((row[name] ?? []) as unknown[][]).map((one) => named(columns, one));
  row['lines'] = list('lines', LINE_COLUMNS);
  row['texts'] = list('texts', TEXT_COLUMNS).map((text) => ({ ...text, version: version(text['version']) }));
  row['voices'] = list('voices', VOICE_COLUMNS).map((said) => ({ ...said, version: version(said['version']), text: version(said['text']) }));
  const kept = row['kept'] as unknown[] | null;
  row['kept'] = kept && { ...named(KEPT_COLUMNS, kept), version: version(kept[0]) };
}

function decodeMeasured(row: Row): void {
  const list = (cells: unknown, columns: readonly string[]) => ((cells ?? []) as unknown[][]).map((one) => named(columns, one));
  row['series'] = list(row['series'], SERIES_COLUMNS).map((series) => ({
    ...series,
    points: list(series['points'], POINT_COLUMNS).map((point) => ({
      ...point,
      changes: list(point['changes'], CHANGE_COLUMNS),
      entered: point['entered'] && named(ENTERED_COLUMNS, point['entered'] as unknown[]),
    })),
  }));
  row['objections'] = list(row['objections'], OBJECTION_COLUMNS);
}

function rightsOf(bits: number): string[] {
  return Object.entries(MAY).flatMap(([right, bit]) => (bits & bit ? [right] : []));
}

/** [code, value, version, code, value, version, ...] → { "score/3": { value, version } }. */
function decodeFields(flat: unknown[], version: Resolve): Record<FieldName, Field> {
  const fields: Record<FieldName, Field> = {};
  for (let i = 0; i < flat.length; i += 3) {
    const name = fieldOf(String(flat[i]));
    const value = flat[i + 1];
    fields[name] = name.startsWith('chips/')
      ? { value: decodeTags((value ?? []) as [string, string][], version), version: null }
      : { value, version: version(flat[i + 2]) };
  }
  return fields;
}

function decodeTags(pairs: [string, string][], version: Resolve): Record<string, Version> {
  const tags: Record<string, Version> = {};
  for (const [tag, ref] of pairs) {
    const added = version(ref) ?? '';
    tags[tag] = joinVersions([...(tags[tag] ? [tags[tag]] : []), added]);
  }
  return tags;
}
