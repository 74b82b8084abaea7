import 'fake-indexeddb/auto';
import { beforeEach, describe, expect, test, vi } from 'vitest';
import type { User } from '../foundation/people';
import { TestClock } from '../sync/testing';
import { delayAfter, keepRecovery, LAST_TRY, openByPin, openByRecovery, protect } from './keeper';
import { Locked } from './keyring';
import type * as Locks from './locks';
import { PIN_ROUNDS, wrapByPin } from './locks';
import { UserDb } from './user-db';

// 600,000 rounds for each of some sixty guesses would be the whole run; that they are asked for is tested by itself.
vi.mock('./locks', async (real) => {
  const locks = await real<typeof Locks>();
  return { ...locks, wrapByPin: (name: string, key: CryptoKey, pin: string, rounds = 10) => locks.wrapByPin(name, key, pin, rounds) };
});

const USER = { employee_no: '10011' } as User;
const SECRET = { id: 'r1', secret: 'c2VjcmV0LXNlY3JldC1zZWNyZXQtc2VjcmV0LTEyMzQ' };
const PIN = '271828';
let names = 0;
let db: UserDb;
let clock: TestClock;
let sealed: Awaited<ReturnType<UserDb['seal']>>;

beforeEach(async () => {
  db = new UserDb(`keeper:${++names}`);
  clock = new TestClock();
  sealed = await db.seal('x|1', 'hers');
  await keepRecovery(db, SECRET);
});
/** The same database after a new start. */
const again = (): UserDb => new UserDb(db.name);
const reads = (of: UserDb): Promise<unknown> => of.unseal('x|1', sealed);

test('the PIN is stretched by as many rounds as the documents say', async () => {
  expect(PIN_ROUNDS).toBe(600_000);
  const { wrapByPin: real } = await vi.importActual<typeof Locks>('./locks');
  const key = await crypto.subtle.generateKey({ name: 'AES-GCM', length: 256 }, true, ['encrypt']);
  expect((await real('d', key, PIN)).rounds).toBe(600_000);
  expect((await wrapByPin('d', key, PIN)).pepper.extractable).toBe(false);
});

test('with a PIN nothing opens by itself, and the right one opens what was sealed before it', async () => {
  expect(await protect(db, USER, PIN, false)).toBe('done');
  expect(await reads(db)).toBe('hers');
  const next = again();
  await expect(reads(next)).rejects.toThrow(Locked);
  expect(await openByPin(next, PIN, clock)).toEqual({ was: 'open' });
  expect(await reads(next)).toBe('hers');
});

test('locking drops the key, what was sealed stays', async () => {
  await protect(db, USER, PIN, false);
  db.drop();
  await expect(reads(db)).rejects.toThrow(Locked);
  await openByPin(db, PIN, clock);
  expect(await reads(db)).toBe('hers');
});

test('the PIN can be changed and taken away once it has opened', async () => {
  await protect(db, USER, PIN, false);
  const next = again();
  expect(await protect(next, USER, '111111', false)).toBe('login');
  await openByPin(next, PIN, clock);
  expect(await protect(next, USER, '314159', false)).toBe('done');
  expect(await openByPin(again(), PIN, clock)).toMatchObject({ was: 'wrong' });
  const later = again();
  await openByPin(later, '314159', clock);
  expect(await protect(later, USER, null, false)).toBe('done');
  expect(await reads(again())).toBe('hers');
});

test('no PIN is taken while a forgotten one would cost data', async () => {
  const bare = new UserDb(`keeper:${++names}`);
  await bare.seal('x|1', 1);
  expect(await protect(bare, USER, PIN, false)).toBe('login');
  expect((await bare.keyRecord())?.bare).toBeDefined();
});

describe('a wrong PIN', () => {
  beforeEach(async () => void (await protect(db, USER, PIN, false)));

  test('opens nothing, and says how many are left before waiting', async () => {
    const next = again();
    expect(await openByPin(next, '000000', clock)).toEqual({ was: 'wrong', left: 4 });
    await expect(reads(next)).rejects.toThrow(Locked);
  });

  test('costs time from the fifth, also after a new start, and from the tenth a login, never data', async () => {
    for (let wrong = 1; wrong < LAST_TRY; wrong++) {
      const end = await openByPin(again(), '000000', clock);
      expect(end.was).toBe(wrong < 5 ? 'wrong' : 'wait');
      if (end.was !== 'wait') continue;
      expect(end.until - clock.now()).toBe(delayAfter(wrong));
      expect(await openByPin(again(), PIN, clock)).toEqual({ was: 'wait', until: end.until });
      clock.pass(delayAfter(wrong));
    }
    expect(await openByPin(again(), '000000', clock)).toEqual({ was: 'login' });
    clock.pass(1e12);
    expect(await openByPin(again(), PIN, clock)).toEqual({ was: 'login' });
    const next = again();
    expect(await openByRecovery(next, SECRET)).toBe(true);
    expect(await reads(next)).toBe('hers');
    expect(await openByPin(again(), PIN, clock)).toEqual({ was: 'open' });
  });

  test('counts before it is tried: killing the app gives no guess back', async () => {
    const next = again();
    vi.spyOn(crypto.subtle, 'deriveBits').mockRejectedValueOnce(new Error('killed'));
    await expect(openByPin(next, '000000', clock)).rejects.toThrow('killed');
    vi.restoreAllMocks();
    expect(await openByPin(next, '000001', clock)).toEqual({ was: 'wrong', left: 3 });
  });

  test('is forgotten after the right one', async () => {
    for (let i = 0; i < 4; i++) await openByPin(again(), '000000', clock);
    await openByPin(again(), PIN, clock);
    expect(await openByPin(again(), '000000', clock)).toEqual({ was: 'wrong', left: 4 });
  });
});

describe('the secret of a full login', () => {
  test('another one opens nothing, and the PIN still does', async () => {
    await protect(db, USER, PIN, false);
    const next = again();
    expect(await openByRecovery(next, { ...SECRET, id: 'r2' })).toBe(false);
    expect(await openByRecovery(next, { ...SECRET, secret: SECRET.secret.replace('c', 'd') })).toBe(false);
    expect(await openByPin(next, PIN, clock)).toEqual({ was: 'open' });
  });

  test('a new one takes the place of the old as soon as the PIN has opened', async () => {
    await protect(db, USER, PIN, false);
    const next = again();
    const fresh = { id: 'r2', secret: SECRET.secret.replace('c', 'd') };
    await openByRecovery(next, fresh);
    await openByPin(next, PIN, clock);
    expect(await openByRecovery(again(), fresh)).toBe(true);
  });
});
