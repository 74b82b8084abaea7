/**
 * The board as the server last answered it, asked for again every three seconds while somebody looks. While nothing
 * moves, a question costs an empty 304. What was shown stays when the server cannot be reached, with its time.
 */
import { api } from '../foundation/api';
import { realClock as clock } from '../foundation/clock';
import { ApiProblem } from '../foundation/problem';
import { problemWords } from '../foundation/words';
import type { components } from '../generated/api';

type Schemas = components['schemas'];
export type Board = Schemas['Board'];
export type Rater = Schemas['Rater'];
export type Cycle = Schemas['Cycle'];

export const POLL_MS = 3_000;
/** Cycles change when HR opens one, not while supervisors score: asked for every half minute. */
const CYCLES_EVERY = 10;

export class BoardView {
  cycles = $state.raw<Cycle[]>([]);
  board = $state.raw<Board | null>(null);
  /** Why the last question had no answer; "" when it had. */
  failed = $state('');
  /** `refused`: the server was reached and said no. */
  failure = $state<'none' | 'away' | 'refused' | 'login'>('none');
  /** When the server last answered. */
  heardAt = $state<number | null>(null);
  asked = $state(false);
  #chosen = $state<string | null>(null);
  #etag: string | null = null;
  #rounds = 0;
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
    this.#forget();
    this.#wake();
  }

  close(): void {
    this.#closed = true;
    this.#cancel?.();
    document.removeEventListener('visibilitychange', this.#wake);
  }

  #forget(): void {
    this.board = null;
    this.#etag = null;
  }

  #wake = (): void => {
    if (document.visibilityState !== 'visible') return;
    this.#cancel?.();
    void this.#round();
  };

  async #round(): Promise<void> {
    try {
      await this.#ask();
      this.failed = '';
      this.failure = 'none';
      this.heardAt = clock.now();
    } catch (error) {
      this.failed = problemWords(error);
      this.failure = !(error instanceof ApiProblem) ? 'away' : error.status === 401 ? 'login' : 'refused';
    }
    this.asked = true;
    this.#cancel?.();
    if (!this.#closed && document.visibilityState === 'visible' && this.failure !== 'refused') {
      this.#cancel = clock.after(POLL_MS, () => void this.#round());
    }
  }

  async #ask(): Promise<void> {
    if (this.board === null || this.#rounds % CYCLES_EVERY === 0) this.cycles = await api.get('/api/cycles');
    this.#rounds++;
    const id = this.chosen;
    if (id === null) return this.#forget();
    const changed = await api.getIfChanged('/api/completion/board', this.#etag, { cycle_id: id });
    if (this.#closed || id !== this.chosen || changed === null) return;
    this.board = changed.body;
    this.#etag = changed.etag;
  }
}
