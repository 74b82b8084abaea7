/**
 * What an answer does to the rows held. Pure; the round applies it to IndexedDB in one transaction and to memory after
 * that. The rules, each forced by a model of this protocol under random faults (shared guidance, `docs/sync.md`):
 *   (a) a part behind what is held is not applied;  (b) a delta applies only to a scope held at its `from` or later;
 *   (c) rows and cursor in one transaction;  (d) a confirmed edit lies over the rows until a pull at or past its
 *   receipt's sequence was applied;  (e) a new epoch wipes rows, never outbox or ledger;  (f) receipts always count,
 *   except those of an older epoch.
 */
import type { StoredScope, SyncMeta } from '../db/schema';
import type { Kind } from './types';
import type { Delta, Row, WireAnswer } from './wire';

export interface Held {
  sync: SyncMeta;
  /** In the order of the server's list. */
  scopes: StoredScope[];
}

export type Change =
  | { do: 'wipe'; scope: string }
  | { do: 'put'; scope: string; kind: Kind; row: Row }
  | { do: 'leave'; scope: string; kind: Kind; id: string };

export interface Pulled {
  /** What was held before it: whoever keeps rows in memory may lay the changes over these and no others. */
  before: Held;
  /** False: the answer is of an epoch that is over; nothing of it counts, receipts neither. */
  counts: boolean;
  /** The server was restored: the ledger must be offered again. */
  new_epoch: boolean;
  changes: Change[];
  scopes: StoredScope[];
  sync: SyncMeta;
  /** Ask again at once: there is more, or what may be seen has changed. */
  again: boolean;
  /** Every scope that holds records is complete up to here. */
  complete_to: number;
}

/** `asked` is what the request said it held; `held` is what is held now (another tab may have been faster). */
export function pull(answer: WireAnswer, asked: Held, held: Held, now: number): Pulled {
  return { before: held, ...judge(answer, asked, held, now) };
}

function judge(answer: WireAnswer, asked: Held, held: Held, now: number): Omit<Pulled, 'before'> {
  const nothing = { changes: [], scopes: held.scopes, sync: held.sync, complete_to: completeTo(held.scopes) };
  if (held.sync.epoch !== asked.sync.epoch && answer.epoch !== held.sync.epoch) {
    return { ...nothing, counts: false, new_epoch: false, again: true };
  }
  const contact = { ...held.sync, epoch: answer.epoch, last_contact_at: now, server_at: answer.now_ms };
  if (held.sync.epoch !== '' && answer.epoch !== held.sync.epoch) {
    return {
      counts: true,
      new_epoch: true,
      changes: held.scopes.map(({ name }) => ({ do: 'wipe', scope: name })),
      scopes: [],
      sync: { ...contact, access: '' },
      again: true,
      complete_to: 0,
    };
  }
  if (answer.scopes === null && held.sync.access !== asked.sync.access) {
    // The list that the answer's indexes mean is no longer the one held here.
    return { ...nothing, sync: contact, counts: true, new_epoch: false, again: true };
  }
  const renewed = answer.scopes ? renew(answer.scopes, held.scopes) : { changes: [], scopes: held.scopes };
  const first = asked.sync.access === '';
  if (answer.scopes && !first && answer.deltas.length === 0) {
    return {
      counts: true,
      new_epoch: false,
      changes: renewed.changes,
      scopes: renewed.scopes,
      sync: { ...contact, access: answer.access },
      again: true,
      complete_to: completeTo(renewed.scopes),
    };
  }
  const parts = new Map(answer.deltas.map((delta) => [delta.scope, delta]));
  const askedFrom = new Map(asked.scopes.map(({ name, cursor }) => [name, cursor]));
  const changes = [...renewed.changes];
  const scopes = renewed.scopes.map((scope) => {
    const delta = parts.get(scope.place);
    if (!delta) {
      // "Nothing new since what you asked from" says nothing to somebody who holds less than that.
      const holds = scope.cursor >= (askedFrom.get(scope.name) ?? 0);
      return holds ? { ...scope, cursor: Math.max(scope.cursor, answer.seq) } : scope;
    }
    return applies(delta, scope) ? { ...scope, cursor: apply(delta, scope, changes) } : scope;
  });
  return {
    counts: true,
    new_epoch: false,
    changes,
    scopes,
    sync: { ...contact, access: answer.access },
    again: answer.deltas.some((delta) => delta.more),
    complete_to: completeTo(scopes),
  };
}

const applies = (delta: Delta, scope: StoredScope): boolean => delta.from <= scope.cursor && delta.to >= scope.cursor;

function apply(delta: Delta, scope: StoredScope, changes: Change[]): number {
  const name = scope.name;
  const nothingYet = delta.more && delta.to === delta.from;
  if (delta.from === 0 && !nothingYet) changes.push({ do: 'wipe', scope: name });
  for (const [kind, rows] of Object.entries(delta.rows) as [Kind, Row[]][]) {
    for (const row of rows) changes.push({ do: 'put', scope: name, kind, row });
  }
  for (const [kind, id] of delta.leaves) changes.push({ do: 'leave', scope: name, kind, id });
  return delta.to;
}

/** The new list: what is in both keeps its cursor, what was lost loses its rows. */
function renew(names: string[], held: StoredScope[]): { changes: Change[]; scopes: StoredScope[] } {
  const cursors = new Map(held.map((scope) => [scope.name, scope.cursor]));
  const kept = new Set(names);
  return {
    changes: held.filter(({ name }) => !kept.has(name)).map(({ name }) => ({ do: 'wipe', scope: name })),
    scopes: names.map((name, place) => ({ name, place, cursor: cursors.get(name) ?? 0 })),
  };
}

/** Records that a person edits lie in these scopes; facts and library come later and hold back nothing. */
const holdsRecords = ({ name }: StoredScope): boolean => /^(rate|own|agree|values):/.test(name);

function completeTo(scopes: StoredScope[]): number {
  const cursors = scopes.filter(holdsRecords).map(({ cursor }) => cursor);
  return cursors.length ? Math.min(...cursors) : 0;
}
