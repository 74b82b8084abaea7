/**
 * Opening and protecting one person's database: the steps of locks.ts with what is written down between them. A wrong
 * PIN costs time, from the tenth on a full login, and never data. Each record is replaced in one strict transaction.
 */
import { deleteDB } from 'idb';
import type { Clock } from '../foundation/clock';
import type { Opened, Terms, User } from '../foundation/people';
import { freshKey, wrapBare } from './first-key';
import { type KeyRecord, openBare } from './keyring';
import { forUse, openWithPin, openWithPlatform, openWithRecovery, wrapByPin, wrapByPlatform, wrapByRecovery } from './locks';
import type { SyncMeta } from './schema';
import { open as handles, type UserDb } from './user-db';

export const FREE_TRIES = 4;
export const LAST_TRY = 10;
const FIRST_DELAY_MS = 30_000;

/** Data keys that may be wrapped anew, between opening and the choice of a PIN, and the server's secret of this login. */
const opened = new WeakMap<UserDb, CryptoKey>();
const secrets = new WeakMap<UserDb, Terms['recovery']>();

/** Milliseconds to wait after so many wrong PINs: 30 s after the fifth, then twice as long each time. */
export const delayAfter = (wrong: number): number => (wrong <= FREE_TRIES ? 0 : FIRST_DELAY_MS * 2 ** (wrong - FREE_TRIES - 1));

/** The server's secret of this login, for when the key can be had. */
export function learnSecret(db: UserDb, secret: Terms['recovery']): void {
  secrets.set(db, secret);
}

async function change(db: UserDb, how: (held: KeyRecord) => KeyRecord): Promise<KeyRecord | null> {
  return db.write(['meta'], async (tx) => {
    const held = (await tx.objectStore('meta').get('key')) as KeyRecord | undefined;
    if (!held) return null;
    const next = how(held);
    await tx.objectStore('meta').put(next, 'key');
    return next;
  });
}

const forgiven = ({ wrong: _wrong, not_before: _until, ...held }: KeyRecord): KeyRecord => held;

async function open(db: UserDb, key: CryptoKey): Promise<Opened> {
  db.hold(await forUse(key));
  opened.set(db, key);
  await change(db, forgiven);
  const secret = secrets.get(db);
  if (secret) await keepRecovery(db, secret);
  return { was: 'open' };
}

export async function openByPin(db: UserDb, pin: string, clock: Clock): Promise<Opened> {
  // The try is written down before it is made: a killed app has not got it back.
  const before = await db.keyRecord();
  if (!before?.pin || (before.wrong ?? 0) >= LAST_TRY) return { was: 'login' };
  if ((before.not_before ?? 0) > clock.now()) return { was: 'wait', until: before.not_before ?? 0 };
  const counted = await change(db, (held) => {
    const wrong = (held.wrong ?? 0) + 1;
    const wait = delayAfter(wrong);
    return { ...held, wrong, ...(wait ? { not_before: clock.now() + wait } : {}) };
  });
  if (!counted?.pin) return { was: 'login' };
  const key = await openWithPin(db.name, counted.pin, pin);
  if (key) return open(db, key);
  const wrong = counted.wrong ?? 0;
  if (wrong >= LAST_TRY) return { was: 'login' };
  return wrong > FREE_TRIES ? { was: 'wait', until: counted.not_before ?? 0 } : { was: 'wrong', left: FREE_TRIES + 1 - wrong };
}

export async function openByPlatform(db: UserDb): Promise<Opened> {
  const record = await db.keyRecord();
  const key = record?.platform ? await openWithPlatform(db.name, record.platform) : null;
  return key ? open(db, key) : { was: 'wrong', left: FREE_TRIES };
}

/** After a full login. False: what lies here was wrapped by another secret, and only PIN or platform key opens it. */
export async function openByRecovery(db: UserDb, secret: Terms['recovery']): Promise<boolean> {
  secrets.set(db, secret);
  const record = await db.keyRecord();
  const key = record?.recovery ? await openWithRecovery(db.name, record.recovery, secret) : null;
  if (key) await open(db, key);
  return key !== null;
}

/** Wraps by the secret of this login as well, where the key can be had. */
export async function keepRecovery(db: UserDb, secret: Terms['recovery']): Promise<void> {
  secrets.set(db, secret);
  const record = await db.keyRecord();
  if (!record || record.recovery?.id === secret.id) return;
  const key = record.bare ? await openBare(db.name, record, true) : opened.get(db);
  if (!key) return;
  const recovery = await wrapByRecovery(db.name, key, secret);
  await change(db, (held) => ({ ...held, recovery }));
}

/**
 * A PIN in front of the data key, and the phone's own key if it has one; or, `pin` null, nothing but the browser.
 * `login`: without the server's secret a forgotten PIN would cost data, and that comes with the next login.
 */
export async function protect(db: UserDb, user: User, pin: string | null, platform: boolean): Promise<'done' | 'no_platform' | 'login'> {
  const record = await db.keyRecord();
  const secret = secrets.get(db);
  const key = record?.bare ? await openBare(db.name, record, true) : record ? opened.get(db) : await freshKey();
  if (!key) return 'login';
  const recovery = record?.recovery ?? (secret && (await wrapByRecovery(db.name, key, secret)));
  const kept: KeyRecord = { v: 1, ...(record?.whole || !record ? { whole: true } : {}), ...(recovery ? { recovery } : {}) };
  if (pin === null) {
    await put(db, { ...kept, bare: await wrapBare(db.name, key) });
    opened.delete(db);
    return 'done';
  }
  if (!recovery) return 'login';
  const own = platform ? await wrapByPlatform(db.name, key, user.employee_no) : null;
  await put(db, { ...kept, pin: await wrapByPin(db.name, key, pin), ...(own ? { platform: own } : {}) });
  db.hold(await forUse(key));
  opened.delete(db);
  return platform && !own ? 'no_platform' : 'done';
}

const put = (db: UserDb, record: KeyRecord): Promise<unknown> =>
  db.write(['meta'], (tx) => tx.objectStore('meta').put(record, 'key'));

/** Rows of others go, at once and without the key. What this person has not handed in stays as it is, sealed. */
export async function wipeRows(db: UserDb): Promise<void> {
  await db.write(['rows', 'scopes', 'meta'], async (tx) => {
    await tx.objectStore('rows').clear();
    await tx.objectStore('scopes').clear();
    // The epoch stays: it tells whether the ledger must be offered again.
    const sync = (await tx.objectStore('meta').get('sync')) as SyncMeta | undefined;
    if (sync) await tx.objectStore('meta').put({ ...sync, access: '' }, 'sync');
  });
}

export const isDrained = async (db: UserDb): Promise<boolean> =>
  (await db.read(['outbox'], (tx) => tx.objectStore('outbox').count())) === 0;

/** The database goes. Only for one that is drained. */
export async function forget(db: UserDb): Promise<void> {
  db.drop();
  db.end();
  handles.delete(db.name);
  await deleteDB(db.name);
}
