/**
 * Who is at this phone. Several people may have signed in on one phone; each has a database of their own. Entering
 * needs no network for somebody who was here and has not signed out. An expired login never ends the session here:
 * scoring goes on, sending pauses, and signing in again goes on where it stopped.
 */
import type { Api, Credentials } from './api';
import type { Exclusive } from './exclusive';
import type { Doors, KnownUser, PeopleStore, Secrets, User } from './people';
import { ApiProblem } from './problem';

export interface SessionParts {
  people: PeopleStore;
  api: Api;
  exclusive: Exclusive;
  /** A name for this phone in the list of sessions, "Android · Chrome". */
  deviceLabel: string;
}

export class Session implements Credentials {
  state = $state<'starting' | 'signed_out' | 'signed_in'>('starting');
  user = $state.raw<User | null>(null);
  known = $state.raw<KnownUser[]>([]);
  #renewed = new Set<() => void>();

  constructor(private readonly parts: SessionParts) {}

  /** Enters whoever was here last; asks no network. Resolves when `state` is final. */
  async start(): Promise<void> {
    const user = await this.parts.people.last().catch(() => null);
    if (user) this.#stand(user);
    else await this.#goOut();
  }

  signIn(who: { plant: string; employee_no: string; password: string }): Promise<void> {
    return this.#welcome('/api/auth/login', who);
  }

  /** The first time, or after a forgotten password: HR's one-time code and the password that is to hold from now on. */
  enrol(who: { plant: string; employee_no: string; code: string; password: string }): Promise<void> {
    return this.#welcome('/api/auth/enrol', who);
  }

  signInDemo(who: { plant: string; employee_no: string }): Promise<void> {
    return this.#welcome('/api/auth/demo', who);
  }

  /** Somebody of `known` goes on without a login. Refused by `not_on_this_phone` after a sign-out. */
  async useOffline(personId: string): Promise<void> {
    const user = (await this.parts.people.all()).find((known) => known.person_id === personId);
    if (!user?.can_enter_offline) throw new ApiProblem('not_on_this_phone', {}, 0);
    await this.parts.people.enter(user, null);
    this.#stand(user);
  }

  /** Back to the sign-in page for the next person; nothing is forgotten. */
  async switchUser(): Promise<void> {
    await this.parts.people.leave();
    await this.#goOut();
  }

  /** Ends the login here and on the server if it can be reached. Unsent edits stay and are sent after the next login. */
  async signOut(): Promise<void> {
    const { user, parts } = this;
    if (!user) return;
    const secrets = await parts.people.secrets(user);
    await parts.people.signOut(user);
    await this.#goOut();
    if (secrets) await this.#logOut(secrets).catch(() => undefined);
  }

  /** After a quiet quarter of an hour a logout needs a refresh first, else the session lives on for weeks. */
  async #logOut({ csrf, refresh_csrf }: Secrets): Promise<void> {
    const { api } = this.parts;
    const logout = (value: string): Promise<void> => api.bare('post', '/api/auth/logout', {}, value);
    try {
      await logout(csrf);
    } catch (error) {
      // Once the next person has entered, the cookies are theirs.
      if (!(error instanceof ApiProblem) || error.status !== 401 || this.user) return;
      await logout((await api.bare('post', '/api/auth/refresh', {}, refresh_csrf)).csrf);
    }
  }

  /** What the sign-in page may offer; asks the server. */
  doors(): Promise<Doors> {
    return this.parts.api.bare('get', '/api/auth/doors');
  }

  /** Reads `known` again, with the counts of unsent edits. */
  async refreshKnown(): Promise<void> {
    this.known = await this.parts.people.all().catch(() => []);
  }

  /** Calls `then` after each login or refresh; the returned function ends it. */
  onRenewed(then: () => void): () => void {
    this.#renewed.add(then);
    return () => this.#renewed.delete(then);
  }

  /** Of this phone. */
  deviceId(): Promise<string> {
    return this.parts.people.deviceId();
  }

  async csrf(): Promise<string | null> {
    const secrets = this.user && (await this.parts.people.secrets(this.user));
    return secrets?.csrf ?? null;
  }

  refresh(spent: string | null): Promise<boolean> {
    const user = this.user;
    if (!user) return Promise.resolve(false);
    return this.parts.exclusive(`gemba-refresh:${user.person_id}`, async () => {
      const held = await this.parts.people.secrets(user);
      if (!held) return false;
      if (held.csrf !== spent) return true; // another tab has done it meanwhile
      try {
        const fresh = await this.parts.api.bare('post', '/api/auth/refresh', {}, held.refresh_csrf);
        if (await this.parts.people.renew(user, fresh)) return true;
        // Signed out while the server answered: what it has just given ends as well.
        await this.#logOut(fresh).catch(() => undefined);
        return false;
      } catch (error) {
        if (error instanceof ApiProblem && error.status === 401) return false;
        throw error;
      }
    });
  }

  async #welcome(path: '/api/auth/login' | '/api/auth/enrol' | '/api/auth/demo', who: Record<string, string>): Promise<void> {
    const { people, api, deviceLabel } = this.parts;
    const device = await people.deviceId();
    const welcome = await api.bare('post', path, { ...who, device, device_label: deviceLabel });
    await people.enter(welcome.user, welcome);
    this.#stand(welcome.user);
    for (const then of this.#renewed) then();
  }

  #stand(user: User): void {
    this.parts.api.use(this);
    // The same person again keeps the same object, so that nothing is torn down by a renewed login.
    if (this.user?.person_id !== user.person_id) this.user = user;
    this.state = 'signed_in';
  }

  async #goOut(): Promise<void> {
    this.parts.api.use(null);
    this.user = null;
    this.state = 'signed_out';
    await this.refreshKnown();
  }
}
