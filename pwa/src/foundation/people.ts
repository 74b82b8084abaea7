/** People as a phone knows them before any synced row: who may sign in here, and who has been here. */
import type { components } from '../generated/api';

type Schemas = components['schemas'];
export type Plant = Schemas['PlantName'];
export type User = Schemas['User'];
export type DemoPerson = Schemas['DemoPerson'];
export type Doors = Schemas['Doors'];

/** CSRF values of one session. They bind a phone's outbox to its user: with another's cookie they open nothing. */
export type Secrets = Pick<Schemas['SignedIn'], 'csrf' | 'refresh_csrf'>;

/** Shared: goes from hand to hand. Lost: hands in edits and gets nothing more. */
export type PhoneState = Schemas['DeviceState'];

/** What a full login says of this phone. `recovery` opens what lies here when the PIN is forgotten. */
export interface Terms {
  phone: PhoneState;
  drain_only: boolean;
  recovery: { id: string; secret: string };
}

/** `choose_pin`: this phone is shared, a PIN comes first. `locked`: only the person's PIN or platform key opens it. */
export type Entered = 'in' | 'choose_pin' | 'locked';

/** How a locked person opens: the PIN as typed, or the phone's own key (fingerprint, face). */
export type Opener = { pin: string } | 'platform';

/** What came of it. `wait_until`: no PIN is tried before. `login`: too many wrong ones, a full login opens. */
export type Opened = { was: 'open' } | { was: 'wrong'; left: number } | { was: 'wait'; until: number } | { was: 'login' };

/** `no_platform`: the PIN holds, the phone's own key could not be had. `login`: a full login must come first. */
export type Protected = 'done' | 'no_platform' | 'login';

/** `guarded`: a PIN stands before this person's values here. `shared`: nobody on this phone is without one. */
export interface Guard {
  guarded: boolean;
  shared: boolean;
}

/** Somebody who has signed in on this phone. */
export interface KnownUser extends User {
  /** Enters by PIN or platform key; nothing of this person's can be read before. */
  locked: boolean;
  /** The phone's own key opens as well. */
  platform: boolean;
  /** Was here last and did not hand the phone on. */
  here: boolean;
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
  /** `terms`: those of the login that has just succeeded. Nothing is kept unless the answer is `in`. */
  enter(user: User, secrets: Secrets | null, terms?: Terms): Promise<Entered>;
  /** Opens what lies here of somebody locked. */
  unlock(user: User, by: Opener): Promise<Opened>;
  /** From now on nothing of this person's can be read here without PIN or platform key. */
  lock(user: User): void;
  guard(user: User): Promise<Guard>;
  /** What the server says of this phone. Lost: everybody's rows go at once, no PIN is asked; unsent edits stay sealed. */
  remember(phone: PhoneState): Promise<void>;
  /** Everything of this person that is here, unsent edits too: only after they were handed in. */
  forget(user: User): Promise<void>;
  /** Puts a PIN in front, or takes it away (null). `platform`: asks the phone for a key of its own as well. */
  protect(user: User, pin: string | null, platform: boolean): Promise<Protected>;
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

/** The board and the values of one's part of the plant, to read: HR's partners too. */
export const areaOpens = (roles: readonly string[]): boolean => deskOpens(roles) || roles.includes('hrbp');

/** Keys of other systems are an administrator's. */
export const keysOpen = (roles: readonly string[]): boolean => roles.includes('admin');

/** Whether the server lets this person bring in a plant. */
export const importsOpen = (roles: readonly string[]): boolean => deskOpens(roles) || roles.includes('admin');

/** Whether the server shows this person the plant's phones: HR and an administrator. */
export const phonesOpen = (roles: readonly string[]): boolean => deskOpens(roles) || roles.includes('admin');
