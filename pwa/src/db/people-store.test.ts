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

test('whoever came after is there, whatever the hint says', async () => {
  const [ann, bao] = [someone(), someone()];
  await people.enter(ann, SECRETS);
  const stale = shelf.getItem('gemba-last');
  await people.enter(bao, SECRETS);
  shelf.setItem('gemba-last', stale ?? '');
  expect(await store().last()).toEqual(bao);
});

test('with a good hint a start opens one database', async () => {
  const ann = someone();
  await people.enter(ann, SECRETS);
  const opened = vi.spyOn(IDBFactory.prototype, 'open');
  expect(await store().last()).toEqual(ann);
  expect(opened.mock.calls.map(([name]) => name)).not.toContain('gemba:device');
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

describe('at rest', () => {
  const terms = (shared = false, lost = false) => ({ phone: { shared, lost }, drain_only: lost, recovery: { id: 'r1', secret: 'c2VjcmV0LXNlY3JldC1zZWNyZXQtc2VjcmV0LTEyMzQ' } });
  const rowsOf = async (who: User): Promise<number> => (await userDb(userDbName(who)).snapshot()).rows.length;

  test('neither name nor login lies readable in the database of a person', async () => {
    const ann = someone();
    await people.enter(ann, SECRETS, terms());
    const { user } = await userDb(userDbName(ann)).snapshot();
    expect(user?.v).toBe(1);
    const kept = await userDb(userDbName(ann)).read(['meta'], (tx) => tx.objectStore('meta').getAll());
    expect(JSON.stringify(kept)).not.toMatch(/Xiao Jing|肖静|"c1"/);
  });

  test('on a shared phone nothing is written of somebody without a PIN, and nobody enters by being there last', async () => {
    const ann = someone();
    expect(await people.enter(ann, SECRETS, terms(true))).toBe('choose_pin');
    expect((await userDb(userDbName(ann)).snapshot()).user).toBeNull();
    expect(await people.protect(ann, '271839', false)).toBe('done');
    expect(await people.enter(ann, SECRETS, terms(true))).toBe('in');
    expect(await people.secrets(ann)).toEqual(SECRETS);
    people.lock(ann);
    expect(await people.secrets(ann)).toBeNull();
    await expect(people.last()).rejects.toThrow();
    expect((await people.all())[0]).toMatchObject({ locked: true, here: true });
  });

  test('a phone that becomes shared asks whoever is on it for a PIN at the next start', async () => {
    const ann = someone();
    await people.enter(ann, SECRETS, terms());
    await people.remember({ shared: true, lost: false });
    expect(await store().last()).toBeNull();
    expect(await people.enter(ann, null)).toBe('choose_pin');
  });

  test('a login opens what a forgotten PIN shut, edits and all', async () => {
    const ann = someone();
    await people.enter(ann, SECRETS, terms());
    await people.protect(ann, '271839', false);
    people.lock(ann);
    expect(await people.enter(ann, null)).toBe('locked');
    expect(await people.enter(ann, SECRETS, terms())).toBe('in');
    expect(await people.secrets(ann)).toEqual(SECRETS);
  });

  test('a lost phone wipes the rows of everybody, locked or not, and no edit of anybody', async () => {
    const [ann, bo] = [someone(), someone()];
    for (const who of [ann, bo]) {
      await people.enter(who, SECRETS, terms());
      await userDb(userDbName(who)).write(['rows', 'outbox'], async (tx) => {
        await tx.objectStore('rows').put({ scope: 's', kind: 'cycle', id: 'C', sealed: { v: 0, p: 1 } });
        await tx.objectStore('outbox').put({ n: 1, record: 'E', state: 'queued', attempts: 0, not_before: 0, at: 1, sealed: { v: 0, p: 1 } });
      });
    }
    await people.protect(ann, '271839', false);
    people.lock(ann);
    await people.remember({ shared: false, lost: true });
    expect([await rowsOf(ann), await rowsOf(bo)]).toEqual([0, 0]);
    expect((await people.all()).map(({ queued }) => queued)).toEqual([1, 1]);
    await people.forget(ann);
    expect((await people.all()).length).toBe(2);
  });

  test('what was handed in leaves no database behind', async () => {
    const ann = someone();
    await people.enter(ann, SECRETS, terms());
    await people.forget(ann);
    expect(await people.all()).toEqual([]);
    expect((await indexedDB.databases()).map(({ name }) => name)).not.toContain(userDbName(ann));
  });
});
