/**
 * Who may come in on this phone, and what becomes of it: the sign-in page's part of people-store.ts. Nothing of a person
 * is written down before the hurdle is taken: a PIN on a shared phone, or the one that was chosen before.
 */
import type { Entered, Guard, KnownUser, Opened, Opener, PhoneState, Secrets, Terms, User } from '../foundation/people';
import { StorageFailed } from '../foundation/problem';
import * as keeper from './keeper';
import type { KeyRecord } from './keyring';
import { readLast, sealSecrets, type Shelf, unseat } from './shelf';
import { type UserDb, userDb, userDbName } from './user-db';

const dbOf = (user: User): UserDb => userDb(userDbName(user));

export async function deviceId(shelf: Shelf): Promise<string> {
  const fresh = shelf.chance.token();
  try {
    return await shelf.device.write(['meta'], async (tx) => {
      const meta = tx.objectStore('meta');
      const held = await meta.get('id');
      if (!held) await meta.put(fresh, 'id');
      return held ?? fresh;
    });
  } catch {
    return (shelf.device_id ??= fresh);
  }
}

export async function all({ device }: Shelf): Promise<KnownUser[]> {
  const [people, last] = await device.read(['people', 'meta'], (tx) =>
    Promise.all([tx.objectStore('people').getAll(), tx.objectStore('meta').get('last')]),
  );
  const known = await Promise.all(
    people.map(async ({ db, user, last_used_at, can_enter_offline }) => {
      const [queued, key] = await userDb(db)
        .read(['outbox', 'meta'], (tx) => Promise.all([tx.objectStore('outbox').count(), tx.objectStore('meta').get('key')]))
        .catch(() => [0, undefined] as const);
      const record = key as KeyRecord | undefined;
      const locked = record !== undefined && !record.bare;
      return { ...user, last_used_at, can_enter_offline, queued, locked, platform: Boolean(record?.platform), here: db === last };
    }),
  );
  return known.sort((a, b) => b.last_used_at - a.last_used_at);
}

export async function enter(shelf: Shelf, user: User, secrets: Secrets | null, terms?: Terms): Promise<Entered> {
  const name = userDbName(user);
  const db = userDb(name);
  if (secrets) shelf.memory.set(name, secrets);
  shelf.left.delete(name);
  try {
    const hurdle = await hurdleOf(shelf, db, terms);
    if (hurdle) return hurdle;
    const device = await deviceId(shelf);
    const sealedUser = await db.seal('meta|user', user);
    const sealedSecrets = secrets && (await sealSecrets(db, secrets));
    await db.write(['meta'], async (tx) => {
      const meta = tx.objectStore('meta');
      // The id under which this person's edits are numbered never changes while the numbers live.
      if (!(await meta.get('device'))) await meta.put(device, 'device');
      await meta.put(sealedUser, 'user');
      await meta.delete('left');
      if (sealedSecrets) await meta.put(sealedSecrets, 'secrets');
    });
    shelf.memory.delete(name);
    await unseat(shelf.device);
    const shared = await shelf.device.write(['people', 'meta'], async (tx) => {
      await tx.objectStore('people').put({ db: name, user, last_used_at: shelf.clock.now(), can_enter_offline: true });
      await tx.objectStore('meta').put(name, 'last');
      return tx.objectStore('meta').get('shared');
    });
    shelf.stay(name);
    if (!shared) await db.write(['meta'], (tx) => tx.objectStore('meta').put(true, 'seated'));
    // Should it fail: a PIN is only taken once it has succeeded.
    if (terms) await keeper.keepRecovery(db, terms.recovery).catch(() => undefined);
  } catch (error) {
    // No storage at all still lets a desk work; a phone that is merely full must not lose the login either.
    if (!(error instanceof StorageFailed)) throw error;
  }
  return 'in';
}

/** What stands before this person's values, once the server's secret has been tried; null: nothing. */
async function hurdleOf(shelf: Shelf, db: UserDb, terms?: Terms): Promise<Exclude<Entered, 'in'> | null> {
  if (terms) {
    await remember(shelf, terms.phone);
    keeper.learnSecret(db, terms.recovery);
  }
  const record = await db.keyRecord();
  // Who only hands in leaves nothing behind that a PIN could protect.
  if (!record || record.bare) return !terms?.drain_only && (await readLast(shelf.device)).shared ? 'choose_pin' : null;
  if (terms && !db.isOpen) await keeper.openByRecovery(db, terms.recovery);
  return db.isOpen ? null : 'locked';
}

export async function unlock({ clock }: Shelf, user: User, by: Opener): Promise<Opened> {
  return by === 'platform' ? keeper.openByPlatform(dbOf(user)) : keeper.openByPin(dbOf(user), by.pin, clock);
}

export async function guard({ device }: Shelf, user: User): Promise<Guard> {
  const record = await dbOf(user).keyRecord().catch(() => null);
  const { shared } = await readLast(device).catch(() => ({ shared: '' }));
  return { guarded: record !== null && !record.bare, shared: Boolean(shared) };
}

export const protect = (user: User, pin: string | null, platform: boolean): Promise<'done' | 'no_platform' | 'login'> =>
  keeper.protect(dbOf(user), user, pin, platform);

export async function remember({ device }: Shelf, { shared, lost }: PhoneState): Promise<void> {
  if (shared) await unseat(device);
  await device.write(['meta'], (tx) => tx.objectStore('meta').put(shared ? 'yes' : '', 'shared'));
  if (!lost) return;
  const people = await device.read(['people'], (tx) => tx.objectStore('people').getAll());
  for (const { db } of people) await keeper.wipeRows(userDb(db));
}

export async function forget({ device }: Shelf, user: User): Promise<void> {
  const name = userDbName(user);
  const db = userDb(name);
  if (await keeper.isDrained(db)) {
    // First the name, then what it stood for: whoever looks meanwhile opens nothing that is on its way out.
    await device.write(['people', 'meta'], async (tx) => {
      await tx.objectStore('people').delete(name);
      if ((await tx.objectStore('meta').get('last')) === name) await tx.objectStore('meta').delete('last');
    });
    await keeper.forget(db);
  }
}

export async function signOut(shelf: Shelf, user: User): Promise<void> {
  const name = userDbName(user);
  await shelf.leave();
  shelf.left.add(name);
  shelf.memory.delete(name);
  const db = userDb(name);
  await db
    .write(['meta'], async (tx) => {
      await tx.objectStore('meta').delete('secrets');
      await tx.objectStore('meta').put(true, 'left');
    })
    .then(() => keeper.wipeRows(db))
    .catch(() => undefined);
  await shelf.device
    .write(['people'], (tx) =>
      tx.objectStore('people').put({ db: name, user, last_used_at: shelf.clock.now(), can_enter_offline: false }),
    )
    .catch(() => undefined);
}
