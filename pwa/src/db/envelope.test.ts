import 'fake-indexeddb/auto';
import { beforeEach, expect, test, vi } from 'vitest';
import { type SealedEnvelope, seal, unseal } from './envelope';
import { freshKey } from './first-key';
import { type KeyRecord, Locked } from './keyring';
import { UserDb } from './user-db';

let names = 0;
let db: UserDb;

beforeEach(() => {
  db = new UserDb(`envelope:${++names}`);
});

test('what went through the envelope comes back as it was', async () => {
  const value = { text: '换模', list: [1, null] };
  expect(await db.unseal('rows|E1', await db.seal('rows|E1', value))).toEqual(value);
});

test('nothing of the value can be read in the envelope', async () => {
  const sealed = (await db.seal('rows|E1', { text: '换模 canary' })) as SealedEnvelope;
  const bytes = new TextDecoder('latin1').decode(sealed.ct);
  expect(sealed.v).toBe(1);
  expect(bytes).not.toContain('canary');
});

test('the same value never looks the same twice', async () => {
  const [a, b] = (await Promise.all([db.seal('x|1', 4), db.seal('x|1', 4)])) as [SealedEnvelope, SealedEnvelope];
  expect(new Uint8Array(a.ct)).not.toEqual(new Uint8Array(b.ct));
});

test('a value moved to another place, or to another database, does not open', async () => {
  const key = await freshKey();
  const sealed = await seal(key, 'gemba:a:1|edit|1', 4);
  expect(await unseal(key, 'gemba:a:1|edit|1', sealed)).toBe(4);
  await expect(unseal(key, 'gemba:a:1|edit|2', sealed)).rejects.toThrow('gemba:a:1|edit|2');
  await expect(unseal(key, 'gemba:a:2|edit|1', sealed)).rejects.toThrow();
});

test('a value with one bit changed does not open', async () => {
  const sealed = (await db.seal('x|1', 'kept')) as SealedEnvelope;
  new DataView(sealed.ct).setUint8(0, new DataView(sealed.ct).getUint8(0) ^ 1);
  await expect(db.unseal('x|1', sealed)).rejects.toThrow('x|1');
});

test('an envelope of a later kind does not open as nonsense', async () => {
  await expect(db.unseal('rows|E1', { v: 2, p: 'x' } as never)).rejects.toThrow('rows|E1');
});

test('what phones wrote before there was a key is read without one', async () => {
  expect(await db.unseal('x|1', { v: 0, p: 'old' })).toBe('old');
  expect(await db.keyRecord()).toBeNull();
});

test('a second tab, and a new start, seal and open with the same key', async () => {
  const [one, two] = await Promise.all([db.seal('x|1', 'a'), new UserDb(db.name).seal('x|2', 'b')]);
  const later = new UserDb(db.name);
  expect([await later.unseal('x|1', one), await later.unseal('x|2', two)]).toEqual(['a', 'b']);
});

test('no key that opens can be taken out of the record', async () => {
  await db.seal('x|1', 'a');
  const by = (await db.keyRecord())?.bare?.by as CryptoKey;
  expect(by.extractable).toBe(false);
  await expect(crypto.subtle.exportKey('raw', by)).rejects.toThrow();
});

test('without a wrapping that opens by itself the values stay shut', async () => {
  const sealed = await db.seal('x|1', 'a');
  const { bare: _gone, ...record } = (await db.keyRecord()) as KeyRecord;
  await db.write(['meta'], (tx) => tx.objectStore('meta').put(record, 'key'));
  db.drop();
  await expect(db.unseal('x|1', sealed)).rejects.toThrow(Locked);
  await expect(db.seal('x|1', 'b')).rejects.toThrow(Locked);
});

test('no crypto is awaited inside a transaction', async () => {
  await db.seal('x|1', 'a');
  const open = new Set<IDBTransaction>();
  const begin = IDBDatabase.prototype.transaction;
  vi.spyOn(IDBDatabase.prototype, 'transaction').mockImplementation(function (this: IDBDatabase, ...args) {
    const tx = begin.apply(this, args);
    open.add(tx);
    for (const end of ['complete', 'abort']) tx.addEventListener(end, () => open.delete(tx));
    return tx;
  });
  let during = 0;
  for (const name of ['encrypt', 'decrypt', 'unwrapKey', 'wrapKey'] as const) {
    const real = crypto.subtle[name].bind(crypto.subtle) as (...args: unknown[]) => never;
    vi.spyOn(crypto.subtle, name).mockImplementation((...args: unknown[]) => ((during += open.size), real(...args)));
  }
  const later = new UserDb(db.name);
  await later.unseal('x|1', await later.seal('x|1', 'b'));
  vi.restoreAllMocks();
  expect(during).toBe(0);
});
