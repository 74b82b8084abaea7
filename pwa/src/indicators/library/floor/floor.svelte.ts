/** What this phone holds of the floor's words: one's own, and those of the team, own edits laid over. */
import { realClock } from '../../../foundation/clock';
import type { Phone } from '../../../sync/phone.svelte';
import { type Floor, floorOf } from './read';

export class FloorWords {
  readonly today: string;
  readonly all = $derived.by((): Floor[] => [...this.phone.rows('floor').values()].map((row) => floorOf(row, this.phone.editsOf(row.id), this.today)));
  readonly mine = $derived(this.all.find(({ person_id }) => person_id === this.phone.me));
  /** Those of the team who have said something, who waits for a word first. */
  readonly team = $derived(
    this.all.filter(({ person_id, proposals }) => person_id !== this.phone.me && proposals.length > 0).sort((a, b) => waits(b) - waits(a) || a.name_zh.localeCompare(b.name_zh)),
  );
  readonly waiting = $derived(this.team.reduce((sum, one) => sum + waits(one), 0));

  constructor(private readonly phone: Phone) {
    this.today = dayIn(phone.user.plant.time_zone, realClock.now());
  }
}

/** The plant's day, ISO: which set applies turns with it. Swedish writes dates so. */
function dayIn(timeZone: string, at: number): string {
  try {
    return new Intl.DateTimeFormat('sv-SE', { timeZone }).format(at);
  } catch {
    return new Intl.DateTimeFormat('sv-SE').format(at); // a zone that this browser does not know
  }
}

export const waits = ({ proposals }: Floor): number => proposals.filter(({ state }) => state === 'waiting').length;
