import 'fake-indexeddb/auto';
import { beforeEach, describe, expect, test, vi } from 'vitest';
import script from './boot-first.js?raw';
import { UserDb } from './user-db';

let hint: string | null;
let names = 0;
const boot = (): void => {
  vi.stubGlobal('localStorage', { getItem: () => hint });
  new Function(script)();
};
const shelf = globalThis as { gembaBoot?: unknown };

beforeEach(() => {
  delete shelf.gembaBoot;
  hint = `boot:${++names}`;
});

async function filled(name: string): Promise<UserDb> {
  const db = new UserDb(name);
  await db.write(['meta', 'rows', 'scopes', 'outbox', 'ledger'], async (tx) => {
    const sealed = { v: 0, p: 'x' } as const;
    await tx.objectStore('meta').put(sealed, 'user');
    await tx.objectStore('meta').put('D', 'device');
    await tx.objectStore('meta').put(7, 'n');
    await tx.objectStore('meta').put({ epoch: 'e', access: 'a', last_contact_at: 1 }, 'sync');
    await tx.objectStore('rows').put({ scope: 's', kind: 'cycle', id: 'C', sealed });
    await tx.objectStore('scopes').put({ name: 's', place: 0, cursor: 5 });
    await tx.objectStore('outbox').put({ n: 7, record: 'E', state: 'queued', attempts: 0, not_before: 0, at: 1, sealed });
    await tx.objectStore('ledger').put({ n: 6, record: 'E', result: 'applied', reason: null, seq: 5, epoch: 'e', at: 1, overlay: 1, sealed });
    await tx.objectStore('ledger').put({ n: 5, record: 'E', result: 'parked', reason: 'x', seq: 5, epoch: 'e', at: 1, parked: 1, sealed });
  });
  return db;
}

test('what is read before the app runs is what the app itself would read', async () => {
  const db = await filled(hint ?? '');
  const own = await db.snapshot();
  boot();
  const begun = vi.spyOn(IDBDatabase.prototype, 'transaction');
  expect(await db.ahead()).toEqual(own);
  expect(begun.mock.calls.filter(([, mode]) => mode === 'readonly')).toEqual([]);
});

test('it is used once, the next look is at the disk', async () => {
  const db = await filled(hint ?? '');
  boot();
  await db.ahead();
  await db.snapshot();
  await db.write(['meta'], (tx) => tx.objectStore('meta').put(8, 'n'));
  expect((await db.snapshot()).n).toBe(8);
});

describe('nothing is harmed', () => {
  test('when nobody was here', () => {
    hint = null;
    boot();
    expect(shelf.gembaBoot).toBeUndefined();
  });

  test('when the database is gone: no empty one is made in its place', async () => {
    boot();
    const db = new UserDb(hint ?? '');
    expect((await db.ahead()).rows).toEqual([]);
    await db.write(['meta'], (tx) => tx.objectStore('meta').put(1, 'n'));
    expect((await db.snapshot()).n).toBe(1);
  });

  test('when storage is forbidden', () => {
    vi.stubGlobal('localStorage', {
      getItem: () => {
        throw new DOMException('', 'SecurityError');
      },
    });
    expect(() => new Function(script)()).not.toThrow();
  });
});
