import { beforeEach, describe, expect, test } from 'vitest';
import { keptFileKey } from '../sync/file-key';
import { Outbox } from '../sync/outbox';
import { ANN, DEVICE, TestClock, withFault } from '../sync/testing';
import type { Envelope } from './envelope';
import type { StoredEdit } from './schema';
import { sealWhatIsPlain } from './sweep';
import { UserDb } from './user-db';

let names = 0;
let db: UserDb;
const FILE_KEY = { id: 'k1', point: 'cG9pbnQ', proof: 'cHJvb2Y' };
const content = (value: unknown) => ({ field: 'score/1', op: 'set', value, base: [], device_time_ms: 1 });

/** What a phone of the first version holds, unsent work of every kind among it. */
beforeEach(async () => {
  db = new UserDb(`sweep:${++names}`);
  await db.write(['meta', 'rows', 'scopes', 'outbox', 'ledger'], async (tx) => {
    const meta = tx.objectStore('meta');
    await meta.put({ v: 0, p: { name_zh: '肖静' } }, 'user');
    await meta.put({ v: 0, p: { csrf: 'c', refresh_csrf: 'r' } }, 'secrets');
    await meta.put({ key: FILE_KEY, at: 7 }, 'file_key');
    await meta.put(DEVICE, 'device');
    await meta.put(3, 'n');
    for (let i = 0; i < 120; i++) await tx.objectStore('rows').put({ scope: 's', kind: 'cycle', id: `C${i}`, sealed: { v: 0, p: { id: `C${i}` } } });
    await tx.objectStore('outbox').put({ n: 2, record: 'E', state: 'sending', attempts: 2, not_before: 9, at: 5, sealed: { v: 0, p: content('甲') } });
    await tx.objectStore('outbox').put({ n: 3, record: 'E', state: 'queued', attempts: 0, not_before: 0, at: 6, sealed: { v: 0, p: content('乙') } });
    await tx.objectStore('ledger').put({ n: 1, record: 'E', result: 'parked', reason: 'x', seq: 5, epoch: 'e', at: 1, parked: 1, sealed: { v: 0, p: content('丙') } });
  });
});

async function values(of: UserDb): Promise<unknown> {
  const { outbox, parked, rows, user, n, device } = await of.snapshot();
  const open = <T extends { sealed: never }>(place: (one: T) => string) => async (one: T) => ({ ...one, sealed: await of.unseal(place(one), one.sealed) });
  return {
    n,
    device,
    user: await of.unseal('meta|user', user as Envelope),
    outbox: await Promise.all((outbox as never[]).map(open((one: { n: number; sealed: never }) => `edit|${one.n}`))),
    parked: await Promise.all((parked as never[]).map(open((one: { n: number; sealed: never }) => `edit|${one.n}`))),
    rows: await Promise.all((rows as never[]).map(open((one: { id: string; sealed: never }) => `rows|cycle|${one.id}`))),
  };
}
async function plainLeft(of: UserDb): Promise<number> {
  const { outbox, parked, rows, user } = await of.snapshot();
  const proof = (await of.read(['meta'], (tx) => tx.objectStore('meta').get('file_key'))) as Partial<Envelope>;
  return [...outbox, ...parked, ...rows].filter(({ sealed }) => sealed.v === 0).length + (user?.v === 0 ? 1 : 0) + (proof.v === 1 ? 0 : 1);
}

test('everything that lay in plain is sealed, and nothing else about it changes', async () => {
  const before = await values(db);
  await sealWhatIsPlain(db);
  expect(await plainLeft(db)).toBe(0);
  expect(await values(new UserDb(db.name))).toEqual(before);
  expect((await db.keyRecord())?.whole).toBe(true);
});

describe('killed at any write, it goes on at the next start', () => {
  const kills = Array.from({ length: 130 }, (_, i) => i + 1);
  test.each(kills.filter((k) => k < 12 || k % 13 === 0))('write %i', async (k) => {
    const before = await values(db);
    await withFault('crash', k, () => sealWhatIsPlain(db)).catch(() => undefined);
    const next = new UserDb(db.name);
    expect(await values(next)).toEqual(before);
    await sealWhatIsPlain(next);
    expect(await plainLeft(next)).toBe(0);
    expect(await values(new UserDb(db.name))).toEqual(before);
  });
});

test('the key of the file opens as before, and nothing of its proof can be read', async () => {
  await sealWhatIsPlain(db);
  expect(await keptFileKey(new UserDb(db.name))).toEqual(FILE_KEY);
  const lies = await db.read(['meta'], (tx) => tx.objectStore('meta').get('file_key'));
  expect(Object.keys(lies as object).sort()).toEqual(['ct', 'iv', 'v']);
});

test('a phone on which the proof alone lies in plain is not called whole', async () => {
  await sealWhatIsPlain(db);
  await db.write(['meta'], async (tx) => {
    const { whole: _whole, ...record } = (await tx.objectStore('meta').get('key')) as { whole: true };
    await tx.objectStore('meta').put(record, 'key');
    await tx.objectStore('meta').put({ key: FILE_KEY, at: 8 }, 'file_key');
  });
  await withFault('crash', 1, () => sealWhatIsPlain(db)).catch(() => undefined);
  expect((await db.keyRecord())?.whole).toBeUndefined();
  await sealWhatIsPlain(new UserDb(db.name));
  expect((await db.keyRecord())?.whole).toBe(true);
  expect(await plainLeft(db)).toBe(0);
});

test('an edit that is replaced while the sweep seals its old content keeps the new one', async () => {
  const outbox = new Outbox(db, DEVICE, ANN, new TestClock());
  const { n, outbox: stored } = await db.snapshot();
  await outbox.inTurn(() => outbox.take(n, stored));
  const shown = outbox.entries.find(({ edit }) => edit.n === 3)?.edit.shown ?? null;
  const append = outbox.append({ record: 'E', field: 'score/1', op: 'set', value: '丁', base: shown });
  await Promise.all([sealWhatIsPlain(db), append]);
  const after = await db.snapshot();
  const last = after.outbox.find((one) => one.n === 3) as StoredEdit;
  expect(await db.unseal('edit|3', last.sealed)).toMatchObject({ value: '丁' });
  expect(after.n).toBe(3);
});

test('a phone that was sealed from the first day is not read through', async () => {
  const fresh = new UserDb(`sweep:${++names}`);
  await fresh.seal('x|1', 'a');
  expect((await fresh.keyRecord())?.whole).toBe(true);
});
