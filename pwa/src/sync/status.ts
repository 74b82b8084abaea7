/** How the sending stands, in the words that every screen uses alike. Pure. */
import type { Entry } from './outbox';
import type { Line } from './planner';
import type { CaseRow, EvaluationRow, EvaluationState, ParkedItem, SyncStatus } from './types';

export const QUIET: SyncStatus = {
  net: 'unknown',
  last_contact_at: null,
  queued: 0,
  queued_evaluations: new Set(),
  sending: false,
  needs_login: false,
  needs_update: false,
  cannot_send: false,
  storage: 'ok',
  parked: [],
  persisted: null,
  oldest_unsent_at: null,
  attempts: 0,
  last_error: null,
};

export interface Standing {
  entries: readonly Entry[];
  /** What the server keeps apart. */
  parked: readonly ParkedItem[];
  /** Null before the first round. */
  line: Line | null;
  sending: boolean;
  cannot_send: boolean;
  last_contact_at: number | null;
  storage: SyncStatus['storage'];
  persisted: boolean | null;
  /** A newer version of this app has taken the data over. */
  newer_app: boolean;
}

export function statusOf(standing: Standing): SyncStatus {
  const { entries, line, last_contact_at, storage, persisted, sending, cannot_send } = standing;
  const setAside = entries.filter(({ state }) => state === 'set_aside');
  const waiting = entries.filter(({ state }) => state !== 'set_aside');
  return {
    net: line?.net ?? 'unknown',
    last_contact_at,
    queued: entries.length,
    queued_evaluations: new Set(waiting.map(({ edit }) => edit.record)),
    sending,
    needs_login: line?.needs_login ?? false,
    needs_update: line?.needs_update || standing.newer_app || entries.some(({ state }) => state === 'update_needed'),
    cannot_send,
    storage,
    parked: [...standing.parked, ...setAside.map(asParked)],
    persisted,
    oldest_unsent_at: entries.length ? Math.min(...entries.map(({ at }) => at)) : null,
    attempts: attemptsOf(entries),
    last_error: entries.length ? hindrance(entries, line?.last_error ?? null) : null,
  };
}

export const attemptsOf = (entries: readonly Entry[]): number => entries.reduce((most, { attempts }) => Math.max(most, attempts), 0);

/** What hinders: the line, else what the server or this phone has said of an edit. */
export function hindrance(entries: readonly Entry[], lineError: string | null): string | null {
  return lineError ?? entries.find(({ state }) => state !== 'queued' && state !== 'sending')?.state ?? null;
}

const asParked = ({ edit, at }: Entry): ParkedItem => ({
  version: edit.version,
  n: edit.n,
  record: edit.record,
  field: edit.field,
  value: edit.value,
  reason: 'set_aside',
  at,
});

/** Where one evaluation stands, for the team's list. The tick (`delivered`) comes from receipts alone. */
export function evaluationState(
  row: EvaluationRow | undefined,
  cases: readonly CaseRow[],
  { queued_evaluations, parked }: Pick<SyncStatus, 'queued_evaluations' | 'parked'>,
): EvaluationState {
  if (!row) return 'none';
  if (parked.some(({ record }) => record === row.id)) return 'parked';
  if (cases.some((one) => one.evaluation_id === row.id && one.state === 'open')) return 'case';
  if (row.state !== 'open') return queued_evaluations.has(row.id) ? 'done_here' : 'delivered';
  const touched = Object.values(row.fields).some(({ value }) => value !== null && value !== '' && !isEmptyTags(value));
  return touched ? 'half' : 'none';
}

const isEmptyTags = (value: unknown): boolean => typeof value === 'object' && Object.keys(value ?? {}).length === 0;
