/** Coming in and going out: the part of the session that the sign-in page, the PIN pad and the menu call. */
import type { Api } from './api';
import { deviceLabel } from './device';
import type { Entered, KnownUser, Opened, Opener, PeopleStore, PhoneState, Protected, Secrets, Terms, User } from './people';
import { ApiProblem } from './problem';

export type Way = 'login' | 'enrol' | 'demo' | 'drain';

export interface HallParts {
  people: PeopleStore;
  /** Comes when it is first needed. */
  api: () => Promise<Api>;
  /** What the browser says of itself: makes a name for this phone in the list of sessions, "Android · Chrome". */
  agent: string;
}

/** The session as it is here. */
export interface Hall extends HallParts {
  now: {
    user: User | null;
    known: KnownUser[];
    waiting: { user: User; for: Exclude<Entered, 'in'> } | null;
    guarded: boolean;
    shared: boolean;
    draining: boolean;
    refreshKnown(): Promise<void>;
  };
  /** What the server gave to somebody who still stands before the PIN. */
  owed: { secrets: Secrets | null; terms: Terms | undefined } | null;
  /** Whoever has forgotten the PIN chooses another one after the login. */
  forgotten: string;
  stand(user: User): void;
  goOut(): Promise<void>;
  dropKey(): Promise<void>;
  learn(phone: PhoneState, drainOnly: boolean): void;
  renewed(): void;
}

export async function welcome(hall: Hall, way: Way, who: Record<string, string>): Promise<void> {
  const device = await hall.people.deviceId();
  const given = await (await hall.api()).bare('post', `/api/auth/${way}`, { ...who, device, device_label: deviceLabel(hall.agent) });
  const { user, phone, recovery } = given;
  if (given.drain_only) hall.forgotten = ''; // nothing will stay here that a new PIN could protect
  hall.learn(phone, given.drain_only);
  await enter(hall, user, given, recovery ? { phone, recovery, drain_only: given.drain_only } : undefined);
  hall.renewed();
}

async function enter(hall: Hall, user: User, secrets: Secrets | null, terms?: Terms): Promise<void> {
  const { people, now } = hall;
  const end = await people.enter(user, secrets, terms);
  const entered = end === 'in' && terms && hall.forgotten === user.person_id ? 'choose_pin' : end;
  hall.owed = entered === 'in' ? null : { secrets, terms };
  now.waiting = entered === 'in' ? null : { user, for: entered };
  if (entered !== 'in') return;
  // On the sign-in page the one who was here before may still be: that key goes.
  if (now.user?.person_id !== user.person_id) await hall.dropKey();
  const { guarded, shared } = await people.guard(user);
  now.guarded = guarded;
  now.shared = shared;
  hall.stand(user);
}

export async function useOffline(hall: Hall, personId: string): Promise<void> {
  const user = (await hall.people.all()).find((known) => known.person_id === personId);
  if (!user?.can_enter_offline) throw new ApiProblem('not_on_this_phone', {}, 0);
  await enter(hall, user, null);
}

export async function unlock(hall: Hall, personId: string, by: Opener): Promise<Opened> {
  const user = [hall.now.waiting?.user, ...hall.now.known].find((one) => one?.person_id === personId);
  if (!user) throw new ApiProblem('not_on_this_phone', {}, 0);
  const opened = await hall.people.unlock(user, by);
  if (opened.was === 'open') await enter(hall, user, hall.owed?.secrets ?? null, hall.owed?.terms);
  return opened;
}

export async function protect(hall: Hall, pin: string | null, platform: boolean): Promise<Protected> {
  const { now } = hall;
  const user = now.waiting?.user ?? now.user;
  if (!user) return 'login';
  const done = await hall.people.protect(user, pin, platform);
  if (done === 'login') return done;
  hall.forgotten = '';
  if (now.waiting) await enter(hall, user, hall.owed?.secrets ?? null, hall.owed?.terms);
  now.guarded = pin !== null;
  return done;
}

export async function handedIn(hall: Hall): Promise<void> {
  const { user } = hall.now;
  if (!user) return;
  await hall.people.leave();
  await hall.goOut();
  await hall.people.forget(user);
  hall.now.draining = false;
  await hall.now.refreshKnown();
}

export async function signOut(hall: Hall): Promise<void> {
  const { user } = hall.now;
  if (!user) return;
  const secrets = await hall.people.secrets(user);
  await hall.dropKey();
  await hall.people.signOut(user);
  await hall.goOut();
  if (secrets) await logOut(hall, secrets).catch(() => undefined);
}

export async function askAboutPhone(hall: Hall, plant: string): Promise<void> {
  const device = await hall.people.deviceId();
  const phone = await (await hall.api()).bare('post', '/api/devices/state', { plant, device });
  hall.learn(phone, phone.lost);
}

export async function askAboutSession({ api, learn }: Hall): Promise<void> {
  const { phone, drain_only } = await (await api()).get('/api/auth/me');
  learn(phone, drain_only);
}

/** After a quiet quarter of an hour a logout needs a refresh first, else the session lives on for weeks. */
export async function logOut({ api, now }: Hall, { csrf, refresh_csrf }: Secrets): Promise<void> {
  const asks = await api();
  const logout = (value: string): Promise<void> => asks.bare('post', '/api/auth/logout', {}, value);
  try {
    await logout(csrf);
  } catch (error) {
    // Once the next person has entered, the cookies are theirs.
    if (!(error instanceof ApiProblem) || error.status !== 401 || now.user) return;
    await logout((await asks.bare('post', '/api/auth/refresh', {}, refresh_csrf)).csrf);
  }
}
