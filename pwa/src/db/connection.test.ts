import 'fake-indexeddb/auto';
import { openDB } from 'idb';
import { afterEach, expect, test, vi } from 'vitest';
import { type UserSchema, upgradeUser, USER_DB_VERSION } from './schema';
import { UserDb } from './user-db';

let names = 0;
const fresh = (): UserDb => new UserDb(`connection:${++names}`);
const put = (db: UserDb, value: string) => db.write(['meta'], (tx) => tx.objectStore('meta').put(value, 'k'));
const get = (db: UserDb) => db.read(['meta'], (tx) => tx.objectStore('meta').get('k'));

afterEach(() => {
  vi.restoreAllMocks();
  vi.unstubAllGlobals();
});

test('every write is strict, so that "saved" means handed to the disk', async () => {
  const db = fresh();
  await get(db);
  const begun = vi.spyOn(IDBDatabase.prototype, 'transaction');
  await put(db, 'x');
  expect(begun.mock.calls.map(([, mode, options]) => [mode, options])).toEqual([['readwrite', { durability: 'strict' }]]);
});

test('a handle that was closed under us is opened again', async () => {
  const db = fresh();
  await put(db, 'before');
  const handle = await openDB(db.name, USER_DB_VERSION);
  handle.close();
  vi.spyOn(IDBDatabase.prototype, 'transaction').mockImplementationOnce(() => {
    throw new DOMException('', 'InvalidStateError');
  });
  await put(db, 'after');
  expect(await get(db)).toBe('after');
});

test('work that throws leaves nothing behind', async () => {
  const db = fresh();
  const fails = db.write(['meta'], async (tx) => {
    await tx.objectStore('meta').put('half', 'k');
    throw new Error('stop');
  });
  await expect(fails).rejects.toThrow('stop');
  expect(await get(db)).toBeUndefined();
});

test('a newer app in another tab gets its way, and this one says that it is the older', async () => {
  const db = fresh();
  await put(db, 'kept');
  const newer = await openDB(db.name, USER_DB_VERSION + 1);
  expect(await newer.get('meta' as never, 'k' as never)).toBe('kept');
  await expect(get(db)).rejects.toMatchObject({ name: 'StorageFailed', why: 'newer' });
  newer.close();
});

test('without IndexedDB the failure has a name', async () => {
  vi.stubGlobal('indexedDB', {
    open: () => {
      throw new DOMException('', 'SecurityError');
    },
  });
  await expect(get(fresh())).rejects.toMatchObject({ name: 'StorageFailed', why: 'none' });
});

test('an upgrade to this version touches no outbox and no ledger that is already there', async () => {
  const name = `upgrade:${++names}`;
  const old = await openDB<UserSchema>(name, 1, { upgrade: (db, from) => upgradeUser(db, from) });
  const edit = { n: 1, record: 'E1', state: 'queued', attempts: 0, not_before: 0, at: 1, sealed: { v: 0, p: 'x' } } as const;
  await old.put('outbox', edit);
  old.close();
  const next = await openDB<UserSchema>(name, USER_DB_VERSION, { upgrade: (db, from) => upgradeUser(db, from) });
  expect(await next.getAll('outbox')).toEqual([edit]);
  next.close();
});
