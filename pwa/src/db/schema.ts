/**
 * The stores. One database for a person (`gemba:<plant>:<person>`), one for the phone (`gemba:device`).
 * An upgrade adds; it never rewrites or clears `outbox` and `ledger`: they hold what the server may not have.
 */
import type { DBSchema, IDBPDatabase } from 'idb';
import type { User } from '../foundation/people';
import type { Envelope } from './envelope';

/** 2: values are sealed. An app that cannot open them must not write beside them: it says that it is too old. */
export const USER_DB_VERSION = 2;
export const DEVICE_DB_VERSION = 1;
export const DEVICE_DB = 'gemba:device';

/** Where an edit without a terminal receipt stands. `set_aside`: no server would take it, shown and exportable. */
export type EditState = 'queued' | 'sending' | 'retry_wait' | 'held' | 'update_needed' | 'set_aside';

/** A row of the server, as it came. Key [scope, kind, id]: a row may lie in two scopes. */
export interface StoredRow {
  scope: string;
  kind: string;
  id: string;
  sealed: Envelope;
}

/** A scope this person may see. `place`: its index in the server's list; `cursor` 0: nothing held. */
export interface StoredScope {
  name: string;
  place: number;
  cursor: number;
}

/** An edit on its way. Key n. `attempts` > 0 freezes it: it may have been on the wire. */
export interface StoredEdit {
  n: number;
  record: string;
  state: EditState;
  attempts: number;
  /** Milliseconds; not sent before. */
  not_before: number;
  at: number;
  sealed: Envelope;
}

/** An edit with a terminal receipt, kept 30 days to be offered again should the server be restored from a backup. */
export interface StoredReceipt {
  n: number;
  record: string;
  result: string;
  reason: string | null;
  seq: number;
  epoch: string;
  at: number;
  /** When, by the server's clock: what is kept for so many days is not measured by a phone's. */
  told_at?: number;
  /** Present until a pull at or past `seq` was applied: the edit still lies over the rows. */
  overlay?: 1;
  /** Present until its author has seen to it. */
  parked?: 1;
  sealed: Envelope;
}

export interface SyncMeta {
  epoch: string;
  access: string;
  last_contact_at: number | null;
  /** The server's clock at the last contact. */
  server_at?: number;
}

export interface UserSchema extends DBSchema {
  /** key: KeyRecord. user, secrets: sealed. device: id of this phone. n: number of the last edit. sync: SyncMeta. left: signed out. seated: was here last. */
  meta: { key: string; value: unknown };
  rows: { key: [string, string, string]; value: StoredRow };
  scopes: { key: string; value: StoredScope };
  outbox: { key: number; value: StoredEdit };
  ledger: { key: number; value: StoredReceipt; indexes: { overlay: number; parked: number } };
}

/** One who has signed in on this phone. */
export interface StoredPerson {
  db: string;
  user: User;
  last_used_at: number;
  can_enter_offline: boolean;
}

export interface DeviceSchema extends DBSchema {
  meta: { key: string; value: string };
  people: { key: string; value: StoredPerson };
}

export function upgradeUser(db: IDBPDatabase<UserSchema>, from: number): void {
  if (from < 1) {
    db.createObjectStore('meta');
    db.createObjectStore('rows', { keyPath: ['scope', 'kind', 'id'] });
    db.createObjectStore('scopes', { keyPath: 'name' });
    db.createObjectStore('outbox', { keyPath: 'n' });
    const ledger = db.createObjectStore('ledger', { keyPath: 'n' });
    ledger.createIndex('overlay', 'overlay');
    ledger.createIndex('parked', 'parked');
  }
}

export function upgradeDevice(db: IDBPDatabase<DeviceSchema>, from: number): void {
  if (from < 1) {
    db.createObjectStore('meta');
    db.createObjectStore('people', { keyPath: 'db' });
  }
}
