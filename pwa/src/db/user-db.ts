/** One person's database on this phone, and everything a start needs from it in one read. */
import { Connection } from './connection';
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

  /** Starts reading before anybody asks: on a cold start the rows are here when the screen is. */
  prefetch(): void {
    this.#ahead = this.#read();
    this.#ahead.catch(() => undefined);
  }

  snapshot(): Promise<Snapshot> {
    const ahead = this.#ahead;
    this.#ahead = null;
    return ahead ?? this.#read();
  }

  #read(): Promise<Snapshot> {
    return this.read(['meta', 'rows', 'scopes', 'outbox', 'ledger'], async (tx) => {
      const meta = tx.objectStore('meta');
      const ledger = tx.objectStore('ledger');
      const [device, n, sync, rows, scopes, outbox, overlay, parked] = await Promise.all([
        meta.get('device'),
        meta.get('n'),
        meta.get('sync'),
        tx.objectStore('rows').getAll(),
        tx.objectStore('scopes').getAll(),
        tx.objectStore('outbox').getAll(),
        ledger.index('overlay').getAll(),
        ledger.index('parked').getAll(),
      ]);
      return {
        device: (device as string | undefined) ?? null,
        n: (n as number | undefined) ?? 0,
        sync: (sync as SyncMeta | undefined) ?? NEVER_SYNCED,
        rows,
        scopes,
        outbox,
        overlay,
        parked,
      };
    });
  }
}

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
