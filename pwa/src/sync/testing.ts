/** A phone's surroundings for tests: a disk that can fail, a clock that stands still, chance that repeats itself. */
import 'fake-indexeddb/auto';
import { UserDb } from '../db/user-db';
import type { Chance } from '../foundation/chance';
import type { Clock } from '../foundation/clock';
import type { Exclusive } from '../foundation/exclusive';
import type { Answer, Post } from '../foundation/post';
import type { Surroundings } from './triggers';

export const DEVICE = 'Zm9vYmFyYmF6cXV4cXV1eA';
export const ANN = 'AZq2Yb1cdEaAbbccddeeff';
export const BO = 'b0JvUGhvbmVPZkJvMTIzNA.AZq2Yb1cdEeBobobobobob';
export const own = (n: number): string => `${DEVICE}.${ANN}.${n}`;

let databases = 0;

/** An empty database of one person; a second handle on it stands for a second tab. */
export async function freshDb(): Promise<UserDb> {
  const db = new UserDb(`gemba:north:${++databases}`);
  await db.write(['meta'], (tx) => tx.objectStore('meta').put(DEVICE, 'device'));
  return db;
}

export class TestClock implements Clock {
  #timers = new Map<() => void, number>();

  constructor(private at = 1_795_537_890_000) {}

  now(): number {
    return this.at;
  }

  after(ms: number, then: () => void): () => void {
    this.#timers.set(then, this.at + ms);
    return () => this.#timers.delete(then);
  }

  /** Lets time pass and rings what is due. */
  pass(ms: number): void {
    this.at += ms;
    for (const [then, due] of [...this.#timers]) {
      if (due > this.at) continue;
      this.#timers.delete(then);
      then();
    }
  }
}

/** Chance from a seed (mulberry32). */
export class TestChance implements Chance {
  constructor(private seed = 1) {}

  fraction(): number {
    this.seed = (this.seed + 0x6d2b79f5) | 0;
    let t = Math.imul(this.seed ^ (this.seed >>> 15), 1 | this.seed);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  }

  token(): string {
    return Math.floor(this.fraction() * 1e9).toString(36).padStart(22, 'x');
  }
}

export const alone: Exclusive = (_name, work) => work();

export class TestSurroundings implements Surroundings {
  readonly window = new EventTarget();
  visibilityState: DocumentVisibilityState = 'visible';
  readonly #seen = new EventTarget();
  readonly document: Surroundings['document'];

  constructor() {
    const seen = this.#seen;
    const state = (): DocumentVisibilityState => this.visibilityState;
    this.document = {
      addEventListener: seen.addEventListener.bind(seen),
      removeEventListener: seen.removeEventListener.bind(seen),
      get visibilityState() {
        return state();
      },
    } as Surroundings['document'];
  }

  online(): void {
    this.window.dispatchEvent(new Event('online'));
  }
}

type Fault = 'crash' | 'quota' | 'dead';

/**
 * Lets the k-th write from now on fail while `work` runs: `crash` ends the transaction as a killed browser does, `quota`
 * as a full disk does, `dead` as a handle that the browser has dropped.
 */
export async function withFault<T>(fault: Fault, k: number, work: () => Promise<T>): Promise<T> {
  const store = IDBObjectStore.prototype;
  const real = { put: store.put, add: store.add, delete: store.delete };
  let left = k;
  for (const name of ['put', 'add', 'delete'] as const) {
    store[name] = function (this: IDBObjectStore, ...args: never[]) {
      if (--left === 0) {
        const transaction = this.transaction as unknown as { _abort(name: string): void };
        transaction._abort(fault === 'quota' ? 'QuotaExceededError' : 'AbortError');
        throw new DOMException('', fault === 'dead' ? 'InvalidStateError' : fault === 'crash' ? 'DataError' : 'AbortError');
      }
      return (real[name] as (...all: never[]) => IDBRequest).apply(this, args);
    } as never;
  }
  try {
    return await work();
  } finally {
    Object.assign(store, real);
  }
}

/** Every byte of a database, to compare before and after. */
export function everything(db: UserDb): Promise<unknown> {
  const stores = ['meta', 'rows', 'scopes', 'outbox', 'ledger'] as const;
  return db.read([...stores], (tx) => Promise.all(stores.map((name) => tx.objectStore(name).getAll())));
}

export const json = (body: unknown, status = 200): Answer => ({
  got: 'answer',
  status,
  type: 'application/json',
  retry_after_s: null,
  body,
});

export const problem = (code: string, status: number): Answer => ({
  got: 'answer',
  status,
  type: 'application/problem+json',
  retry_after_s: null,
  body: { code },
});

export const page = (status: number): Answer => ({ got: 'answer', status, type: 'text/html', retry_after_s: null, body: null });

/** A server that answers as it is told, one request after the other, and keeps what it was sent. */
export class ScriptedServer {
  readonly bodies: unknown[][] = [];
  readonly headers: Record<string, string>[] = [];
  #script: ((request: unknown[]) => Answer)[] = [];

  then(...answers: ((request: unknown[]) => Answer)[]): this {
    this.#script.push(...answers);
    return this;
  }

  readonly post: Post = (_path, body, headers) => {
    const request = JSON.parse(JSON.stringify(body)) as unknown[];
    this.bodies.push(request);
    this.headers.push(headers);
    return Promise.resolve(this.#script.shift()?.(request) ?? { got: 'offline' });
  };
}

interface Answering {
  epoch?: string;
  access?: string;
  seq?: number;
  receipts?: unknown[];
  scopes?: string[] | 0;
  deltas?: unknown[];
  writers?: string[];
}

/** An answer of the protocol to whatever was asked. */
export const answering =
  (what: Answering = {}) =>
  (request: unknown[]): Answer =>
    json([
      1,
      request[3],
      what.epoch ?? 'ep',
      what.access ?? 'acc',
      what.seq ?? 20,
      what.receipts ?? [],
      what.scopes ?? 0,
      what.deltas ?? [],
      what.writers ?? [],
      0,
    ]);
