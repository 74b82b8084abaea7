/**
 * One phone's storage: fake-indexeddb, shared by the tabs of that phone, with a hand on each of its steps. A tab can be
 * killed before any write or right after a commit; a write can find no room or an ailing disk; a handle can die; and what
 * was not written strictly is lost when the power goes.
 */
import { forceCloseDatabase, IDBDatabase, IDBFactory, IDBTransaction } from 'fake-indexeddb';

interface RawRequest {
  dispatchEvent(event: Event): boolean;
  result: unknown;
  addEventListener(type: string, then: () => void): void;
}

interface RawTransaction {
  mode: IDBTransactionMode;
  durability: string;
  db: RawConnection;
  _state: string;
  _rollbackLog: (() => void)[];
  _abort(name: string): void;
  dispatchEvent(event: Event): boolean;
}

interface RawRecord {
  key: unknown;
  value: unknown;
}

interface RawStore {
  name: string;
  records: { values(): Iterable<RawRecord> };
  storeRecord(record: RawRecord, noOverwrite: boolean): void;
  clear(): void;
}

interface RawDatabase {
  name: string;
  transactions: RawTransaction[];
  rawObjectStores: Map<string, RawStore>;
  processTransactions(): void;
}

interface RawConnection {
  _rawDatabase: RawDatabase;
  _closePending: boolean;
  close(): void;
  dispatchEvent(event: Event): boolean;
}

/** Whoever holds connections: a tab. */
export interface Holder {
  readonly disk: Disk;
  readonly dead: boolean;
  kill(): void;
}

const holders = new WeakMap<RawConnection, Holder>();
const handles = new WeakMap<Holder, Set<RawConnection>>();

export type Trouble =
  | { kind: 'crash'; at: 'write' | 'before_commit' | 'after_commit'; left: number; holder: Holder }
  | { kind: 'quota' | 'ailing'; left: number };

export class Disk {
  readonly #factory = new IDBFactory();
  /** What happens at the n-th write or commit from now on. */
  trouble: Trouble | null = null;
  /** No room: for rows alone, or for anything. */
  full: 'no' | 'rows' | 'all' = 'no';
  /** Told when a trouble has come to pass. */
  onTrouble: (kind: string) => void = () => undefined;
  /** How it was before the first write that no strict commit has made sure of since. */
  #unsure = new Map<string, Map<string, RawRecord[]>>();

  /** `indexedDB` as one tab sees it. */
  openFor(holder: Holder): Pick<globalThis.IDBFactory, 'open'> {
    return {
      open: (name: string, version?: number) => {
        const request = this.#factory.open(name, version);
        const raw = request as unknown as RawRequest;
        const real = raw.dispatchEvent.bind(raw);
        raw.dispatchEvent = (event) => {
          if (event.type === 'success') this.#opened(raw.result as RawConnection, holder);
          return holder.dead && event.type !== 'upgradeneeded' ? true : real(event);
        };
        return request;
      },
    };
  }

