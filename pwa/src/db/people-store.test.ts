import 'fake-indexeddb/auto';
import { IDBFactory } from 'fake-indexeddb';
import { beforeEach, describe, expect, test, vi } from 'vitest';
import type { User } from '../foundation/people';
import { type Hints, StoredPeople } from './people-store';
import { userDb, userDbName } from './user-db';

const person = (id: string): User => ({
  person_id: id,
  employee_no: '0101',
  name_zh: '肖静',
  name_en: 'Xiao Jing',
  roles: ['supervisor'],
  plant: { code: 'north', name_zh: '北厂', name_en: 'North', time_zone: 'Asia/Shanghai' },
});
const SECRETS = { csrf: 'c1', refresh_csrf: 'r1' };
let now = 1;
let tokens = 0;
const hints = (): Hints => {
  const held = new Map<string, string>();
  return {
    getItem: (key) => held.get(key) ?? null,
    setItem: (key, value) => void held.set(key, value),
    removeItem: (key) => void held.delete(key),
  };
};
let shelf: Hints;
let people: StoredPeople;
let ids = 0;
const store = (): StoredPeople =>
  new StoredPeople({ now: () => now++, after: () => () => undefined }, { fraction: () => 0, token: () => `device${++tokens}` }, shelf);

beforeEach(() => {
  vi.stubGlobal('indexedDB', new IDBFactory());
  shelf = hints();
  people = store();
});
const someone = (): User => person(`person-${++ids}`);

test('whoever signed in last is there after a restart', async () => {
  const ann = someone();
  await people.enter(ann, SECRETS);
  expect(await store().last()).toEqual(ann);
  expect(await store().secrets(ann)).toEqual(SECRETS);
});

test('a phone killed before the browser wrote localStorage down still knows whose it is', async () => {
  const ann = someone();
  await people.enter(ann, SECRETS);
  shelf = hints();
  expect(await store().last()).toEqual(ann);
});

test('whoever left is not brought back by a hint that outlived the leaving', async () => {
  const ann = someone();
  await people.enter(ann, SECRETS);
  const stale = shelf.getItem('gemba-last');
  await people.leave();
  shelf.setItem('gemba-last', stale ?? '');
  expect(await store().last()).toBeNull();
});

test('the id of this phone stays, and numbers every person under it', async () => {
  const ann = someone();
  const id = await people.deviceId();
  await people.enter(ann, SECRETS);
  expect(await store().deviceId()).toBe(id);
  expect((await userDb(userDbName(ann)).snapshot()).device).toBe(id);
});

test('one person sees of another only how much waits', async () => {
  const [ann, bo] = [someone(), someone()];
  await people.enter(ann, SECRETS);
  await people.enter(bo, SECRETS);
  await userDb(userDbName(ann)).write(['outbox'], (tx) =>
    tx.objectStore('outbox').put({ n: 1, record: 'E', state: 'queued', attempts: 0, not_before: 0, at: 1, sealed: { v: 0, p: 'secret' } }),
  );
  const known = await people.all();
  expect(known.map(({ person_id, queued }) => [person_id, queued])).toEqual([[bo.person_id, 0], [ann.person_id, 1]]);
  expect(JSON.stringify(known)).not.toContain('secret');
});

describe('signing out', () => {
  test('takes rows and secrets away, keeps every edit, and needs a login to come back', async () => {
    const ann = someone();
    await people.enter(ann, SECRETS);
    const db = userDb(userDbName(ann));
    await db.write(['rows', 'scopes', 'outbox', 'meta'], async (tx) => {
      await tx.objectStore('rows').put({ scope: 's', kind: 'cycle', id: 'C', sealed: { v: 0, p: 1 } });
      await tx.objectStore('scopes').put({ name: 's', place: 0, cursor: 5 });
      await tx.objectStore('meta').put({ epoch: 'ep', access: 'acc', last_contact_at: 1 }, 'sync');
      await tx.objectStore('outbox').put({ n: 1, record: 'E', state: 'queued', attempts: 0, not_before: 0, at: 1, sealed: { v: 0, p: 1 } });
    });
    await people.signOut(ann);
    const left = await db.snapshot();
    expect([left.rows, left.scopes, left.outbox.length]).toEqual([[], [], 1]);
    expect(left.sync).toMatchObject({ epoch: 'ep', access: '' });
    expect(await people.secrets(ann)).toBeNull();
    expect(await people.last()).toBeNull();
    expect((await people.all())[0]).toMatchObject({ can_enter_offline: false, queued: 1 });
  });
});

describe('a renewal of the login that ends after the sign-out', () => {
  test('writes nothing of that person', async () => {
    const ann = someone();
    await people.enter(ann, SECRETS);
    await people.signOut(ann);
    expect(await people.renew(ann, { csrf: 'c2', refresh_csrf: 'r2' })).toBe(false);
    expect([await people.secrets(ann), await store().secrets(ann)]).toEqual([null, null]);
    await people.enter(ann, SECRETS);
    expect(await people.renew(ann, { csrf: 'c3', refresh_csrf: 'r3' })).toBe(true);
    expect(await store().secrets(ann)).toMatchObject({ csrf: 'c3' });
  });

  test('keeps nothing in memory either, where there is no storage', async () => {
    vi.stubGlobal('indexedDB', {
      open: () => {
        throw new DOMException('', 'SecurityError');
      },
    });
    const ann = someone();
    await people.enter(ann, SECRETS);
    await people.signOut(ann);
    await people.renew(ann, { csrf: 'c2', refresh_csrf: 'r2' });
    expect(await people.secrets(ann)).toBeNull();
  });
});

test('without IndexedDB a login still lasts as long as the page', async () => {
  vi.stubGlobal('indexedDB', {
    open: () => {
      throw new DOMException('', 'SecurityError');
    },
  });
  const ann = someone();
  await people.enter(ann, SECRETS);
  expect(await people.secrets(ann)).toEqual(SECRETS);
  expect(await people.deviceId()).toMatch(/^device/);
});
