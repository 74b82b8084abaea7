/** People as a phone knows them before any synced row: who may sign in here, and who has been here. */
import type { components } from '../generated/api';

type Schemas = components['schemas'];
export type Plant = Schemas['PlantName'];
export type User = Schemas['User'];
export type DemoPerson = Schemas['DemoPerson'];
export type Doors = Schemas['Doors'];

/** CSRF values of one session. They bind a phone's outbox to its user: with another's cookie they open nothing. */
export type Secrets = Pick<Schemas['SignedIn'], 'csrf' | 'refresh_csrf'>;

/** Somebody who has signed in on this phone. */
export interface KnownUser extends User {
  /** Edits of this person that have no receipt yet. The number is all that others may see. */
  queued: number;
  /** May enter without network: has not signed out. */
  can_enter_offline: boolean;
  last_used_at: number;
}

/** What the session needs of the phone's own storage; db/people-store.ts keeps it. */
export interface PeopleStore {
  deviceId(): Promise<string>;
  /** Who used this phone last and has not left. */
  last(): Promise<User | null>;
  all(): Promise<KnownUser[]>;
  enter(user: User, secrets: Secrets | null): Promise<void>;
  secrets(user: User): Promise<Secrets | null>;
  /** False: this person has signed out meanwhile, and nothing was kept. */
  renew(user: User, secrets: Secrets): Promise<boolean>;
  /** Nobody is at this phone now; everything stays. */
  leave(): Promise<void>;
  /** Rows and secrets go, outbox and ledger stay. */
  signOut(user: User): Promise<void>;
}

/** Whether the server opens board and cycles to this person: a door that refuses is not shown. */
export function deskOpens(roles: readonly string[]): boolean {
  return roles.includes('hr');
}
