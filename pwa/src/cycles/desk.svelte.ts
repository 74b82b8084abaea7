/** Cycles as HR's desk reads and changes them: ordinary requests, since a desk has a network. */
import './problems';
import { api } from '../foundation/api';
import { Attempts } from '../foundation/attempts.svelte';
import type { components } from '../generated/api';

type Schemas = components['schemas'];
export type Cycle = Schemas['Cycle'];
export type Department = Schemas['Department'];
export type Person = Schemas['Person'];
export type Delegation = Schemas['Delegation'];
export type Plan = Schemas['Plan'];
export type StandIn = Schemas['StandIn'];

export class CycleDesk extends Attempts {
  cycles = $state.raw<Cycle[]>([]);
  departments = $state.raw<Department[]>([]);
  people = $state.raw<Person[]>([]);
  /** By cycle. */
  delegations = $state.raw<Record<string, Delegation[]>>({});
  loaded = $state(false);

  constructor() {
    super();
    void this.load();
  }

  async load(): Promise<void> {
    await this.attempt(async () => {
      [this.cycles, this.departments, this.people] = await Promise.all([
        api.get('/api/cycles'),
        api.get('/api/departments'),
        api.get('/api/people'),
      ]);
      await Promise.all(this.cycles.filter(({ state }) => state !== 'draft').map(({ id }) => this.#readDelegations(id)));
    });
    this.loaded = true;
  }

  create(plan: Plan): Promise<boolean> {
    return this.attempt(async () => {
      const made = await api.post('/api/cycles', plan);
      this.cycles = [made, ...this.cycles];
    });
  }

  open(id: string): Promise<boolean> {
    return this.attempt(async () => {
      const opened = await api.post('/api/cycles/{cycle_id}/open', undefined, { cycle_id: id });
      this.cycles = this.cycles.map((cycle) => (cycle.id === id ? opened : cycle));
      await this.#readDelegations(id);
    });
  }

  delegate(cycleId: string, asked: StandIn): Promise<boolean> {
    return this.attempt(async () => {
      await api.post('/api/cycles/{cycle_id}/delegations', asked, { cycle_id: cycleId });
      await this.#readDelegations(cycleId);
    });
  }

  endDelegation(cycleId: string, id: string): Promise<boolean> {
    return this.attempt(async () => {
      await api.delete('/api/cycles/{cycle_id}/delegations/{delegation_id}', { cycle_id: cycleId, delegation_id: id });
      await this.#readDelegations(cycleId);
    });
  }

  async #readDelegations(cycleId: string): Promise<void> {
    const held = await api.get('/api/cycles/{cycle_id}/delegations', { cycle_id: cycleId });
    this.delegations = { ...this.delegations, [cycleId]: held };
  }
}
