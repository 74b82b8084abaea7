/** The people of one's part of the plant and what is measured of one of them, to read: a desk has a network. */
import './problems';
import { api } from '../foundation/api';
import { Attempts } from '../foundation/attempts.svelte';
import type { components } from '../generated/api';

type Schemas = components['schemas'];
export type Person = Schemas['Person'];
export type Place = Schemas['Department'];
type PersonValues = Schemas['PersonValues'];

export class AreaDesk extends Attempts {
  people = $state.raw<readonly Person[]>([]);
  places = $state.raw<readonly Place[]>([]);
  chosen = $state.raw<Person | null>(null);
  values = $state.raw<PersonValues | null>(null);
  loaded = $state(false);
  /** Whoever keeps a source has a desk of their own beside this. */
  keeps = $state(false);

  constructor(private readonly me: string) {
    super();
    void this.load();
  }

  load(): Promise<boolean> {
    return this.attempt(async () => {
      const own = api.get('/api/values/people/{person_id}', { person_id: this.me });
      [this.people, this.places, { keeps_source: this.keeps }] = await Promise.all([api.get('/api/people'), api.get('/api/departments'), own]);
      this.loaded = true;
    });
  }

  choose(person: Person): Promise<boolean> {
    this.chosen = person;
    this.values = null;
    return this.attempt(async () => {
      const found = await api.get('/api/values/people/{person_id}', { person_id: person.id });
      if (this.chosen === person) this.values = found; // another may have been chosen meanwhile
    });
  }
}
