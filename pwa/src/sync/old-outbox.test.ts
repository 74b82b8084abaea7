/**
 * What each released app has left on phones still leaves them. tests/vectors/outbox/ holds one file for each released
 * form of the stores or of the protocol: the stores as that app wrote them, and the bodies that it would have sent.
 * The server drains the same bodies in tests/server/evaluations/test_old_outboxes.py.
 *
 * Before the stores or the protocol change, the last release writes its file: GEMBA_WRITE_OUTBOX=<name> vitest run old-outbox -u
 */
import { expect, test, vi } from 'vitest';
import { USER_DB_VERSION } from '../db/schema';
import { UserDb } from '../db/user-db';
import type { User } from '../foundation/people';
import { PROTOCOL } from '../generated/wire-columns';
import { Outbox } from './outbox';
import { Phone } from './phone.svelte';
import { round } from './round';
import { alone, ANN, answering, DEVICE, freshDb, own, ScriptedServer, TestChance, TestClock, TestSurroundings } from './testing';
import type { NewMutation } from './types';

interface StoreForm {
  name: string;
  keyPath: string | string[] | null;
  indexes: string[];
  /** [key or null, value] */
  values: [IDBValidKey | null, unknown][];
}

interface OldOutbox {
  protocol: number;
  db_version: number;
  device: string;
  author: string;
  records: string[];
  stores: StoreForm[];
  /** Request bodies as they would go on the wire, before gzip. */
  bodies: string[];
}

const FILES = import.meta.glob<OldOutbox>('../../../tests/vectors/outbox/*.json', { eager: true, import: 'default' });
const [FIRST, SECOND] = ['AZq2Yb1cdEeEvalEvalEv1', 'AZq2Yb1cdEeEvalEvalEv2'];

const edits: NewMutation[] = [
  { record: FIRST, field: 'score/3', op: 'set', value: 4, base: null },
  { record: FIRST, field: 'comment/3', op: 'set', value: '换模快了 12 分钟。\n工位整洁 😀', base: null },
  { record: FIRST, field: 'chips/3', op: 'add', value: 'q12', base: null },
  { record: FIRST, field: 'chips/3', op: 'add', value: 'q7', base: null },
  { record: FIRST, field: 'chips/3', op: 'remove', value: 'q7', base: own(4) },
  { record: FIRST, field: 'score/1', op: 'set', value: 5, base: null },
  { record: FIRST, field: 'reason/1', op: 'set', value: '停机两班', base: null },
  { record: FIRST, field: 'score/5', op: 'set', value: 5, base: null },
  { record: SECOND, field: 'score/3', op: 'set', value: 3, base: null },
];
const signs = [['score/3', 1], ['comment/3', 2], ['chips/3', 3], ['score/1', 6], ['reason/1', 7], ['score/5', 8]].map(([field, n]) => [field, own(Number(n))]);
/** Typed after a first try that found no network: what was tried is frozen. */
const later: NewMutation[] = [
  { record: FIRST, field: 'status', op: 'command', value: { name: 'submit', signs }, base: null },
  { record: SECOND, field: 'score/3', op: 'set', value: 2, base: own(9) },
];
const credentials = { csrf: () => Promise.resolve('c'), refresh: () => Promise.resolve(false), onRenewed: () => () => undefined, askAboutSession: () => undefined, lock: () => Promise.resolve() };

const done = <T>(request: IDBRequest<T>): Promise<T> =>
  new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error ?? new Error('request'));
  });

function rawOpen(name: string, version?: number, upgrade?: (db: IDBDatabase) => void): Promise<IDBDatabase> {
  const request = indexedDB.open(name, version);
  request.onupgradeneeded = () => upgrade?.(request.result);
  return done(request);
}

