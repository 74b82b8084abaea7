/** What a supervisor is writing on the floor, by person: kept while the app is open, so that leaving the screen, or a
 *  try without a network, loses nothing. Never on the disk: what lies there is sealed, and this has no place in it yet. */
import './problems';
import type { Wording } from '../smart';
import { empty } from './empty';

export interface Proposal {
  job: string;
  output: string;
  wording: Wording;
  reason: string;
}

const held = new Map<string, Proposal>();

export function proposalOf(person: string): Proposal {
  const known = held.get(person);
  if (known) return known;
  const made = $state<Proposal>({ job: '', output: '', wording: empty(), reason: '' });
  held.set(person, made);
  return made;
}

export function putAside(person: string): void {
  held.delete(person);
}
