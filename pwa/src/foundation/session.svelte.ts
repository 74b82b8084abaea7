/**
 * Who is at this phone. Several people may have signed in on one phone; each has a database of their own. Entering
 * needs no network for somebody who was here and has not signed out. An expired login never ends the session here:
 * scoring goes on, sending pauses, and signing in again goes on where it stopped.
 */
import type { Credentials, Login } from './credentials';
import type { Hall, HallParts, Way } from './entrance';
import type { Exclusive } from './exclusive';
import type { Doors, Entered, KnownUser, Opened, Opener, PhoneState, Protected, Secrets, User } from './people';
import { ApiProblem } from './problem';

export interface SessionParts extends HallParts {
  exclusive: Exclusive;
  /** Where requests look who is signed in. */
  login: Login;
}

/** Coming in and going out: a cold start does without. */
const entrance = () => import('./entrance');

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
  #beforeLock = new Set<() => Promise<unknown>>();
  #renewed = new Set<() => void>();

  readonly #hall: Hall;

  constructor(private readonly parts: SessionParts) {
    this.#hall = {
      ...parts,
      now: this,
      owed: null,
      forgotten: '',
      stand: (user) => this.#stand(user),
      goOut: () => this.#goOut(),
      dropKey: () => this.#dropKey(),
      learn: (phone, drainOnly) => this.#learn(phone, drainOnly),
      renewed: () => this.#renewed.forEach((then) => then()),
    };
  }

  /** Enters whoever was here last; asks no network. Resolves when `state` is final. */
  async start(): Promise<void> {
    const user = await this.parts.people.last().catch(() => null);
    if (user) this.#stand(user);
    else await this.#goOut();
  }

  signIn(who: { plant: string; employee_no: string; password: string }): Promise<void> {
    return this.#welcome('login', who);
  }

  /** The first time, or after a forgotten password: HR's one-time code and the password that is to hold from now on. */
  enrol(who: { plant: string; employee_no: string; code: string; password: string }): Promise<void> {
    return this.#welcome('enrol', who);
  }

  signInDemo(who: { plant: string; employee_no: string }): Promise<void> {
    return this.#welcome('demo', who);
  }

  /** Somebody of `known` goes on without a login. Refused by `not_on_this_phone` after a sign-out. */
  useOffline = async (personId: string): Promise<void> => (await entrance()).useOffline(this.#hall, personId);
  /** Opens by PIN or platform key whoever is `waiting`, or one of `known`; no network needed. */
  unlock = async (personId: string, by: Opener): Promise<Opened> => (await entrance()).unlock(this.#hall, personId, by);
  /** Whoever is `waiting` for it chooses a PIN and is in; somebody who is in puts one in front, or takes it away (null). */
  protect = async (pin: string | null, platform: boolean): Promise<Protected> => (await entrance()).protect(this.#hall, pin, platform);
  /** What lay here was handed in: nothing of this person stays. */
  handedIn = async (): Promise<void> => (await entrance()).handedIn(this.#hall);

  async #welcome(door: Way, who: Record<string, string>): Promise<void> {
    return (await entrance()).welcome(this.#hall, door, who);
  }

  async #logOut(secrets: Secrets): Promise<void> {
    return (await entrance()).logOut(this.#hall, secrets);
  }

  /** The login of this person is followed by a new PIN. */
  forgetPin(personId: string): void {
    this.#hall.forgotten = personId;
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

  /** Back to the sign-in page for the next person; nothing is forgotten. */
  async switchUser(): Promise<void> {
    await this.#dropKey();
    await this.parts.people.leave();
    await this.#goOut();
  }

  /** Ends the login here and on the server if it can be reached. Unsent edits stay and are sent after the next login. */
  signOut = async (): Promise<void> => (await entrance()).signOut(this.#hall);

  /** What the sign-in page may offer; asks the server. */
  async doors(): Promise<Doors> {
    return (await this.parts.api()).bare('get', '/api/auth/doors');
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
        const fresh = await (await this.parts.api()).bare('post', '/api/auth/refresh', {}, held.refresh_csrf);
        this.#learn(fresh.phone, fresh.drain_only);
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
    return this.#welcome('drain', who);
  }

  /** Asks the server whether this phone is shared or lost; on a locked phone nobody has a login that could. */
  askAboutPhone = async (plant: string): Promise<void> => (await entrance()).askAboutPhone(this.#hall, plant);

  /** Asks whether this session only hands in: the phone has been told that it may hold nothing. */
  askAboutSession(): void {
    void entrance().then(({ askAboutSession }) => askAboutSession(this.#hall)).catch(() => undefined);
  }

  #learn(phone: PhoneState, drainOnly: boolean): void {
    this.draining = drainOnly;
    void this.parts.people.remember(phone).catch(() => undefined);
  }

  #stand(user: User): void {
    this.parts.login.held = this;
    // The same person again keeps the same object, so that nothing is torn down by a renewed login.
    if (this.user?.person_id !== user.person_id) this.user = user;
    this.state = 'signed_in';
  }

  async #goOut(): Promise<void> {
    this.parts.login.held = null;
    this.user = null;
    this.guarded = false;
    this.waiting = null;
    this.#hall.owed = null;
    this.state = 'signed_out';
    await this.refreshKnown();
  }
}
