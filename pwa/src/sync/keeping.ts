/** What the phone does with what it keeps: makes room, and lets go of what its author has seen. */
import type { UserDb } from '../db/user-db';
import type { Outbox } from './outbox';
import type { Version } from './types';

/** Its author has seen what became of it: a set-aside edit goes, a parked one leaves the list. */
export async function letGo(db: UserDb, outbox: Outbox, version: Version): Promise<void> {
  const entry = outbox.entries.find(({ edit }) => edit.version === version);
  const n = outbox.nOf(version);
  if (entry?.state === 'set_aside') await outbox.discard(entry.edit.n);
  else if (n !== null) await seenParked(db, n);
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
