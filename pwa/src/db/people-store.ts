/**
 * Who has signed in on this phone. Names and the list lie in the device's database, secrets in each person's own.
 * Who was here last stands in the device's database too. localStorage only hints at it, so that a cold start opens both
 * databases side by side: a browser writes localStorage down seconds later, and a phone killed before that forgot its user.
 * Without IndexedDB (a private window) everything lives in memory: the desk's screens work, the phone's say so.
 */
import type { Chance } from '../foundation/chance';
import type { Clock } from '../foundation/clock';
import type { Entered, KnownUser, Opened, Opener, PeopleStore, PhoneState, Secrets, Terms, User } from '../foundation/people';
import { StorageFailed } from '../foundation/problem';
import { bootLast } from './boot';
import { Connection } from './connection';
import { type KeyRecord, Locked } from './keyring';
import type { Envelope } from './envelope';
import { DEVICE_DB, DEVICE_DB_VERSION, type DeviceSchema, upgradeDevice } from './schema';
import { type UserDb, userDb, userDbName } from './user-db';

const LAST = 'gemba-last';

/** PIN, platform key and recovery: loaded when one of them is needed. */
const keeper = () => import('./keeper');

const sealSecrets = (db: UserDb, { csrf, refresh_csrf }: Secrets): Promise<Envelope> =>
  db.seal('meta|secrets', { csrf, refresh_csrf });

/** The part of localStorage that is used here; it may be missing or throw. */
export type Hints = Pick<Storage, 'getItem' | 'setItem' | 'removeItem'>;

export class StoredPeople implements PeopleStore {
  #device = new Connection<DeviceSchema>(DEVICE_DB, DEVICE_DB_VERSION, upgradeDevice);
  #memory = new Map<string, Secrets>();
  /** Who has signed out in this tab: the only memory of it where there is no storage. */
  #left = new Set<string>();
  #memoryDevice: string | null = null;

  constructor(
    private readonly clock: Clock,
    private readonly chance: Chance,
    private readonly hints: Hints,
  ) {}

