/**
 * The board as the server last answered it, asked for again every three seconds while somebody looks. A board on which
 * nothing has moved costs an empty 304 on the wire: the browser's own cache sends the ETag and keeps the last answer.
 */
import { api } from '../foundation/api';
import { realClock as clock } from '../foundation/clock';
import { problemWords } from '../foundation/words';
import type { components } from '../generated/api';

type Schemas = components['schemas'];
export type Board = Schemas['Board'];
export type Rater = Schemas['Rater'];
export type Cycle = Schemas['Cycle'];

export const POLL_MS = 3_000;

export class BoardView {
  cycles = $state.raw<Cycle[]>([]);
  board = $state.raw<Board | null>(null);
  /** Why the last question had no answer; "" when it had. */
  failed = $state('');
  /** When the server last answered. */
  heardAt = $state<number | null>(null);
  asked = $state(false);
  #chosen = $state<string | null>(null);
  #cancel: (() => void) | undefined;
  #closed = false;

  constructor() {
    document.addEventListener('visibilitychange', this.#wake);
    void this.#round();
  }

  get chosen(): string | null {
    return this.#chosen ?? this.cycles.find(({ state }) => state !== 'draft')?.id ?? null;
  }

  choose(cycleId: string): void {
    this.#chosen = cycleId;
    this.board = null;
    this.#wake();
  }

  close(): void {
    this.#closed = true;
    this.#cancel?.();
    document.removeEventListener('visibilitychange', this.#wake);
  }

  #wake = (): void => {
    if (document.visibilityState !== 'visible') return;
    this.#cancel?.();
    void this.#round();
  };

  async #round(): Promise<void> {
    try {
      this.cycles = await api.get<Cycle[]>('/api/cycles');
      const id = this.chosen;
      const board = id ? await api.get<Board>(`/api/completion/board?cycle_id=${id}`) : null;
      if (this.#closed) return;
      if (id === this.chosen) this.board = board;
      this.failed = '';
      this.heardAt = clock.now();
    } catch (error) {
      this.failed = problemWords(error);
    }
    this.asked = true;
    this.#cancel?.();
    if (!this.#closed && document.visibilityState === 'visible') this.#cancel = clock.after(POLL_MS, () => void this.#round());
  }
}