  #opened(connection: RawConnection, holder: Holder): void {
    if (holder.dead) return connection.close();
    holders.set(connection, holder);
    const held = handles.get(holder) ?? new Set();
    handles.set(holder, held.add(connection));
  }

  /** The tab is gone: what it was about to write is undone, what it has committed stays. */
  release(holder: Holder): void {
    for (const connection of handles.get(holder) ?? []) {
      abortAll(connection, 'AbortError');
      connection.close();
      connection._rawDatabase.processTransactions();
    }
    handles.delete(holder);
    if (this.trouble?.kind === 'crash' && this.trouble.holder === holder) this.trouble = null;
  }

  /** The browser has ended this tab's handles; with or without a word about it. */
  loseHandles(holder: Holder, said: boolean): void {
    for (const connection of handles.get(holder) ?? []) {
      abortAll(connection, 'AbortError');
      if (said) forceCloseDatabase(connection as never);
      else connection.close();
      connection._rawDatabase.processTransactions();
    }
    handles.delete(holder);
  }

  /** Before a write of a product's transaction is carried out. */
  beforeWrite(transaction: RawTransaction, store: string, adds: boolean): 'go' | 'gone' {
    const { trouble } = this;
    const holder = holders.get(transaction.db);
    if (transaction.durability !== 'strict') this.#noteUnsure(transaction.db._rawDatabase);
    if (adds && (this.full === 'all' || (this.full === 'rows' && store === 'rows'))) throw failure('QuotaExceededError');
    if (!trouble || (trouble.kind === 'crash' && (trouble.at !== 'write' || trouble.holder !== holder))) return 'go';
    if ((trouble.kind === 'quota' && !adds) || --trouble.left > 0) return 'go';
    this.trouble = null;
    this.onTrouble(trouble.kind === 'crash' ? 'crash_at_write' : trouble.kind);
    if (trouble.kind === 'crash') {
      trouble.holder.kill();
      return 'gone';
    }
    throw failure(trouble.kind === 'quota' ? 'QuotaExceededError' : 'UnknownError');
  }

  /** All writes of a product's transaction are done. It is on disk unless the crash comes first; its page knows neither. */
  committing(transaction: RawTransaction): void {
    if (transaction.mode !== 'readwrite') return;
    const { trouble } = this;
    const due = trouble?.kind === 'crash' && trouble.at !== 'write' && trouble.holder === holders.get(transaction.db) && --trouble.left <= 0;
    if (due && trouble.at === 'before_commit') for (const undo of transaction._rollbackLog.reverse()) undo();
    else if (transaction.durability === 'strict') this.#unsure.clear();
    if (!due) return;
    this.trouble = null;
    this.onTrouble(`crash_${trouble.at}`);
    trouble.holder.kill();
  }

  #noteUnsure(database: RawDatabase): void {
    if (this.#unsure.has(database.name)) return;
    const stores = [...database.rawObjectStores.values()];
    this.#unsure.set(database.name, new Map(stores.map((store) => [store.name, [...store.records.values()]])));
  }

  /** The power went: what no strict commit made sure of is as it was. All tabs must be dead. */
  losePower(): void {
    for (const [name, stores] of this.#unsure) {
      for (const [store, records] of stores) {
        const raw = this.#store(name, store);
        raw?.clear();
        for (const record of records) raw?.storeRecord({ ...record }, true);
      }
    }
    this.#unsure.clear();
  }

  /** Reads a store past the product, as it lies there. */
  look<T>(database: string, store: string): T[] {
    return [...(this.#store(database, store)?.records.values() ?? [])].map(({ value }) => value as T);
  }

  lookAt<T>(database: string, store: string, key: unknown): T | undefined {
    const records = [...(this.#store(database, store)?.records.values() ?? [])];
    return records.find((record) => record.key === key)?.value as T | undefined;
  }

  /** Somebody else's hand: rows are gone, and the cursors know it. */
  evictRows(): void {
    for (const name of this.databases) {
      this.#store(name, 'rows')?.clear();
      const scopes = this.#store(name, 'scopes');
      const held = [...(scopes?.records.values() ?? [])];
      for (const { key, value } of held) scopes?.storeRecord({ key, value: { ...(value as object), cursor: 0 } }, false);
    }
  }

  /** The browser has cleared the site's data. All tabs must be dead. */
  evictAll(): void {
    (this.#factory as unknown as { _databases: Map<string, unknown> })._databases.clear();
  }

  get databases(): string[] {
    return [...(this.#factory as unknown as { _databases: Map<string, unknown> })._databases.keys()];
  }

  #store(database: string, store: string): RawStore | undefined {
    const databases = (this.#factory as unknown as { _databases: Map<string, RawDatabase> })._databases;
    return databases.get(database)?.rawObjectStores.get(store);
  }
}

const failure = (name: string): DOMException => new DOMException(name, name);

function abortAll(connection: RawConnection, name: string): void {
  for (const one of [...connection._rawDatabase.transactions]) {
    if (one.db === connection && one._state !== 'finished' && one.mode !== 'versionchange') one._abort(name);
  }
}

// ---- the hand on each step -------------------------------------------------------------------------------------

type Execute = (what: { source?: unknown; operation: () => unknown }) => RawRequest;

const WRITES: Record<string, boolean> = { 'bound storeRecord': true, 'bound deleteRecord': false, 'bound clear': false };

const transactions = IDBTransaction.prototype as unknown as { _execRequestAsync: Execute };
const realExecute = transactions._execRequestAsync;
transactions._execRequestAsync = function (this: RawTransaction, what) {
  const holder = holders.get(this.db);
  if (!holder) return realExecute.call(this, what);
  const adds = WRITES[what.operation.name];
  const { operation } = what;
  const store = (what.source as { name?: string } | undefined)?.name ?? '';
  const watched = adds === undefined ? operation : () => (holder.disk.beforeWrite(this, store, adds) === 'go' ? operation() : undefined);
  const request = realExecute.call(this, { ...what, operation: watched });
  const real = request.dispatchEvent.bind(request);
  request.dispatchEvent = (event) => (holder.dead ? true : real(event));
  return request;
} as Execute;

const connections = IDBDatabase.prototype;
const realTransaction = connections.transaction;
connections.transaction = function (this: IDBDatabase, ...asked) {
  const made = realTransaction.apply(this, asked);
  const raw = made as unknown as RawTransaction;
  const holder = holders.get(raw.db);
  if (!holder) return made;
  const real = raw.dispatchEvent.bind(raw);
  raw.dispatchEvent = (event) => {
    if (event.type === 'complete') holder.disk.committing(raw);
    if (!holder.dead) return real(event);
    raw.db._rawDatabase.processTransactions(); // the others of this database go on without that page
    return true;
  };
  return made;
};