async function storesOf(name: string): Promise<StoreForm[]> {
  const raw = await rawOpen(name);
  const forms = [...raw.objectStoreNames].map(async (store): Promise<StoreForm> => {
    const held = raw.transaction(store).objectStore(store);
    const [keys, values] = await Promise.all([done(held.getAllKeys()), done(held.getAll() as IDBRequest<unknown[]>)]);
    const keyPath = held.keyPath as StoreForm['keyPath'];
    return { name: store, keyPath, indexes: [...held.indexNames], values: values.map((value, i) => [keyPath === null ? (keys[i] ?? null) : null, value]) };
  });
  const found = await Promise.all(forms);
  raw.close();
  return found;
}

const WRITE = import.meta.env['GEMBA_WRITE_OUTBOX'] as string | undefined;

test.runIf(WRITE)('this app writes what it leaves on a phone', async () => {
  const db = await freshDb();
  const clock = new TestClock();
  const outbox = new Outbox(db, DEVICE, ANN, clock);
  const server = new ScriptedServer();
  const parts = { db, outbox, post: server.post, credentials, clock, chance: new TestChance() };
  const tryToSend = async () => {
    server.then(() => ({ got: 'offline' }));
    await round(parts, outbox.entries.map(({ edit }) => edit.n));
  };
  for (const [i, edit] of [...edits, ...later].entries()) {
    if (i === edits.length) await tryToSend();
    await outbox.append(edit);
    clock.pass(1_000);
  }
  const stores = await storesOf(db.name);
  await tryToSend();
  const bodies = server.bodies.map((body) => JSON.stringify(body));
  const file: OldOutbox = { protocol: PROTOCOL, db_version: USER_DB_VERSION, device: DEVICE, author: ANN, records: [FIRST, SECOND], stores, bodies };
  await expect(`${JSON.stringify(file, null, 1)}\n`).toMatchFileSnapshot(`../../../tests/vectors/outbox/${String(WRITE)}.json`);
});

test.each(Object.entries(FILES))('%s leaves a phone with the app of today, whole', async (path, old) => {
  const name = `gemba:old:${path}`;
  const raw = await rawOpen(name, old.db_version, (db) => {
    for (const { name: store, keyPath, indexes } of old.stores) {
      const made = db.createObjectStore(store, keyPath === null ? {} : { keyPath });
      for (const index of indexes) made.createIndex(index, index);
    }
  });
  for (const { name: store, values } of old.stores) {
    for (const [key, value] of values) await done(raw.transaction(store, 'readwrite').objectStore(store).put(value, key ?? undefined));
  }
  raw.close();

  const last = JSON.parse(old.bodies.at(-1) ?? '') as unknown[];
  const [, , , groups] = last[6] as [string, number, string[], [string, [number][]][]];
  const ns = groups.flatMap(([, group]) => group.map(([n]) => n));
  const server = new ScriptedServer().then(answering({ receipts: ns.map((n) => [n, 'a']) }));
  const phone = new Phone({ person_id: '1', plant: { code: 'old' } } as User, old.author, {
    db: new UserDb(name), credentials, post: server.post, exclusive: alone, clock: new TestClock(), chance: new TestChance(),
    around: new TestSurroundings(), channel: null, storage: null, deviceId: () => Promise.resolve(old.device),
  });
  await phone.ready;
  expect(phone.status.storage).toBe('ok');
  await vi.waitFor(() => expect([server.bodies.length, phone.status.queued]).toEqual([1, 0]), { interval: 2 });
  // What that app had left in plain is sealed, in the outbox and wherever it went from there.
  const left = async () => (await storesOf(name)).flatMap(({ values }) => values).filter(([, value]) => JSON.stringify(value).includes('"v":0'));
  if (old.db_version < 2) await vi.waitFor(async () => expect(await left()).toEqual([]), { interval: 20 });
  phone.close();
  const [sent] = server.bodies;
  expect(sent?.[1]).toBe(old.device);
  // Once on the wire an edit is frozen: the app of today must send what the old one would have sent, cell by cell.
  if (old.protocol === PROTOCOL) expect(sent?.[6]).toEqual(last[6]);
});
