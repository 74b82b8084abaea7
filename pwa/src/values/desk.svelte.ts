/** What waits for whoever keeps a source, and the keys of other systems: a desk has a network. */
import './problems';
import { api } from '../foundation/api';
import { Attempts } from '../foundation/attempts.svelte';
import type { components } from '../generated/api';

type Schemas = components['schemas'];
export type Desk = Schemas['Desk'];
export type Source = Schemas['SourceShown'];
export type SourceSetting = Schemas['Source'];
export type Key = Schemas['Key'];
export type KeyMade = Schemas['KeyMade'];
export type KeyWanted = Schemas['KeyWanted'];

export class ValuesDesk extends Attempts {
  desk = $state.raw<Desk | null>(null);

  constructor() {
    super();
    void this.load();
  }

  load(): Promise<boolean> {
    return this.attempt(() => this.#again());
  }

  /** `value` null: it stands. */
  answer(id: string, value: number | null, words: string): Promise<boolean> {
    return this.attempt(async () => {
      await api.post('/api/values/objections/{objection_id}/answer', { value, answer: words }, { objection_id: id });
      await this.#again();
    });
  }

  settle(id: string, note: string): Promise<boolean> {
    return this.attempt(async () => {
      await api.post('/api/values/flags/{flag_id}/settle', { note }, { flag_id: id });
      await this.#again();
    });
  }

  set(source: SourceSetting): Promise<boolean> {
    return this.attempt(async () => {
      await api.post('/api/values/sources', source);
      await this.#again();
    });
  }

  async #again(): Promise<void> {
    this.desk = await api.get('/api/values/desk');
  }
}

export class KeysDesk extends Attempts {
  keys = $state.raw<readonly Key[]>([]);
  loaded = $state(false);

  constructor() {
    super();
    void this.load();
  }

  load(): Promise<boolean> {
    return this.attempt(() => this.#again());
  }

  /** The server keeps only what checks it: whoever asks is the only one who ever sees the text. */
  async make(wanted: KeyWanted): Promise<KeyMade | null> {
    let made: KeyMade | null = null;
    await this.attempt(async () => {
      made = await api.post('/api/values/keys', wanted);
      await this.#again();
    });
    return made;
  }

  revoke(id: string): Promise<boolean> {
    return this.attempt(async () => {
      await api.delete('/api/values/keys/{key_id}', { key_id: id });
      await this.#again();
    });
  }

  async #again(): Promise<void> {
    this.keys = await api.get('/api/values/keys');
    this.loaded = true;
  }
}
