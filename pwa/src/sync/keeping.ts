/** What the phone does with what it keeps: forgets in time, makes room, and lets go of what its author has seen. */
import type { SyncMeta } from '../db/schema';
import type { UserDb } from '../db/user-db';

const LEDGER_DAYS = 30;

/**
 * Ends the ledger's memory after 30 days, but for parked edits that their author has not seen to. Both ends of the 30
 * days are the server's word: a phone whose clock is a year ahead would forget today's edits.
 */
export async function forgetOldReceipts(db: UserDb): Promise<void> {
  await db.write(['meta', 'ledger'], async (tx) => {
    const sync = (await tx.objectStore('meta').get('sync')) as SyncMeta | undefined;
    if (sync?.server_at === undefined) return;
    const before = sync.server_at - LEDGER_DAYS * 24 * 3_600_000;
    for (const entry of await tx.objectStore('ledger').getAll()) {
      if ((entry.told_at ?? entry.at) < before && !entry.parked && !entry.overlay) await tx.objectStore('ledger').delete(entry.n);
    }
  });
}

/** The author has seen the reason; the server keeps the edit. */
export async function seenParked(db: UserDb, n: number): Promise<void> {
  await db.write(['ledger'], async (tx) => {
    const held = await tx.objectStore('ledger').get(n);
    if (!held) return;
    const { parked: _seen, ...entry } = held;
    await tx.objectStore('ledger').put(entry);
  });
}

/** Room for an edit: what comes later anyway (facts, library) goes first; it is pulled again when there is room. */
export async function makeRoom(db: UserDb): Promise<void> {
  await db.write(['rows', 'scopes'], async (tx) => {
    const scopes = tx.objectStore('scopes');
    for (const scope of await scopes.getAll()) {
      if (scope.name.startsWith('rate:') || scope.name.startsWith('own:')) continue;
      await tx.objectStore('rows').delete(IDBKeyRange.bound([scope.name], [scope.name, []]));
      await scopes.put({ ...scope, cursor: 0 });
    }
  });
}
