/** A phone and its tabs: the product's session and phone on a storage, a network and a clock in the simulation's hand. */
import type { EvaluationRow } from '../src/sync/types';
import type { Client } from './client.ts';
import type { Dice } from './dice.ts';
import { Disk, type Holder } from './disk.ts';
import { queueTask, type Time } from './loop.ts';
import { Net } from './net.ts';

export interface Person {
  employee_no: string;
  /** As on the wire. */
  id: string;
}

/** How long a tab waits for another one's lock, as the product does. */
const LOCK_WAIT_MS = 20_000;
type Channel = Pick<BroadcastChannel, 'name' | 'postMessage' | 'close' | 'onmessage'>;
type Phone = InstanceType<Client['Phone']>;
type Session = InstanceType<Client['Session']>;

export interface Sheet {
  phone: Phone;
  line: number;
  /** What its writer knows of the row. */
  seen: () => EvaluationRow;
  text: string;
  hand: InstanceType<Client['Hand']>;
}

export interface Around {
  time: Time;
  dice: Dice;
  plant: string;
  startMs: number;
  planted: string;
  load: (globals: { indexedDB: unknown; localStorage: unknown; planted: string }) => Client;
  /** Web Locks may be missing. */
  locks: boolean;
}

interface Waiter {
  tab: Tab;
  enter: () => void;
}

/** One installation: storage, cookies, and a wall clock that may be wrong. */
export class Device {
  readonly disk = new Disk();
  readonly net: Net;
  readonly tabs: Tab[] = [];
  readonly hints = new Map<string, string>();
  readonly locks = new Map<string, Waiter[]>();
  /** Wall clock against the true time. */
  skew = 0;

  readonly name: string;
  /** Who holds it now. */
  person: Person;
  /** Who has held it. */
  readonly people: Person[];
  readonly around: Around;

  constructor(name: string, person: Person, around: Around) {
    this.name = name;
    this.person = person;
    this.people = [person];
    this.around = around;
    this.net = new Net(() => around.time.now);
  }

  get alive(): Tab[] {
    return this.tabs.filter((tab) => !tab.dead);
  }

  get wall(): number {
    return Math.round(this.around.startMs + this.around.time.now + this.skew);
  }

  open(): Tab {
    const tab = new Tab(this);
    this.tabs.push(tab);
    return tab;
  }
}

export class Tab implements Holder {
  dead = false;
  visible = true;
  /** Its storage failed under it: what it shows may be behind until it is told or opened anew. */
  doubtful = false;
  phone: Phone | null = null;
  /** A comment that is being typed: modal, and open as long as its writer likes. */
  sheet: Sheet | null = null;
  readonly session: Session;
  readonly client: Client;
  readonly window = new EventTarget();
  readonly #document = new EventTarget();
  readonly channels: Channel[] = [];
  #held: (() => void)[] = [];

  readonly device: Device;

  constructor(device: Device) {
    this.device = device;
    const { around, hints } = device;
    const localStorage = {
      getItem: (key: string) => hints.get(key) ?? null,
      setItem: (key: string, value: string) => void (this.dead || hints.set(key, value)),
      removeItem: (key: string) => void (this.dead || hints.delete(key)),
    };
    this.client = around.load({ indexedDB: device.disk.openFor(this), localStorage, planted: around.planted });
    const { Api, Session, StoredPeople } = this.client;
    const login = { held: null };
    const api = new Api(login, device.net.fetchFor(this));
    this.session = new Session({
      people: new StoredPeople(this.clock, this.chance, localStorage),
      login,
      api: () => Promise.resolve(api),
      exclusive: this.exclusive,
      agent: device.name,
    });
  }

  get disk(): Disk {
    return this.device.disk;
  }

  readonly clock = {
    now: () => this.device.wall,
    after: (ms: number, then: () => void) => this.device.around.time.after(ms, () => void (this.dead || then())),
  };

  readonly chance = {
    fraction: () => this.device.around.dice.fraction(),
    token: () => this.device.around.dice.token(),
  };

  /** Whoever was here last goes on, with or without a network. */
  async start(): Promise<void> {
    await this.session.start();
    this.stand();
  }

