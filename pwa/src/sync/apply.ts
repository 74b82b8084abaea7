/**
 * An answer, written down: receipts, rows, cursors and what they free, in one strict transaction (rule c). Sealing
 * happens before it, because nothing but the transaction may be awaited inside one.
 */
import type { Envelope } from '../db/envelope';
import type { StoredEdit, StoredReceipt, SyncMeta, UserSchema } from '../db/schema';
import type { Tx } from '../db/connection';
import { NEVER_SYNCED, type UserDb } from '../db/user-db';
import { StorageFailed } from '../foundation/problem';
import { type Held, pull, type Pulled } from './pull';
import { settle } from './receipts';
import type { Version } from './types';
import { rowPlace } from './rows';
import type { Receipt, Row, WireAnswer } from './wire';

type WriteTx = Tx<UserSchema, 'readwrite'>;

const STORES = ['meta', 'rows', 'scopes', 'outbox', 'ledger'] as const;

/** What the phone holds, as the next request must say it. */
export async function readHeld(db: UserDb): Promise<Held> {
  return db.read(['meta', 'scopes'], (tx) => heldIn(tx as unknown as WriteTx));
}

async function heldIn(tx: WriteTx): Promise<Held> {
  const [sync, scopes] = await Promise.all([tx.objectStore('meta').get('sync'), tx.objectStore('scopes').getAll()]);
  return {
    sync: (sync as SyncMeta | undefined) ?? NEVER_SYNCED,
    scopes: scopes.sort((a, b) => a.place - b.place),
  };
}

/**
 * Writes the answer down. With no room for rows, the receipts alone are kept and `full` is true. `nOf` has the number of
 * an own edit's version, null for anybody else's.
 */
export async function applyAnswer(
  db: UserDb,
  nOf: (version: Version) => number | null,
  answer: WireAnswer,
  asked: Held,
  now: number,
): Promise<{ pulled: Pulled; full: boolean }> {
  const sealed = new Map<Row, Envelope>();
  const sealing = answer.deltas.flatMap(({ rows }) =>
    Object.entries(rows).flatMap(([kind, list]) =>
      list.map(async (row) => sealed.set(row, await db.seal(rowPlace(kind, row.id), row))),
    ),
  );
  await Promise.all(sealing);
  try {
    return { pulled: await db.write([...STORES], (tx) => write(tx, nOf, answer, asked, now, sealed)), full: false };
  } catch (error) {
    if (!(error instanceof StorageFailed) || error.why !== 'full') throw error;
    const bare = { ...answer, deltas: [], scopes: null };
    return { pulled: await db.write([...STORES], (tx) => write(tx, nOf, bare, asked, now, null)), full: true };
  }
}

/** `sealed` null: receipts only. */
async function write(
  tx: WriteTx,
  nOf: (version: Version) => number | null,
  answer: WireAnswer,
  asked: Held,
  now: number,
  sealed: Map<Row, Envelope> | null,
): Promise<Pulled> {
  const held = await heldIn(tx);
  const pulled = pull(answer, asked, held, now);
  if (!pulled.counts) return pulled;
  await writeReceipts(tx, nOf, answer, now);
  // A sign-out while the answer was on its way has taken the rows away; they do not come back by it.
  const left = await tx.objectStore('meta').get('left');
  if (!sealed || left) {
    // What is shown as held is what lies here, not what would lie here by now.
    const sync = { ...held.sync, last_contact_at: pulled.sync.last_contact_at };
    return { ...pulled, changes: [], again: false, scopes: held.scopes, sync };
  }
  if (pulled.new_epoch) await offerLedgerAgain(tx, answer.epoch);
  await writeRows(tx, pulled, sealed);
  await tx.objectStore('meta').put(pulled.sync, 'sync');
  await liftOverlay(tx, pulled);
  return pulled;
}

async function writeReceipts(tx: WriteTx, nOf: (version: Version) => number | null, answer: WireAnswer, now: number): Promise<void> {
  const outbox = tx.objectStore('outbox');
  for (const receipt of answer.receipts) {
    const edit = await outbox.get(receipt.n);
    if (!edit) continue; // told before, perhaps in another tab
    const end = settle(receipt, now, await neverComes(tx, nOf, receipt));
    if (end.to === 'outbox') {
      await outbox.put({ ...edit, state: end.state, not_before: end.not_before });
      continue;
    }
    const entry: StoredReceipt = {
      n: edit.n,
      record: edit.record,
      result: end.result,
      reason: end.reason,
      seq: answer.seq,
      epoch: answer.epoch,
      at: now,
      told_at: answer.now_ms,
      sealed: edit.sealed,
    };
    if (end.overlay) entry.overlay = 1;
    if (end.parked) entry.parked = 1;
    await tx.objectStore('ledger').put(entry);
    await outbox.delete(edit.n);
  }
}

/** Whether what a held edit was built on can reach no server from here. Else its author would wait for ever, unaware. */
async function neverComes(tx: WriteTx, nOf: (version: Version) => number | null, { missing }: Receipt): Promise<boolean> {
  const n = missing === undefined ? null : nOf(missing);
  if (n === null) return false;
  const waiting = await tx.objectStore('outbox').get(n);
  if (waiting) return waiting.state === 'set_aside';
  const settled = await tx.objectStore('ledger').get(n);
  return !settled || letGo(settled);
}

/** Refused by the server, and its author has seen the reason: it is not to take effect behind their back one day. */
const letGo = ({ result, parked }: StoredReceipt): boolean => !parked && (result === 'parked' || result === 'id_reused');

/** The restored server may not have them; what it has it knows by their ids. */
async function offerLedgerAgain(tx: WriteTx, epoch: string): Promise<void> {
  const ledger = tx.objectStore('ledger');
  for (const entry of await ledger.getAll()) {
    if (entry.epoch === epoch || letGo(entry)) continue;
    const edit: StoredEdit = {
      n: entry.n,
      record: entry.record,
      state: 'queued',
      attempts: 1,
      not_before: 0,
      at: entry.at,
      sealed: entry.sealed,
    };
    await tx.objectStore('outbox').put(edit);
    await ledger.delete(entry.n);
  }
}

async function writeRows(tx: WriteTx, pulled: Pulled, sealed: Map<Row, Envelope>): Promise<void> {
  const rows = tx.objectStore('rows');
  for (const change of pulled.changes) {
    switch (change.do) {
      case 'wipe':
        await rows.delete(IDBKeyRange.bound([change.scope], [change.scope, []]));
        break;
      case 'leave':
        await rows.delete([change.scope, change.kind, change.id]);
        break;
      case 'put': {
        const { scope, kind, row } = change;
        const envelope = sealed.get(row);
        if (envelope) await rows.put({ scope, kind, id: row.id, sealed: envelope });
        break;
      }
    }
  }
  const scopes = tx.objectStore('scopes');
  await scopes.clear();
  for (const scope of pulled.scopes) await scopes.put(scope);
}

/** Rule d: the rows have caught up with these edits. */
async function liftOverlay(tx: WriteTx, { complete_to, sync }: Pulled): Promise<void> {
  const ledger = tx.objectStore('ledger');
  for (const { overlay: _lifted, ...entry } of await ledger.index('overlay').getAll()) {
    if (entry.epoch === sync.epoch && entry.seq <= complete_to) await ledger.put(entry);
  }
}
