/** The agreements that this phone holds, own edits laid over, with a clock that knows when a window turns. */
import './problems';
import { realClock } from '../foundation/clock';
import type { Phone } from '../sync/phone.svelte';
import type { AgreementRow, Millis } from '../sync/types';
import { type Agreement, agreementOf, overAt, windowAt } from './agreement';

const MINUTE_MS = 60_000;

export class Agreements {
  #now = $state(realClock.now());
  readonly window = $derived.by(() => windowAt(this.#row(), this.#now));
  readonly all = $derived.by((): Agreement[] =>
    [...this.phone.rows('agreement').values()].map((row) => agreementOf(row, this.phone.editsOf(row.id), (at) => this.isOpen(at, row), this.phone.me)),
  );
  readonly mine = $derived(this.all.filter(({ row }) => row.person_id === this.phone.me).sort(byPeriod)[0]);
  readonly team = $derived(this.all.filter(({ row }) => row.person_id !== this.phone.me));

  constructor(private readonly phone: Phone) {
    $effect(() => {
      const tick = setInterval(() => (this.#now = realClock.now()), MINUTE_MS);
      return () => clearInterval(tick);
    });
  }

  get isWindowOpen(): boolean {
    return this.window.open_until !== null;
  }

  /** Whether this agreement may be changed at that moment: a window is open, and its days are not over. */
  isOpen(at: Millis, row: AgreementRow): boolean {
    return windowAt(this.#row(), at).open_until !== null && at < overAt(row);
  }

  isOpenNow(row: AgreementRow): boolean {
    return this.isOpen(this.#now, row);
  }

  isOver(row: AgreementRow): boolean {
    return this.#now >= overAt(row);
  }

  #row() {
    return this.phone.rows('window').values().next().value;
  }
}

const byPeriod = (a: Agreement, b: Agreement): number => b.row.period_from.localeCompare(a.row.period_from);
