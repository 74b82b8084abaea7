/**
 * Who is at this phone. Several people may have signed in on one phone; each has a database of their own. Entering
 * needs no network for somebody who was here and has not signed out. An expired login never ends the session here:
 * scoring goes on, sending pauses, and signing in again goes on where it stopped.
 */
import type { Api, Credentials } from './api';
import type { Exclusive } from './exclusive';
import type { Doors, Entered, KnownUser, Opened, Opener, PeopleStore, PhoneState, Secrets, Terms, User } from './people';
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
  /** Whoever is let in by the server and stands before the PIN: it is to be chosen (`choose_pin`) or typed (`locked`). */
  waiting = $state.raw<{ user: User; for: Exclude<Entered, 'in'> } | null>(null);
  /** A PIN stands before this person's values: the app locks by itself. */
  guarded = $state(false);
  /** This phone is lost: what lies here is handed in, and nothing comes any more. */
  draining = $state(false);
  /** This phone goes from hand to hand. */
  shared = $state(false);
  /** Whoever has forgotten the PIN chooses another one after the login. */
  #forgotten = '';
  #owed: { secrets: Secrets | null; terms: Terms | undefined } | null = null;
  #beforeLock = new Set<() => Promise<unknown>>();
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
    await this.#enter(user, null);
  }

  /** Opens by PIN or platform key whoever is `waiting`, or one of `known`; no network needed. */
  async unlock(personId: string, by: Opener): Promise<Opened> {
    const user = [this.waiting?.user, ...this.known].find((one) => one?.person_id === personId);
    if (!user) throw new ApiProblem('not_on_this_phone', {}, 0);
    const opened = await this.parts.people.unlock(user, by);
    if (opened.was === 'open') await this.#enter(user, this.#owed?.secrets ?? null, this.#owed?.terms);
    return opened;
  }

  /** Whoever is `waiting` for it chooses a PIN and is in; somebody who is in puts one in front, or takes it away (null). */
  async protect(pin: string | null, platform: boolean): Promise<'done' | 'no_platform' | 'login'> {
    const user = this.waiting?.user ?? this.user;
    if (!user) return 'login';
    const done = await this.parts.people.protect(user, pin, platform);
    if (done === 'login') return done;
    this.#forgotten = '';
    if (this.waiting) await this.#enter(user, this.#owed?.secrets ?? null, this.#owed?.terms);
    this.guarded = pin !== null;
    return done;
  }

  /** The login of this person is followed by a new PIN. */
  forgetPin(personId: string): void {
    this.#forgotten = personId;
  }

  /** What must be on the disk before the key goes; the returned function ends it. */
  beforeLock(save: () => Promise<unknown>): () => void {
    this.#beforeLock.add(save);
    return () => this.#beforeLock.delete(save);
  }

  /** Back to the PIN. The key goes once what is being written is durable. */
  async lock(): Promise<void> {
    await this.#dropKey();
    await this.#goOut();
  }

  async #dropKey(): Promise<void> {
    const user = this.user;
    if (!user || !this.guarded) return;
    await Promise.all([...this.#beforeLock].map((save) => save().catch(() => undefined)));
    this.parts.people.lock(user);
  }

  /** What lay here was handed in: nothing of this person stays. */
  async handedIn(): Promise<void> {
    const { user } = this;
    if (!user) return;
    await this.#goOut();
    await this.parts.people.leave();
    await this.parts.people.forget(user);
    this.draining = false;
    await this.refreshKnown();
  }

  /** Back to the sign-in page for the next person; nothing is forgotten. */
  async switchUser(): Promise<void> {
    await this.#dropKey();
    await this.parts.people.leave();
    await this.#goOut();
  }

  /** Ends the login here and on the server if it can be reached. Unsent edits stay and are sent after the next login. */
  async signOut(): Promise<void> {
    const { user, parts } = this;
    if (!user) return;
    const secrets = await parts.people.secrets(user);
    await this.#dropKey();
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
        this.#learn(fresh.phone);
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

  /** HR's one-time code hands in what lies here of somebody whose PIN, password or account is gone. */
  drain(who: { plant: string; employee_no: string; code: string }): Promise<void> {
    return this.#welcome('/api/auth/drain', who);
  }

  /** Asks the server whether this phone is shared or lost; on a locked phone nobody has a login that could. */
  async askAboutPhone(plant: string): Promise<void> {
    const device = await this.parts.people.deviceId();
    await this.parts.people.remember(await this.parts.api.bare('post', '/api/devices/state', { plant, device }));
  }

  /** Asks whether this session only hands in: the phone has been told that it may hold nothing. */
  askAboutSession(): void {
    const asked = this.parts.api.get('/api/auth/me');
    void asked.then(({ drain_only }) => drain_only && this.#learn({ shared: false, lost: true }), () => undefined);
  }

  #learn(phone: PhoneState): void {
    this.draining = phone.lost;
    void this.parts.people.remember(phone).catch(() => undefined);
  }

  async #welcome(path: '/api/auth/login' | '/api/auth/enrol' | '/api/auth/demo' | '/api/auth/drain', who: Record<string, string>): Promise<void> {
    const { people, api, deviceLabel } = this.parts;
    const device = await people.deviceId();
    const welcome = await api.bare('post', path, { ...who, device, device_label: deviceLabel });
    const { phone, recovery } = welcome;
    this.#learn(phone);
    await this.#enter(welcome.user, welcome, recovery ? { phone, recovery } : undefined);
    for (const then of this.#renewed) then();
  }

  async #enter(user: User, secrets: Secrets | null, terms?: Terms): Promise<void> {
    const { people } = this.parts;
    const let_in = await people.enter(user, secrets, terms);
    const entered = let_in === 'in' && terms && this.#forgotten === user.person_id ? 'choose_pin' : let_in;
    this.#owed = entered === 'in' ? null : { secrets, terms };
    this.waiting = entered === 'in' ? null : { user, for: entered };
    if (entered !== 'in') return;
    // On the sign-in page the one who was here before may still be: that key goes.
    if (this.user?.person_id !== user.person_id) await this.#dropKey();
    this.guarded = await people.isProtected(user);
    this.shared = await people.isShared();
    this.#stand(user);
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
    this.guarded = false;
    this.waiting = null;
    this.#owed = null;
    this.state = 'signed_out';
    await this.refreshKnown();
  }
}
