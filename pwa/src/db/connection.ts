/**
 * One IndexedDB database that stays usable: a handle that died (WebKit ends them in background tabs) is dropped and
 * opened again, a newer version of the app in another tab gets its way at once, and every write is strict, so that a
 * resolved `write` means the bytes were handed to the disk.
 */
import { type DBSchema, type IDBPDatabase, type IDBPTransaction, openDB, type StoreNames } from 'idb';
import { StorageFailed } from '../foundation/problem';

export type Tx<S extends DBSchema, M extends IDBTransactionMode> = IDBPTransaction<S, StoreNames<S>[], M>;

/** The handle is dead, the data is not: worth one more try with a new handle. */
const DEAD = new Set(['InvalidStateError', 'UnknownError', 'AbortError']);

export class Connection<S extends DBSchema> {
  #opened: Promise<IDBPDatabase<S>> | null = null;
  #over = false;

  constructor(
    readonly name: string,
    private readonly version: number,
    private readonly upgrade: (db: IDBPDatabase<S>, from: number) => void,
  ) {}

  /** Runs `work` in one read-only transaction; `work` awaits nothing but that transaction. */
  read<T>(stores: StoreNames<S>[], work: (tx: Tx<S, 'readonly'>) => Promise<T>): Promise<T> {
    return this.#run(stores, 'readonly', work);
  }

  /**
   * Runs `work` in one strict transaction and resolves at its `complete`. Throws StorageFailed; a ConstraintError
   * passes as it is, for whoever lost a race against another tab.
   */
  write<T>(stores: StoreNames<S>[], work: (tx: Tx<S, 'readwrite'>) => Promise<T>): Promise<T> {
    return this.#run(stores, 'readwrite', work);
  }

  /** The database is to be deleted: whoever still asks must not make an empty one in its place. */
  end(): void {
    this.#over = true;
    this.close();
  }

  close(): void {
    const opened = this.#opened;
    this.#opened = null;
    void opened?.then((db) => db.close()).catch(() => undefined);
  }

  async #run<M extends 'readonly' | 'readwrite', T>(
    stores: StoreNames<S>[],
    mode: M,
    work: (tx: Tx<S, M>) => Promise<T>,
  ): Promise<T> {
    for (let again = true; ; again = false) {
      const db = await this.#open();
      try {
        return await inside(db.transaction(stores, mode, { durability: 'strict' }) as unknown as Tx<S, M>, work);
      } catch (error) {
        const name = error instanceof Error || error instanceof DOMException ? error.name : '';
        if (name === 'ConstraintError') throw error;
        if (!again || !DEAD.has(name)) throw storageFailed(error);
        this.close();
      }
    }
  }

  #open(): Promise<IDBPDatabase<S>> {
    if (this.#opened) return this.#opened;
    const opened = this.#openAnew().catch((error: unknown) => {
      if (this.#opened === opened) this.#opened = null;
      const name = error instanceof DOMException ? error.name : '';
      const why = name === 'VersionError' ? 'newer' : name === 'QuotaExceededError' ? 'full' : 'none';
      throw new StorageFailed(why, { cause: error });
    });
    this.#opened = opened;
    return opened;
  }

  /** async: where storage is forbidden, or missing, opening throws at once instead of rejecting. */
  async #openAnew(): Promise<IDBPDatabase<S>> {
    if (this.#over) throw new StorageFailed('none');
    const db = await openDB<S>(this.name, this.version, {
      upgrade: (raw, from) => this.upgrade(raw, from),
      // A newer app wants to upgrade. Transactions that run are finished first; then this handle is out of the way.
      blocking: () => this.close(),
      terminated: () => (this.#opened = null),
    });
    return db;
  }
}

async function inside<S extends DBSchema, M extends IDBTransactionMode, T>(
  tx: Tx<S, M>,
  work: (tx: Tx<S, M>) => Promise<T>,
): Promise<T> {
  const done = tx.done;
  // Awaited below; until then a rejection must not count as unhandled.
  done.catch(() => undefined);
  try {
    const result = await work(tx);
    await done;
    return result;
  } catch (error) {
    try {
      tx.abort();
    } catch {
      // It has ended by itself.
    }
    // The transaction's own error says more than the request's: a quota shows as AbortError on the request.
    const cause = await done.then(() => null, (why: unknown) => why);
    throw isQuota(cause) ? cause : error;
  }
}

function isQuota(error: unknown): boolean {
  return error instanceof Error || error instanceof DOMException ? error.name === 'QuotaExceededError' : false;
}

function storageFailed(error: unknown): unknown {
  if (error instanceof StorageFailed) return error;
  if (isQuota(error)) return new StorageFailed('full', { cause: error });
  return error instanceof DOMException ? new StorageFailed('failed', { cause: error }) : error;
}
