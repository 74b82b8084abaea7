/**
 * Who has signed in on this phone. Names and the list lie in the device's database, secrets in each person's own.
 * Who was here last stands in the device's database too. localStorage only hints at it: a browser writes it down seconds
 * later. What makes the hint good is `seated` in that person's own database, which a cold start reads anyhow: only one is
 * seated, the one whom the device's database names, and nobody is on a shared phone. It is taken away before the name
 * changes and given after, each durably.
 * Without IndexedDB (a private window) everything lives in memory: the desk's screens work, the phone's say so.
 */
import type { Chance } from '../foundation/chance';
import type { Clock } from '../foundation/clock';
import type { Entered, Guard, KnownUser, Opened, Opener, PeopleStore, PhoneState, Secrets, Terms, User } from '../foundation/people';
import { Connection } from './connection';
import type { Envelope } from './envelope';
import { readLast, sealSecrets, type Shelf, unseat } from './shelf';
import { DEVICE_DB, DEVICE_DB_VERSION, type DeviceSchema, upgradeDevice } from './schema';
import { userDb, userDbName } from './user-db';

const LAST = 'gemba-last';

/** Everything that happens at the sign-in page, in a chunk of its own: a cold start does without. */
const desk = () => import('./people-desk');

/** The part of localStorage that is used here; it may be missing or throw. */
export type Hints = Pick<Storage, 'getItem' | 'setItem' | 'removeItem'>;

export class StoredPeople implements PeopleStore {
  readonly #shelf: Shelf;

  constructor(
    clock: Clock,
    chance: Chance,
    private readonly hints: Hints,
  ) {
    this.#shelf = {
      device: new Connection<DeviceSchema>(DEVICE_DB, DEVICE_DB_VERSION, upgradeDevice),
      memory: new Map(),
      left: new Set(),
      clock,
      chance,
      device_id: null,
      leave: () => this.leave(),
      stay: (name) => hints.setItem(LAST, name),
    };
  }

  deviceId = async (): Promise<string> => (await desk()).deviceId(this.#shelf);
  all = async (): Promise<KnownUser[]> => (await desk()).all(this.#shelf);
  enter = async (user: User, secrets: Secrets | null, terms?: Terms): Promise<Entered> => (await desk()).enter(this.#shelf, user, secrets, terms);
  unlock = async (user: User, by: Opener): Promise<Opened> => (await desk()).unlock(this.#shelf, user, by);
  lock = (user: User): void => userDb(userDbName(user)).drop();
  guard = async (user: User): Promise<Guard> => (await desk()).guard(this.#shelf, user);
  protect: PeopleStore['protect'] = async (user, pin, platform) => (await desk()).protect(user, pin, platform);
  remember = async (phone: PhoneState): Promise<void> => (await desk()).remember(this.#shelf, phone);
  forget = async (user: User): Promise<void> => (await desk()).forget(this.#shelf, user);
  signOut = async (user: User): Promise<void> => (await desk()).signOut(this.#shelf, user);

  async last(): Promise<User | null> {
    const hint = this.#hint();
    const guess = hint ? await userDb(hint).ahead().catch(() => null) : null;
    if (hint && guess?.seated && guess.user) return userDb(hint).unseal<User>('meta|user', guess.user);
    const { last: name, shared } = await readLast(this.#shelf.device);
    if (!name) return null;
    const { user, key } = await (guess && name === hint ? guess : userDb(name).ahead());
    if (shared && key?.bare) return null; // a PIN comes first, and the sign-in page asks for it
    return user ? userDb(name).unseal<User>('meta|user', user) : null;
  }

  async secrets(user: User): Promise<Secrets | null> {
    const name = userDbName(user);
    const unwritten = this.#shelf.memory.get(name);
    if (unwritten) return unwritten;
    const db = userDb(name);
    const sealed = await db.read(['meta'], (tx) => tx.objectStore('meta').get('secrets')).catch(() => undefined);
    // Behind the PIN there is no login: nothing is sent for whoever has locked.
    return sealed ? db.unseal<Secrets>('meta|secrets', sealed as Envelope).catch(() => null) : null;
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
      this.#shelf.memory.delete(name);
      return kept;
    } catch {
      if (this.#shelf.left.has(name)) return false;
      this.#shelf.memory.set(name, secrets); // no room: this tab goes on, a restart asks for the login again
      return true;
    }
  }

  async leave(): Promise<void> {
    this.hints.removeItem(LAST);
    await unseat(this.#shelf.device).catch(() => undefined);
    await this.#shelf.device.write(['meta'], (tx) => tx.objectStore('meta').delete('last')).catch(() => undefined);
  }

  #hint(): string | null {
    try {
      return this.hints.getItem(LAST);
    } catch {
      return null;
    }
  }
}
