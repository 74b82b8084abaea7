/** Agreements as HR's desk reads and changes them: ordinary requests, since a desk has a network. */
import './problems';
import { api } from '../foundation/api';
import { Attempts } from '../foundation/attempts.svelte';
import type { components } from '../generated/api';

type Schemas = components['schemas'];
export type Window = Schemas['Window'];
export type Counts = Schemas['Counts'];
export type Standing = keyof Counts & ('agreed' | 'objected' | 'disagreed' | 'asked_again' | 'silent' | 'unanswered');
export type Listed = Schemas['ListedAgreement'];
export type Plan = Schemas['WindowPlan'];

export class AgreementsDesk extends Attempts {
  window = $state.raw<Window | null>(null);
  counts = $state.raw<Counts[]>([]);
  /** How many were drawn up by the last press; null: not pressed. */
  made = $state<number | null>(null);
  planned = $state(false);
  /** Who stands behind one of the numbers. */
  listed = $state.raw<{ of: Counts; state: Standing; rows: Listed[] } | null>(null);
  loaded = $state(false);

  constructor() {
    super();
    void this.load();
  }

  async load(): Promise<void> {
    await this.attempt(async () => {
      [this.window, this.counts] = await Promise.all([api.get('/api/agreements/window'), api.get('/api/agreements/counts')]);
    });
    this.loaded = true;
  }

  see(of: Counts, state: Standing): Promise<boolean> {
    return this.attempt(async () => {
      this.listed = { of, state, rows: await api.get('/api/agreements', { department_id: of.department_id, state }) };
    });
  }

  plan(asked: Plan): Promise<boolean> {
    this.planned = false;
    return this.attempt(async () => {
      this.window = await api.post('/api/agreements/window', asked);
      this.planned = true;
    });
  }

  open(until: string): Promise<boolean> {
    return this.attempt(async () => {
      this.window = await api.post('/api/agreements/window/open', { until });
    });
  }

  shut(): Promise<boolean> {
    return this.attempt(async () => {
      this.window = await api.post('/api/agreements/window/shut', undefined);
    });
  }

  begin(): Promise<boolean> {
    this.made = null;
    return this.attempt(async () => {
      this.made = (await api.post('/api/agreements/begin', undefined)).made;
      this.counts = await api.get('/api/agreements/counts');
    });
  }
}
