/** The library as desks and supervisors read and change it: ordinary requests; without a network they say so. */
import './problems';
import { api } from '../../foundation/api';
import { Attempts } from '../../foundation/attempts.svelte';
import { ApiProblem } from '../../foundation/problem';
import type { components } from '../../generated/api';
import type { Finding, Wording } from '../smart';

type Schemas = components['schemas'];
export type Row = Schemas['IndicatorRow'];
export type Indicator = Schemas['Indicator'];
export type Version = Schemas['Version'];
export type Job = Schemas['Job'];
export type Place = Schemas['PlaceName'];
export type HeldSet = Schemas['HeldSet'];
export type NewSet = Schemas['Set'];
export type Goal = Schemas['HeldGoal'];
export type NewGoal = Schemas['Goal'];
export type Owner = Schemas['Owner'];
export type Word = Schemas['FloorProposal'];
export type Ahead = Schemas['AheadAnswer'];
export type AskAhead = Partial<Schemas['Ahead']>;
export type Change = Schemas['WordingChange'];
export type Answer = Schemas['Answer'];
export type Draft = Schemas['Draft'];
export type Side = Answer['side'];
export type Tier = Row['tier'];

export class LibraryDesk extends Attempts {
  rows = $state.raw<Row[]>([]);
  jobs = $state.raw<Job[]>([]);
  places = $state.raw<Place[]>([]);
  sets = $state.raw<HeldSet[]>([]);
  goals = $state.raw<Goal[]>([]);
  words = $state.raw<Word[]>([]);
  owners = $state.raw<Owner[]>([]);
  opened = $state.raw<Indicator | null>(null);
  /** What the server said is missing when approval was refused. */
  lacking = $state.raw<Finding[]>([]);
  loaded = $state(false);

  /** What every part of the library shows. */
  load(): Promise<boolean> {
    return this.attempt(async () => {
      await Promise.all([this.#readRows(), this.#readFloor()]);
      this.loaded = true;
    });
  }

  loadSets(): Promise<boolean> {
    return this.attempt(async () => void (this.sets = await api.get('/api/indicator-sets')));
  }

  loadGoals(): Promise<boolean> {
    return this.attempt(async () => {
      [this.goals, this.owners] = await Promise.all([api.get('/api/goals'), api.get('/api/goals/owners')]);
    });
  }

  /** What people of the reader's part propose from the floor. */
  loadWords(): Promise<boolean> {
    return this.attempt(async () => void (this.words = await api.get('/api/indicators/proposals')));
  }

  open(id: string): Promise<boolean> {
    this.opened = null;
    return this.attempt(async () => void (this.opened = await api.get('/api/indicators/{indicator_id}', { indicator_id: id })));
  }

  /** The new indicator's id, or null. */
  async draft(draft: Draft): Promise<Indicator | null> {
    let made: Indicator | null = null;
    await this.attempt(async () => {
      made = await api.post('/api/indicators', draft);
      await this.#readRows();
    });
    return made;
  }

  edit(version: Version, wording: Wording, reason: string): Promise<boolean> {
    const asked = { revision: version.revision, wording, reason };
    return this.#then(() => api.post('/api/indicators/versions/{version_id}', asked, { version_id: version.id }));
  }

  next(id: string, reason: string): Promise<boolean> {
    return this.#then(() => api.post('/api/indicators/{indicator_id}/versions', { reason }, { indicator_id: id }));
  }

  place(id: string, tier: Tier, output_ids: string[]): Promise<boolean> {
    return this.#then(() => api.post('/api/indicators/{indicator_id}', { tier, output_ids }, { indicator_id: id }));
  }

  propose(version_id: string): Promise<boolean> {
    return this.#then(() => api.post('/api/indicators/versions/{version_id}/propose', undefined, { version_id }));
  }

  sendBack(version_id: string, reason: string): Promise<boolean> {
    return this.#then(() => api.post('/api/indicators/versions/{version_id}/send-back', { reason }, { version_id }));
  }

  approve({ id: version_id, revision }: Version, valid_from: string | null): Promise<boolean> {
    this.lacking = [];
    return this.#then(async () => {
      try {
        return await api.post('/api/indicators/versions/{version_id}/approve', { revision, valid_from }, { version_id });
      } catch (error) {
        if (error instanceof ApiProblem) this.lacking = error.errors.map(({ code, params = {} }) => ({ code, params }));
        throw error;
      }
    });
  }

