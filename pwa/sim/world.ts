/** One seed's world: phones with their tabs, the plant behind them, the weather between, and the oracle. */
import { Dice } from './dice.ts';
import type { Kinds } from './nemesis.ts';
import { forgetTasks, settle, Time } from './loop.ts';
import { type Exchange, type Reply, type Server, redirected, responseOf } from './net.ts';
import { Oracle, Violation } from './oracle.ts';
import { Reads } from './reads.ts';
import { type Around, Device, type Person, type Tab } from './tab.ts';

export interface Plant {
  plant: string;
  start_ms: number;
  people: Record<'rater' | 'delegate' | 'worker', Person>;
}

export class World {
  readonly dice: Dice;
  readonly time = new Time();
  readonly oracle = new Oracle();
  readonly reads = new Reads();
  readonly devices: Device[] = [];
  readonly faults = new Map<string, number>();
  /** What happened, in order: printed when a seed fails. */
  readonly story: string[] = [];
  /** Edits whose saving is under way. */
  readonly #doing = new Map<Promise<void>, Tab>();
  failure: Error | null = null;
  backups = 0;
  /** One person with one phone: nobody else's edit can move what they see. */
  alone = false;
  /** Who may take each other's phone. */
  shared: Plant['people'] | null = null;
  kinds: Kinds = { on: new Set(), going: {}, coming: {} };
  around: Around | null = null;

  readonly server: Server;
  readonly #load: Around['load'];
  readonly #planted: string;

  constructor(seed: number, server: Server, load: Around['load'], planted: string) {
    this.server = server;
    this.#load = load;
    this.#planted = planted;
    this.dice = new Dice(seed);
  }

  async lay(): Promise<Plant> {
    forgetTasks();
    const plant = await this.server.tell<Plant>('reset');
    this.server.startMs = plant.start_ms;
    this.around = {
      time: this.time,
      dice: this.dice,
      plant: plant.plant,
      startMs: plant.start_ms,
      planted: this.#planted,
      load: this.#load,
      locks: !this.dice.chance(0.15),
    };
    return plant;
  }

  phone(name: string, person: Person): Device {
    if (!this.around) throw new Error('lay the plant first');
    const device = new Device(name, person, this.around);
    device.disk.onTrouble = (kind) => this.fault(kind);
    this.devices.push(device);
    return device;
  }

  note(what: string): void {
    this.story.push(`${(this.time.now / 1000).toFixed(1)} ${what}`);
  }

  fault(kind: string): void {
    this.faults.set(kind, (this.faults.get(kind) ?? 0) + 1);
    this.note(`! ${kind}`);
  }

  /** Follows an edit to its end: a promise kept, a refusal (nothing was promised), or a violation. */
  follow(tab: Tab, done: Promise<unknown>): void {
    const end = done.then(() => undefined, (error: unknown) => {
      if (error instanceof Violation) this.failure ??= error;
      else if (!tab.dead && (error as Error).name !== 'StorageFailed') this.failure ??= new Violation('refused-in-words', String(error));
    });
    this.#doing.set(end, tab);
    void end.then(() => this.#doing.delete(end));
  }

  /** Edits that still wait for their phone's word. Those of a killed tab got theirs: none. */
  get waiting(): number {
    return [...this.#doing.values()].filter(({ dead }) => !dead).length;
  }

  /** Lets everything happen that can, and looks whether what was promised is still there. */
  async rest(): Promise<void> {
    await settle();
    this.check();
  }

  check(): void {
    if (this.failure) throw this.failure;
    this.oracle.checkDisks();
    for (const device of this.devices) this.reads.check(device);
    if (this.alone) for (const { alive } of this.devices) for (const tab of alive) this.oracle.checkView(tab);
    if (this.server.broken.length) throw new Violation('no-500', this.server.broken.join(' '));
  }

  get under(): { device: Device; exchange: Exchange }[] {
    return this.devices.flatMap((device) => device.net.under.map((exchange) => ({ device, exchange })));
  }

  async arrive(device: Device, exchange: Exchange): Promise<void> {
    exchange.reply = await this.server.pass(exchange, this.time.now);
    device.net.answered.push({ path: exchange.path, reply: exchange.reply });
    this.note(`${device.name} ${exchange.path} ${exchange.reply.status}`);
    if (!exchange.holder) device.net.drop(exchange);
  }

  hand(device: Device, exchange: Exchange, reply: Omit<Reply, 'cookies'> & { cookies?: string[] }, cut = false): void {
    device.net.drop(exchange);
    device.net.cookies.take(reply.cookies ?? []);
    if (exchange.holder && !exchange.holder.dead) exchange.resolve(responseOf(reply, cut));
  }

  fail(device: Device, exchange: Exchange, how: 'refused' | 'timeout' | 'redirect'): void {
    device.net.drop(exchange);
    if (!exchange.holder || exchange.holder.dead) return;
    if (how === 'redirect') exchange.resolve(redirected());
    else exchange.reject(how === 'timeout' ? new DOMException('', 'TimeoutError') : new TypeError('Failed to fetch'));
  }

  /** Everything under way goes through, and what it causes too. */
  async clear(most = 200): Promise<void> {
    await settle();
    for (let left = most; ; left--) {
      const [first] = this.under.filter(({ exchange }) => !exchange.hung);
      if (!first) return;
      if (left === 0) throw new Violation('rounds-end', 'requests without end');
      if (!first.exchange.reply) await this.arrive(first.device, first.exchange);
      if (first.exchange.reply && first.device.net.under.includes(first.exchange)) this.hand(first.device, first.exchange, first.exchange.reply);
      await settle();
    }
  }
}
