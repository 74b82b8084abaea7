/** Phones as the desk reads and manages them: ordinary requests, since a desk has a network. */
import { api } from '../foundation/api';
import { Attempts } from '../foundation/attempts.svelte';
import type { components } from '../generated/api';

type Schemas = components['schemas'];
export type Handset = Schemas['Handset'];
export type HandsetUser = Schemas['HandsetUser'];
export type DrainCode = Schemas['DrainCode'];

export const heldOn = (phone: Handset): number => phone.users.reduce((sum, one) => sum + (one.queued_count ?? 0), 0);

/** What a phone held whose users have been at work on another one since: gone, if it was cleared or lost. */
export const maybeGone = (phone: Handset): number => phone.users.reduce((sum, one) => sum + (one.elsewhere_at ? (one.queued_count ?? 0) : 0), 0);

/** When it was last heard of, by a login or by a round of any of its users. */
export const heardOf = (phone: Handset): number =>
  Math.max(Date.parse(phone.last_seen_at), ...phone.users.map((one) => (one.last_contact_at ? Date.parse(one.last_contact_at) : 0)));

/** Who needs a hand first: phones that hold something, the longest silent before the others; then the last heard of. */
export function inOrder(phones: readonly Handset[]): Handset[] {
  const holds = (one: Handset) => (heldOn(one) > 0 ? 1 : 0);
  return [...phones].sort((a, b) => holds(b) - holds(a) || (holds(a) ? heardOf(a) - heardOf(b) : heardOf(b) - heardOf(a)));
}

export function matches(phone: Handset, words: string): boolean {
  const sought = words.trim().toLocaleLowerCase();
  const said = [phone.label, ...phone.users.flatMap((one) => [one.name_zh, one.name_en, one.employee_no])];
  return said.some((one) => one?.toLocaleLowerCase().includes(sought));
}

export class PhonesDesk extends Attempts {
  phones = $state.raw<Handset[]>([]);
  loaded = $state(false);

  constructor() {
    super();
    void this.load();
  }

  async load(): Promise<void> {
    await this.attempt(async () => {
      this.phones = inOrder(await api.get('/api/phones'));
      this.loaded = true;
    });
  }

  share(id: string, shared: boolean): Promise<boolean> {
    return this.attempt(async () => {
      await api.post('/api/devices/{device_id}/shared', { shared }, { device_id: id });
      await this.#again(id);
    });
  }

  lose(id: string, lost: boolean): Promise<boolean> {
    return this.attempt(async () => {
      await api.post('/api/devices/{device_id}/lost', { lost }, { device_id: id });
      await this.#again(id);
    });
  }

  /** The server keeps only what checks the code: whoever asks is the only one who ever sees it. */
  async code(id: string, person: string): Promise<DrainCode | null> {
    let given: DrainCode | null = null;
    await this.attempt(async () => {
      given = await api.post('/api/devices/{device_id}/drain-code', { person_id: person }, { device_id: id });
    });
    return given;
  }

  async #again(id: string): Promise<void> {
    const fresh = await api.get('/api/phones/{device_id}', { device_id: id });
    this.phones = this.phones.map((one) => (one.id === id ? fresh : one));
  }
}
