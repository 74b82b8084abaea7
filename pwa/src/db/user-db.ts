/** One person's database on this phone, and everything a start needs from it in one read. */
import { bootPerson } from './boot';
import { Connection } from './connection';
import { type Envelope, seal, unseal } from './envelope';
import { type KeyRecord, openBare } from './keyring';
import {
  type StoredEdit,
  type StoredReceipt,
  type StoredRow,
  type StoredScope,
  type SyncMeta,
  upgradeUser,
  USER_DB_VERSION,
  type UserSchema,
} from './schema';

export interface Snapshot {
  /** What the data key is wrapped by; null: nothing was ever sealed here. */
  key: KeyRecord | null;
  user: Envelope | null;
  device: string | null;
  /** Number of the last edit. */
  n: number;
  sync: SyncMeta;
  /** This person was here last, and comes in by opening the app. */
  seated: boolean;
  rows: StoredRow[];
  scopes: StoredScope[];
  outbox: StoredEdit[];
  /** Confirmed edits that still lie over the rows. */
  overlay: StoredReceipt[];
  parked: StoredReceipt[];
}

export const NEVER_SYNCED: SyncMeta = { epoch: '', access: '', last_contact_at: null };

export class UserDb extends Connection<UserSchema> {
  #ahead: Promise<Snapshot> | null = null;
  #key: Promise<CryptoKey> | null = null;

  constructor(name: string) {
    super(name, USER_DB_VERSION, upgradeUser);
  }

  /** What `boot-first.js` has begun to read, or a read begun now; whoever asks for the snapshot next gets it. */
  ahead(): Promise<Snapshot> {
    const boot = bootPerson(this.name)?.then((read) => snapshotOf(read as unknown as Read));
    this.#ahead ??= boot?.catch(() => this.#read()) ?? this.#read();
    this.#ahead.then(({ key }) => this.#openFrom(key)).catch(() => undefined);
    return this.#ahead;
  }

  snapshot(): Promise<Snapshot> {
    const ahead = this.#ahead;
    this.#ahead = null;
    return ahead ?? this.#read();
  }

  /** What was read before a write is old after it. */
  override write: Connection<UserSchema>['write'] = (stores, work) => {
    this.#ahead = null;
    return super.write(stores, work);
  };

  /** `place` is "<store>|<key>". Await it before a transaction. Throws `Locked`. */
  async seal(place: string, value: unknown): Promise<Envelope> {
    return seal(await this.#opened(), `${this.name}|${place}`, value);
  }

  /** Throws `Locked`, or when the value is another place's. Await it after a transaction. */
  async unseal<T>(place: string, sealed: Envelope): Promise<T> {
    if (sealed.v === 0) return sealed.p as T;
    return unseal<T>(await this.#opened(), `${this.name}|${place}`, sealed);
  }

  /** The key that a person has opened, for as long as this tab holds it. */
  hold(key: CryptoKey): void {
    this.#key = Promise.resolve(key);
  }

  get isOpen(): boolean {
    return this.#key !== null;
  }

  /** Whoever wants to read or write from now on must open again. What was begun with the key may end with it. */
  drop(): void {
    this.#key = null;
    this.#ahead = null;
  }

  /** The record, and with it the key where it opens by itself; a start has read it already. */
  #opened(): Promise<CryptoKey> {
    const key = (this.#key ??= this.#find());
    key.catch(() => {
      if (this.#key === key) this.#key = null;
    });
    return key;
  }

  async #find(): Promise<CryptoKey> {
    const held = await this.keyRecord();
    if (held) return openBare(this.name, held);
    const { makeFirstKey } = await import('./first-key');
    return openBare(this.name, await this.write(['meta'], await makeFirstKey(this.name)));
  }

  /** A start has the record in its hands: no second look at the disk. */
  #openFrom(record: KeyRecord | null): void {
    if (record?.bare) this.#key ??= openBare(this.name, record);
  }

  async keyRecord(): Promise<KeyRecord | null> {
    return ((await this.read(['meta'], (tx) => tx.objectStore('meta').get('key'))) as KeyRecord | undefined) ?? null;
  }

  #read(): Promise<Snapshot> {
    return this.read(['meta', 'rows', 'scopes', 'outbox', 'ledger'], async (tx) => {
      const meta = tx.objectStore('meta');
      const ledger = tx.objectStore('ledger');
      const [names, values, rows, scopes, outbox, overlay, parked] = await Promise.all([
        meta.getAllKeys(),
        meta.getAll(),
        tx.objectStore('rows').getAll(),
        tx.objectStore('scopes').getAll(),
        tx.objectStore('outbox').getAll(),
        ledger.index('overlay').getAll(),
        ledger.index('parked').getAll(),
      ]);
      return snapshotOf({ names, values, rows, scopes, outbox, overlay, parked });
    });
  }
}

/** As it is asked for, here and in boot-first.js: few requests, since each costs a start. */
interface Read extends Pick<Snapshot, 'rows' | 'scopes' | 'outbox' | 'overlay' | 'parked'> {
  names: string[];
  values: unknown[];
}

function snapshotOf({ names, values, ...lists }: Read): Snapshot {
  const held: Partial<Record<string, unknown>> = Object.fromEntries(names.map((name, n) => [name, values[n]]));
  return {
    key: (held['key'] as KeyRecord | undefined) ?? null,
    user: (held['user'] as Envelope | undefined) ?? null,
    device: (held['device'] as string | undefined) ?? null,
    n: (held['n'] as number | undefined) ?? 0,
    sync: (held['sync'] as SyncMeta | undefined) ?? NEVER_SYNCED,
    seated: held['seated'] === true,
    ...lists,
  };
}

/** The handles of this tab, by name. */
export const open = new Map<string, UserDb>();

/** The one handle of this tab for that person's database. */
export function userDb(name: string): UserDb {
  let db = open.get(name);
  if (!db) open.set(name, (db = new UserDb(name)));
  return db;
}

export function userDbName(user: { person_id: string; plant: { code: string } }): string {
  return `gemba:${user.plant.code}:${user.person_id}`;
}
