/** What a supervisor is writing on the floor, by person: kept while the app is open, so that leaving the screen loses
 *  nothing. What is handed in lies in the outbox from that tap on. */
import type { Wording } from '../../smart';

export interface Draft {
  job: string;
  output: string;
  wording: Wording;
  reason: string;
}

const held = new Map<string, Draft>();

const empty = (): Wording => ({
  name_zh: '', name_en: '', short_zh: '', short_en: '', unit: '', direction: 'higher', target: null, threshold: null,
  source: '', frequency: '', rule: 'bands', bands: null, anchors: null,
});

export function draftOf(person: string): Draft {
  const known = held.get(person);
  if (known) return known;
  const made = $state<Draft>({ job: '', output: '', wording: empty(), reason: '' });
  held.set(person, made);
  return made;
}

export function putAway(person: string): void {
  held.delete(person);
}
