/**
 * The server's rows in memory: by scope as they lie on disk, and by kind as a screen wants them. They know up to where
 * they go, because another tab writes the same disk: changes laid over older rows would leave a gap that no later
 * answer fills, since the next request asks from the disk's cursor.
 */
import type { StoredRow } from '../db/schema';
import type { UserDb } from '../db/user-db';
import type { Change, Held, Pulled } from './pull';
import type { Id, Kind, Rows } from './types';
import type { Row } from './wire';

/** The place of a row's content: the same in every scope that it lies in. */
export const rowPlace = (kind: string, id: string): string => `rows|${kind}|${id}`;

type Scope = Map<Kind, Map<Id, Row>>;

/** Of no first screen, and two thirds of all rows: opened when it is drawn. */
const LATER: ReadonlySet<string> = new Set<Kind>(['chip']);

export class RowTable {
  #scopes = new Map<string, Scope>();
  #epoch = '';
  #cursors = new Map<string, number>();
  /** Taken, and not opened yet. */
  #rest: readonly StoredRow[] = [];

  /** False: the disk has moved on without this memory. A scope emptied to make room may stay here as it was. */
  isAt({ sync, scopes }: Held): boolean {
    const here = new Set(scopes.map(({ name }) => name));
    return (
      sync.epoch === this.#epoch &&
      [...this.#cursors.keys()].every((name) => here.has(name)) &&
      scopes.every(({ name, cursor }) => cursor === 0 || cursor === this.#cursors.get(name))
    );
  }

  /** `first`: a start; what no first screen shows is left to `takeRest`. */
  async take(db: UserDb, stored: readonly StoredRow[], held: Held, first = false): Promise<void> {
    const later = first ? stored.filter(({ kind }) => LATER.has(kind)) : [];
    const opened = await openAll(db, first ? stored.filter(({ kind }) => !LATER.has(kind)) : stored);
    this.#scopes = new Map();
    for (const { scope, kind, row } of opened) this.#put(scope, kind, row);
    this.#rest = later;
    this.#stand(held);
  }

  /** Call in turn, before anything is pulled: what comes then is newer. */
  async takeRest(db: UserDb): Promise<void> {
    const rest = this.#rest;
    this.#rest = [];
    for (const { scope, kind, row } of await openAll(db, rest)) this.#put(scope, kind, row);
  }

  /** Lays what was pulled over these rows, if they are the ones it was made for. */
  apply({ before, changes, sync, scopes }: Pulled): void {
    if (!this.isAt(before)) return;
    changes.forEach((change) => this.#change(change));
    this.#stand({ sync, scopes });
  }

  #stand({ sync, scopes }: Held): void {
    this.#epoch = sync.epoch;
    this.#cursors = new Map(scopes.map(({ name, cursor }) => [name, cursor]));
  }

  #change(change: Change): void {
    if (change.do === 'wipe') this.#scopes.delete(change.scope);
    else if (change.do === 'put') this.#put(change.scope, change.kind, change.row);
    else this.#scopes.get(change.scope)?.get(change.kind)?.delete(change.id);
  }

  /** Every row of a kind, each once, whichever scope it came by. */
  all<K extends Kind>(kind: K): Map<Id, Rows[K]> {
    const found = new Map<Id, Rows[K]>();
    for (const scope of this.#scopes.values()) {
      for (const [id, row] of scope.get(kind) ?? []) found.set(id, row as unknown as Rows[K]);
    }
    return found;
  }

  #put(scope: string, kind: Kind, row: Row): void {
    let kinds = this.#scopes.get(scope);
    if (!kinds) this.#scopes.set(scope, (kinds = new Map()));
    let rows = kinds.get(kind);
    if (!rows) kinds.set(kind, (rows = new Map()));
    rows.set(row.id, row);
  }
}

function openAll(db: UserDb, stored: readonly StoredRow[]): Promise<{ scope: string; kind: Kind; row: Row }[]> {
  return Promise.all(
    stored.map(async ({ scope, kind, id, sealed }) => ({
      scope,
      kind: kind as Kind,
      row: await db.unseal<Row>(rowPlace(kind, id), sealed),
    })),
  );
}
