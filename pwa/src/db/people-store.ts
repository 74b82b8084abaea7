/**
 * Who has signed in on this phone. Names and the list lie in the device's database, secrets in each person's own.
 * Who was here last stands in the device's database too. localStorage only hints at it, so that a cold start opens both
 * databases side by side: a browser writes localStorage down seconds later, and a phone killed before that forgot its user.
 * Without IndexedDB (a private window) everything lives in memory: the desk's screens work, the phone's say so.
 */
import type { Chance } from '../foundation/chance';
import type { Clock } from '../foundation/clock';
import type { KnownUser, PeopleStore, Secrets, User } from '../foundation/people';
import { StorageFailed } from '../foundation/problem';
import { bootLast } from './boot';
import { Connection } from './connection';
import { type Envelope, seal, unseal } from './envelope';
import { DEVICE_DB, DEVICE_DB_VERSION, type DeviceSchema, upgradeDevice } from './schema';
import { userDb, userDbName } from './user-db';

const LAST = 'gemba-last';

const sealSecrets = ({ csrf, refresh_csrf }: Secrets): Promise<Envelope> =>
  seal('meta|secrets', { csrf, refresh_csrf });

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
    const name = await (bootLast()?.catch(() => this.#readLast()) ?? this.#readLast());
    if (!name) return null;
    const { user } = await (guess && name === hint ? guess : userDb(name).ahead());
    return user ? unseal<User>('meta|user', user) : null;
  }

  async #readLast(): Promise<string | undefined> {
    return this.#device.read(['meta'], (tx) => tx.objectStore('meta').get('last'));
  }

  async all(): Promise<KnownUser[]> {
    const people = await this.#device.read(['people'], (tx) => tx.objectStore('people').getAll());
    const known = await Promise.all(
      people.map(async ({ db, user, last_used_at, can_enter_offline }) => ({
        ...user,
        last_used_at,
        can_enter_offline,
        queued: await userDb(db)
          .read(['outbox'], (tx) => tx.objectStore('outbox').count())
          .catch(() => 0),
      })),
    );
    return known.sort((a, b) => b.last_used_at - a.last_used_at);
  }

  async enter(user: User, secrets: Secrets | null): Promise<void> {
    const name = userDbName(user);
    const device = await this.deviceId();
    const sealedUser = await seal('meta|user', user);
    const sealedSecrets = secrets && (await sealSecrets(secrets));
    if (secrets) this.#memory.set(name, secrets);
    this.#left.delete(name);
    try {
      await userDb(name).write(['meta'], async (tx) => {
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
    } catch (error) {
      // No storage at all still lets a desk work; a phone that is merely full must not lose the login either.
      if (!(error instanceof StorageFailed)) throw error;
    }
  }

  async secrets(user: User): Promise<Secrets | null> {
    const name = userDbName(user);
    const unwritten = this.#memory.get(name);
    if (unwritten) return unwritten;
    const sealed = await userDb(name)
      .read(['meta'], (tx) => tx.objectStore('meta').get('secrets'))
      .catch(() => undefined);
    return sealed ? unseal<Secrets>('meta|secrets', sealed as Envelope) : null;
  }

  async renew(user: User, secrets: Secrets): Promise<boolean> {
    const name = userDbName(user);
    const sealed = await sealSecrets(secrets);
    try {
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
