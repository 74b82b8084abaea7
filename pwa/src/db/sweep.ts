/**
 * Seals what this phone kept before it could seal: an upgrade of values, not of stores. A value is replaced where it
 * lies, in a strict transaction, and only if it is still the one that was sealed: order, state and number of an edit
 * stay as they are. Killed at any point it goes on at the next start; the mark `whole` is set when nothing plain was found.
 */
import type { PlainEnvelope } from './envelope';
import type { KeyRecord } from './keyring';
import type { StoredEdit, StoredReceipt, StoredRow } from './schema';
import type { UserDb } from './user-db';

const BATCH = 50;
const META = ['user', 'secrets', 'file_key'] as const;

type Stored = StoredEdit | StoredReceipt | StoredRow;
type Store = 'outbox' | 'ledger' | 'rows';
type Plain = Stored & { sealed: PlainEnvelope };

const isPlain = (one: Stored): one is Plain => one.sealed.v === 0;
const placeOf = (one: Stored): string => ('kind' in one ? `rows|${one.kind}|${one.id}` : `edit|${one.n}`);
const keyOf = (one: Stored): IDBValidKey => ('kind' in one ? [one.scope, one.kind, one.id] : one.n);
const sameContent = (a: PlainEnvelope, b: PlainEnvelope): boolean => JSON.stringify(a.p) === JSON.stringify(b.p);

export async function sealWhatIsPlain(db: UserDb): Promise<void> {
  // An edit moves from outbox to ledger, hardly ever back: in this order none slips by, and if one does, `whole` waits.
  for (const store of ['outbox', 'ledger', 'rows'] as const) {
    const plain = (await all(db, store)).filter(isPlain);
    for (let i = 0; i < plain.length; i += BATCH) await sealBatch(db, store, plain.slice(i, i + BATCH));
  }
  for (const key of META) await sealMeta(db, key);
  await db.write(['meta', 'outbox', 'ledger', 'rows'], async (tx) => {
    const lists = (await Promise.all([
      tx.objectStore('outbox').getAll(),
      tx.objectStore('ledger').getAll(),
      tx.objectStore('rows').getAll(),
    ])) as Stored[][];
    const record = (await tx.objectStore('meta').get('key')) as KeyRecord | undefined;
    const small = await Promise.all(META.map(async (key) => plainMeta(await tx.objectStore('meta').get(key))));
    if (record && !lists.flat().some(isPlain) && !small.some(Boolean)) await tx.objectStore('meta').put({ ...record, whole: true }, 'key');
  });
}

const all = (db: UserDb, store: Store): Promise<Stored[]> =>
  db.read([store], (tx) => tx.objectStore(store).getAll() as Promise<Stored[]>);

async function sealBatch(db: UserDb, store: Store, batch: readonly Plain[]): Promise<void> {
  const sealed = await Promise.all(batch.map((one) => db.seal(placeOf(one), one.sealed.p)));
  await db.write([store], async (tx) => {
    const kept = tx.objectStore(store);
    for (const [i, one] of batch.entries()) {
      const held = (await kept.get(keyOf(one) as never)) as Stored | undefined;
      // Moved on or replaced meanwhile: what took its place is sealed, or is found at the next start.
      if (!held || !isPlain(held) || !sameContent(held.sealed, one.sealed)) continue;
      await kept.put({ ...held, sealed: sealed[i] } as never);
    }
  });
}

/** The key of the file had no envelope at all before it was sealed. */
function plainMeta(held: unknown): PlainEnvelope | null {
  const one = held as Partial<PlainEnvelope> | undefined;
  if (one === undefined || (one.v !== undefined && one.v !== 0)) return null;
  return one.v === 0 ? (one as PlainEnvelope) : { v: 0, p: one };
}

async function sealMeta(db: UserDb, key: (typeof META)[number]): Promise<void> {
  const held = plainMeta(await db.read(['meta'], (tx) => tx.objectStore('meta').get(key)));
  if (!held) return;
  const sealed = await db.seal(`meta|${key}`, held.p);
  await db.write(['meta'], async (tx) => {
    const now = plainMeta(await tx.objectStore('meta').get(key));
    if (now && sameContent(now, held)) await tx.objectStore('meta').put(sealed, key);
  });
}
