/** One person's database on this phone, and everything a start needs from it in one read. */
import { bootPerson } from './boot';
import { Connection } from './connection';
import type { Envelope } from './envelope';
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
  user: Envelope | null;
  device: string | null;
  /** Number of the last edit. */
  n: number;
  sync: SyncMeta;
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

  constructor(name: string) {
    super(name, USER_DB_VERSION, upgradeUser);
  }

  /** What `boot.js` has begun to read, or a read begun now; whoever asks for the snapshot next gets it. */
  ahead(): Promise<Snapshot> {
    const boot = bootPerson(this.name)?.then((read) => snapshotOf(read as unknown as Read));
    this.#ahead ??= boot?.catch(() => this.#read()) ?? this.#read();
    this.#ahead.catch(() => undefined);
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

  #read(): Promise<Snapshot> {
    return this.read(['meta', 'rows', 'scopes', 'outbox', 'ledger'], async (tx) => {
      const meta = tx.objectStore('meta');
      const ledger = tx.objectStore('ledger');
      const [user, device, n, sync, rows, scopes, outbox, overlay, parked] = await Promise.all([
        meta.get('user'),
        meta.get('device'),
        meta.get('n'),
        meta.get('sync'),
        tx.objectStore('rows').getAll(),
        tx.objectStore('scopes').getAll(),
        tx.objectStore('outbox').getAll(),
        ledger.index('overlay').getAll(),
        ledger.index('parked').getAll(),
      ]);
      return snapshotOf({ user, device, n, sync, rows, scopes, outbox, overlay, parked });
    });
  }
}

type Read = Pick<Snapshot, 'rows' | 'scopes' | 'outbox' | 'overlay' | 'parked'> &
  Record<'user' | 'device' | 'n' | 'sync', unknown>;

const snapshotOf = ({ user, device, n, sync, ...lists }: Read): Snapshot => ({
  user: (user as Envelope | undefined) ?? null,
  device: (device as string | undefined) ?? null,
  n: (n as number | undefined) ?? 0,
  sync: (sync as SyncMeta | undefined) ?? NEVER_SYNCED,
  ...lists,
});

const open = new Map<string, UserDb>();

/** The one handle of this tab for that person's database. */
export function userDb(name: string): UserDb {
  let db = open.get(name);
  if (!db) open.set(name, (db = new UserDb(name)));
  return db;
}

export function userDbName(user: { person_id: string; plant: { code: string } }): string {
  return `gemba:${user.plant.code}:${user.person_id}`;
}
