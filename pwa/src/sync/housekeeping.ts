/** What a phone sees to when the screen is drawn and nobody waits: forgets in time, and seals what lies in plain. */
import type { SyncMeta } from '../db/schema';
import type { UserDb } from '../db/user-db';

export { sealWhatIsPlain } from '../db/sweep';

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