  async deviceId(): Promise<string> {
    const fresh = this.chance.token();
    try {
      return await this.#device.write(['meta'], async (tx) => {
        const meta = tx.objectStore('meta');
        const held = await meta.get('id');
        if (!held) await meta.put(fresh, 'id');
        return held ?? fresh;
      });
    } catch {
      return (this.#memoryDevice ??= fresh);
    }
  }

  async last(): Promise<User | null> {
    const hint = this.#hint();
    const guess = hint ? userDb(hint).ahead() : null;
    const { last: name, shared } = await (bootLast()?.catch(() => this.#readLast()) ?? this.#readLast());
    if (!name) return null;
    const { user, key } = await (guess && name === hint ? guess : userDb(name).ahead());
    if (shared && key?.bare) return null; // a PIN comes first, and the sign-in page asks for it
    return user ? userDb(name).unseal<User>('meta|user', user) : null;
  }

  async #readLast(): Promise<{ last?: string | undefined; shared?: string | undefined }> {
    return this.#device.read(['meta'], async (tx) => {
      const meta = tx.objectStore('meta');
      const [last, shared] = await Promise.all([meta.get('last'), meta.get('shared')]);
      return { last, shared };
    });
  }

  async all(): Promise<KnownUser[]> {
    const [people, last] = await this.#device.read(['people', 'meta'], (tx) =>
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

  async enter(user: User, secrets: Secrets | null, terms?: Terms): Promise<Entered> {
    const name = userDbName(user);
    const db = userDb(name);
    if (secrets) this.#memory.set(name, secrets);
    this.#left.delete(name);
    try {
      const hurdle = await this.#hurdle(name, terms);
      if (hurdle) return hurdle;
      const device = await this.deviceId();
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
      this.#memory.delete(name);
      await this.#device.write(['people', 'meta'], async (tx) => {
        await tx.objectStore('people').put({ db: name, user, last_used_at: this.clock.now(), can_enter_offline: true });
        await tx.objectStore('meta').put(name, 'last');
      });
      this.hints.setItem(LAST, name);
      if (terms) await this.#keepRecovery(db, terms);
    } catch (error) {
      // No storage at all still lets a desk work; a phone that is merely full must not lose the login either.
      if (!(error instanceof StorageFailed)) throw error;
    }
    return 'in';
  }

  /** What stands before this person's values, once the server's secret has been tried; null: nothing. */
  async #hurdle(name: string, terms?: Terms): Promise<Exclude<Entered, 'in'> | null> {
    const db = userDb(name);
    if (terms) await this.remember(terms.phone);
    const record = await db.keyRecord();
    if (!record || record.bare) return (await this.#readLast()).shared ? 'choose_pin' : null;
    if (terms && !db.isOpen) await (await keeper()).openByRecovery(db, terms.recovery);
    return db.isOpen ? null : 'locked';
  }

  async #keepRecovery(db: UserDb, { recovery }: Terms): Promise<void> {
    await keeper()
      .then(({ keepRecovery }) => keepRecovery(db, recovery))
      .catch(() => undefined); // a PIN is only taken once this has succeeded
  }

  async unlock(user: User, by: Opener): Promise<Opened> {
    const { openByPin, openByPlatform } = await keeper();
    const db = userDb(userDbName(user));
    return by === 'platform' ? openByPlatform(db) : openByPin(db, by.pin, this.clock);
  }

  lock(user: User): void {
    userDb(userDbName(user)).drop();
  }

  async isProtected(user: User): Promise<boolean> {
    const record = await userDb(userDbName(user)).keyRecord().catch(() => null);
    return record !== null && !record.bare;
  }

  async isShared(): Promise<boolean> {
    return Boolean((await this.#readLast().catch(() => null))?.shared);
  }

  async remember({ shared, lost }: PhoneState): Promise<void> {
    await this.#device.write(['meta'], (tx) => tx.objectStore('meta').put(shared ? 'yes' : '', 'shared'));
    if (!lost) return;
    const people = await this.#device.read(['people'], (tx) => tx.objectStore('people').getAll());
    for (const { db } of people) await (await keeper()).wipeRows(userDb(db));
  }

  async forget(user: User): Promise<void> {
    const name = userDbName(user);
    await (await keeper()).forget(userDb(name));
    await this.#device.write(['people'], (tx) => tx.objectStore('people').delete(name));
  }

  async protect(user: User, pin: string | null, platform: boolean): Promise<'done' | 'no_platform' | 'login'> {
    return (await keeper()).protect(userDb(userDbName(user)), user, pin, platform);
  }

  async secrets(user: User): Promise<Secrets | null> {
    const name = userDbName(user);
    const unwritten = this.#memory.get(name);
    if (unwritten) return unwritten;
    const db = userDb(name);
    const sealed = await db.read(['meta'], (tx) => tx.objectStore('meta').get('secrets')).catch(() => undefined);
    if (!sealed) return null;
    return db.unseal<Secrets>('meta|secrets', sealed as Envelope).catch((error: unknown) => {
      if (error instanceof Locked) return null;
      throw error;
    });
  }

  async renew(user: User, secrets: Secrets): Promise<boolean> {
    const name = userDbName(user);
    try {
      const sealed = await sealSecrets(userDb(name), secrets);
      const kept = await userDb(name).write(['meta'], async (tx) => {
        const meta = tx.objectStore('meta');
        if (await meta.get('left')) return false;
        await meta.put(sealed, 'secrets');
        return true;
      });
      this.#memory.delete(name);
      return kept;
    } catch {
      if (this.#left.has(name)) return false;
      this.#memory.set(name, secrets); // no room: this tab goes on, a restart asks for the login again
      return true;
    }
  }

  async leave(): Promise<void> {
    this.hints.removeItem(LAST);
    await this.#device.write(['meta'], (tx) => tx.objectStore('meta').delete('last')).catch(() => undefined);
  }

  async signOut(user: User): Promise<void> {
    const name = userDbName(user);
    await this.leave();
    this.#left.add(name);
    this.#memory.delete(name);
    await userDb(name)
      .write(['meta', 'rows', 'scopes'], async (tx) => {
        await tx.objectStore('meta').delete('secrets');
        await tx.objectStore('meta').put(true, 'left');
        await tx.objectStore('rows').clear();
        await tx.objectStore('scopes').clear();
        // The epoch stays: it tells whether the ledger must be offered again.
        const sync = (await tx.objectStore('meta').get('sync')) as { access: string } | undefined;
        if (sync) await tx.objectStore('meta').put({ ...sync, access: '' }, 'sync');
      })
      .catch(() => undefined);
    await this.#device
      .write(['people'], (tx) =>
        tx.objectStore('people').put({ db: name, user, last_used_at: this.clock.now(), can_enter_offline: false }),
      )
      .catch(() => undefined);
  }

  #hint(): string | null {
    try {
      return this.hints.getItem(LAST);
    } catch {
      return null;
    }
  }
}
