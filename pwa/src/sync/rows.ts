/** The server's rows in memory: by scope as they lie on disk, and by kind as a screen wants them. */
import { unseal } from '../db/envelope';
import type { StoredRow } from '../db/schema';
import type { Change } from './pull';
import type { Id, Kind, Rows } from './types';
import type { Row } from './wire';

type Scope = Map<Kind, Map<Id, Row>>;

export class RowTable {
  #scopes = new Map<string, Scope>();

  async take(stored: readonly StoredRow[]): Promise<void> {
    const opened = await Promise.all(
      stored.map(async ({ scope, kind, id, sealed }) => ({
        scope,
        kind: kind as Kind,
        row: await unseal<Row>(`rows|${kind}|${id}`, sealed),
      })),
    );
    this.#scopes = new Map();
    for (const { scope, kind, row } of opened) this.#put(scope, kind, row);
  }

  apply(changes: readonly Change[]): void {
    for (const change of changes) {
      if (change.do === 'wipe') this.#scopes.delete(change.scope);
      else if (change.do === 'put') this.#put(change.scope, change.kind, change.row);
      else this.#scopes.get(change.scope)?.get(change.kind)?.delete(change.id);
    }
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