  async signIn(): Promise<void> {
    const { around, person } = this.device;
    await this.session.signInDemo({ plant: around.plant, employee_no: person.employee_no });
    this.stand();
  }

  /** The next person takes this phone; what the last one has not sent stays. */
  async pass(to: Person, leaving: 'switch' | 'sign_out'): Promise<void> {
    await (leaving === 'switch' ? this.session.switchUser() : this.session.signOut());
    this.device.person = to;
    this.stand();
    await this.signIn();
  }

  /** Whoever is signed in, as rows name them. */
  get me(): string | null {
    const { user } = this.session;
    return user && this.client.short(user.person_id);
  }

  /** As App.svelte does: a phone for whoever is signed in, closed when that is another person. */
  stand(): void {
    const { user } = this.session;
    if (this.phone && this.phone.user.person_id !== user?.person_id) {
      this.phone.close();
      this.phone = null;
      this.sheet = null;
      this.channels.length = 0;
    }
    if (!user || this.phone) return;
    const { Phone, short, userDb, userDbName, postBy } = this.client;
    const db = userDb(userDbName(user));
    this.phone = new Phone(user, short(user.person_id), {
      db,
      credentials: this.session,
      deviceId: () => this.session.deviceId(),
      post: postBy(this.device.net.fetchFor(this)),
      exclusive: this.exclusive,
      clock: this.clock,
      chance: this.chance,
      around: { window: this.window, document: this.document },
      channel: this.#channel(db.name),
      storage: null,
    });
  }

  /** Web Locks of this phone: one at a time, given up after a while, freed when a tab dies. */
  readonly exclusive = async <T>(name: string, work: () => Promise<T>): Promise<T> => {
    const { around, locks } = this.device;
    if (this.dead) return new Promise(() => undefined);
    if (!around.locks) return work();
    const waiting = locks.get(name) ?? [];
    if (!locks.has(name)) locks.set(name, waiting);
    else {
      const got = await new Promise<boolean>((resolve) => {
        const waiter = { tab: this, enter: (): void => resolve(true) };
        waiting.push(waiter);
        around.time.after(LOCK_WAIT_MS, () => {
          const at = waiting.indexOf(waiter);
          if (at >= 0) waiting.splice(at, 1);
          resolve(false);
        });
      });
      if (!got) return work();
    }
    let freed = false;
    const free = (): void => {
      if (freed) return;
      freed = true;
      let next = waiting.shift();
      while (next?.tab.dead) next = waiting.shift();
      if (next) next.enter();
      else locks.delete(name);
    };
    this.#held.push(free);
    if (this.dead) {
      free(); // it died in the moment in which it got the lock
      return new Promise(() => undefined);
    }
    try {
      return await work();
    } finally {
      free();
    }
  };

  get document(): Pick<Document, 'addEventListener' | 'removeEventListener' | 'visibilityState'> {
    const [tab, target] = [this, this.#document];
    return {
      addEventListener: target.addEventListener.bind(target),
      removeEventListener: target.removeEventListener.bind(target),
      get visibilityState(): DocumentVisibilityState {
        return tab.visible ? 'visible' : 'hidden';
      },
    } as Pick<Document, 'addEventListener' | 'removeEventListener' | 'visibilityState'>;
  }

  show(visible: boolean): void {
    this.visible = visible;
    this.#document.dispatchEvent(new Event('visibilitychange'));
  }

  online(): void {
    this.window.dispatchEvent(new Event('online'));
  }

  #channel(name: string): Channel {
    const channel: Channel = {
      name,
      onmessage: null,
      close: () => undefined,
      postMessage: (data: unknown) => {
        if (this.dead) return;
        for (const other of this.device.alive) {
          for (const one of other.channels) {
            if (other === this || one.name !== name) continue;
            queueTask(() => void (other.dead || one.onmessage?.call(one as BroadcastChannel, { data } as MessageEvent)));
          }
        }
      },
    };
    this.channels.push(channel);
    return channel;
  }

  /** Closed by hand, orderly as a page that is left. */
  close(): void {
    this.phone?.close();
    this.kill();
  }

  /** The process is gone; nothing of it runs on. */
  kill(): void {
    if (this.dead) return;
    this.dead = true;
    this.disk.release(this);
    this.device.net.forget(this);
    for (const free of this.#held) free();
  }
}