  retire(version_id: string): Promise<boolean> {
    return this.#then(() => api.post('/api/indicators/versions/{version_id}/retire', undefined, { version_id }));
  }

  answer(version_id: string, said: Answer): Promise<boolean> {
    return this.#then(() => api.post('/api/indicators/versions/{version_id}/influence', said, { version_id }));
  }

  /** What differs, or null where it could not be asked. */
  async compare(version_id: string, from_version_id: string): Promise<Change[] | null> {
    let found: Change[] | null = null;
    await this.attempt(async () => {
      found = await api.get('/api/indicators/versions/{version_id}/difference', { version_id, from_version_id });
    });
    return found;
  }

  writeOutputs(job_id: string, outputs: Schemas['Output'][]): Promise<boolean> {
    return this.attempt(async () => this.#floor(await api.post('/api/core-outputs/{job_id}', { outputs }, { job_id })));
  }

  agree(job_id: string, side: Side): Promise<boolean> {
    return this.attempt(async () => this.#floor(await api.post('/api/core-outputs/{job_id}/agree', { side }, { job_id })));
  }

  writeSet(wanted: NewSet): Promise<boolean> {
    return this.attempt(async () => void (this.sets = await api.post('/api/indicator-sets', wanted)));
  }

  /** To whom another set would apply; null where it could not be asked. */
  async ahead(asked: AskAhead): Promise<Ahead | null> {
    let found: Ahead | null = null;
    await this.attempt(async () => {
      const nothing = { set_id: null, valid_to: null, department_id: null, category: null, job_id: null, level: null, valid_from: null };
      found = await api.post('/api/indicator-sets/ahead', { ...nothing, ...asked });
    });
    return found;
  }

  endSet(set_id: string, valid_to: string): Promise<boolean> {
    return this.attempt(async () => void (this.sets = await api.post('/api/indicator-sets/{set_id}/end', { valid_to }, { set_id })));
  }

  /** Take back one that has not begun. */
  removeSet(set_id: string): Promise<boolean> {
    return this.attempt(async () => {
      await api.delete('/api/indicator-sets/{set_id}', { set_id });
      this.sets = await api.get('/api/indicator-sets');
    });
  }

  setGoal(wanted: NewGoal, held: Goal | null): Promise<boolean> {
    return this.attempt(async () => {
      if (held) await api.post('/api/goals/{goal_id}', { ...wanted, revision: held.revision }, { goal_id: held.id });
      else await api.post('/api/goals', wanted);
      this.goals = await api.get('/api/goals');
    });
  }

  removeGoal(goal_id: string): Promise<boolean> {
    return this.attempt(async () => {
      await api.delete('/api/goals/{goal_id}', { goal_id });
      this.goals = await api.get('/api/goals');
    });
  }

  #then(act: () => Promise<Indicator>): Promise<boolean> {
    return this.attempt(async () => {
      const after = await act();
      await this.#readRows();
      // Last: what is shown is what may be tapped, and nothing of this act may close what the reader opens next.
      this.opened = after;
    });
  }

  async #readRows(): Promise<void> {
    this.rows = await api.get('/api/indicators');
  }

  async #readFloor(): Promise<void> {
    this.#floor(await api.get('/api/core-outputs'));
  }

  #floor(found: Schemas['Floor']): void {
    this.jobs = found.jobs;
    this.places = found.departments;
  }
}
